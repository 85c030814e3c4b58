package expr

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Predicate is a compiled condition.
type Predicate struct {
	test   Test
	kernel kernel // nil: row by row
	text   string
	reads  []int
	stored *StoredTest
}

// A StoredTest is a condition that compares one property of a node with a
// literal or a parameter, which the store can do by itself.
type StoredTest struct {
	Slot     int // of the node
	Key      *Key
	Relation storage.Relation
	Value    *Value
}

// Stored returns the condition as a test of a property of the node in a slot;
// nil when it is something else.
func (p *Predicate) Stored(slot int) *StoredTest {
	if p.stored == nil || p.stored.Slot != slot {
		return nil
	}
	return p.stored
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
	return selectRows(p.test, c, b, selection)
}

func selectRows(test Test, c *Context, b *Batch, selection []int32) ([]int32, error) {
	kept := selection[:0]
	for _, row := range selection {
		t, err := test(c, b, int(row))
		if err != nil {
			return kept, err
		}
		if t == graph.True {
			kept = append(kept, row)
		}
	}
	return kept, nil
}

// kernelShare is the part of a batch that must still be selected for computing
// the whole column to pay.
const kernelShare = 4

// predicateKernel returns a kernel for comparisons of columns, nil for other
// conditions.
func (k *Compiler) predicateKernel(e ast.Expr) (kernel, error) {
	compare, ok := e.(*ast.Binary)
	if !ok {
		return nil, nil //nolint:nilnil // no kernel
	}
	holds := relationOf(compare.Op)
	if holds == nil {
		return nil, nil //nolint:nilnil // no kernel
	}
	left, right := k.column(compare.Left), k.column(compare.Right)
	if left == nil || right == nil && !fixed(compare.Right) {
		return nil, nil //nolint:nilnil // no kernel
	}
	one, err := k.compile(compare.Right)
	if err != nil {
		return nil, err
	}
	test, err := k.test(e)
	if err != nil {
		return nil, err
	}
	return func(c *Context, b *Batch, selection []int32) ([]int32, error) {
		if len(selection) < b.N/kernelShare || len(selection) == 0 {
			return selectRows(test, c, b, selection)
		}
		values := c.borrow(2 * b.N)
		defer c.giveBack(2 * b.N)
		x, y := values[:b.N], values[b.N:]
		good, err := left(c, b, x)
		if right != nil {
			n, failure := right(c, b, y)
			if n < good {
				good, err = n, failure
			}
		} else {
			y[0], _ = one(c, b, 0) // literals and parameters do not fail
		}
		kept := selection[:0]
		for _, row := range selection {
			if int(row) >= good {
				return kept, err
			}
			w := y[0]
			if right != nil {
				w = y[row]
			}
			t, failure := holds(c, x[row], w)
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

// storedTest recognises n.key < value and its like, in both orders.
func (k *Compiler) storedTest(e ast.Expr) (*StoredTest, error) {
	compare, ok := e.(*ast.Binary)
	if !ok {
		return nil, nil //nolint:nilnil // no such test
	}
	relation, turned := StoredRelation(compare.Op)
	side, other := compare.Left, compare.Right
	if fixed(side) {
		side, other, relation = other, side, turned
	}
	p, ok := side.(*ast.Property)
	if !ok || relation == 0 || !fixed(other) {
		return nil, nil //nolint:nilnil // no such test
	}
	slot, kind, ok := k.entity(p.Subject)
	if !ok || kind != Nodes {
		return nil, nil //nolint:nilnil // no such test
	}
	value, err := k.Compile(other)
	if err != nil {
		return nil, err
	}
	return &StoredTest{Slot: slot, Key: k.Key(p.Key), Relation: relation, Value: value}, nil
}

// StoredRelation returns the store's relation of an operator, and the one with
// the operands exchanged; 0 when there is none.
func StoredRelation(op ast.Op) (relation, turned storage.Relation) {
	switch op {
	case ast.Equal:
		return storage.Equals, storage.Equals
	case ast.Less:
		return storage.Less, storage.Greater
	case ast.LessEqual:
		return storage.LessOrEqual, storage.GreaterOrEqual
	case ast.Greater:
		return storage.Greater, storage.Less
	case ast.GreaterEqual:
		return storage.GreaterOrEqual, storage.LessOrEqual
	case ast.StartsWith:
		return storage.StartsWith, 0
	case ast.EndsWith:
		return storage.EndsWith, 0
	case ast.Contains:
		return storage.Contains, 0
	default:
		return 0, 0
	}
}
