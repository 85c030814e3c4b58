package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Predicate is a compiled condition.
type Predicate struct {
	test   Test
	kernel kernel // nil: row by row
	text   string
	reads  []int
}

// A kernel keeps the rows of a selection for which a condition is true, in
// place. With an error the selection ends before the row that failed.
type kernel func(c *Context, b *Batch, selection []int32) ([]int32, error)

// String returns the condition's source.
func (p *Predicate) String() string { return p.text }

// Reads returns the slots that the condition reads; the caller must not change
// the list.
func (p *Predicate) Reads() []int { return p.reads }

// Truth returns the condition's truth for a row.
func (p *Predicate) Truth(c *Context, b *Batch, row int) (graph.Truth, error) {
	return p.test(c, b, row)
}

// Select keeps the rows of an ascending selection for which the condition is
// true. It writes to selection. With an error the rows are those that are good
// before the row that failed.
func (p *Predicate) Select(c *Context, b *Batch, selection []int32) ([]int32, error) {
	if p.kernel != nil {
		return p.kernel(c, b, selection)
	}
	kept := selection[:0]
	for _, row := range selection {
		t, err := p.test(c, b, int(row))
		if err != nil {
			return kept, err
		}
		if t == graph.True {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// predicateKernel returns a kernel for the common forms of conditions, nil for
// the others: a property compared with a value that no row changes.
func (k *Compiler) predicateKernel(e ast.Expr) (kernel, error) {
	compare, ok := e.(*ast.Binary)
	if !ok {
		return nil, nil //nolint:nilnil // no kernel
	}
	holds := relationOf(compare.Op)
	if holds == nil {
		return nil, nil //nolint:nilnil // no kernel
	}
	property, ok := compare.Left.(*ast.Property)
	if !ok || !fixed(compare.Right) {
		return nil, nil //nolint:nilnil // no kernel
	}
	load, ok := k.propertyColumn(property)
	if !ok {
		return nil, nil //nolint:nilnil // no kernel
	}
	right, err := k.compile(compare.Right)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, selection []int32) ([]int32, error) {
		if len(selection) == 0 {
			return selection, nil
		}
		w, err := right(c, b, 0)
		if err != nil {
			return selection[:0], err
		}
		column := c.borrow(b.N)
		defer c.giveBack(b.N)
		good, err := load(c, b, column)
		kept := selection[:0]
		for _, row := range selection {
			if int(row) >= good {
				return kept, err
			}
			t, failure := holds(c, column[row], w)
			if failure != nil {
				return kept, failure
			}
			if t == graph.True {
				kept = append(kept, row)
			}
		}
		return kept, nil
	}, nil
}

// fixed reports whether an expression has the same value for all rows.
func fixed(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Literal, *ast.Parameter:
		return true
	default:
		return false
	}
}
