package plan

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage"
)

// A candidate is one way to start finding an unbound part of a pattern.
type candidate struct {
	node  *patternNode
	rel   *patternRel // for a scan of relationships
	look  *lookup     // the entries of an index, for nodes or relationships
	rows  float64     // that the operator returns, for each row before it
	cost  float64     // of the whole part that hangs together
	index *storage.Index
	label string
	names *ast.LabelName // the labels, when they are known at run time only
	keys  []string
	conds []*condition // that the operator makes true
	value []ast.Expr
	in    bool
	id    ast.Expr
	elem  bool
}

// anchor plans the cheapest start of an unbound part.
func (g *graphPattern) anchor(input Node) (Node, error) {
	var best *candidate
	for _, n := range g.nodes {
		if n.bound {
			continue
		}
		for _, c := range g.candidates(n) {
			c.cost = g.simulate(&c)
			if best == nil || c.cost < best.cost {
				best = &c
			}
		}
	}
	for _, r := range g.rels {
		if r.solved || r.chain || r.shortest != ast.SelectAll {
			continue
		}
		c := candidate{rel: r, rows: g.p.typeRows(r)}
		if r.known {
			c.rows = 1
		}
		for _, c := range append(g.relationshipSeeks(r), c) {
			c.cost = g.simulate(&c)
			// Looking up both ends of a relationship costs some times more than
			// a step along the relationships of a node, which lie together.
			const lookUp = 4
			if best == nil || r.known || best.rel == r && c.cost < best.cost || c.cost*lookUp < best.cost {
				best = &c
			}
		}
	}
	if joined, ok, err := g.join(best, input); ok || err != nil {
		return joined, err
	}
	return g.start(best, input)
}

// start plans the operator of a candidate.
func (g *graphPattern) start(c *candidate, input Node) (Node, error) {
	rows := max(0.01, input.Base().Rows*c.rows)
	var node Node
	switch {
	case c.rel != nil:
		n := &RelationshipScan{
			Input: input, Hop: Hop{Direction: c.rel.direction}, From: c.rel.from.slot, To: c.rel.to.slot,
			Relationship: c.rel.slot, Known: c.rel.known, Distinct: g.earlier(c.rel),
		}
		for _, t := range c.rel.types {
			n.Types = append(n.Types, g.p.relType(t))
		}
		if c.look != nil {
			look, err := g.p.lookup(c.look)
			if err != nil {
				return nil, err
			}
			n.Lookup = look
		}
		if c.rel.from == c.rel.to {
			// Both ends are one node: compare them afterwards.
			n.To = g.p.newSlot(expr.Nodes)
			add(g.p, n)
			same := expr.SameNode(n.From, n.To, symbolName(c.rel.from.symbol))
			node = add(g.p, &Filter{Input: n, Predicates: []*expr.Predicate{same}})
		} else {
			node = add(g.p, n)
		}
		c.rel.solved = true
		g.p.bound[c.rel.slot] = true
		g.bind(c.rel.from)
		g.bind(c.rel.to)
	case c.id != nil:
		id, err := g.p.compiler.Compile(c.id)
		if err != nil {
			return nil, err
		}
		node = add(g.p, &NodeByID{Input: input, Slot: c.node.slot, ID: id, In: c.in, Element: c.elem})
		g.bind(c.node)
	case c.look != nil:
		look, err := g.p.lookup(c.look)
		if err != nil {
			return nil, err
		}
		node = add(g.p, &IndexScan{Input: input, Slot: c.node.slot, Label: g.p.label(c.label), Lookup: look})
		g.bind(c.node)
	case c.index != nil:
		n := &IndexSeek{Input: input, Slot: c.node.slot, Index: c.index, Label: g.p.label(c.label), In: c.in}
		for i, e := range c.value {
			v, err := g.p.compiler.Compile(e)
			if err != nil {
				return nil, err
			}
			n.Values = append(n.Values, v)
			n.Keys = append(n.Keys, g.p.key(c.keys[i]))
		}
		node = add(g.p, n)
		g.bind(c.node)
	case c.names != nil:
		names, err := g.p.compiler.Compile(c.names.Dynamic)
		if err != nil {
			return nil, err
		}
		node = add(g.p, &DynamicLabelScan{Input: input, Slot: c.node.slot, Names: names, Any: c.names.Any})
		g.bind(c.node)
	case c.label != "":
		node = add(g.p, &LabelScan{Input: input, Slot: c.node.slot, Label: g.p.label(c.label)})
		g.bind(c.node)
	default:
		node = add(g.p, &NodeScan{Input: input, Slot: c.node.slot})
		g.bind(c.node)
	}
	for _, done := range c.conds {
		done.done = true
	}
	node.Base().Rows = rows
	return g.apply(node, nil)
}

// candidates returns the ways to find a node.
func (g *graphPattern) candidates(n *patternNode) []candidate {
	scan := candidate{node: n, rows: g.p.nodeCount()}
	if g.p.Plain {
		return []candidate{scan}
	}
	var all []candidate
	for _, label := range n.labels {
		c := candidate{node: n, label: label, rows: g.p.labelCount(label)}
		c.conds = g.labelConditions(n, label)
		all = append(all, c)
	}
	all = append(all, g.seeks(n)...)
	all = append(all, g.dynamicLabels(n)...)
	for _, c := range g.conditions {
		if id, elem, in, ok := g.identifies(c, n); ok {
			all = append(all, candidate{node: n, rows: 1, id: id, elem: elem, in: in, conds: []*condition{c}})
		}
	}
	return append(all, scan) // last: the others win when costs are equal
}

func (g *graphPattern) labelConditions(n *patternNode, label string) []*condition {
	var conds []*condition
	for _, c := range g.conditions {
		if c.label == label && len(c.symbols) == 1 && c.symbols[0] == n.symbol {
			conds = append(conds, c)
		}
	}
	return conds
}

// identifies finds id(n) = x, id(n) IN x and the same of elementId.
func (g *graphPattern) identifies(c *condition, n *patternNode) (id ast.Expr, elem, in, ok bool) {
	e, isBinary := c.expr.(*ast.Binary)
	if !isBinary || c.done || e.Op != ast.Equal && e.Op != ast.InList {
		return nil, false, false, false
	}
	try := func(side, other ast.Expr) bool {
		call, ok := side.(*ast.Call)
		if !ok || len(call.Args) != 1 {
			return false
		}
		v, ok := call.Args[0].(*ast.Variable)
		if !ok || v.Symbol != n.symbol || !g.known(other, n.symbol) {
			return false
		}
		elem = strings.EqualFold(call.Name, "elementId")
		return elem || strings.EqualFold(call.Name, "id")
	}
	if try(e.Left, e.Right) {
		return e.Right, elem, e.Op == ast.InList, true
	}
	if e.Op == ast.Equal && try(e.Right, e.Left) {
		return e.Left, elem, false, true
	}
	return nil, false, false, false
}

// simulate estimates what a candidate and everything that hangs on it costs.
func (g *graphPattern) simulate(c *candidate) float64 {
	bound := make(map[*patternNode]bool)
	for _, n := range g.nodes {
		bound[n] = n.bound
	}
	solved := make(map[*patternRel]bool)
	rows := max(0.01, c.rows)
	cost := rows
	if c.rel != nil {
		solved[c.rel], bound[c.rel.from], bound[c.rel.to] = true, true, true
		rows *= g.nodeSelectivity(c.rel.from, nil) * g.nodeSelectivity(c.rel.to, nil)
	} else {
		bound[c.node] = true
		rows *= g.nodeSelectivity(c.node, c.conds)
	}
	for {
		var best *patternRel
		var bestTo *patternNode
		bestFactor := 0.0
		for _, r := range g.rels {
			if r.solved || solved[r] || bound[r.from] == bound[r.to] {
				continue
			}
			from, to := r.from, r.to
			if bound[to] {
				from, to = to, from
			}
			if from.bound {
				continue // it hangs on what is bound already
			}
			if f := g.degree(r, from, to) * g.nodeSelectivity(to, nil); best == nil || f < bestFactor {
				best, bestTo, bestFactor = r, to, f
			}
		}
		if best == nil {
			return cost
		}
		solved[best], bound[bestTo] = true, true
		cost += rows * max(1, g.rawDegree(best, bestTo))
		rows *= bestFactor
		cost += rows
	}
}

// nodeSelectivity estimates which part of the nodes its conditions keep,
// without those that are met already.
func (g *graphPattern) nodeSelectivity(n *patternNode, met []*condition) float64 {
	s := 1.0
	for _, c := range g.conditions {
		if c.done || slices.Contains(met, c) || len(c.symbols) != 1 || c.symbols[0] != n.symbol {
			continue
		}
		if c.label != "" {
			s *= min(1, g.p.labelCount(c.label)/max(1, g.p.nodeCount()))
			continue
		}
		s *= selectivity(c)
	}
	return s
}

// selectivity is a guess by the form of a condition.
func selectivity(c *condition) float64 {
	if e, ok := c.expr.(*ast.Binary); ok {
		switch e.Op {
		case ast.Equal:
			return 0.1
		case ast.Less, ast.LessEqual, ast.Greater, ast.GreaterEqual, ast.InList, ast.StartsWith, ast.EndsWith, ast.Contains:
			return 0.3
		default:
		}
	}
	return 0.5
}

// degree estimates how many rows a step over a relationship makes of one.
func (g *graphPattern) degree(r *patternRel, from, to *patternNode) float64 {
	d := g.rawDegree(r, from)
	if len(to.labels) > 0 {
		d *= 0.9 // the label is checked on the way
	}
	return d
}

// rawDegree estimates the relationships of a node, seen from one end.
func (g *graphPattern) rawDegree(r *patternRel, from *patternNode) float64 {
	d := r.direction
	if from == r.to && from != r.from {
		d = d.Reverse()
	}
	one := g.p.averageDegree(r.types, d, from.labels)
	if !r.chain {
		return one
	}
	hops := r.max
	if hops < 0 || hops > 5 {
		hops = 5
	}
	total, level := 0.0, 1.0
	for range hops {
		level *= max(1, one)
		total += level
	}
	return total
}

// averageDegree is the number of relationships of an average node with a label.
func (p *planner) averageDegree(types []string, d storage.Direction, labels []string) float64 {
	s := p.Store
	best := -1.0
	for _, name := range labels {
		label, ok := s.Label(name)
		if !ok || len(types) == 0 {
			continue
		}
		steps := int64(0)
		for _, t := range types {
			if id, ok := s.Type(t); ok {
				steps += s.StepCount(label, id, d)
			}
		}
		if per := float64(steps) / max(1, float64(s.LabelCount(label))); best < 0 || per < best {
			best = per
		}
	}
	if best >= 0 {
		return best
	}
	total := float64(s.RelationshipCount())
	if len(types) > 0 {
		total = 0
		for _, t := range types {
			if id, ok := s.Type(t); ok {
				total += float64(s.TypeCount(id))
			}
		}
	}
	if d == storage.Both {
		total *= 2
	}
	return total / max(1, p.nodeCount())
}

// The smallest counts that plans are made for. A statement is often planned
// while the graph is empty and run until it is large: it must not scan where
// it can seek only because there was nothing to scan.
const (
	fewNodes   = 100
	fewLabeled = 20
)

func (p *planner) nodeCount() float64 { return max(fewNodes, float64(p.Store.NodeCount())) }

func (p *planner) labelCount(name string) float64 {
	if id, ok := p.Store.Label(name); ok {
		return max(fewLabeled, float64(p.Store.LabelCount(id)))
	}
	return fewLabeled
}

// typeRows is the number of rows of a scan of relationships.
func (p *planner) typeRows(r *patternRel) float64 {
	rows := float64(p.Store.RelationshipCount())
	if len(r.types) > 0 {
		rows = 0
		for _, t := range r.types {
			if id, ok := p.Store.Type(t); ok {
				rows += float64(p.Store.TypeCount(id))
			}
		}
	}
	if r.direction == storage.Both {
		rows *= 2
	}
	return max(rows, fewNodes)
}
