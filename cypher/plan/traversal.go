package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// searched reports whether a chain is a search that the pattern asks for by
// name. The walk in depth is no search: it is what a chain is anyway.
func (r *patternRel) searched() bool {
	return r.traversal != nil && r.traversal.Kind != ast.ExpandDFS
}

// filter returns the condition on the steps of a traversal, nil without.
func (r *patternRel) filter() *ast.Lambda {
	if r.traversal == nil {
		return nil
	}
	return r.traversal.Filter
}

// forward reports whether a traversal must begin at its left end, because it
// asks for what is between there and a step.
func (r *patternRel) forward() bool {
	return r.step.Path >= 0 || r.step.Total >= 0 || r.traversal != nil && r.traversal.Weight != nil && len(r.traversal.Weight.Vars) > 2
}

// lambdaSlots gives slots to the variables of a lambda.
func (p *planner) lambdaSlots(step *Step, lambda *ast.Lambda) {
	slots := [...]*int{&step.Relationship, &step.To, &step.Path, &step.Total}
	kinds := [...]expr.ColumnKind{expr.Relationships, expr.Nodes, expr.Values, expr.Values}
	for i, v := range lambda.Vars {
		*slots[i] = p.slotOf(v.Symbol, kinds[i])
	}
}

// startable reports whether what a traversal needs to begin is bound: one end,
// and all nodes that its lambdas mention.
func (g *graphPattern) startable(r *patternRel) bool {
	if r.traversal == nil {
		return true
	}
	pair := r.traversal.Kind == ast.ExpandKShortest
	if !r.from.bound && (pair || r.forward()) || !r.to.bound && pair {
		return false
	}
	for _, lambda := range []*ast.Lambda{r.traversal.Filter, r.traversal.Weight} {
		if lambda == nil {
			continue
		}
		for _, s := range freeSymbols(lambda) {
			if node, ok := g.byNode[s]; ok && !node.bound {
				return false
			}
		}
	}
	return true
}

// traverse plans a search that the pattern asks for by name.
func (g *graphPattern) traverse(r *patternRel, input Node) (Node, error) {
	paths, err := g.pathsOf(r)
	if err != nil {
		return nil, err
	}
	var node Node
	switch r.traversal.Kind {
	case ast.ExpandWeightedShortest, ast.ExpandAllShortest:
		node, err = g.weighted(r, &WeightedPath{Paths: paths, Input: input})
	default:
		node, err = g.unweighted(r, &ShortestPath{Paths: paths, Input: input})
	}
	if err != nil {
		return nil, err
	}
	node.Base().Rows = max(input.Base().Rows*g.nodeSelectivity(r.to, nil), 0.01)
	if paths.FromOpen || paths.ToOpen {
		node.Base().Rows *= g.p.nodeCount() / 2
	}
	r.solved = true
	g.p.listSlot(r.slot)
	g.p.bound[r.slot] = true
	g.bind(r.from)
	g.bind(r.to)
	return g.apply(node, nil)
}

// unweighted plans the traversals that count relationships. They never return
// to where they begin.
func (g *graphPattern) unweighted(r *patternRel, n *ShortestPath) (Node, error) {
	n.Traversal, n.Min, n.Least, n.OneSided = true, 1, r.min, r.forward()
	if r.traversal.Kind == ast.ExpandKShortest {
		n.Ranked, n.Simple, n.Min, n.Least = true, true, r.min, 0
		if r.traversal.Limit != nil {
			var err error
			if n.Count, err = g.p.compiler.Compile(r.traversal.Limit); err != nil {
				return nil, err
			}
		}
	}
	return add(g.p, n), nil
}

// weighted plans the traversals that add up weights.
func (g *graphPattern) weighted(r *patternRel, n *WeightedPath) (Node, error) {
	n.All, n.Total = r.traversal.Kind == ast.ExpandAllShortest, -1
	weight := noStep()
	g.p.lambdaSlots(&weight, r.traversal.Weight)
	var err error
	if weight.Weight, err = g.p.compiler.Compile(r.traversal.Weight.Expr); err != nil {
		return nil, err
	}
	n.Weight = &weight
	if total := r.traversal.Total; total != nil {
		n.Total = g.p.slotOf(total.Symbol, expr.Values)
		g.p.bound[n.Total] = true
	}
	return add(g.p, n), nil
}
