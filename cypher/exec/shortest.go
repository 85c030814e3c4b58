package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/search"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A pathSource is what operators share that find paths between two nodes.
type pathSource struct {
	source
	paths *plan.Paths
	hop   hop
	meter meter
	open  bool // the current row has been started
}

func (r *Run) newPathSource(n, input plan.Node, paths *plan.Paths, own ...int) pathSource {
	own = append(own, paths.Relationships)
	if paths.FromOpen {
		own = append(own, paths.From)
	}
	if paths.ToOpen {
		own = append(own, paths.To)
	}
	return pathSource{source: r.newSource(n, r.build(input), own...), paths: paths, meter: meter{run: r}}
}

func (o *pathSource) reset() {
	o.source.reset()
	o.open = false
}

// graph returns what searches see of the store.
func (o *pathSource) graph() search.Graph {
	o.hop.resolve(o.c, &o.paths.Hop)
	return search.Graph{
		View: o.c.View, Direction: o.hop.direction, Types: o.hop.types, None: o.hop.none, Meter: &o.meter,
	}
}

// ends returns the nodes of the current row; one that is open is 0. Without a
// node there are no paths.
func (o *pathSource) ends() (from, to graph.NodeID, ok bool) {
	ok = true
	if !o.paths.FromOpen {
		from, ok = o.in.Node(o.paths.From, o.row)
	}
	if !o.paths.ToOpen && ok {
		to, ok = o.in.Node(o.paths.To, o.row)
	}
	return from, to, ok
}

// isOpen reports whether one end of the paths is not given.
func (o *pathSource) isOpen() bool { return o.paths.FromOpen || o.paths.ToOpen }

// resize gives the columns of the operator n rows.
func (o *pathSource) resize(n int) {
	if slot := o.paths.Relationships; slot >= 0 {
		o.out.Columns[slot].Resize(expr.Values, n)
	}
	if o.paths.FromOpen {
		o.out.Columns[o.paths.From].Resize(expr.Nodes, n)
	}
	if o.paths.ToOpen {
		o.out.Columns[o.paths.To].Resize(expr.Nodes, n)
	}
}

// emit adds a row with a path, unless it has a relationship that the row has
// already. end is the node that was open.
func (o *pathSource) emit(rels []graph.RelationshipID, end graph.NodeID) (at int, ok bool) {
	at = len(o.rows)
	if len(o.paths.Distinct) > 0 {
		for _, rel := range rels {
			if usedAny(o.in, o.paths.Distinct, o.row, rel) {
				return at, false
			}
		}
	}
	if slot := o.paths.Relationships; slot >= 0 {
		items := make([]graph.Value, len(rels))
		for i, rel := range rels {
			items[i] = graph.Relationship(rel)
		}
		o.out.Columns[slot].Values[at] = graph.List(items)
	}
	if o.paths.FromOpen {
		o.out.Columns[o.paths.From].IDs[at] = uint64(end)
	}
	if o.paths.ToOpen {
		o.out.Columns[o.paths.To].IDs[at] = uint64(end)
	}
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
	return at, true
}

// shortestPath finds the shortest paths between two nodes, or from one to all
// that can be reached: one of them, all, or a number of them or of their
// lengths.
type shortestPath struct {
	pathSource
	plan  *plan.ShortestPath
	judge judge
	find  search.Ranking
	found [][]graph.RelationshipID // not yet returned
	end   graph.NodeID             // that they lead to, when it was open
	rank  rank
}

func (r *Run) newShortestPath(n *plan.ShortestPath) *shortestPath {
	o := &shortestPath{pathSource: r.newPathSource(n, n.Input, &n.Paths), plan: n}
	o.judge = r.newJudge(o.c, n.Step)
	return o
}

func (o *shortestPath) reset() {
	o.pathSource.reset()
	o.found, o.rank = nil, rank{}
	o.find.Reset()
}

func (o *shortestPath) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.find.Graph = o.graph()
		if o.plan.Step != nil {
			o.find.Judge = &o.judge
		}
		o.find.All, o.find.Simple = o.plan.All, o.plan.Simple
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if len(o.found) == 0 {
				if err = o.more(); err != nil {
					break
				}
			}
			if len(o.found) == 0 {
				o.row++
				o.open = false
				continue
			}
			if len(o.found[0]) >= o.plan.Least {
				o.emit(o.found[0], o.end)
			}
			o.found = o.found[1:]
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

// more finds the next paths of the current row; none at its end.
func (o *shortestPath) more() (err error) {
	o.found = nil
	if !o.open {
		from, to, ok := o.ends()
		if !ok {
			return nil
		}
		o.open = true
		o.judge.begin(o.in, o.row, from)
		switch {
		case o.plan.Ranked:
			return o.startRanking(from, to)
		case o.isOpen():
			return o.startOpen(from, to)
		default:
			return o.between(from, to)
		}
	}
	switch {
	case o.plan.Ranked:
		return o.nextRanked()
	case o.isOpen():
		o.end, o.found, err = o.find.Next(o.plan.Max)
	}
	return err
}

// between finds the paths of a row with two nodes.
func (o *shortestPath) between(from, to graph.NodeID) (err error) {
	switch {
	case from != to && o.plan.OneSided:
		o.found, err = o.find.Reach(from, to, o.plan.Max)
	case from != to:
		o.found, err = o.find.Between(from, to, o.plan.Max)
	case o.plan.Min == 0:
		o.found = [][]graph.RelationshipID{{}}
	case o.plan.Cycles:
		o.found, err = o.find.Cycles(from, o.plan.Max)
	}
	return err
}

// startOpen begins a search from the end that is bound. The first paths are
// those that lead back to it.
func (o *shortestPath) startOpen(from, to graph.NodeID) (err error) {
	o.end = from
	if o.plan.FromOpen {
		o.end = to
	}
	start := o.end
	if err := o.between(start, start); err != nil {
		return err
	}
	o.find.Spread(start, o.plan.FromOpen)
	if len(o.found) == 0 {
		o.end, o.found, err = o.find.Next(o.plan.Max)
	}
	return err
}
