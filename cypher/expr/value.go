package expr

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Value is a compiled expression.
type Value struct {
	eval   Eval
	column columnEval // nil: row by row
	text   string
	reads  []int
	slot   int // 1 + the slot that the expression is nothing but; 0 otherwise
	fixed  bool
	// certain says that it is a variable, a property of a node or relationship
	// that a pattern has bound, or fixed.
	certain bool
}

// Certain reports whether computing the expression can not fail, unless the
// transaction has deleted what it reads.
func (v *Value) Certain() bool { return v.certain || v.fixed || v.slot > 0 }

// Constant returns a Value that is always v.
func Constant(v graph.Value, text string) *Value {
	return &Value{eval: constant(v), text: text, fixed: true}
}

// SlotValue returns a Value that reads a slot.
func SlotValue(slot int, text string) *Value {
	return &Value{
		eval: func(_ *Context, b *Batch, row int) (graph.Value, error) {
			return b.Columns[slot].Value(row), nil
		},
		text: text, reads: []int{slot}, slot: slot + 1,
	}
}

// String returns the expression's source.
func (v *Value) String() string { return v.text }

// Reads returns the slots that the expression reads; the caller must not
// change the list.
func (v *Value) Reads() []int { return v.reads }

// Slot returns the slot when the expression is nothing but a variable in one.
func (v *Value) Slot() (slot int, ok bool) { return v.slot - 1, v.slot > 0 }

// Fixed reports whether the expression is a literal or a parameter.
func (v *Value) Fixed() bool { return v.fixed }

// Eval returns the value for a row.
func (v *Value) Eval(c *Context, b *Batch, row int) (graph.Value, error) { return v.eval(c, b, row) }

// Column computes all rows of a batch into out, which has a place for each. It
// returns how many rows are good: all of them without an error, and those
// before the first failing row with one.
func (v *Value) Column(c *Context, b *Batch, out []graph.Value) (int, error) {
	if v.column != nil {
		return v.column(c, b, out)
	}
	for row := range b.N {
		value, err := v.eval(c, b, row)
		if err != nil {
			return row, err
		}
		out[row] = value
	}
	return b.N, nil
}

// specialise gives v a kernel when its expression has a common form.
func (k *Compiler) specialise(v *Value, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Literal, *ast.Parameter:
		v.fixed = true
	case *ast.Variable:
		if _, local := k.locals[e.Symbol]; local {
			return
		}
		if slot, _, ok := k.Slot(e.Symbol); ok {
			v.slot = slot + 1
		}
	case *ast.Property:
		_, _, v.certain = k.entity(e.Subject)
		v.column = k.column(e)
	default:
		v.column = k.column(e)
	}
}

func sortedKeys(set map[int]bool) []int {
	keys := make([]int, 0, len(set))
	for s := range set {
		keys = append(keys, s)
	}
	slices.Sort(keys)
	return keys
}
