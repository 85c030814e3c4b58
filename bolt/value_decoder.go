package bolt

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// DecodeValue decodes one value as a client sends it. The value is the caller's
// own: nothing in it aliases the message, and the decoder goes on in a copy of
// it. Zone may be nil when no named zones are to be accepted. Errors are of
// type [*RequestError].
func DecodeValue(d *packstream.Decoder, ver *Version, zone ZoneOffset) (graph.Value, error) {
	limits := d.Limits()
	limits.UUID = ver.UUIDs
	d.SetLimits(limits)
	d.Rebase(bytes.Clone(d.Rest()))
	values := valueDecoder{version: ver, zone: zone}
	v, err := values.decode(d)
	if err != nil {
		return graph.Null, requestError(err)
	}
	return v, nil
}

// A valueDecoder decodes values whose strings and bytes alias the message.
type valueDecoder struct {
	version *Version
	zone    ZoneOffset
	items   block[graph.Value]
	fields  block[graph.Field]
}

// A block cuts the slices of many small lists, or maps, out of larger ones: a
// list of a thousand rows would cost a thousand allocations.
type block[T any] struct {
	free []T
	used bool
}

const (
	smallSlice = 16
	blockSize  = 128
)

// take returns a slice of n. Left is how many bytes the message still has, which
// bounds what is reserved in advance.
func (b *block[T]) take(n, left int) []T {
	if n > smallSlice || !b.used { // the first is often the only one
		b.used = true
		return make([]T, n)
	}
	if n > len(b.free) {
		b.free = make([]T, max(n, min(blockSize, left/4)))
	}
	s := b.free[:n:n]
	b.free = b.free[n:]
	return s
}

func (vd *valueDecoder) decode(d *packstream.Decoder) (graph.Value, error) {
	switch d.Peek() {
	case packstream.KindNull:
		return graph.Null, d.Null()
	case packstream.KindBoolean:
		b, err := d.Bool()
		return graph.Boolean(b), err
	case packstream.KindInteger:
		n, err := d.Int()
		return graph.Integer(n), err
	case packstream.KindFloat:
		f, err := d.Float()
		return graph.Float(f), err
	case packstream.KindString:
		s, err := d.StringBytes()
		return graph.String(text(s)), err
	case packstream.KindBytes:
		b, err := d.Bytes()
		return graph.Bytes(b), err
	case packstream.KindList:
		return vd.list(d)
	case packstream.KindMap:
		return vd.mapping(d)
	case packstream.KindStruct:
		return vd.structure(d)
	case packstream.KindUUID:
		u, err := d.UUID()
		return graph.UUID(u), err
	default:
		return graph.Null, d.Skip() // says what is wrong
	}
}

func (vd *valueDecoder) list(d *packstream.Decoder) (graph.Value, error) {
	n, err := d.ListHeader()
	if err != nil || n == 0 {
		return graph.List(nil), err
	}
	if err := d.Enter(); err != nil {
		return graph.Null, err
	}
	items := vd.items.take(n, d.Remaining())
	for i := range items {
		if items[i], err = vd.decode(d); err != nil {
			return graph.Null, err
		}
	}
	d.Leave()
	return graph.List(items), nil
}

func (vd *valueDecoder) mapping(d *packstream.Decoder) (graph.Value, error) {
	n, err := d.MapHeader()
	if err != nil || n == 0 {
		return graph.Map(nil), err
	}
	if err := d.Enter(); err != nil {
		return graph.Null, err
	}
	fields := vd.fields.take(n, d.Remaining())
	for i := range fields {
		key, err := d.StringBytes()
		if err != nil {
			return graph.Null, err
		}
		fields[i].Name = text(key)
		if fields[i].Value, err = vd.decode(d); err != nil {
			return graph.Null, err
		}
	}
	d.Leave()
	if name, ok := duplicate(fields); ok {
		return graph.Null, duplicateKey(name)
	}
	return graph.Map(fields), nil
}

// duplicate returns a name that occurs twice.
func duplicate(fields []graph.Field) (string, bool) {
	const few = 8
	if len(fields) <= few {
		for i := range fields {
			for j := range i {
				if fields[i].Name == fields[j].Name {
					return fields[i].Name, true
				}
			}
		}
		return "", false
	}
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return names[i], true
		}
	}
	return "", false
}

// structure decodes a structure. Nodes, relationships and paths come from the
// server only and are refused like tags that mean nothing.
func (vd *valueDecoder) structure(d *packstream.Decoder) (graph.Value, error) {
	tag, n, err := d.StructHeader()
	if err != nil {
		return graph.Null, err
	}
	want, ok := vd.version.fieldCount(tag)
	switch {
	case !ok:
		return graph.Null, &RequestError{
			Fault:   RequestStructure,
			Message: fmt.Sprintf("Struct tag: 0x%02X representing type %s is not supported as a parameter", tag, tagName(tag)),
		}
	case n != want:
		return graph.Null, &RequestError{
			Fault: RequestStructureFields,
			Message: fmt.Sprintf("Illegal struct size: Expected %s to be %d fields but got %d",
				tagName(tag), want, n),
		}
	}
	if err := d.Enter(); err != nil {
		return graph.Null, err
	}
	defer d.Leave()
	switch tag {
	case tagPoint2D, tagPoint3D:
		return decodePoint(d, tag)
	case tagVector:
		return decodeVector(d)
	case tagDateTime, tagLegacyOffset:
		return decodeOffsetDateTime(d, tag == tagDateTime)
	case tagZonedDateTime, tagLegacyZone:
		return decodeZonedDateTime(d, tag == tagZonedDateTime, vd.zone)
	default:
		return decodeTemporal(d, tag)
	}
}

// tagName names a structure for error texts.
func tagName(tag byte) string {
	switch tag {
	case tagNode:
		return "NODE"
	case tagRelationship, tagUnbound:
		return "RELATIONSHIP"
	case tagPath:
		return "PATH"
	case tagDate:
		return "DATE"
	case tagTime:
		return "TIME"
	case tagLocalTime:
		return "LOCAL_TIME"
	case tagLocalDateTime:
		return "LOCAL_DATE_TIME"
	case tagDateTime, tagLegacyOffset:
		return "DATE_TIME_WITH_ZONE_OFFSET"
	case tagZonedDateTime, tagLegacyZone:
		return "DATE_TIME_WITH_ZONE_NAME"
	case tagDuration:
		return "DURATION"
	case tagPoint2D:
		return "POINT_2D"
	case tagPoint3D:
		return "POINT_3D"
	case tagVector:
		return "VECTOR"
	case tagUnsupported:
		return "UNSUPPORTED_TYPE"
	}
	return "UNKNOWN"
}
