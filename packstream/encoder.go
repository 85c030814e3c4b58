package packstream

import (
	"encoding/binary"
	"math"
)

// AppendNull appends null.
func AppendNull(dst []byte) []byte { return append(dst, markerNull) }

// AppendBool appends a boolean.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, markerTrue)
	}
	return append(dst, markerFalse)
}

// AppendInt appends an integer in its smallest form.
func AppendInt(dst []byte, n int64) []byte {
	if n >= -16 && n <= 127 {
		return append(dst, byte(n)) //nolint:gosec // the low byte is the value
	}
	return appendWideInt(dst, n)
}

func appendWideInt(dst []byte, n int64) []byte {
	u := uint64(n) //nolint:gosec // bit pattern
	switch {
	case n >= math.MinInt8 && n < 0:
		return append(dst, markerInt8, byte(u)) //nolint:gosec // low byte is wanted
	case n >= math.MinInt16 && n <= math.MaxInt16:
		return append(dst, markerInt16, byte(u>>8), byte(u))
	case n >= math.MinInt32 && n <= math.MaxInt32:
		return append(dst, markerInt32, byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	}
	return binary.BigEndian.AppendUint64(append(dst, markerInt64), u)
}

// AppendFloat appends a 64-bit float; the payload of a NaN is kept.
func AppendFloat(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, markerFloat), math.Float64bits(f))
}

// AppendString appends a string, which ought to be UTF-8 and must not be longer
// than [MaxSize] bytes.
func AppendString(dst []byte, s string) []byte {
	return append(AppendStringHeader(dst, len(s)), s...)
}

// AppendStringBytes appends a string whose UTF-8 bytes are s.
func AppendStringBytes(dst, s []byte) []byte {
	return append(AppendStringHeader(dst, len(s)), s...)
}

// AppendStringHeader appends the header of a string of n bytes, which the
// caller appends itself. It must not be longer than [MaxSize].
func AppendStringHeader(dst []byte, n int) []byte {
	if n <= tinyMax {
		return append(dst, markerTinyString|byte(n)) //nolint:gosec // at most 15
	}
	return appendSize(dst, markerString8, n)
}

// AppendBytes appends a byte array, which must not be longer than [MaxSize].
func AppendBytes(dst, b []byte) []byte {
	return append(appendSize(dst, markerBytes8, len(b)), b...)
}

// AppendListHeader appends the header of a list of n items, which the caller
// appends. There must not be more than [MaxSize].
func AppendListHeader(dst []byte, n int) []byte {
	if n <= tinyMax {
		return append(dst, markerTinyList|byte(n)) //nolint:gosec // at most 15
	}
	return appendSize(dst, markerList8, n)
}

// AppendMapHeader appends the header of a map of n entries: the caller appends
// a string and a value for each. There must not be more than [MaxSize].
func AppendMapHeader(dst []byte, n int) []byte {
	if n <= tinyMax {
		return append(dst, markerTinyMap|byte(n)) //nolint:gosec // at most 15
	}
	return appendSize(dst, markerMap8, n)
}

// AppendStructHeader appends the header of a structure of n fields, at most
// 15, which the caller appends.
func AppendStructHeader(dst []byte, tag byte, n int) []byte {
	return append(dst, markerTinyStruct|byte(n&tinyMax), tag)
}

// AppendUUID appends a UUID in the order of its textual form. Only Bolt 6.1 and
// later know it.
func AppendUUID(dst []byte, u [16]byte) []byte {
	return append(append(dst, markerUUID), u[:]...)
}

// appendSize appends a size after the marker for 8-bit sizes or one of the two
// that follow it, for 16 and 32 bits.
func appendSize(dst []byte, marker8 byte, n int) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, marker8, byte(n)) //nolint:gosec // just compared
	case n <= math.MaxUint16:
		return append(dst, marker8+1, byte(n>>8), byte(n)) //nolint:gosec // low bytes are wanted
	}
	return append(dst, marker8+2, byte(n>>24), byte(n>>16), byte(n>>8), byte(n)) //nolint:gosec // low bytes are wanted
}
