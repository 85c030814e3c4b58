package plan

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// loadCSV plans LOAD CSV.
func (p *planner) loadCSV(c *ast.LoadCSV, input Node) (Node, error) {
	input = p.barrierBefore(input, p.readsOf(c))
	n := &LoadCSV{
		Input: input, Slot: p.slotOf(c.Var.Symbol, expr.Values), Line: p.newSlot(expr.Values), File: p.newSlot(expr.Values),
		Headers: c.Headers, IgnoreBad: c.IgnoreBad, Texts: c.Texts,
	}
	for _, part := range []struct {
		expr  ast.Expr
		value **expr.Value
	}{{c.From, &n.From}, {c.Delimiter, &n.Delimiter}, {c.Quote, &n.Quote}, {c.NullIf, &n.NullIf}} {
		if part.expr == nil {
			continue
		}
		var err error
		if *part.value, err = p.compiler.Compile(part.expr); err != nil {
			return nil, err
		}
	}
	for _, slot := range []int{n.Slot, n.Line, n.File} {
		p.bound[slot] = true
	}
	p.loads = n
	const records = 1000 // nobody knows
	add(p, n)
	n.Rows = input.Base().Rows * records
	return n, nil
}

// loaded returns where linenumber() and file() of the file that a statement
// loads are.
func (p *planner) loaded(function string) (slot int, ok bool) {
	switch {
	case p.loads == nil:
		return 0, false
	case strings.EqualFold(function, "linenumber"):
		return p.loads.Line, p.bound[p.loads.Line]
	case strings.EqualFold(function, "file"):
		return p.loads.File, p.bound[p.loads.File]
	default:
		return 0, false
	}
}
