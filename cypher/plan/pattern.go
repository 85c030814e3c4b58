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
	stepExpr  ast.Expr         // must hold for each relationship of a chain
	step      Step             // the slots of what it reads of a step
	traversal *ast.Expansion   // asked for by name
	source    *ast.PathPattern // with a shortest path
	selection *selection       // how paths are chosen, nil for all and for the functions
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
	repeatable bool                 // a relationship may be used more than once
}

func newGraphPattern(p *planner) *graphPattern {
	return &graphPattern{p: p, byNode: make(map[*ast.Symbol]*patternNode), own: make(map[*ast.Symbol]bool)}
}

// match plans MATCH and OPTIONAL MATCH.
func (p *planner) match(c *ast.Match, input Node) (Node, error) {
	p.plan.Reads = true
	repeatable := c.Mode == ast.MatchRepeatableElements
	input = p.barrierBefore(input, p.readsOf(c))
	if !c.Optional {
		return p.joined(c.Pattern.Paths, c.Where, input, repeatable)
	}
	outer := p.snapshot()
	arg := add(p, &Argument{Common: Common{Rows: input.Base().Rows}, RowSlot: p.newSlot(expr.Nodes)})
	inner, err := p.joined(c.Pattern.Paths, c.Where, arg, repeatable)
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
	return p.joined(paths, where, input, false)
}

// joined is pattern with the rule for relationships that repeat.
func (p *planner) joined(paths []*ast.PathPattern, where ast.Expr, input Node, repeatable bool) (Node, error) {
	g := newGraphPattern(p)
	g.repeatable = repeatable
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
		return g.addSelected(path)
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
	np := &patternPath{symbol: g.pathSymbol(path), start: row[0]}
	for i, link := range links {
		rel, err := g.addLink(link, row[i], row[i+1])
		if err != nil {
			return err
		}
		if path.Selector.Kind != ast.SelectAll {
			rel.shortest, rel.source = path.Selector.Kind, path
			if !rel.chain {
				rel.chain, rel.min, rel.max = true, 1, 1
				rel.slot = g.p.newSlot(expr.Values)
				g.p.slots[rel.symbol] = rel.slot
			}
		}
		np.rels = append(np.rels, rel)
	}
	if np.symbol != nil {
		g.paths = append(g.paths, np)
		g.own[np.symbol] = true
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
	g.nodeLabels(node, n.Labels, variable)
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
func (g *graphPattern) nodeLabels(node *patternNode, e ast.LabelExpr, variable *ast.Variable) {
	if e == nil {
		return
	}
	names, ok := ast.LabelConjunction(e)
	if !ok {
		g.where(&ast.LabelPredicate{Span: e.Range(), X: variable, Labels: e})
		return
	}
	for _, name := range names {
		if name.Dynamic != nil || !slices.Contains(node.labels, name.Name) {
			g.where(&ast.LabelPredicate{Span: name.Span, X: variable, Labels: name})
		}
	}
}

// properties turns {key: value} into conditions.
func (g *graphPattern) properties(e, subject ast.Expr) error {
	conditions, err := equalities(e, subject)
	for _, c := range conditions {
		g.where(c)
	}
	return err
}

// equalities returns the conditions that {key: value} stands for.
func equalities(e, subject ast.Expr) ([]ast.Expr, error) {
	m, ok := e.(*ast.MapLiteral)
	if !ok {
		if e == nil {
			return nil, nil
		}
		return nil, notSupported("a parameter as the properties of a pattern")
	}
	var conditions []ast.Expr
	for i := range m.Entries {
		conditions = append(conditions, &ast.Binary{
			Span: m.Entries[i].Span, Op: ast.Equal,
			Left:  &ast.Property{Span: m.Entries[i].Span, Subject: subject, Key: m.Entries[i].Key},
			Right: m.Entries[i].Value,
		})
	}
	return conditions, nil
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
	rel := &patternRel{symbol: r.Symbol, from: from, to: to, direction: direction(r.Direction), step: noStep()}
	var exact bool
	rel.types, exact = typesOf(r.Types)
	kind := expr.Relationships
	if r.Expansion != nil {
		kind = expr.Values
		rel.traversal, rel.chain, rel.min, rel.max = r.Expansion, true, 1, -1
		if total := r.Expansion.Total; total != nil {
			g.own[total.Symbol] = true
		}
	}
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
	return rel, g.relConditions(rel, r, exact)
}

// relConditions adds what the text inside a relationship's brackets asks for;
// exact says that its types ask for no more than to be one of rel.types.
func (g *graphPattern) relConditions(rel *patternRel, r *ast.RelPattern, exact bool) error {
	one := r.Symbol
	if rel.chain {
		if one = r.Inner; one == nil {
			one = &ast.Symbol{Name: symbolName(r.Symbol)}
		}
		if lambda := rel.filter(); lambda != nil {
			one = lambda.Vars[0].Symbol
		}
	}
	variable := &ast.Variable{Span: r.Span, Name: symbolName(one), Symbol: one}
	var conditions []ast.Expr
	if !exact {
		conditions = append(conditions, &ast.LabelPredicate{Span: r.Types.Range(), X: variable, Labels: r.Types})
	}
	if r.Where != nil {
		conditions = conjuncts(conditions, r.Where)
	}
	properties, err := equalities(r.Properties, variable)
	if err != nil {
		return err
	}
	conditions = append(conditions, properties...)
	if lambda := rel.filter(); lambda != nil {
		conditions = conjuncts(conditions, lambda.Expr)
		g.p.lambdaSlots(&rel.step, lambda)
	}
	if !rel.chain {
		for _, e := range conditions {
			g.where(e)
		}
		return nil
	}
	if len(conditions) == 0 {
		return nil
	}
	rel.step.Relationship = g.p.slotOf(one, expr.Relationships)
	rel.stepExpr = conjunction(conditions)
	return nil
}

// conjunction joins conditions by AND.
func conjunction(conditions []ast.Expr) ast.Expr {
	all := conditions[0]
	for _, e := range conditions[1:] {
		all = &ast.Binary{Span: e.Range(), Op: ast.And, Left: all, Right: e}
	}
	return all
}

// typesOf returns the types that a relationship can have by a label
// expression, nil for any; exact says that each of them will do.
func typesOf(e ast.LabelExpr) (types []string, exact bool) {
	switch e := e.(type) {
	case nil, *ast.LabelWildcard:
		return nil, true
	case *ast.LabelName:
		if e.Dynamic == nil {
			return []string{e.Name}, true
		}
	case *ast.LabelOr:
		left, ok := typesOf(e.Left)
		right, ok2 := typesOf(e.Right)
		if left == nil || right == nil {
			return nil, ok && ok2 && left == nil && right == nil
		}
		for _, t := range right {
			if !slices.Contains(left, t) {
				left = append(left, t)
			}
		}
		return left, ok && ok2
	case *ast.LabelAnd:
		if left, _ := typesOf(e.Left); left != nil {
			return left, false
		}
		right, _ := typesOf(e.Right)
		return right, false
	}
	return nil, false
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
