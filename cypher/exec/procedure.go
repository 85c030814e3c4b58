package exec

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// procedure calls a procedure for each row and returns the row beside each row
// of the procedure; beside a procedure without outputs once.
type procedure struct {
	source
	plan  *plan.Procedure
	args  []graph.Value
	found []graph.Value // the yielded values of a call, row by row
	count int           // rows in found
	at    int
	open  bool
	// pull and stop belong to a call whose rows are not kept: they are taken one
	// by one.
	pull func() ([]graph.Value, error, bool)
	stop func()
}

func (r *Run) newProcedure(n *plan.Procedure) *procedure {
	o := &procedure{
		source: r.newSource(n, r.build(n.Input), n.Outputs...), plan: n,
		args: make([]graph.Value, len(n.Args)),
	}
	if n.Writes {
		o.c = &r.live
	}
	return o
}

func (o *procedure) reset() {
	o.source.reset()
	o.end()
	o.open, o.found = false, nil
}

// end ends a call whose rows are taken one by one.
func (o *procedure) end() {
	if o.stop != nil {
		o.stop()
		o.pull, o.stop = nil, nil
	}
}

// errEnded tells a procedure that nobody wants more rows.
var errEnded = errors.New("the call was ended")

// stream begins a call whose rows are taken one by one.
func (o *procedure) stream() {
	proc, c, args := o.plan.Procedure, o.c.Function, slices.Clone(o.args)
	o.pull, o.stop = iter.Pull2(func(yield func([]graph.Value, error) bool) {
		err := proc.Run(runContext{o.run}, c, args, func(row []graph.Value) error {
			if !yield(row, nil) {
				return errEnded
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnded) {
			yield(nil, err)
		}
	})
	o.run.stops = append(o.run.stops, o.end)
}

// take puts the next rows of such a call into the batch; done is its end.
func (o *procedure) take() (done bool, err error) {
	for o.room() > 0 {
		row, err, ok := o.pull()
		if err != nil || !ok {
			o.end()
			return true, err
		}
		for i, slot := range o.plan.Outputs {
			o.out.Columns[slot].Values[len(o.rows)] = row[o.plan.Fields[i]]
		}
		o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
	}
	return false, o.run.check()
}

// A runContext is the context of whoever asks for rows now: a call that is taken
// row by row lives longer than one question.
type runContext struct{ run *Run }

func (c runContext) Deadline() (time.Time, bool) { return c.run.ctx.Deadline() }
func (c runContext) Done() <-chan struct{}       { return c.run.ctx.Done() }
func (c runContext) Err() error                  { return c.run.ctx.Err() }
func (c runContext) Value(key any) any           { return c.run.ctx.Value(key) }

var _ context.Context = runContext{}

func (o *procedure) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 {
			if !o.open {
				if err = o.call(); err != nil {
					break
				}
				o.open = true
			}
			if o.pull != nil {
				var done bool
				if done, err = o.take(); err != nil {
					break
				}
				if done {
					o.row++
					o.open = false
				}
				continue
			}
			for ; o.at < o.count && o.room() > 0; o.at++ {
				for i, slot := range o.plan.Outputs {
					o.out.Columns[slot].Values[len(o.rows)] = o.found[o.at*len(o.plan.Outputs)+i]
				}
				o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
			}
			if o.at == o.count {
				o.row++
				o.open = false
			}
		}
		o.resize(len(o.rows))
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

func (o *procedure) resize(n int) {
	for _, slot := range o.plan.Outputs {
		o.out.Columns[slot].Resize(expr.Values, n)
	}
}

// call runs the procedure for the current row and keeps its rows.
func (o *procedure) call() error {
	proc := o.plan.Procedure
	for i, arg := range o.plan.Args {
		v, err := arg.Eval(o.c, o.in, o.row)
		if err != nil {
			return err
		}
		if o.args[i], err = coerce(v, proc.Parameters[i].Type, proc.Name); err != nil {
			return err
		}
	}
	if proc.Streams {
		o.stream()
		return nil
	}
	o.found, o.count, o.at = o.found[:0], 0, 0
	var changes function.Changes
	if o.plan.Writes {
		o.c.Function.Changes = &changes
	}
	if err := proc.Run(o.run.ctx, o.c.Function, o.args, o.yield); err != nil {
		return err
	}
	if o.plan.Writes {
		o.run.counters.changed(&changes)
	}
	if len(proc.Outputs) == 0 {
		o.count = 1
	}
	if o.count == 0 && o.plan.Optional {
		o.found = append(o.found, make([]graph.Value, len(o.plan.Outputs))...)
		o.count = 1
	}
	return nil
}

func (o *procedure) yield(row []graph.Value) error {
	for _, field := range o.plan.Fields {
		o.found = append(o.found, row[field])
	}
	o.count++
	if o.count%checkEvery == 0 {
		return o.run.check()
	}
	return nil
}

// coerce makes an argument fit its parameter: integers become floats where
// only floats are taken.
func coerce(v graph.Value, t ast.Type, name string) (graph.Value, error) {
	set := setOf(v.Kind())
	if v.IsNull() || t.May(set) {
		return v, nil
	}
	if v.Kind() == graph.KindInteger && t.May(ast.TypeFloat) {
		return graph.Float(float64(v.Int())), nil
	}
	return v, expr.Errorf(expr.KindType, expr.DetailArgumentType,
		"%s: %s does not take %s", expr.DetailArgumentType, name, v.Kind())
}

// setOf returns the kind of a value as the analysis names it.
func setOf(k graph.Kind) ast.Set {
	switch k {
	case graph.KindNull:
		return ast.TypeNull
	case graph.KindBoolean:
		return ast.TypeBoolean
	case graph.KindInteger:
		return ast.TypeInteger
	case graph.KindFloat:
		return ast.TypeFloat
	case graph.KindString:
		return ast.TypeString
	case graph.KindBytes:
		return ast.TypeBytes
	case graph.KindList:
		return ast.TypeList
	case graph.KindMap:
		return ast.TypeMap
	case graph.KindNode:
		return ast.TypeNode
	case graph.KindRelationship:
		return ast.TypeRelationship
	case graph.KindPath:
		return ast.TypePath
	case graph.KindDate:
		return ast.TypeDate
	case graph.KindLocalTime:
		return ast.TypeLocalTime
	case graph.KindTime:
		return ast.TypeTime
	case graph.KindLocalDateTime:
		return ast.TypeLocalDateTime
	case graph.KindDateTime:
		return ast.TypeDateTime
	case graph.KindDuration:
		return ast.TypeDuration
	case graph.KindPoint:
		return ast.TypePoint
	case graph.KindVector:
		return ast.TypeVector
	default:
		return ast.TypeUUID
	}
}
