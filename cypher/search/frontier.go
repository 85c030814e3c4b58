package search

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A visit is one way to reach a node in a breadth-first search.
type visit struct {
	node  graph.NodeID
	rel   graph.RelationshipID
	from  int32 // the visit before it, -1 at the start
	again int32 // another visit of the same node at the same level, or -1
	level int32
}

// A frontier is one side of a breadth-first search: all it has reached, and the
// level that it has reached last.
type frontier struct {
	visits []visit
	index  nodeIndex // the first visit of a node
	begin  int       // the last level is visits[begin:]
	level  int32
	degree int  // relationships of the last level; -1 before it is asked for
	ghost  bool // the start is no place that has been reached
}

// start forgets everything and begins at a node.
func (f *frontier) start(node graph.NodeID) {
	f.visits = append(f.visits[:0], visit{node: node, from: -1, again: -1})
	f.index.clear()
	f.index.insert(node, 0)
	f.begin, f.level, f.degree, f.ghost = 0, 0, -1, false
}

// leave forgets everything and begins behind a node, which may be reached like
// any other: the first level are steps that are added later.
func (f *frontier) leave(node graph.NodeID) {
	f.start(node)
	f.index.clear()
	f.begin, f.level, f.ghost = 1, 1, true
}

// none forgets everything and has nowhere to begin.
func (f *frontier) none() {
	f.visits = f.visits[:0]
	f.index.clear()
	f.begin, f.level, f.degree, f.ghost = 0, 0, -1, false
}

// ended reports whether the last level has no nodes.
func (f *frontier) ended() bool { return f.begin == len(f.visits) }

// work returns how many relationships the nodes of the last level have.
func (f *frontier) work(g *Graph, d storage.Direction) int {
	if f.degree >= 0 {
		return f.degree
	}
	f.degree = 0
	for i := range f.visits[f.begin:] {
		if v := &f.visits[f.begin+i]; f.index.find(v.node) == int32(f.begin+i) { //nolint:gosec // bounded by memory
			f.degree += g.View.Degree(v.node, d, g.Types)
		}
	}
	return f.degree
}

// add takes in a way to reach a node. A node that a level above has reached is
// left out, and one of the same level unless all ways are wanted. first is true
// when the node is new.
func (f *frontier) add(v visit, all bool) (first bool) {
	at := int32(len(f.visits)) //nolint:gosec // bounded by memory
	before := f.index.insert(v.node, at)
	if before == at {
		f.visits = append(f.visits, v)
		return true
	}
	if all && f.visits[before].level == v.level {
		v.again = f.visits[before].again
		f.visits[before].again = at
		f.visits = append(f.visits, v)
	}
	return false
}

// wants reports whether a step to a node at a level would be taken in.
func (f *frontier) wants(node graph.NodeID, level int32, all bool) bool {
	before := f.index.find(node)
	return before < 0 || all && f.visits[before].level == level
}

// paths returns the relationships on the way back from a node to where the
// frontier began, on all ways that are known.
func (f *frontier) paths(node graph.NodeID) [][]graph.RelationshipID {
	var paths [][]graph.RelationshipID
	var tail []graph.RelationshipID
	var back func(at int32)
	back = func(at int32) {
		for ; at >= 0; at = f.visits[at].again {
			v := &f.visits[at]
			if v.from < 0 {
				paths = append(paths, slices.Clone(tail))
				return
			}
			tail = append(tail, v.rel)
			if f.ghost && v.from == 0 {
				paths = append(paths, slices.Clone(tail))
			} else {
				back(f.index.find(f.visits[v.from].node))
			}
			tail = tail[:len(tail)-1]
		}
	}
	back(f.index.find(node))
	return paths
}

// bytes estimates the memory that the frontier holds.
func (f *frontier) bytes() int64 { return int64(32*cap(f.visits) + 16*len(f.index.places)) }

// A nodeIndex maps nodes to numbers. It is open addressing; forgetting all
// nodes costs nothing, since each place tells when it was filled.
type nodeIndex struct {
	places []nodePlace
	n      int
	epoch  uint32
}

type nodePlace struct {
	node   graph.NodeID
	number int32
	epoch  uint32
}

func (x *nodeIndex) clear() {
	if x.epoch++; x.epoch == 0 || x.places == nil {
		x.places, x.epoch = make([]nodePlace, 64), 1
	}
	x.n = 0
}

// place returns where a node is, or would be.
func (x *nodeIndex) place(node graph.NodeID) *nodePlace {
	mask := len(x.places) - 1
	for at := int(uint64(node)*0x9E37_79B9_7F4A_7C15>>32) & mask; ; at = (at + 1) & mask {
		if p := &x.places[at]; p.epoch != x.epoch || p.node == node {
			return p
		}
	}
}

// find returns the number of a node, or -1.
func (x *nodeIndex) find(node graph.NodeID) int32 {
	if p := x.place(node); p.epoch == x.epoch {
		return p.number
	}
	return -1
}

// insert gives a number to a node that has none, and returns the node's number.
func (x *nodeIndex) insert(node graph.NodeID, number int32) int32 {
	p := x.place(node)
	if p.epoch == x.epoch {
		return p.number
	}
	*p = nodePlace{node: node, number: number, epoch: x.epoch}
	if x.n++; 2*x.n > len(x.places) {
		old, epoch := x.places, x.epoch
		x.places, x.epoch = make([]nodePlace, 4*len(old)), 1
		for i := range old {
			if old[i].epoch == epoch {
				old[i].epoch = 1
				*x.place(old[i].node) = old[i]
			}
		}
	}
	return number
}
