package suite

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A kind is the type of a node.
type kind uint8

// The kinds: first values, then what only patterns and literals can be.
const (
	kindNull kind = iota + 1
	kindBool
	kindInt
	kindFloat
	kindBytes
	kindString
	kindList
	kindMap
	kindStruct
	kindUUID

	kindWire     // <C8 01>: bytes of the wire; as a pattern, exactly these
	kindWord     // int, string, any, …: a class of values
	kindRegexp   // /^Neo4j/: a string that matches
	kindVariable // $name: remembered at its first use, equal afterwards
	kindChoice   // a | b
)

// A node is a value, or a pattern for one.
type node struct {
	kind  kind
	int   int64
	float float64
	text  string  // string, word, regular expression, variable, key spread
	data  []byte  // bytes, UUID, wire
	tag   byte    // of a structure
	items []*node // list items, fields, map values, choices
	keys  []key   // of a map, beside items
	open  bool    // pattern: a map may have further keys, a list repeats its last item
	wire  []byte  // the bytes that a received value was made of
}

// A key is one key of a map. A spread key stands for entries that depend on
// the version and the login: ..agent, ..auth, ..login.
type key struct {
	name     string
	optional bool // pattern: may be absent
	spread   bool
}

// get returns the value of a map's key, or nil.
func (n *node) get(name string) *node {
	for i, k := range n.keys {
		if k.name == name {
			return n.items[i]
		}
	}
	return nil
}

// String returns the node in the notation of check files.
func (n *node) String() string {
	if n == nil {
		return "nothing"
	}
	switch n.kind {
	case kindNull:
		return "null"
	case kindBool:
		return strconv.FormatBool(n.int != 0)
	case kindInt:
		return strconv.FormatInt(n.int, 10)
	case kindFloat:
		s := strconv.FormatFloat(n.float, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		return s
	case kindBytes:
		return "#" + hex.EncodeToString(n.data)
	case kindString:
		if len(n.text) > 200 {
			return fmt.Sprintf("%q… (%d bytes)", n.text[:100], len(n.text))
		}
		return strconv.Quote(n.text)
	case kindList:
		return "[" + n.join() + "]"
	case kindMap:
		return n.mapString()
	case kindStruct:
		return fmt.Sprintf("(%02X %s)", n.tag, n.join())
	case kindUUID:
		return "uuid " + hex.EncodeToString(n.data)
	case kindWire:
		return fmt.Sprintf("<% X>", n.data)
	case kindRegexp:
		return "/" + n.text + "/"
	case kindVariable:
		return "$" + n.text
	case kindChoice:
		parts := make([]string, len(n.items))
		for i, c := range n.items {
			parts[i] = c.String()
		}
		return strings.Join(parts, " | ")
	default:
		return n.text
	}
}

// join prints the items, leaving out the middle of long lists.
func (n *node) join() string {
	var b strings.Builder
	for i, item := range n.items {
		if i == 20 && len(n.items) > 25 {
			fmt.Fprintf(&b, ", … (%d items)", len(n.items))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item.String())
	}
	if n.open {
		b.WriteString("...")
	}
	return b.String()
}

func (n *node) mapString() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range n.keys {
		if i > 0 {
			b.WriteString(", ")
		}
		switch {
		case k.spread:
			b.WriteString(".." + k.name)
		case k.optional:
			b.WriteString(k.name + "?: " + n.items[i].String())
		default:
			b.WriteString(k.name + ": " + n.items[i].String())
		}
	}
	if n.open {
		if len(n.keys) > 0 {
			b.WriteString(", ")
		}
		b.WriteString("...")
	}
	b.WriteByte('}')
	return b.String()
}
