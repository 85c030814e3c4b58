package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
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

// shortestPath finds one shortest path between two nodes, or all of them, by
// breadth-first search.
type shortestPath struct {
	source
	plan    *plan.ShortestPath
	hop     hop
	probe   *expr.Batch
	visits  []visit
	index   map[graph.NodeID]int32 // the first visit of a node
	paths   [][]graph.RelationshipID
	open    bool
	steps   [stepBuffer]storage.Step
	counter int
}

func (r *Run) newShortestPath(n *plan.ShortestPath) *shortestPath {
	o := &shortestPath{
		source: r.newSource(n, r.build(n.Input), n.Relationships), plan: n,
		index: make(map[graph.NodeID]int32),
	}
	if n.Step != nil {
		o.probe = r.newBatch()
		o.probe.N = 1
	}
	return o
}

func (o *shortestPath) reset() {
	o.source.reset()
	o.open, o.paths = false, nil
}

func (o *shortestPath) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.hop.resolve(o.c, &o.plan.Hop)
		if slot := o.plan.Relationships; slot >= 0 {
			o.out.Columns[slot].Resize(expr.Values, o.limit)
		}
		for o.row < o.in.N && o.room() > 0 {
			if !o.open {
				if o.paths, err = o.search(); err != nil {
					break
				}
				o.open = true
			}
			if len(o.paths) == 0 {
				o.row++
				o.open = false
				continue
			}
			o.emit(o.paths[0])
			o.paths = o.paths[1:]
		}
		if slot := o.plan.Relationships; slot >= 0 {
			o.out.Columns[slot].Resize(expr.Values, len(o.rows))
		}
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
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
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
}

// search finds the paths of the current row, each as its relationships.
func (o *shortestPath) search() ([][]graph.RelationshipID, error) {
	from, ok := o.in.Node(o.plan.From, o.row)
	to, ok2 := o.in.Node(o.plan.To, o.row)
	if !ok || !ok2 {
		return nil, nil
	}
	if from == to {
		if o.plan.Min == 0 {
			return [][]graph.RelationshipID{{}}, nil
		}
		return nil, nil
	}
	o.prepareProbe()
	clear(o.index)
	o.visits = append(o.visits[:0], visit{node: from, from: -1, again: -1})
	o.index[from] = 0
	begin := 0
	for level := int32(1); o.plan.Max < 0 || int(level) <= o.plan.Max; level++ {
		end := len(o.visits)
		if begin == end || o.hop.none {
			return nil, nil
		}
		found := false
		for i := begin; i < end; i++ {
			if o.index[o.visits[i].node] != int32(i) {
				continue // its first visit expands it
			}
			hit, err := o.expand(int32(i), level, to)
			if err != nil {
				return nil, err
			}
			if found = found || hit; found && !o.plan.All {
				break
			}
		}
		if found {
			return o.collect(o.index[to]), nil
		}
		begin = end
	}
	return nil, nil
}

// expand visits the neighbours of a visited node.
func (o *shortestPath) expand(at, level int32, to graph.NodeID) (found bool, err error) {
	node := o.visits[at].node
	var cursor storage.ExpandCursor
	for {
		n := o.c.View.Expand(&cursor, node, o.hop.direction, o.hop.types, o.steps[:])
		if n == 0 {
			return found, nil
		}
		if o.counter += n; o.counter >= checkEvery {
			o.counter = 0
			if err := o.run.check(); err != nil {
				return false, err
			}
		}
		for _, step := range o.steps[:n] {
			first, seen := o.index[step.Node]
			if seen && (!o.plan.All || o.visits[first].level != level) {
				continue
			}
			if ok, err := o.allowed(node, step); err != nil || !ok {
				if err != nil {
					return false, err
				}
				continue
			}
			v := visit{node: step.Node, rel: step.Relationship, from: at, again: -1, level: level}
			if seen {
				v.again = o.visits[first].again
				o.visits[first].again = int32(len(o.visits)) //nolint:gosec // bounded by memory
			} else {
				o.index[step.Node] = int32(len(o.visits)) //nolint:gosec // bounded by memory
			}
			o.visits = append(o.visits, v)
			if step.Node == to {
				found = true
				if !o.plan.All {
					return true, nil
				}
			}
		}
	}
}

// collect walks back from a visit to the start, on one way or on all.
func (o *shortestPath) collect(last int32) [][]graph.RelationshipID {
	var paths [][]graph.RelationshipID
	var tail []graph.RelationshipID
	var back func(at int32)
	back = func(at int32) {
		for ; at >= 0; at = o.visits[at].again {
			v := &o.visits[at]
			if v.from < 0 {
				path := slices.Clone(tail)
				slices.Reverse(path)
				paths = append(paths, path)
				return
			}
			tail = append(tail, v.rel)
			back(o.index[o.visits[v.from].node])
			tail = tail[:len(tail)-1]
		}
	}
	back(last)
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

func (o *shortestPath) allowed(from graph.NodeID, step storage.Step) (bool, error) {
	if o.plan.Step == nil {
		return true, nil
	}
	setID(o.probe, o.plan.StepFrom, expr.Nodes, uint64(from))
	setID(o.probe, o.plan.StepTo, expr.Nodes, uint64(step.Node))
	setID(o.probe, o.plan.StepRelationship, expr.Relationships, uint64(step.Relationship))
	t, err := o.plan.Step.Truth(o.c, o.probe, 0)
	return t == graph.True, err
}
