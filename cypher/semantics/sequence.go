package semantics

import "github.com/drawbolt/drawbolt/cypher/ast"

// sequence analyses queries of which each has the columns of the one before as
// its variables.
func (a *analyzer) sequence(c *ast.Sequence, p purpose) result {
	parent := a.scope.parent
	given := a.scope.symbols
	var r result
	for i, q := range c.Queries {
		last := i == len(c.Queries)-1
		of := p
		if !last && p != forStatement {
			of = forCall
		}
		saved := a.importFrom
		a.importFrom = nil
		r = a.queryWith(q, of, parent, given)
		a.importFrom = saved
		a.scope = newScope(parent)
		for _, item := range r.items {
			if _, variable := item.Expr.(*ast.Variable); !last && !variable && item.Alias == nil {
				a.fail(item, ast.NoExpressionAlias, "an expression that NEXT hands on needs an alias (AS)")
			}
			if item.Symbol != nil {
				a.scope.add(item.Symbol)
			}
		}
		given = a.scope.symbols
	}
	return r
}

// conditional analyses WHEN … THEN … ELSE …. What its queries return are the
// only variables behind it.
func (a *analyzer) conditional(c *ast.Conditional, p purpose) result {
	outer := a.scope
	for _, b := range c.Branches {
		a.condition(b.Cond)
	}
	if p == forStatement {
		p = forCall
	}
	saved := a.importFrom
	a.importFrom = nil
	var first result
	for i, q := range c.Queries() {
		r := a.query(q, p, outer)
		if i == 0 {
			first = r
			continue
		}
		if len(first.items) != len(r.items) || first.returns != r.returns {
			a.fail(q, ast.DifferentColumnsInUnion, "all queries of WHEN and ELSE must return the same columns")
			break
		}
		for j, item := range r.items {
			if item.Name() != first.items[j].Name() {
				a.fail(item, ast.DifferentColumnsInUnion, "all queries of WHEN and ELSE must return the same columns")
			}
			if s := first.items[j].Symbol; s != nil && item.Symbol != nil {
				s.Type = s.Type.Union(item.Symbol.Type)
			}
		}
	}
	a.importFrom = saved
	a.scope = newScope(outer.parent)
	for _, item := range first.items {
		if item.Symbol != nil {
			a.scope.add(item.Symbol)
		}
	}
	return first
}
