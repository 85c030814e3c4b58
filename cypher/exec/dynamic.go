package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// dynamicScan returns the nodes that may have the labels that a row names. A
// filter above it tests them; it only has to leave none out.
type dynamicScan struct {
	finderSource
	plan   *plan.DynamicLabelScan
	cursor storage.NodeCursor
	labels []storage.LabelID
	at     int  // in labels
	all    bool // nodes, because the names do not tell which
}

func (r *Run) newDynamicScan(n *plan.DynamicLabelScan) *dynamicScan {
	return &dynamicScan{finderSource: r.newFinderSource(n, r.build(n.Input), n.Slot), plan: n}
}

func (o *dynamicScan) next() (*expr.Batch, error) { return o.find(o, o.plan.Slot) }

// start finds the labels of the current row. Of several that a node must all
// have the rarest is enough.
func (o *dynamicScan) start() error {
	o.at, o.all, o.labels = 0, false, o.labels[:0]
	o.cursor = storage.NodeCursor{}
	value, err := o.plan.Names.Eval(o.c, o.in, o.row)
	if err != nil {
		return err
	}
	names := []graph.Value{value}
	if value.Kind() == graph.KindList {
		names = value.List()
	}
	if slices.ContainsFunc(names, func(v graph.Value) bool { return expr.TokenName(v) != nil }) ||
		len(names) == 0 && !o.plan.Any {
		o.all = true // the filter says what is wrong, or takes all of them
		return nil
	}
	for _, name := range names {
		id, known := o.c.Store.Label(name.Str())
		switch {
		case !known && !o.plan.Any:
			o.labels = o.labels[:0]
			return nil
		case known && !slices.Contains(o.labels, id):
			o.labels = append(o.labels, id)
		}
	}
	if !o.plan.Any {
		rarest := slices.MinFunc(o.labels, func(a, b storage.LabelID) int {
			return int(o.c.Store.LabelCount(a) - o.c.Store.LabelCount(b))
		})
		o.labels = append(o.labels[:0], rarest)
	}
	return nil
}

// scan returns the next nodes of the current row.
func (o *dynamicScan) scan(dst []graph.NodeID) (n int, more bool, err error) {
	err = o.run.check()
	if o.all {
		n = o.c.View.ScanNodes(&o.cursor, dst)
		return n, n > 0, err
	}
	for o.at < len(o.labels) {
		if n = o.c.View.ScanLabel(&o.cursor, o.labels[o.at], dst); n > 0 {
			return o.unseen(dst[:n]), true, err
		}
		o.at++
		o.cursor = storage.NodeCursor{}
	}
	return 0, false, err
}

// unseen keeps the nodes that do not have one of the labels before: they have
// been returned with those.
func (o *dynamicScan) unseen(ids []graph.NodeID) int {
	kept := slices.DeleteFunc(ids, func(id graph.NodeID) bool {
		return slices.ContainsFunc(o.labels[:o.at], func(l storage.LabelID) bool { return o.c.View.HasLabel(id, l) })
	})
	return len(kept)
}
