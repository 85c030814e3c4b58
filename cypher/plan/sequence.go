package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// sequence plans queries one on top of the other. A query of several parts, or
// one without a result, reads all rows of those before it as a table.
func (p *planner) sequence(c *ast.Sequence, input Node) (result, error) {
	out := result{node: input}
	for i, q := range c.Queries {
		var err error
		if len(q.Parts) == 1 && (q.Returns() || i == len(c.Queries)-1) {
			out, err = p.part(q.Parts[0], out.node)
		} else {
			out, err = p.table(q, out.node)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// table plans a query whose parts all have the rows of the input.
func (p *planner) table(q *ast.Query, input Node) (result, error) {
	start := func() Node {
		return add(p, &Argument{Common: Common{Rows: input.Base().Rows}, RowSlot: -1, Table: true})
	}
	var out result
	var err error
	if len(q.Parts) == 1 {
		out, err = p.part(q.Parts[0], start())
	} else {
		out, err = p.union(q, start)
	}
	if err != nil {
		return out, err
	}
	n := &Table{Input: input, Inner: out.node, Unit: !out.returns, Outputs: out.columns}
	n.Rows = out.node.Base().Rows
	out.node = add(p, n)
	return out, nil
}

// conditional plans, for each row, a choice among queries.
func (p *planner) conditional(c *ast.Conditional, input Node) (result, error) {
	input = p.barrierBefore(input, p.readsOf(c))
	choice := &ast.Case{Span: c.Span}
	for i, b := range c.Branches {
		number := &ast.Literal{Span: b.Span, Value: graph.Integer(int64(i))}
		choice.Whens = append(choice.Whens, ast.When{Conds: []ast.Expr{b.Cond}, Then: number})
	}
	choice.Else = &ast.Literal{Span: c.Span, Value: graph.Integer(int64(len(c.Branches)))}
	value, err := p.compiler.Compile(choice)
	if err != nil {
		return result{}, err
	}
	slot := p.newSlot(expr.Values)
	input = add(p, &Project{Input: input, Items: []Assignment{{Slot: slot, Value: value}}})
	p.bound[slot] = true

	outer := p.snapshot()
	var out result
	var columns [][]*ast.Symbol
	u := &Union{Chooses: true, Choice: slot}
	for i, q := range c.Queries() {
		p.restore(outer)
		start := p.start()
		if p.writes(q) {
			start = p.barrier(start)
		}
		r, err := p.query(q, start)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out = r
		}
		columns = append(columns, r.symbols)
		u.Branches = append(u.Branches, Branch{Plan: r.node, Slots: r.columns})
	}
	p.restore(outer)
	out.columns = p.unionColumns(u, columns)
	n := &Apply{Input: input, Inner: add(p, u), Unit: !out.returns, Outputs: out.columns}
	out.node = add(p, n)
	return out, nil
}

// unionColumns gives the columns of a union slots of their own.
func (p *planner) unionColumns(u *Union, symbols [][]*ast.Symbol) []int {
	for i := range u.Branches[0].Slots {
		slot := p.newSlot(expr.Values)
		u.Slots = append(u.Slots, slot)
		p.bound[slot] = true
		for _, names := range symbols {
			p.slots[names[i]] = slot
		}
	}
	return u.Slots
}
