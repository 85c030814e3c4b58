package semantics

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// literalType returns the kind of a constant.
func literalType(v graph.Value) ast.Set {
	switch v.Kind() {
	case graph.KindNull:
		return ast.TypeNull
	case graph.KindBoolean:
		return ast.TypeBoolean
	case graph.KindInteger:
		return ast.TypeInteger
	case graph.KindFloat:
		return ast.TypeFloat
	default:
		return ast.TypeString
	}
}

// anything is the type of what is not known.
func anything() ast.Type { return ast.Of(ast.TypeAny) }

// expr analyses an expression and returns its type. A pattern is refused in
// it, unless it is the operand of something that takes a predicate.
func (a *analyzer) expr(e ast.Expr) ast.Type {
	if a.err != nil {
		return anything()
	}
	switch e := e.(type) {
	case *ast.Literal:
		return ast.Type{Set: literalType(e.Value)}
	case *ast.Parameter:
		a.parameter(e.Name)
		return anything()
	case *ast.Variable:
		return a.use(e)
	case *ast.Property:
		return a.property(e)
	case *ast.Index:
		return a.index(e)
	case *ast.Slice:
		return a.slice(e)
	case *ast.ListLiteral:
		t := ast.Type{Set: ast.TypeList}
		for _, item := range e.Items {
			t.Elem |= a.expr(item).Set
		}
		return t
	case *ast.MapLiteral:
		for i := range e.Entries {
			a.expr(e.Entries[i].Value)
		}
		return ast.Of(ast.TypeMap)
	case *ast.MapProjection:
		t := a.require(e.Subject, ast.TypeMap|ast.TypeEntity, "what a map is made of")
		for i := range e.Items {
			if v := e.Items[i].Value; v != nil {
				a.expr(v)
			}
		}
		return nullIf(ast.Of(ast.TypeMap), t)
	case *ast.Call:
		return a.functionCall(e)
	case *ast.CountStar:
		a.aggregate(e, "count")
		return ast.Of(ast.TypeInteger)
	case *ast.Case:
		return a.caseExpr(e)
	case *ast.CaseSubject:
		return anything()
	default:
		return a.compound(e)
	}
}

// compound is the rest of expr: operators and what has a scope of its own.
func (a *analyzer) compound(e ast.Expr) ast.Type {
	switch e := e.(type) {
	case *ast.Unary:
		return a.unary(e)
	case *ast.Binary:
		return a.binary(e)
	case *ast.Comparison:
		t := ast.Type{}
		for _, x := range e.Operands {
			t = t.Union(a.expr(x))
		}
		return ast.Of(ast.TypeBoolean).Nullable()
	case *ast.TypePredicate:
		a.expr(e.X)
		return ast.Of(ast.TypeBoolean)
	case *ast.Normalized:
		a.expr(e.X)
		return ast.Of(ast.TypeBoolean).Nullable()
	case *ast.LabelPredicate:
		t := a.require(e.X, ast.TypeEntity, "what has labels")
		a.labels(e.Labels)
		return nullIf(ast.Of(ast.TypeBoolean), t)
	case *ast.ListComprehension:
		return a.listComprehension(e)
	case *ast.PatternComprehension:
		return a.patternComprehension(e)
	case *ast.PatternExpr:
		return a.pathExpr(e)
	case *ast.ListPredicate:
		t := a.require(e.List, ast.TypeList, "what "+e.Kind.String()+"() goes through")
		a.local(e.Var, elementOf(t), func() {
			if e.Where != nil {
				a.condition(e.Where)
			}
		})
		return ast.Of(ast.TypeBoolean).Nullable()
	case *ast.Reduce:
		return a.reduce(e)
	case *ast.Interpolation:
		return a.interpolation(e)
	case *ast.Subquery:
		return a.subquery(e)
	}
	return anything()
}

// nullIf returns t with null when the operand may be null.
func nullIf(t, operand ast.Type) ast.Type {
	if operand.May(ast.TypeNull) {
		return t.Nullable()
	}
	return t
}

// fits reports whether a value of type t can be of a kind in set. Null fits
// everywhere, but the possibility of null does not excuse a wrong kind.
func fits(t ast.Type, set ast.Set) bool {
	rest := t.Set &^ ast.TypeNull
	return rest == 0 || rest&set != 0
}

// require analyses an expression whose value must be of a kind in set or
// null. what names the value in the error.
func (a *analyzer) require(e ast.Expr, set ast.Set, what string) ast.Type {
	t := a.expr(e)
	if !fits(t, set) {
		a.mismatch(e, t, set, what)
	}
	return t
}

func (a *analyzer) mismatch(e ast.Expr, t ast.Type, set ast.Set, what string) {
	a.fail(e, ast.InvalidArgumentType, what+" must be "+ast.Of(set).String()+", not "+t.String())
}

// predicate analyses an operand that must be true, false or null. Here, and
// only here, a pattern stands for its existence.
func (a *analyzer) predicate(e ast.Expr, what string) ast.Type {
	if p, ok := e.(*ast.PatternExpr); ok && p.Path.Selector.Kind == ast.SelectAll {
		a.patternExpr(p)
		return ast.Of(ast.TypeBoolean)
	}
	return a.require(e, ast.TypeBoolean, what)
}

// condition analyses the expression of a WHERE, which can not aggregate.
func (a *analyzer) condition(e ast.Expr) {
	saved := a.aggregation
	a.aggregation = aggregationRefused
	a.predicate(e, "a condition")
	a.aggregation = saved
}

// property analyses subject.key.
func (a *analyzer) property(e *ast.Property) ast.Type {
	t := a.expr(e.Subject)
	has := ast.TypeEntity | ast.TypeMap | ast.TypeTemporal | ast.TypeDuration | ast.TypePoint
	if !fits(t, has) {
		a.failClass(e, a.propertyClass(e.Subject), ast.InvalidArgumentType, t.String()+" has no property "+e.Key)
	}
	switch {
	case t.Is(ast.TypeEntity):
		return ast.Of(ast.TypeProperty).Nullable()
	case t.Is(ast.TypeTemporal | ast.TypeDuration):
		return ast.Of(ast.TypeNumber | ast.TypeString | ast.TypeTemporal | ast.TypeNull)
	case t.Is(ast.TypePoint):
		return ast.Of(ast.TypeNumber | ast.TypeString | ast.TypeNull)
	}
	return anything()
}

// propertyClass returns the class of a property access that can not be. The
// compatibility kit calls it a type error where the subject is a value, and a
// syntax error where it is a path of a pattern.
func (a *analyzer) propertyClass(subject ast.Expr) ast.Class {
	if v, ok := subject.(*ast.Variable); ok && v.Symbol != nil && v.Symbol.Type.Is(ast.TypePath) {
		return ast.SyntaxError
	}
	return ast.TypeError
}

// index analyses subject[index]: a list with an integer, or something with
// properties and a name.
func (a *analyzer) index(e *ast.Index) ast.Type {
	t := a.expr(e.Subject)
	i := a.expr(e.Index)
	named := ast.TypeEntity | ast.TypeMap
	switch {
	case !fits(t, ast.TypeList|named):
		a.failClass(e.Subject, ast.TypeError, ast.InvalidArgumentType, t.String()+" has no elements")
	case t.Is(ast.TypeList) && !fits(i, ast.TypeInteger):
		a.failClass(e.Index, ast.TypeError, ast.InvalidArgumentType, "the index of a list must be an Integer, not "+i.String())
	case t.Is(named) && !fits(i, ast.TypeString):
		a.failClass(e.Index, ast.TypeError, ast.InvalidArgumentType, "the name of a property must be a String, not "+i.String())
	}
	if t.Is(ast.TypeList) {
		return elementOf(t).Nullable()
	}
	return anything()
}

func (a *analyzer) slice(e *ast.Slice) ast.Type {
	t := a.require(e.Subject, ast.TypeList, "what is sliced")
	result := ast.Type{Set: ast.TypeList, Elem: elementOf(t).Set}
	result = nullIf(result, t)
	for _, bound := range []ast.Expr{e.From, e.To} {
		if bound != nil {
			result = nullIf(result, a.require(bound, ast.TypeInteger, "a bound"))
		}
	}
	return result
}

func (a *analyzer) caseExpr(e *ast.Case) ast.Type {
	if e.Subject != nil {
		a.expr(e.Subject)
	}
	t := ast.Type{}
	for i := range e.Whens {
		w := &e.Whens[i]
		for _, cond := range w.Conds {
			if e.Subject == nil {
				a.predicate(cond, "the condition of a CASE")
			} else {
				a.expr(cond)
			}
		}
		t = t.Union(a.expr(w.Then))
	}
	if e.Else == nil {
		return t.Nullable()
	}
	return t.Union(a.expr(e.Else))
}

// local runs f in a scope with one more variable, in which aggregation is
// refused: it would mix the rows of the query with the items of a list.
func (a *analyzer) local(v *ast.Variable, t ast.Type, f func()) {
	saved := a.aggregation
	a.aggregation = aggregationRefused
	a.inner(func() {
		v.Symbol = a.bind(v.Name, t)
		f()
	})
	a.aggregation = saved
}

func (a *analyzer) listComprehension(e *ast.ListComprehension) ast.Type {
	t := a.require(e.List, ast.TypeList, "what a list comprehension goes through")
	elem := elementOf(t)
	a.local(e.Var, elem, func() {
		if e.Where != nil {
			a.condition(e.Where)
		}
		if e.Map != nil {
			elem = a.expr(e.Map)
		}
	})
	return nullIf(ast.Type{Set: ast.TypeList, Elem: elem.Set}, t)
}

func (a *analyzer) reduce(e *ast.Reduce) ast.Type {
	initial := a.expr(e.Init)
	list := a.require(e.List, ast.TypeList, "what reduce() goes through")
	saved := a.aggregation
	a.aggregation = aggregationRefused
	result := initial
	a.inner(func() {
		// The expression changes the type of the accumulator: 0 becomes 0.5.
		e.Acc.Symbol = a.bind(e.Acc.Name, anything())
		e.Var.Symbol = a.bind(e.Var.Name, elementOf(list))
		result = initial.Union(a.expr(e.Expr))
		e.Acc.Symbol.Type = result
		if e.All != nil {
			a.condition(e.All)
			result = ast.Of(ast.TypeBoolean).Nullable()
		}
	})
	a.aggregation = saved
	return nullIf(result, list)
}

// interpolation analyses a text with expressions in it.
func (a *analyzer) interpolation(e *ast.Interpolation) ast.Type {
	result := ast.Of(ast.TypeString)
	for _, part := range e.Parts {
		result = nullIf(result, a.require(part, ast.TypeAny&^(ast.TypeList|ast.TypeMap|ast.TypeEntity|ast.TypePath), "a part of a text"))
	}
	return result
}

func (a *analyzer) patternComprehension(e *ast.PatternComprehension) ast.Type {
	elem := ast.Type{}
	saved := a.aggregation
	a.aggregation = aggregationRefused
	a.inner(func() {
		m := &matcher{analyzer: a}
		m.path(e.Path)
		m.finish()
		if e.Where != nil {
			a.condition(e.Where)
		}
		elem = a.expr(e.Map)
	})
	a.aggregation = saved
	return ast.Type{Set: ast.TypeList, Elem: elem.Set}
}

// pathExpr analyses a pattern that is no operand of a predicate: only a
// shortest path has a value.
func (a *analyzer) pathExpr(e *ast.PatternExpr) ast.Type {
	switch e.Path.Selector.Kind {
	case ast.SelectShortestPathFunction:
		a.patternExpr(e)
		return ast.Of(ast.TypePath | ast.TypeNull)
	case ast.SelectAllShortestPathsFunction:
		a.patternExpr(e)
		return ast.ListOf(ast.TypePath)
	default:
		a.fail(e, ast.UnexpectedSyntax, "a pattern can only be used as a predicate here: use EXISTS { } or a pattern comprehension")
		return anything()
	}
}

func (a *analyzer) subquery(e *ast.Subquery) ast.Type {
	saved := a.readOnly
	a.readOnly = true
	p := forExists
	if e.Kind == ast.Collect {
		p = forCollect
	}
	r := a.query(e.Query, p, a.scope)
	a.readOnly = saved
	switch e.Kind {
	case ast.Exists:
		return ast.Of(ast.TypeBoolean)
	case ast.Count:
		return ast.Of(ast.TypeInteger)
	default:
		if len(r.items) == 1 && r.items[0].Symbol != nil {
			return ast.ListOf(r.items[0].Symbol.Type.Set)
		}
		return ast.Of(ast.TypeList)
	}
}
