package storage

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/index"
)

// scanBatch is how many slots are taken out of a bitmap at once.
const scanBatch = 256

// ScanNodes fills dst with visible nodes and returns how many they are; 0 is
// the end.
func (v View) ScanNodes(c *NodeCursor, dst []graph.NodeID) int {
	v.saw(readNodes, 0, 0)
	n, more := 0, true
	for n == 0 && more && len(dst) > 0 {
		n, more = v.selectAny(c, nil, dst)
	}
	if n == 0 {
		*c = NodeCursor{}
	}
	return n
}

// ScanLabel fills dst with visible nodes that have a label and returns how many
// they are; 0 is the end. Other nodes are not looked at.
func (v View) ScanLabel(c *NodeCursor, l LabelID, dst []graph.NodeID) int {
	v.saw(readMembers, uint32(l), 0)
	n, more := 0, true
	for n == 0 && more && len(dst) > 0 {
		n, more = v.selectLabelled(c, l, nil, dst)
	}
	if n == 0 {
		*c = NodeCursor{}
	}
	return n
}

// ScanRelationships fills dst with visible relationships of the types, of all
// types when there are none, and returns how many they are; 0 is the end.
func (v View) ScanRelationships(c *RelationshipCursor, types []TypeID, dst []graph.RelationshipID) int {
	var n int
	if len(types) == 0 {
		n = v.scanAllRelationships(c, dst)
	}
	for ; c.part < len(types) && n == 0; c.part++ {
		if slices.Contains(types[:c.part], types[c.part]) {
			continue
		}
		n = v.scanType(c, types[c.part], dst)
		if n > 0 {
			break
		}
		c.next = 0
	}
	if n == 0 {
		*c = RelationshipCursor{}
	}
	return n
}

func (v *View) scanAllRelationships(c *RelationshipCursor, dst []graph.RelationshipID) int {
	s := v.tx.store
	v.saw(readRelationships, 0, 0)
	n := 0
	end := s.relationships.Len()
	for ; c.next < end && n < len(dst); c.next++ {
		slot := uint32(c.next) //nolint:gosec // below 2^32
		ver, ok := s.read(&s.relationships.At(slot).head, &v.sight)
		if ok && ver.tag&deleted == 0 {
			dst[n] = graph.RelationshipID(s.relationships.ID(slot))
			n++
		}
	}
	return n
}

func (v *View) scanType(c *RelationshipCursor, t TypeID, dst []graph.RelationshipID) int {
	s := v.tx.store
	v.saw(readType, uint32(t), 0)
	var slots [scanBatch]uint32
	var set *index.Bitmap
	if set = s.typeMembers.find(uint32(t)); set == nil || s.relationships.Len() == 0 {
		return 0
	}
	n := 0
	for n < len(dst) {
		want := min(len(slots), len(dst)-n)
		got, next := set.Next(c.next, slots[:want])
		for _, slot := range slots[:got] {
			if uint64(slot) >= s.relationships.Len() {
				continue
			}
			ver, ok := s.read(&s.relationships.At(slot).head, &v.sight)
			if ok && ver.tag == uint32(t) {
				dst[n] = graph.RelationshipID(s.relationships.ID(slot))
				n++
			}
		}
		c.next = next
		if got < want {
			break
		}
	}
	return n
}
