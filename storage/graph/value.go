package graph

import (
	"fmt"
	"math"
	"unsafe"
)

// A Kind tells the type of a [Value].
type Kind uint8

// The kinds. KindNull is zero, so that the zero Value is null.
const (
	KindNull Kind = iota
	KindBoolean
	KindInteger
	KindFloat
	KindString
	KindBytes
	KindList
	KindMap
	KindNode
	KindRelationship
	KindPath
	KindDate
	KindLocalTime
	KindTime
	KindLocalDateTime
	KindDateTime
	KindDuration
	KindPoint
	KindVector
	KindUUID
	kindCount
)

var kindNames = [kindCount]string{
	KindNull:          "NULL",
	KindBoolean:       "BOOLEAN",
	KindInteger:       "INTEGER",
	KindFloat:         "FLOAT",
	KindString:        "STRING",
	KindBytes:         "BYTES",
	KindList:          "LIST",
	KindMap:           "MAP",
	KindNode:          "NODE",
	KindRelationship:  "RELATIONSHIP",
	KindPath:          "PATH",
	KindDate:          "DATE",
	KindLocalTime:     "LOCAL TIME",
	KindTime:          "ZONED TIME",
	KindLocalDateTime: "LOCAL DATETIME",
	KindDateTime:      "ZONED DATETIME",
	KindDuration:      "DURATION",
	KindPoint:         "POINT",
	KindVector:        "VECTOR",
	KindUUID:          "UUID",
}

// String returns the name of the type as Cypher spells it in type predicates,
// such as INTEGER or ZONED DATETIME.
func (k Kind) String() string {
	if k >= kindCount {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// A NodeID names a node for the whole life of a database: a slot in the low 32
// bits and the slot's generation in the high ones, so it is never reused.
type NodeID uint64

// A RelationshipID names a relationship, in the same form as a [NodeID].
type RelationshipID uint64

// A Value is one Cypher value. The zero Value is null. Values are immutable,
// may be copied freely and used by several goroutines. Do not compare them
// with ==: use [Equal] or [Equivalent].
type Value struct {
	ptr  unsafe.Pointer // what the kind keeps outside; nil for scalars
	num  uint64         // scalar, or length behind ptr
	kind Kind
	aux  int32 // nanoseconds of a date-time, offset of a time
}

// A Field is one entry of a map value.
type Field struct {
	Name  string
	Value Value
}

// Null is the null value, the same as the zero Value.
var Null Value //nolint:gochecknoglobals // immutable by type: a Value has no exported fields

// Boolean returns a boolean value.
func Boolean(b bool) Value {
	if b {
		return Value{kind: KindBoolean, num: 1}
	}
	return Value{kind: KindBoolean}
}

// Integer returns a 64-bit signed integer value.
func Integer(n int64) Value { return Value{kind: KindInteger, num: uint64(n)} } //nolint:gosec // bit pattern

// Float returns a 64-bit floating point value; NaN payloads are kept.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// String returns a string value that shares the bytes of s.
func String(s string) Value {
	return Value{kind: KindString, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// Bytes returns a byte array value that keeps b.
func Bytes(b []byte) Value {
	return Value{kind: KindBytes, num: uint64(len(b)), ptr: unsafe.Pointer(unsafe.SliceData(b))}
}

// List returns a list value that keeps items.
func List(items []Value) Value {
	return Value{kind: KindList, num: uint64(len(items)), ptr: unsafe.Pointer(unsafe.SliceData(items))}
}

// Map returns a map value that keeps fields, whose names must differ. Their
// order is kept and means nothing to any comparison.
func Map(fields []Field) Value {
	return Value{kind: KindMap, num: uint64(len(fields)), ptr: unsafe.Pointer(unsafe.SliceData(fields))}
}

// Node returns a reference to a node.
func Node(id NodeID) Value { return Value{kind: KindNode, num: uint64(id)} }

// Relationship returns a reference to a relationship.
func Relationship(id RelationshipID) Value {
	return Value{kind: KindRelationship, num: uint64(id)}
}

// Kind returns the value's type.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// IsNumber reports whether the value is an integer or a float.
func (v Value) IsNumber() bool { return v.kind == KindInteger || v.kind == KindFloat }

// IsTrue reports whether the value is the boolean true.
func (v Value) IsTrue() bool { return v.kind == KindBoolean && v.num != 0 }

// Bool returns the boolean; the value must be of [KindBoolean].
func (v Value) Bool() bool { return v.num != 0 }

// Int returns the integer; the value must be of [KindInteger].
func (v Value) Int() int64 { return int64(v.num) } //nolint:gosec // bit pattern

// Float returns the float; the value must be of [KindFloat].
func (v Value) Float() float64 { return math.Float64frombits(v.num) }

// Number returns an integer or float as a float, rounded to the nearest.
func (v Value) Number() float64 {
	if v.kind == KindInteger {
		return float64(v.Int())
	}
	return v.Float()
}

// Str returns the string; the value must be of [KindString]. (Value has no
// String method, which fmt would call for every kind.)
func (v Value) Str() string { return unsafe.String((*byte)(v.ptr), v.length()) }

// Bytes returns the byte array, which the caller must not change; the value
// must be of [KindBytes].
func (v Value) Bytes() []byte { return unsafe.Slice((*byte)(v.ptr), v.length()) }

// List returns the items, which the caller must not change; the value must be
// of [KindList].
func (v Value) List() []Value { return unsafe.Slice((*Value)(v.ptr), v.length()) }

// Map returns the fields, which the caller must not change; the value must be
// of [KindMap].
func (v Value) Map() []Field { return unsafe.Slice((*Field)(v.ptr), v.length()) }

// Get returns the value of a map's field, or null and false when there is no
// such field; the value must be of [KindMap].
func (v Value) Get(name string) (Value, bool) {
	for _, f := range v.Map() {
		if f.Name == name {
			return f.Value, true
		}
	}
	return Value{}, false
}

// Len returns the number of bytes of a string or byte array, of items of a list
// or of fields of a map.
func (v Value) Len() int { return v.length() }

// NodeID returns the node's identifier; the value must be of [KindNode].
func (v Value) NodeID() NodeID { return NodeID(v.num) }

// RelationshipID returns the relationship's identifier; the value must be of
// [KindRelationship].
func (v Value) RelationshipID() RelationshipID { return RelationshipID(v.num) }

func (v Value) length() int { return int(v.num) } //nolint:gosec // set from a Go length
