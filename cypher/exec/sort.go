package exec

import (
	"cmp"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// rows keeps the rows of many batches in columns: what operators store that
// have to see all of their input.
type rows struct {
	slots   []int
	columns []expr.Column // in the order of slots
	n       int
}

func newRows(slots []int) rows { return rows{slots: slots, columns: make([]expr.Column, len(slots))} }

func (r *rows) append(b *expr.Batch) { r.appendRows(b, 0, b.N) }

func (r *rows) appendRows(b *expr.Batch, from, to int) {
	for i, s := range r.slots {
		if b.Columns[s].Kind != 0 {
			r.columns[i].Append(&b.Columns[s], from, to)
		}
	}
	r.n += to - from
}

func (r *rows) reset() {
	for i := range r.columns {
		clear(r.columns[i].Values)
		r.columns[i].Truncate()
	}
	r.n = 0
}

// bytes estimates the memory behind the rows.
func (r *rows) bytes() int64 {
	n := int64(0)
	for i := range r.columns {
		n += int64(8*cap(r.columns[i].IDs) + 24*cap(r.columns[i].Values))
	}
	return n
}

// fill copies rows from, …, to-1 into a batch, or those that order names.
func (r *rows) fill(b *expr.Batch, order []int32, from, to int) {
	for i, s := range r.slots {
		c := &b.Columns[s]
		if r.columns[i].Kind == 0 {
			continue
		}
		if order != nil {
			c.Gather(&r.columns[i], order[from:to])
			continue
		}
		c.Truncate()
		c.Append(&r.columns[i], from, to)
	}
	b.N = to - from
}

// sortRows orders all rows of its input, or finds the first ones.
type sortRows struct {
	run   *Run
	c     *expr.Context
	plan  *plan.Sort
	input operator
	rows  rows
	keys  []int // positions of the keys in rows
	order []int32
	cut   int // rows that are sorted and kept; 0 before the first cut
	picks []int32
	at    int
	open  bool
	out   *expr.Batch
	size  sizer
	bound *bound // for the cut below, if there is one
}

func (r *Run) newSort(n *plan.Sort) *sortRows {
	o := &sortRows{run: r, c: r.context(n), plan: n, input: r.build(n.Input), out: r.newBatch()}
	o.bound = r.bounds[n]
	delete(r.bounds, n)
	slots := slices.Clone(n.Live)
	for _, k := range n.Keys {
		at := slices.Index(slots, k.Slot)
		if at < 0 {
			at = len(slots)
			slots = append(slots, k.Slot)
		}
		o.keys = append(o.keys, at)
	}
	o.rows = newRows(slots)
	return o
}

func (o *sortRows) reset() {
	o.input.reset()
	o.rows.reset()
	o.order, o.cut, o.at, o.open, o.size = o.order[:0], 0, 0, false, 0
	if o.bound != nil {
		*o.bound = bound{}
	}
}

func (o *sortRows) next() (*expr.Batch, error) {
	if !o.open {
		if err := o.load(); err != nil {
			return nil, err
		}
		o.open = true
	}
	if o.at >= len(o.order) {
		return nil, nil //nolint:nilnil // the end of rows
	}
	to := min(o.at+o.size.next(o.run), len(o.order))
	o.rows.fill(o.out, o.order, o.at, to)
	o.at = to
	return o.out, nil
}

// cutAfter is how many rows beyond twice the wanted ones are collected before
// they are cut: few, since the first cut is what spares work.
const cutAfter = 128

// load reads the input and sorts it.
func (o *sortRows) load() error {
	top, err := o.top()
	if err != nil {
		return err
	}
	for {
		b, err := o.input.next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		before := o.rows.bytes()
		o.add(b)
		if err := o.run.charge(o.rows.bytes() - before); err != nil {
			return err
		}
		// A search of the first rows keeps some more than it needs and throws
		// the rest away now and then, which is cheaper than a heap. The last
		// row that it keeps then tells which later ones need not be looked at.
		if top > 0 && o.rows.n > 2*top+cutAfter {
			o.sort()
			o.shrink(top)
			o.cut = top
			if o.bound != nil {
				*o.bound = bound{known: true, last: o.rows.columns[o.keys[0]].Value(top - 1)}
			}
		}
	}
	o.sort()
	if top >= 0 && len(o.order) > top {
		o.order = o.order[:top]
	}
	return nil
}

// add keeps the rows of a batch, or those that come before the last one that
// is certain to be needed so far.
func (o *sortRows) add(b *expr.Batch) {
	if o.cut == 0 {
		o.rows.append(b)
		return
	}
	o.picks = o.picks[:0]
	for row := range b.N {
		if o.before(b, row) {
			o.picks = append(o.picks, int32(row))
		}
	}
	if len(o.picks) == 0 {
		return
	}
	for i, s := range o.rows.slots {
		if c := &b.Columns[s]; c.Kind != 0 {
			for _, row := range o.picks {
				o.rows.columns[i].Append(c, int(row), int(row)+1)
			}
		}
	}
	o.rows.n += len(o.picks)
}

// before reports whether a row comes before the last row of the cut. A row that
// is equal comes after it: the order is stable.
func (o *sortRows) before(b *expr.Batch, row int) bool {
	for i, k := range o.plan.Keys {
		last := o.rows.columns[o.keys[i]].Value(o.cut - 1)
		r := order(b.Columns[k.Slot].Value(row), last)
		if r == 0 {
			continue
		}
		return r < 0 != k.Descending
	}
	return false
}

// order is [graph.Order], quicker for what most keys are.
func order(a, b graph.Value) int {
	if a.Kind() == graph.KindInteger && b.Kind() == graph.KindInteger {
		return cmp.Compare(a.Int(), b.Int())
	}
	if a.Kind() == graph.KindFloat && b.Kind() == graph.KindFloat {
		switch x, y := a.Float(), b.Float(); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
	}
	return graph.Order(a, b)
}

// top returns how many rows are needed, or -1 for all.
func (o *sortRows) top() (int, error) {
	if o.plan.Limit == nil {
		return -1, nil
	}
	n, err := count(o.c, o.plan.Limit, "LIMIT")
	if err != nil {
		return 0, err
	}
	if o.plan.Skip != nil {
		s, err := count(o.c, o.plan.Skip, "SKIP")
		if err != nil {
			return 0, err
		}
		if n += s; n < 0 {
			return -1, nil
		}
	}
	if n > 1<<24 {
		return -1, nil
	}
	return int(n), nil
}

func (o *sortRows) sort() {
	o.order = o.order[:0]
	for i := range o.rows.n {
		o.order = append(o.order, int32(i))
	}
	keys, columns := o.plan.Keys, o.rows.columns
	slices.SortStableFunc(o.order, func(a, b int32) int {
		for i, k := range keys {
			c := &columns[o.keys[i]]
			r := order(c.Value(int(a)), c.Value(int(b)))
			if r == 0 {
				continue
			}
			if k.Descending {
				return -r
			}
			return r
		}
		return 0
	})
}

// shrink keeps the first n rows of the order.
func (o *sortRows) shrink(n int) {
	kept := newRows(o.rows.slots)
	order := o.order[:min(n, len(o.order))]
	for i := range kept.columns {
		if o.rows.columns[i].Kind != 0 {
			kept.columns[i].Gather(&o.rows.columns[i], order)
		}
	}
	kept.n = len(order)
	o.rows = kept
}

// barrier reads all rows of its input before it returns the first, and starts
// a new segment.
type barrier struct {
	run   *Run
	plan  *plan.Barrier
	input operator
	rows  rows
	at    int
	open  bool
	out   *expr.Batch
	size  sizer
}

func (o *barrier) reset() {
	o.input.reset()
	o.rows.reset()
	o.at, o.open, o.size = 0, false, 0
}

func (o *barrier) next() (*expr.Batch, error) {
	if !o.open {
		for {
			b, err := o.input.next()
			if err != nil {
				return nil, err
			}
			if b == nil {
				break
			}
			before := o.rows.bytes()
			o.rows.append(b)
			if err := o.run.charge(o.rows.bytes() - before); err != nil {
				return nil, err
			}
		}
		o.open = true
		o.run.startSegment(o.plan.Segment)
	}
	if o.at >= o.rows.n {
		return nil, nil //nolint:nilnil // the end of rows
	}
	to := min(o.at+o.size.next(o.run), o.rows.n)
	o.rows.fill(o.out, nil, o.at, to)
	o.at = to
	return o.out, nil
}
