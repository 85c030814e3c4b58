package script

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// A Kind says what a line is for.
type Kind uint8

// The kinds.
const (
	Expect      Kind = iota + 1 // C: a message of the client
	Automatic                   // A: the same, answered as usual
	Send                        // S: a message to the client
	Exit                        // close everything and stop
	Noop                        // an empty chunk
	Raw                         // bytes as they are
	Sleep                       // wait
	AssertOrder                 // wait, and nothing may come meanwhile
	Reset                       // reset the connection
	statement                   // PY: performed here, never seen outside
)

// A Line is a line of a script that expects or sends something.
type Line struct {
	Kind    Kind
	Number  int           // in the script, from 1
	Text    string        // with its marker, as it is written
	Message jolt.Message  // of Send
	Bytes   []byte        // of Raw
	Wait    time.Duration // of Sleep and AssertOrder

	signature bolt.Signature // of what is expected
	anything  bool           // with any fields
	patterns  []*jolt.Pattern
	run       []assignment
}

// matches reports whether the line takes a message.
func (l *Line) matches(m *jolt.Message) bool {
	return l.signature == m.Signature && l.Compare(m) == ""
}

// Compare tells in which way a message of the same name is not what the line
// expects; "" when it is, or when the name is another.
func (l *Line) Compare(m *jolt.Message) string {
	if l.anything || l.signature != m.Signature {
		return ""
	}
	if len(l.patterns) != len(m.Fields) {
		return fmt.Sprintf("expected %d fields, got %d", len(l.patterns), len(m.Fields))
	}
	for i, p := range l.patterns {
		if d := p.Match(&m.Fields[i]); d != nil {
			return fmt.Sprintf("field %d%s", i+1, pathAndDifference(d))
		}
	}
	return ""
}

func pathAndDifference(d *jolt.Mismatch) string {
	if d.Path == "" {
		return ": " + d.String()
	}
	return d.String()
}

// expectation reads what a client line or an automatic line expects.
func (p *parser) expectation(w word) (*Line, error) {
	l := &Line{Kind: Expect, Number: w.number, Text: w.marker + " " + w.text}
	name, rest, at := split(w.text)
	var err error
	if l.signature, err = p.request(name); err != nil {
		return nil, p.fault(w, 0, "%v", err)
	}
	if w.marker != "C:" {
		l.Kind, l.anything = Automatic, rest == ""
	}
	if l.patterns, err = jolt.ParsePatterns(rest, p.version); err != nil {
		return nil, p.inside(w, at, err)
	}
	return l, nil
}

// request returns the signature of a client's message.
func (p *parser) request(name string) (bolt.Signature, error) {
	v := p.script.Version
	s, ok := jolt.ParseMessageName(name)
	switch {
	case name == "":
		return 0, errors.New("the name of a message is missing")
	case !ok:
		return 0, fmt.Errorf("there is no message %q", name)
	case strings.HasPrefix(name, "0x"):
		return s, nil
	case s.IsAnswer():
		return 0, fmt.Errorf("clients do not send %s", name)
	}
	if _, has := v.Fields(s); !has {
		return 0, fmt.Errorf("Bolt %s has no %s", v, name) //nolint:staticcheck // a name
	}
	if own := jolt.MessageName(s, v); own != name {
		return 0, fmt.Errorf("%s is called %s in Bolt %s", name, own, v)
	}
	return s, nil
}

// split takes the first word of a text, and tells where the rest begins.
func split(text string) (first, rest string, at int) {
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, "", len(text)
	}
	rest = strings.TrimLeft(text[end:], " \t")
	return text[:end], rest, len(text) - len(rest)
}

// inside turns an error of the notation into one of the script.
func (p *parser) inside(w word, at int, err error) error {
	if syntax, ok := errors.AsType[*jolt.SyntaxError](err); ok {
		return p.fault(w, at+syntax.Offset, "%s", syntax.Reason)
	}
	if syntax, ok := errors.AsType[*syntaxError](err); ok {
		return p.fault(w, at+syntax.offset, "%s", syntax.reason)
	}
	return p.fault(w, at, "%v", err)
}

// answer reads a server line.
func (p *parser) answer(w word) (*Line, error) {
	l := &Line{Kind: Send, Number: w.number, Text: w.marker + " " + w.text}
	if strings.HasPrefix(w.text, "<") {
		return l, p.command(l, w)
	}
	name, rest, at := split(w.text)
	s, ok := jolt.ParseMessageName(name)
	switch {
	case name == "":
		return nil, p.fault(w, 0, "the name of a message is missing")
	case !ok:
		return nil, p.fault(w, 0, "there is no message %q", name)
	case !s.IsAnswer() && !strings.HasPrefix(name, "0x"):
		return nil, p.fault(w, 0, "servers do not send %s; to send it all the same, call it 0x%02X", name, byte(s))
	}
	fields, err := jolt.ParseFields(rest, p.version)
	if err != nil {
		return nil, p.inside(w, at, err)
	}
	if len(fields) > 15 {
		return nil, p.fault(w, at, "a message has at most 15 fields")
	}
	l.Message = jolt.Message{Signature: s, Fields: fields}
	return l, nil
}

// command reads a server line in angle brackets.
func (p *parser) command(l *Line, w word) error {
	name, argument, ok := strings.Cut(w.text[1:], ">")
	if !ok {
		return p.fault(w, 0, "the closing > is missing")
	}
	argument = strings.TrimSpace(argument)
	at := len(w.text) - len(argument)
	var err error
	wants := argument != ""
	switch name {
	case "EXIT":
		l.Kind, wants = Exit, false
	case "NOOP":
		l.Kind, wants = Noop, false
	case "RST":
		l.Kind, wants = Reset, false
	case "RAW":
		l.Kind, wants = Raw, true
		l.Bytes, err = jolt.ParseHex(argument)
	case "SLEEP":
		l.Kind, wants = Sleep, true
		l.Wait, err = seconds(argument)
	case "ASSERT ORDER":
		l.Kind, l.Wait = AssertOrder, time.Second
		if wants {
			l.Wait, err = seconds(argument)
		}
	default:
		return p.fault(w, 0, "there is no <%s>: there are EXIT, NOOP, RAW, SLEEP, ASSERT ORDER, RST", name)
	}
	switch {
	case err != nil:
		return p.fault(w, at, "%v", err)
	case wants && argument == "":
		return p.fault(w, at, "<%s> needs an argument", name)
	case !wants && argument != "":
		return p.fault(w, at, "<%s> has no argument", name)
	}
	return nil
}
