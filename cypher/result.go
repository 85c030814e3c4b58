package cypher

import (
	"context"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/cypher/exec"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Result returns the rows of a statement.
type Result struct {
	engine   *Engine
	prepared *prepared
	run      *exec.Run // nil when it has ended
	tx       *storage.Transaction
	owned    *storage.Transaction // to be committed; nil in an explicit transaction
	holder   *Transaction         // the explicit transaction
	values   []graph.Value        // of the plan's parameters
	columns  []string
	slots    []int
	view     storage.View
	rows     stored      // of a statement that has run to its end
	current  *expr.Batch // of one that streams
	at       int         // the first row of it that has not been returned
	batch    Batch
	ctx      context.Context //nolint:containedctx // of the last call of Next, for looking ahead
	err      error           // kept for the next call
	ended    bool            // there are no more rows
	closed   bool
	summary  Summary
	function function.Context
}

// A Batch is some rows of a result. It is valid until the next call of
// [Result.Next] or [Result.More].
type Batch struct {
	source *expr.Batch
	slots  []int
	from   int
	n      int
}

// Len returns the number of rows.
func (b *Batch) Len() int { return b.n }

// Value returns the value of a column in a row.
func (b *Batch) Value(row, column int) graph.Value {
	return b.source.Value(b.slots[column], b.from+row)
}

// An execution is what a run of a plan gets.
type execution struct {
	params   graph.Value
	literals []graph.Value
	tx       *storage.Transaction // nil when there is none yet
	level    storage.Isolation
	options  RunOptions
	deletes  bool // the transaction may have deleted entities
	shared   bool // other statements run in the transaction
}

// start begins a statement in a transaction. A writing one runs to its end.
func (e *Engine) start(ctx context.Context, p *prepared, x *execution) (*Result, error) {
	tx, o := x.tx, &x.options
	r := e.newResult()
	r.engine, r.prepared, r.tx, r.columns, r.slots, r.ctx = e, p, tx, p.columns, p.plan.Columns, ctx
	r.summary.Type = statementType(p)
	r.summary.Notifications, r.summary.Database = o.Dialect.notifications(e.notifications(p)), e.options.Database
	if p.explain() {
		if _, err := p.parameters(nil, x.params, x.literals); err != nil && p.implicit {
			return nil, err
		}
		r.slots, r.ended = nil, true
		r.summary.Plan = describePlan(p.plan, nil)
		r.view = tx.View()
		if p.explained(o.Dialect) {
			r.tabulate(explainColumns())
		}
		return r, nil
	}
	var err error
	if r.values, err = p.parameters(r.values, x.params, x.literals); err != nil {
		return nil, err
	}
	run, err := p.run()
	if err != nil {
		return nil, errorOf(err)
	}
	clock := o.Now
	if clock.IsZero() {
		clock = time.Now()
	}
	now := temporal.InstantOf(clock)
	r.function = function.Context{
		Store: e.store, Database: e.options.Database, Server: e.options.Server,
		User: o.User, Roles: o.Roles, Account: o.Account, Metadata: o.Metadata,
		Clock: temporal.Clock{Transaction: now, Statement: now, Zone: e.options.Live.now()},
	}
	if o.Session != nil {
		r.function.Levels, r.function.Choices = o.Session.levels, &o.Session.choices
	}
	run.Start(exec.Options{
		Store: e.store, Transaction: tx, Parameters: r.values, Function: &r.function,
		Profile: p.mode == profileMode, MemoryLimit: e.memoryLimit(p), Sources: &e.sources, Numbers: &e.numbers, Deletes: x.deletes, Shared: x.shared,
	})
	r.run = run
	toEnd := r.runToEnd
	if p.profiled(o.Dialect) {
		toEnd = r.runProfile
	} else if !p.plan.Writes && !p.alone {
		r.view = run.View()
		return r, nil
	}
	if err := toEnd(ctx); err != nil {
		// The run may be in any state: it is not used again.
		r.run.Discharge()
		r.run = nil
		return nil, errorOf(err)
	}
	r.view = tx.ViewAt(tx.NextCommand())
	return r, nil
}

// runToEnd runs a writing statement and keeps its rows.
func (r *Result) runToEnd(ctx context.Context) error {
	r.rows.prepare(r.slots)
	for {
		b, err := r.run.Next(ctx)
		if err != nil {
			return err
		}
		if b == nil {
			r.endRun()
			return nil
		}
		r.rows.append(b, r.slots)
	}
}

// endRun takes what the summary needs of the run and gives it back.
func (r *Result) endRun() {
	if r.run == nil {
		return
	}
	r.summary.Counters = r.run.Counters()
	if profile := r.run.Profile(); profile != nil {
		r.summary.Plan = describePlan(r.prepared.plan, profile)
	}
	r.run.Release()
	r.prepared.runs.Put(r.run)
	r.run = nil
}

// Plan returns the plan of the statement; nil for a command.
func (r *Result) Plan() *PlanNode {
	if r.prepared.plan == nil {
		return nil
	}
	return describePlan(r.prepared.plan, nil)
}

// Columns returns the names of the columns; none for a statement without a
// result. The caller must not change the slice.
func (r *Result) Columns() []string { return r.columns }

// Entities returns the view of the graph that the result's nodes and
// relationships are read from. The result owns it: a pointer makes an interface
// of it without an allocation.
func (r *Result) Entities() *storage.View { return &r.view }

// Next returns at most limit rows, or nil when there are no more.
func (r *Result) Next(ctx context.Context, limit int) (*Batch, error) {
	r.ctx = ctx
	if !r.look() {
		return nil, nil //nolint:nilnil // the end of rows
	}
	if r.err != nil {
		err := r.err
		r.fail()
		return nil, err
	}
	n := min(limit, r.current.N-r.at)
	r.batch = Batch{source: r.current, slots: r.slots, from: r.at, n: n}
	r.at += n
	return &r.batch, nil
}

// More reports whether there is a further row or an error to come. It looks
// ahead, so that the batch that Next returned is not valid after it.
func (r *Result) More() bool { return r.look() }

// look makes sure that the next row, the error or the end is known; false means
// the end.
func (r *Result) look() bool {
	if r.err != nil {
		return true
	}
	if r.ended || r.closed {
		return r.end()
	}
	if r.current != nil && r.at < r.current.N {
		return true
	}
	if r.run == nil {
		if r.rows.n > 0 && r.current == nil {
			r.current, r.at, r.slots = r.rows.batch()
			return true
		}
		return r.end()
	}
	b, err := r.run.Next(r.ctx)
	for err == nil && b != nil && len(r.slots) == 0 {
		b, err = r.run.Next(r.ctx) // rows without columns are not shown
	}
	if err != nil {
		r.err = errorOf(err)
		return true
	}
	if b == nil {
		r.endRun()
		return r.end()
	}
	r.current, r.at = b, 0
	return true
}

// end commits what the result owns; true means that an error is to come.
func (r *Result) end() bool {
	r.ended = true
	if err := r.finish(r.ctx); err != nil {
		r.err = err
		return true
	}
	return false
}

// finish ends the transaction that the result owns.
func (r *Result) finish(ctx context.Context) error {
	if r.owned == nil {
		return nil
	}
	tx := r.owned
	r.owned = nil
	r.ended = r.rows.n == 0 || r.ended
	position, err := tx.Commit(ctx)
	if err != nil {
		tx.Rollback()
		return errorOf(err)
	}
	r.summary.Position = position
	return nil
}

// commitAlone commits what a writing statement outside of an explicit transaction
// has done, before its first row is returned: rows need not be sent for others
// to go on. The transaction stays open for reading the rows.
func (r *Result) commitAlone(ctx context.Context) error {
	r.owned = r.tx
	if r.rows.n == 0 {
		return r.finish(ctx)
	}
	position, err := r.tx.CommitOpen(ctx)
	if err != nil {
		return errorOf(err)
	}
	r.summary.Position, r.view = position, r.tx.View()
	return nil
}

// fail ends a result after its error has been returned.
func (r *Result) fail() {
	if r.run != nil {
		r.run.Discharge()
	}
	r.run, r.current, r.err = nil, nil, nil
	r.ended = true
	if r.owned != nil {
		r.owned.Rollback()
		r.owned = nil
	}
}

// Close ends the result. Rows that have not been read are dropped; what a
// writing statement has written is committed. It may be called at any time,
// and again.
func (r *Result) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.current = nil
	if r.run != nil {
		// It stopped in the middle: resetting is enough for reads.
		r.endRun()
	}
	if r.owned == nil {
		return nil
	}
	if r.prepared.plan.Writes && r.err == nil {
		return r.finish(r.ctx)
	}
	r.owned.Rollback()
	r.owned = nil
	return nil
}

// Release closes the result and gives it back to the engine: nothing of it may
// be used any more, not even Close. It is for those who run many statements;
// others may leave a closed result to the garbage collector.
func (r *Result) Release() error {
	err := r.Close()
	if t := r.holder; t != nil {
		t.open = slices.DeleteFunc(t.open, func(o *Result) bool { return o == r })
		t.rest()
	}
	clear(r.values)
	e := r.engine
	*r = Result{values: r.values[:0]}
	e.results.Put(r)
	return err
}

// newResult returns an empty result that may have been used before.
func (e *Engine) newResult() *Result {
	if r, ok := e.results.Get().(*Result); ok {
		return r
	}
	return &Result{}
}

// Summary returns what is known after the end of the rows.
func (r *Result) Summary() *Summary { return &r.summary }

// stored is the rows of a writing statement.
type stored struct {
	columns []expr.Column
	n       int
}

func (s *stored) prepare(slots []int) { s.columns = make([]expr.Column, len(slots)) }

func (s *stored) append(b *expr.Batch, slots []int) {
	if len(slots) == 0 {
		return
	}
	for i, slot := range slots {
		s.columns[i].Append(&b.Columns[slot], 0, b.N)
	}
	s.n += b.N
}

// batch returns all rows as one batch, with the slots of its columns.
func (s *stored) batch() (*expr.Batch, int, []int) {
	slots := make([]int, len(s.columns))
	for i := range slots {
		slots[i] = i
	}
	return &expr.Batch{Columns: s.columns, N: s.n}, 0, slots
}
