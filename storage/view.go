package storage

import (
	"encoding/hex"
	"strconv"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
)

// A View reads a transaction. It is a small value that may be copied; it is
// valid until its transaction ends.
type View struct {
	tx    *Transaction
	sight mvcc.Sight
}

// Transaction returns the transaction that the view reads.
func (v View) Transaction() *Transaction { return v.tx }

// Store returns the store that the view reads.
func (v View) Store() *Store { return v.tx.store }

// node returns the visible version of a node, and false when there is none or
// it is deleted.
func (v *View) node(id graph.NodeID) (version, bool) {
	n := v.tx.store.nodes.Find(uint64(id))
	if n == nil {
		return version{}, false
	}
	v.saw(readNode, uint32(id), 0) //nolint:gosec // the low half
	ver, ok := v.tx.store.read(&n.head, &v.sight)
	return ver, ok && ver.tag&deleted == 0
}

func (v *View) relationship(id graph.RelationshipID) (version, bool) {
	r := v.tx.store.relationships.Find(uint64(id))
	if r == nil {
		return version{}, false
	}
	v.saw(readRelationship, uint32(id), 0) //nolint:gosec // the low half
	ver, ok := v.tx.store.read(&r.head, &v.sight)
	return ver, ok && ver.tag&deleted == 0
}

// NodeExists reports whether a node is visible.
func (v View) NodeExists(id graph.NodeID) bool {
	_, ok := v.node(id)
	return ok
}

// RelationshipExists reports whether a relationship is visible.
func (v View) RelationshipExists(id graph.RelationshipID) bool {
	_, ok := v.relationship(id)
	return ok
}

// Relationship returns what never changes about a relationship, and false when
// it is not visible.
func (v View) Relationship(id graph.RelationshipID) (RelationshipRecord, bool) {
	s := v.tx.store
	r := s.relationships.Find(uint64(id))
	if r == nil {
		return RelationshipRecord{}, false
	}
	v.saw(readRelationship, uint32(id), 0) //nolint:gosec // the low half
	ver, ok := s.read(&r.head, &v.sight)
	if !ok || ver.tag&deleted != 0 {
		return RelationshipRecord{}, false
	}
	return s.ends(r, ver), true
}

func (s *Store) ends(r *relationship, ver version) RelationshipRecord {
	return RelationshipRecord{
		Start: graph.NodeID(s.nodes.ID(atomic.LoadUint32(&r.start))),
		End:   graph.NodeID(s.nodes.ID(atomic.LoadUint32(&r.end))),
		Type:  TypeID(ver.tag &^ deleted),
	}
}

// HasLabel reports whether a node is visible and has a label.
func (v View) HasLabel(id graph.NodeID, l LabelID) bool {
	ver, ok := v.node(id)
	return ok && v.tx.store.labelSets.at(ver.tag).has(l)
}

// Labels appends the labels of a node, in the order of their numbers.
func (v View) Labels(dst []LabelID, id graph.NodeID) []LabelID {
	ver, ok := v.node(id)
	if !ok {
		return dst
	}
	return append(dst, v.tx.store.labelSets.at(ver.tag).ids...)
}

// decode returns a stored value, null for no bytes. Damaged bytes, which only a
// bug can make, read as null.
func decode(stored []byte, a *graph.Arena) graph.Value {
	if stored == nil {
		return graph.Null
	}
	value, _ := property.Decode(stored, a)
	return value
}

// NodeProperty returns a property of a node; null when the node or the property
// is not there. Short strings are copied into the arena.
func (v View) NodeProperty(id graph.NodeID, key KeyID, a *graph.Arena) graph.Value {
	ver, ok := v.node(id)
	if !ok {
		return graph.Null
	}
	return decode(v.tx.store.properties(ver.props).Find(uint32(key)), a)
}

// RelationshipProperty returns a property of a relationship; null when the
// relationship or the property is not there.
func (v View) RelationshipProperty(id graph.RelationshipID, key KeyID, a *graph.Arena) graph.Value {
	ver, ok := v.relationship(id)
	if !ok {
		return graph.Null
	}
	return decode(v.tx.store.properties(ver.props).Find(uint32(key)), a)
}

// RelationshipProperties sets dst[i] to the property of ids[i], null when it is
// not there. dst must be as long as ids.
func (v View) RelationshipProperties(ids []graph.RelationshipID, key KeyID, dst []graph.Value, a *graph.Arena) {
	for i, id := range ids {
		dst[i] = v.RelationshipProperty(id, key, a)
	}
}

// nodeRecord returns the properties of a node, none when it is not visible.
func (v *View) nodeRecord(id graph.NodeID) property.Record {
	ver, ok := v.node(id)
	if !ok {
		return nil
	}
	return v.tx.store.properties(ver.props)
}

func (v *View) relationshipRecord(id graph.RelationshipID) property.Record {
	ver, ok := v.relationship(id)
	if !ok {
		return nil
	}
	return v.tx.store.properties(ver.props)
}

// PropertyKeys appends the keys of a node's properties.
func (v View) PropertyKeys(dst []KeyID, id graph.NodeID) []KeyID {
	return appendKeys(dst, v.nodeRecord(id))
}

// RelationshipPropertyKeys appends the keys of a relationship's properties.
func (v View) RelationshipPropertyKeys(dst []KeyID, id graph.RelationshipID) []KeyID {
	return appendKeys(dst, v.relationshipRecord(id))
}

func appendKeys(dst []KeyID, r property.Record) []KeyID {
	for i := range r.Len() {
		dst = append(dst, KeyID(r.Key(i)))
	}
	return dst
}

// NodeMap returns all properties of a node as a map value, empty when the node
// is not visible.
func (v View) NodeMap(id graph.NodeID, a *graph.Arena) graph.Value {
	return v.tx.store.mapOf(v.nodeRecord(id), a)
}

// RelationshipMap returns all properties of a relationship as a map value,
// empty when the relationship is not visible.
func (v View) RelationshipMap(id graph.RelationshipID, a *graph.Arena) graph.Value {
	return v.tx.store.mapOf(v.relationshipRecord(id), a)
}

func (s *Store) mapOf(r property.Record, a *graph.Arena) graph.Value {
	fields := make([]graph.Field, r.Len())
	for i := range fields {
		fields[i] = graph.Field{Name: s.keys.name(r.Key(i)), Value: decode(r.Value(i), a)}
	}
	return graph.Map(fields)
}

// AppendNodeLabels appends the labels of a node as a PackStream list of
// strings, an empty one when the node is not visible.
func (v View) AppendNodeLabels(dst []byte, id graph.NodeID) []byte {
	ver, ok := v.node(id)
	if !ok {
		return packstream.AppendListHeader(dst, 0)
	}
	s := v.tx.store
	set := s.labelSets.at(ver.tag)
	set.once.Do(func() {
		set.wire = packstream.AppendListHeader(nil, len(set.ids))
		for _, l := range set.ids {
			set.wire = packstream.AppendString(set.wire, s.labels.name(uint32(l)))
		}
	})
	return append(dst, set.wire...)
}

// AppendNodeProperties appends the properties of a node as a PackStream map, an
// empty one when the node is not visible. Structures have the form of Bolt 5.
func (v View) AppendNodeProperties(dst []byte, id graph.NodeID) []byte {
	return v.tx.store.appendProperties(dst, v.nodeRecord(id))
}

// AppendRelationshipProperties appends the properties of a relationship as
// [View.AppendNodeProperties] does.
func (v View) AppendRelationshipProperties(dst []byte, id graph.RelationshipID) []byte {
	return v.tx.store.appendProperties(dst, v.relationshipRecord(id))
}

func (s *Store) appendProperties(dst []byte, r property.Record) []byte {
	n := r.Len()
	dst = packstream.AppendMapHeader(dst, n)
	trailers := r.HasTrailers()
	for i := range n {
		dst = packstream.AppendString(dst, s.keys.name(r.Key(i)))
		value := r.Value(i)
		if trailers {
			if end, err := property.EndOfValue(value); err == nil {
				value = value[:end]
			}
		}
		dst = append(dst, value...)
	}
	return dst
}

// RelationshipEnds returns the nodes and the type of a relationship. It also
// answers for a relationship that its own transaction has deleted.
func (v View) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typeName string, ok bool) {
	s := v.tx.store
	r := s.relationships.Find(uint64(id))
	if r == nil {
		return 0, 0, "", false
	}
	v.saw(readRelationship, uint32(id), 0) //nolint:gosec // the low half
	ver, ok := s.read(&r.head, &v.sight)
	if !ok {
		return 0, 0, "", false
	}
	e := s.ends(r, ver)
	return e.Start, e.End, s.TypeName(e.Type), true
}

// AppendElementID appends the text of an element id: 4 for nodes or 5 for
// relationships, the identity of the database and the identifier, as in
// 4:d1b6a2b4-8a4e-4a59-9a0b-2c4d3e5f6a7b:17.
func (v View) AppendElementID(dst []byte, relationship bool, id uint64) []byte {
	if relationship {
		dst = append(dst, '5', ':')
	} else {
		dst = append(dst, '4', ':')
	}
	dst = append(dst, v.tx.store.idText...)
	return strconv.AppendUint(append(dst, ':'), id, 10)
}

// appendUUID appends the textual form of a UUID.
func appendUUID(dst []byte, u [16]byte) []byte {
	for i, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}
