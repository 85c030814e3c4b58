package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A lap is one way to go through a repeated pattern once more.
type lap struct {
	parent int32 // index of the lap before it, -1 for the start
	depth  int32
	node   graph.NodeID
	rels   []graph.RelationshipID // of this lap alone
	groups []graph.Value          // of this lap alone
}

// repeat follows a pattern again and again, depth first. No relationship is
// used twice in one result.
type repeat struct {
	source
	plan  *plan.Repeat
	inner inner
	laps  []lap
	open  []int32 // laps that have not been followed, the next one last
	to    graph.NodeID
	busy  bool
	chain []int32 // scratch: the laps of a result
}

func (r *Run) newRepeat(n *plan.Repeat) *repeat {
	own := []int{n.Relationships}
	if !n.Into {
		own = append(own, n.To)
	}
	for _, g := range n.Groups {
		own = append(own, g.Outer)
	}
	return &repeat{source: r.newSource(n, r.build(n.Input), own...), plan: n, inner: r.buildInner(n.Inner)}
}

func (o *repeat) reset() {
	o.source.reset()
	o.busy = false
}

func (o *repeat) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 && err == nil {
			if !o.busy && !o.start() {
				o.row++
				continue
			}
			if len(o.open) == 0 {
				o.row++
				o.busy = false
				continue
			}
			at := o.open[len(o.open)-1]
			o.open = o.open[:len(o.open)-1]
			if int(o.laps[at].depth) >= o.plan.Min {
				o.emit(at)
			}
			if o.plan.Max < 0 || int(o.laps[at].depth) < o.plan.Max {
				err = o.follow(at)
			}
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

func (o *repeat) resize(n int) {
	if !o.plan.Into {
		o.out.Columns[o.plan.To].Resize(expr.Nodes, n)
	}
	o.out.Columns[o.plan.Relationships].Resize(expr.Values, n)
	for _, g := range o.plan.Groups {
		o.out.Columns[g.Outer].Resize(expr.Values, n)
	}
}

// start begins the current row; false when it has no result.
func (o *repeat) start() bool {
	from, ok := o.in.Node(o.plan.From, o.row)
	if !ok {
		return false
	}
	if o.plan.Into {
		if o.to, ok = o.in.Node(o.plan.To, o.row); !ok {
			return false
		}
	}
	o.laps = append(o.laps[:0], lap{parent: -1, node: from})
	o.open = append(o.open[:0], 0)
	o.busy = true
	return true
}

// follow goes through the pattern once more from where a lap ends.
func (o *repeat) follow(at int32) error {
	if err := o.run.check(); err != nil {
		return err
	}
	setID(o.inner.rows, o.plan.Start, expr.Nodes, uint64(o.laps[at].node))
	o.inner.setRow(o.in, o.plan.Imports, o.row)
	first := len(o.open)
	for {
		found, err := o.inner.root.next()
		if err != nil {
			return err
		}
		if found == nil {
			break
		}
		for row := range found.N {
			node, ok := found.Node(o.plan.End, row)
			rels := o.relationships(found, row)
			if !ok || o.repeats(at, rels) {
				continue
			}
			next := lap{parent: at, depth: o.laps[at].depth + 1, node: node, rels: rels}
			for _, g := range o.plan.Groups {
				next.groups = append(next.groups, found.Value(g.Inner, row))
			}
			o.open = append(o.open, int32(len(o.laps))) //nolint:gosec // bounded by memory
			o.laps = append(o.laps, next)
		}
	}
	slices.Reverse(o.open[first:]) // the first result is followed first
	return nil
}

// relationships returns those of one lap, from left to right.
func (o *repeat) relationships(b *expr.Batch, row int) []graph.RelationshipID {
	var rels []graph.RelationshipID
	for _, slot := range o.plan.Steps {
		switch v := b.Value(slot, row); v.Kind() {
		case graph.KindRelationship:
			rels = append(rels, v.RelationshipID())
		case graph.KindList:
			for _, item := range v.List() {
				rels = append(rels, item.RelationshipID())
			}
		default:
		}
	}
	return rels
}

// repeats reports whether one of the relationships has been used by the laps
// before or by the rest of the row.
func (o *repeat) repeats(at int32, rels []graph.RelationshipID) bool {
	if o.plan.Walk {
		return false
	}
	for _, rel := range rels {
		if usedAny(o.in, o.plan.Distinct, o.row, rel) {
			return true
		}
		for i := at; i >= 0; i = o.laps[i].parent {
			if slices.Contains(o.laps[i].rels, rel) {
				return true
			}
		}
	}
	return false
}

// emit adds the row that ends with a lap.
func (o *repeat) emit(at int32) {
	node := o.laps[at].node
	if o.plan.Into && node != o.to {
		return
	}
	o.chain = o.chain[:0]
	for i := at; o.laps[i].parent >= 0; i = o.laps[i].parent {
		o.chain = append(o.chain, i)
	}
	if !o.plan.Backwards {
		slices.Reverse(o.chain)
	}
	row := len(o.rows)
	if !o.plan.Into {
		o.out.Columns[o.plan.To].IDs[row] = uint64(node)
	}
	rels := []graph.Value{}
	for _, i := range o.chain {
		for _, rel := range o.laps[i].rels {
			rels = append(rels, graph.Relationship(rel))
		}
	}
	o.out.Columns[o.plan.Relationships].Values[row] = graph.List(rels)
	for j, g := range o.plan.Groups {
		list := make([]graph.Value, len(o.chain))
		for k, i := range o.chain {
			list[k] = o.laps[i].groups[j]
		}
		o.out.Columns[g.Outer].Values[row] = graph.List(list)
	}
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
}
