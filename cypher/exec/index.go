package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A lookup is the stretch of an index that a row asks for.
type lookup struct {
	plan   *plan.Lookup
	entry  storage.Range
	cursor storage.RangeCursor
	equal  []graph.Value
	bounds []storage.Bound
}

// prepare evaluates the values of a row.
func (l *lookup) prepare(c *expr.Context, in *expr.Batch, row int) error {
	l.equal, l.bounds = l.equal[:0], l.bounds[:0]
	for _, e := range l.plan.Equal {
		v, err := e.Eval(c, in, row)
		if err != nil {
			return err
		}
		l.equal = append(l.equal, v)
	}
	for _, b := range l.plan.Bounds {
		v, err := b.Value.Eval(c, in, row)
		if err != nil {
			return err
		}
		l.bounds = append(l.bounds, storage.Bound{Relation: b.Relation, Value: v})
	}
	l.entry = storage.NewRange(l.plan.Index, l.equal, l.bounds)
	l.cursor = storage.RangeCursor{}
	return nil
}

// indexScan returns the nodes of the stretch of an index that a row asks for.
type indexScan struct {
	source
	lookup
	slot    int
	falling bool
	ready   bool // the look-up is that of the current row
}

func (r *Run) newIndexScan(n *plan.IndexScan) *indexScan {
	return &indexScan{
		source: r.newSource(n, r.build(n.Input), n.Slot),
		lookup: lookup{plan: n.Lookup}, slot: n.Slot, falling: n.Falling,
	}
}

func (o *indexScan) reset() {
	o.source.reset()
	o.ready = false
}

func (o *indexScan) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		column := &o.out.Columns[o.slot]
		column.Resize(expr.Nodes, o.limit)
		ids := column.NodeIDs()
		for o.row < o.in.N && o.room() > 0 && err == nil {
			if !o.ready {
				if err = o.prepare(o.c, o.in, o.row); err != nil {
					break
				}
				o.ready = true
			}
			n := o.c.View.SeekRange(&o.cursor, &o.entry, o.falling, ids[len(o.rows):])
			for range n {
				o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			}
			if n == 0 {
				o.row++
				o.ready = false
			}
		}
		column.Resize(expr.Nodes, len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}
