package jolt

import (
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// A sigil is a row of the table of types.
type sigil struct {
	text  string
	name  string // for people
	kind  packstream.Kind
	tags  string  // of the structures that it stands for; empty for other kinds
	since Version // zero for all versions
}

// types is the table of types. The order of rows with the same kind matters to
// nobody.
var types = []sigil{
	{text: "?", name: "boolean", kind: packstream.KindBoolean},
	{text: "Z", name: "integer", kind: packstream.KindInteger},
	{text: "R", name: "float", kind: packstream.KindFloat},
	{text: "U", name: "string", kind: packstream.KindString},
	{text: "#", name: "byte array", kind: packstream.KindBytes},
	{text: "[]", name: "list", kind: packstream.KindList},
	{text: "{}", name: "map", kind: packstream.KindMap},
	{text: "T", name: "temporal value", kind: packstream.KindStruct, tags: "DTtdIiFfE"},
	{text: "@", name: "point", kind: packstream.KindStruct, tags: "XY"},
	{text: "()", name: "node", kind: packstream.KindStruct, tags: "N"},
	{text: "->", name: "relationship", kind: packstream.KindStruct, tags: "R"},
	{text: "<-", name: "relationship", kind: packstream.KindStruct, tags: "R"},
	{text: "..", name: "path", kind: packstream.KindStruct, tags: "P"},
	{text: "V", name: "vector", kind: packstream.KindStruct, tags: "V", since: V3},
	{text: "UT", name: "unsupported type", kind: packstream.KindStruct, tags: "?", since: V3},
	{text: "UU", name: "UUID", kind: packstream.KindUUID, since: V4},
	{text: "<>", name: "structure", kind: packstream.KindStruct},
}

// sigilOf finds the sigil that a key is in a version of the notation. A key may
// name another version, as Tv2 does; the second result is the version to use.
func sigilOf(key string, v Version) (*sigil, Version) {
	if at := len(key) - 2; at > 0 && key[at] == 'v' && key[at+1] >= '1' && key[at+1] <= '0'+byte(V4) {
		key, v = key[:at], Version(key[at+1]-'0')
	}
	for i := range types {
		if types[i].text == key && types[i].since <= v {
			return &types[i], v
		}
	}
	return nil, v
}

// typeOfTag finds the type of a structure.
func typeOfTag(tag byte) *sigil {
	for i := range types {
		if strings.IndexByte(types[i].tags, tag) >= 0 {
			return &types[i]
		}
	}
	return nil
}

// covers reports whether a value is of the sigil's type.
func (s *sigil) covers(v *Value) bool {
	return v.Kind == s.kind && (s.tags == "" || strings.IndexByte(s.tags, v.Tag) >= 0)
}
