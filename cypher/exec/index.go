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
	finderSource
	lookup
	slot    int
	falling bool
}

func (r *Run) newIndexScan(n *plan.IndexScan) *indexScan {
	return &indexScan{
		finderSource: r.newFinderSource(n, r.build(n.Input), n.Slot),
		lookup:       lookup{plan: n.Lookup}, slot: n.Slot, falling: n.Falling,
	}
}

func (o *indexScan) next() (*expr.Batch, error) { return o.find(o, o.slot) }

func (o *indexScan) start() error { return o.prepare(o.c, o.in, o.row) }

func (o *indexScan) scan(dst []graph.NodeID) (n int, more bool, err error) {
	n = o.c.View.SeekRange(&o.cursor, &o.entry, o.falling, dst)
	return n, n > 0, nil
}
