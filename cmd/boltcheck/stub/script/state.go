package script

import "github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"

// A state is how far one connection has got in a block.
type state interface {
	// accept offers a message. It returns the line that takes it, or nil, and
	// then the state is what it was.
	accept(m *jolt.Message) (*Line, error)
	// act performs the lines that need no message.
	act(perform func(*Line) error) error
	// finished reports whether nothing is left.
	finished() bool
	// skippable reports whether what is left may be left out.
	skippable() (bool, error)
	// expected appends the lines that may take the next message.
	expected(list []*Line) []*Line
}

type (
	lineState struct {
		text  *Line
		scope *scope // of statements
		done  bool
	}
	sequenceState struct {
		blocks  []block
		at      int
		current state // of blocks[at]; nil at the end
	}
	alternativesState struct {
		branches []block
		chosen   state
	}
	parallelState struct{ branches []state }
	loopState     struct {
		block *loop
		inner state // nil before its first message
	}
	optionalState struct {
		inner block
		state state // nil before its first message
	}
	choiceState struct {
		block  *choice
		chosen state
		none   bool // the script got there, and no condition was true
	}
)

func (b *expected) start() state     { return &lineState{text: b.text} }
func (b *action) start() state       { return &lineState{text: b.text, scope: b.scope} }
func (b *alternatives) start() state { return &alternativesState{branches: b.branches} }
func (b *loop) start() state         { return &loopState{block: b} }
func (b *optional) start() state     { return &optionalState{inner: b.inner} }
func (b *choice) start() state       { return &choiceState{block: b} }

func (b *sequence) start() state {
	return &sequenceState{blocks: b.blocks, current: b.blocks[0].start()}
}

func (b *parallel) start() state {
	s := &parallelState{branches: make([]state, len(b.branches))}
	for i, branch := range b.branches {
		s.branches[i] = branch.start()
	}
	return s
}

// A line.

func (s *lineState) waits() bool {
	return !s.done && (s.text.Kind == Expect || s.text.Kind == Automatic)
}

func (s *lineState) accept(m *jolt.Message) (*Line, error) {
	if !s.waits() || !s.text.matches(m) {
		return nil, nil
	}
	s.done = true
	return s.text, nil
}

func (s *lineState) act(perform func(*Line) error) error {
	if s.done || s.waits() {
		return nil
	}
	s.done = true
	if s.text.Kind == statement {
		return s.scope.run(s.text.run)
	}
	return perform(s.text)
}

func (s *lineState) finished() bool           { return s.done }
func (s *lineState) skippable() (bool, error) { return s.done, nil }

func (s *lineState) expected(list []*Line) []*Line {
	if s.waits() {
		list = append(list, s.text)
	}
	return list
}

// A sequence.

func (s *sequenceState) accept(m *jolt.Message) (*Line, error) {
	current := s.current
	for i := s.at; i < len(s.blocks); i++ {
		if i > s.at {
			current = s.blocks[i].start()
		}
		l, err := current.accept(m)
		if err != nil {
			return nil, err
		}
		if l != nil {
			s.at, s.current = i, current
			return l, nil
		}
		if skip, err := current.skippable(); err != nil || !skip {
			return nil, err
		}
	}
	return nil, nil
}

func (s *sequenceState) act(perform func(*Line) error) error {
	for s.current != nil {
		if err := s.current.act(perform); err != nil {
			return err
		}
		if !s.current.finished() {
			return nil
		}
		s.current = nil
		if s.at++; s.at < len(s.blocks) {
			s.current = s.blocks[s.at].start()
		}
	}
	return nil
}

func (s *sequenceState) finished() bool { return s.current == nil }

func (s *sequenceState) skippable() (bool, error) {
	if s.current == nil {
		return true, nil
	}
	skip, err := s.current.skippable()
	for i := s.at + 1; i < len(s.blocks) && skip && err == nil; i++ {
		skip, err = s.blocks[i].start().skippable()
	}
	return skip, err
}

func (s *sequenceState) expected(list []*Line) []*Line {
	current := s.current
	for i := s.at; i < len(s.blocks); i++ {
		if i > s.at {
			current = s.blocks[i].start()
		}
		list = current.expected(list)
		if skip, err := current.skippable(); err != nil || !skip {
			break
		}
	}
	return list
}

// Alternatives.

func (s *alternativesState) accept(m *jolt.Message) (*Line, error) {
	if s.chosen != nil {
		return s.chosen.accept(m)
	}
	for _, b := range s.branches {
		branch := b.start()
		if l, err := branch.accept(m); l != nil || err != nil {
			s.chosen = branch
			return l, err
		}
	}
	return nil, nil
}

func (s *alternativesState) act(perform func(*Line) error) error {
	if s.chosen == nil {
		return nil
	}
	return s.chosen.act(perform)
}

func (s *alternativesState) finished() bool { return s.chosen != nil && s.chosen.finished() }

func (s *alternativesState) skippable() (bool, error) {
	if s.chosen != nil {
		return s.chosen.skippable()
	}
	for _, b := range s.branches {
		if skip, err := b.start().skippable(); skip || err != nil {
			return skip, err
		}
	}
	return false, nil
}

func (s *alternativesState) expected(list []*Line) []*Line {
	if s.chosen != nil {
		return s.chosen.expected(list)
	}
	for _, b := range s.branches {
		list = b.start().expected(list)
	}
	return list
}

// Parallel blocks.

func (s *parallelState) accept(m *jolt.Message) (*Line, error) {
	for _, branch := range s.branches {
		if l, err := branch.accept(m); l != nil || err != nil {
			return l, err
		}
	}
	return nil, nil
}

func (s *parallelState) act(perform func(*Line) error) error {
	for _, branch := range s.branches {
		if err := branch.act(perform); err != nil {
			return err
		}
	}
	return nil
}

func (s *parallelState) finished() bool {
	for _, branch := range s.branches {
		if !branch.finished() {
			return false
		}
	}
	return true
}

func (s *parallelState) skippable() (bool, error) {
	for _, branch := range s.branches {
		if skip, err := branch.skippable(); !skip || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (s *parallelState) expected(list []*Line) []*Line {
	for _, branch := range s.branches {
		list = branch.expected(list)
	}
	return list
}

// A loop.

func (s *loopState) accept(m *jolt.Message) (*Line, error) {
	if s.inner != nil {
		l, err := s.inner.accept(m)
		if l != nil || err != nil {
			return l, err
		}
		if skip, err := s.inner.skippable(); err != nil || !skip {
			return nil, err
		}
	}
	again := s.block.inner.start()
	l, err := again.accept(m)
	if l != nil {
		s.inner = again
	}
	return l, err
}

func (s *loopState) act(perform func(*Line) error) error {
	if s.inner == nil {
		return nil
	}
	return s.inner.act(perform)
}

// finished is false: another round may follow.
func (s *loopState) finished() bool { return false }

func (s *loopState) skippable() (bool, error) {
	switch {
	case s.inner != nil:
		return s.inner.skippable()
	case s.block.once:
		return s.block.inner.start().skippable()
	default:
		return true, nil
	}
}

func (s *loopState) expected(list []*Line) []*Line {
	if s.inner != nil {
		list = s.inner.expected(list)
		if skip, err := s.inner.skippable(); err != nil || !skip {
			return list
		}
	}
	return s.block.inner.start().expected(list)
}

// An optional block.

func (s *optionalState) accept(m *jolt.Message) (*Line, error) {
	if s.state != nil {
		return s.state.accept(m)
	}
	first := s.inner.start()
	l, err := first.accept(m)
	if l != nil {
		s.state = first
	}
	return l, err
}

func (s *optionalState) act(perform func(*Line) error) error {
	if s.state == nil {
		return nil
	}
	return s.state.act(perform)
}

func (s *optionalState) finished() bool { return s.state != nil && s.state.finished() }

func (s *optionalState) skippable() (bool, error) {
	if s.state == nil {
		return true, nil
	}
	return s.state.skippable()
}

func (s *optionalState) expected(list []*Line) []*Line {
	if s.state == nil {
		return s.inner.start().expected(list)
	}
	return s.state.expected(list)
}

// A choice. Its conditions are looked at when the script gets there for certain,
// or else with each message that may belong to it.

// look returns the state of the chosen block, or nil when there is none.
func (s *choiceState) look() (state, error) {
	if s.chosen != nil || s.none {
		return s.chosen, nil
	}
	for _, c := range s.block.cases {
		if c.condition != nil {
			yes, err := s.block.scope.truth(c.condition)
			if err != nil {
				return nil, err
			}
			if !yes {
				continue
			}
		}
		return c.inner.start(), nil
	}
	return nil, nil
}

func (s *choiceState) accept(m *jolt.Message) (*Line, error) {
	chosen, err := s.look()
	if chosen == nil || err != nil {
		return nil, err
	}
	l, err := chosen.accept(m)
	if l != nil {
		s.chosen = chosen
	}
	return l, err
}

func (s *choiceState) act(perform func(*Line) error) error {
	chosen, err := s.look()
	if err != nil {
		return err
	}
	if chosen == nil {
		s.none = true
		return nil
	}
	s.chosen = chosen
	return chosen.act(perform)
}

func (s *choiceState) finished() bool {
	return s.none || s.chosen != nil && s.chosen.finished()
}

func (s *choiceState) skippable() (bool, error) {
	chosen, err := s.look()
	if chosen == nil || err != nil {
		return err == nil, err
	}
	return chosen.skippable()
}

func (s *choiceState) expected(list []*Line) []*Line {
	if chosen, err := s.look(); chosen != nil && err == nil {
		list = chosen.expected(list)
	}
	return list
}
