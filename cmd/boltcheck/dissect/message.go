package dissect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// maxFields is the largest number of fields that any message has.
const maxFields = 3

// fieldNames are the names of the fields, as far as a version has them.
func fieldNames(s bolt.Signature, v *bolt.Version, n int) []string {
	switch s {
	case bolt.SignatureHello:
		if v != nil && v.Login == bolt.LoginInit || v == nil && n == 2 {
			return []string{"user_agent", "auth_token"}
		}
		return []string{"extra"}
	case bolt.SignatureRun:
		return []string{"query", "parameters", "extra"}
	case bolt.SignatureBegin, bolt.SignaturePull, bolt.SignatureDiscard:
		return []string{"extra"}
	case bolt.SignatureRoute:
		if v != nil && !v.RouteMap {
			return []string{"routing", "bookmarks", "db"}
		}
		return []string{"routing", "bookmarks", "extra"}
	case bolt.SignatureLogon:
		return []string{"auth"}
	case bolt.SignatureTelemetry:
		return []string{"api"}
	case bolt.SignatureSuccess, bolt.SignatureFailure, bolt.SignatureIgnored:
		return []string{"metadata"}
	case bolt.SignatureRecord:
		return []string{"data"}
	default:
		return nil
	}
}

// messageName is the name of a message in a version; when that is not known, the
// number of fields tells.
func messageName(s bolt.Signature, v *bolt.Version, n int) string {
	switch {
	case v != nil:
		return jolt.MessageName(s, v)
	case s == bolt.SignatureHello && n == 2:
		return "INIT"
	case s == bolt.SignaturePull && n == 0:
		return "PULL_ALL"
	case s == bolt.SignatureDiscard && n == 0:
		return "DISCARD_ALL"
	case !s.IsAnswer() && !isRequest(s):
		return fmt.Sprintf("0x%02X", byte(s))
	default:
		return s.String()
	}
}

// isRequest reports whether clients of any version send a message.
func isRequest(s bolt.Signature) bool {
	_, known := bolt.ParseSignature(s.String())
	return known && !s.IsAnswer()
}

// sentBy reports whether a side may send a message.
func sentBy(side Side, s bolt.Signature) bool {
	return side != Server && isRequest(s) || side != Client && s.IsAnswer()
}

// decode finds out what the bytes of a message event mean.
func (c *Conn) decode(side Side, e *Event) {
	m, err := DecodeMessage(e.Bytes, c.version)
	if err != nil {
		e.Kind, e.Problem = KindBroken, e.problem(err)
		return
	}
	e.Message = m
	switch {
	case m.Signature.IsAnswer():
		e.Side = Server
	case isRequest(m.Signature):
		e.Side = Client
	}
	switch {
	case side != Client && e.Side == Server:
		c.answer(m)
	case side != Server && e.Side == Client:
		c.ask(m)
	}
	if fault := m.fault(c.version); fault != "" {
		e.Problem = &Problem{Offset: e.At(0), Text: fault}
	} else if err := checkStructures(e.Bytes, c.version); err != nil {
		e.Problem = e.problem(err)
	} else if side != Either && e.Side != Either && e.Side != side {
		e.Problem = &Problem{Offset: e.Offset, Text: fmt.Sprintf("%s is not sent by a %s", m.Name, side)}
	}
	if side != Either {
		e.Side = side
	}
}

// maxPending is how many requests wait for their answers: more mean that
// the answers are not here.
const maxPending = 1 << 16

// A request waits for its answer.
type request struct {
	signature bolt.Signature
	name      string
}

// ask notes a request that will be answered.
func (c *Conn) ask(m *Message) {
	if m.Signature == bolt.SignatureGoodbye {
		return
	}
	if len(c.pending) == maxPending {
		c.pending = nil
	}
	c.pending = append(c.pending, request{m.Signature, m.Name})
}

// answer finds the request of an answer, and learns from it.
func (c *Conn) answer(m *Message) {
	if len(c.pending) == 0 {
		return
	}
	asked := c.pending[0]
	m.Answers = asked.name
	if m.Signature == bolt.SignatureRecord {
		return
	}
	c.pending = c.pending[1:]
	if m.Signature == bolt.SignatureSuccess && asked.signature == bolt.SignatureHello &&
		c.version != nil && c.version.PatchUTC && hasUTC(m) {
		c.version = c.version.WithUTC()
	}
}

// hasUTC reports whether the answer to HELLO agrees to date-times in UTC.
func hasUTC(m *Message) bool {
	if len(m.Fields) == 0 {
		return false
	}
	patches, _ := m.Fields[0].Value.Get("patch_bolt")
	return slices.ContainsFunc(patches.Items, func(p jolt.Value) bool { return p.Text == "utc" })
}

// problem translates the offset in a message's payload into the direction's.
func (e *Event) problem(err error) *Problem {
	syntax, ok := errors.AsType[*packstream.SyntaxError](err)
	if !ok {
		return &Problem{Offset: e.Offset, Text: err.Error()}
	}
	return &Problem{Offset: e.At(syntax.Offset), Text: syntax.Reason}
}

// At returns the offset in the direction's bytes of a byte of the message.
func (e *Event) At(payload int) int64 {
	for i, chunk := range e.Chunks {
		if payload < chunk.Size || payload == chunk.Size && i == len(e.Chunks)-1 {
			return chunk.Offset + 2 + int64(payload)
		}
		payload -= chunk.Size
	}
	return e.Offset + int64(payload)
}

// DecodeMessage decodes a message of a version without its chunks; a nil version
// means any. It fails when the bytes are not a structure of complete values.
func DecodeMessage(payload []byte, v *bolt.Version) (*Message, error) {
	d := packstream.NewDecoder(payload)
	d.SetLimits(packstream.Limits{UUID: v == nil || v.UUIDs})
	tag, n, err := d.StructHeader()
	if err != nil {
		return nil, err
	}
	if err := d.Enter(); err != nil {
		return nil, err
	}
	s := bolt.Signature(tag)
	m := &Message{Signature: s, Name: messageName(s, v, n)}
	names := fieldNames(s, v, n)
	for i := range n {
		v, err := jolt.Decode(d)
		if err != nil {
			return nil, err
		}
		f := Field{Name: fmt.Sprintf("field %d", i+1), Value: v}
		if i < len(names) {
			f.Name = names[i]
		}
		m.Fields = append(m.Fields, f)
	}
	m.Trailing = slices.Clip(d.Rest())
	return m, nil
}

// fault says in which way a message is not one of a version.
func (m *Message) fault(v *bolt.Version) string {
	n := len(m.Fields)
	switch {
	case !m.Signature.IsAnswer() && !isRequest(m.Signature):
		return fmt.Sprintf("no message has the signature %02X", byte(m.Signature))
	case len(m.Trailing) > 0:
		return "there are bytes behind the message: " + cutHex(m.Trailing)
	case m.Signature == bolt.SignatureIgnored && n <= 1: // some servers send metadata
		return ""
	case m.Signature.IsAnswer() && n != 1:
		return fmt.Sprintf("%s has one field, not %d", m.Name, n)
	case v == nil || m.Signature.IsAnswer():
		return ""
	}
	want, ok := v.Fields(m.Signature)
	switch {
	case !ok:
		return fmt.Sprintf("Bolt %s has no %s", v, m.Name)
	case n != want:
		return fmt.Sprintf("%s has %d field(s) in Bolt %s, not %d", m.Name, want, v, n)
	}
	return ""
}
