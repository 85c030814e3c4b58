package tck

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A kind is the type of a [value].
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindInteger
	kindFloat
	kindString
	kindTemporal // text, and instant for a named zone
	kindList
	kindMap
	kindNode
	kindRelationship
	kindPath
)

// A value is what a table expects, or what a driver returned. Entities have no
// identity: they are equal when they look alike.
type value struct {
	kind    kind
	boolean bool
	integer int64
	float   float64
	text    string           // of strings and temporal values; the type of a relationship
	labels  []string         // of a node, in order
	entries map[string]value // of maps and entities
	items   []value          // of lists; nodes and relationships of a path in turn
	reverse bool             // of a relationship in a path: walked against its direction
	zoned   *instant         // of temporal values in a named zone
}

// An instant is a date-time with the name of its zone. The offset is left out:
// it is the driver's own reading of the name.
type instant struct {
	seconds int64
	nanos   int
	zone    string
}

// equal compares as the kit does: 1 is not 1.0, NaN equals NaN. With bags set,
// the order of the elements of lists does not count.
func equal(want, got value, bags bool) bool {
	if got.kind == kindTemporal && want.kind == kindString {
		return equalTemporal(want.text, got)
	}
	if want.kind != got.kind {
		return false
	}
	switch want.kind {
	case kindNull:
		return true
	case kindBoolean:
		return want.boolean == got.boolean
	case kindInteger:
		return want.integer == got.integer
	case kindFloat:
		return want.float == got.float || want.float != want.float && got.float != got.float
	case kindString, kindTemporal:
		return want.text == got.text
	case kindList:
		if bags {
			return equalBags(want.items, got.items, bags)
		}
		return equalItems(want.items, got.items, bags)
	case kindMap:
		return equalEntries(want.entries, got.entries, bags)
	case kindNode:
		return slices.Equal(want.labels, got.labels) && equalEntries(want.entries, got.entries, bags)
	case kindRelationship:
		return want.text == got.text && want.reverse == got.reverse && equalEntries(want.entries, got.entries, bags)
	case kindPath:
		return equalItems(want.items, got.items, bags)
	}
	return false
}

func equalItems(want, got []value, bags bool) bool {
	return slices.EqualFunc(want, got, func(w, g value) bool { return equal(w, g, bags) })
}

// equalBags pairs each wanted value with another one that is equal.
func equalBags(want, got []value, bags bool) bool {
	if len(want) != len(got) {
		return false
	}
	rest := slices.Clone(got)
	for _, w := range want {
		at := slices.IndexFunc(rest, func(g value) bool { return equal(w, g, bags) })
		if at < 0 {
			return false
		}
		rest = slices.Delete(rest, at, at+1)
	}
	return true
}

func equalEntries(want, got map[string]value, bags bool) bool {
	return maps.EqualFunc(want, got, func(w, g value) bool { return equal(w, g, bags) })
}

// String returns the value as the kit writes it.
func (v value) String() string {
	switch v.kind {
	case kindNull:
		return "null"
	case kindBoolean:
		return strconv.FormatBool(v.boolean)
	case kindInteger:
		return strconv.FormatInt(v.integer, 10)
	case kindFloat:
		text := strconv.FormatFloat(v.float, 'g', -1, 64)
		if strings.Trim(text, "-0123456789") == "" {
			text += ".0"
		}
		return text
	case kindString, kindTemporal:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v.text) + "'"
	case kindList:
		return "[" + joined(v.items, ", ") + "]"
	case kindMap:
		return entriesText(v.entries)
	case kindNode:
		labels := ""
		if len(v.labels) > 0 {
			labels = ":" + strings.Join(v.labels, ":")
		}
		return "(" + labels + propertiesText(v.entries, len(v.labels) > 0) + ")"
	case kindRelationship:
		return "[:" + v.text + propertiesText(v.entries, true) + "]"
	case kindPath:
		return v.pathText()
	}
	return fmt.Sprintf("kind %d", v.kind)
}

func (v value) pathText() string {
	texts := make([]string, len(v.items))
	for i, item := range v.items {
		texts[i] = item.String()
		switch {
		case item.kind == kindNode:
		case item.reverse:
			texts[i] = "<-" + texts[i] + "-"
		default:
			texts[i] = "-" + texts[i] + "->"
		}
	}
	return "<" + strings.Join(texts, "") + ">"
}

func joined(items []value, separator string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.String()
	}
	return strings.Join(texts, separator)
}

func entriesText(entries map[string]value) string {
	var texts []string
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		texts = append(texts, key+": "+entries[key].String())
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

func propertiesText(entries map[string]value, behind bool) string {
	switch {
	case len(entries) == 0:
		return ""
	case behind:
		return " " + entriesText(entries)
	}
	return entriesText(entries)
}

// parameter returns the value as the driver takes it.
func (v value) parameter() any {
	switch v.kind {
	case kindBoolean:
		return v.boolean
	case kindInteger:
		return v.integer
	case kindFloat:
		return v.float
	case kindString, kindTemporal:
		return v.text
	case kindList:
		list := make([]any, len(v.items))
		for i, item := range v.items {
			list[i] = item.parameter()
		}
		return list
	case kindMap:
		entries := make(map[string]any, len(v.entries))
		for key, entry := range v.entries {
			entries[key] = entry.parameter()
		}
		return entries
	default:
		return nil
	}
}
