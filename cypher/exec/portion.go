package exec

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The pauses between the tries of a transaction that had to give way: they
// double, and are random so that two transactions do not stay in step.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
)

// A portion is the work of one transaction of [inTransactions]: some rows, and
// what the subquery finds for them. While the transaction runs it belongs to one
// goroutine.
type portion struct {
	op       *inTransactions
	plan     *plan.InTransactions
	run      *Run // of the subquery; nil before the first try
	rows     rows // of the input
	done     rows // the results
	scratch  *expr.Batch
	counters Counters
	id       string
	err      error // that ends the statement
	panicked any
}

func (o *inTransactions) newPortion() *portion {
	n := o.plan
	kept := without(n.Live, append([]int{n.Status}, n.Outputs...))
	for _, s := range n.Imports {
		kept = append(without(kept, []int{s}), s)
	}
	return &portion{op: o, plan: n, rows: newRows(kept), done: newRows(n.Live), scratch: o.run.newBatch()}
}

func (p *portion) clear() {
	p.rows.reset()
	p.done.reset()
	p.counters, p.id, p.err, p.panicked = Counters{}, "", nil, nil
}

// transact runs the subquery for the rows and commits. It tries again what has
// had to give way to another transaction.
func (p *portion) transact(ctx context.Context) {
	if p.op.stopped.Load() {
		p.fail("")
		return
	}
	var turn storage.Turn
	defer turn.Done()
	var began time.Time // of the tries that failed
	for tries := 0; ; {
		err := p.try(ctx)
		if err == nil {
			return
		}
		p.done.reset()
		if ctx.Err() != nil {
			p.end(context.Cause(ctx))
			return
		}
		stored, ok := errors.AsType[*storage.Error](err)
		if ok && stored.Restartable() {
			// Nobody has seen anything of the transaction.
			if err = turn.Next(ctx, p.op.run.store, stored); err == nil {
				continue
			}
		}
		if ok && stored.Retriable() && p.plan.Retry {
			if tries == 0 {
				began = time.Now()
			}
			tries++
			if p.pause(ctx, began, tries) {
				continue
			}
		}
		if p.plan.OnError == plan.FailOnError {
			p.end(err)
			return
		}
		if p.plan.OnError == plan.BreakOnError {
			p.op.stopped.Store(true)
		}
		p.fail(err.Error())
		return
	}
}

// end ends the statement.
func (p *portion) end(err error) {
	p.err = err
	p.op.stopped.Store(true)
}

// pause waits before another try; false when there is no time left for it.
func (p *portion) pause(ctx context.Context, began time.Time, tries int) bool {
	most := min(firstPause<<min(tries, 16), longestPause)
	pause := most/2 + rand.N(most/2) //nolint:gosec // spreads, protects nothing
	if time.Since(began)+pause > p.op.retry {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// try runs the subquery for the rows in one transaction.
func (p *portion) try(ctx context.Context) error {
	outer := p.op.run
	if p.run == nil {
		run, err := New(p.plan.Plan)
		if err != nil {
			return err
		}
		p.run = run
	}
	tx, err := outer.store.BeginIsolated(ctx, storage.WriteMode, outer.tx.Isolation())
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	function := *p.op.c.Function
	if p.op.workers > 1 {
		function.Random = nil // a source of random numbers belongs to one goroutine
	}
	p.id = outer.transactionID(function.Database)
	p.run.Start(Options{
		Store: outer.store, Transaction: tx, Parameters: p.op.c.Parameters, Function: &function,
		MemoryLimit: outer.limit, Sources: outer.sources, Numbers: outer.numbers,
	})
	p.run.ctx = ctx
	p.rows.fill(p.scratch, nil, 0, p.rows.n)
	for row := range p.rows.n {
		for _, s := range p.plan.Imports {
			c := &p.run.first.Columns[s]
			c.Truncate()
			c.Append(&p.scratch.Columns[s], row, row+1)
		}
		p.run.first.N = 1
		p.run.root.reset()
		if err := p.results(row); err != nil {
			p.run.Discharge() // it is in the middle of something
			p.run = nil
			return err
		}
	}
	defer p.run.Release()
	if _, err := tx.Commit(ctx); err != nil {
		return err
	}
	p.counters = p.run.counters
	p.report(true, true, "")
	return nil
}

// transactionID returns a new id for a transaction that no session has.
func (r *Run) transactionID(database string) string {
	if r.numbers == nil {
		return ""
	}
	return database + "-transaction-" + strconv.FormatUint(r.numbers.Add(1), 10)
}

// results keeps the rows of the subquery for one input row.
func (p *portion) results(row int) error {
	if p.plan.Unit {
		if err := drain(p.run.root); err != nil {
			return err
		}
		p.keep(row, nil)
		return nil
	}
	for none := true; ; none = false {
		found, err := p.run.root.next()
		if err != nil {
			return err
		}
		if found == nil {
			if none && p.plan.Optional {
				p.keep(row, nil)
			}
			return nil
		}
		p.keep(row, found)
	}
}

// keep adds the result rows of an input row: one with nulls for the outputs
// when found is nil.
func (p *portion) keep(row int, found *expr.Batch) {
	n := 1
	if found != nil {
		n = found.N
	}
	for i, s := range p.done.slots {
		column := &p.done.columns[i]
		switch {
		case s == p.plan.Status:
			column.Kind = expr.Values
			for range n {
				column.Values = append(column.Values, graph.Value{})
			}
		case slices.Contains(p.plan.Outputs, s) && found == nil:
			column.Kind = p.op.run.plan.Kinds[s]
			at := length(column)
			column.Resize(column.Kind, at+1)
			column.SetNull(at)
		case slices.Contains(p.plan.Outputs, s):
			column.Append(&found.Columns[s], 0, n)
		default:
			column.AppendRepeated(&p.scratch.Columns[s], row, n)
		}
	}
	p.done.n += n
}

// fail returns the input rows with nulls for what the subquery would have
// found. Without a message the transaction has not begun.
func (p *portion) fail(message string) {
	p.rows.fill(p.scratch, nil, 0, p.rows.n)
	for row := range p.rows.n {
		p.keep(row, nil)
	}
	p.report(message != "", false, message)
}

// report fills in the status of a transaction's rows.
func (p *portion) report(started, committed bool, message string) {
	text := func(s string) graph.Value {
		if s == "" {
			return graph.Null
		}
		return graph.String(s)
	}
	for i, s := range p.done.slots {
		if s != p.plan.Status {
			continue
		}
		status := graph.Map([]graph.Field{
			{Name: "started", Value: graph.Boolean(started)},
			{Name: "committed", Value: graph.Boolean(committed)},
			{Name: "transactionId", Value: text(p.id)},
			{Name: "errorMessage", Value: text(message)},
		})
		for row := range p.done.n {
			p.done.columns[i].Values[row] = status
		}
	}
}
