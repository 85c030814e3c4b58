package bolt

import "github.com/drawbolt/drawbolt/storage/graph"

// Entities is where the contents of nodes and relationships come from when a
// record is encoded: a view of a transaction. A deleted entity of the own
// transaction has its ids, no labels and no properties. The Append methods
// append to dst and return it, as append does.
type Entities interface {
	// AppendNodeLabels appends the labels as a PackStream list of strings.
	AppendNodeLabels(dst []byte, id graph.NodeID) []byte
	// AppendNodeProperties appends the properties as a PackStream map, in the
	// forms of Bolt 6.1.
	AppendNodeProperties(dst []byte, id graph.NodeID) []byte
	// AppendRelationshipProperties does the same for a relationship.
	AppendRelationshipProperties(dst []byte, id graph.RelationshipID) []byte
	// RelationshipEnds returns the nodes and the type; ok is false when there
	// is no such relationship.
	RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typeName string, ok bool)
	// AppendElementID appends the text of an element id, without a PackStream
	// header.
	AppendElementID(dst []byte, relationship bool, id uint64) []byte
}

// A ZoneOffset returns the seconds east of UTC that hold in a time zone at an
// instant, in seconds since the epoch; ok is false when the zone is unknown.
// Names are compared exactly. Fixed offsets such as +01:00 are not asked for.
type ZoneOffset func(name string, seconds int64) (offset int32, ok bool)
