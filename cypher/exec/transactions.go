package exec

import (
	"errors"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const (
	// defaultPortion is how many rows share a transaction when the statement
	// does not say.
	defaultPortion = 1000
	// retries bounds how often a transaction that had to give way is tried
	// again.
	retries = 10
)

// inTransactions runs a subquery for each row, in transactions of its own.
type inTransactions struct {
	run     *Run
	c       *expr.Context
	plan    *plan.InTransactions
	input   operator
	sub     *Run
	in      *expr.Batch // of the input
	row     int         // the first row of it that has not been taken
	portion rows        // the input rows of a transaction
	done    rows        // the results of a transaction
	at      int         // the first row of done that has not been returned
	stopped bool        // after ON ERROR BREAK
	out     *expr.Batch
	scratch *expr.Batch
	size    sizer
}

func (r *Run) newInTransactions(n *plan.InTransactions) *inTransactions {
	o := &inTransactions{
		run: r, c: r.context(n), plan: n, input: r.build(n.Input), out: r.newBatch(), scratch: r.newBatch(),
	}
	own := append([]int{n.Status}, n.Outputs...)
	kept := without(n.Live, own)
	for _, s := range n.Imports {
		kept = append(without(kept, []int{s}), s)
	}
	o.portion = newRows(kept)
	o.done = newRows(n.Live)
	return o
}

func (o *inTransactions) reset() {
	o.input.reset()
	o.in, o.row, o.at, o.stopped, o.size = nil, 0, 0, false, 0
	o.portion.reset()
	o.done.reset()
}

func (o *inTransactions) next() (*expr.Batch, error) {
	for o.at >= o.done.n {
		o.done.reset()
		o.at = 0
		more, err := o.collect()
		if err != nil || !more {
			return nil, err
		}
		if err := o.transact(); err != nil {
			return nil, err
		}
	}
	to := min(o.at+o.size.next(o.run), o.done.n)
	o.done.fill(o.out, nil, o.at, to)
	o.at = to
	return o.out, nil
}

// collect takes the input rows of one transaction; false when there are none.
func (o *inTransactions) collect() (bool, error) {
	limit := int64(defaultPortion)
	if o.plan.Rows != nil {
		var err error
		if limit, err = count(o.c, o.plan.Rows, "IN TRANSACTIONS OF"); err != nil {
			return false, err
		}
		if limit < 1 {
			return false, expr.Errorf(expr.KindArgument, expr.DetailArgumentValue,
				"%s: IN TRANSACTIONS OF needs at least one row", expr.DetailArgumentValue)
		}
	}
	o.portion.reset()
	for int64(o.portion.n) < limit {
		if o.in == nil || o.row == o.in.N {
			var err error
			if o.in, err = o.input.next(); err != nil {
				return false, err
			}
			if o.in == nil {
				break
			}
			o.row = 0
		}
		to := min(o.row+int(limit)-o.portion.n, o.in.N)
		o.portion.appendRows(o.in, o.row, to)
		o.row = to
	}
	return o.portion.n > 0, nil
}

// transact runs the subquery for the collected rows and commits.
func (o *inTransactions) transact() error {
	if o.stopped {
		o.fail("", false)
		return nil
	}
	var turn storage.Turn
	defer turn.Done()
	for attempt := 0; ; attempt++ {
		err := o.try()
		if err == nil {
			return nil
		}
		o.done.reset()
		if stop := o.run.check(); stop != nil {
			return stop
		}
		stored, ok := errors.AsType[*storage.Error](err)
		if ok && stored.Restartable() {
			// Nobody has seen anything of the transaction.
			if err := turn.Next(o.run.ctx, o.run.store, stored); err != nil {
				return err
			}
			continue
		}
		if ok && stored.Retriable() && o.plan.Retry && attempt < retries {
			continue
		}
		if o.plan.OnError == plan.FailOnError {
			return err
		}
		o.stopped = o.plan.OnError == plan.BreakOnError
		o.fail(err.Error(), true)
		return nil
	}
}

// try runs the subquery for the collected rows in one transaction.
func (o *inTransactions) try() error {
	if o.sub == nil {
		sub, err := New(o.plan.Plan)
		if err != nil {
			return err
		}
		o.sub = sub
	}
	tx, err := o.run.store.BeginIsolated(o.run.ctx, storage.WriteMode, o.run.tx.Isolation())
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	function := *o.c.Function
	o.sub.Start(Options{
		Store: o.run.store, Transaction: tx, Parameters: o.c.Parameters, Function: &function,
		MemoryLimit: o.run.limit, Sources: o.run.sources,
	})
	o.sub.ctx = o.run.ctx
	o.portion.fill(o.scratch, nil, 0, o.portion.n)
	for row := range o.portion.n {
		for _, s := range o.plan.Imports {
			c := &o.sub.first.Columns[s]
			c.Truncate()
			c.Append(&o.scratch.Columns[s], row, row+1)
		}
		o.sub.first.N = 1
		o.sub.root.reset()
		if err := o.results(row); err != nil {
			o.sub.Discharge() // it is in the middle of something
			o.sub = nil
			return err
		}
	}
	if _, err := tx.Commit(o.run.ctx); err != nil {
		return err
	}
	o.run.counters.add(&o.sub.counters)
	o.report(true, true, "")
	return nil
}

// results keeps the rows of the subquery for one input row.
func (o *inTransactions) results(row int) error {
	if o.plan.Unit {
		if err := drain(o.sub.root); err != nil {
			return err
		}
		o.keep(row, nil)
		return nil
	}
	for none := true; ; none = false {
		found, err := o.sub.root.next()
		if err != nil {
			return err
		}
		if found == nil {
			if none && o.plan.Optional {
				o.keep(row, nil)
			}
			return nil
		}
		o.keep(row, found)
	}
}

// keep adds the result rows of an input row: one with nulls for the outputs
// when found is nil.
func (o *inTransactions) keep(row int, found *expr.Batch) {
	n := 1
	if found != nil {
		n = found.N
	}
	for i, s := range o.done.slots {
		column := &o.done.columns[i]
		switch {
		case s == o.plan.Status:
			column.Kind = expr.Values
			for range n {
				column.Values = append(column.Values, graph.Value{})
			}
		case slices.Contains(o.plan.Outputs, s) && found == nil:
			column.Kind = o.run.plan.Kinds[s]
			at := length(column)
			column.Resize(column.Kind, at+1)
			column.SetNull(at)
		case slices.Contains(o.plan.Outputs, s):
			column.Append(&found.Columns[s], 0, n)
		default:
			column.AppendRepeated(&o.scratch.Columns[s], row, n)
		}
	}
	o.done.n += n
}

// fail returns the input rows with nulls for what the subquery would have
// found.
func (o *inTransactions) fail(message string, started bool) {
	o.portion.fill(o.scratch, nil, 0, o.portion.n)
	for row := range o.portion.n {
		o.keep(row, nil)
	}
	o.report(started, false, message)
}

// report fills in the status of a transaction's rows.
func (o *inTransactions) report(started, committed bool, message string) {
	for i, s := range o.done.slots {
		if s != o.plan.Status {
			continue
		}
		var text graph.Value
		if message != "" {
			text = graph.String(message)
		}
		status := graph.Map([]graph.Field{
			{Name: "started", Value: graph.Boolean(started)},
			{Name: "committed", Value: graph.Boolean(committed)},
			{Name: "transactionId", Value: graph.Value{}},
			{Name: "errorMessage", Value: text},
		})
		for row := range o.done.n {
			o.done.columns[i].Values[row] = status
		}
	}
}
