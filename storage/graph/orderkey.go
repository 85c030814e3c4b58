package graph

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// Bytes of order keys. No complete key is the start of another one: texts are
// terminated, and everything else has a fixed length or says it first.
const (
	keyEnd    = 0x00 // ends a list; below every rank
	keyEscape = 0xFF // behind a zero byte of a text
)

// AppendOrderKey appends bytes to dst that compare as [Order] compares the
// values: bytes.Compare of two keys is Order of their values, and keys may stand
// one behind the other. Numbers that are equal have the same key, integers and
// floats alike. Paths have no order of this form; their key is that of the type.
func AppendOrderKey(dst []byte, v Value) []byte {
	dst = append(dst, OrderKeyClass(v))
	switch v.kind {
	case KindInteger, KindFloat:
		return appendNumberKey(dst, v)
	case KindBoolean:
		return append(dst, byte(v.num)) //nolint:gosec // 0 or 1
	case KindNode, KindRelationship:
		return binary.BigEndian.AppendUint64(dst, v.num)
	case KindString:
		return append(appendTextKey(dst, v.Str()), 0, 0)
	case KindBytes:
		return append(appendTextKey(dst, v.Bytes()), 0, 0)
	case KindList:
		for _, item := range v.List() {
			dst = AppendOrderKey(dst, item)
		}
		return append(dst, keyEnd)
	case KindMap:
		return appendMapKey(dst, v.Map())
	case KindDate, KindLocalTime:
		return appendSigned(dst, v.Int())
	case KindTime:
		return appendSigned(appendSigned(dst, v.Int()-int64(v.aux)*1e9), v.Int())
	case KindLocalDateTime:
		return appendSigned32(appendSigned(dst, v.Int()), v.aux)
	case KindDateTime:
		dst = appendSigned32(appendSigned(dst, v.Int()), v.aux)
		z := v.Zone()
		dst = append(appendTextKey(dst, z.Name), 0, 0)
		if z.Name == "" {
			dst = appendSigned32(dst, z.Offset)
		}
		return dst
	case KindDuration:
		d := v.Duration()
		dst = appendSigned32(appendSigned(dst, averageSeconds(d)), d.Nanos)
		return appendSigned(appendSigned(appendSigned(dst, d.Months), d.Days), d.Seconds)
	case KindPoint:
		p := v.Point()
		dst = appendSigned32(dst, p.SRID)
		return appendCoordinate(appendCoordinate(appendCoordinate(dst, p.X), p.Y), p.Z)
	case KindVector:
		x := v.Vector()
		return append(appendTextKey(append(dst, byte(x.Type)), x.Data), 0, 0)
	case KindUUID:
		u := v.UUID()
		return append(dst, u[:]...)
	default:
		return dst
	}
}

// OrderKeyClass returns the first byte of the keys of all values that share a
// type in the order of ORDER BY; integers and floats share one.
func OrderKeyClass(v Value) byte { return rank[v.kind] + 1 }

// AppendPrefixKey appends the bytes that the keys of exactly those strings begin
// with that begin with prefix.
func AppendPrefixKey(dst []byte, prefix string) []byte {
	return appendTextKey(append(dst, rank[KindString]+1), prefix)
}

// NaNKey returns the key of NaN, above those of all numbers.
func NaNKey() []byte { return AppendOrderKey(nil, Float(math.NaN())) }

// appendTextKey appends a text in which a zero byte is 00 FF, so that it can be
// ended by 00 00.
func appendTextKey[T string | []byte](dst []byte, text T) []byte {
	for i := range len(text) {
		dst = append(dst, text[i])
		if text[i] == 0 {
			dst = append(dst, keyEscape)
		}
	}
	return dst
}

//nolint:gosec // a bit pattern, with the sign turned
func appendSigned(dst []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n)^1<<63)
}

//nolint:gosec // a bit pattern, with the sign turned
func appendSigned32(dst []byte, n int32) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(n)^1<<31)
}

// appendFloat appends the bits of a float so that they compare as numbers; both
// zeros are one.
func appendFloat(dst []byte, f float64) []byte {
	bits := math.Float64bits(f + 0) // -0 + 0 is 0
	if bits>>63 != 0 {
		return binary.BigEndian.AppendUint64(dst, ^bits)
	}
	return binary.BigEndian.AppendUint64(dst, bits|1<<63)
}

// appendCoordinate is appendFloat with NaN below all numbers, as cmp.Compare
// has it.
func appendCoordinate(dst []byte, f float64) []byte {
	if f != f {
		return binary.BigEndian.AppendUint64(dst, 0)
	}
	return appendFloat(dst, f)
}

// appendNumberKey appends the largest float that is not above the number, and
// how much is missing: integers beyond 2^53 lie between floats.
func appendNumberKey(dst []byte, v Value) []byte {
	if v.kind == KindFloat {
		f := v.Float()
		if f != f {
			return append(dst, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
		}
		return append(appendFloat(dst, f), 0, 0)
	}
	n := v.Int()
	f := float64(n)
	if f >= 1<<63 || int64(f) > n {
		f = math.Nextafter(f, math.Inf(-1))
	}
	return binary.BigEndian.AppendUint16(appendFloat(dst, f), uint16(n-int64(f))) //nolint:gosec // below 2^11
}

// appendMapKey appends the size, the sorted names and then the values.
func appendMapKey(dst []byte, fields []Field) []byte {
	fields = slices.Clone(fields)
	slices.SortFunc(fields, func(x, y Field) int { return strings.Compare(x.Name, y.Name) })
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(fields))) //nolint:gosec // bounded by memory
	for _, f := range fields {
		dst = append(appendTextKey(dst, f.Name), 0, 0)
	}
	for _, f := range fields {
		dst = AppendOrderKey(dst, f.Value)
	}
	return dst
}
