package storage

import (
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
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

// SelectNodes fills dst with visible nodes that satisfy all conditions, at least
// one, of all nodes or of those with a label, and returns how many they are. There may be
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
	var b nodeBatch
	length := s.nodes.Len()
	end := min(length, c.next+selectSlots)
	for c.next < end && n < len(dst) {
		got := min(wanted(conditions, len(dst)-n), int(end-c.next)) //nolint:gosec // bounded by selectSlots
		for i := range b.slots[:got] {
			b.slots[i] = uint32(c.next) + uint32(i) //nolint:gosec // below 2^32
		}
		b.read(s, &v.sight, got, nil, len(conditions) == 0)
		taken, all := b.take(s, conditions, dst[n:])
		n += taken
		if !all {
			c.next = b.rest
			return n, true
		}
		c.next += uint64(got) //nolint:gosec // not negative
	}
	return n, c.next < length
}

func (v *View) selectLabelled(c *NodeCursor, l LabelID, conditions []Condition, dst []graph.NodeID) (n int, more bool) {
	s := v.tx.store
	set := s.labelMembers.find(uint32(l))
	if set == nil || s.nodes.Len() == 0 { // a closed store has no bitmaps any more
		return 0, false
	}
	if column, lo, hi := v.column(c, l, conditions); column != nil {
		return column.pick(c, lo, hi, dst)
	}
	var b nodeBatch
	b.known = deleted
	for range selectSlots / scanBatch {
		if n == len(dst) {
			return n, true
		}
		want := wanted(conditions, len(dst)-n)
		got, next := set.Next(c.next, b.slots[:want])
		b.read(s, &v.sight, got, &l, len(conditions) == 0)
		if c.build != nil {
			c.build.add(s, &b)
		}
		taken, all := b.take(s, conditions, dst[n:])
		n += taken
		if !all {
			c.next = b.rest
			if c.build != nil {
				c.build.cut(b.rest)
			}
			return n, true
		}
		c.next = next
		if got < want {
			if c.build != nil {
				s.keepColumn(c.build)
			}
			return n, false
		}
	}
	return n, true
}

// wanted returns how many nodes a batch should have when there is room for some:
// no more than that without conditions, because none will be left out.
func wanted(conditions []Condition, room int) int {
	if len(conditions) > 0 {
		return scanBatch
	}
	return min(scanBatch, room)
}

// A nodeBatch is some nodes on their way through the conditions.
type nodeBatch struct {
	slots   [scanBatch]uint32
	records [scanBatch]unsafe.Pointer // properties
	chosen  [scanBatch]uint8          // indexes of the nodes that are left
	left    int
	rest    uint64 // the first slot for which there was no room

	known uint32 // a set of labels, and whether it has the label
	has   bool
}

// read chooses, of the first got slots, the nodes that a reader sees: those that
// have a label unless that is nil, and those with properties unless bare ones are
// wanted too.
func (b *nodeBatch) read(s *Store, sight *mvcc.Sight, got int, l *LabelID, bare bool) {
	length := s.nodes.Len()
	left := 0
	for i, slot := range b.slots[:got] {
		if uint64(slot) >= length {
			continue
		}
		h := &s.nodes.At(slot).head
		ver, ok := h.settled(sight)
		if !ok {
			ver, ok = s.read(h, sight)
		}
		if !ok || ver.tag&deleted != 0 || ver.props == 0 && !bare {
			continue
		}
		if l != nil && ver.tag != b.known {
			b.known, b.has = ver.tag, s.labelSets.at(ver.tag).has(*l)
		}
		if l != nil && !b.has {
			continue
		}
		if !bare {
			b.records[i] = s.propertyBlocks.Pointer(ver.props)
		}
		b.chosen[left] = uint8(i)
		left++
	}
	b.left = left
}

// take moves the nodes that satisfy all conditions to dst, and reports whether
// there was room for all of them.
func (b *nodeBatch) take(s *Store, conditions []Condition, dst []graph.NodeID) (n int, all bool) {
	left := b.left
	for i := range conditions {
		c := &conditions[i]
		left, c.hint = c.test.Filter(uint32(c.key), c.hint, b.records[:], b.chosen[:left])
	}
	for _, i := range b.chosen[:left] {
		slot := b.slots[i]
		if n == len(dst) {
			b.rest = uint64(slot)
			return n, false
		}
		dst[n] = graph.NodeID(s.nodes.ID(slot))
		n++
	}
	return n, true
}

// NodeProperties sets dst[i] to the property of ids[i], null when it is not
// there. dst must be as long as ids.
func (v View) NodeProperties(ids []graph.NodeID, key KeyID, dst []graph.Value, a *graph.Arena) {
	s := v.tx.store
	hint := 0
	for i, id := range ids {
		dst[i] = graph.Null
		n := s.nodes.Find(uint64(id))
		if n == nil {
			continue
		}
		v.saw(readNode, uint32(id), 0) //nolint:gosec // the low half
		ver, ok := n.settled(&v.sight)
		if !ok {
			ver, ok = s.read(&n.head, &v.sight)
		}
		if !ok || ver.tag&deleted != 0 || ver.props == 0 {
			continue
		}
		p := s.propertyBlocks.Pointer(ver.props)
		stored := property.Expected(p, uint32(key), hint)
		if stored == nil {
			stored, hint = property.FindAt(p, uint32(key), hint)
		}
		if len(stored) == 1 && (stored[0] < 0x80 || stored[0] >= 0xF0) { // small integers are common
			dst[i] = graph.Integer(int64(int8(stored[0]))) //nolint:gosec // a signed byte
			continue
		}
		dst[i] = decode(stored, a)
	}
}
