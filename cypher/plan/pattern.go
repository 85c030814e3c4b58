package plan

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const (
	valueKind      = expr.Values
	bothDirections = storage.Both
)

// A patternNode is a node of the patterns of one clause.
type patternNode struct {
	symbol *ast.Symbol
	slot   int
	labels []string // that it must have
	bound  bool     // solved: its column is filled
}

// A patternRel is a relationship, or a chain of them, of the patterns of one
// clause.
type patternRel struct {
	symbol    *ast.Symbol
	slot      int
	from, to  *patternNode
	types     []string
	direction storage.Direction
	chain     bool // many relationships: *min..max
	min, max  int
	known     bool // bound before the clause
	solved    bool
	stepExpr  ast.Expr // must hold for each relationship of a chain
	stepRel   int      // the slot of its relationship, or -1
	stepTo    int      // the slot of the node behind it, or -1
	shortest  ast.SelectorKind
	repeat    *ast.GroupPattern // a whole pattern, many times
}

// A condition is a predicate of the clause, waiting for its variables.
type condition struct {
	expr    ast.Expr
	symbols []*ast.Symbol // of the clause's own variables
	label   string        // for a label of the only symbol
	done    bool
}

// A patternPath is a named path.
type patternPath struct {
	symbol *ast.Symbol
	start  *patternNode
	rels   []*patternRel
	done   bool
}

// A graphPattern is what the patterns of one clause ask for.
type graphPattern struct {
	p          *planner
	nodes      []*patternNode
	byNode     map[*ast.Symbol]*patternNode
	rels       []*patternRel
	paths      []*patternPath
	conditions []*condition
	own        map[*ast.Symbol]bool // variables that the clause binds
}

// match plans MATCH and OPTIONAL MATCH.
func (p *planner) match(c *ast.Match, input Node) (Node, error) {
	p.plan.Reads = true
	if c.Mode == ast.MatchRepeatableElements {
		return nil, notSupported("REPEATABLE ELEMENTS")
	}
	input = p.barrierBefore(input, p.readsOf(c))
	if !c.Optional {
		return p.pattern(c.Pattern.Paths, c.Where, input)
	}
	outer := p.snapshot()
	arg := add(p, &Argument{Common: Common{Rows: input.Base().Rows}, RowSlot: p.newSlot(expr.Nodes)})
	inner, err := p.pattern(c.Pattern.Paths, c.Where, arg)
	if err != nil {
		return nil, err
	}
	n := &Optional{Input: input, Inner: inner, RowSlot: arg.RowSlot}
	for slot := range p.bound {
		if !outer.bound[slot] {
			n.Nulls = append(n.Nulls, slot)
		}
	}
	slices.Sort(n.Nulls)
	add(p, n)
	n.Rows = max(input.Base().Rows, inner.Base().Rows)
	return n, nil
}

// pattern plans paths that are matched together, with the conditions on them.
func (p *planner) pattern(paths []*ast.PathPattern, where ast.Expr, input Node) (Node, error) {
	g := &graphPattern{p: p, byNode: make(map[*ast.Symbol]*patternNode), own: make(map[*ast.Symbol]bool)}
	for _, path := range paths {
		if err := g.addPath(path); err != nil {
			return nil, err
		}
	}
	if where != nil {
		for _, e := range conjuncts(nil, where) {
			g.where(e)
		}
	}
	return g.solve(input)
}

// addPath takes in one path.
func (g *graphPattern) addPath(path *ast.PathPattern) error {
	switch path.Selector.Kind {
	case ast.SelectAll, ast.SelectShortestPathFunction, ast.SelectAllShortestPathsFunction:
	default:
		return notSupported("a path selector")
	}
	nodes, links, err := g.flatten(path)
	if err != nil {
		return err
	}
	row := make([]*patternNode, len(nodes))
	for i, n := range nodes {
		if row[i], err = g.addNode(n); err != nil {
			return err
		}
	}
	if len(links) == 0 && row[0].bound && row[0].symbol.Type.May(ast.TypeNull) {
		// No operator looks for the node: null must not pass as one.
		n := nodes[0]
		variable := &ast.Variable{Span: n.Span, Name: symbolName(n.Symbol), Symbol: n.Symbol}
		g.where(&ast.Unary{Span: n.Span, Op: ast.IsNotNull, X: variable})
	}
	np := &patternPath{symbol: path.Symbol, start: row[0]}
	for i, link := range links {
		rel, err := g.addLink(link, row[i], row[i+1])
		if err != nil {
			return err
		}
		if path.Selector.Kind != ast.SelectAll {
			rel.shortest = path.Selector.Kind
			if !rel.chain {
				rel.chain, rel.min, rel.max = true, 1, 1
				rel.slot = g.p.newSlot(expr.Values)
				g.p.slots[rel.symbol] = rel.slot
			}
		}
		np.rels = append(np.rels, rel)
	}
	if path.Symbol != nil {
		g.paths = append(g.paths, np)
		g.own[path.Symbol] = true
	}
	return nil
}

func (g *graphPattern) addNode(n *ast.NodePattern) (*patternNode, error) {
	node, ok := g.byNode[n.Symbol]
	if !ok {
		slot, known := g.p.slots[n.Symbol]
		bound := known && g.p.bound[slot]
		if !bound {
			slot = g.p.slotOf(n.Symbol, expr.Nodes)
			g.own[n.Symbol] = true
		}
		node = &patternNode{symbol: n.Symbol, slot: slot, bound: bound}
		g.byNode[n.Symbol] = node
		g.nodes = append(g.nodes, node)
	}
	variable := &ast.Variable{Span: n.Span, Name: symbolName(n.Symbol), Symbol: n.Symbol}
	if err := g.nodeLabels(node, n.Labels, variable); err != nil {
		return nil, err
	}
	if err := g.properties(n.Properties, variable); err != nil {
		return nil, err
	}
	if n.Where != nil {
		for _, e := range conjuncts(nil, n.Where) {
			g.where(e)
		}
	}
	return node, nil
}

// symbolName names a symbol in printed plans.
func symbolName(s *ast.Symbol) string {
	if s == nil || s.Name == "" {
		return "_"
	}
	return s.Name
}

// nodeLabels adds the labels that a node must have.
func (g *graphPattern) nodeLabels(node *patternNode, e ast.LabelExpr, variable *ast.Variable) error {
	if e == nil {
		return nil
	}
	names, ok := ast.LabelConjunction(e)
	if !ok {
		g.conditions = append(g.conditions, &condition{
			expr: &ast.LabelPredicate{Span: e.Range(), X: variable, Labels: e},
		})
		return nil
	}
	for _, name := range names {
		if name.Dynamic != nil {
			return notSupported("a dynamic label in a pattern")
		}
		if slices.Contains(node.labels, name.Name) {
			continue
		}
		node.labels = append(node.labels, name.Name)
		g.conditions = append(g.conditions, &condition{
			expr: &ast.LabelPredicate{Span: name.Span, X: variable, Labels: name}, label: name.Name,
		})
	}
	return nil
}

// properties turns {key: value} into conditions.
func (g *graphPattern) properties(e, subject ast.Expr) error {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.MapLiteral:
		for i := range e.Entries {
			g.where(&ast.Binary{
				Span: e.Entries[i].Span, Op: ast.Equal,
				Left:  &ast.Property{Span: e.Entries[i].Span, Subject: subject, Key: e.Entries[i].Key},
				Right: e.Entries[i].Value,
			})
		}
		return nil
	default:
		return notSupported("a parameter as the properties of a pattern")
	}
}

// where adds a condition.
func (g *graphPattern) where(e ast.Expr) {
	c := &condition{expr: e}
	if has, ok := e.(*ast.LabelPredicate); ok {
		g.labelCondition(c, has)
	}
	g.conditions = append(g.conditions, c)
}

// labelCondition lets WHERE n:Label choose the scan as (n:Label) does.
func (g *graphPattern) labelCondition(c *condition, has *ast.LabelPredicate) {
	v, ok := has.X.(*ast.Variable)
	if !ok {
		return
	}
	node, ok := g.byNode[v.Symbol]
	names, ok2 := ast.LabelConjunction(has.Labels)
	if !ok || !ok2 || len(names) != 1 || names[0].Dynamic != nil || slices.Contains(node.labels, names[0].Name) {
		return
	}
	node.labels = append(node.labels, names[0].Name)
	c.label = names[0].Name
}

// freeSymbols returns the variables that an expression mentions.
func freeSymbols(n ast.Node) []*ast.Symbol {
	var symbols []*ast.Symbol
	note := func(s *ast.Symbol) {
		if s != nil && !slices.Contains(symbols, s) {
			symbols = append(symbols, s)
		}
	}
	ast.Walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Variable:
			note(n.Symbol)
		case *ast.NodePattern:
			note(n.Symbol)
		case *ast.RelPattern:
			note(n.Symbol)
		}
		return true
	})
	return symbols
}

func (g *graphPattern) addRel(r *ast.RelPattern, from, to *patternNode) (*patternRel, error) {
	if r.Expansion != nil {
		return nil, notSupported("a traversal such as *BFS")
	}
	types, ok := ast.LabelDisjunction(r.Types)
	if !ok {
		return nil, notSupported("a type expression other than A|B")
	}
	rel := &patternRel{symbol: r.Symbol, from: from, to: to, direction: direction(r.Direction), stepRel: -1, stepTo: -1}
	for _, t := range types {
		if t.Dynamic != nil {
			return nil, notSupported("a dynamic relationship type in a pattern")
		}
		if !slices.Contains(rel.types, t.Name) {
			rel.types = append(rel.types, t.Name)
		}
	}
	kind := expr.Relationships
	if r.Length != nil {
		kind = expr.Values
		if err := rel.length(r.Length); err != nil {
			return nil, err
		}
	}
	if q := r.Quantifier; q != nil {
		kind = expr.Values
		rel.chain, rel.min, rel.max = true, repetitions(q.Min), repetitions(q.Max)
	}
	slot, known := g.p.slots[r.Symbol]
	if known && g.p.bound[slot] || g.own[r.Symbol] {
		rel.known = true
	} else {
		slot = g.p.slotOf(r.Symbol, kind)
		g.own[r.Symbol] = true
	}
	rel.slot = slot
	g.rels = append(g.rels, rel)
	return rel, g.relConditions(rel, r)
}

// relConditions adds what the text inside a relationship's brackets asks for.
func (g *graphPattern) relConditions(rel *patternRel, r *ast.RelPattern) error {
	if !rel.chain {
		variable := &ast.Variable{Span: r.Span, Name: symbolName(r.Symbol), Symbol: r.Symbol}
		if r.Where != nil {
			for _, e := range conjuncts(nil, r.Where) {
				g.where(e)
			}
		}
		return g.properties(r.Properties, variable)
	}
	if r.Where != nil {
		return notSupported("WHERE inside a relationship of variable length")
	}
	m, ok := r.Properties.(*ast.MapLiteral)
	if !ok {
		if r.Properties == nil {
			return nil
		}
		return notSupported("a parameter as the properties of a pattern")
	}
	one := &ast.Symbol{Name: symbolName(r.Symbol)}
	rel.stepRel = g.p.slotOf(one, expr.Relationships)
	variable := &ast.Variable{Span: r.Span, Name: one.Name, Symbol: one}
	var all ast.Expr
	for i := range m.Entries {
		var e ast.Expr = &ast.Binary{
			Span: m.Entries[i].Span, Op: ast.Equal,
			Left:  &ast.Property{Span: m.Entries[i].Span, Subject: variable, Key: m.Entries[i].Key},
			Right: m.Entries[i].Value,
		}
		if all != nil {
			e = &ast.Binary{Span: m.Span, Op: ast.And, Left: all, Right: e}
		}
		all = e
	}
	rel.stepExpr = all
	return nil
}

func direction(d ast.Direction) storage.Direction {
	switch d {
	case ast.Out:
		return storage.Out
	case ast.In:
		return storage.In
	default:
		return storage.Both
	}
}

// length reads *min..max.
func (r *patternRel) length(l *ast.Length) error {
	r.chain, r.min, r.max = true, 1, -1
	var err error
	if l.Min != nil {
		if r.min, err = lengthBound(l.Min); err != nil {
			return err
		}
		if l.Exact {
			r.max = r.min
		}
	}
	if l.Max != nil {
		r.max, err = lengthBound(l.Max)
	}
	return err
}

func lengthBound(e ast.Expr) (int, error) {
	lit, ok := e.(*ast.Literal)
	if !ok || lit.Value.Kind() != graph.KindInteger {
		return 0, notSupported("a pattern length that is no integer literal")
	}
	return int(min(lit.Value.Int(), 1<<30)), nil
}
