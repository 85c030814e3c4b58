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

// load reads the relationships of a node.
func (t *endTable) load(view storage.View, node graph.NodeID, h *hop, buffer []storage.Step) {
	t.node, t.loaded = node, true
	t.steps = t.steps[:0]
	var cursor storage.ExpandCursor
	for {
		n := view.Expand(&cursor, node, h.direction, h.types, buffer)
		if n == 0 {
			break
		}
		t.steps = append(t.steps, buffer[:n]...)
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

// first returns 1 + the first step with an end, 0 when there is none.
func (t *endTable) first(node graph.NodeID) int32 { return t.places[t.find(node)] }

// append adds the steps from a node to the table's node.
func (t *endTable) append(dst []storage.Step, from graph.NodeID) []storage.Step {
	for i := t.first(from); i != 0; i = t.next[i-1] {
		dst = append(dst, storage.Step{Node: t.node, Relationship: t.steps[i-1].Relationship})
	}
	return dst
}
