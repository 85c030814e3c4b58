package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// An operator returns rows in batches.
type operator interface {
	// next returns the next rows, at least one, or nil at the end.
	next() (*expr.Batch, error)
	// reset makes the operator start over, with whatever its argument holds
	// then.
	reset()
}

// The batch sizes: a lookup fits the first, and few calls lead to the last.
const (
	firstRows = 16
	growth    = 4
)

// A sizer gives the sizes of an operator's batches.
type sizer int

// next returns how many rows the next batch of a run may have.
func (s *sizer) next(r *Run) int {
	n := int(*s)
	if n == 0 {
		n = firstRows
	}
	*s = sizer(min(n*growth, expr.MaxRows))
	if limit := r.plan.BatchRows; limit > 0 {
		return min(n, limit)
	}
	return n
}

// A fault keeps an error until the rows before it have been returned.
type fault struct {
	err error
}

// after returns the rows before the error, if there are any; the error comes
// with the next call.
func (f *fault) after(b *expr.Batch, err error) (*expr.Batch, error) {
	if err != nil && b != nil && b.N > 0 {
		f.err = err
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// A source is what operators share that return several rows for each row of
// their input: it walks the input and copies the columns that are still used.
type source struct {
	run   *Run
	c     *expr.Context
	input operator
	in    *expr.Batch
	row   int // the row of in that is being worked on
	out   *expr.Batch
	rows  []int32 // for each row of out, its row of in
	carry []int   // slots that are copied from in
	size  sizer
	limit int // rows of the batch that is being built
	fault fault
}

func (r *Run) newSource(n plan.Node, input operator, own ...int) source {
	return source{
		run: r, c: r.context(n), input: input,
		out: r.newBatch(), carry: without(n.Base().Live, own),
	}
}

// without returns the slots that are not among own.
func without(slots, own []int) []int {
	kept := make([]int, 0, len(slots))
next:
	for _, s := range slots {
		for _, o := range own {
			if s == o {
				continue next
			}
		}
		kept = append(kept, s)
	}
	return kept
}

func (s *source) reset() {
	s.input.reset()
	s.in, s.row, s.size, s.fault = nil, 0, 0, fault{}
}

// begin starts a batch. It pulls input when there is none left; more is false
// at the end.
func (s *source) begin() (more bool, err error) {
	if s.fault.err != nil {
		return false, s.fault.err
	}
	if s.in == nil || s.row >= s.in.N {
		if s.in, err = s.input.next(); err != nil || s.in == nil {
			return false, err
		}
		s.row = 0
	}
	if s.limit == 0 || len(s.rows) > 0 {
		s.limit = s.size.next(s.run)
	}
	s.rows = s.rows[:0]
	return true, s.run.check()
}

// room returns how many rows still fit into the batch.
func (s *source) room() int { return s.limit - len(s.rows) }

// finish copies the carried columns and returns the batch.
func (s *source) finish() *expr.Batch {
	for _, slot := range s.carry {
		if c := &s.in.Columns[slot]; c.Kind != 0 {
			s.out.Columns[slot].Gather(c, s.rows)
		}
	}
	s.out.N = len(s.rows)
	return s.out
}

// A nodeFinder finds the nodes for one row of an operator's input at a time.
type nodeFinder interface {
	// start turns to the current row.
	start() error
	// scan fills dst with the next nodes of the row, which ends when there are
	// no more.
	scan(dst []graph.NodeID) (n int, more bool, err error)
}

// A finderSource is the source of an operator that is a nodeFinder.
type finderSource struct {
	source
	started bool // for the current row
}

func (r *Run) newFinderSource(n plan.Node, input operator, slot int) finderSource {
	return finderSource{source: r.newSource(n, input, slot)}
}

func (s *finderSource) reset() {
	s.source.reset()
	s.started = false
}

// find returns a batch with the nodes that f finds, in a slot.
func (s *finderSource) find(f nodeFinder, slot int) (*expr.Batch, error) {
	for {
		more, err := s.begin()
		if err != nil || !more {
			return nil, err
		}
		column := &s.out.Columns[slot]
		column.Resize(expr.Nodes, s.limit)
		ids := column.NodeIDs()
		for s.row < s.in.N && s.room() > 0 && err == nil {
			if !s.started {
				if err = f.start(); err != nil {
					break
				}
				s.started = true
			}
			var n int
			n, more, err = f.scan(ids[len(s.rows):])
			for range n {
				s.rows = append(s.rows, int32(s.row)) //nolint:gosec // a row of a batch
			}
			if !more {
				s.row++
				s.started = false
			}
		}
		column.Resize(expr.Nodes, len(s.rows))
		if len(s.rows) > 0 || err != nil {
			return s.fault.after(s.finish(), err)
		}
	}
}
