package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// appendValue appends a value as Cypher would write it, or nearly so: entities
// in the form of patterns, temporal values as their texts.
func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case string:
		return appendQuoted(dst, v)
	case []byte:
		return hex.AppendEncode(append(dst, "0x"...), v)
	case []any:
		return appendList(dst, v)
	case map[string]any:
		return appendMap(dst, v)
	case dbtype.Node:
		return appendNode(dst, v)
	case dbtype.Relationship:
		return appendRelationship(dst, v)
	case dbtype.Path:
		return appendPath(dst, v)
	case dbtype.Point2D:
		return fmt.Appendf(dst, "point({srid: %d, x: %s, y: %s})", v.SpatialRefId, float(v.X), float(v.Y))
	case dbtype.Point3D:
		return fmt.Appendf(dst, "point({srid: %d, x: %s, y: %s, z: %s})", v.SpatialRefId, float(v.X), float(v.Y), float(v.Z))
	default:
		return append(dst, temporal(v)...)
	}
}

// temporal is the text of a temporal value; other types are printed as Go does.
func temporal(v any) string {
	switch v := v.(type) {
	case dbtype.Date:
		return v.Time().Format(time.DateOnly)
	case dbtype.LocalTime:
		return v.Time().Format("15:04:05.999999999")
	case dbtype.Time:
		return v.Time().Format("15:04:05.999999999Z07:00")
	case dbtype.LocalDateTime:
		return v.Time().Format("2006-01-02T15:04:05.999999999")
	case time.Time:
		text := v.Format("2006-01-02T15:04:05.999999999Z07:00")
		if name := v.Location().String(); strings.Contains(name, "/") {
			text += "[" + name + "]"
		}
		return text
	case dbtype.Duration:
		return duration(v)
	default:
		return fmt.Sprint(v)
	}
}

// duration is P1Y2M3DT4H5M6.7S without the parts that are zero.
func duration(d dbtype.Duration) string {
	text := []byte("P")
	part := func(n int64, unit byte) {
		if n != 0 {
			text = append(strconv.AppendInt(text, n, 10), unit)
		}
	}
	part(d.Months/12, 'Y')
	part(d.Months%12, 'M')
	part(d.Days, 'D')
	if d.Seconds != 0 || d.Nanos != 0 {
		text = append(text, 'T')
		part(d.Seconds/3600, 'H')
		part(d.Seconds/60%60, 'M')
		if rest := d.Seconds % 60; rest != 0 || d.Nanos != 0 {
			text = append(appendSeconds(text, rest, int64(d.Nanos)), 'S')
		}
	}
	if len(text) == 1 {
		return "PT0S"
	}
	return string(text)
}

// appendSeconds appends seconds with their fraction. Nanoseconds count upwards
// from seconds below zero too: -1 and 500,000,000 is -0.5.
func appendSeconds(dst []byte, seconds, nanos int64) []byte {
	if seconds < 0 && nanos > 0 {
		seconds, nanos = seconds+1, 1_000_000_000-nanos
		if seconds == 0 {
			dst = append(dst, '-')
		}
	}
	dst = strconv.AppendInt(dst, seconds, 10)
	if nanos == 0 {
		return dst
	}
	return append(dst, strings.TrimRight(fmt.Sprintf(".%09d", nanos), "0")...)
}

func float(f float64) string { return string(appendFloat(nil, f)) }

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	start := len(dst)
	if abs := math.Abs(f); abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		dst = strconv.AppendFloat(dst, f, 'E', -1, 64)
		return slices.Replace(dst, start, len(dst), exponent(dst[start:])...)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !slices.Contains(dst[start:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst
}

// exponent is 1E+07 as 1.0E7.
func exponent(text []byte) []byte {
	mantissa, power, _ := strings.Cut(string(text), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, err := strconv.Atoi(power)
	if err != nil {
		return text
	}
	return []byte(mantissa + "E" + strconv.Itoa(n))
}

// appendQuoted appends a string literal of Cypher. Control characters are
// escaped, so that no data can steer a terminal.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ' || r >= 0x7F && r < 0xA0:
			dst = fmt.Appendf(dst, `\u%04X`, r)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}

// appendName appends a label, type or key, quoted when it needs to be.
func appendName(dst []byte, name string) []byte {
	bare := name != ""
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7F
		if !letter && (i == 0 || r < '0' || r > '9') {
			bare = false
		}
	}
	if bare {
		return append(dst, name...)
	}
	dst = append(dst, '`')
	dst = append(dst, strings.ReplaceAll(name, "`", "``")...)
	return append(dst, '`')
}

func appendList(dst []byte, list []any) []byte {
	dst = append(dst, '[')
	for i, item := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendValue(dst, item)
	}
	return append(dst, ']')
}

func appendMap(dst []byte, m map[string]any) []byte {
	dst = append(dst, '{')
	for i, key := range sortedKeys(m) {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendName(dst, key), ": "...)
		dst = appendValue(dst, m[key])
	}
	return append(dst, '}')
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func appendNode(dst []byte, n dbtype.Node) []byte {
	dst = append(dst, '(')
	for _, label := range n.Labels {
		dst = appendName(append(dst, ':'), label)
	}
	if len(n.Props) > 0 {
		if len(n.Labels) > 0 {
			dst = append(dst, ' ')
		}
		dst = appendMap(dst, n.Props)
	}
	return append(dst, ')')
}

func appendRelationship(dst []byte, r dbtype.Relationship) []byte {
	dst = appendName(append(dst, "[:"...), r.Type)
	if len(r.Props) > 0 {
		dst = appendMap(append(dst, ' '), r.Props)
	}
	return append(dst, ']')
}

func appendPath(dst []byte, p dbtype.Path) []byte {
	for i, n := range p.Nodes {
		dst = appendNode(dst, n)
		if i >= len(p.Relationships) {
			break
		}
		r := p.Relationships[i]
		if r.StartElementId == n.ElementId {
			dst = append(appendRelationship(append(dst, '-'), r), "->"...)
		} else {
			dst = append(appendRelationship(append(dst, "<-"...), r), '-')
		}
	}
	return dst
}

// jsonValue is a value in the form that encoding/json writes: entities as
// objects with their identity, what JSON lacks as its text.
func jsonValue(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, string:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return float(v)
		}
		return json.RawMessage(jsonFloat(v))
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = jsonValue(item)
		}
		return list
	case map[string]any:
		return jsonMap(v)
	case dbtype.Node:
		return jsonNode{v.ElementId, v.Labels, jsonMap(v.Props)}
	case dbtype.Relationship:
		return jsonRelationship{v.ElementId, v.StartElementId, v.EndElementId, v.Type, jsonMap(v.Props)}
	case dbtype.Path:
		path := jsonPath{Nodes: []any{}, Relationships: []any{}}
		for _, n := range v.Nodes {
			path.Nodes = append(path.Nodes, jsonValue(n))
		}
		for _, r := range v.Relationships {
			path.Relationships = append(path.Relationships, jsonValue(r))
		}
		return path
	case dbtype.Point2D:
		return map[string]any{"srid": v.SpatialRefId, "x": jsonValue(v.X), "y": jsonValue(v.Y)}
	case dbtype.Point3D:
		return map[string]any{"srid": v.SpatialRefId, "x": jsonValue(v.X), "y": jsonValue(v.Y), "z": jsonValue(v.Z)}
	default:
		return temporal(v)
	}
}

// jsonFloat keeps the point of a whole number, so that 1.0 stays a float.
func jsonFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func jsonMap(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for key, v := range m {
		out[key] = jsonValue(v)
	}
	return out
}

type jsonNode struct {
	ElementID  string         `json:"elementId"`
	Labels     []string       `json:"labels"`
	Properties map[string]any `json:"properties"`
}

type jsonRelationship struct {
	ElementID  string         `json:"elementId"`
	Start      string         `json:"startNodeElementId"`
	End        string         `json:"endNodeElementId"`
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
}

type jsonPath struct {
	Nodes         []any `json:"nodes"`
	Relationships []any `json:"relationships"`
}
