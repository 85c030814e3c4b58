package exec

import (
	"math"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// unwind returns one row for each element of a list.
type unwind struct {
	source
	plan *plan.Unwind
	list []graph.Value
	at   int
	open bool
	one  [1]graph.Value

	// A range is counted instead of made.
	number, step, left int64
}

func (r *Run) newUnwind(n *plan.Unwind) *unwind {
	return &unwind{source: r.newSource(n, r.build(n.Input), n.Slot), plan: n}
}

func (o *unwind) reset() {
	o.source.reset()
	o.open, o.list, o.left = false, nil, 0
}

func (o *unwind) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		column := &o.out.Columns[o.plan.Slot]
		column.Resize(expr.Values, o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if !o.open {
				if err = o.start(); err != nil {
					break
				}
			}
			n := o.fill(column.Values[len(o.rows):o.limit])
			for range n {
				o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			}
			if o.at == len(o.list) && o.left == 0 {
				o.row++
				o.open = false
			}
		}
		column.Resize(expr.Values, len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

// fill returns the next elements of the current row.
func (o *unwind) fill(dst []graph.Value) int {
	n := copy(dst, o.list[o.at:])
	o.at += n
	for n < len(dst) && o.left > 0 {
		dst[n] = graph.Integer(o.number)
		o.number += o.step
		o.left--
		n++
	}
	return n
}

// startRange evaluates the arguments of range(); ok is false when they are not
// all integers, which is for the function itself to refuse.
func (o *unwind) startRange() (ok bool, err error) {
	bounds := [3]int64{0, 0, 1}
	for i, arg := range o.plan.Range {
		v, err := arg.Eval(o.c, o.in, o.row)
		if err != nil || v.Kind() != graph.KindInteger {
			return false, err
		}
		bounds[i] = v.Int()
	}
	from, to, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return false, nil
	}
	o.list, o.at, o.open = nil, 0, true
	o.number, o.step, o.left = from, step, rangeLength(from, to, step)
	return true, nil
}

// rangeLength returns how many numbers range(from, to, step) has. The
// subtraction wraps into the right unsigned distance.
func rangeLength(from, to, step int64) int64 {
	distance, stride := uint64(to)-uint64(from), uint64(step) //nolint:gosec // two's complement distance
	if step < 0 {
		from, to = to, from
		distance, stride = uint64(to)-uint64(from), -uint64(step) //nolint:gosec // as above
	}
	if from > to {
		return 0
	}
	return int64(min(distance/stride, math.MaxInt64-1)) + 1
}

// start evaluates the list of the current row. Null has no rows, and what is
// no list counts as a list of one.
func (o *unwind) start() error {
	o.left = 0
	if o.plan.Range != nil {
		if ok, err := o.startRange(); ok || err != nil {
			return err
		}
	}
	v, err := o.plan.List.Eval(o.c, o.in, o.row)
	if err != nil {
		return err
	}
	switch v.Kind() {
	case graph.KindNull:
		o.list = nil
	case graph.KindList:
		o.list = v.List()
	default:
		o.one[0] = v
		o.list = o.one[:]
	}
	o.at, o.open = 0, true
	return nil
}
