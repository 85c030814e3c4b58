package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
)

// subtable collects the rows of its input and runs a plan over all of them.
type subtable struct {
	run     *Run
	plan    *plan.Table
	input   operator
	inner   operator
	rows    *rows
	out     *expr.Batch
	open    bool
	ended   bool
	charged int64
}

func (r *Run) newTable(n *plan.Table) *subtable {
	collected := newRows(n.Imports)
	o := &subtable{run: r, plan: n, input: r.build(n.Input), rows: &collected, out: r.newBatch()}
	outer := r.table
	r.table = o.rows
	o.inner = r.build(n.Inner)
	r.table = outer
	return o
}

func (o *subtable) reset() {
	o.input.reset()
	o.inner.reset()
	o.rows.reset()
	o.open, o.ended, o.charged = false, false, 0
}

func (o *subtable) next() (*expr.Batch, error) {
	if !o.open {
		if err := o.collect(); err != nil {
			return nil, err
		}
		o.open = true
	}
	if !o.plan.Unit {
		return o.inner.next()
	}
	if o.ended {
		return nil, nil //nolint:nilnil // the end of rows
	}
	o.ended = true
	if err := drain(o.inner); err != nil {
		return nil, err
	}
	o.out.N = 1
	return o.out, nil
}

func (o *subtable) collect() error {
	for {
		b, err := o.input.next()
		if err != nil || b == nil {
			return err
		}
		o.rows.append(b)
		held := o.rows.bytes()
		if err := o.run.charge(held - o.charged); err != nil {
			return err
		}
		o.charged = held
	}
}

// tableRows returns the rows of a table.
type tableRows struct {
	run  *Run
	rows *rows
	view *expr.Batch
	at   int
	size sizer
}

func (o *tableRows) reset() { o.at, o.size = 0, 0 }

func (o *tableRows) next() (*expr.Batch, error) {
	if o.at == o.rows.n {
		return nil, nil //nolint:nilnil // the end of rows
	}
	end := min(o.rows.n, o.at+o.size.next(o.run))
	o.rows.fill(o.view, nil, o.at, end)
	o.at = end
	return o.view, nil
}
