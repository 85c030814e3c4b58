package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A selection is a path with a selector: of all paths between the same two
// nodes that match, a few are chosen.
type selection struct {
	ast.Selector

	// path is the whole path, without its selector and with a node at each end,
	// and where what it must meet to be chosen among.
	path  *ast.PathPattern
	where ast.Expr
	// links are the parts between the nodes, and groups the variables of the
	// only one of them when it repeats a single step.
	links  []ast.Element
	groups []Group
}

// addSelected takes in a path with a selector.
func (g *graphPattern) addSelected(path *ast.PathPattern) error {
	inside := newGraphPattern(g.p)
	nodes, links, err := inside.flatten(path)
	if err != nil {
		return err
	}
	whole := &ast.PathPattern{Span: path.Span, Symbol: g.pathSymbol(path), Elements: []ast.Element{nodes[0]}}
	for i, link := range links {
		whole.Elements = append(whole.Elements, link, nodes[i+1])
	}
	if len(links) == 0 {
		return g.addWhole(whole, inside.conditions)
	}
	from, err := g.addNode(nodes[0])
	if err != nil {
		return err
	}
	to, err := g.addNode(nodes[len(nodes)-1])
	if err != nil {
		return err
	}
	s := &selection{Selector: path.Selector, path: whole, links: links}
	if fast, err := g.addSearch(s, inside, from, to); fast || err != nil {
		return err
	}
	for _, c := range inside.conditions {
		s.require(c.expr)
	}
	rel := &patternRel{symbol: &ast.Symbol{}, from: from, to: to, chain: true, min: 1, max: -1, selection: s, step: noStep()}
	rel.slot = g.p.slotOf(rel.symbol, expr.Values)
	g.rels = append(g.rels, rel)
	ast.Walk(whole, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.NodePattern:
			g.ownUnbound(n.Symbol)
		case *ast.RelPattern:
			g.ownUnbound(n.Symbol)
		case *ast.GroupPattern:
			for _, lists := range n.Groups {
				g.own[lists] = true
			}
		}
		return true
	})
	if whole.Symbol == nil {
		whole.Symbol = rel.symbol
	}
	g.own[whole.Symbol] = true
	return nil
}

// ownUnbound notes a variable of the clause.
func (g *graphPattern) ownUnbound(s *ast.Symbol) {
	if slot, ok := g.p.slots[s]; !ok || !g.p.bound[slot] {
		g.own[s] = true
	}
}

// addWhole takes in a path of a single node, among which there is no choice.
func (g *graphPattern) addWhole(path *ast.PathPattern, conditions []*condition) error {
	if err := g.addPath(path); err != nil {
		return err
	}
	for _, c := range conditions {
		g.where(c.expr)
	}
	return nil
}

// pathSymbol returns the symbol of a path that may have two names, its own and
// one inside of parentheses around it; both get one slot.
func (g *graphPattern) pathSymbol(path *ast.PathPattern) *ast.Symbol {
	symbol := path.Symbol
	for {
		group, ok := path.Elements[0].(*ast.GroupPattern)
		if !ok || group.Quantifier != nil || len(path.Elements) != 1 {
			return symbol
		}
		path = group.Path
		switch {
		case symbol == nil:
			symbol = path.Symbol
		case path.Symbol != nil:
			g.p.slots[path.Symbol] = g.p.slotOf(symbol, expr.Values)
			g.own[path.Symbol] = true
		}
	}
}

// require adds a condition on the paths.
func (s *selection) require(e ast.Expr) {
	if s.where != nil {
		e = &ast.Binary{Span: e.Range(), Op: ast.And, Left: s.where, Right: e}
	}
	s.where = e
}

// grouped reports whether all paths of a length are chosen together.
func (s *selection) grouped() bool {
	switch s.Kind {
	case ast.SelectAllShortest, ast.SelectAllShortestPathsFunction, ast.SelectShortestGroups:
		return true
	default:
		return false
	}
}

// several reports whether more than one path, or the paths of more than one
// length, may be chosen.
func (s *selection) several() bool {
	count, literal := s.Count.(*ast.Literal)
	return s.Count != nil && (!literal || count.Value.Int() != 1)
}

// count returns how many are chosen.
func (s *selection) count() ast.Expr {
	if s.Count != nil {
		return s.Count
	}
	return &ast.Literal{Span: s.path.Span, Value: graph.Integer(1)}
}

// addSearch takes in a path that repeats one relationship, of which a search
// by breadth can find the shortest; fast is false for others.
func (g *graphPattern) addSearch(s *selection, inside *graphPattern, from, to *patternNode) (fast bool, err error) {
	// Without optimisation the groups are found by trying all paths.
	if len(s.links) != 1 || g.p.Plain && s.several() && s.grouped() {
		return false, nil
	}
	// What is asked of the ends may be asked afterwards, unless it depends on
	// the path.
	about := []ast.Node{s.path.Elements[0], s.path.Elements[2]}
	for _, c := range inside.conditions {
		about = append(about, c.expr)
	}
	for _, n := range about {
		for _, symbol := range freeSymbols(n) {
			slot, known := g.p.slots[symbol]
			if symbol != from.symbol && symbol != to.symbol && (!known || !g.p.bound[slot]) {
				return false, nil
			}
		}
	}
	var rel *patternRel
	switch link := s.links[0].(type) {
	case *ast.RelPattern:
		if link.Length == nil && link.Quantifier == nil || link.Expansion != nil {
			return false, nil
		}
		rel, err = g.addRel(link, from, to)
	case *ast.GroupPattern:
		var ok bool
		if rel, ok = g.stepGroup(s, link, from, to); !ok {
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	if rel.known {
		g.rels = g.rels[:len(g.rels)-1]
		return false, nil
	}
	rel.shortest, rel.selection = ast.SelectShortestPathFunction, s
	if s.grouped() {
		rel.shortest = ast.SelectAllShortestPathsFunction
	}
	for _, c := range inside.conditions {
		g.where(c.expr)
	}
	if s.path.Symbol != nil {
		g.paths = append(g.paths, &patternPath{symbol: s.path.Symbol, start: from, rels: []*patternRel{rel}})
		g.own[s.path.Symbol] = true
	}
	return true, nil
}

// stepGroup takes in ((x)-[r]->(y) WHERE …) many times as a chain of
// relationships with a condition on each; ok is false when it is more.
func (g *graphPattern) stepGroup(s *selection, group *ast.GroupPattern, from, to *patternNode) (*patternRel, bool) {
	nodes, rels, ok := group.Path.Simple()
	if !ok || len(rels) != 1 || group.Path.Symbol != nil || nodes[0].Symbol == nodes[1].Symbol {
		return nil, false
	}
	r := rels[0]
	if r.Length != nil || r.Quantifier != nil || r.Expansion != nil {
		return nil, false
	}
	rel := &patternRel{
		symbol: &ast.Symbol{}, from: from, to: to, direction: direction(r.Direction), chain: true,
		min: repetitions(group.Quantifier.Min), max: repetitions(group.Quantifier.Max), step: noStep(),
	}
	step := newGraphPattern(g.p)
	inner, err := step.addRel(r, &patternNode{}, &patternNode{})
	if err != nil {
		return nil, false
	}
	for _, n := range nodes {
		if _, err := step.addNode(n); err != nil {
			return nil, false
		}
	}
	if group.Where != nil {
		step.where(group.Where)
	}
	rel.types = inner.types
	rel.slot = g.p.slotOf(rel.symbol, expr.Values)
	rel.step.From, rel.step.Relationship, rel.step.To = g.p.slots[nodes[0].Symbol], inner.slot, g.p.slots[nodes[1].Symbol]
	var conditions []ast.Expr
	for _, c := range step.conditions {
		conditions = append(conditions, c.expr)
	}
	if len(conditions) > 0 {
		rel.stepExpr = conjunction(conditions)
	}
	for _, lists := range group.Groups {
		s.groups = append(s.groups, Group{Inner: g.p.slots[lists.Inner], Outer: g.p.slotOf(lists, expr.Values)})
		g.own[lists] = true
	}
	g.own[rel.symbol] = true
	g.rels = append(g.rels, rel)
	return rel, true
}

// groupLists plans the lists of nodes and relationships of a search.
func (g *graphPattern) groupLists(r *patternRel, input Node) Node {
	if r.selection == nil || len(r.selection.groups) == 0 {
		return input
	}
	n := &Project{Input: input}
	for _, group := range r.selection.groups {
		value := expr.SlotValue(r.slot, "")
		switch group.Inner {
		case r.step.From:
			value = expr.NewPathNodes(r.from.slot, r.slot, false)
		case r.step.To:
			value = expr.NewPathNodes(r.from.slot, r.slot, true)
		}
		n.Items = append(n.Items, Assignment{Slot: group.Outer, Value: value})
		g.p.bound[group.Outer] = true
	}
	return add(g.p, n)
}

// chooseAmong plans the paths of a selection one by one, from one of its ends,
// and the choice among them.
func (g *graphPattern) chooseAmong(r *patternRel, input Node) (Node, error) {
	p, s := g.p, r.selection
	outer := p.snapshot()
	inner, err := p.joined([]*ast.PathPattern{s.path}, s.where, p.start(), g.repeatable)
	if err != nil {
		return nil, err
	}
	n := &Select{Input: input, Inner: inner, Path: p.slots[s.path.Symbol], Groups: s.grouped()}
	for slot := range p.bound {
		if !outer.bound[slot] {
			n.Outputs = append(n.Outputs, slot)
		}
	}
	slices.Sort(n.Outputs)
	p.restore(outer)
	for _, slot := range n.Outputs {
		p.bound[slot] = true
	}
	if n.Count, err = p.compiler.Compile(s.count()); err != nil {
		return nil, err
	}
	add(p, n)
	n.Rows = max(input.Base().Rows*p.nodeCount()/10, 0.01)
	r.solved = true
	g.bind(r.from)
	g.bind(r.to)
	return g.apply(n, nil)
}

// anchorsFirst reports whether the end of a selected path that is not bound
// should be looked up before the search: a search between two nodes is much
// smaller than one of all that can be reached.
func (g *graphPattern) anchorsFirst(r *patternRel) bool {
	end := r.to
	if end.bound {
		end = r.from
	}
	const few = 10
	return !g.p.Plain && slices.ContainsFunc(g.candidates(end), func(c candidate) bool { return c.rows <= few })
}
