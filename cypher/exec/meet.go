package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// meet adds a column with the number of ways between the two nodes of each row
// over a third one.
//
// The relationships of one of the two are kept in a table by the node at their
// other end, and those of the other one are looked up there. Rows that come one
// after the other mostly share a node: then it is the one with the table.
type meet struct {
	run    *Run
	c      *expr.Context
	plan   *plan.Meet
	input  operator
	first  hop // from the node From to the middle
	second hop // from the node To to the middle
	goal   goal
	ends   endTable
	of     *hop // which hop the table is about
	from   graph.NodeID
	to     graph.NodeID
	steps  [stepBuffer]storage.Step
	column expr.Column
	work   int
}

func (o *meet) reset() {
	o.input.reset()
	o.forget()
}

func (o *meet) forget() {
	o.ends.clear()
	o.from, o.to = graph.NodeID(expr.NullID), graph.NodeID(expr.NullID)
}

func (o *meet) next() (*expr.Batch, error) {
	if err := o.run.check(); err != nil {
		return nil, err
	}
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	o.forget() // the input may have changed the graph
	o.first.resolve(o.c, &o.plan.First)
	o.goal.resolve(o.c, o.plan.Label, &o.first)
	o.second.resolve(o.c, &o.plan.Second)
	o.second.direction = o.second.direction.Reverse()
	o.column.Resize(expr.Values, b.N)
	for row := range b.N {
		n := 0
		from, ok := b.Node(o.plan.From, row)
		to, ok2 := b.Node(o.plan.To, row)
		if ok && ok2 && !o.first.none && !o.second.none && !o.goal.none {
			if n, err = o.count(b, row, from, to); err != nil {
				return nil, err
			}
		}
		o.column.Values[row] = graph.Integer(int64(n))
	}
	b.Columns[o.plan.Slot] = o.column
	return b, nil
}

// count returns the number of ways of a row.
func (o *meet) count(b *expr.Batch, row int, from, to graph.NodeID) (int, error) {
	node, h := o.choose(from, to)
	o.from, o.to = from, to
	var cursor storage.ExpandCursor
	total := 0
	for {
		n := o.c.View.Expand(&cursor, node, h.direction, h.types, o.steps[:])
		if n == 0 {
			return total, nil
		}
		if o.work += n; o.work >= checkEvery {
			o.work = 0
			if err := o.run.check(); err != nil {
				return 0, err
			}
		}
		for i := range o.steps[:n] {
			if at := o.ends.first(o.steps[i].Node); at != 0 {
				total += o.pairs(b, row, h, o.steps[i], at)
			}
		}
	}
}

// choose makes the table, and returns the node whose relationships are looked
// up there, with its hop.
func (o *meet) choose(from, to graph.NodeID) (graph.NodeID, *hop) {
	switch {
	case o.ends.loaded && o.of == &o.second && to == o.ends.node:
		return from, &o.first
	case o.ends.loaded && o.of == &o.first && from == o.ends.node:
		return to, &o.second
	}
	table := &o.second
	if to != o.to && (from == o.from || o.c.View.Degree(from, o.first.direction, o.first.types) <
		o.c.View.Degree(to, o.second.direction, o.second.types)) {
		table = &o.first
	}
	o.of = table
	if table == &o.first {
		o.ends.load(o.c.View, from, table, o.steps[:])
		return to, &o.second
	}
	o.ends.load(o.c.View, to, table, o.steps[:])
	return from, &o.first
}

// pairs counts the entries of the table that go together with a step of a hop;
// at is the first with the same end.
func (o *meet) pairs(b *expr.Batch, row int, h *hop, step storage.Step, at int32) int {
	if !o.goal.reached(o.c, step.Node) {
		return 0
	}
	mine, others := o.plan.FirstEarlier, o.plan.SecondEarlier
	if h == &o.second {
		mine, others = others, mine
	}
	if usedAny(b, mine, row, step.Relationship) {
		return 0
	}
	n := 0
	for ; at != 0; at = o.ends.next[at-1] {
		other := o.ends.steps[at-1].Relationship
		if o.plan.Apart && other == step.Relationship || usedAny(b, others, row, other) {
			continue
		}
		n++
	}
	return n
}
