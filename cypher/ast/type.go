package ast

import "strings"

// A Set is a set of kinds of values: what an expression may evaluate to.
type Set uint32

// The kinds of values. TypeNull is a kind of its own: the set of an
// expression that may be null contains it.
const (
	TypeNull Set = 1 << iota
	TypeBoolean
	TypeInteger
	TypeFloat
	TypeString
	TypeBytes
	TypeDate
	TypeLocalTime
	TypeTime
	TypeLocalDateTime
	TypeDateTime
	TypeDuration
	TypePoint
	TypeVector
	TypeUUID
	TypeNode
	TypeRelationship
	TypePath
	TypeMap
	TypeList
	typeEnd
)

// Unions with a name.
const (
	// TypeAny is every kind: nothing is known.
	TypeAny = typeEnd - 1
	// TypeNumber is an integer or a float.
	TypeNumber = TypeInteger | TypeFloat
	// TypeTemporal is an instant or a time of day.
	TypeTemporal = TypeDate | TypeLocalTime | TypeTime | TypeLocalDateTime | TypeDateTime
	// TypeEntity is a node or a relationship.
	TypeEntity = TypeNode | TypeRelationship
	// TypeProperty is what a property may hold.
	TypeProperty = TypeBoolean | TypeNumber | TypeString | TypeBytes | TypeTemporal |
		TypeDuration | TypePoint | TypeVector | TypeUUID | TypeList
)

// A Type is what is known of a value before a statement runs: the kinds it
// may have and, when it may be a list, the kinds its elements may have.
// Elements of elements are not tracked. The zero Type holds no value.
type Type struct {
	Set  Set
	Elem Set
}

// Of returns the type of the kinds in set; elements of lists may be anything.
func Of(set Set) Type {
	t := Type{Set: set}
	if set&TypeList != 0 {
		t.Elem = TypeAny
	}
	return t
}

// ListOf returns the type of a list whose elements have the kinds in elem.
func ListOf(elem Set) Type { return Type{Set: TypeList, Elem: elem} }

// Union returns the type of a value that has type t or type o.
func (t Type) Union(o Type) Type { return Type{Set: t.Set | o.Set, Elem: t.Elem | o.Elem} }

// Nullable returns t with null added.
func (t Type) Nullable() Type { return Type{Set: t.Set | TypeNull, Elem: t.Elem} }

// Element returns the type of an element of a list of type t.
func (t Type) Element() Type { return Of(t.Elem) }

// May reports whether a value of type t can be of a kind in set.
func (t Type) May(set Set) bool { return t.Set&set != 0 }

// Is reports whether every value of type t but null is of a kind in set, and
// something else than null is possible.
func (t Type) Is(set Set) bool {
	rest := t.Set &^ TypeNull
	return rest != 0 && rest&^set == 0
}

// String names the type as error messages do: "Integer", "List<String>",
// "Integer or Float", "Any".
func (t Type) String() string {
	set := t.Set
	switch set &^ TypeNull {
	case TypeAny &^ TypeNull:
		return "Any"
	case TypeProperty:
		return "property value"
	default:
	}
	if set != TypeNull {
		set &^= TypeNull
	}
	var words []string
	for i, name := range typeNames {
		kind := Set(1) << i
		if set&kind == 0 {
			continue
		}
		if kind == TypeList && t.Elem != 0 && t.Elem != TypeAny {
			name = "List<" + Type{Set: t.Elem}.String() + ">"
		}
		words = append(words, name)
	}
	switch len(words) {
	case 0:
		return "Nothing"
	case 1:
		return words[0]
	default:
		last := len(words) - 1
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
}

// typeNames is indexed by the bit of the kind.
var typeNames = [...]string{
	"Null", "Boolean", "Integer", "Float", "String", "Bytes", "Date", "LocalTime",
	"Time", "LocalDateTime", "DateTime", "Duration", "Point", "Vector", "UUID",
	"Node", "Relationship", "Path", "Map", "List",
}
