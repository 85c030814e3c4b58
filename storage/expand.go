package storage

import (
	"slices"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Expand fills dst with the visible relationships of a node in a direction, of
// the types, or of all types when there are none, and returns how many they
// are; 0 is the end. With Both a self-loop appears once.
func (v View) Expand(c *ExpandCursor, node graph.NodeID, dir Direction, types []TypeID, dst []Step) int {
	n := v.expand(c, node, dir, types, dst)
	if n == 0 {
		*c = ExpandCursor{}
	}
	return n
}

// ExpandMany expands one node after another: steps[i] starts at nodes[rows[i]].
// It fills rows and steps up to the shorter one and returns how many steps they
// are; 0 is the end.
func (v View) ExpandMany(c *ExpandCursor, nodes []graph.NodeID, dir Direction, types []TypeID, rows []uint32, steps []Step) int {
	limit := min(len(rows), len(steps))
	n := 0
	for c.row < len(nodes) && n < limit {
		k := v.expand(c, nodes[c.row], dir, types, steps[n:limit])
		for i := range k {
			rows[n+i] = uint32(c.row) //nolint:gosec // an index into a batch
		}
		n += k
		if n < limit { // the node is done
			*c = ExpandCursor{row: c.row + 1}
		}
	}
	if n == 0 {
		*c = ExpandCursor{}
	}
	return n
}

// expand goes on from the cursor until dst is full or the node is done.
func (v *View) expand(c *ExpandCursor, id graph.NodeID, dir Direction, types []TypeID, dst []Step) int {
	s := v.tx.store
	n := 0
	for n < len(dst) {
		if c.group == 0 {
			if !v.nextGroup(c, id, dir) {
				return n
			}
			if len(types) > 0 && !slices.Contains(types, TypeID(s.block(c.group).kind())) {
				c.group = 0
				continue
			}
		}
		b := s.block(c.block)
		count := b.len()
		n += v.readBlock(c, b, count, id, dir == Both && c.side == In, dst[n:])
		if c.at < count {
			return n
		}
		c.at = 0
		if c.block = b.more(); c.block == 0 {
			c.group = 0
		}
	}
	return n
}

// nextGroup moves the cursor to the next group of the side, or of the next
// side, and reports whether there is one.
func (v *View) nextGroup(c *ExpandCursor, id graph.NodeID, dir Direction) bool {
	s := v.tx.store
	for {
		if !c.started {
			if dir != Both {
				c.side = dir
			}
			rec := s.nodes.Find(uint64(id))
			if rec == nil {
				return false
			}
			v.saw(readRelationshipsAt, uint32(id), 0) //nolint:gosec // the low half
			c.next, c.started = atomic.LoadUint32(rec.side(c.side)), true
		}
		if c.next != 0 {
			c.group, c.block, c.at = c.next, c.next, 0
			c.next = atomic.LoadUint32(&s.block(c.group).next)
			return true
		}
		if dir != Both || c.side == In {
			return false
		}
		c.side, c.started = In, false
	}
}

// readBlock takes steps out of one block, from the cursor up to count.
func (v *View) readBlock(c *ExpandCursor, b *block, count uint32, id graph.NodeID, skipLoops bool, dst []Step) int {
	s := v.tx.store
	n := 0
	self := uint32(id) //nolint:gosec // the low half
	settled := b.allClear(s.block(c.group), v.sight.Snapshot())
	for ; c.at < count && n < len(dst); c.at++ {
		e := b.entry(c.at)
		if skipLoops && e.neighbour() == self {
			continue
		}
		if !settled && !v.seesRelationship(e.relationship()) {
			continue
		}
		dst[n] = Step{
			Node:         graph.NodeID(s.nodes.ID(e.neighbour())),
			Relationship: graph.RelationshipID(s.relationships.ID(e.relationship())),
		}
		n++
	}
	return n
}

func (v *View) seesRelationship(slot uint32) bool {
	s := v.tx.store
	ver, ok := s.read(&s.relationships.At(slot).head, &v.sight)
	return ok && ver.tag&deleted == 0
}

// Degree returns how many steps [View.Expand] would give, in most cases without
// looking at them.
func (v View) Degree(id graph.NodeID, dir Direction, types []TypeID) int {
	s := v.tx.store
	rec := s.nodes.Find(uint64(id))
	if rec == nil {
		return 0
	}
	v.saw(readRelationshipsAt, uint32(id), 0) //nolint:gosec // the low half
	n := 0
	for _, side := range [...]Direction{Out, In} {
		if dir != Both && dir != side {
			continue
		}
		for ref := atomic.LoadUint32(rec.side(side)); ref != 0; {
			b := s.block(ref)
			if len(types) == 0 || slices.Contains(types, TypeID(b.kind())) {
				if dir == Both && side == In && s.selfLoops.Load() {
					n += v.groupDegreeWithout(b, uint32(id)) //nolint:gosec // the low half
				} else {
					n += v.groupDegree(b)
				}
			}
			ref = atomic.LoadUint32(&b.next)
		}
	}
	return n
}

// MayLoop reports whether a relationship may end where it starts: false when the
// store has never had one that does.
func (v View) MayLoop() bool { return v.tx.store.selfLoops.Load() }

// groupDegree returns the number of visible entries of a group.
func (v *View) groupDegree(group *block) int {
	n := 0
	for b := group; ; {
		count := b.len()
		if b.allClear(group, v.sight.Snapshot()) {
			n += int(count)
		} else {
			for i := range count {
				if v.seesRelationship(b.entry(i).relationship()) {
					n++
				}
			}
		}
		ref := b.more()
		if ref == 0 {
			return n
		}
		b = v.tx.store.block(ref)
	}
}

// groupDegreeWithout is groupDegree without the entries of a neighbour.
func (v *View) groupDegreeWithout(group *block, neighbour uint32) int {
	n := 0
	for b := group; ; {
		count := b.len()
		settled := b.allClear(group, v.sight.Snapshot())
		for i := range count {
			e := b.entry(i)
			if e.neighbour() != neighbour && (settled || v.seesRelationship(e.relationship())) {
				n++
			}
		}
		ref := b.more()
		if ref == 0 {
			return n
		}
		b = v.tx.store.block(ref)
	}
}
