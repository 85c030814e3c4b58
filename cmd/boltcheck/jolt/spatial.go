package jolt

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const (
	tagPoint2D     = 'X'
	tagPoint3D     = 'Y'
	tagVector      = 'V'
	tagUnsupported = '?'
)

// pointForm has the groups SRID, x, y, z.
var pointForm = regexp.MustCompile(`^(?:SRID=(\d{1,9});)?\s*POINT\s*Z?\s*\(\s*([^\s()]+)\s+([^\s()]+)(?:\s+([^\s()]+))?\s*\)$`)

// point reads a position. Without an SRID it is Cartesian.
func point(t *tree) (Value, error) {
	m := pointForm.FindStringSubmatch(t.text)
	if t.kind != '"' || m == nil {
		return Value{}, t.fault("a point is written as SRID=7203;POINT(1 2)")
	}
	v := Struct(tagPoint2D, Int(graph.SRIDCartesian2D))
	if m[4] != "" {
		v = Struct(tagPoint3D, Int(graph.SRIDCartesian3D))
	}
	if m[1] != "" {
		v.Items[0] = Int(small(m[1]))
	}
	for _, text := range m[2:] {
		if text == "" {
			continue
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Value{}, t.fault("the coordinate %q is no number", text)
		}
		v.Items = append(v.Items, Float(f))
	}
	return v, nil
}

// formatPoint returns the text of a point, and false when there is none.
func formatPoint(v *Value) (string, bool) {
	srid := v.Items[0].Int
	text := fmt.Appendf(nil, "SRID=%d;POINT", srid)
	separator := byte('(')
	for _, c := range v.Items[1:] {
		text = strconv.AppendFloat(append(text, separator), c.Float, 'g', -1, 64)
		separator = ' '
	}
	return string(append(text, ')')), srid >= 0 && srid <= 999_999_999
}

// coordinates has the types of a vector's coordinates.
var coordinates = []struct {
	name   string
	marker graph.VectorType
}{
	{"i8", graph.VectorInt8},
	{"i16", graph.VectorInt16},
	{"i32", graph.VectorInt32},
	{"i64", graph.VectorInt64},
	{"f32", graph.VectorFloat32},
	{"f64", graph.VectorFloat64},
}

// vector reads a type and the bytes of the coordinates.
func vector(t *tree) (Value, error) {
	if t.kind != '[' || len(t.items) != 2 {
		return Value{}, t.fault(`a vector is written as ["i8", "01 02"]`)
	}
	for _, c := range coordinates {
		if t.items[0].kind != '"' || t.items[0].text != c.name {
			continue
		}
		data, err := octets(t.items[1])
		if err != nil {
			return Value{}, err
		}
		return Struct(tagVector, Bytes([]byte{byte(c.marker)}), Bytes(data)), nil
	}
	return Value{}, t.items[0].fault("the type of a vector is one of i8, i16, i32, i64, f32, f64")
}

// coordinateName returns the type of a vector's coordinates, or "".
func coordinateName(marker []byte) string {
	for _, c := range coordinates {
		if len(marker) == 1 && marker[0] == byte(c.marker) {
			return c.name
		}
	}
	return ""
}

// unsupported compiles what stands for a value of a newer version: its type, the
// version as two numbers, and perhaps a message.
func (c *compiler) unsupported(p *Pattern, t *tree) error {
	if t.kind != '[' || len(t.items) != 3 && len(t.items) != 4 {
		return t.fault(`an unsupported type is written as ["NAME", 6, 1] or ["NAME", 6, 1, "message"]`)
	}
	p.value = Struct(tagUnsupported)
	if err := c.items(p, t.items[:3]); err != nil {
		return err
	}
	extra := &Pattern{source: "{}", value: Map()}
	if len(t.items) == 4 {
		message, err := c.compile(t.items[3])
		if err != nil {
			return err
		}
		extra.source, extra.keys, extra.items = `{"message": `+message.source+"}", []key{{name: "message"}}, []*Pattern{message}
	}
	p.items = append(p.items, extra)
	return nil
}

// structure compiles a structure of any tag.
func (c *compiler) structure(p *Pattern, t *tree) error {
	if t.kind != '[' || len(t.items) == 0 || t.items[0].kind != '"' {
		return t.fault(`a structure is written as ["58", field, …] with its tag first`)
	}
	tag, err := ParseHex(t.items[0].text)
	if err != nil || len(tag) != 1 {
		return t.items[0].fault("the tag of a structure is one byte, in hexadecimal digits")
	}
	if len(t.items) > 16 {
		return t.fault("a structure has at most 15 fields")
	}
	p.value = Value{Kind: packstream.KindStruct, Tag: tag[0]}
	return c.items(p, t.items[1:])
}
