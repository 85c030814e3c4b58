package reference

import (
	"regexp"
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A scope is what an expression sees: a row and, when it stands in a projection
// that aggregates, the rows of the group.
type scope struct {
	row     row
	grouped bool
	group   []row
	subject []graph.Value // of the CASE around, the innermost last
}

func (s scope) with(symbol *ast.Symbol, v graph.Value) scope {
	s.row = s.row.with(symbol, v)
	return s
}

// holds reports whether a condition is true.
func (r *run) holds(e ast.Expr, s scope) bool { return truthOf(r.eval(e, s)) == graph.True }

// truthOf returns the truth that a value stands for.
func truthOf(v graph.Value) graph.Truth {
	switch v.Kind() {
	case graph.KindNull:
		return graph.Unknown
	case graph.KindBoolean:
		return graph.TruthOf(v.Bool())
	default:
		fail("InvalidArgumentType", "expected a BOOLEAN but got %s", v.Kind())
		return graph.Unknown
	}
}

func (r *run) eval(e ast.Expr, s scope) graph.Value {
	switch e := e.(type) {
	case *ast.Literal:
		return e.Value
	case *ast.Parameter:
		v, ok := r.params.Get(e.Name)
		if !ok {
			fail("MissingParameter", "expected parameter %s", e.Name)
		}
		return v
	case *ast.Variable:
		v, ok := s.row[e.Symbol]
		if !ok {
			panic("reference: the variable " + e.Name + " has no value")
		}
		return v
	case *ast.Property:
		return r.property(r.eval(e.Subject, s), e.Key)
	case *ast.Index:
		return r.index(r.eval(e.Subject, s), r.eval(e.Index, s))
	case *ast.Slice:
		return r.slice(e, s)
	case *ast.ListLiteral:
		return graph.List(r.all(e.Items, s))
	case *ast.MapLiteral:
		fields := map[string]graph.Value{}
		for _, entry := range e.Entries {
			fields[entry.Key] = r.eval(entry.Value, s)
		}
		return mapOf(fields)
	case *ast.MapProjection:
		return r.mapProjection(e, s)
	case *ast.Unary:
		return r.unary(e, s)
	case *ast.Binary:
		return r.binary(e, s)
	case *ast.Comparison:
		return r.chain(e, s)
	case *ast.Call:
		return r.call(e, s)
	case *ast.CountStar:
		return graph.Integer(int64(len(s.group)))
	case *ast.Case:
		return r.caseOf(e, s)
	case *ast.CaseSubject:
		return s.subject[len(s.subject)-1]
	default:
		return r.nested(e, s)
	}
}

func (r *run) all(es []ast.Expr, s scope) []graph.Value {
	values := make([]graph.Value, 0, len(es))
	for _, e := range es {
		values = append(values, r.eval(e, s))
	}
	return values
}

// nested evaluates expressions with variables of their own.
func (r *run) nested(e ast.Expr, s scope) graph.Value {
	switch e := e.(type) {
	case *ast.ListComprehension:
		list, ok := r.list(e.List, s)
		if !ok {
			return graph.Null
		}
		out := []graph.Value{}
		for _, item := range list {
			inner := s.with(e.Var.Symbol, item)
			if e.Where != nil && !r.holds(e.Where, inner) {
				continue
			}
			if e.Map != nil {
				item = r.eval(e.Map, inner)
			}
			out = append(out, item)
		}
		return graph.List(out)
	case *ast.ListPredicate:
		return r.listPredicate(e, s)
	case *ast.Reduce:
		list, ok := r.list(e.List, s)
		if !ok {
			return graph.Null
		}
		acc := r.eval(e.Init, s)
		all := graph.Boolean(true)
		for _, item := range list {
			acc = r.eval(e.Expr, s.with(e.Acc.Symbol, acc).with(e.Var.Symbol, item))
			if e.All == nil {
				continue
			}
			v := r.eval(e.All, s.with(e.Acc.Symbol, acc).with(e.Var.Symbol, item))
			if v.IsNull() || !v.Bool() {
				all = v
			}
			if !v.IsNull() && !v.Bool() {
				break
			}
		}
		if e.All != nil {
			return all
		}
		return acc
	case *ast.Interpolation:
		var text []byte
		for _, part := range e.Parts {
			v := r.eval(part, s)
			if v.IsNull() {
				return v
			}
			var ok bool
			if text, ok = function.AppendText(text, v); !ok {
				fail("InvalidArgumentType", "%s is no part of a text", v.Kind())
			}
		}
		return graph.String(string(text))
	case *ast.PatternComprehension:
		var items []graph.Value
		r.pattern(e.Path, s.row, func(out row) {
			inner := s
			inner.row = out
			if e.Where == nil || r.holds(e.Where, inner) {
				items = append(items, r.eval(e.Map, inner))
			}
		})
		return r.unordered(items)
	case *ast.PatternExpr:
		return r.patternExpr(e, s)
	case *ast.Subquery:
		t := r.query(e.Query, s.row)
		switch e.Kind {
		case ast.Exists:
			return graph.Boolean(len(t.rows) > 0)
		case ast.Count:
			return graph.Integer(int64(len(t.rows)))
		default:
			var items []graph.Value
			for _, values := range t.rows {
				items = append(items, values[0])
			}
			return r.unordered(items)
		}
	case *ast.LabelPredicate:
		v := r.eval(e.X, s)
		if v.IsNull() {
			return v
		}
		return graph.Boolean(r.labelled(e.Labels, v, s))
	case *ast.TypePredicate:
		return graph.Boolean(hasType(r.eval(e.X, s), e.Type) != e.Not)
	default:
		unsupported(ast.String(e))
		return graph.Null
	}
}

// unordered returns a list whose order the language leaves open.
func (r *run) unordered(items []graph.Value) graph.Value {
	for _, item := range items {
		if !graph.Equivalent(item, items[0]) {
			r.result.Unordered = true
		}
	}
	return graph.List(items)
}

// list evaluates an expression that must be a list; ok is false for null.
func (r *run) list(e ast.Expr, s scope) (list []graph.Value, ok bool) {
	v := r.eval(e, s)
	if v.IsNull() {
		return nil, false
	}
	if v.Kind() != graph.KindList {
		fail("InvalidArgumentType", "expected a LIST but got %s", v.Kind())
	}
	return v.List(), true
}

func (r *run) patternExpr(e *ast.PatternExpr, s scope) graph.Value {
	if e.Path.Selector.Kind == ast.SelectAll {
		found := false
		r.pattern(e.Path, s.row, func(row) { found = true })
		return graph.Boolean(found)
	}
	named := *e.Path
	named.Symbol = &ast.Symbol{}
	var paths []graph.Value
	r.pattern(&named, s.row, func(out row) { paths = append(paths, out[named.Symbol]) })
	if e.Path.Selector.Kind == ast.SelectAllShortestPathsFunction {
		return r.unordered(paths)
	}
	if len(paths) == 0 {
		return graph.Null
	}
	return paths[0]
}

func (r *run) listPredicate(e *ast.ListPredicate, s scope) graph.Value {
	list, ok := r.list(e.List, s)
	if !ok {
		return graph.Null
	}
	var yes, no, unknown int
	for _, item := range list {
		t := graph.True
		if e.Where != nil {
			t = truthOf(r.eval(e.Where, s.with(e.Var.Symbol, item)))
		}
		switch t {
		case graph.True:
			yes++
		case graph.False:
			no++
		default:
			unknown++
		}
	}
	switch e.Kind {
	case ast.AllOf:
		if no > 0 {
			return graph.Boolean(false)
		}
	case ast.AnyOf:
		if yes > 0 {
			return graph.Boolean(true)
		}
	case ast.NoneOf:
		if yes > 0 {
			return graph.Boolean(false)
		}
	default:
		if yes > 1 {
			return graph.Boolean(false)
		}
	}
	if unknown > 0 {
		return graph.Null
	}
	switch e.Kind {
	case ast.AllOf, ast.NoneOf:
		return graph.Boolean(true)
	case ast.AnyOf:
		return graph.Boolean(false)
	default:
		return graph.Boolean(yes == 1)
	}
}

// property reads a property of an entity, an entry of a map, or a component.
func (r *run) property(v graph.Value, key string) graph.Value {
	switch v.Kind() {
	case graph.KindNull:
		return v
	case graph.KindNode, graph.KindRelationship:
		return r.properties(v)[key]
	case graph.KindMap:
		field, _ := v.Get(key)
		return field
	case graph.KindPoint:
		return must(function.PointComponent(v.Point(), key))
	case graph.KindDate, graph.KindLocalTime, graph.KindTime, graph.KindLocalDateTime, graph.KindDateTime, graph.KindDuration:
		return must(temporal.Component(v, key))
	default:
		fail("PropertyAccessOnNonMap", "%s has no property %s", v.Kind(), key)
		return graph.Null
	}
}

// properties returns the properties of an entity that must exist.
func (r *run) properties(v graph.Value) map[string]graph.Value {
	if v.Kind() == graph.KindNode {
		n := r.g.node(v.NodeID())
		if n.deleted {
			fail("DeletedEntityAccess", "the node has been deleted")
		}
		return n.properties
	}
	rel := r.g.relationship(v.RelationshipID())
	if rel.deleted {
		fail("DeletedEntityAccess", "the relationship has been deleted")
	}
	return rel.properties
}

func (r *run) index(v, i graph.Value) graph.Value {
	switch {
	case v.IsNull() || i.IsNull():
		return graph.Null
	case v.Kind() == graph.KindList:
		if i.Kind() != graph.KindInteger {
			fail("ListElementAccessByNonInteger", "a list has no element %s", i.Kind())
		}
		n, at := int64(v.Len()), i.Int()
		if at < 0 {
			at += n
		}
		if at < 0 || at >= n {
			return graph.Null
		}
		return v.List()[at]
	case i.Kind() != graph.KindString:
		fail("MapElementAccessByNonString", "%s has no property %s", v.Kind(), i.Kind())
		return graph.Null
	default:
		return r.property(v, i.Str())
	}
}

func (r *run) slice(e *ast.Slice, s scope) graph.Value {
	list, ok := r.list(e.Subject, s)
	if !ok {
		return graph.Null
	}
	n := int64(len(list))
	bounds := [2]int64{0, n}
	for i, b := range []ast.Expr{e.From, e.To} {
		if b == nil {
			continue
		}
		v := r.eval(b, s)
		if v.IsNull() {
			return v
		}
		if v.Kind() != graph.KindInteger {
			fail("InvalidArgumentType", "a slice needs integers")
		}
		at := v.Int()
		if at < 0 {
			at += n
		}
		bounds[i] = min(max(at, 0), n)
	}
	if bounds[0] >= bounds[1] {
		return graph.List(nil)
	}
	return graph.List(slices.Clone(list[bounds[0]:bounds[1]]))
}

func (r *run) mapProjection(e *ast.MapProjection, s scope) graph.Value {
	v := r.eval(e.Subject, s)
	if v.IsNull() {
		return v
	}
	fields := map[string]graph.Value{}
	for i := range e.Items {
		item := &e.Items[i]
		switch {
		case item.All:
			for _, f := range r.mapFrom(v).Map() {
				fields[f.Name] = f.Value
			}
		case item.Value == nil:
			fields[item.Key] = r.property(v, item.Key)
		default:
			fields[item.Key] = r.eval(item.Value, s)
		}
	}
	return mapOf(fields)
}

// mapFrom returns a map, or the properties of an entity as one.
func (r *run) mapFrom(v graph.Value) graph.Value {
	switch v.Kind() {
	case graph.KindNull, graph.KindMap:
		return v
	case graph.KindNode, graph.KindRelationship:
		return mapOf(r.properties(v))
	default:
		fail("InvalidArgumentType", "expected a MAP, NODE or RELATIONSHIP but got %s", v.Kind())
		return graph.Null
	}
}

func (r *run) caseOf(e *ast.Case, s scope) graph.Value {
	inner := s
	if e.Subject != nil {
		inner.subject = add(s.subject, r.eval(e.Subject, s))
	}
	for i := range e.Whens {
		for _, cond := range e.Whens[i].Conds {
			if e.Subject == nil && r.holds(cond, s) || e.Subject != nil && r.caseHolds(cond, inner) {
				return r.eval(e.Whens[i].Then, s)
			}
		}
	}
	if e.Else == nil {
		return graph.Null
	}
	return r.eval(e.Else, s)
}

// caseHolds compares the subject with a value, or tests a condition that begins
// with an operator.
func (r *run) caseHolds(cond ast.Expr, s scope) bool {
	operator := false
	ast.Walk(cond, func(n ast.Node) bool {
		_, here := n.(*ast.CaseSubject)
		_, nested := n.(*ast.Case)
		operator = operator || here
		return !nested
	})
	if operator {
		return r.holds(cond, s)
	}
	return graph.Equal(s.subject[len(s.subject)-1], r.eval(cond, s)) == graph.True
}

// labelled tests a label expression.
func (r *run) labelled(e ast.LabelExpr, v graph.Value, s scope) bool {
	switch e := e.(type) {
	case *ast.LabelName:
		if e.Dynamic == nil {
			return slices.Contains(r.labels(v), e.Name)
		}
		names := r.names(e.Dynamic, s)
		has := func(name string) bool { return slices.Contains(r.labels(v), name) }
		if e.Any {
			return slices.ContainsFunc(names, has)
		}
		return !slices.ContainsFunc(names, func(name string) bool { return !has(name) })
	case *ast.LabelAnd:
		return r.labelled(e.Left, v, s) && r.labelled(e.Right, v, s)
	case *ast.LabelOr:
		return r.labelled(e.Left, v, s) || r.labelled(e.Right, v, s)
	case *ast.LabelNot:
		return !r.labelled(e.X, v, s)
	default:
		return len(r.labels(v)) > 0
	}
}

// labels returns the labels of a node, or the type of a relationship.
func (r *run) labels(v graph.Value) []string {
	switch v.Kind() {
	case graph.KindNode:
		return r.g.NodeLabels(v.NodeID())
	case graph.KindRelationship:
		return []string{r.g.relationship(v.RelationshipID()).typ}
	default:
		fail("InvalidArgumentType", "%s has no labels", v.Kind())
		return nil
	}
}

// names evaluates a dynamic label: a name or a list of names.
func (r *run) names(e ast.Expr, s scope) []string {
	v := r.eval(e, s)
	items := []graph.Value{v}
	if v.Kind() == graph.KindList {
		items = v.List()
	}
	var names []string
	for _, item := range items {
		if item.Kind() != graph.KindString || item.Len() == 0 {
			fail("InvalidArgumentType", "a label or type needs a STRING, got %s", item.Kind())
		}
		names = append(names, item.Str())
	}
	return names
}

// matches tests a regular expression against a whole text.
func matches(text, pattern string) bool {
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		fail("InvalidArgumentValue", "invalid regular expression")
	}
	return re.MatchString(text)
}
