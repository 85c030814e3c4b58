package exec

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/load"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Counters tell what a statement has changed.
type Counters struct {
	NodesCreated, NodesDeleted                 int64
	RelationshipsCreated, RelationshipsDeleted int64
	PropertiesSet                              int64
	LabelsAdded, LabelsRemoved                 int64
}

// Any reports whether something has changed.
func (c *Counters) Any() bool { return *c != Counters{} }

// add takes in what a part of the statement has changed.
func (c *Counters) add(o *Counters) {
	c.NodesCreated += o.NodesCreated
	c.NodesDeleted += o.NodesDeleted
	c.RelationshipsCreated += o.RelationshipsCreated
	c.RelationshipsDeleted += o.RelationshipsDeleted
	c.PropertiesSet += o.PropertiesSet
	c.LabelsAdded += o.LabelsAdded
	c.LabelsRemoved += o.LabelsRemoved
}

// changed adds what a procedure has changed.
func (c *Counters) changed(p *function.Changes) {
	c.NodesCreated += p.NodesCreated
	c.RelationshipsCreated += p.RelationshipsCreated
	c.PropertiesSet += p.PropertiesSet
	c.LabelsAdded += p.LabelsAdded
	c.LabelsRemoved += p.LabelsRemoved
}

// A Profile tells what one operator did.
type Profile struct {
	Rows    int64 // rows that it returned
	Batches int64
}

// ErrMemory means that a statement needs more memory than it may have.
var ErrMemory = errors.New("the statement needs more memory than the limit allows")

// Options give a run what its plan does not have.
type Options struct {
	Store       *storage.Store
	Transaction *storage.Transaction
	Parameters  []graph.Value // by the plan's numbers
	Function    *function.Context
	// Profile counts rows for each operator.
	Profile bool
	// MemoryLimit bounds the bytes of what the run keeps. Zero means no limit.
	MemoryLimit int64
	// Sources says what may be loaded; nil for nothing.
	Sources *load.Sources
	// Numbers counts the transactions that subqueries make, for their ids; nil
	// gives them none.
	Numbers *atomic.Uint64
	// Shared says that later statements of the transaction may write while
	// this one still returns rows, which it must not see.
	Shared bool
	// Deletes says that the transaction may have deleted entities before.
	Deletes bool
}

// A Run is one execution of a plan. It is used by one goroutine.
type Run struct {
	plan      *plan.Plan
	ctx       context.Context //nolint:containedctx // set by each call of Next, for the operators below
	store     *storage.Store
	tx        *storage.Transaction
	contexts  []*expr.Context // by segment
	functions []function.Context
	live      expr.Context // reads the changes of the running clause
	liveDepth int          // building operators that read live
	arena     graph.Arena
	root      operator
	argument  *expr.Batch // the rows of the arguments that are being built
	loads     []*loadCSV
	sources   *load.Sources
	numbers   *atomic.Uint64
	table     *rows       // the table around the operators that are being built
	first     *expr.Batch // the single row that the statement starts with
	epochs    []int       // by segment: how often it has begun
	counters  Counters
	profile   []Profile
	profiling bool
	shared    bool
	memory    int64
	limit     int64
	reserved  int64    // of the store's limit
	stops     []func() // end calls that are taken row by row
	nested    []*inner // by number, built at first use
	bounds    map[*plan.Sort]*bound
	batches   []*expr.Batch
}

// New returns a run of a plan, built but not started. The run can be used again
// for the same plan, see [Run.Start].
func New(p *plan.Plan) (*Run, error) {
	r := &Run{plan: p, nested: make([]*inner, len(p.Nested))}
	r.contexts = make([]*expr.Context, p.Segments)
	r.epochs = make([]int, p.Segments)
	locals := make([]graph.Value, p.Locals)
	for i := range r.contexts {
		r.contexts[i] = &expr.Context{Locals: locals, Arena: &r.arena, Subplans: r}
	}
	r.functions = make([]function.Context, p.Segments+1)
	r.live = expr.Context{Locals: locals, Arena: &r.arena, Subplans: r}
	r.first = r.newBatch()
	r.first.N = 1
	r.argument = r.first
	r.root = r.build(p.Root)
	return r, nil
}

// Start begins an execution.
func (r *Run) Start(o Options) {
	r.store, r.tx, r.limit, r.memory = o.Store, o.Transaction, o.MemoryLimit, 0
	r.counters, r.shared = Counters{}, o.Shared
	r.profiling, r.sources, r.numbers = o.Profile, o.Sources, o.Numbers
	if o.Profile {
		r.profile = make([]Profile, r.plan.Operators)
	}
	for i, c := range r.contexts {
		r.functions[i] = *o.Function
		r.functions[i].Arena = &r.arena
		c.Store, c.Parameters, c.Function = o.Store, o.Parameters, &r.functions[i]
		c.Deletes = o.Deletes || r.plan.Deletes
	}
	liveFunction := &r.functions[len(r.contexts)]
	*liveFunction = *o.Function
	liveFunction.Arena = &r.arena
	r.live.Store, r.live.Parameters, r.live.Function = o.Store, o.Parameters, liveFunction
	r.live.View = o.Transaction.View()
	liveFunction.View = r.live.View
	r.live.Deletes = o.Deletes || r.plan.Deletes
	r.startSegment(0)
}

// startSegment makes the changes so far visible to the operators of a segment.
func (r *Run) startSegment(segment int) {
	c := r.contexts[segment]
	r.epochs[segment]++
	if r.plan.Writes || r.shared {
		c.View = r.tx.ViewAt(r.tx.NextCommand())
	} else {
		c.View = r.tx.View()
	}
	c.Function.View = c.View
}

// Next returns the next rows, at most [expr.MaxRows] of them unless a MERGE
// makes more, or nil at the end. They are valid until the next call.
func (r *Run) Next(ctx context.Context) (*expr.Batch, error) {
	r.ctx = ctx
	b, err := r.root.next()
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return b, nil
}

// View returns what the statement saw when it started.
func (r *Run) View() storage.View { return r.contexts[0].View }

// Counters returns what has been changed so far.
func (r *Run) Counters() Counters { return r.counters }

// Profile returns what each operator did, by its number; nil without profiling.
func (r *Run) Profile() []Profile { return r.profile }

// Release forgets everything that the run holds of its last execution, so that
// it can be kept for the next one.
func (r *Run) Release() {
	r.root.reset() // gives back what searches have been charged for
	r.Discharge()
	for _, b := range r.batches {
		b.Release()
	}
	for _, c := range r.contexts {
		c.Reset()
		c.Parameters, c.Function, c.View = nil, nil, storage.View{}
	}
	r.live.Reset()
	r.live.Parameters, r.live.Function, r.live.View = nil, nil, storage.View{}
	r.first.N = 1
	r.tx, r.ctx, r.profile = nil, nil, nil
}

// check returns the reason why the run has to end, if there is one.
func (r *Run) check() error {
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	return nil
}

// charge accounts for memory that an operator keeps.
func (r *Run) charge(bytes int64) error {
	r.memory += bytes
	if r.limit > 0 && r.memory > r.limit {
		return ErrMemory
	}
	if err := r.store.ReserveMemory(bytes); err != nil {
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	r.reserved += bytes
	return nil
}

// Discharge ends what goes on beside the run and gives back what the run has counted against the memory limit of the
// store. It is for runs that are dropped after an error; Release does the same.
func (r *Run) Discharge() {
	for _, stop := range r.stops {
		stop()
	}
	r.stops = r.stops[:0]
	for _, o := range r.loads {
		o.close()
	}
	if r.reserved != 0 {
		_ = r.store.ReserveMemory(-r.reserved) // giving back does not fail
		r.reserved = 0
	}
}

// newBatch returns a batch that lives as long as the run.
func (r *Run) newBatch() *expr.Batch {
	b := expr.NewBatch(r.plan.Slots)
	r.batches = append(r.batches, b)
	return b
}

// context returns what the expressions of an operator are evaluated with.
func (r *Run) context(n plan.Node) *expr.Context {
	if r.liveDepth > 0 {
		return &r.live
	}
	return r.contexts[n.Base().Segment]
}

// A counted operator is profiled.
type counted struct {
	operator
	run *Run
	id  int
}

func (c *counted) next() (*expr.Batch, error) {
	b, err := c.operator.next()
	if b != nil && c.run.profiling {
		p := &c.run.profile[c.id]
		p.Rows += int64(b.N)
		p.Batches++
	}
	return b, err
}

// nestedRun returns the operators of a nested plan, with their argument set to
// a row.
func (r *Run) nestedRun(id int, c *expr.Context, b *expr.Batch, row int) *inner {
	n := &r.plan.Nested[id]
	if r.nested[id] == nil {
		in := r.buildInner(n.Root)
		r.nested[id] = &in
	}
	in := r.nested[id]
	in.setRow(b, n.Imports, row)
	for _, local := range n.Locals {
		column := &in.rows.Columns[local.Slot]
		column.Resize(expr.Values, 1)
		column.Values[0] = c.Locals[local.Index]
	}
	return in
}

// Exists reports whether a nested plan has a row.
func (r *Run) Exists(id int, c *expr.Context, b *expr.Batch, row int) (bool, error) {
	found, err := r.nestedRun(id, c, b, row).root.next()
	return found != nil, err
}

// Count returns how many rows a nested plan has.
func (r *Run) Count(id int, c *expr.Context, b *expr.Batch, row int) (int64, error) {
	root := r.nestedRun(id, c, b, row).root
	for total := int64(0); ; {
		found, err := root.next()
		if err != nil || found == nil {
			return total, err
		}
		total += int64(found.N)
	}
}

// Collect returns the result column of a nested plan.
func (r *Run) Collect(id int, c *expr.Context, b *expr.Batch, row int) ([]graph.Value, error) {
	root, slot := r.nestedRun(id, c, b, row).root, r.plan.Nested[id].Column
	items := []graph.Value{}
	for {
		found, err := root.next()
		if err != nil || found == nil {
			return items, err
		}
		for i := range found.N {
			items = append(items, found.Value(slot, i))
		}
	}
}
