package jolt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// A Pattern is what a script expects of a value.
type Pattern struct {
	source    string // as it is written
	any       bool   // matches everything
	class     *sigil // matches every value of a type; nil otherwise
	value     Value  // a scalar, or the kind and tag of a container
	items     []*Pattern
	keys      []key // of a map, beside items
	unordered bool  // the items may come in any order
}

// A key is one key of a map.
type key struct {
	name      string
	optional  bool
	unordered bool // of the value, if it is a list
}

// A Mismatch tells where a value is not what was expected. It keeps the value.
type Mismatch struct {
	Path string // such as [2].db; empty for the whole value
	Want string
	got  *Value // nil for no value
	note string // in place of got
}

// String returns one line.
func (m *Mismatch) String() string {
	got := m.note
	if m.got != nil {
		got += describe(m.got)
	}
	text := fmt.Sprintf("expected %s, got %s", m.Want, got)
	if m.Path != "" {
		text = m.Path + ": " + text
	}
	return text
}

// String returns the pattern as it is written.
func (p *Pattern) String() string { return p.source }

// exact returns the value of a pattern without wildcards.
func (p *Pattern) exact() Value {
	v := p.value
	if len(p.keys) > 0 {
		v.Entries = make([]Entry, len(p.keys))
		for i, k := range p.keys {
			v.Entries[i] = Entry{k.name, p.items[i].exact()}
		}
		return v
	}
	for _, item := range p.items {
		v.Items = append(v.Items, item.exact())
	}
	return v
}

// position returns the place of a key, or the number of keys.
func (p *Pattern) position(name string) int {
	if i := slices.IndexFunc(p.keys, func(k key) bool { return k.name == name }); i >= 0 {
		return i
	}
	return len(p.keys)
}

// Match compares a value with the pattern. It returns nil when they match, and
// else the first difference.
func (p *Pattern) Match(v *Value) *Mismatch {
	switch {
	case p.any, p.class != nil && p.class.covers(v):
		return nil
	case p.class != nil:
		return &Mismatch{Want: "any " + p.class.name, got: v}
	case p.value.Kind != v.Kind || p.value.Tag != v.Tag:
		return p.differs(v)
	}
	switch v.Kind {
	case packstream.KindMap:
		return p.matchMap(v)
	case packstream.KindList, packstream.KindStruct:
		return p.matchItems(v)
	default:
		if !Equal(&p.value, v) {
			return p.differs(v)
		}
		return nil
	}
}

func (p *Pattern) differs(v *Value) *Mismatch {
	return &Mismatch{Want: shorten(p.source), got: v}
}

func (p *Pattern) matchItems(v *Value) *Mismatch {
	if p.items == nil && len(p.value.Items) > 0 { // a value that was put together
		if !Equal(&p.value, v) {
			return p.differs(v)
		}
		return nil
	}
	if len(p.items) != len(v.Items) {
		return &Mismatch{
			Want: fmt.Sprintf("%d items in %s", len(p.items), shorten(p.source)),
			got:  v,
			note: fmt.Sprintf("%d in ", len(v.Items)),
		}
	}
	if p.unordered && v.Kind == packstream.KindList {
		if !p.pairUp(v) {
			return &Mismatch{Want: shorten(p.source) + " in any order", got: v}
		}
		return nil
	}
	for i, item := range p.items {
		if m := item.Match(&v.Items[i]); m != nil {
			m.Path = fmt.Sprintf("[%d]%s", i, m.Path)
			return m
		}
	}
	return nil
}

func (p *Pattern) matchMap(v *Value) *Mismatch {
	for i, k := range p.keys {
		got, ok := v.Get(k.name)
		switch {
		case !ok && k.optional:
		case !ok:
			return &Mismatch{Path: pathTo(k.name), Want: shorten(p.items[i].source), note: "no such key"}
		default:
			if m := p.items[i].Match(&got); m != nil {
				m.Path = pathTo(k.name) + m.Path
				return m
			}
		}
	}
	for i := range v.Entries {
		if e := &v.Entries[i]; p.position(e.Key) == len(p.keys) {
			return &Mismatch{Path: pathTo(e.Key), Want: "no such key", got: &e.Value}
		}
	}
	return nil
}

// pairUp finds a different item for each pattern: a matching of the two sides of
// a bipartite graph, by augmenting paths.
func (p *Pattern) pairUp(v *Value) bool {
	owner := make([]int, len(v.Items)) // one more than the pattern of an item
	var seen []bool
	var find func(i int) bool
	find = func(i int) bool {
		for j := range v.Items {
			if seen[j] || p.items[i].Match(&v.Items[j]) != nil {
				continue
			}
			seen[j] = true
			if owner[j] == 0 || find(owner[j]-1) {
				owner[j] = i + 1
				return true
			}
		}
		return false
	}
	for i := range p.items {
		seen = make([]bool, len(v.Items))
		if !find(i) {
			return false
		}
	}
	return true
}

func pathTo(key string) string {
	if key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
		return "." + key
	}
	return fmt.Sprintf("[%q]", key)
}

// describe returns a value with its type for people.
func describe(v *Value) string {
	if v.Kind == packstream.KindEnd || v.Kind == packstream.KindNull {
		return v.typeName()
	}
	return v.typeName() + " " + shorten(string(v.Append(nil, V4)))
}

// shorten leaves out the middle of long texts.
func shorten(s string) string {
	const most, kept = 300, 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:kept], "") + " … " + strings.ToValidUTF8(s[len(s)-kept:], "")
}
