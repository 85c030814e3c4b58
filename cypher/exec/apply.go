package exec

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// An inner is a plan that runs for rows of another: the argument that it
// starts from, and its root.
type inner struct {
	root operator
	rows *expr.Batch // what the plan's argument returns
}

// buildInner builds a nested plan and finds its argument, which every nested
// plan has at its bottom.
func (r *Run) buildInner(n plan.Node) inner {
	outer := r.argument
	rows := r.newBatch()
	r.argument = rows
	root := r.build(n)
	r.argument = outer
	return inner{root: root, rows: rows}
}

// setRow makes a row the argument and starts the plan over.
func (i *inner) setRow(b *expr.Batch, slots []int, row int) {
	for _, s := range slots {
		c := &i.rows.Columns[s]
		c.Truncate()
		if b.Columns[s].Kind != 0 {
			c.Append(&b.Columns[s], row, row+1)
		}
	}
	i.rows.N = 1
	i.root.reset()
}

// optional runs a pattern for a batch of rows and adds a row of nulls for those
// that have no match. The pattern keeps the order of rows, and carries their
// numbers.
type optional struct {
	run    *Run
	plan   *plan.Optional
	input  operator
	inner  inner
	in     *expr.Batch
	found  *expr.Batch // rows of the inner plan
	at     int         // in found
	row    int         // the first row of in that has not been returned
	open   bool
	out    *expr.Batch
	rows   []int32
	source []int32 // for each row of out: the row of found, or -1
}

func (r *Run) newOptional(n *plan.Optional) *optional {
	return &optional{run: r, plan: n, input: r.build(n.Input), inner: r.buildInner(n.Inner), out: r.newBatch()}
}

func (o *optional) reset() {
	o.input.reset()
	o.in, o.found, o.open = nil, nil, false
}

func (o *optional) next() (*expr.Batch, error) {
	for {
		if !o.open {
			b, err := o.input.next()
			if err != nil || b == nil {
				return nil, err
			}
			o.in, o.row, o.open = b, 0, true
			o.found, o.at = nil, 0
			o.load()
		}
		found, err := o.inner.root.next()
		if err != nil {
			return nil, err
		}
		o.found, o.at = found, 0
		o.merge()
		if len(o.rows) > 0 {
			o.fill()
			return o.out, nil
		}
	}
}

// load hands the rows of the input to the inner plan.
func (o *optional) load() {
	arg := o.inner.rows
	for _, s := range o.plan.Imports {
		c := &arg.Columns[s]
		c.Truncate()
		if o.in.Columns[s].Kind != 0 {
			c.Append(&o.in.Columns[s], 0, o.in.N)
		}
	}
	arg.N = o.in.N
	if slot := o.plan.RowSlot; slot >= 0 {
		c := &arg.Columns[slot]
		c.Resize(expr.Nodes, o.in.N)
		for i := range c.IDs {
			c.IDs[i] = uint64(i)
		}
	}
	o.inner.root.reset()
}

// merge makes a batch of the rows that have been found and of the input rows
// before them that found nothing.
func (o *optional) merge() {
	o.rows, o.source = o.rows[:0], o.source[:0]
	if o.found == nil {
		for ; o.row < o.in.N; o.row++ {
			o.add(o.row, -1)
		}
		o.open = false
	} else {
		numbers := o.found.Columns[o.plan.RowSlot].IDs
		for ; o.at < o.found.N; o.at++ {
			row := int(numbers[o.at]) //nolint:gosec // a row of a batch
			for ; o.row < row; o.row++ {
				o.add(o.row, -1)
			}
			o.add(row, o.at)
			o.row = max(o.row, row+1)
		}
	}
}

func (o *optional) add(row, source int) {
	o.rows = append(o.rows, int32(row))        //nolint:gosec // a row of a batch
	o.source = append(o.source, int32(source)) //nolint:gosec // a row of a batch
}

func (o *optional) fill() {
	for _, s := range o.plan.Live {
		c := &o.out.Columns[s]
		if !slices.Contains(o.plan.Nulls, s) {
			if o.in.Columns[s].Kind != 0 {
				c.Gather(&o.in.Columns[s], o.rows)
			}
			continue
		}
		kind := o.run.plan.Kinds[s]
		if o.found != nil && o.found.Columns[s].Kind != 0 {
			kind = o.found.Columns[s].Kind
		}
		c.Resize(kind, len(o.rows))
		for i, from := range o.source {
			switch {
			case from < 0:
				c.SetNull(i)
			case kind == expr.Values:
				c.Values[i] = o.found.Columns[s].Value(int(from))
			default:
				c.IDs[i] = o.found.Columns[s].IDs[from]
			}
		}
	}
	o.out.N = len(o.rows)
}

// apply runs a subquery for each row.
type apply struct {
	source
	plan    *plan.Apply
	inner   inner
	open    bool
	matched bool
}

func (r *Run) newApply(n *plan.Apply) *apply {
	return &apply{source: r.newSource(n, r.build(n.Input), n.Outputs...), plan: n, inner: r.buildInner(n.Inner)}
}

func (o *apply) reset() {
	o.source.reset()
	o.open = false
}

// next returns the results of one row of the input that fit a batch of the
// inner plan.
func (o *apply) next() (*expr.Batch, error) {
	if o.plan.Unit {
		return o.nextUnit()
	}
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		if !o.open {
			o.inner.setRow(o.in, o.plan.Imports, o.row)
			o.open, o.matched = true, false
		}
		found, err := o.inner.root.next()
		if err != nil {
			return nil, err
		}
		if found == nil {
			row := o.row
			o.open = false
			o.row++
			if o.plan.Optional && !o.matched {
				return o.nulls(row), nil
			}
			continue
		}
		o.matched = true
		for range found.N {
			o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
		}
		for _, s := range o.plan.Outputs {
			c := &o.out.Columns[s]
			c.Truncate()
			if found.Columns[s].Kind != 0 {
				c.Append(&found.Columns[s], 0, found.N)
			}
		}
		return o.finish(), nil
	}
}

func (o *apply) nulls(row int) *expr.Batch {
	o.rows = append(o.rows[:0], int32(row)) //nolint:gosec // a row of a batch
	for _, s := range o.plan.Outputs {
		c := &o.out.Columns[s]
		c.Resize(o.run.plan.Kinds[s], 1)
		c.SetNull(0)
	}
	return o.finish()
}

// nextUnit runs a subquery for its effects only.
func (o *apply) nextUnit() (*expr.Batch, error) {
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	for row := range b.N {
		o.inner.setRow(b, o.plan.Imports, row)
		if err := drain(o.inner.root); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// drain pulls all rows.
func drain(o operator) error {
	for {
		b, err := o.next()
		if err != nil || b == nil {
			return err
		}
	}
}

// foreach runs writing clauses for each element of a list.
type foreach struct {
	run   *Run
	c     *expr.Context
	plan  *plan.Foreach
	input operator
	inner inner
}

func (o *foreach) reset() { o.input.reset() }

func (o *foreach) next() (*expr.Batch, error) {
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	for row := range b.N {
		v, err := o.plan.List.Eval(o.c, b, row)
		if err != nil {
			return nil, err
		}
		items, err := listItems(v)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if err := o.run.check(); err != nil {
				return nil, err
			}
			column := &o.inner.rows.Columns[o.plan.Slot]
			o.inner.setRow(b, o.plan.Imports, row)
			column.Resize(expr.Values, 1)
			column.Values[0] = item
			if err := drain(o.inner.root); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// union returns the rows of its branches one after the other.
type union struct {
	plan     *plan.Union
	branches []operator
	at       int
	argument *expr.Batch
	out      *expr.Batch
}

func (o *union) reset() {
	for _, b := range o.branches {
		b.reset()
	}
	o.at = 0
}

func (o *union) next() (*expr.Batch, error) {
	for o.at < len(o.branches) {
		if o.plan.Chooses && o.argument.Columns[o.plan.Choice].Value(0).Int() != int64(o.at) {
			o.at++
			continue
		}
		b, err := o.branches[o.at].next()
		if err != nil {
			return nil, err
		}
		if b == nil {
			o.at++
			continue
		}
		for i, slot := range o.plan.Slots {
			c := &o.out.Columns[slot]
			c.Resize(expr.Values, b.N)
			from := &b.Columns[o.plan.Branches[o.at].Slots[i]]
			for row := range b.N {
				c.Values[row] = from.Value(row)
			}
		}
		o.out.N = b.N
		return o.out, nil
	}
	return nil, nil //nolint:nilnil // the end of rows
}

// hashJoin finds the rows of its build side that have the same values.
type hashJoin struct {
	source
	plan  *plan.HashJoin
	build inner
	table *table
	first []int32 // by group: its first row, -1 for none
	links []int32 // by row: the next row of the same group, -1 at the end
	built rows
	open  int // the epoch that the table was made in, -1 for none
	epoch *int
	chain int32
	live  bool // the current row has been looked up
	picks []int32
	slots []int
}

func (r *Run) newHashJoin(n *plan.HashJoin) *hashJoin {
	o := &hashJoin{plan: n, table: newTable(len(n.Keys))}
	o.build, o.open = r.buildInner(n.Build), -1
	o.epoch = &r.epochs[n.Segment]
	filled := map[int]bool{}
	for _, s := range plan.Filled(n.Build) {
		filled[s] = true
	}
	var own []int
	for _, s := range n.Live {
		if filled[s] {
			own = append(own, s)
		}
	}
	o.slots = own
	o.source = r.newSource(n, r.build(n.Input), own...)
	o.built = newRows(own)
	return o
}

func (o *hashJoin) reset() {
	o.source.reset()
	o.live = false
	// The build side does not depend on rows: it is kept as long as the graph
	// looks the same.
	if o.c == &o.run.live {
		o.open = -1
	}
}

func (o *hashJoin) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		// The input comes first: it may end the segment before this one.
		if o.open != *o.epoch {
			if err := o.load(); err != nil {
				return nil, err
			}
			o.open = *o.epoch
		}
		o.picks = o.picks[:0]
		for o.row < o.in.N && o.room() > 0 {
			if !o.live {
				if err = o.lookUp(); err != nil {
					break
				}
			}
			if o.chain < 0 {
				o.row++
				o.live = false
				continue
			}
			o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			o.picks = append(o.picks, o.chain)
			o.chain = o.links[o.chain]
		}
		if len(o.rows) > 0 || err != nil {
			for i, s := range o.slots {
				if o.built.columns[i].Kind != 0 {
					o.out.Columns[s].Gather(&o.built.columns[i], o.picks)
				}
			}
			return o.fault.after(o.finish(), err)
		}
	}
}

// load reads the build side into the table.
func (o *hashJoin) load() error {
	o.table.reset()
	o.built.reset()
	o.first, o.links = o.first[:0], o.links[:0]
	o.build.rows.N = 1 // without columns
	o.build.root.reset()
	for {
		b, err := o.build.root.next()
		if err != nil || b == nil {
			return err
		}
		base := o.built.n
		before := o.table.bytes() + o.built.bytes()
		o.built.append(b)
		for row := range b.N {
			o.links = append(o.links, -1)
			null := false
			for i, key := range o.plan.Keys {
				v, err := key.Eval(o.c, b, row)
				if err != nil {
					return err
				}
				c := &b.Columns[o.plan.KeySlots[i]]
				c.Resize(expr.Values, b.N)
				c.Values[row] = v
				null = null || v.IsNull()
			}
			if null {
				continue
			}
			group, added := o.table.insert(b, o.plan.KeySlots, row, o.hash(b, o.plan.KeySlots, row))
			if added {
				o.first = append(o.first, -1)
			}
			at := base + row
			o.links[at] = o.first[group]
			o.first[group] = int32(at) //nolint:gosec // bounded by memory
		}
		if err := o.run.charge(o.table.bytes() + o.built.bytes() - before); err != nil {
			return err
		}
		if err := o.run.check(); err != nil {
			return err
		}
	}
}

func (o *hashJoin) hash(b *expr.Batch, slots []int, row int) uint64 {
	h := uint64(0)
	for _, s := range slots {
		h = combine(h, o.table.seed.Hash(b.Columns[s].Values[row]))
	}
	return h
}

// lookUp finds the rows of the build side for the current row.
func (o *hashJoin) lookUp() error {
	o.live, o.chain = true, -1
	for i, key := range o.plan.Probe {
		v, err := key.Eval(o.c, o.in, o.row)
		if err != nil {
			return err
		}
		if v.IsNull() || v.Kind() == graph.KindFloat && v.Float() != v.Float() {
			return nil // equal to nothing
		}
		c := &o.in.Columns[o.plan.ProbeSlots[i]]
		c.Resize(expr.Values, o.in.N)
		c.Values[o.row] = v
	}
	group := o.table.find(o.in, o.plan.ProbeSlots, o.row, o.hash(o.in, o.plan.ProbeSlots, o.row))
	if group >= 0 {
		o.chain = o.first[group]
	}
	return nil
}
