package stub

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/report"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

// A MismatchError tells where a client left a script.
type MismatchError struct {
	Script   string // name
	Peer     string // address of the client
	Reason   string // a sentence without its full stop
	Got      string // the message that nothing takes; "" when there is none
	Expected []Expected
	Before   []string // the last lines of the log of this connection
	Timeout  bool     // the time was over while the client was waited for
}

// An Expected is a line of a script that could have come next.
type Expected struct {
	Line       int
	Text       string
	Difference string // to the message that came; "" when its name is another
}

// Error returns the reason in one line.
func (f *MismatchError) Error() string { return f.Script + ": " + f.Reason }

// String returns everything, for people.
func (f *MismatchError) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Script mismatch in %s, client %s:\n%s\n", f.Script, f.Peer, f.Reason)
	if f.Got != "" {
		fmt.Fprintf(&b, "  got:      %s\n", f.Got)
	}
	for i, e := range f.Expected {
		label := "or:      "
		if i == 0 {
			label = "expected:"
		}
		fmt.Fprintf(&b, "  %s (%3d) %s\n", label, e.Line, e.Text)
		if e.Difference != "" {
			fmt.Fprintf(&b, "                  %s\n", e.Difference)
		}
	}
	if len(f.Before) > 0 {
		b.WriteString("  before that:\n")
	}
	for _, line := range f.Before {
		fmt.Fprintf(&b, "    %s\n", line)
	}
	return b.String()
}

// machine returns the failure for programs. It belongs to the first line that
// could have come next.
func (f *MismatchError) machine() *report.Failure {
	m := &report.Failure{
		Message: f.Reason, Class: "mismatch", Place: f.Script, File: f.Script,
		Lines: strings.Split(strings.TrimRight(f.String(), "\n"), "\n")[2:],
	}
	if f.Timeout {
		m.Class = "timeout"
	}
	if len(f.Expected) > 0 {
		m.Line = f.Expected[0].Line
	}
	return m
}

// fail returns a failure of this connection's client.
func (c *connection) fail(reason string) *MismatchError {
	return &MismatchError{Script: c.script.Name, Peer: c.peer, Reason: reason, Before: slices.Clone(c.recent)}
}

// stray returns the failure of a client that sent what no line takes.
func (c *connection) stray(p *script.Play, m *jolt.Message) *MismatchError {
	f := c.waiting(p, "the client sent what the script does not expect here", m)
	f.Got = string(m.Append(nil, c.script.Version))
	return f
}

// waiting returns a failure with the lines that could have come next. The
// message may be nil.
func (c *connection) waiting(p *script.Play, reason string, m *jolt.Message) *MismatchError {
	f := c.fail(reason)
	for _, l := range p.Expected() {
		e := Expected{Line: l.Number, Text: l.Text}
		if m != nil {
			e.Difference = l.Compare(m)
		}
		f.Expected = append(f.Expected, e)
	}
	if len(f.Expected) == 0 {
		f.Reason += ": the script has ended"
	}
	return f
}
