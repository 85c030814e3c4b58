package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// shortestPath finds one shortest path between two nodes, or all of them. It
// searches breadth-first from both ends in turns, always from the one that has
// fewer relationships to look at, until the two sides meet. With one end only
// it goes on from there until all nodes have been reached.
type shortestPath struct {
	source
	plan    *plan.ShortestPath
	probe   *expr.Batch
	sides   [2]frontier // from the start, and backwards from the end
	avoid   graph.RelationshipID
	avoids  bool // avoid is not to be used
	meeting []graph.NodeID
	paths   [][]graph.RelationshipID
	end     graph.NodeID // that paths lead to, when it was open
	open    bool
	spread  int // the next visit of an open search to return
	steps   [stepBuffer]storage.Step
	counter int
	charged int64
}

func (r *Run) newShortestPath(n *plan.ShortestPath) *shortestPath {
	own := []int{n.Relationships}
	if n.FromOpen {
		own = append(own, n.From)
	}
	if n.ToOpen {
		own = append(own, n.To)
	}
	o := &shortestPath{source: r.newSource(n, r.build(n.Input), own...), plan: n}
	if n.Step != nil {
		o.probe = r.newBatch()
		o.probe.N = 1
	}
	return o
}

// keptBytes is what the sides of a search may keep from one execution to the
// next.
const keptBytes = 1 << 20

func (o *shortestPath) reset() {
	o.source.reset()
	o.open, o.paths, o.charged = false, nil, 0
	for i := range o.sides {
		if o.sides[i].bytes() > keptBytes {
			o.sides[i] = frontier{}
		}
	}
}

func (o *shortestPath) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		for i := range o.sides {
			o.sides[i].hop.resolve(o.c, &o.plan.Hop)
		}
		o.sides[1].hop.direction = reverse(o.sides[1].hop.direction)
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if !o.open {
				if err = o.start(); err != nil {
					break
				}
				o.open = true
			}
			if len(o.paths) == 0 && o.isOpen() {
				if err = o.reach(); err != nil {
					break
				}
			}
			if len(o.paths) == 0 {
				o.row++
				o.open = false
				continue
			}
			o.emit(o.paths[0])
			o.paths = o.paths[1:]
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

func (o *shortestPath) isOpen() bool { return o.plan.FromOpen || o.plan.ToOpen }

func (o *shortestPath) resize(n int) {
	if slot := o.plan.Relationships; slot >= 0 {
		o.out.Columns[slot].Resize(expr.Values, n)
	}
	if o.plan.FromOpen {
		o.out.Columns[o.plan.From].Resize(expr.Nodes, n)
	}
	if o.plan.ToOpen {
		o.out.Columns[o.plan.To].Resize(expr.Nodes, n)
	}
}

func (o *shortestPath) emit(rels []graph.RelationshipID) {
	at := len(o.rows)
	if slot := o.plan.Relationships; slot >= 0 {
		items := make([]graph.Value, len(rels))
		for i, rel := range rels {
			items[i] = graph.Relationship(rel)
		}
		o.out.Columns[slot].Values[at] = graph.List(items)
	}
	if o.plan.FromOpen {
		o.out.Columns[o.plan.From].IDs[at] = uint64(o.end)
	}
	if o.plan.ToOpen {
		o.out.Columns[o.plan.To].IDs[at] = uint64(o.end)
	}
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
}

// start finds the paths of the current row, each as its relationships, or
// begins the search for them when an end is open.
func (o *shortestPath) start() error {
	o.paths, o.spread = nil, 0
	if o.isOpen() {
		return o.startOpen()
	}
	from, ok := o.in.Node(o.plan.From, o.row)
	to, ok2 := o.in.Node(o.plan.To, o.row)
	if !ok || !ok2 {
		return nil
	}
	o.prepareProbe()
	var err error
	switch {
	case from != to:
		o.paths, err = o.between(from, to, o.plan.Max)
	case o.plan.Min == 0:
		o.paths = [][]graph.RelationshipID{{}}
	case o.plan.Cycles:
		o.paths, err = o.cycles(from)
	}
	return err
}

// between searches from both ends.
func (o *shortestPath) between(from, to graph.NodeID, most int) ([][]graph.RelationshipID, error) {
	if o.sides[0].hop.none {
		return nil, nil
	}
	o.sides[0].start(from)
	o.sides[1].start(to)
	o.meeting = o.meeting[:0]
	for {
		levels := int(o.sides[0].level + o.sides[1].level)
		if most >= 0 && levels >= most || o.sides[0].ended() || o.sides[1].ended() {
			return nil, nil
		}
		side := 0
		if o.sides[1].work(o.c.View) < o.sides[0].work(o.c.View) {
			side = 1
		}
		if err := o.advance(side); err != nil {
			return nil, err
		}
		if len(o.meeting) > 0 {
			return o.join(), nil
		}
		if err := o.account(); err != nil {
			return nil, err
		}
	}
}

// account charges for the memory that the sides have taken.
func (o *shortestPath) account() error {
	held := o.sides[0].bytes() + o.sides[1].bytes()
	err := o.run.charge(held - o.charged)
	o.charged = held
	return err
}

// advance makes the next level of a side. It notes the nodes where the sides
// meet, and ends early when one is enough.
func (o *shortestPath) advance(side int) error {
	f := &o.sides[side]
	end := len(f.visits)
	f.level++
	for i := f.begin; i < end; i++ {
		if f.index.find(f.visits[i].node) != int32(i) { //nolint:gosec // bounded by memory
			continue // its first visit expands it
		}
		if err := o.expand(side, int32(i)); err != nil { //nolint:gosec // bounded by memory
			return err
		}
		if len(o.meeting) > 0 && !o.plan.All {
			return nil
		}
	}
	f.begin, f.degree = end, -1
	return nil
}

// expand visits the neighbours of a visited node.
func (o *shortestPath) expand(side int, at int32) error {
	f, other := &o.sides[side], &o.sides[1-side]
	node := f.visits[at].node
	var cursor storage.ExpandCursor
	for {
		n := o.c.View.Expand(&cursor, node, f.hop.direction, f.hop.types, o.steps[:])
		if n == 0 {
			return nil
		}
		if o.counter += n; o.counter >= checkEvery {
			o.counter = 0
			if err := o.run.check(); err != nil {
				return err
			}
		}
		for _, step := range o.steps[:n] {
			if o.avoids && step.Relationship == o.avoid {
				continue
			}
			if o.plan.Step != nil {
				if !f.wants(step.Node, f.level, o.plan.All) {
					continue
				}
				if ok, err := o.allowed(side, node, step); err != nil {
					return err
				} else if !ok {
					continue
				}
			}
			v := visit{node: step.Node, rel: step.Relationship, from: at, again: -1, level: f.level}
			if f.add(v, o.plan.All) && other.index.find(step.Node) >= 0 {
				o.meeting = append(o.meeting, step.Node)
				if !o.plan.All {
					return nil
				}
			}
		}
	}
}

// join returns the paths over the nodes where the sides have met. The sides
// have not met before: each shortest path has exactly one such node.
func (o *shortestPath) join() [][]graph.RelationshipID {
	var paths [][]graph.RelationshipID
	for _, node := range o.meeting {
		ends := o.sides[1].paths(node)
		for _, start := range o.sides[0].paths(node) {
			slices.Reverse(start)
			for _, end := range ends {
				paths = append(paths, slices.Concat(start, end))
			}
		}
	}
	return paths
}

func (o *shortestPath) prepareProbe() {
	if o.plan.Step == nil {
		return
	}
	for _, s := range o.plan.Step.Reads() {
		c := &o.probe.Columns[s]
		c.Truncate()
		if o.in.Columns[s].Kind != 0 {
			c.Append(&o.in.Columns[s], o.row, o.row+1)
		}
	}
}

// allowed asks the predicate of the pattern's relationship about a step that a
// side makes.
func (o *shortestPath) allowed(side int, node graph.NodeID, step storage.Step) (bool, error) {
	from, to := node, step.Node
	if side == 1 {
		from, to = to, from
	}
	setID(o.probe, o.plan.StepFrom, expr.Nodes, uint64(from))
	setID(o.probe, o.plan.StepTo, expr.Nodes, uint64(to))
	setID(o.probe, o.plan.StepRelationship, expr.Relationships, uint64(step.Relationship))
	t, err := o.plan.Step.Truth(o.c, o.probe, 0)
	return t == graph.True, err
}
