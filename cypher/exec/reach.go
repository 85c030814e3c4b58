package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// startOpen begins a search from the end that is bound. The first paths are
// those that lead back to it.
func (o *shortestPath) startOpen() error {
	side, slot := 0, o.plan.From
	if o.plan.FromOpen {
		side, slot = 1, o.plan.To
	}
	node, ok := o.in.Node(slot, o.row)
	if !ok {
		o.sides[side].none()
		return nil
	}
	o.prepareProbe()
	o.end = node
	var err error
	switch {
	case o.plan.Min == 0:
		o.paths = [][]graph.RelationshipID{{}}
	case !o.sides[side].hop.none:
		o.paths, err = o.cycles(node)
	}
	o.sides[side].start(node)
	o.sides[1-side].none() // there is nothing to meet
	o.spread = 1
	return err
}

// reach goes on with an open search until it has the paths to another node, or
// has reached all.
func (o *shortestPath) reach() error {
	side := 0
	if o.plan.FromOpen {
		side = 1
	}
	f := &o.sides[side]
	for {
		for ; o.spread < len(f.visits); o.spread++ {
			node := f.visits[o.spread].node
			if f.index.find(node) != int32(o.spread) { //nolint:gosec // bounded by memory
				continue // its first visit has the paths of all
			}
			o.end, o.paths = node, f.paths(node)
			if side == 0 {
				for _, path := range o.paths {
					slices.Reverse(path)
				}
			}
			o.spread++
			return nil
		}
		if f.hop.none || f.ended() || o.plan.Max >= 0 && int(f.level) >= o.plan.Max {
			return nil
		}
		if err := o.widen(side); err != nil {
			return err
		}
	}
}

// widen makes the next level of an open search.
func (o *shortestPath) widen(side int) error {
	f := &o.sides[side]
	end := len(f.visits)
	f.level++
	for i := f.begin; i < end; i++ {
		if f.index.find(f.visits[i].node) != int32(i) { //nolint:gosec // bounded by memory
			continue
		}
		if err := o.expand(side, int32(i)); err != nil { //nolint:gosec // bounded by memory
			return err
		}
	}
	f.begin, f.degree = end, -1
	o.meeting = o.meeting[:0]
	return o.account()
}

// cycles returns the shortest paths that lead back to a node, without using a
// relationship twice: a step away, and the shortest way back that does not
// take the same relationship.
func (o *shortestPath) cycles(node graph.NodeID) ([][]graph.RelationshipID, error) {
	var found [][]graph.RelationshipID
	most := o.plan.Max
	var cursor storage.ExpandCursor
	hop := &o.sides[0].hop
	var steps []storage.Step // the searches use the buffer
	for {
		n := o.c.View.Expand(&cursor, node, hop.direction, hop.types, o.steps[:])
		if n == 0 {
			break
		}
		steps = append(steps, o.steps[:n]...)
	}
	o.avoids = true
	defer func() { o.avoids = false }()
	for _, step := range steps {
		if o.plan.Step != nil {
			if ok, err := o.allowed(0, node, step); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		back := [][]graph.RelationshipID{{}}
		if o.avoid = step.Relationship; step.Node != node {
			rest := most
			if rest > 0 {
				rest--
			}
			var err error
			if back, err = o.between(step.Node, node, rest); err != nil {
				return nil, err
			}
		}
		for _, way := range back {
			length := len(way) + 1
			if len(found) > 0 && (length > len(found[0]) || length == len(found[0]) && !o.plan.All) {
				break
			}
			if len(found) > 0 && length < len(found[0]) {
				found = found[:0]
			}
			found = append(found, append([]graph.RelationshipID{step.Relationship}, way...))
			most = length
		}
	}
	return found, nil
}
