package reference

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func (r *run) call(e *ast.Call, s scope) graph.Value {
	f := r.interpreter.functions.Find(e.Name)
	name := strings.ToLower(e.Name)
	if e.Aggregate {
		return r.aggregate(f, name, e, s)
	}
	switch name {
	case "coalesce":
		for _, arg := range e.Args {
			if v := r.eval(arg, s); !v.IsNull() {
				return v
			}
		}
		return graph.Null
	case "exists":
		if _, ok := e.Args[0].(*ast.PatternExpr); ok {
			return r.eval(e.Args[0], s)
		}
		return graph.Boolean(!r.eval(e.Args[0], s).IsNull())
	case "size":
		if p, ok := e.Args[0].(*ast.PatternExpr); ok {
			n := int64(0)
			r.pattern(p.Path, s.row, func(row) { n++ })
			return graph.Integer(n)
		}
	}
	args := r.all(e.Args, s)
	if v, ok := r.entityFunction(name, args); ok {
		return v
	}
	return must(f.Invoke(&r.function, args))
}

// entityFunction calls the functions that read the graph.
func (r *run) entityFunction(name string, args []graph.Value) (graph.Value, bool) {
	switch name {
	case "labels", "keys", "properties", "values", "type", "startnode", "endnode", "degree", "indegree", "outdegree":
	case "elementid", "propertysize":
		unsupported(name)
	default:
		return graph.Null, false
	}
	v := args[0]
	switch {
	case v.IsNull():
		return v, true
	case v.Kind() == graph.KindNode:
		return r.nodeFunction(name, v), true
	case v.Kind() == graph.KindRelationship:
		return r.relationshipFunction(name, v), true
	case v.Kind() == graph.KindMap && name != "type" && name != "labels":
		return r.mapFunction(name, v), true
	default:
		fail("InvalidArgumentValue", "%s() can not be called with %s", name, v.Kind())
		return v, true
	}
}

func (r *run) nodeFunction(name string, v graph.Value) graph.Value {
	switch name {
	case "labels":
		r.properties(v) // the node must exist
		var names []graph.Value
		for _, label := range r.g.NodeLabels(v.NodeID()) {
			names = append(names, graph.String(label))
		}
		return r.unordered(names)
	case "degree", "indegree", "outdegree":
		n := int64(0)
		for _, id := range r.g.Relationships() {
			rel := r.g.relationship(id)
			if name != "indegree" && rel.start == v.NodeID() {
				n++
			} else if name != "outdegree" && rel.end == v.NodeID() {
				n++
			}
		}
		return graph.Integer(n)
	case "keys", "properties", "values":
		return r.mapFunction(name, v)
	default:
		fail("InvalidArgumentValue", "%s() can not be called with a node", name)
		return graph.Null
	}
}

func (r *run) relationshipFunction(name string, v graph.Value) graph.Value {
	rel := r.g.relationship(v.RelationshipID())
	switch name {
	case "type":
		return graph.String(rel.typ)
	case "startnode":
		return graph.Node(rel.start)
	case "endnode":
		return graph.Node(rel.end)
	case "keys", "properties", "values":
		return r.mapFunction(name, v)
	default:
		fail("InvalidArgumentValue", "%s() can not be called with a relationship", name)
		return graph.Null
	}
}

func (r *run) mapFunction(name string, v graph.Value) graph.Value {
	m := r.mapFrom(v)
	if name == "properties" {
		return m
	}
	var items []graph.Value
	for _, f := range m.Map() {
		if name == "keys" {
			items = append(items, graph.String(f.Name))
		} else {
			items = append(items, f.Value)
		}
	}
	return r.unordered(items)
}

// aggregate calls a function over the rows of the group. The common ones are
// written out here; the others have tests of their own.
func (r *run) aggregate(f *function.Function, name string, e *ast.Call, s scope) graph.Value {
	var calls [][]graph.Value
	for _, in := range s.group {
		args := r.all(e.Args, scope{row: in})
		if !args[0].IsNull() {
			calls = append(calls, args)
		}
	}
	if e.Distinct {
		calls = distinct(calls, func(args []graph.Value) []graph.Value { return args[:1] })
	}
	var items []graph.Value
	for _, args := range calls {
		items = append(items, args[0])
	}
	switch name {
	case "count":
		return graph.Integer(int64(len(items)))
	case "collect":
		return r.unordered(items)
	case "min", "max":
		if len(items) == 0 {
			return graph.Null
		}
		if name == "min" {
			return slices.MinFunc(items, graph.Order)
		}
		return slices.MaxFunc(items, graph.Order)
	case "sum":
		sum := graph.Integer(0)
		for _, item := range items {
			if item.Kind() == graph.KindDuration && sum.Kind() == graph.KindInteger {
				sum = item
				continue
			}
			sum = r.arithmetic(ast.Add, sum, item)
		}
		return sum
	default:
		acc := f.New(&r.function)
		acc.Grow(1)
		for _, args := range calls {
			must(0, acc.Add(0, args))
		}
		return must(acc.Result(0))
	}
}

// hasType tests x IS :: type. Null has every type that does not exclude it.
func hasType(v graph.Value, t *ast.TypeName) bool {
	if len(t.Union) > 0 {
		return slices.ContainsFunc(t.Union, func(u *ast.TypeName) bool { return hasType(v, u) })
	}
	if v.IsNull() {
		return !t.NotNull && t.Name != "NOTHING"
	}
	switch t.Name {
	case "LIST":
		return v.Kind() == graph.KindList && (t.Elem == nil ||
			!slices.ContainsFunc(v.List(), func(item graph.Value) bool { return !hasType(item, t.Elem) }))
	case "BOOLEAN", "BOOL":
		return v.Kind() == graph.KindBoolean
	case "STRING":
		return v.Kind() == graph.KindString
	case "INTEGER", "INT":
		return v.Kind() == graph.KindInteger
	case "FLOAT":
		return v.Kind() == graph.KindFloat
	case "NODE":
		return v.Kind() == graph.KindNode
	case "RELATIONSHIP":
		return v.Kind() == graph.KindRelationship
	case "PATH":
		return v.Kind() == graph.KindPath
	case "MAP":
		return v.Kind() == graph.KindMap
	case "ANY":
		return true
	case "NULL", "NOTHING":
		return false
	default:
		unsupported("the type " + t.Name)
		return false
	}
}
