package script

import (
	"errors"
	"slices"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// A Play is the position of one connection in a script.
type Play struct {
	script *Script
	state  state
}

// Play begins to play the script.
func (s *Script) Play() *Play { return &Play{s, s.body.start()} }

// Act performs all lines that need no message: statements by itself, the others
// by perform. An error of perform ends it and is returned.
func (p *Play) Act(perform func(*Line) error) error {
	return p.explain(p.state.act(perform))
}

// Accept offers a message. It returns the line that takes it, or nil.
func (p *Play) Accept(m *jolt.Message) (*Line, error) {
	l, err := p.state.accept(m)
	return l, p.explain(err)
}

// Finished reports whether the script has been played to its end.
func (p *Play) Finished() bool { return p.state.finished() }

// Skippable reports whether what is left of the script may be left out.
func (p *Play) Skippable() (bool, error) {
	skip, err := p.state.skippable()
	return skip, p.explain(err)
}

// Expected returns the lines that may take the next message.
func (p *Play) Expected() []*Line {
	list := p.state.expected(nil)
	slices.SortFunc(list, func(a, b *Line) int { return a.Number - b.Number })
	return slices.Compact(list)
}

// explain adds the line to an error of a statement or condition.
func (p *Play) explain(err error) error {
	if e, ok := errors.AsType[*evaluationError](err); ok {
		return &Error{Name: p.script.Name, Line: e.line, Text: p.script.lines[e.line-1], Reason: e.reason}
	}
	return err
}
