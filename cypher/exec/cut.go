package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A bound is the first key of the last row that a search of the first rows
// keeps so far: rows whose first key comes after it are not needed.
type bound struct {
	last  graph.Value
	known bool
}

// cut drops rows that the sort above does not need.
type cut struct {
	run   *Run
	input operator
	live  []int
	slot  int
	down  bool
	bound *bound
	rows  []int32
}

// newCut is called while the sort is being built.
func (r *Run) newCut(n *plan.Cut) *cut {
	if r.bounds == nil {
		r.bounds = make(map[*plan.Sort]*bound)
	}
	r.bounds[n.Sort] = new(bound)
	key := n.Sort.Keys[0]
	return &cut{
		run: r, input: r.build(n.Input), live: n.Live,
		slot: key.Slot, down: key.Descending, bound: r.bounds[n.Sort],
	}
}

func (o *cut) reset() { o.input.reset() }

func (o *cut) next() (*expr.Batch, error) {
	for {
		if err := o.run.check(); err != nil {
			return nil, err
		}
		b, err := o.input.next()
		if err != nil || b == nil || !o.bound.known {
			return b, err
		}
		o.rows = o.rows[:0]
		column := &b.Columns[o.slot]
		for row := range b.N {
			if r := order(column.Value(row), o.bound.last); r == 0 || r < 0 != o.down {
				o.rows = append(o.rows, int32(row))
			}
		}
		if len(o.rows) > 0 {
			b.Keep(o.rows, o.live)
			return b, nil
		}
	}
}
