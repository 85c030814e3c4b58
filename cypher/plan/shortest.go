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
// can be moved; with others ok is false.
func (g *graphPattern) searchConditions(r *patternRel) (ok bool) {
	conditions, paths := g.conditionsOn(r)
	for _, c := range conditions {
		if !g.searchCondition(r, c, paths) {
			return false
		}
	}
	return true
}

// conditionsOn returns the conditions on the path that a shortest path is, and
// the symbols by which they name it.
func (g *graphPattern) conditionsOn(r *patternRel) (conditions []*condition, paths []*ast.Symbol) {
	paths = []*ast.Symbol{r.symbol}
	for _, path := range g.paths {
		if slices.Contains(path.rels, r) {
			paths = append(paths, path.symbol)
		}
	}
	known := func(s *ast.Symbol) bool {
		slot, ok := g.p.slots[s]
		return ok && g.p.bound[slot]
	}
	for _, c := range g.conditions {
		about, ready := false, !c.done
		for _, s := range c.symbols {
			own := slices.Contains(paths, s)
			about, ready = about || own, ready && (own || known(s))
		}
		if about && ready {
			conditions = append(conditions, c)
		}
	}
	return conditions, paths
}

// chooseInstead makes a shortest path a choice among all paths that meet the
// conditions, which are some that a search can not look at on its way.
func (g *graphPattern) chooseInstead(r *patternRel) {
	conditions, _ := g.conditionsOn(r)
	whole := *r.source
	whole.Selector = ast.Selector{}
	r.selection = &selection{Selector: r.source.Selector, path: &whole}
	for _, c := range conditions {
		r.selection.require(c.expr)
		c.done = true
	}
	for _, path := range g.paths {
		path.done = path.done || slices.Contains(path.rels, r)
	}
	if whole.Symbol == nil {
		whole.Symbol = &ast.Symbol{}
	}
}

func (g *graphPattern) searchCondition(r *patternRel, c *condition, paths []*ast.Symbol) bool {
	each, ok := c.expr.(*ast.ListPredicate)
	if !ok || each.Where == nil || each.Kind != ast.AllOf && each.Kind != ast.NoneOf {
		return false
	}
	part, ok := pathPart(each.List, r.symbol, paths)
	if !ok || slices.ContainsFunc(freeSymbols(each.Where), func(s *ast.Symbol) bool { return slices.Contains(paths, s) }) {
		return false
	}
	if part == "nodes" {
		if r.step.To < 0 {
			r.step.To = g.p.newSlot(expr.Nodes)
		}
		g.p.slots[each.Var.Symbol] = r.step.To
		// The start is checked by the condition itself afterwards, where its
		// variable is a local one; the search leaves out what can not meet it.
	} else {
		if r.step.Relationship < 0 {
			r.step.Relationship = g.p.newSlot(expr.Relationships)
		}
		g.p.slots[each.Var.Symbol] = r.step.Relationship
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
	return true
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
