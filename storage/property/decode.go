package property

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// errForm is what damaged bytes give. It has no details: they come from memory
// that this process wrote, or passed a checksum.
var errForm = errors.New("property: not a stored value")

// Decode returns a value from its stored form, as [Record.Value] gives it. Short
// strings are copied into the arena; nothing aliases b. The common scalars cost
// no allocation.
func Decode(b []byte, a *graph.Arena) (graph.Value, error) {
	if len(b) == 0 {
		return graph.Null, errForm
	}
	switch m := b[0]; {
	case m&0xF0 == 0x80:
		if n := int(m & 0x0F); n < len(b) {
			return a.String(b[1 : 1+n]), nil
		}
	case m == 0xD0 && len(b) >= 2:
		if n := int(b[1]); n+1 < len(b) {
			return a.String(b[2 : 2+n]), nil
		}
	default:
		if v, ok := decodeNumber(b); ok {
			return v, nil
		}
	}
	d := decoder{arena: a, b: b}
	d.d.Reset(b)
	d.d.SetLimits(packstream.Limits{UUID: true})
	return d.value()
}

// decodeNumber returns an integer or float from its stored form.
//
//nolint:gosec // bit patterns
func decodeNumber(b []byte) (graph.Value, bool) {
	switch m := b[0]; {
	case m < 0x80 || m >= 0xF0: // tiny integers are signed bytes
		return graph.Integer(int64(int8(m))), true
	case m == 0xC1 && len(b) >= 9:
		return graph.Float(math.Float64frombits(binary.BigEndian.Uint64(b[1:]))), true
	case m == 0xC8 && len(b) >= 2:
		return graph.Integer(int64(int8(b[1]))), true
	case m == 0xC9 && len(b) >= 3:
		return graph.Integer(int64(int16(binary.BigEndian.Uint16(b[1:])))), true
	case m == 0xCA && len(b) >= 5:
		return graph.Integer(int64(int32(binary.BigEndian.Uint32(b[1:])))), true
	case m == 0xCB && len(b) >= 9:
		return graph.Integer(int64(binary.BigEndian.Uint64(b[1:]))), true
	}
	return graph.Null, false
}

type decoder struct {
	d       packstream.Decoder
	arena   *graph.Arena
	b       []byte
	trailer int // where the next offset is; 0 before it is known
}

func (d *decoder) value() (graph.Value, error) {
	switch d.d.Peek() {
	case packstream.KindNull:
		return graph.Null, d.d.Null()
	case packstream.KindBoolean:
		b, err := d.d.Bool()
		return graph.Boolean(b), err
	case packstream.KindInteger:
		n, err := d.d.Int()
		return graph.Integer(n), err
	case packstream.KindFloat:
		f, err := d.d.Float()
		return graph.Float(f), err
	case packstream.KindString:
		s, err := d.d.StringBytes()
		return d.arena.String(s), err
	case packstream.KindBytes:
		s, err := d.d.Bytes()
		return graph.Bytes(append([]byte(nil), s...)), err
	case packstream.KindList:
		return d.list()
	case packstream.KindMap:
		return d.mapping()
	case packstream.KindStruct:
		return d.structure()
	case packstream.KindUUID:
		u, err := d.d.UUID()
		return graph.UUID(u), err
	default:
		return graph.Null, errForm
	}
}

func (d *decoder) list() (graph.Value, error) {
	n, err := d.d.ListHeader()
	if err != nil {
		return graph.Null, err
	}
	if err := d.d.Enter(); err != nil {
		return graph.Null, err
	}
	defer d.d.Leave()
	items := make([]graph.Value, n)
	for i := range items {
		if items[i], err = d.value(); err != nil {
			return graph.Null, err
		}
	}
	return graph.List(items), nil
}

func (d *decoder) mapping() (graph.Value, error) {
	n, err := d.d.MapHeader()
	if err != nil {
		return graph.Null, err
	}
	if err := d.d.Enter(); err != nil {
		return graph.Null, err
	}
	defer d.d.Leave()
	fields := make([]graph.Field, n)
	for i := range fields {
		if fields[i].Name, err = d.d.String(); err != nil {
			return graph.Null, err
		}
		if fields[i].Value, err = d.value(); err != nil {
			return graph.Null, err
		}
	}
	return graph.Map(fields), nil
}

// integerFields is how many integers each structure has that consists of them.
func integerFields(tag byte) int {
	switch tag {
	case tagDate, tagLocalTime:
		return 1
	case tagTime, tagLocalDateTime:
		return 2
	case tagDateTime:
		return 3
	case tagDuration:
		return 4
	}
	return 0
}

func (d *decoder) structure() (graph.Value, error) {
	tag, n, err := d.d.StructHeader()
	if err != nil {
		return graph.Null, err
	}
	if want := integerFields(tag); want > 0 {
		if n != want {
			return graph.Null, errForm
		}
		var f [4]int64
		for i := range n {
			if f[i], err = d.d.Int(); err != nil {
				return graph.Null, err
			}
		}
		return temporal(tag, f), nil
	}
	switch {
	case tag == tagZonedDateTime && n == 3:
		return d.zoned()
	case tag == tagPoint2D && n == 3, tag == tagPoint3D && n == 4:
		return d.point(n)
	case tag == tagVector && n == 2:
		return d.vector()
	}
	return graph.Null, errForm
}

//nolint:gosec // what was stored were the narrower types
func temporal(tag byte, f [4]int64) graph.Value {
	switch tag {
	case tagDate:
		return graph.Date(f[0])
	case tagLocalTime:
		return graph.LocalTime(f[0])
	case tagTime:
		return graph.Time(f[0], int32(f[1]))
	case tagLocalDateTime:
		return graph.LocalDateTime(f[0], int32(f[1]))
	case tagDateTime:
		return graph.DateTime(f[0], int32(f[1]), &graph.Zone{Offset: int32(f[2])})
	default:
		return graph.NewDuration(graph.Duration{Months: f[0], Days: f[1], Seconds: f[2], Nanos: int32(f[3])})
	}
}

func (d *decoder) zoned() (graph.Value, error) {
	seconds, err := d.d.Int()
	if err != nil {
		return graph.Null, err
	}
	nanos, err := d.d.Int()
	if err != nil {
		return graph.Null, err
	}
	name, err := d.d.String()
	if err != nil {
		return graph.Null, err
	}
	if d.trailer == 0 {
		end, err := EndOfValue(d.b)
		if err != nil {
			return graph.Null, err
		}
		d.trailer = end
	}
	if d.trailer+4 > len(d.b) {
		return graph.Null, errForm
	}
	offset := int32(binary.LittleEndian.Uint32(d.b[d.trailer:])) //nolint:gosec // bit pattern
	d.trailer += 4
	return graph.DateTime(seconds, int32(nanos), &graph.Zone{Name: name, Offset: offset}), nil //nolint:gosec // what was stored was an int32
}

func (d *decoder) point(n int) (graph.Value, error) {
	srid, err := d.d.Int()
	if err != nil {
		return graph.Null, err
	}
	var f [3]float64
	for i := range n - 1 {
		if f[i], err = d.d.Float(); err != nil {
			return graph.Null, err
		}
	}
	return graph.NewPoint(graph.Point{SRID: int32(srid), X: f[0], Y: f[1], Z: f[2]}), nil //nolint:gosec // what was stored was an int32
}

func (d *decoder) vector() (graph.Value, error) {
	t, err := d.d.Bytes()
	if err != nil {
		return graph.Null, err
	}
	data, err := d.d.Bytes()
	if err != nil {
		return graph.Null, err
	}
	if len(t) != 1 {
		return graph.Null, errForm
	}
	return graph.NewVector(&graph.Vector{Type: graph.VectorType(t[0]), Data: append([]byte(nil), data...)}), nil
}

// EndOfValue returns how many bytes of b its PackStream value takes; what
// follows is the trailer.
func EndOfValue(b []byte) (int, error) {
	d := packstream.NewDecoder(b)
	d.SetLimits(packstream.Limits{UUID: true})
	if err := d.Skip(); err != nil {
		return 0, err
	}
	return d.Offset(), nil
}
