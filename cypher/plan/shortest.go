package plan

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// searchConditions moves the conditions on a shortest path into its search:
// the shortest path that meets them is wanted, and not the shortest one if it
// happens to. Conditions that say something about each relationship or node
// can be moved; others are refused.
func (g *graphPattern) searchConditions(r *patternRel) error {
	paths := []*ast.Symbol{r.symbol}
	for _, path := range g.paths {
		if slices.Contains(path.rels, r) {
			paths = append(paths, path.symbol)
		}
	}
	for _, c := range g.conditions {
		if c.done || !slices.ContainsFunc(c.symbols, func(s *ast.Symbol) bool { return slices.Contains(paths, s) }) {
			continue
		}
		if err := g.searchCondition(r, c, paths); err != nil {
			return err
		}
	}
	return nil
}

func (g *graphPattern) searchCondition(r *patternRel, c *condition, paths []*ast.Symbol) error {
	const refusal = "a condition on a shortest path other than all(…) or none(…) over its relationships or nodes"
	each, ok := c.expr.(*ast.ListPredicate)
	if !ok || each.Where == nil || each.Kind != ast.AllOf && each.Kind != ast.NoneOf {
		return notSupported(refusal)
	}
	part, ok := pathPart(each.List, r.symbol, paths)
	if !ok || slices.ContainsFunc(freeSymbols(each.Where), func(s *ast.Symbol) bool { return slices.Contains(paths, s) }) {
		return notSupported(refusal)
	}
	if part == "nodes" {
		if r.stepTo < 0 {
			r.stepTo = g.p.newSlot(expr.Nodes)
		}
		g.p.slots[each.Var.Symbol] = r.stepTo
		// The start is checked by the condition itself afterwards, where its
		// variable is a local one; the search leaves out what can not meet it.
	} else {
		if r.stepRel < 0 {
			r.stepRel = g.p.newSlot(expr.Relationships)
		}
		g.p.slots[each.Var.Symbol] = r.stepRel
		c.done = true
	}
	where := each.Where
	if each.Kind == ast.NoneOf {
		where = &ast.Unary{Span: each.Span, Op: ast.Not, X: where}
	}
	if r.stepExpr != nil {
		where = &ast.Binary{Span: each.Span, Op: ast.And, Left: r.stepExpr, Right: where}
	}
	r.stepExpr = where
	return nil
}

// pathPart recognises relationships(p), nodes(p) and the list variable itself.
func pathPart(list ast.Expr, rels *ast.Symbol, paths []*ast.Symbol) (part string, ok bool) {
	switch list := list.(type) {
	case *ast.Variable:
		return "relationships", list.Symbol == rels
	case *ast.Call:
		if len(list.Args) != 1 {
			return "", false
		}
		v, ok := list.Args[0].(*ast.Variable)
		name := strings.ToLower(list.Name)
		return name, ok && slices.Contains(paths, v.Symbol) && (name == "relationships" || name == "nodes")
	default:
		return "", false
	}
}
