package record

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// anything stands in messages where a script matches everything. It can not be
// mistaken: patterns write the character in another way.
const anything = "\x00anything"

// A script is written while a connection goes on.
type script struct {
	open   func() (io.WriteCloser, error) // called when there is something to write
	redact bool
	exact  bool // the client's description of itself must be the same

	w     io.WriteCloser
	lines int
	over  bool // the client has said goodbye
	err   error
}

// event writes an event of a connection with a version.
func (s *script) event(e *dissect.Event, v *bolt.Version) {
	switch {
	case e.Kind == dissect.KindOpening || e.Kind == dissect.KindReply || e.Kind == dissect.KindManifest || e.Kind == dissect.KindChoice:
		return // the version says it
	case v == nil:
		return // no session has begun
	case e.Message != nil && len(e.Message.Trailing) == 0:
		s.message(e, v)
	case e.Side == dissect.Server && e.Kind == dissect.KindNoop:
		s.line(v, "S: <NOOP>")
	case e.Side == dissect.Server && len(e.Bytes) > 0:
		s.line(v, "S: <RAW> "+strings.ToUpper(hex.EncodeToString(rawBytes(e))))
	case e.Side == dissect.Client && e.Kind != dissect.KindNoop:
		s.line(v, "# the client sent what is no message")
	}
}

// rawBytes returns a message's bytes in its chunks.
func rawBytes(e *dissect.Event) []byte {
	if len(e.Chunks) == 0 {
		return e.Bytes
	}
	var raw []byte
	rest := e.Bytes
	for _, c := range e.Chunks {
		n := min(c.Size, len(rest))
		raw = append(raw, byte(c.Size>>8), byte(c.Size)) //nolint:gosec // chunks have 16-bit sizes
		raw = append(raw, rest[:n]...)
		rest = rest[n:]
	}
	return append(raw, 0, 0)
}

func (s *script) message(e *dissect.Event, v *bolt.Version) {
	m := jolt.Message{Signature: e.Message.Signature}
	for i := range e.Message.Fields {
		m.Fields = append(m.Fields, e.Message.Fields[i].Value)
	}
	if e.Side == dissect.Server {
		s.line(v, string(m.Append([]byte("S: "), v)))
		return
	}
	s.loosen(&m)
	text := m.AppendPattern([]byte("C: "), v)
	mark := jolt.String(anything)
	text = bytes.ReplaceAll(text, mark.AppendPattern(nil, jolt.VersionOf(v)), []byte(`"*"`))
	s.line(v, string(text))
	s.over = s.over || m.Signature == bolt.SignatureGoodbye
}

// loosen puts anything in the place of what differs from client to client, and
// of secrets.
func (s *script) loosen(m *jolt.Message) {
	switch m.Signature {
	case bolt.SignatureHello, bolt.SignatureLogon:
		if len(m.Fields) == 2 && !s.exact { // INIT
			m.Fields[0] = jolt.String(anything)
		}
		if len(m.Fields) > 0 {
			s.loosenEntries(&m.Fields[len(m.Fields)-1])
		}
	case bolt.SignatureRoute:
		if len(m.Fields) > 0 && !s.exact {
			m.Fields[0] = jolt.String(anything)
		}
	case bolt.SignatureRun:
		if s.redact && len(m.Fields) > 1 && dissect.Sensitive(m.Fields[0].Text) {
			m.Fields[0], m.Fields[1] = jolt.String(anything), jolt.String(anything)
		}
	default: // is the same from every client
	}
}

func (s *script) loosenEntries(v *jolt.Value) {
	if v.Kind != packstream.KindMap {
		return
	}
	entries := append([]jolt.Entry{}, v.Entries...)
	for i := range entries {
		switch entries[i].Key {
		case "user_agent", "bolt_agent", "routing":
			if !s.exact {
				entries[i].Value = jolt.String(anything)
			}
		case "credentials", "parameters":
			if s.redact {
				entries[i].Value = jolt.String(anything)
			}
		}
	}
	v.Entries = entries
}

// closed ends the script. Server: it was the server that closed.
func (s *script) closed(v *bolt.Version, server bool) {
	if server && !s.over && s.lines > 0 {
		s.line(v, "S: <EXIT>")
	}
	if s.w != nil {
		if err := s.w.Close(); err != nil && s.err == nil {
			s.err = err
		}
	}
}

// line writes a line, in front of the first one those of the version.
func (s *script) line(v *bolt.Version, text string) {
	if s.err != nil {
		return
	}
	if s.w == nil {
		if s.w, s.err = s.open(); s.err != nil {
			return
		}
		text = fmt.Sprintf("!: BOLT %s\n\n%s", v, text)
	}
	_, s.err = io.WriteString(s.w, text+"\n")
	s.lines++
}
