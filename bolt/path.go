package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// scanLimit is the number of distinct entities up to which a list is searched;
// beyond it a map is faster.
const scanLimit = 32

// pathScratch keeps the distinct entities of a path, in order of appearance.
// Its memory is used again for the next path.
type pathScratch struct {
	nodes, relationships distinct
	indices              []int64
}

// distinct numbers the ids it has seen.
type distinct struct {
	ids   []uint64
	index map[uint64]int // used beyond scanLimit
}

func (d *distinct) reset() {
	const keep = 1 << 12
	if cap(d.ids) > keep {
		d.ids, d.index = nil, nil
	}
	d.ids = d.ids[:0]
	clear(d.index)
}

// number returns the place of an id, adding it when it is new.
func (d *distinct) number(id uint64) int {
	if len(d.ids) <= scanLimit {
		for i, other := range d.ids {
			if other == id {
				return i
			}
		}
	} else if i, ok := d.lookup(id); ok {
		return i
	}
	d.ids = append(d.ids, id)
	if len(d.ids) > scanLimit+1 {
		d.index[id] = len(d.ids) - 1
	}
	return len(d.ids) - 1
}

// lookup finds an id in the map, which it fills at its first use.
func (d *distinct) lookup(id uint64) (int, bool) {
	if d.index == nil {
		d.index = make(map[uint64]int, 4*scanLimit)
	}
	if len(d.index) == 0 {
		for i, known := range d.ids {
			d.index[known] = i
		}
	}
	i, ok := d.index[id]
	return i, ok
}

// appendPath appends a path:
//
//	B3 50 nodes relationships indices
//
// Nodes and relationships are the distinct ones in order of appearance. Each
// hop has two indices: the relationship's number from 1 on, negative when it is
// walked against its direction, and the number from 0 on of the node it leads
// to.
func (e *ValueEncoder) appendPath(dst []byte, p *graph.Path) []byte {
	s := &e.path
	s.nodes.reset()
	s.relationships.reset()
	s.indices = s.indices[:0]
	if len(p.Nodes) > 0 {
		s.nodes.number(uint64(p.Nodes[0]))
	}
	for i, r := range p.Relationships {
		hop := int64(s.relationships.number(uint64(r))) + 1
		if start, _, _, ok := e.Entities.RelationshipEnds(r); ok && start != p.Nodes[i] {
			hop = -hop
		}
		s.indices = append(s.indices, hop, int64(s.nodes.number(uint64(p.Nodes[i+1]))))
	}
	dst = packstream.AppendStructHeader(dst, tagPath, 3)
	dst = packstream.AppendListHeader(dst, len(s.nodes.ids))
	for _, id := range s.nodes.ids {
		dst = e.appendNode(dst, graph.NodeID(id))
	}
	dst = packstream.AppendListHeader(dst, len(s.relationships.ids))
	for _, id := range s.relationships.ids {
		dst = e.appendUnbound(dst, graph.RelationshipID(id))
	}
	dst = packstream.AppendListHeader(dst, len(s.indices))
	for _, n := range s.indices {
		dst = packstream.AppendInt(dst, n)
	}
	return dst
}
