package semantics

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
)

// A matcher binds the variables of the patterns of one MATCH, or of a pattern
// in an expression.
type matcher struct {
	*analyzer
	// optional makes the types of new variables nullable.
	optional bool
	// closed refuses new variables: a pattern that is an expression can only
	// use what is bound.
	closed bool
	// mode says whether relationships may repeat.
	mode ast.MatchMode
	// repeated is set inside of a quantified path, whose variables are its own.
	repeated bool
	// relationships are the single relationships of this clause.
	relationships []*ast.Symbol
	// deferred are the checks of properties and conditions, which may use
	// every variable of the clause.
	deferred []func()
}

func (a *analyzer) matchPattern(p *ast.Pattern, mode ast.MatchMode, optional bool) {
	m := &matcher{analyzer: a, optional: optional, mode: mode}
	for _, path := range p.Paths {
		if path.Selector.Kind >= ast.SelectShortest && len(p.Paths) > 1 && mode != ast.MatchRepeatableElements {
			a.fail(path, ast.UnexpectedSyntax, "a path with a selector must be the only one of its MATCH")
		}
		m.path(path)
	}
	m.finish()
}

// finish checks properties and conditions once everything is bound.
func (m *matcher) finish() {
	for _, check := range m.deferred {
		check()
	}
	m.deferred = nil
}

func (m *matcher) path(p *ast.PathPattern) {
	if m.err != nil {
		return
	}
	m.selector(p)
	m.elements(p)
	if p.Var == nil {
		return
	}
	if m.scope.find(p.Var.Name) != nil {
		m.alreadyBound(p.Var, p.Var.Name)
		return
	}
	p.Var.Symbol = m.bind(p.Var.Name, m.typeOf(ast.TypePath))
	p.Symbol = p.Var.Symbol
}

func (m *matcher) selector(p *ast.PathPattern) {
	if p.Selector.Count != nil {
		m.constants(p.Selector.Count)
		if n, ok := p.Selector.Count.(*ast.Literal); ok && n.Value.Int() < 1 {
			m.fail(n, ast.InvalidArgumentValue, "the number of paths must be greater than 0")
		}
	}
	switch p.Selector.Kind {
	case ast.SelectShortestPathFunction, ast.SelectAllShortestPathsFunction:
		if m.mode != ast.MatchDefault {
			m.fail(p, ast.UnexpectedSyntax, "shortestPath can not be used with a match mode: use SHORTEST")
		}
		_, rels, ok := p.Simple()
		if !ok || len(rels) != 1 {
			m.fail(p, ast.InvalidRelationshipPattern, "shortestPath needs a pattern of one relationship between two nodes")
			return
		}
		if l := rels[0].Length; l != nil && l.Max == nil && l.Min == nil {
			m.notify(p.Elements[0], UnboundedLength, "")
		}
	default:
	}
}

func (m *matcher) elements(p *ast.PathPattern) {
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *ast.NodePattern:
			m.node(e)
		case *ast.RelPattern:
			m.relationship(e)
		case *ast.GroupPattern:
			m.group(e)
		}
	}
}

func (m *matcher) typeOf(set ast.Set) ast.Type {
	t := ast.Of(set)
	if m.optional {
		return t.Nullable()
	}
	return t
}

func (m *matcher) node(n *ast.NodePattern) {
	n.Symbol = m.entity(n.Var, m.typeOf(ast.TypeNode), "a node")
	m.later(func() {
		m.labels(n.Labels)
		m.properties(n.Properties)
		if n.Where != nil {
			m.condition(n.Where)
		}
	})
}

// entity binds a variable of a pattern to an entity, or finds what it is
// bound to.
func (m *matcher) entity(v *ast.Variable, t ast.Type, what string) *ast.Symbol {
	if v == nil {
		return m.newSymbol("", t)
	}
	symbol := m.scope.find(v.Name)
	switch {
	case symbol == nil && m.closed:
		m.fail(v, ast.UndefinedVariable, "the variable "+v.Name+" is not defined: a pattern in an expression can not bind it")
		symbol = m.newSymbol(v.Name, t)
	case symbol == nil:
		symbol = m.bind(v.Name, t)
	case m.repeated && m.scope.local(v.Name) == nil:
		m.alreadyBound(v, v.Name)
	case !fits(symbol.Type, t.Set):
		m.fail(v, ast.VariableTypeConflict, "the variable "+v.Name+" is "+symbol.Type.String()+" and can not stand for "+what)
	}
	v.Symbol = symbol
	return symbol
}

func (m *matcher) later(check func()) {
	scope := m.scope
	m.deferred = append(m.deferred, func() {
		saved := m.scope
		m.scope = scope
		check()
		m.scope = saved
	})
}

func (m *matcher) relationship(r *ast.RelPattern) {
	many := r.Length != nil || r.Expansion != nil || r.Quantifier != nil
	if r.Expansion != nil && r.Var != nil && m.scope.find(r.Var.Name) != nil {
		m.alreadyBound(r.Var, r.Var.Name)
	}
	if many {
		r.Symbol = m.entity(r.Var, m.typeOf(ast.TypeList), "a list of relationships")
		m.listOfRelationships(r)
	} else {
		r.Symbol = m.entity(r.Var, m.typeOf(ast.TypeRelationship), "a relationship")
		m.once(r)
	}
	if r.Length != nil {
		m.lengthBound(r.Length.Min)
		m.lengthBound(r.Length.Max)
		m.limited(r, r.Length.Max != nil)
	}
	if r.Quantifier != nil {
		m.limited(r, r.Quantifier.Max >= 0)
	}
	m.later(func() {
		m.labels(r.Types)
		m.properties(r.Properties)
		m.relationshipWhere(r)
	})
	if r.Expansion != nil {
		m.expansion(r)
	}
}

// relationshipWhere analyses the condition inside the brackets. Of many
// relationships it must hold for each.
func (m *matcher) relationshipWhere(r *ast.RelPattern) {
	switch {
	case r.Expansion != nil && r.Where != nil:
		m.fail(r.Where, ast.InvalidRelationshipPattern, "a traversal can have no WHERE: use a filter such as (r, n | n.age > 18)")
	case r.Length != nil && r.Where != nil:
		m.fail(r.Where, ast.InvalidRelationshipPattern, "a relationship of variable length can have no WHERE: use a quantifier such as ->{1,3} for the length")
	case r.Quantifier != nil:
		r.Inner = m.newSymbol("", ast.Of(ast.TypeRelationship))
		m.inner(func() {
			if r.Var != nil {
				r.Inner.Name = r.Var.Name
				m.scope.add(r.Inner)
			}
			if r.Where != nil {
				m.condition(r.Where)
			}
		})
	case r.Where != nil:
		m.condition(r.Where)
	}
}

func (m *matcher) listOfRelationships(r *ast.RelPattern) {
	t := &r.Symbol.Type
	switch {
	case t.Elem == ast.TypeAny && t.Is(ast.TypeList):
		t.Elem = ast.TypeRelationship
	case !fits(t.Element(), ast.TypeRelationship):
		m.fail(r, ast.VariableTypeConflict, "the variable "+r.Symbol.Name+" is "+t.String()+" and can not stand for a list of relationships")
	}
	if r.Quantifier != nil {
		r.Symbol.Group = true
	}
}

// limited refuses a pattern that may match without end: one that repeats
// without an upper bound, where relationships may repeat too.
func (m *matcher) limited(n ast.Node, bounded bool) {
	if m.mode == ast.MatchRepeatableElements && !bounded {
		m.fail(n, ast.InvalidRelationshipPattern, "a pattern of REPEATABLE ELEMENTS that repeats needs an upper bound")
	}
}

// once refuses a relationship that the same clause has already: two places
// of one pattern never match the same relationship.
func (m *matcher) once(r *ast.RelPattern) {
	if r.Var == nil || m.mode == ast.MatchRepeatableElements {
		return
	}
	for _, s := range m.relationships {
		if s == r.Symbol {
			m.fail(r.Var, ast.RelationshipUniquenessViolation, "the relationship "+r.Var.Name+" can not be in a pattern twice")
		}
	}
	m.relationships = append(m.relationships, r.Symbol)
}

func (m *matcher) lengthBound(e ast.Expr) {
	if e != nil {
		m.constants(e)
	}
}

// expansion analyses the lambdas of a traversal. Their variables are those of
// one step: relationship, node, and for filters path and weight.
func (m *matcher) expansion(r *ast.RelPattern) {
	x := r.Expansion
	if x.Limit != nil {
		m.constants(x.Limit)
	}
	if x.Kind == ast.ExpandWeightedShortest || x.Kind == ast.ExpandAllShortest {
		m.weighted(r)
	}
	if x.Total != nil {
		m.bindNew(x.Total, m.typeOf(ast.TypeNumber|ast.TypeDuration))
	}
	for _, l := range []*ast.Lambda{x.Weight, x.Filter} {
		if l == nil {
			continue
		}
		m.later(func() {
			m.inner(func() {
				kinds := [...]ast.Set{ast.TypeRelationship, ast.TypeNode, ast.TypePath, ast.TypeNumber | ast.TypeDuration}
				for i, v := range l.Vars {
					if i == len(kinds) {
						m.fail(v, ast.UnexpectedSyntax, "there are too many variables in front of the bar")
						return
					}
					v.Symbol = m.bind(v.Name, ast.Of(kinds[i]))
				}
				m.expr(l.Expr)
			})
		})
	}
}

// weighted refuses a traversal by weights that has none, or a least length: the
// cheapest path has the length that it has.
func (m *matcher) weighted(r *ast.RelPattern) {
	if r.Expansion.Weight == nil {
		m.fail(r.Expansion, ast.InvalidRelationshipPattern, "the traversal needs the weight of a step, such as (r, n | r.length)")
	}
	if r.Length != nil && r.Length.Min != nil {
		m.fail(r.Length, ast.InvalidRelationshipPattern, "a cheapest path can have no least length: use ..5 for the most")
	}
}

// group analyses a path in parentheses. With a quantifier its variables are
// single values inside and lists outside.
func (m *matcher) group(g *ast.GroupPattern) {
	if g.Quantifier == nil {
		m.elements(g.Path)
		m.pathVariable(g.Path)
		if g.Where != nil {
			m.later(func() { m.condition(g.Where) })
		}
		return
	}
	m.limited(g, g.Quantifier.Max >= 0)
	outer := m.scope
	inside := newScope(outer)
	m.scope = inside
	n := &matcher{analyzer: m.analyzer, repeated: true, mode: m.mode}
	n.elements(g.Path)
	n.pathVariable(g.Path)
	n.finish()
	if g.Where != nil {
		m.condition(g.Where)
	}
	m.scope = outer
	for _, s := range inside.symbols {
		lists := m.bind(s.Name, ast.ListOf(s.Type.Set))
		lists.Group, lists.Inner = true, s
		g.Groups = append(g.Groups, lists)
	}
}

// pathVariable binds the name of a path inside of parentheses.
func (m *matcher) pathVariable(p *ast.PathPattern) {
	if p.Var != nil {
		m.bindNew(p.Var, m.typeOf(ast.TypePath))
		p.Symbol = p.Var.Symbol
	}
}

// labels analyses the expressions of dynamic labels.
func (a *analyzer) labels(e ast.LabelExpr) {
	switch e := e.(type) {
	case *ast.LabelName:
		if e.Dynamic != nil {
			a.require(e.Dynamic, ast.TypeString|ast.TypeList, "a label")
		}
	case *ast.LabelAnd:
		a.labels(e.Left)
		a.labels(e.Right)
	case *ast.LabelOr:
		a.labels(e.Left)
		a.labels(e.Right)
	case *ast.LabelNot:
		a.labels(e.X)
	}
}

// properties analyses the map of a pattern that is matched. A parameter can
// not stand for it: its keys must be known for planning.
func (a *analyzer) properties(e ast.Expr) {
	if e == nil {
		return
	}
	if p, ok := e.(*ast.Parameter); ok {
		a.fail(p, ast.InvalidParameterUse, "a parameter can not stand for the properties of a pattern in MATCH or MERGE")
		return
	}
	a.expr(e)
}

// patternExpr analyses a pattern that is an expression.
func (a *analyzer) patternExpr(e *ast.PatternExpr) {
	m := &matcher{analyzer: a, closed: true}
	m.path(e.Path)
	m.finish()
}
