package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// argument returns the rows that the surrounding operator sets. Several
// arguments may share them: each has headers of its own for the columns, so
// that dropping rows in one does not show in another.
type argument struct {
	plan *plan.Argument
	rows *expr.Batch
	view *expr.Batch
	done bool
}

func (a *argument) next() (*expr.Batch, error) {
	if a.done || a.rows.N == 0 {
		return nil, nil //nolint:nilnil // the end of rows
	}
	a.done = true
	for _, slot := range a.plan.Slots {
		a.view.Columns[slot] = a.rows.Columns[slot]
	}
	a.view.N = a.rows.N
	return a.view, nil
}

func (a *argument) reset() { a.done = false }

// nodeScan returns the nodes of the store, or those with a label, that satisfy
// all tests.
type nodeScan struct {
	source
	slot       int
	label      *expr.Label
	tests      []*expr.StoredTest
	conditions []storage.Condition
	id         storage.LabelID
	cursor     storage.NodeCursor
	ready      bool // label and conditions are those of this execution
	none       bool // no node can satisfy them
}

func (r *Run) newNodeScan(input, n plan.Node, slot int, label *expr.Label, tests []*expr.StoredTest) *nodeScan {
	return &nodeScan{source: r.newSource(n, r.build(input), slot), slot: slot, label: label, tests: tests}
}

func (o *nodeScan) reset() {
	o.source.reset()
	o.cursor, o.ready = storage.NodeCursor{}, false
	clear(o.conditions)
}

// prepare looks up the label and makes the conditions. The input may have
// created the label or a property just now, so that it is tried again for each
// row while one of them does not exist.
func (o *nodeScan) prepare() error {
	o.none = false
	if o.label != nil {
		id, known := o.label.Resolve(o.c.Store)
		o.id, o.none = id, !known
	}
	o.conditions = o.conditions[:0]
	for _, t := range o.tests {
		key, known := t.Key.Resolve(o.c.Store)
		o.none = o.none || !known
		value, err := t.Value.Eval(o.c, o.in, o.row)
		if err != nil {
			return err
		}
		o.conditions = append(o.conditions, storage.NewCondition(key, t.Relation, value))
	}
	o.ready = !o.none
	return nil
}

func (o *nodeScan) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		if !o.ready {
			if err := o.prepare(); err != nil {
				return nil, err
			}
			if o.none { // the input has to run to its end nevertheless
				o.row = o.in.N
				continue
			}
		}
		column := &o.out.Columns[o.slot]
		column.Resize(expr.Nodes, o.limit)
		ids := column.NodeIDs()
		for o.row < o.in.N && o.room() > 0 {
			n, more := o.scan(ids[len(o.rows):])
			for range n {
				o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			}
			if !more {
				o.row++
				o.cursor = storage.NodeCursor{}
			}
			if err := o.run.check(); err != nil {
				return nil, err
			}
		}
		if len(o.rows) > 0 {
			column.Resize(expr.Nodes, len(o.rows))
			return o.finish(), nil
		}
	}
}

func (o *nodeScan) scan(dst []graph.NodeID) (n int, more bool) {
	switch {
	case len(o.conditions) > 0:
		return o.c.View.SelectNodes(&o.cursor, o.id, o.label != nil, o.conditions, dst)
	case o.label != nil:
		n = o.c.View.ScanLabel(&o.cursor, o.id, dst)
	default:
		n = o.c.View.ScanNodes(&o.cursor, dst)
	}
	return n, n > 0
}

// indexSeek returns the nodes that an index holds for the values of a row.
type indexSeek struct {
	finderSource
	plan   *plan.IndexSeek
	cursor storage.IndexCursor
	values []graph.Value
	list   []graph.Value
	at     int // in list
}

func (r *Run) newIndexSeek(n *plan.IndexSeek) *indexSeek {
	return &indexSeek{
		finderSource: r.newFinderSource(n, r.build(n.Input), n.Slot), plan: n,
		values: make([]graph.Value, len(n.Values)),
	}
}

func (o *indexSeek) next() (*expr.Batch, error) { return o.find(o, o.plan.Slot) }

// start evaluates the values of the current row.
func (o *indexSeek) start() error {
	for i, v := range o.plan.Values {
		value, err := v.Eval(o.c, o.in, o.row)
		if err != nil {
			return err
		}
		o.values[i] = value
	}
	o.cursor = storage.IndexCursor{}
	if !o.plan.In {
		return nil
	}
	list, err := listItems(o.values[0])
	o.list, o.at = distinctItems(list), 0
	return err
}

// listItems returns the elements of a list, none of null.
func listItems(v graph.Value) ([]graph.Value, error) {
	switch v.Kind() {
	case graph.KindList:
		return v.List(), nil
	case graph.KindNull:
		return nil, nil
	default:
		return nil, expr.Errorf(expr.KindType, expr.DetailArgumentType,
			"%s: expected a LIST but got %s", expr.DetailArgumentType, v.Kind())
	}
}

// distinctItems returns the elements of a list without repetitions and nulls,
// which no property equals.
func distinctItems(items []graph.Value) []graph.Value {
	if len(items) > 16 {
		return distinctMany(items)
	}
	kept := make([]graph.Value, 0, len(items))
next:
	for _, item := range items {
		if item.IsNull() {
			continue
		}
		for _, k := range kept {
			if graph.Equivalent(k, item) {
				continue next
			}
		}
		kept = append(kept, item)
	}
	return kept
}

func distinctMany(items []graph.Value) []graph.Value {
	t := newTable(1)
	b := &expr.Batch{Columns: []expr.Column{{Kind: expr.Values, Values: items}}, N: len(items)}
	slots := []int{0}
	sums := t.hashRows(b, slots)
	kept := make([]graph.Value, 0, len(items))
	for i, item := range items {
		if item.IsNull() {
			continue
		}
		if _, added := t.insert(b, slots, i, sums[i]); added {
			kept = append(kept, item)
		}
	}
	return kept
}

func (o *indexSeek) scan(dst []graph.NodeID) (n int, more bool, err error) {
	if !o.plan.In {
		if o.values[0].IsNull() {
			return 0, false, nil
		}
		n = o.c.View.SeekIndex(&o.cursor, o.plan.Index, o.values, dst)
		return n, n > 0, nil
	}
	for o.at < len(o.list) {
		o.values[0] = o.list[o.at]
		if n = o.c.View.SeekIndex(&o.cursor, o.plan.Index, o.values, dst); n > 0 {
			return n, true, nil
		}
		o.at++
		o.cursor = storage.IndexCursor{}
	}
	return 0, false, nil
}

// nodeByID returns the node that an expression identifies.
type nodeByID struct {
	finderSource
	plan *plan.NodeByID
	list []graph.Value
	at   int
}

func (r *Run) newNodeByID(n *plan.NodeByID) *nodeByID {
	return &nodeByID{finderSource: r.newFinderSource(n, r.build(n.Input), n.Slot), plan: n}
}

func (o *nodeByID) next() (*expr.Batch, error) { return o.find(o, o.plan.Slot) }

func (o *nodeByID) scan(dst []graph.NodeID) (n int, more bool, err error) {
	for ; o.at < len(o.list) && n < len(dst); o.at++ {
		if id, ok := o.c.NodeOf(o.list[o.at], o.plan.Element); ok {
			dst[n] = id
			n++
		}
	}
	return n, o.at < len(o.list), nil
}

func (o *nodeByID) start() error {
	v, err := o.plan.ID.Eval(o.c, o.in, o.row)
	if err != nil {
		return err
	}
	if !o.plan.In {
		o.list = append(o.list[:0], v)
	} else {
		items, err := listItems(v)
		if err != nil {
			return err
		}
		o.list = distinctItems(items)
	}
	o.at = 0
	return nil
}
