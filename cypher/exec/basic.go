package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// filter keeps the rows for which its predicates are true.
type filter struct {
	run       *Run
	c         *expr.Context
	plan      *plan.Filter
	input     operator
	selection []int32
	fault     fault
}

func (o *filter) reset() {
	o.input.reset()
	o.fault = fault{}
}

func (o *filter) next() (*expr.Batch, error) {
	if o.fault.err != nil {
		return nil, o.fault.err
	}
	for {
		if err := o.run.check(); err != nil {
			return nil, err
		}
		b, err := o.input.next()
		if err != nil || b == nil {
			return nil, err
		}
		rows := all(&o.selection, b.N)
		var failure error
		for _, p := range o.plan.Predicates {
			// A later predicate sees rows before the failing one only, so
			// that its own failure comes first when its row does.
			rows, err = p.Select(o.c, b, rows)
			if err != nil {
				failure = err
			}
		}
		if len(rows) > 0 || failure != nil {
			b.Keep(rows, o.plan.Live)
			return o.fault.after(b, failure)
		}
	}
}

// all returns the selection of all n rows, in a kept buffer.
func all(buffer *[]int32, n int) []int32 {
	if cap(*buffer) < n {
		*buffer = make([]int32, max(n, firstRows))
	}
	rows := (*buffer)[:n]
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// project computes expressions into columns that it adds to its input.
type project struct {
	run     *Run
	c       *expr.Context
	plan    *plan.Project
	input   operator
	columns []expr.Column
	fault   fault
}

func (o *project) reset() {
	o.input.reset()
	o.fault = fault{}
}

func (o *project) next() (*expr.Batch, error) {
	if o.fault.err != nil {
		return nil, o.fault.err
	}
	if err := o.run.check(); err != nil {
		return nil, err
	}
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	if o.columns == nil {
		o.columns = make([]expr.Column, len(o.plan.Items))
	}
	var failure error
	for i := range o.plan.Items {
		if err := o.assign(b, i); err != nil {
			failure = err
		}
	}
	return o.fault.after(b, failure)
}

// assign computes one item. When a row fails it cuts the batch before it.
func (o *project) assign(b *expr.Batch, i int) error {
	item, column := &o.plan.Items[i], &o.columns[i]
	if slot, ok := item.Value.Slot(); ok && b.Columns[slot].Kind != expr.Values {
		*column = expr.Column{IDs: column.IDs[:0]}
		column.Append(&b.Columns[slot], 0, b.N)
		b.Columns[item.Slot] = *column
		return nil
	}
	column.Resize(expr.Values, b.N)
	good, err := item.Value.Column(o.c, b, column.Values)
	b.Columns[item.Slot] = *column
	if err != nil {
		b.N = good
	}
	return err
}

// skip drops rows at the start.
type skip struct {
	run   *Run
	c     *expr.Context
	plan  *plan.Skip
	input operator
	left  int64
	open  bool
	rows  []int32
}

func (o *skip) reset() {
	o.input.reset()
	o.open = false
}

func (o *skip) next() (*expr.Batch, error) {
	if !o.open {
		n, err := count(o.c, o.plan.Count, "SKIP")
		if err != nil {
			return nil, err
		}
		o.left, o.open = n, true
	}
	for {
		b, err := o.input.next()
		if err != nil || b == nil {
			return nil, err
		}
		if o.left == 0 {
			return b, nil
		}
		if o.left < int64(b.N) {
			b.Keep(all(&o.rows, b.N)[o.left:], o.plan.Live)
			o.left = 0
			return b, nil
		}
		o.left -= int64(b.N)
	}
}

// limit ends after a number of rows.
type limit struct {
	run   *Run
	c     *expr.Context
	plan  *plan.Limit
	input operator
	left  int64
	open  bool
}

func (o *limit) reset() {
	o.input.reset()
	o.open = false
}

func (o *limit) next() (*expr.Batch, error) {
	if !o.open {
		n, err := count(o.c, o.plan.Count, "LIMIT")
		if err != nil {
			return nil, err
		}
		o.left, o.open = n, true
	}
	if o.left == 0 {
		return nil, o.drain()
	}
	b, err := o.input.next()
	if err != nil || b == nil {
		return nil, err
	}
	if int64(b.N) > o.left {
		b.N = int(o.left)
	}
	o.left -= int64(b.N)
	return b, nil
}

// drain lets writing clauses below see all their rows.
func (o *limit) drain() error {
	if !o.plan.Drain {
		return nil
	}
	for {
		b, err := o.input.next()
		if err != nil || b == nil {
			return err
		}
	}
}

// count evaluates the number of SKIP or LIMIT, which must not depend on rows.
func count(c *expr.Context, v *expr.Value, clause string) (int64, error) {
	n, err := v.Eval(c, &noRows, 0)
	if err != nil {
		return 0, err
	}
	if n.Kind() != graph.KindInteger {
		return 0, expr.Errorf(expr.KindSyntax, "InvalidArgumentType", "InvalidArgumentType: %s needs an INTEGER, got %s", clause, n.Kind())
	}
	if n.Int() < 0 {
		return 0, expr.Errorf(expr.KindSyntax, "NegativeIntegerArgument", "NegativeIntegerArgument: %s needs a number that is not negative", clause)
	}
	return n.Int(), nil
}

// noRows is what expressions without variables are evaluated over.
var noRows expr.Batch //nolint:gochecknoglobals // never written

// distinct keeps the first of the rows with the same keys.
type distinct struct {
	run   *Run
	plan  *plan.Distinct
	input operator
	table *table
	rows  []int32
}

func (o *distinct) reset() {
	o.input.reset()
	o.table.reset()
}

func (o *distinct) next() (*expr.Batch, error) {
	for {
		b, err := o.input.next()
		if err != nil || b == nil {
			return nil, err
		}
		before := o.table.bytes()
		sums := o.table.hashRows(b, o.plan.Keys)
		rows := o.rows[:0]
		for row := range b.N {
			if _, added := o.table.insert(b, o.plan.Keys, row, sums[row]); added {
				rows = append(rows, int32(row))
			}
		}
		o.rows = rows
		if err := o.run.charge(o.table.bytes() - before); err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			b.Keep(rows, o.plan.Live)
			return b, nil
		}
	}
}
