package jolt

import (
	"bytes"
	"math"
	"slices"

	"github.com/drawbolt/drawbolt/packstream"
)

// A Value is one PackStream value. Kind tells which of the other fields count;
// the zero Value is of [packstream.KindEnd] and means that there is none.
type Value struct {
	Kind    packstream.Kind
	Bool    bool
	Int     int64
	Float   float64
	Text    string
	Bytes   []byte  // of byte arrays, and the 16 bytes of a UUID
	Tag     byte    // of a structure
	Items   []Value // of a list, or the fields of a structure
	Entries []Entry // of a map
}

// An Entry is a key of a map with its value.
type Entry struct {
	Key   string
	Value Value
}

// Null returns the null value.
func Null() Value { return Value{Kind: packstream.KindNull} }

// Bool returns a boolean.
func Bool(b bool) Value { return Value{Kind: packstream.KindBoolean, Bool: b} }

// Int returns an integer.
func Int(n int64) Value { return Value{Kind: packstream.KindInteger, Int: n} }

// Float returns a float.
func Float(f float64) Value { return Value{Kind: packstream.KindFloat, Float: f} }

// String returns a string.
func String(s string) Value { return Value{Kind: packstream.KindString, Text: s} }

// Bytes returns a byte array, which keeps b.
func Bytes(b []byte) Value { return Value{Kind: packstream.KindBytes, Bytes: b} }

// List returns a list, which keeps items.
func List(items ...Value) Value { return Value{Kind: packstream.KindList, Items: items} }

// Map returns a map, which keeps entries.
func Map(entries ...Entry) Value { return Value{Kind: packstream.KindMap, Entries: entries} }

// Struct returns a structure, which keeps fields.
func Struct(tag byte, fields ...Value) Value {
	return Value{Kind: packstream.KindStruct, Tag: tag, Items: fields}
}

// Get returns the value of a map's key, and false when there is none.
func (v *Value) Get(key string) (Value, bool) {
	for i := range v.Entries {
		if v.Entries[i].Key == key {
			return v.Entries[i].Value, true
		}
	}
	return Value{}, false
}

// Equal reports whether two values are the same. Integers do not equal floats,
// NaN equals NaN, and the order of a map's entries means nothing.
func Equal(a, b *Value) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case packstream.KindBoolean:
		return a.Bool == b.Bool
	case packstream.KindInteger:
		return a.Int == b.Int
	case packstream.KindFloat:
		return a.Float == b.Float || math.IsNaN(a.Float) && math.IsNaN(b.Float)
	case packstream.KindString:
		return a.Text == b.Text
	case packstream.KindBytes, packstream.KindUUID:
		return bytes.Equal(a.Bytes, b.Bytes)
	case packstream.KindList, packstream.KindStruct:
		return a.Tag == b.Tag && slices.EqualFunc(a.Items, b.Items, func(x, y Value) bool { return Equal(&x, &y) })
	case packstream.KindMap:
		return equalEntries(a.Entries, b.Entries)
	default:
		return true
	}
}

// equalEntries compares maps: place by place as long as their keys stand in the
// same order, by an index from there on.
func equalEntries(a, b []Entry) bool {
	if len(a) != len(b) {
		return false
	}
	var index map[string]*Value
	for i := range a {
		other := &b[i].Value
		if index == nil && a[i].Key != b[i].Key {
			index = make(map[string]*Value, len(b)-i)
			for j := len(b) - 1; j >= i; j-- {
				index[b[j].Key] = &b[j].Value
			}
		}
		if index != nil {
			var ok bool
			if other, ok = index[a[i].Key]; !ok {
				return false
			}
		}
		if !Equal(&a[i].Value, other) {
			return false
		}
	}
	return true
}
