package script

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

const (
	maxSize  = 1 << 20
	maxDepth = 50
	// maxWait bounds the waits that a script can ask for.
	maxWait = 24 * time.Hour
)

// A Manifest says how a version is agreed.
type Manifest uint8

// The ways. A version that has no manifest knows [ManifestNever] only.
const (
	ManifestAllowed Manifest = iota // when the client asks for it
	ManifestNever
	ManifestAlways
)

// A Script is a script that can be played.
type Script struct {
	Name    string
	Version *bolt.Version

	// Restart allows one connection after another, Concurrent many at once.
	Restart, Concurrent bool

	// Manifest says whether the version is agreed by manifest, and Capabilities
	// what is offered then.
	Manifest     Manifest
	Capabilities uint64

	// Handshake replaces the answer to the client's opening, and
	// HandshakeResponse is what the client must say to that; nil means neither.
	// Delay is the time before the answer.
	Handshake, HandshakeResponse []byte
	Delay                        time.Duration

	auto  map[bolt.Signature]*Line
	lines []string
	body  *sequence
	scope scope
}

// Auto returns the line of the head that lets a message be answered at any time,
// or nil.
func (s *Script) Auto(m *jolt.Message) *Line { return s.auto[m.Signature] }

// fault returns an error about a line. Column 0 means the whole line.
func (s *Script) fault(line, column int, format string, args ...any) *Error {
	text := ""
	if line >= 1 && line <= len(s.lines) {
		text = s.lines[line-1]
	}
	return &Error{Name: s.Name, Line: line, Column: column, Text: text, Reason: fmt.Sprintf(format, args...)}
}

// Parse reads a script. Name is for messages. Errors are of type [*Error].
func Parse(name, text string) (*Script, error) {
	s := &Script{Name: name, auto: map[bolt.Signature]*Line{}}
	if len(text) > maxSize {
		return nil, s.fault(1, 0, "the script is larger than %d bytes", maxSize)
	}
	s.lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	p := &parser{script: s, version: jolt.V1}
	if err := p.head(); err != nil {
		return nil, err
	}
	if p.body(); p.err != nil {
		return nil, p.err
	}
	if err := p.check(s.body, true); err != nil {
		return nil, err
	}
	return s, nil
}

// A parser reads the lines of a script.
type parser struct {
	script  *Script
	version jolt.Version
	next    int // index of the next line
	depth   int
	err     error // the first one
}

// A word is a line without the blanks around it and without its marker.
type word struct {
	number int    // of the line, from 1
	column int    // where text begins, from 1, in characters
	marker string // "" for a line without one
	text   string
}

// markers are the beginnings of lines. Longer ones stand first.
var markers = []string{
	"ELIF:", "ELSE:", "IF:", "PY:", "{{", "}}", "----", "++++",
	"{?", "?}", "{*", "*}", "{+", "+}", "!:", "C:", "S:", "A:", "?:", "*:", "+:",
}

// peek returns the next line that is neither empty nor a comment, and false at
// the end.
func (p *parser) peek() (word, bool) {
	for ; p.next < len(p.script.lines); p.next++ {
		line := p.script.lines[p.next]
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' {
			continue
		}
		w := word{number: p.next + 1, text: text}
		for _, m := range markers {
			if strings.HasPrefix(text, m) {
				w.marker, w.text = m, strings.TrimSpace(text[len(m):])
				break
			}
		}
		before, _, _ := strings.Cut(line, text)
		w.column = len([]rune(before)) + len([]rune(text)) - len([]rune(w.text)) + 1
		return w, true
	}
	return word{number: len(p.script.lines)}, false
}

// fault returns an error about a place in a line, in bytes of its text.
func (p *parser) fault(w word, offset int, format string, args ...any) error {
	column := w.column + len([]rune(w.text[:min(offset, len(w.text))]))
	return p.script.fault(w.number, column, format, args...)
}

// head reads the lines that begin with a bang, the version first.
func (p *parser) head() error {
	var rest []word
	for {
		w, ok := p.peek()
		if !ok || w.marker != "!:" {
			break
		}
		p.next++
		if name, _, _ := split(w.text); name != "BOLT" {
			rest = append(rest, w)
			continue
		}
		if p.script.Version != nil {
			return p.fault(w, 0, "the version stands here twice")
		}
		if err := p.bolt(w); err != nil {
			return err
		}
	}
	if p.script.Version == nil {
		return p.script.fault(1, 0, `the script does not say its version: "!: BOLT 5.4" is missing in its head`)
	}
	for _, w := range rest {
		if err := p.bang(w); err != nil {
			return err
		}
	}
	if p.script.HandshakeResponse != nil && p.script.Handshake == nil {
		return p.script.fault(1, 0, "HANDSHAKE_RESPONSE needs a HANDSHAKE")
	}
	return nil
}

// releases are versions by the number of the server that had them first.
var releases = []struct{ text, version string }{
	{"3.0", "1"},
	{"3.1", "1"},
	{"3.2", "1"},
	{"3.3", "1"},
	{"3.4", "2"},
	{"3.5", "3"},
	{"3.6", "3"},
	{"4", "4.0"},
	{"5", "5.0"},
	{"6", "6.0"},
}

// bolt reads the version and what is offered with it.
func (p *parser) bolt(w word) error {
	fields := strings.Fields(w.text)
	if len(fields) < 2 {
		return p.fault(w, len(w.text), `a version is missing, as in "BOLT 5.4"`)
	}
	text := fields[1]
	for _, r := range releases {
		if r.text == text {
			text = r.version
		}
	}
	list, ok := bolt.Versions(text, text, true)
	if !ok {
		return p.fault(w, strings.Index(w.text, fields[1]), "there is no Bolt %s", fields[1])
	}
	s := p.script
	s.Version, p.version = list[0], jolt.VersionOf(list[0])
	if !hasManifest(s.Version) {
		s.Manifest = ManifestNever
	}
	if len(fields) == 2 {
		return nil
	}
	rest := strings.Join(fields[2:], " ")
	b, err := jolt.ParseHex(rest)
	n, size := binary.Uvarint(b)
	switch {
	case s.Manifest == ManifestNever:
		return p.fault(w, strings.Index(w.text, fields[2]), "capabilities are offered from Bolt 5.7 on")
	case err != nil || size != len(b):
		return p.fault(w, strings.Index(w.text, fields[2]), "capabilities are the bytes of a varint, such as FF 01")
	}
	s.Capabilities = n
	return nil
}

// hasManifest reports whether servers offer a version by manifest.
func hasManifest(v *bolt.Version) bool { return v.GQLErrors } // it came with 5.7, as those did

// bang reads any other line of the head.
func (p *parser) bang(w word) error {
	name, argument, at := split(w.text)
	s := p.script
	var err error
	switch name {
	case "AUTO":
		line, err := p.expectation(word{number: w.number, column: w.column + at, marker: "A:", text: argument})
		if err != nil {
			return err
		}
		if !line.anything {
			return p.fault(w, at, "the head answers messages with any fields, so none can stand here")
		}
		s.auto[line.signature] = line
		return nil
	case "ALLOW":
		switch argument {
		case "RESTART":
			s.Restart = true
		case "CONCURRENT":
			s.Restart, s.Concurrent = true, true
		default:
			return p.fault(w, at, "what can be allowed is RESTART or CONCURRENT")
		}
		return nil
	case "HANDSHAKE":
		s.Handshake, err = jolt.ParseHex(argument)
	case "HANDSHAKE_RESPONSE":
		s.HandshakeResponse, err = jolt.ParseHex(argument)
	case "HANDSHAKE_DELAY":
		s.Delay, err = seconds(argument)
	case "HANDSHAKE_MANIFEST":
		switch {
		case argument == "0":
			s.Manifest = ManifestNever
		case argument == "1" && hasManifest(s.Version):
			s.Manifest = ManifestAlways
		default:
			return p.fault(w, at, "the manifest is 0 for none, or 1 from Bolt 5.7 on")
		}
		return nil
	case "PY":
		statements, err := p.statements(w, at)
		if err != nil {
			return err
		}
		if err := s.scope.run(statements); err != nil {
			return p.fault(w, at, "%v", err)
		}
		return nil
	default:
		return p.fault(w, 0, "the head has no line %q: it has BOLT, AUTO, ALLOW, HANDSHAKE, HANDSHAKE_RESPONSE, HANDSHAKE_DELAY, HANDSHAKE_MANIFEST, PY", name)
	}
	if err == nil && argument == "" {
		err = fmt.Errorf("%s needs an argument", name)
	}
	if err != nil {
		return p.fault(w, at, "%v", err)
	}
	return nil
}

// seconds reads a time in seconds.
func seconds(text string) (time.Duration, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > maxWait.Seconds() {
		return 0, fmt.Errorf("%q is no number of seconds from 0 to %.0f", text, maxWait.Seconds())
	}
	return time.Duration(f * float64(time.Second)), nil
}
