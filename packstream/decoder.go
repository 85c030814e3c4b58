package packstream

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A Decoder reads values out of one message. Its zero value reads nothing; use
// [NewDecoder], or [Decoder.Reset] to read the next message without a new one.
// After an error the position is unspecified and reading must stop.
type Decoder struct {
	buf    []byte
	pos    int
	size   int // of the whole message
	items  int // announced by all containers so far
	depth  int // containers entered
	limits Limits
}

// NewDecoder returns a decoder of buf, which it does not copy, with zero
// [Limits].
func NewDecoder(buf []byte) *Decoder {
	d := new(Decoder)
	d.Reset(buf)
	return d
}

// Reset makes the decoder read buf from its start. The limits stay.
func (d *Decoder) Reset(buf []byte) {
	d.buf, d.size = buf, len(buf)
	d.pos, d.items, d.depth = 0, 0, 0
}

// SetLimits replaces the limits, for what is read from now on.
func (d *Decoder) SetLimits(l Limits) { d.limits = l }

// Limits returns the limits.
func (d *Decoder) Limits() Limits { return d.limits }

// Offset returns the number of bytes consumed.
func (d *Decoder) Offset() int { return d.pos }

// Remaining returns the number of bytes left.
func (d *Decoder) Remaining() int { return len(d.buf) - d.pos }

// Rest returns the bytes that are left, without consuming them. They alias the
// message.
func (d *Decoder) Rest() []byte { return d.buf[d.pos:] }

// Rebase goes on reading in a copy of [Decoder.Rest] that the caller has made, so
// that what is read from now on aliases the copy. Limits, depth and announced
// items stay as they are; offsets start again.
func (d *Decoder) Rebase(rest []byte) {
	d.buf, d.pos = rest, 0
}

// Peek returns the kind of the next value without consuming it, and [KindEnd]
// when nothing is left. A UUID counts as reserved where the limits do not
// allow it.
func (d *Decoder) Peek() Kind {
	if d.pos >= len(d.buf) {
		return KindEnd
	}
	k := kinds[d.buf[d.pos]]
	if k == KindUUID && !d.limits.UUID {
		return KindReserved
	}
	return k
}

// Enter notes that the caller is about to read the contents of a container, and
// fails when that is deeper than the limit. Whoever reads values recursively
// calls Enter after a header and Leave after the last item.
func (d *Decoder) Enter() error {
	limit := d.limits.Depth
	if limit == 0 {
		limit = DefaultDepth
	}
	if d.depth >= limit {
		return &SyntaxError{
			Offset: d.pos, Fault: FaultDepth,
			Reason: fmt.Sprintf("nested deeper than %d", limit),
		}
	}
	d.depth++
	return nil
}

// Leave undoes one [Decoder.Enter].
func (d *Decoder) Leave() { d.depth-- }

// Null consumes a null.
func (d *Decoder) Null() error {
	if d.Peek() != KindNull {
		return d.unexpected(KindNull)
	}
	d.pos++
	return nil
}

// Bool consumes a boolean.
func (d *Decoder) Bool() (bool, error) {
	if d.Peek() != KindBoolean {
		return false, d.unexpected(KindBoolean)
	}
	b := d.buf[d.pos] == markerTrue
	d.pos++
	return b, nil
}

// Int consumes an integer of any width.
func (d *Decoder) Int() (int64, error) {
	if d.pos >= len(d.buf) {
		return 0, d.unexpected(KindInteger)
	}
	if m := d.buf[d.pos]; m < markerTinyString || m >= markerTinyInt {
		d.pos++
		return int64(int8(m)), nil //nolint:gosec // F0 … FF are negative
	}
	return d.wideInt()
}

func (d *Decoder) wideInt() (int64, error) {
	b := d.buf[d.pos:]
	var width int
	switch b[0] {
	case markerInt8:
		width = 1
	case markerInt16:
		width = 2
	case markerInt32:
		width = 4
	case markerInt64:
		width = 8
	default:
		return 0, d.unexpected(KindInteger)
	}
	if len(b) <= width {
		return 0, d.truncated()
	}
	d.pos += 1 + width
	switch width {
	case 1:
		return int64(int8(b[1])), nil //nolint:gosec // bit pattern
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b[1:]))), nil //nolint:gosec // bit pattern
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b[1:]))), nil //nolint:gosec // bit pattern
	}
	return int64(binary.BigEndian.Uint64(b[1:])), nil //nolint:gosec // bit pattern
}

// Float consumes a float. Integers are not accepted in its place.
func (d *Decoder) Float() (float64, error) {
	if d.Peek() != KindFloat {
		return 0, d.unexpected(KindFloat)
	}
	b := d.buf[d.pos:]
	if len(b) < 9 {
		return 0, d.truncated()
	}
	d.pos += 9
	return math.Float64frombits(binary.BigEndian.Uint64(b[1:])), nil
}

// Bytes consumes a byte array. The result aliases the message.
func (d *Decoder) Bytes() ([]byte, error) {
	if d.Peek() != KindBytes {
		return nil, d.unexpected(KindBytes)
	}
	n, err := d.wideSize(d.buf[d.pos] - markerBytes8)
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

// StringBytes consumes a string and returns its bytes, which alias the message
// and are not checked to be UTF-8.
func (d *Decoder) StringBytes() ([]byte, error) {
	if d.pos >= len(d.buf) {
		return nil, d.unexpected(KindString)
	}
	m := d.buf[d.pos]
	if m&0xF0 == markerTinyString {
		d.pos++
		return d.take(int(m & tinyMax))
	}
	if kinds[m] != KindString {
		return nil, d.unexpected(KindString)
	}
	n, err := d.wideSize(m - markerString8)
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

// String consumes a string and returns a copy, which is not checked to be
// UTF-8.
func (d *Decoder) String() (string, error) {
	b, err := d.StringBytes()
	return string(b), err
}

// ListHeader consumes a list header and returns how many items follow it. The
// counts of all containers together are never larger than the message, because
// every item takes at least one byte; callers may therefore allocate for it.
func (d *Decoder) ListHeader() (int, error) {
	if d.pos < len(d.buf) && d.buf[d.pos]&0xF0 == markerTinyList {
		n := int(d.buf[d.pos] & tinyMax)
		d.pos++
		return n, d.announce(n, 1)
	}
	if d.Peek() != KindList {
		return 0, d.unexpected(KindList)
	}
	n, err := d.wideSize(d.buf[d.pos] - markerList8)
	if err != nil {
		return 0, err
	}
	return n, d.announce(n, 1)
}

// MapHeader consumes a map header and returns how many entries follow it, each
// a string and a value. As with [Decoder.ListHeader], callers may allocate for
// them.
func (d *Decoder) MapHeader() (int, error) {
	if d.pos < len(d.buf) && d.buf[d.pos]&0xF0 == markerTinyMap {
		n := int(d.buf[d.pos] & tinyMax)
		d.pos++
		return n, d.announce(n, 2)
	}
	if d.Peek() != KindMap {
		return 0, d.unexpected(KindMap)
	}
	n, err := d.wideSize(d.buf[d.pos] - markerMap8)
	if err != nil {
		return 0, err
	}
	return n, d.announce(n, 2)
}

// StructHeader consumes a structure header and returns its tag and the number
// of fields that follow it. The two markers with an 8-bit or 16-bit field
// count are accepted.
func (d *Decoder) StructHeader() (tag byte, n int, err error) {
	if d.Peek() != KindStruct {
		return 0, 0, d.unexpected(KindStruct)
	}
	if m := d.buf[d.pos]; m < markerNull {
		n = int(m & tinyMax)
		d.pos++
	} else if n, err = d.wideSize(m - markerStruct8); err != nil {
		return 0, 0, err
	}
	if d.pos >= len(d.buf) {
		return 0, 0, d.truncated()
	}
	tag = d.buf[d.pos]
	d.pos++
	return tag, n, d.announce(n, 1)
}

// UUID consumes a UUID, in the order of its textual form.
func (d *Decoder) UUID() (u [16]byte, err error) {
	if d.Peek() != KindUUID {
		return u, d.unexpected(KindUUID)
	}
	d.pos++
	b, err := d.take(len(u))
	copy(u[:], b)
	return u, err
}

// take consumes n bytes.
func (d *Decoder) take(n int) ([]byte, error) {
	if n > len(d.buf)-d.pos {
		return nil, d.truncated()
	}
	b := d.buf[d.pos : d.pos+n : d.pos+n]
	d.pos += n
	return b, nil
}

// announce accounts for n items of at least size bytes each.
func (d *Decoder) announce(n, size int) error {
	d.items += n
	switch {
	case n > (len(d.buf)-d.pos)/size || d.items > d.size:
		return &SyntaxError{
			Offset: d.pos, Fault: FaultTruncated,
			Reason: "a container is longer than its message",
		}
	case d.limits.Items > 0 && d.items > d.limits.Items:
		return &SyntaxError{
			Offset: d.pos, Fault: FaultItems,
			Reason: fmt.Sprintf("more than %d items", d.limits.Items),
		}
	}
	return nil
}

// wideSize consumes a marker and the size after it: of one byte for form 0, two
// for form 1, four for form 2.
func (d *Decoder) wideSize(form byte) (int, error) {
	width := 1 << form
	b := d.buf[d.pos:]
	if len(b) <= width {
		return 0, d.truncated()
	}
	var n int64
	switch form {
	case 0:
		n = int64(b[1])
	case 1:
		n = int64(binary.BigEndian.Uint16(b[1:]))
	default:
		n = int64(binary.BigEndian.Uint32(b[1:]))
	}
	if n > MaxSize {
		return 0, &SyntaxError{
			Offset: d.pos, Fault: FaultSize, Size: n,
			Reason: fmt.Sprintf("size %d exceeds %d", n, MaxSize),
		}
	}
	d.pos += 1 + width
	return int(n), nil
}

func (d *Decoder) truncated() error {
	return &SyntaxError{Offset: d.pos, Fault: FaultTruncated, Reason: "unexpected end"}
}

// unexpected explains why the next value is not of kind want.
func (d *Decoder) unexpected(want Kind) error {
	got := d.Peek()
	if got == KindEnd {
		return d.truncated()
	}
	if got == KindReserved {
		// Say UUID where one came too early: that is what the sender meant.
		got = kinds[d.buf[d.pos]]
		return &SyntaxError{
			Offset: d.pos, Fault: FaultReserved, Want: want, Got: got,
			Reason: fmt.Sprintf("unexpected type %s", got),
		}
	}
	return &SyntaxError{
		Offset: d.pos, Fault: FaultType, Want: want, Got: got,
		Reason: fmt.Sprintf("expected %s but got %s", want, got),
	}
}
