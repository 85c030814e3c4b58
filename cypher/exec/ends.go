package exec

import (
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// An endTable holds the relationships of one node by the node at their other
// end.
type endTable struct {
	node   graph.NodeID
	loaded bool
	places []int32 // 1 + the first step of an end; 0 is free
	steps  []storage.Step
	next   []int32 // 1 + the next step with the same end; 0 at the last
}

func (t *endTable) holds(node graph.NodeID) bool { return t.loaded && t.node == node }

func (t *endTable) clear() { t.loaded = false }

// load reads the relationships that lead to the node that an expansion ends
// at.
func (t *endTable) load(o *expand) {
	t.node, t.loaded = o.to, true
	t.steps = t.steps[:0]
	var cursor storage.ExpandCursor
	for {
		n := o.c.View.Expand(&cursor, o.to, reverse(o.hop.direction), o.hop.types, o.steps[:])
		if n == 0 {
			break
		}
		t.steps = append(t.steps, o.steps[:n]...)
	}
	size := 16
	for size < 2*len(t.steps) {
		size *= 2
	}
	if cap(t.places) < size {
		t.places = make([]int32, size)
	}
	t.places = t.places[:size]
	clear(t.places)
	t.next = t.next[:0]
	for i, step := range t.steps {
		at := t.find(step.Node)
		t.next = append(t.next, t.places[at])
		t.places[at] = int32(i + 1)
	}
}

// find returns the place of an end, which is free when there is none.
func (t *endTable) find(node graph.NodeID) int {
	mask := len(t.places) - 1
	at := int(uint64(node)*0x9E37_79B9_7F4A_7C15>>33) & mask
	for t.places[at] != 0 && t.steps[t.places[at]-1].Node != node {
		at = (at + 1) & mask
	}
	return at
}

// append adds the steps from a node to the table's node.
func (t *endTable) append(dst []storage.Step, from graph.NodeID) []storage.Step {
	for i := t.places[t.find(from)]; i != 0; i = t.next[i-1] {
		dst = append(dst, storage.Step{Node: t.node, Relationship: t.steps[i-1].Relationship})
	}
	return dst
}
