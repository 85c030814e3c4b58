package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
)

// procedure plans CALL name(…) YIELD ….
func (p *planner) procedure(c *ast.CallProcedure, input Node) (result, error) {
	out := result{}
	proc := p.Procedures.Find(c.Name)
	if proc == nil {
		return out, &expr.Error{
			Kind: expr.KindSemantic, Detail: string(ast.ProcedureNotFound),
			Message: "ProcedureNotFound: there is no procedure " + c.Name,
		}
	}
	p.plan.Reads = true
	input = p.barrierBefore(input, p.readsOf(c))
	n := &Procedure{Input: input, Procedure: proc, Optional: c.Optional, Writes: writesGraph(proc)}
	if n.Writes {
		p.plan.Writes = true
		p.effects.nodes, p.effects.rels, p.effects.labels, p.effects.anyKey = true, true, true, true
	}
	if err := p.arguments(n, c); err != nil {
		return out, err
	}
	switch {
	case len(c.Yield) > 0:
		for _, y := range c.Yield {
			slot := p.newSlot(expr.Values)
			if y.Symbol != nil {
				p.slots[y.Symbol] = slot
			}
			field := slices.IndexFunc(proc.Outputs, func(o function.Output) bool { return o.Name == y.Field })
			if field < 0 {
				return out, notSupported("the output %s of %s", y.Field, proc.Name)
			}
			n.yield(slot, field)
		}
	case c.Standalone || c.YieldAll:
		for i := range proc.Outputs {
			n.yield(p.newSlot(expr.Values), i)
		}
	}
	for _, slot := range n.Outputs {
		p.bound[slot] = true
	}
	out.node = add(p, n)
	n.Rows = max(1, input.Base().Rows*10)
	if c.Where != nil {
		var err error
		if out.node, err = p.filter(c.Where, out.node); err != nil {
			return out, err
		}
	}
	if c.Standalone {
		out.columns, out.returns = n.Outputs, true
	}
	return out, nil
}

// writesGraph reports whether a procedure may change something.
func writesGraph(p *procedure.Procedure) bool {
	return p != nil && (p.Mode == procedure.Write || p.Mode == procedure.Schema)
}

func (n *Procedure) yield(slot, field int) {
	n.Outputs, n.Fields = append(n.Outputs, slot), append(n.Fields, field)
}

// arguments compiles what is given, and fills in defaults.
func (p *planner) arguments(n *Procedure, c *ast.CallProcedure) error {
	for i := range n.Procedure.Parameters {
		param := &n.Procedure.Parameters[i]
		var e ast.Expr
		switch {
		case i < len(c.Args):
			e = c.Args[i]
		case c.Implicit && !param.Optional:
			e = &ast.Parameter{Span: c.Span, Name: param.Name}
		default:
			n.Args = append(n.Args, expr.Constant(param.Default, "default"))
			continue
		}
		v, err := p.compiler.Compile(e)
		if err != nil {
			return err
		}
		n.Args = append(n.Args, v)
	}
	return nil
}
