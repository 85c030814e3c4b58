package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A columnEval computes all rows of a batch; see [Value.Column].
type columnEval func(c *Context, b *Batch, out []graph.Value) (int, error)

// column returns a kernel for an expression of variables, properties, fixed
// values and arithmetic on them; nil for others.
func (k *Compiler) column(e ast.Expr) columnEval {
	if k.Computed != nil {
		if slot, ok := k.Computed(e); ok {
			k.read(slot)
			return slotColumn(slot)
		}
	}
	switch e := e.(type) {
	case *ast.Variable:
		if _, local := k.locals[e.Symbol]; local {
			return nil
		}
		slot, _, ok := k.Slot(e.Symbol)
		if !ok {
			return nil
		}
		k.read(slot)
		return slotColumn(slot)
	case *ast.Property:
		if load, ok := k.propertyColumn(e); ok {
			return load
		}
	case *ast.Binary:
		return k.arithmeticColumn(e)
	}
	return nil
}

func slotColumn(slot int) columnEval {
	return func(_ *Context, b *Batch, out []graph.Value) (int, error) {
		column := &b.Columns[slot]
		if column.Kind == Values {
			return copy(out[:b.N], column.Values), nil
		}
		for row := range b.N {
			out[row] = column.Value(row)
		}
		return b.N, nil
	}
}

// arithmeticColumn computes an operator column by column. The error is that of
// the first row that fails, and the left operand's when both fail there.
func (k *Compiler) arithmeticColumn(e *ast.Binary) columnEval {
	f := arithmetic(e.Op)
	if f == nil {
		return nil
	}
	left, right := k.column(e.Left), k.column(e.Right)
	if left == nil && !fixed(e.Left) || right == nil && !fixed(e.Right) || left == nil && right == nil {
		return nil
	}
	if left == nil {
		left = k.fixedColumn(e.Left)
	}
	if right == nil {
		right = k.fixedColumn(e.Right)
	}
	return func(c *Context, b *Batch, out []graph.Value) (int, error) {
		y := c.borrow(b.N)
		defer c.giveBack(b.N)
		good, err := left(c, b, out)
		if n, failure := right(c, b, y); n < good {
			good, err = n, failure
		}
		for row := range good {
			v, failure := f(c, out[row], y[row])
			if failure != nil {
				return row, failure
			}
			out[row] = v
		}
		return good, err
	}
}

// fixedColumn repeats a literal or a parameter, which do not fail.
func (k *Compiler) fixedColumn(e ast.Expr) columnEval {
	one, err := k.compile(e)
	if err != nil {
		return nil
	}
	return func(c *Context, b *Batch, out []graph.Value) (int, error) {
		v, _ := one(c, b, 0)
		for row := range b.N {
			out[row] = v
		}
		return b.N, nil
	}
}
