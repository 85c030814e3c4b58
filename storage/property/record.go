package property

import (
	"encoding/binary"
	"errors"
	"math"
	"unsafe"
)

const (
	formWidth    = 0x03 // log2 of the width of numbers
	formTrailers = 0x80 // some value has a trailer
)

// MaxSize is the largest record in bytes.
const MaxSize = 128 << 20

// ErrTooLarge is returned when a record would be larger than [MaxSize].
var ErrTooLarge = errors.New("property: record is too large")

// A Record is a packed set of properties. The zero Record has none. Its bytes
// never change once they are written.
type Record []byte

// Len returns the number of properties.
func (r Record) Len() int {
	if len(r) < 2 {
		return 0
	}
	return int(r.number(1, r.width()))
}

func (r Record) width() int { return 1 << (r[0] & formWidth) }

// number reads a number of w bytes.
func (r Record) number(at, w int) uint32 {
	switch w {
	case 1:
		return uint32(r[at])
	case 2:
		return uint32(binary.LittleEndian.Uint16(r[at:]))
	default:
		return binary.LittleEndian.Uint32(r[at:])
	}
}

// At returns the record that begins at p, which must point to a record written
// by [Builder.Append]. It aliases the memory.
func At(p unsafe.Pointer) Record {
	form := *(*byte)(p)
	w := 1 << (form & formWidth)
	r := Record(unsafe.Slice((*byte)(p), 1+w))
	data := 1 + w + 2*w*r.Len()
	r = unsafe.Slice((*byte)(p), data)
	return unsafe.Slice((*byte)(p), data+int(r.number(data-w, w)))
}

// FindAt returns the value of a key in the record that begins at p, as [At] and
// [Record.Find] do, without a look at what comes after it. hint is the index
// where the key is expected, any number; the index where it was is returned.
func FindAt(p unsafe.Pointer, key uint32, hint int) (value []byte, at int) {
	if *(*byte)(p)&formWidth != 0 || key > math.MaxUint8 {
		return At(p).Find(key), hint
	}
	n := int(*(*byte)(unsafe.Add(p, 1)))
	dir := unsafe.Slice((*byte)(unsafe.Add(p, 2)), 2*n)
	k := byte(key)
	if 2*hint+1 >= len(dir) || dir[2*hint] != k {
		for hint = 0; ; hint++ {
			if hint == n {
				return nil, 0
			}
			if dir[2*hint] == k {
				break
			}
		}
	}
	start := byte(0)
	if hint > 0 {
		start = dir[2*hint-1]
	}
	data := unsafe.Add(p, 2+2*n+int(start))
	return unsafe.Slice((*byte)(data), int(dir[2*hint+1])-int(start)), hint
}

// Key returns the key of the property at index i.
func (r Record) Key(i int) uint32 {
	w := r.width()
	return r.number(1+w+2*w*i, w)
}

// Value returns the value at index i, with its trailer.
func (r Record) Value(i int) []byte {
	w := r.width()
	at := 1 + w + 2*w*i
	data := 1 + w + 2*w*r.Len()
	start := uint32(0)
	if i > 0 {
		start = r.number(at-w, w)
	}
	return r[data+int(start) : data+int(r.number(at+w, w))]
}

// Find returns the value of a key, or nil.
func (r Record) Find(key uint32) []byte {
	if len(r) < 2 {
		return nil
	}
	if r[0]&formWidth != 0 {
		return r.findWide(key)
	}
	n := int(r[1])
	if key > math.MaxUint8 || len(r) < 2+2*n {
		return nil
	}
	k := byte(key)
	dir := r[2 : 2+2*n]
	start := byte(0)
	for i := 0; i+1 < len(dir); i += 2 {
		if dir[i] == k {
			return r[2+2*n+int(start) : 2+2*n+int(dir[i+1])]
		}
		start = dir[i+1]
	}
	return nil
}

func (r Record) findWide(key uint32) []byte {
	for i := range r.Len() {
		switch k := r.Key(i); {
		case k == key:
			return r.Value(i)
		case k > key:
			return nil
		}
	}
	return nil
}

// HasTrailers reports whether some value is followed by a trailer, so that the
// bytes of its [Record.Value] are more than the PackStream.
func (r Record) HasTrailers() bool { return len(r) > 0 && r[0]&formTrailers != 0 }

// A Builder makes records. The zero Builder is ready to use; it is reused from
// record to record and belongs to one goroutine.
type Builder struct {
	keys     []uint32
	ends     []uint32
	values   []byte
	trailers bool
}

// Reset forgets what was added.
func (b *Builder) Reset() {
	b.keys, b.ends, b.values, b.trailers = b.keys[:0], b.ends[:0], b.values[:0], false
}

// add notes that the value of key ends here.
func (b *Builder) add(key uint32) error {
	if len(b.values) > MaxSize/2 {
		return ErrTooLarge
	}
	b.keys = append(b.keys, key)
	b.ends = append(b.ends, uint32(len(b.values))) //nolint:gosec // bounded above
	return nil
}

// AddStored appends a property whose value is in stored form, as
// [Record.Value] returns it; trailers tells whether it may have a trailer. Keys
// must rise.
func (b *Builder) AddStored(key uint32, value []byte, trailers bool) error {
	b.values = append(b.values, value...)
	b.trailers = b.trailers || trailers
	return b.add(key)
}

// Append appends the record to dst; nothing when no property was added.
func (b *Builder) Append(dst []byte) []byte {
	n := len(b.keys)
	if n == 0 {
		return dst
	}
	form := byte(0)
	top := max(b.keys[n-1], b.ends[n-1], uint32(n)) //nolint:gosec // n is bounded by the bytes
	switch {
	case top > math.MaxUint16:
		form = 2
	case top > math.MaxUint8:
		form = 1
	}
	w := 1 << form
	if b.trailers {
		form |= formTrailers
	}
	dst = append(dst, form)
	dst = appendNumber(dst, uint32(n), w) //nolint:gosec // n is bounded by the bytes
	for i, k := range b.keys {
		dst = appendNumber(dst, k, w)
		dst = appendNumber(dst, b.ends[i], w)
	}
	return append(dst, b.values...)
}

func appendNumber(dst []byte, n uint32, w int) []byte {
	switch w {
	case 1:
		return append(dst, byte(n)) //nolint:gosec // w is wide enough
	case 2:
		return binary.LittleEndian.AppendUint16(dst, uint16(n)) //nolint:gosec // w is wide enough
	default:
		return binary.LittleEndian.AppendUint32(dst, n)
	}
}
