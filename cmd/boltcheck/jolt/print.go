package jolt

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// Append appends the value as text that parses to the same value, in the
// shortest form of a version.
func (v *Value) Append(dst []byte, version Version) []byte {
	p := printer{version: version}
	return p.append(dst, v)
}

// AppendPattern appends the value as the text of a pattern that matches just it:
// wildcards and marks in it are escaped.
func (v *Value) AppendPattern(dst []byte, version Version) []byte {
	p := printer{version: version, escape: true}
	return p.append(dst, v)
}

// A printer appends values as text.
type printer struct {
	version Version
	escape  bool
}

func (p *printer) append(dst []byte, v *Value) []byte {
	switch v.Kind {
	case packstream.KindBoolean:
		return strconv.AppendBool(dst, v.Bool)
	case packstream.KindInteger:
		if v.Int != int64(int32(v.Int)) { //nolint:gosec // the question is whether it fits
			return p.sigil(dst, "Z", V1, strconv.FormatInt(v.Int, 10))
		}
		return strconv.AppendInt(dst, v.Int, 10)
	case packstream.KindFloat:
		return p.float(dst, v.Float)
	case packstream.KindString:
		return p.string(dst, v.Text)
	case packstream.KindBytes:
		return p.sigil(dst, "#", V1, strings.ToUpper(hex.EncodeToString(v.Bytes)))
	case packstream.KindUUID:
		h := hex.EncodeToString(v.Bytes)
		return p.sigil(dst, "UU", V4, h[:8]+"-"+h[8:12]+"-"+h[12:16]+"-"+h[16:20]+"-"+h[20:])
	case packstream.KindList:
		return p.list(dst, v.Items)
	case packstream.KindMap:
		return p.mapping(dst, v)
	case packstream.KindStruct:
		return p.structure(dst, v)
	default:
		return append(dst, "null"...)
	}
}

// open appends the beginning of an object with a sigil. Since is the first
// version in which it means what is meant.
func (p *printer) open(dst []byte, sigil string, since Version) []byte {
	dst = append(dst, `{"`...)
	dst = append(dst, sigil...)
	if v := p.inside(sigil, since); v != p.version {
		dst = append(dst, 'v', '0'+byte(v))
	}
	return append(dst, `": `...)
}

// inside returns the version that holds behind a sigil.
func (p *printer) inside(sigil string, since Version) Version {
	if since > p.version || since == V1 && sensitive(sigil) {
		return since
	}
	return p.version
}

// sensitive reports whether a sigil stands for other structures in the first
// version than in later ones.
func sensitive(sigil string) bool {
	switch sigil {
	case "T", "()", "->", "..":
		return true
	}
	return false
}

// sigil appends an object with a sigil and a text.
func (p *printer) sigil(dst []byte, sigil string, since Version, text string) []byte {
	return append(quote(p.open(dst, sigil, since), text), '}')
}

func (p *printer) float(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return p.sigil(dst, "R", V1, "NaN")
	case math.IsInf(f, 0):
		return p.sigil(dst, "R", V1, strings.Replace(strconv.FormatFloat(f, 'g', -1, 64), "Inf", "Infinity", 1))
	}
	format := byte('f')
	if size := math.Abs(f); size != 0 && size < 1e-6 || size >= 1e21 { // as JSON does
		format = 'e'
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if !bytes.ContainsAny(dst[start:], ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

func (p *printer) string(dst []byte, s string) []byte {
	if p.escape {
		s = strings.ReplaceAll(s, `\`, `\\`)
		if s == "*" {
			s = `\*`
		}
	}
	return quote(dst, s)
}

// key returns a key as it is written.
func (p *printer) key(s string) string {
	if p.escape {
		return keyEscapes().Replace(s)
	}
	return s
}

func keyEscapes() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`)
}

// quote appends a JSON string. The library puts U+FFFD in place of bytes that
// are no UTF-8.
func quote(dst []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string in memory: nothing can fail
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

func (p *printer) list(dst []byte, items []Value) []byte {
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = p.append(dst, &items[i])
	}
	return append(dst, ']')
}

// mapping appends a map. One whose only key is a sigil gets a sigil itself.
func (p *printer) mapping(dst []byte, v *Value) []byte {
	if len(v.Entries) == 1 {
		if s, _ := sigilOf(p.key(v.Entries[0].Key), p.version); s != nil {
			return append(p.entries(p.open(dst, "{}", V1), v), '}')
		}
	}
	return p.entries(dst, v)
}

func (p *printer) entries(dst []byte, v *Value) []byte {
	dst = append(dst, '{')
	for i := range v.Entries {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = quote(dst, p.key(v.Entries[i].Key))
		dst = append(dst, ": "...)
		dst = p.append(dst, &v.Entries[i].Value)
	}
	return append(dst, '}')
}

// shapes has the kinds of the fields of structures that are written with a
// sigil: Z integer, R float, U string, # bytes, [ list, { map, and . for any.
var shapes = []struct {
	tag  byte
	kind string
}{
	{tagDate, "Z"},
	{tagTime, "ZZ"},
	{tagLocalTime, "Z"},
	{tagLocalDateTime, "ZZ"},
	{tagOffset, "ZZZ"},
	{tagZoned, "ZZU"},
	{tagLegacyOffset, "ZZZ"},
	{tagLegacyZoned, "ZZU"},
	{tagDuration, "ZZZZ"},
	{tagPoint2D, "ZRR"},
	{tagPoint3D, "ZRRR"},
	{tagVector, "##"},
	{tagUnsupported, "UZZ{"},
	{tagNode, "..{"},
	{tagNode, "..{."},
	{tagRelationship, "....{"},
	{tagRelationship, "....{..."},
	{tagPath, "[[["},
}

// shaped reports whether a structure has the fields of its type.
func shaped(v *Value) bool {
	for _, s := range shapes {
		if s.tag != v.Tag || len(s.kind) != len(v.Items) {
			continue
		}
		for i := range v.Items {
			if !ofKind(&v.Items[i], s.kind[i]) {
				return false
			}
		}
		return true
	}
	return false
}

func ofKind(v *Value, kind byte) bool {
	switch kind {
	case 'Z':
		return v.Kind == packstream.KindInteger
	case 'R':
		return v.Kind == packstream.KindFloat
	case 'U':
		return v.Kind == packstream.KindString
	case '#':
		return v.Kind == packstream.KindBytes
	case '[':
		return v.Kind == packstream.KindList
	case '{':
		return v.Kind == packstream.KindMap
	default:
		return true
	}
}

// structure appends a structure: with the sigil of its type if it has one, else
// as it is.
func (p *printer) structure(dst []byte, v *Value) []byte {
	if !shaped(v) {
		return p.plain(dst, v)
	}
	switch v.Tag {
	case tagNode:
		return p.entity(dst, "()", v.Items, 2, len(v.Items) > nodeElement)
	case tagRelationship:
		fields := append([]Value{}, v.Items...)
		fields[2], fields[3] = fields[3], fields[2]
		return p.entity(dst, "->", fields, relProperties, len(v.Items) > relElement)
	case tagPath:
		return p.path(dst, v)
	case tagPoint2D, tagPoint3D:
		if text, ok := formatPoint(v); ok {
			return p.sigil(dst, "@", V1, text)
		}
	case tagVector:
		if name := coordinateName(v.Items[0].Bytes); name != "" {
			dst = quote(append(p.open(dst, "V", V3), '['), name)
			dst = quote(append(dst, ", "...), strings.ToUpper(hex.EncodeToString(v.Items[1].Bytes)))
			return append(dst, "]}"...)
		}
	case tagUnsupported:
		return p.unsupported(dst, v)
	default:
		if text, ok := formatTemporal(v); ok {
			return p.sigil(dst, "T", temporalVersion(v.Tag, p.version), text)
		}
	}
	return p.plain(dst, v)
}

// entityVersion returns the first version with nodes or relationships of a form.
func entityVersion(elements bool) Version {
	if elements {
		return V2
	}
	return V1
}

// temporalVersion returns the first version in which a date or time is meant;
// for those that all versions share, that is the one in use.
func temporalVersion(tag byte, inUse Version) Version {
	switch tag {
	case tagLegacyOffset, tagLegacyZoned:
		return V1
	case tagOffset, tagZoned:
		return V2
	default:
		return inUse
	}
}

// plain appends a structure as its tag and fields.
func (p *printer) plain(dst []byte, v *Value) []byte {
	dst = append(p.open(dst, "<>", V1), '[')
	dst = quote(dst, strings.ToUpper(hex.EncodeToString([]byte{v.Tag})))
	for i := range v.Items {
		dst = p.append(append(dst, ", "...), &v.Items[i])
	}
	return append(dst, "]}"...)
}

// entity appends a node or relationship. Its properties are a map that is never
// taken for a sigil.
func (p *printer) entity(dst []byte, sigil string, fields []Value, properties int, elements bool) []byte {
	since := entityVersion(elements)
	dst = append(p.open(dst, sigil, since), '[')
	inner := printer{version: p.inside(sigil, since), escape: p.escape}
	for i := range fields {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if i == properties {
			dst = inner.entries(dst, &fields[i])
		} else {
			dst = inner.append(dst, &fields[i])
		}
	}
	return append(dst, "]}"...)
}

// longPath is how long the text of a path that comes by something twice may be
// before it is written as a structure, where all stand once: a short message could
// have a path that comes by its largest node thousands of times.
const longPath = 64 << 10

func (p *printer) path(dst []byte, v *Value) []byte {
	steps, ok := walkPath(v)
	if !ok {
		return p.plain(dst, v)
	}
	since := entityVersion(len(steps[0].Items) > nodeElement)
	// The inside of a path is a value in patterns too.
	inner := printer{version: p.inside("..", since)}
	repeats := len(steps) > len(v.Items[0].Items)+len(v.Items[1].Items)
	start := len(dst)
	dst = append(p.open(dst, "..", since), '[')
	for i := range steps {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = inner.append(dst, &steps[i])
		if repeats && len(dst)-start > longPath {
			return p.plain(dst[:start], v)
		}
	}
	return append(dst, "]}"...)
}

func (p *printer) unsupported(dst []byte, v *Value) []byte {
	extra := v.Items[3].Entries
	if len(extra) > 1 || len(extra) == 1 && extra[0].Key != "message" {
		return p.plain(dst, v)
	}
	items := append([]Value{}, v.Items[:3]...)
	if len(extra) == 1 {
		items = append(items, extra[0].Value)
	}
	inner := printer{version: p.inside("UT", V3), escape: p.escape}
	return append(inner.list(p.open(dst, "UT", V3), items), '}')
}
