package suite

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// A Class says what a check's expectation rests on.
type Class string

// The classes.
const (
	Specified Class = "specified" // the public documentation
	Reference Class = "reference" // what Neo4j does
	Own       Class = "own"       // drawbolt's decision
)

// A Check is one expectation of a server.
type Check struct {
	Group   string
	Name    string
	Section string // of the documentation
	Class   Class

	span   span
	once   bool // at the highest version only
	fresh  bool // begins before login
	raw    bool // begins before the handshake
	plain  bool // not over TLS
	secure bool // over TLS only
	alone  bool // disturbs others: runs alone
	steps  []step
	custom func(p *player) error // in place of steps
}

// String returns group and name.
func (c *Check) String() string { return c.Group + "/" + c.Name }

//go:embed checks/*.check
var checkFiles embed.FS

// Checks returns all checks: those of the files, then the generated ones.
func Checks() ([]*Check, error) {
	var list []*Check
	names, err := fs.Glob(checkFiles, "checks/*.check")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := checkFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		checks, err := ParseChecks(name, b)
		if err != nil {
			return nil, err
		}
		list = append(list, checks...)
	}
	generated, err := generate()
	return append(list, generated...), err
}

// ParseChecks reads a file of checks. A file is made of lines; # begins a
// comment.
//
//	group transactions
//	section Bolt: Message exchange
//
//	== commit after two statements | specified | 3-
//	C: BEGIN
//	C: RUN "RETURN 1"
//	C: PULL
//	S: SUCCESS
//	S: SUCCESS {fields: ["1"], ...}
//	S: RECORD [1]
//	S: SUCCESS
//
// A check's head has its name, class, versions and, optionally, flags: fresh
// (before login), raw (before the handshake), once (highest version only), plain
// or tls (only on such a connection), alone (no other check at the same time).
//
// C: is a request, by name with missing fields filled in and cut to what the
// version has, as an exact structure (10 "RETURN 1" {}), or as the payload
// <B0 0F>. Requests that follow each other go out in one write. S: is the next
// answer, with alternatives behind OR; a pattern of a map is exact unless it
// ends with "...". FAILURE takes a code and gql:STATUS/CAUSE/… (from 5.7 on).
// S*: is any number of answers, as long as a request is unanswered, S?: an
// answer that may be missing. CLOSED is the end of the connection.
//
// X: sends bytes that are no messages and R: expects such; {slot} stands for the
// version's four bytes. "on NAME" goes on with another connection, "on main"
// with the first. $name in a pattern remembers a value at its first use and is
// that value later on; $unique is a text of this check alone. "pause 20ms" waits, "silent 50ms" waits and expects no byte, "close" closes, "half-close"
// closes one direction.
//
// At the end a RESET must be answered by exactly one SUCCESS, so that an answer
// too many or too few is noticed; "leave" turns that off.
func ParseChecks(file string, text []byte) ([]*Check, error) {
	f := &fileParser{}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if err := f.line(strings.TrimSpace(string(line)), number); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	return f.checks, nil
}

// A fileParser is the state between lines.
type fileParser struct {
	group, section string
	checks         []*Check
}

func (f *fileParser) line(line string, number int) error {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "" || line[0] == '#':
		return nil
	case word == "group":
		f.group = rest
		return nil
	case word == "section":
		f.section = rest
		return nil
	case word == "==":
		return f.head(rest)
	case len(f.checks) == 0:
		return errors.New("a step before the first check")
	}
	s, err := parseStep(word, rest)
	if err != nil {
		return err
	}
	s.line = number
	c := f.checks[len(f.checks)-1]
	c.steps = append(c.steps, s)
	return nil
}

func (f *fileParser) head(text string) error {
	fields := strings.Split(text, "|")
	if len(fields) < 3 {
		return errors.New("a check's head is: name | class | versions [| flags]")
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	c := &Check{Group: f.group, Section: f.section, Name: fields[0], Class: Class(fields[1])}
	switch c.Class {
	case Specified, Reference, Own:
	default:
		return fmt.Errorf("%q is no class", fields[1])
	}
	var err error
	if c.span, err = parseSpan(fields[2]); err != nil {
		return err
	}
	for _, flag := range fields[3:] {
		for word := range strings.FieldsSeq(flag) {
			if err := c.flag(word); err != nil {
				return err
			}
		}
	}
	f.checks = append(f.checks, c)
	return nil
}

func (c *Check) flag(word string) error {
	switch word {
	case "once":
		c.once = true
	case "fresh":
		c.fresh = true
	case "raw":
		c.raw = true
	case "plain":
		c.plain = true
	case "tls":
		c.secure = true
	case "alone":
		c.alone = true
	default:
		return fmt.Errorf("%q is no flag", word)
	}
	return nil
}
