package script

import "slices"

// A block is a part of a script: something that can be played from its beginning
// to its end.
type block interface {
	// start returns the beginning of the block, for one connection.
	start() state
	// begins reports whether the block may begin with a line that needs no
	// message: one of the server, or a statement.
	begins() bool
	// blank reports whether the block may be left out altogether.
	blank() bool
	// open reports whether only the next message tells if the block has ended.
	open() bool
	// line is where the block begins.
	line() int
}

type (
	// An expected waits for one message.
	expected struct{ text *Line }

	// An action is a line of the server, or a statement.
	action struct {
		text  *Line
		scope *scope
	}

	// A sequence is blocks one after the other.
	sequence struct {
		blocks []block
		number int
	}

	// An alternatives is one of several blocks: the first that takes the message.
	alternatives struct {
		branches []block
		number   int
	}

	// A parallel is several blocks whose messages may come in any order.
	parallel struct {
		branches []block
		number   int
	}

	// An optional may be left out.
	optional struct{ inner block }

	// A loop is played any number of times; with once, at least once.
	loop struct {
		inner block
		once  bool
	}

	// A choice is the first block whose condition is true when the script gets
	// there.
	choice struct {
		cases  []guarded
		number int
		scope  *scope
	}

	// A guarded is a block with its condition; nil is always true.
	guarded struct {
		condition *expression
		inner     block
	}
)

func (b *expected) line() int     { return b.text.Number }
func (b *action) line() int       { return b.text.Number }
func (b *sequence) line() int     { return b.number }
func (b *alternatives) line() int { return b.number }
func (b *parallel) line() int     { return b.number }
func (b *optional) line() int     { return b.inner.line() }
func (b *loop) line() int         { return b.inner.line() }
func (b *choice) line() int       { return b.number }

func (b *expected) begins() bool { return false }
func (b *action) begins() bool   { return true }
func (b *optional) begins() bool { return b.inner.begins() }
func (b *loop) begins() bool     { return b.inner.begins() }

func (b *sequence) begins() bool {
	for _, inner := range b.blocks {
		if inner.begins() {
			return true
		}
		if !inner.blank() {
			break
		}
	}
	return false
}

func (b *alternatives) begins() bool { return slices.ContainsFunc(b.branches, block.begins) }
func (b *parallel) begins() bool     { return slices.ContainsFunc(b.branches, block.begins) }
func (b *choice) begins() bool       { return slices.ContainsFunc(b.blocks(), block.begins) }

func (b *expected) blank() bool { return false }
func (b *action) blank() bool   { return false }
func (b *optional) blank() bool { return true }
func (b *loop) blank() bool     { return !b.once || b.inner.blank() }
func (b *sequence) blank() bool {
	return !slices.ContainsFunc(b.blocks, func(inner block) bool { return !inner.blank() })
}
func (b *alternatives) blank() bool { return slices.ContainsFunc(b.branches, block.blank) }
func (b *parallel) blank() bool {
	return !slices.ContainsFunc(b.branches, func(inner block) bool { return !inner.blank() })
}

func (b *choice) blank() bool { return !b.complete() || slices.ContainsFunc(b.blocks(), block.blank) }

func (b *expected) open() bool { return false }
func (b *action) open() bool   { return false }
func (b *optional) open() bool { return true }
func (b *loop) open() bool     { return true }

func (b *sequence) open() bool {
	for _, inner := range slices.Backward(b.blocks) {
		if inner.open() {
			return true
		}
		if !inner.blank() {
			break
		}
	}
	return false
}

func (b *alternatives) open() bool { return b.blank() || slices.ContainsFunc(b.branches, block.open) }
func (b *parallel) open() bool     { return slices.ContainsFunc(b.branches, block.open) }
func (b *choice) open() bool       { return slices.ContainsFunc(b.blocks(), block.open) }

// complete reports whether one of the cases is always true.
func (b *choice) complete() bool { return b.cases[len(b.cases)-1].condition == nil }

func (b *choice) blocks() []block {
	list := make([]block, len(b.cases))
	for i, c := range b.cases {
		list[i] = c.inner
	}
	return list
}

// check refuses what could be played in two ways without a message to decide:
// a line of the server where it is not certain that the script has got there.
func (p *parser) check(b block, sure bool) error {
	if !sure && b.begins() {
		return p.script.fault(b.line(), 0, "this block may be left out or has other beginnings beside it, so it can not begin with a line of the server or a statement")
	}
	switch b := b.(type) {
	case *sequence:
		return p.checkSequence(b, sure)
	case *alternatives:
		return p.checkAll(b.branches, false)
	case *parallel:
		return p.checkAll(b.branches, false)
	case *optional:
		return p.check(b.inner, false)
	case *loop:
		return p.check(b.inner, false)
	case *choice:
		return p.checkAll(b.blocks(), sure)
	}
	return nil
}

func (p *parser) checkAll(list []block, sure bool) error {
	for _, b := range list {
		if err := p.check(b, sure); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) checkSequence(b *sequence, sure bool) error {
	var pending block // one whose end is not certain
	for _, inner := range b.blocks {
		if pending != nil && inner.begins() {
			return p.script.fault(inner.line(), 0,
				"the block from line %d ends only with the next message, so no line of the server or statement can follow it", pending.line())
		}
		if err := p.check(inner, sure && pending == nil); err != nil {
			return err
		}
		switch {
		case inner.open():
			pending = inner
		case !inner.blank():
			pending, sure = nil, true
		}
	}
	return nil
}
