package storage

import (
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

// A Relation is an operator between a property and a value.
type Relation = property.Relation

// The relations of a [Condition].
const (
	Less           = property.Less
	Equals         = property.Equals
	LessOrEqual    = property.LessOrEqual
	Greater        = property.Greater
	GreaterOrEqual = property.GreaterOrEqual
	StartsWith     = property.StartsWith
	EndsWith       = property.EndsWith
	Contains       = property.Contains
)

// A Condition is a condition on one property of a node. It belongs to one
// goroutine.
type Condition struct {
	key  KeyID
	test property.Condition
	hint int // where the property was in the record before
}

// NewCondition returns the condition that a property has a relation to a value.
// It is true or not: what the operators of Cypher leave unknown is not.
func NewCondition(key KeyID, r Relation, value graph.Value) Condition {
	return Condition{key: key, test: property.NewCondition(r, value)}
}

// holds reports whether a version satisfies all conditions.
func (s *Store) holds(props uint32, conditions []Condition) bool {
	if props == 0 {
		return len(conditions) == 0
	}
	p := s.propertyBlocks.Pointer(props)
	for i := range conditions {
		c := &conditions[i]
		var stored []byte
		stored, c.hint = property.FindAt(p, uint32(c.key), c.hint)
		if !c.test.Holds(stored) {
			return false
		}
	}
	return true
}

// selectSlots is how many slots one call of [View.SelectNodes] looks at, some
// hundred microseconds' work, so that its caller can look around in between.
const selectSlots = 1 << 14

// SelectNodes fills dst with visible nodes that satisfy all conditions, of all
// nodes or of those with a label, and returns how many they are. There may be
// none although there are more further on; at the end more is false.
func (v View) SelectNodes(c *NodeCursor, label LabelID, labelled bool, conditions []Condition, dst []graph.NodeID) (n int, more bool) {
	if labelled {
		v.saw(readContents, uint32(label), 0)
		n, more = v.selectLabelled(c, label, conditions, dst)
	} else {
		v.saw(readAllContents, 0, 0)
		n, more = v.selectAny(c, conditions, dst)
	}
	if !more {
		*c = NodeCursor{}
	}
	return n, more
}

func (v *View) selectAny(c *NodeCursor, conditions []Condition, dst []graph.NodeID) (n int, more bool) {
	s := v.tx.store
	length := s.nodes.Len()
	end := min(length, c.next+selectSlots)
	for ; c.next < end && n < len(dst); c.next++ {
		slot := uint32(c.next) //nolint:gosec // below 2^32
		ver, ok := s.read(&s.nodes.At(slot).head, &v.sight)
		if ok && ver.tag&deleted == 0 && s.holds(ver.props, conditions) {
			dst[n] = graph.NodeID(s.nodes.ID(slot))
			n++
		}
	}
	return n, c.next < length
}

func (v *View) selectLabelled(c *NodeCursor, l LabelID, conditions []Condition, dst []graph.NodeID) (n int, more bool) {
	s := v.tx.store
	set := s.labelMembers.find(uint32(l))
	length := s.nodes.Len()
	if set == nil || length == 0 { // a closed store has no bitmaps any more
		return 0, false
	}
	var slots [scanBatch]uint32
	known, has := uint32(deleted), false
	for range selectSlots / scanBatch {
		got, next := set.Next(c.next, slots[:])
		for _, slot := range slots[:got] {
			if uint64(slot) >= length {
				continue
			}
			ver, ok := s.read(&s.nodes.At(slot).head, &v.sight)
			if !ok || ver.tag&deleted != 0 {
				continue
			}
			if ver.tag != known {
				known, has = ver.tag, s.labelSets.at(ver.tag).has(l)
			}
			if !has || !s.holds(ver.props, conditions) {
				continue
			}
			if n == len(dst) {
				c.next = uint64(slot)
				return n, true
			}
			dst[n] = graph.NodeID(s.nodes.ID(slot))
			n++
		}
		c.next = next
		if got < len(slots) {
			return n, false
		}
	}
	return n, true
}

// NodeProperties sets dst[i] to the property of ids[i], null when it is not
// there. dst must be as long as ids.
func (v View) NodeProperties(ids []graph.NodeID, key KeyID, dst []graph.Value, a *graph.Arena) {
	s := v.tx.store
	hint := 0
	for i, id := range ids {
		ver, ok := v.node(id)
		if !ok || ver.props == 0 {
			dst[i] = graph.Null
			continue
		}
		var stored []byte
		stored, hint = property.FindAt(s.propertyBlocks.Pointer(ver.props), uint32(key), hint)
		dst[i] = decode(stored, a)
	}
}
