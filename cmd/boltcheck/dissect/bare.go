package dissect

import (
	"bytes"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// Bare returns the event of bytes that are one message without chunks, or one
// value, when they do not begin with a message's signature.
func Bare(side Side, b []byte, v *bolt.Version) Event {
	e := Event{Side: side, Kind: KindMessage, Size: int64(len(b)), Bytes: bytes.Clone(b)}
	if s, ok := bolt.PeekSignature(b); ok && sentBy(Either, s) && int(b[0]&0x0F) <= maxFields {
		c := &Conn{version: v}
		c.decode(side, &e)
		return e
	}
	d := packstream.NewDecoder(b)
	d.SetLimits(packstream.Limits{UUID: v == nil || v.UUIDs})
	value, err := jolt.Decode(d)
	if err != nil {
		e.Kind, e.Problem = KindBroken, e.problem(err)
		return e
	}
	e.Message = &Message{Name: "VALUE", Fields: []Field{{Name: "value", Value: value}}, Trailing: d.Rest()}
	rest := packstream.NewDecoder(b)
	rest.SetLimits(d.Limits())
	if err := checkValue(rest, v); err != nil {
		e.Problem = e.problem(err)
	} else if d.Remaining() > 0 {
		e.Problem = &Problem{Offset: int64(d.Offset()), Text: "bytes are behind the value"}
	}
	return e
}
