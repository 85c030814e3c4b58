package function

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// AppendText appends the text of a value as toString gives it. It returns
// false for values that have none: null, lists, maps, entities and paths.
func AppendText(dst []byte, v graph.Value) ([]byte, bool) { return appendText(dst, v) }

func appendText(dst []byte, v graph.Value) ([]byte, bool) {
	switch v.Kind() {
	case graph.KindBoolean:
		return strconv.AppendBool(dst, v.Bool()), true
	case graph.KindInteger:
		return strconv.AppendInt(dst, v.Int(), 10), true
	case graph.KindFloat:
		return appendFloat(dst, v.Float()), true
	case graph.KindString:
		return append(dst, v.Str()...), true
	case graph.KindDate, graph.KindLocalTime, graph.KindTime, graph.KindLocalDateTime,
		graph.KindDateTime, graph.KindDuration:
		return temporal.Append(dst, v), true
	case graph.KindPoint:
		return appendPoint(dst, v.Point()), true
	case graph.KindUUID:
		return appendUUID(dst, v.UUID()), true
	default:
		return dst, false
	}
}

// appendFloat prints the shortest decimal that reads back as f: with a point
// from 0.001 up to below ten million, else with an exponent, 1.0E10.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-3 && abs < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if slices.Contains(dst[start:], '.') {
			return dst
		}
		return append(dst, ".0"...)
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'E', -1, 64)
	at := 0
	point := false
	for text[at] != 'E' {
		point = point || text[at] == '.'
		at++
	}
	dst = append(dst, text[:at]...)
	if !point {
		dst = append(dst, ".0"...)
	}
	exponent, _ := strconv.Atoi(string(text[at+1:]))
	return strconv.AppendInt(append(dst, 'E'), int64(exponent), 10)
}

func appendPoint(dst []byte, p graph.Point) []byte {
	dst = append(dst, "point({x: "...)
	dst = append(appendFloat(dst, p.X), ", y: "...)
	dst = appendFloat(dst, p.Y)
	if p.Is3D() {
		dst = appendFloat(append(dst, ", z: "...), p.Z)
	}
	dst = append(append(dst, ", crs: '"...), crsName(p.SRID)...)
	return append(dst, "'})"...)
}

func appendUUID(dst []byte, u [16]byte) []byte {
	for i, part := range [...][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}
