package jolt

import (
	"fmt"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// A Message is a signature with its fields. Any number of fields of any kind can
// stand in it: the message need not be one that the version has.
type Message struct {
	Signature bolt.Signature
	Fields    []Value
}

// DecodeMessage reads a message without its chunks, to the last byte.
func DecodeMessage(b []byte) (Message, error) {
	d := packstream.NewDecoder(b)
	d.SetLimits(packstream.Limits{UUID: true})
	tag, n, err := d.StructHeader()
	if err != nil {
		return Message{}, err
	}
	items, err := decodeItems(d, n)
	if err != nil {
		return Message{}, err
	}
	if d.Remaining() > 0 {
		return Message{}, &packstream.SyntaxError{
			Offset: d.Offset(), Reason: fmt.Sprintf("%d bytes follow the message", d.Remaining()),
		}
	}
	return Message{bolt.Signature(tag), items}, nil
}

// AppendPackStream appends the message's bytes. There must not be more than 15
// fields.
func (m *Message) AppendPackStream(dst []byte) []byte {
	dst = packstream.AppendStructHeader(dst, byte(m.Signature), len(m.Fields))
	for i := range m.Fields {
		dst = m.Fields[i].AppendPackStream(dst)
	}
	return dst
}

// Append appends the message's name and fields as a version writes them.
func (m *Message) Append(dst []byte, v *bolt.Version) []byte {
	dst = append(dst, MessageName(m.Signature, v)...)
	for i := range m.Fields {
		dst = m.Fields[i].Append(append(dst, ' '), VersionOf(v))
	}
	return dst
}

// AppendPattern appends the message as a line that a script expects: it matches
// this message only.
func (m *Message) AppendPattern(dst []byte, v *bolt.Version) []byte {
	dst = append(dst, MessageName(m.Signature, v)...)
	for i := range m.Fields {
		dst = m.Fields[i].AppendPattern(append(dst, ' '), VersionOf(v))
	}
	return dst
}

// oldNames has the names that requests had before Bolt 3 or 4.0.
var oldNames = []struct {
	signature bolt.Signature
	name      string
	old       func(v *bolt.Version) bool
}{
	{bolt.SignatureHello, "INIT", func(v *bolt.Version) bool { return v.Login == bolt.LoginInit }},
	{bolt.SignaturePull, "PULL_ALL", func(v *bolt.Version) bool { return !v.Batches }},
	{bolt.SignatureDiscard, "DISCARD_ALL", func(v *bolt.Version) bool { return !v.Batches }},
}

// MessageName returns the name of a message in a version. One without a name is
// called by its signature, as in 0x2A.
func MessageName(s bolt.Signature, v *bolt.Version) string {
	for _, o := range oldNames {
		if o.signature == s && o.old(v) {
			return o.name
		}
	}
	if name := s.String(); !strings.HasPrefix(name, "Signature(") {
		return name
	}
	return fmt.Sprintf("0x%02X", byte(s))
}

// ParseMessageName is the reverse of [MessageName]. It knows all names of all
// versions; whether the version has such a message is not asked.
func ParseMessageName(name string) (bolt.Signature, bool) {
	for _, o := range oldNames {
		if o.name == name {
			return o.signature, true
		}
	}
	if digits, ok := strings.CutPrefix(name, "0x"); ok {
		b, err := ParseHex(digits)
		if err != nil || len(b) != 1 {
			return 0, false
		}
		return bolt.Signature(b[0]), true
	}
	return bolt.ParseSignature(name)
}
