package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// flatten takes a path apart into nodes and what links them: a relationship or
// a repeated group. Parentheses without a quantifier only group.
func (g *graphPattern) flatten(path *ast.PathPattern) (nodes []*ast.NodePattern, links []ast.Element, err error) {
	elements, err := g.splice(nil, path)
	if err != nil {
		return nil, nil, err
	}
	wantNode := true
	node := func() { nodes = append(nodes, &ast.NodePattern{Span: path.Span, Symbol: &ast.Symbol{}}) }
	for _, e := range elements {
		switch e := e.(type) {
		case *ast.NodePattern:
			if !wantNode {
				return nil, nil, notSupported("two nodes side by side in a pattern")
			}
			nodes, wantNode = append(nodes, e), false
		default:
			if wantNode {
				node()
			}
			links, wantNode = append(links, e), true
		}
	}
	if wantNode {
		node()
	}
	return nodes, links, nil
}

// splice appends the elements of a path, with those of plain parentheses in
// their place.
func (g *graphPattern) splice(dst []ast.Element, path *ast.PathPattern) ([]ast.Element, error) {
	for _, e := range path.Elements {
		group, ok := e.(*ast.GroupPattern)
		if !ok || group.Quantifier != nil {
			dst = append(dst, e)
			continue
		}
		if group.Path.Symbol != nil && len(path.Elements) > 1 {
			return nil, notSupported("a name for a part of a path")
		}
		var err error
		if dst, err = g.splice(dst, group.Path); err != nil {
			return nil, err
		}
		if group.Where != nil {
			for _, c := range conjuncts(nil, group.Where) {
				g.where(c)
			}
		}
	}
	return dst, nil
}

// addLink takes in what stands between two nodes.
func (g *graphPattern) addLink(e ast.Element, from, to *patternNode) (*patternRel, error) {
	switch e := e.(type) {
	case *ast.RelPattern:
		return g.addRel(e, from, to)
	case *ast.GroupPattern:
		return g.addRepeat(e, from, to)
	default:
		return nil, notSupported("a pattern element %T", e)
	}
}

// repetitions turns a bound of a quantifier into one of a plan.
func repetitions(n int64) int {
	if n < 0 {
		return -1
	}
	return int(min(n, 1<<30))
}

// addRepeat takes in a group that repeats.
func (g *graphPattern) addRepeat(group *ast.GroupPattern, from, to *patternNode) (*patternRel, error) {
	if _, _, ok := group.Path.Simple(); !ok || group.Path.Symbol != nil {
		return nil, notSupported("a group or a named path inside of a quantified path pattern")
	}
	symbol := &ast.Symbol{}
	rel := &patternRel{
		symbol: symbol, from: from, to: to, chain: true, repeat: group, step: noStep(),
		min: repetitions(group.Quantifier.Min), max: repetitions(group.Quantifier.Max),
		slot: g.p.slotOf(symbol, expr.Values),
	}
	g.own[symbol] = true
	for _, lists := range group.Groups {
		g.own[lists] = true
	}
	g.rels = append(g.rels, rel)
	return rel, nil
}

// repeat plans the inside of a group as one step that starts at its bound end.
func (g *graphPattern) repeat(r *patternRel, from, to *patternNode, input Node) (*Repeat, error) {
	p := g.p
	nodes, rels, _ := r.repeat.Path.Simple()
	start, end := nodes[0].Symbol, nodes[len(nodes)-1].Symbol
	if from == r.to && from != r.from {
		start, end = end, start
	}
	n := &Repeat{
		Input: input, From: from.slot, To: to.slot, Min: r.min, Max: r.max, Relationships: r.slot,
		Start: p.slotOf(start, expr.Nodes),
	}
	outer := p.snapshot()
	p.bound[n.Start] = true
	inner, err := p.joined([]*ast.PathPattern{r.repeat.Path}, r.repeat.Where, p.start(), g.repeatable)
	if err != nil {
		return nil, err
	}
	p.restore(outer)
	n.Inner, n.End = inner, p.slots[end]
	for _, rel := range rels {
		n.Steps = append(n.Steps, p.slots[rel.Symbol])
	}
	for _, lists := range r.repeat.Groups {
		group := Group{Inner: p.slots[lists.Inner], Outer: p.slotOf(lists, expr.Values)}
		n.Groups = append(n.Groups, group)
		p.bound[group.Outer] = true
	}
	return n, nil
}
