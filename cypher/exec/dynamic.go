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
	source
	plan   *plan.DynamicLabelScan
	cursor storage.NodeCursor
	labels []storage.LabelID
	at     int  // in labels
	all    bool // nodes, because the names do not tell which
	open   bool // labels are those of the current row
}

func (r *Run) newDynamicScan(n *plan.DynamicLabelScan) *dynamicScan {
	return &dynamicScan{source: r.newSource(n, r.build(n.Input), n.Slot), plan: n}
}

func (o *dynamicScan) reset() {
	o.source.reset()
	o.open = false
}

func (o *dynamicScan) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		column := &o.out.Columns[o.plan.Slot]
		column.Resize(expr.Nodes, o.limit)
		ids := column.NodeIDs()
		for o.row < o.in.N && o.room() > 0 && err == nil {
			if !o.open {
				if err = o.start(); err != nil {
					break
				}
			}
			n, more := o.scan(ids[len(o.rows):])
			for range n {
				o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			}
			if !more {
				o.row++
				o.open = false
			}
			err = o.run.check()
		}
		column.Resize(expr.Nodes, len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

// start finds the labels of the current row. Of several that a node must all
// have the rarest is enough.
func (o *dynamicScan) start() error {
	o.open, o.at, o.all, o.labels = true, 0, false, o.labels[:0]
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
func (o *dynamicScan) scan(dst []graph.NodeID) (n int, more bool) {
	if o.all {
		n = o.c.View.ScanNodes(&o.cursor, dst)
		return n, n > 0
	}
	for o.at < len(o.labels) {
		if n = o.c.View.ScanLabel(&o.cursor, o.labels[o.at], dst); n > 0 {
			return o.unseen(dst[:n]), true
		}
		o.at++
		o.cursor = storage.NodeCursor{}
	}
	return 0, false
}

// unseen keeps the nodes that do not have one of the labels before: they have
// been returned with those.
func (o *dynamicScan) unseen(ids []graph.NodeID) int {
	kept := slices.DeleteFunc(ids, func(id graph.NodeID) bool {
		return slices.ContainsFunc(o.labels[:o.at], func(l storage.LabelID) bool { return o.c.View.HasLabel(id, l) })
	})
	return len(kept)
}
