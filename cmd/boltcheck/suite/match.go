package suite

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
)

// match compares a received value with a pattern and says what is different;
// nil means that it fits. Variables that have no value yet get one.
func match(pattern, got *node, vars map[string]*node) error {
	if got == nil && pattern.kind != kindChoice && (pattern.kind != kindWord || pattern.text != "absent") {
		return fmt.Errorf("nothing, want %s", pattern)
	}
	ok := true
	switch pattern.kind {
	case kindChoice:
		return matchChoice(pattern, got, vars)
	case kindVariable:
		if known := vars[pattern.text]; known != nil {
			return match(known, got, vars)
		}
		vars[pattern.text] = got
	case kindWire:
		ok = bytes.Equal(pattern.data, got.wire)
		if !ok {
			return fmt.Errorf("bytes <% X>, want <% X>", shorten(got.wire), shorten(pattern.data))
		}
	case kindRegexp:
		ok = got.kind == kindString && regexp.MustCompile(pattern.text).MatchString(got.text)
	case kindWord:
		ok = matchWord(pattern.text, got)
	case kindList:
		return matchList(pattern, got, vars)
	case kindMap:
		return matchMap(pattern, got, vars)
	case kindStruct:
		if got.kind != kindStruct || got.tag != pattern.tag {
			return fmt.Errorf("%s, want %s", got, pattern)
		}
		return matchItems(pattern, got, vars)
	default:
		ok = equalScalar(pattern, got)
	}
	if !ok {
		return fmt.Errorf("%s, want %s", got, pattern)
	}
	return nil
}

func shorten(b []byte) []byte { return b[:min(len(b), 40)] }

func equalScalar(a, b *node) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case kindFloat:
		return math.Float64bits(a.float) == math.Float64bits(b.float) || math.IsNaN(a.float) && math.IsNaN(b.float)
	case kindBytes, kindUUID:
		return bytes.Equal(a.data, b.data)
	case kindString:
		return a.text == b.text
	default:
		return a.int == b.int
	}
}

func matchChoice(pattern, got *node, vars map[string]*node) error {
	for _, c := range pattern.items {
		if match(c, got, vars) == nil {
			return nil
		}
	}
	return fmt.Errorf("%s, want %s", got, pattern)
}

func matchWord(word string, got *node) bool {
	switch word {
	case "absent":
		return got == nil
	case "any":
		return true
	case "int":
		return got.kind == kindInt
	case "float":
		return got.kind == kindFloat
	case "string":
		return got.kind == kindString
	case "bool":
		return got.kind == kindBool
	case "list":
		return got.kind == kindList
	case "map":
		return got.kind == kindMap
	case "bytes":
		return got.kind == kindBytes
	default:
		return got.kind == kindStruct
	}
}

func matchList(pattern, got *node, vars map[string]*node) error {
	if got.kind != kindList {
		return fmt.Errorf("%s, want %s", got, pattern)
	}
	return matchItems(pattern, got, vars)
}

// matchItems compares lists, and the fields of structures. In an open list the
// last pattern holds for as many items as there are, also for none.
func matchItems(pattern, got *node, vars map[string]*node) error {
	if len(got.items) != len(pattern.items) && (!pattern.open || len(got.items) < len(pattern.items)-1) {
		return fmt.Errorf("%d items in %s, want %s", len(got.items), got, pattern)
	}
	for i, item := range got.items {
		if err := match(pattern.items[min(i, len(pattern.items)-1)], item, vars); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil
}

func matchMap(pattern, got *node, vars map[string]*node) error {
	if got.kind != kindMap {
		return fmt.Errorf("%s, want %s", got, pattern)
	}
	known := make(map[string]bool, len(pattern.keys))
	entries := make(map[string]*node, len(got.keys))
	for i, k := range got.keys {
		entries[k.name] = got.items[i]
	}
	for i, k := range pattern.keys {
		known[k.name] = true
		v := entries[k.name]
		if v == nil && k.optional {
			continue
		}
		if err := match(pattern.items[i], v, vars); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	if pattern.open {
		return nil
	}
	for i, k := range got.keys {
		if !known[k.name] {
			return fmt.Errorf("unexpected key %s: %s", k.name, got.items[i])
		}
	}
	return nil
}
