package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
)

// solve plans the steps that find all parts of the pattern.
func (g *graphPattern) solve(input Node) (Node, error) {
	for _, c := range g.conditions {
		c.symbols = c.symbols[:0]
		for _, s := range freeSymbols(c.expr) {
			if g.own[s] {
				c.symbols = append(c.symbols, s)
			}
		}
	}
	node, err := g.apply(input, nil)
	for err == nil {
		if rel := g.nextRel(); rel != nil {
			node, err = g.expand(rel, node)
			continue
		}
		if !slices.ContainsFunc(g.nodes, func(n *patternNode) bool { return !n.bound }) &&
			!slices.ContainsFunc(g.rels, func(r *patternRel) bool { return !r.solved }) {
			break
		}
		node, err = g.anchor(node)
	}
	return node, err
}

// nextRel returns the cheapest relationship that starts at a bound node, nil
// when there is none.
func (g *graphPattern) nextRel() *patternRel {
	var best *patternRel
	bestCost := 0.0
	for _, r := range g.rels {
		if r.solved || r.shortest != ast.SelectAll && r.selection == nil && (!r.from.bound || !r.to.bound) || !g.startable(r) {
			continue
		}
		if r.selection != nil && r.from.bound != r.to.bound && g.anchorsFirst(r) {
			continue
		}
		var cost float64
		switch {
		case r.from.bound && r.to.bound:
			cost = 0
		case r.from.bound:
			cost = g.degree(r, r.from, r.to)
		case r.to.bound:
			cost = g.degree(r, r.to, r.from)
		default:
			continue
		}
		if best == nil || cost < bestCost {
			best, bestCost = r, cost
		}
	}
	return best
}

// expand plans the step over a relationship.
func (g *graphPattern) expand(r *patternRel, input Node) (Node, error) {
	if r.selection != nil && r.shortest == ast.SelectAll {
		return g.chooseAmong(r, input)
	}
	if r.searched() {
		return g.traverse(r, input)
	}
	from, to, backwards := r.from, r.to, false
	if !from.bound || to.bound && !g.p.Plain && !r.forward() && r.shortest == ast.SelectAll && g.degree(r, to, from) < g.degree(r, from, to) {
		from, to, backwards = to, from, true
	}
	hop := Hop{Direction: r.direction}
	if backwards {
		hop.Direction = r.direction.Reverse()
	}
	for _, t := range r.types {
		hop.Types = append(hop.Types, g.p.relType(t))
	}
	into := to.bound || from == to
	rows := input.Base().Rows * g.degree(r, from, to)
	if into {
		rows = input.Base().Rows * min(1, g.degree(r, from, to)/max(1, g.p.nodeCount()))
	}
	distinct := g.earlier(r)
	var node Node
	switch {
	case r.repeat != nil:
		n, err := g.repeat(r, from, to, input)
		if err != nil {
			return nil, err
		}
		n.Backwards, n.Into, n.Distinct, n.Walk = backwards, into, distinct, g.repeatable
		g.p.listSlot(r.slot)
		node = add(g.p, n)
	case r.shortest != ast.SelectAll:
		if r.selection == nil && !g.searchConditions(r) {
			g.chooseInstead(r)
			return g.chooseAmong(r, input)
		}
		n, err := g.search(r, input)
		if err != nil {
			return nil, err
		}
		node = g.groupLists(r, n)
	case r.chain:
		n := &VarExpand{
			Input: input, Hop: hop, From: from.slot, To: to.slot, Relationships: r.slot,
			Min: r.min, Max: r.max, Into: into, Known: r.known, Backwards: backwards, Distinct: distinct, Walk: g.repeatable,
		}
		step, err := g.step(r)
		if err != nil {
			return nil, err
		}
		n.Step = step
		g.p.listSlot(r.slot)
		node = add(g.p, n)
	default:
		node = add(g.p, &Expand{
			Input: input, Hop: hop, From: from.slot, To: to.slot, Relationship: r.slot,
			Into: into, Known: r.known, Distinct: distinct,
		})
	}
	node.Base().Rows = max(rows, 0.01)
	r.solved = true
	g.p.bound[r.slot] = true
	g.bind(to)
	return g.apply(node, to)
}

// search plans the search of a shortest path, of which one end may be unbound.
func (g *graphPattern) search(r *patternRel, input Node) (*ShortestPath, error) {
	n := &ShortestPath{Input: input, Min: r.min, All: r.shortest == ast.SelectAllShortestPathsFunction, Cycles: r.selection != nil}
	var err error
	if s := r.selection; s != nil && (s.several() || r.min > 1) {
		n.All, n.Ranked, n.Groups = false, true, s.grouped()
		if n.Count, err = g.p.compiler.Compile(s.count()); err != nil {
			return nil, err
		}
	}
	if n.Paths, err = g.pathsOf(r); err != nil {
		return nil, err
	}
	add(g.p, n)
	g.bind(r.from)
	g.bind(r.to)
	return n, nil
}

// pathsOf returns what all searches for a chain of relationships share.
func (g *graphPattern) pathsOf(r *patternRel) (Paths, error) {
	step, err := g.step(r)
	if err != nil {
		return Paths{}, err
	}
	paths := Paths{
		Hop: Hop{Direction: r.direction}, From: r.from.slot, To: r.to.slot, Relationships: r.slot, Max: r.max,
		FromOpen: !r.from.bound, ToOpen: !r.to.bound && r.to != r.from, Distinct: g.earlier(r), Step: step,
	}
	for _, t := range r.types {
		paths.Types = append(paths.Types, g.p.relType(t))
	}
	return paths, nil
}

// step compiles the condition on each relationship of a chain.
func (g *graphPattern) step(r *patternRel) (*Step, error) {
	if r.stepExpr == nil {
		return nil, nil //nolint:nilnil // no condition
	}
	for _, s := range freeSymbols(r.stepExpr) {
		if slot, ok := g.p.slots[s]; g.own[s] && (!ok || !g.p.bound[slot]) {
			if r.shortest != ast.SelectAll || r.traversal != nil {
				return nil, notSupported("properties of a chain that depend on the same pattern")
			}
			g.stepAfterwards(r)
			return nil, nil //nolint:nilnil // no condition on the way
		}
	}
	step := r.step
	var err error
	step.Condition, err = g.p.compiler.Predicate(r.stepExpr)
	return &step, err
}

// stepAfterwards checks the condition on each relationship of a chain when all
// of its variables are bound.
func (g *graphPattern) stepAfterwards(r *patternRel) {
	one := &ast.Symbol{}
	for s, slot := range g.p.slots {
		if slot == r.step.Relationship {
			one = s
		}
	}
	delete(g.p.slots, one) // it becomes a local variable
	span := r.stepExpr.Range()
	c := &condition{expr: &ast.ListPredicate{
		Span: span, Kind: ast.AllOf, Var: &ast.Variable{Span: span, Name: symbolName(one), Symbol: one},
		List: &ast.Variable{Span: span, Name: symbolName(r.symbol), Symbol: r.symbol}, Where: r.stepExpr,
	}}
	for _, s := range freeSymbols(c.expr) {
		if g.own[s] {
			c.symbols = append(c.symbols, s)
		}
	}
	g.conditions = append(g.conditions, c)
	r.stepExpr, r.step.Relationship = nil, -1
}

func (g *graphPattern) bind(n *patternNode) {
	n.bound = true
	g.p.bound[n.slot] = true
}

// earlier returns the slots of solved relationships that a new one might be
// the same as.
func (g *graphPattern) earlier(r *patternRel) []int {
	if g.repeatable {
		return nil
	}
	var slots []int
	for _, other := range g.rels {
		if other.solved && other != r && other.slot != r.slot && overlap(other.types, r.types) {
			slots = append(slots, other.slot)
		}
	}
	return slots
}

func overlap(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(t string) bool { return slices.Contains(b, t) })
}

// apply plans the conditions whose variables are all bound now, in the order
// of the text, and the paths that are complete.
func (g *graphPattern) apply(node Node, to *patternNode) (Node, error) {
	if e, ok := node.(*Expand); ok && to != nil && !e.Into && !g.p.Plain {
		g.labelOnExpand(e, to)
	}
	node, err := g.filter(node)
	if err != nil {
		return nil, err
	}
	node, added := g.finishPaths(node)
	if added {
		return g.filter(node)
	}
	return node, nil
}

// labelOnExpand lets an expansion check the one label of its end.
func (g *graphPattern) labelOnExpand(e *Expand, to *patternNode) {
	for _, c := range g.conditions {
		if !c.done && c.label != "" && len(c.symbols) == 1 && c.symbols[0] == to.symbol {
			e.Label = g.p.label(c.label)
			c.done = true
			return
		}
	}
}

// filter plans the conditions that are ready.
func (g *graphPattern) filter(node Node) (Node, error) {
	f := &Filter{Input: node}
	rows := node.Base().Rows
	for _, c := range g.conditions {
		if c.done || !g.ready(c) {
			continue
		}
		pred, err := g.predicate(c)
		if err != nil {
			return nil, err
		}
		rows *= selectivity(c)
		c.done = true
		if g.p.Plain || !leave(node, pred) {
			f.Predicates = append(f.Predicates, pred)
		}
	}
	if len(f.Predicates) == 0 {
		node.Base().Rows = max(rows, 0.01)
		return node, nil
	}
	add(g.p, f)
	f.Rows = max(rows, 0.01)
	return f, nil
}

// leave leaves a condition to the scan of the node that it is about, if that is
// all it needs.
func leave(node Node, pred *expr.Predicate) bool {
	var tests *Tests
	var slot int
	switch n := node.(type) {
	case *NodeScan:
		tests, slot = &n.Tests, n.Slot
	case *LabelScan:
		tests, slot = &n.Tests, n.Slot
	default:
		return false
	}
	stored := pred.Stored(slot)
	if stored == nil {
		return false
	}
	tests.Conditions = append(tests.Conditions, pred)
	tests.Stored = append(tests.Stored, stored)
	return true
}

func (g *graphPattern) predicate(c *condition) (*expr.Predicate, error) {
	if c.label != "" {
		if has, ok := c.expr.(*ast.LabelPredicate); ok {
			if v, ok := has.X.(*ast.Variable); ok {
				if slot, ok := g.p.slots[v.Symbol]; ok {
					return expr.HasLabel(slot, g.p.label(c.label), v.Name+":"+c.label), nil
				}
			}
		}
	}
	return g.p.compiler.Predicate(c.expr)
}

// ready reports whether all variables of a condition are bound.
func (g *graphPattern) ready(c *condition) bool {
	for _, s := range c.symbols {
		if slot, ok := g.p.slots[s]; !ok || !g.p.bound[slot] {
			return false
		}
	}
	return true
}

// finishPaths makes the values of paths whose parts are all bound.
func (g *graphPattern) finishPaths(node Node) (Node, bool) {
	var items []Assignment
	for _, path := range g.paths {
		complete := path.start.bound && !path.done
		for _, r := range path.rels {
			complete = complete && r.solved
		}
		if !complete {
			continue
		}
		path.done = true
		slot := g.p.slotOf(path.symbol, expr.Values)
		g.p.bound[slot] = true
		items = append(items, Assignment{Slot: slot, Value: pathValue(path)})
	}
	if len(items) == 0 {
		return node, false
	}
	return add(g.p, &Project{Input: node, Items: items}), true
}

func pathValue(path *patternPath) *expr.Value {
	elements := make([]expr.PathElement, len(path.rels))
	for i, r := range path.rels {
		elements[i] = expr.PathElement{Slot: r.slot, Many: r.chain}
	}
	return expr.NewPath(path.start.slot, elements, symbolName(path.symbol))
}

// pathColumn makes the value of a path that is an expression.
func (p *planner) pathColumn(path *ast.PathPattern, input Node) (Node, int) {
	nodes, rels, _ := path.Simple()
	start := p.slots[nodes[0].Symbol]
	elements := make([]expr.PathElement, len(rels))
	for i, r := range rels {
		elements[i] = expr.PathElement{Slot: p.slots[r.Symbol], Many: true}
	}
	slot := p.newSlot(expr.Values)
	item := Assignment{Slot: slot, Value: expr.NewPath(start, elements, "path")}
	return add(p, &Project{Input: input, Items: []Assignment{item}}), slot
}
