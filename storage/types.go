package storage

import "github.com/drawbolt/drawbolt/storage/graph"

// A LabelID is the number of a label.
type LabelID uint32

// A TypeID is the number of a relationship type.
type TypeID uint32

// A KeyID is the number of a property key.
type KeyID uint32

// A Position is a place in the order of commits. Positions are opaque and
// ordered: a larger one was committed later. Bookmarks are made of them.
type Position uint64

// A Mode says what a transaction may do.
type Mode uint8

// The modes.
const (
	ReadMode Mode = iota
	WriteMode
)

// A Direction selects relationships of a node by its side of them.
type Direction uint8

// The directions.
const (
	Out  Direction = iota // the node is the start
	In                    // the node is the end
	Both                  // either; a self-loop appears once
)

// Reverse returns the direction as seen from the other end of a relationship.
func (d Direction) Reverse() Direction {
	switch d {
	case Out:
		return In
	case In:
		return Out
	default:
		return d
	}
}

// A Property is a key with its value.
type Property struct {
	Key   KeyID
	Value graph.Value
}

// A Step is one relationship of a node and the node at its other side.
type Step struct {
	Node         graph.NodeID
	Relationship graph.RelationshipID
}

// A RelationshipRecord is what never changes about a relationship.
type RelationshipRecord struct {
	Start, End graph.NodeID
	Type       TypeID
}
