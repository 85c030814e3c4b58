package search

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Pair finds the shortest paths between two nodes. It searches breadth first
// from both ends in turns, always from the one that has fewer relationships to
// look at, until the two sides meet. With one end only it goes on from there
// until all nodes have been reached.
type Pair struct {
	Graph

	// All says that every shortest path is wanted and not any one of them.
	All bool

	sides   [2]frontier // from the start, and backwards from the end
	steps   [stepBuffer]storage.Step
	meeting []graph.NodeID
	barred  []graph.RelationshipID // must not be used
	closed  []graph.NodeID         // must not be reached
	spread  int                    // the next visit of an open search to return
	open    int                    // the side of an open search
	held    holding
	judged  Step
}

// keptBytes is what a search may keep from one execution to the next.
const keptBytes = 1 << 20

// Reset ends a search. It keeps a little memory for the next one, and gives
// the charge for it back.
func (p *Pair) Reset() {
	for i := range p.sides {
		if p.sides[i].bytes() > keptBytes {
			p.sides[i] = frontier{}
		}
	}
	if p.held != 0 {
		_ = p.held.change(p.Meter, 0) // giving back does not fail
	}
	p.barred, p.closed = p.barred[:0], p.closed[:0]
}

// direction returns the way in which a side follows relationships.
func (p *Pair) direction(side int) storage.Direction {
	if side == 1 {
		return p.Direction.Reverse()
	}
	return p.Direction
}

// Between returns the shortest paths between two different nodes, each as its
// relationships, with at most as many of them; most is negative without bound.
func (p *Pair) Between(from, to graph.NodeID, most int) ([][]graph.RelationshipID, error) {
	if p.None {
		return nil, nil
	}
	p.sides[0].start(from)
	p.sides[1].start(to)
	return p.meet(most)
}

// meet lets both sides grow until they meet.
func (p *Pair) meet(most int) ([][]graph.RelationshipID, error) {
	p.meeting = p.meeting[:0]
	for {
		levels := int(p.sides[0].level + p.sides[1].level)
		if most >= 0 && levels >= most || p.sides[0].ended() || p.sides[1].ended() {
			return nil, nil
		}
		side := 0
		if p.sides[1].work(&p.Graph, p.direction(1)) < p.sides[0].work(&p.Graph, p.direction(0)) {
			side = 1
		}
		if err := p.advance(side); err != nil {
			return nil, err
		}
		if len(p.meeting) > 0 {
			return p.join(), nil
		}
		if err := p.account(); err != nil {
			return nil, err
		}
	}
}

func (p *Pair) account() error {
	return p.held.change(p.Meter, p.sides[0].bytes()+p.sides[1].bytes())
}

// advance makes the next level of a side. It notes the nodes where the sides
// meet, and ends early when one is enough.
func (p *Pair) advance(side int) error {
	f := &p.sides[side]
	end := len(f.visits)
	f.level++
	for i := f.begin; i < end; i++ {
		if f.index.find(f.visits[i].node) != int32(i) { //nolint:gosec // bounded by memory
			continue // its first visit expands it
		}
		if err := p.expand(side, int32(i)); err != nil { //nolint:gosec // bounded by memory
			return err
		}
		if len(p.meeting) > 0 && !p.All {
			return nil
		}
	}
	f.begin, f.degree = end, -1
	return nil
}

// expand visits the neighbours of a visited node.
func (p *Pair) expand(side int, at int32) error {
	node := p.sides[side].visits[at].node
	var cursor storage.ExpandCursor
	for {
		n := p.View.Expand(&cursor, node, p.direction(side), p.Types, p.steps[:])
		if n == 0 {
			return nil
		}
		if err := p.Meter.Steps(n); err != nil {
			return err
		}
		for i := range p.steps[:n] {
			if met, err := p.visit(side, at, p.steps[i]); err != nil || met {
				return err
			}
		}
	}
}

// visit takes in a step of a side; met says that the search is over.
func (p *Pair) visit(side int, at int32, step storage.Step) (met bool, err error) {
	f := &p.sides[side]
	if p.Judge != nil && !f.wants(step.Node, f.level, p.All) {
		return false, nil
	}
	if ok, err := p.allowed(side, at, step); err != nil || !ok {
		return false, err
	}
	v := visit{node: step.Node, rel: step.Relationship, from: at, again: -1, level: f.level}
	if f.add(v, p.All) && p.sides[1-side].index.find(step.Node) >= 0 {
		p.meeting = append(p.meeting, step.Node)
		return !p.All, nil
	}
	return false, nil
}

// allowed reports whether a side may take a step from a visited node.
func (p *Pair) allowed(side int, at int32, step storage.Step) (bool, error) {
	if len(p.barred) > 0 && slices.Contains(p.barred, step.Relationship) ||
		len(p.closed) > 0 && slices.Contains(p.closed, step.Node) {
		return false, nil
	}
	if p.Judge == nil {
		return true, nil
	}
	from, to := p.sides[side].visits[at].node, step.Node
	if side == 1 {
		from, to = to, from
	}
	p.judged = Step{From: from, To: to, Relationship: step.Relationship, visits: p.sides[side].visits, at: at}
	return p.Judge.Allows(&p.judged)
}

// join returns the paths over the nodes where the sides have met. The sides
// have not met before: each shortest path has exactly one such node.
func (p *Pair) join() [][]graph.RelationshipID {
	var paths [][]graph.RelationshipID
	for _, node := range p.meeting {
		ends := p.sides[1].paths(node)
		for _, start := range p.sides[0].paths(node) {
			slices.Reverse(start)
			for _, end := range ends {
				paths = append(paths, slices.Concat(start, end))
			}
		}
	}
	return paths
}

// Spread begins a search from one end, for all nodes that can be reached from
// it or, backwards, from which it can be reached.
func (p *Pair) Spread(node graph.NodeID, backwards bool) {
	p.open, p.spread = 0, 1
	if backwards {
		p.open = 1
	}
	p.barred, p.closed = p.barred[:0], p.closed[:0]
	p.sides[p.open].start(node)
	p.sides[1-p.open].none() // there is nothing to meet
}

// Reach returns the shortest paths between two different nodes like
// [Pair.Between], but searches from the first one only.
func (p *Pair) Reach(from, to graph.NodeID, most int) ([][]graph.RelationshipID, error) {
	p.Spread(from, false)
	f := &p.sides[0]
	for f.index.find(to) < 0 {
		if p.None || f.ended() || most >= 0 && int(f.level) >= most {
			return nil, nil
		}
		if err := p.advance(0); err != nil {
			return nil, err
		}
		if err := p.account(); err != nil {
			return nil, err
		}
	}
	paths := f.paths(to)
	for _, path := range paths {
		slices.Reverse(path)
	}
	return paths, nil
}

// Next goes on with the search of Spread until it has the paths to another
// node, at a distance of most or less. There are none at the end.
func (p *Pair) Next(most int) (graph.NodeID, [][]graph.RelationshipID, error) {
	f := &p.sides[p.open]
	for {
		for ; p.spread < len(f.visits); p.spread++ {
			node := f.visits[p.spread].node
			if f.index.find(node) != int32(p.spread) { //nolint:gosec // bounded by memory
				continue // its first visit has the paths of all
			}
			paths := f.paths(node)
			if p.open == 0 {
				for _, path := range paths {
					slices.Reverse(path)
				}
			}
			p.spread++
			return node, paths, nil
		}
		if p.None || f.ended() || most >= 0 && int(f.level) >= most {
			return 0, nil, nil
		}
		if err := p.advance(p.open); err != nil {
			return 0, nil, err
		}
		p.meeting = p.meeting[:0]
		if err := p.account(); err != nil {
			return 0, nil, err
		}
	}
}

// Cycles returns the shortest paths that lead back to a node, without using a
// relationship twice: a step away, and the shortest way back that does not
// take the same relationship.
func (p *Pair) Cycles(node graph.NodeID, most int) ([][]graph.RelationshipID, error) {
	return p.around(node, node, most, nil)
}

// around returns the shortest paths from a node that do not begin with one of
// the relationships except, which they may use later: every first step, and the
// shortest way from there that does not take the same relationship.
func (p *Pair) around(from, to graph.NodeID, most int, except []graph.RelationshipID) ([][]graph.RelationshipID, error) {
	if p.None {
		return nil, nil
	}
	steps, err := p.firstSteps(from, except)
	if err != nil {
		return nil, err
	}
	var found [][]graph.RelationshipID
	barred := len(p.barred)
	defer func() { p.barred = p.barred[:barred] }()
	for _, step := range steps {
		back := [][]graph.RelationshipID{{}}
		if step.Node != to {
			rest := most
			if rest > 0 {
				rest--
			}
			p.barred = append(p.barred[:barred], step.Relationship)
			if back, err = p.Between(step.Node, to, rest); err != nil {
				return nil, err
			}
		}
		for _, way := range back {
			length := len(way) + 1
			if most >= 0 && length > most || len(found) > 0 && length == len(found[0]) && !p.All {
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

// firstSteps returns the steps from a node that may be taken first.
func (p *Pair) firstSteps(node graph.NodeID, except []graph.RelationshipID) ([]storage.Step, error) {
	p.sides[0].start(node) // the judge may ask for the way
	var steps []storage.Step
	var cursor storage.ExpandCursor
	for {
		n := p.View.Expand(&cursor, node, p.direction(0), p.Types, p.steps[:])
		if n == 0 {
			return steps, nil
		}
		if err := p.Meter.Steps(n); err != nil {
			return nil, err
		}
		for _, step := range p.steps[:n] {
			if slices.Contains(except, step.Relationship) {
				continue
			}
			if ok, err := p.allowed(0, 0, step); err != nil {
				return nil, err
			} else if ok {
				steps = append(steps, step)
			}
		}
	}
}
