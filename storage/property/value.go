package property

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxDepth is the deepest nesting of lists and maps in a value, which is what
// the wire allows too.
const maxDepth = 90

// A TypeError reports a value that cannot be stored.
type TypeError struct {
	Kind graph.Kind
}

// Error names the type.
func (e *TypeError) Error() string {
	return fmt.Sprintf("property: a value of type %s cannot be stored", e.Kind)
}

// ErrTooDeep is returned for lists and maps that are nested too deeply.
var ErrTooDeep = errors.New("property: value is nested too deeply")

// The tags of the structures that values may be.
const (
	tagDate          = 'D'
	tagTime          = 'T'
	tagLocalTime     = 't'
	tagLocalDateTime = 'd'
	tagDateTime      = 'I'
	tagZonedDateTime = 'i'
	tagDuration      = 'E'
	tagPoint2D       = 'X'
	tagPoint3D       = 'Y'
	tagVector        = 'V'
)

// Add appends a property. Keys must rise; the value must not be null.
func (b *Builder) Add(key uint32, v graph.Value) error {
	start := len(b.values)
	e := encoder{dst: b.values}
	if err := e.value(v, 0); err != nil {
		b.values = e.dst[:start]
		return err
	}
	if len(e.offsets) > 0 {
		b.trailers = true
		for _, o := range e.offsets {
			e.dst = binary.LittleEndian.AppendUint32(e.dst, uint32(o)) //nolint:gosec // bit pattern
		}
	}
	b.values = e.dst
	return b.add(key)
}

// AppendValue appends the stored form of one value and reports whether it has a
// trailer.
func AppendValue(dst []byte, v graph.Value) (stored []byte, trailer bool, err error) {
	e := encoder{dst: dst}
	if err := e.value(v, 0); err != nil {
		return dst, false, err
	}
	for _, o := range e.offsets {
		e.dst = binary.LittleEndian.AppendUint32(e.dst, uint32(o)) //nolint:gosec // bit pattern
	}
	return e.dst, len(e.offsets) > 0, nil
}

type encoder struct {
	dst     []byte
	offsets []int32 // of date-times with a named zone, in order
}

func (e *encoder) value(v graph.Value, depth int) error {
	switch v.Kind() {
	case graph.KindNull:
		e.dst = packstream.AppendNull(e.dst)
	case graph.KindBoolean:
		e.dst = packstream.AppendBool(e.dst, v.Bool())
	case graph.KindInteger:
		e.dst = packstream.AppendInt(e.dst, v.Int())
	case graph.KindFloat:
		e.dst = packstream.AppendFloat(e.dst, v.Float())
	case graph.KindString:
		e.dst = packstream.AppendString(e.dst, v.Str())
	case graph.KindBytes:
		e.dst = packstream.AppendBytes(e.dst, v.Bytes())
	case graph.KindList, graph.KindMap:
		if depth == maxDepth {
			return ErrTooDeep
		}
		return e.container(v, depth+1)
	case graph.KindUUID:
		e.dst = packstream.AppendUUID(e.dst, v.UUID())
	case graph.KindNode, graph.KindRelationship, graph.KindPath:
		return &TypeError{Kind: v.Kind()}
	default:
		return e.structure(v)
	}
	return nil
}

func (e *encoder) container(v graph.Value, depth int) error {
	if v.Kind() == graph.KindList {
		e.dst = packstream.AppendListHeader(e.dst, v.Len())
		for _, item := range v.List() {
			if err := e.value(item, depth); err != nil {
				return err
			}
		}
		return nil
	}
	e.dst = packstream.AppendMapHeader(e.dst, v.Len())
	for _, f := range v.Map() {
		e.dst = packstream.AppendString(e.dst, f.Name)
		if err := e.value(f.Value, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) structure(v graph.Value) error {
	switch v.Kind() {
	case graph.KindDate:
		e.integers(tagDate, v.Days())
	case graph.KindTime:
		e.integers(tagTime, v.TimeOfDay(), int64(v.Offset()))
	case graph.KindLocalTime:
		e.integers(tagLocalTime, v.TimeOfDay())
	case graph.KindLocalDateTime:
		e.integers(tagLocalDateTime, v.Seconds(), int64(v.Nanos()))
	case graph.KindDateTime:
		z := v.Zone()
		if z.Name == "" {
			e.integers(tagDateTime, v.Seconds(), int64(v.Nanos()), int64(z.Offset))
			return nil
		}
		e.dst = packstream.AppendStructHeader(e.dst, tagZonedDateTime, 3)
		e.dst = packstream.AppendInt(e.dst, v.Seconds())
		e.dst = packstream.AppendInt(e.dst, int64(v.Nanos()))
		e.dst = packstream.AppendString(e.dst, z.Name)
		e.offsets = append(e.offsets, z.Offset)
	case graph.KindDuration:
		d := v.Duration()
		e.integers(tagDuration, d.Months, d.Days, d.Seconds, int64(d.Nanos))
	case graph.KindPoint:
		p := v.Point()
		tag, n := byte(tagPoint2D), 3
		if p.Is3D() {
			tag, n = tagPoint3D, 4
		}
		e.dst = packstream.AppendStructHeader(e.dst, tag, n)
		e.dst = packstream.AppendInt(e.dst, int64(p.SRID))
		e.dst = packstream.AppendFloat(e.dst, p.X)
		e.dst = packstream.AppendFloat(e.dst, p.Y)
		if n == 4 {
			e.dst = packstream.AppendFloat(e.dst, p.Z)
		}
	case graph.KindVector:
		x := v.Vector()
		e.dst = packstream.AppendStructHeader(e.dst, tagVector, 2)
		e.dst = packstream.AppendBytes(e.dst, []byte{byte(x.Type)})
		e.dst = packstream.AppendBytes(e.dst, x.Data)
	default:
		return &TypeError{Kind: v.Kind()}
	}
	return nil
}

func (e *encoder) integers(tag byte, fields ...int64) {
	e.dst = packstream.AppendStructHeader(e.dst, tag, len(fields))
	for _, f := range fields {
		e.dst = packstream.AppendInt(e.dst, f)
	}
}
