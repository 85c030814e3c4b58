package reference

import (
	"slices"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// update runs a clause that changes the graph, row after row: each row sees what
// those before it have done.
func (r *run) update(c ast.Clause, rows []row) []row {
	switch c := c.(type) {
	case *ast.Create:
		before := r.g.clone()
		return r.each(rows, func(in row, emit func(row)) {
			for _, p := range c.Pattern.Paths {
				in = r.create(p, in, before)
			}
			emit(in)
		})
	case *ast.Merge:
		return r.each(rows, func(in row, emit func(row)) { r.merge(c, in, emit) })
	case *ast.SetClause:
		for _, in := range rows {
			r.set(c.Items, in)
		}
	case *ast.Remove:
		for _, in := range rows {
			for _, item := range c.Items {
				r.remove(item, scope{row: in})
			}
		}
	case *ast.Delete:
		for _, in := range rows {
			for _, e := range c.Exprs {
				r.delete(r.eval(e, scope{row: in}), c.Detach)
			}
		}
	case *ast.Foreach:
		for _, in := range rows {
			list, _ := r.list(c.List, scope{row: in})
			for _, item := range list {
				inner := []row{in.with(c.Var.Symbol, item)}
				for _, b := range c.Body {
					inner = r.update(b, inner)
				}
			}
		}
	default:
		unsupported(ast.String(c))
	}
	return rows
}

// create makes a path: the nodes that are not bound, and all relationships.
// Patterns in the values of properties see the graph before.
func (r *run) create(p *ast.PathPattern, in row, before *Graph) row {
	nodes, rels, ok := p.Simple()
	if !ok {
		unsupported("a group in CREATE")
	}
	var path graph.Path
	for _, n := range nodes {
		v, bound := in[n.Symbol]
		if !bound {
			v = r.createNode(n, scope{row: in}, before)
			in = in.with(n.Symbol, v)
		}
		if v.Kind() != graph.KindNode {
			if len(rels) == 0 {
				return in
			}
			fail("MissingNode", "a relationship needs two nodes")
		}
		path.Nodes = append(path.Nodes, v.NodeID())
	}
	for i, p := range rels {
		s := scope{row: in}
		start, end := path.Nodes[i], path.Nodes[i+1]
		if p.Direction == ast.In {
			start, end = end, start
		}
		name, ok := p.Types.(*ast.LabelName)
		if !ok {
			unsupported("a type of a new relationship")
		}
		typ := name.Name
		if name.Dynamic != nil {
			names := r.names(name.Dynamic, s)
			if len(names) != 1 {
				fail("InvalidArgumentValue", "a relationship has one type")
			}
			typ = names[0]
		}
		id := graph.RelationshipID(len(r.g.relationships))
		r.g.relationships = append(r.g.relationships, relationship{
			start: start, end: end, typ: typ, properties: r.newProperties(p.Properties, s, before),
		})
		path.Relationships = append(path.Relationships, id)
		in = in.with(p.Symbol, graph.Relationship(id))
	}
	if p.Symbol != nil {
		in = in.with(p.Symbol, graph.NewPath(&path))
	}
	return in
}

func (r *run) createNode(p *ast.NodePattern, s scope, before *Graph) graph.Value {
	names, _ := ast.LabelConjunction(p.Labels)
	n := node{properties: r.newProperties(p.Properties, s, before)}
	for _, l := range names {
		n.addLabels(r.labelNames(l, s))
	}
	r.g.nodes = append(r.g.nodes, n)
	return graph.Node(graph.NodeID(len(r.g.nodes) - 1)) //nolint:gosec // an index
}

func (r *run) labelNames(l *ast.LabelName, s scope) []string {
	if l.Dynamic == nil {
		return []string{l.Name}
	}
	return r.names(l.Dynamic, s)
}

func (n *node) addLabels(names []string) {
	for _, name := range names {
		if !slices.Contains(n.labels, name) {
			n.labels = append(n.labels, name)
		}
	}
}

// newProperties evaluates the properties of a new entity; null is not stored.
func (r *run) newProperties(e ast.Expr, s scope, before *Graph) map[string]graph.Value {
	properties := map[string]graph.Value{}
	if e == nil {
		return properties
	}
	now := r.g
	if looks(e) {
		r.g = before
	}
	v := r.eval(e, s)
	r.g = now
	for _, f := range r.mapFrom(v).Map() {
		assign(properties, f.Name, f.Value)
	}
	return properties
}

// looks reports whether an expression has a pattern in it.
func looks(e ast.Expr) bool {
	found := false
	ast.Walk(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.PatternExpr, *ast.PatternComprehension, *ast.Subquery:
			found = true
		}
		return !found
	})
	return found
}

// assign sets a property, or removes it when the value is null.
func assign(properties map[string]graph.Value, name string, v graph.Value) {
	items := []graph.Value{v}
	if v.Kind() == graph.KindList {
		items = v.List()
	}
	for _, item := range items {
		switch item.Kind() {
		case graph.KindMap, graph.KindNode, graph.KindRelationship, graph.KindPath, graph.KindList:
			fail("InvalidPropertyType", "a %s can not be stored", item.Kind())
		case graph.KindNull:
			if v.Kind() == graph.KindList {
				fail("InvalidPropertyType", "a list with null can not be stored")
			}
		default:
		}
	}
	if v.IsNull() {
		delete(properties, name)
		return
	}
	properties[name] = v
}

func (r *run) merge(c *ast.Merge, in row, emit func(row)) {
	r.refuseNulls(c.Path, scope{row: in})
	var found []row
	r.pattern(c.Path, in, func(out row) { found = append(found, out) })
	created := len(found) == 0
	if created {
		found = append(found, r.create(c.Path, in, r.g))
	}
	for _, out := range found {
		for _, a := range c.Actions {
			if a.OnMatch != created {
				r.set(a.Items, out)
			}
		}
		emit(out)
	}
}

// refuseNulls refuses properties that could not be found again.
func (r *run) refuseNulls(p *ast.PathPattern, s scope) {
	for _, e := range p.Elements {
		var properties ast.Expr
		switch e := e.(type) {
		case *ast.NodePattern:
			properties = e.Properties
		case *ast.RelPattern:
			properties = e.Properties
		}
		if properties == nil {
			continue
		}
		for _, f := range r.eval(properties, s).Map() {
			if f.Value.IsNull() {
				fail("MergeReadOwnWrites", "MERGE with the property %s that is null", f.Name)
			}
		}
	}
}

func (r *run) set(items []ast.SetItem, in row) {
	s := scope{row: in}
	for _, item := range items {
		switch item := item.(type) {
		case *ast.SetProperty:
			if properties, name, ok := r.target(item.Target, s); ok {
				assign(properties, name, r.eval(item.Value, s))
			}
		case *ast.SetProperties:
			target := r.eval(item.Target, s)
			if target.IsNull() {
				continue
			}
			r.setProperties(r.entity(target), r.eval(item.Value, s), item.Add)
		case *ast.SetLabels:
			target := r.eval(item.Target, s)
			if target.IsNull() {
				continue
			}
			r.entity(target)
			for _, l := range item.Labels {
				r.g.node(target.NodeID()).addLabels(r.labelNames(l, s))
			}
		}
	}
}

func (r *run) setProperties(properties map[string]graph.Value, v graph.Value, add bool) {
	fields := r.mapFrom(v).Map()
	if v.IsNull() {
		fields = nil
	}
	if !add {
		clear(properties)
	}
	for _, f := range fields {
		assign(properties, f.Name, f.Value)
	}
}

// entity returns the properties of what is changed.
func (r *run) entity(v graph.Value) map[string]graph.Value {
	if v.Kind() != graph.KindNode && v.Kind() != graph.KindRelationship {
		fail("InvalidArgumentType", "only nodes and relationships can be changed, got %s", v.Kind())
	}
	return r.properties(v)
}

// target returns where a property is that is set or removed; ok is false for a
// property of null.
func (r *run) target(e ast.Expr, s scope) (properties map[string]graph.Value, name string, ok bool) {
	var subject graph.Value
	switch e := e.(type) {
	case *ast.Property:
		subject, name = r.eval(e.Subject, s), e.Key
	case *ast.Index:
		subject = r.eval(e.Subject, s)
		key := r.eval(e.Index, s)
		if key.Kind() != graph.KindString {
			fail("MapElementAccessByNonString", "the name of a property is a STRING")
		}
		name = key.Str()
	default:
		unsupported(ast.String(e))
	}
	if subject.IsNull() {
		return nil, "", false
	}
	return r.entity(subject), name, true
}

func (r *run) remove(item ast.RemoveItem, s scope) {
	switch item := item.(type) {
	case *ast.RemoveProperty:
		if properties, name, ok := r.target(item.Target, s); ok {
			delete(properties, name)
		}
	case *ast.RemoveLabels:
		target := r.eval(item.Target, s)
		if target.IsNull() {
			return
		}
		r.entity(target)
		n := r.g.node(target.NodeID())
		for _, l := range item.Labels {
			names := r.labelNames(l, s)
			n.labels = slices.DeleteFunc(n.labels, func(name string) bool { return slices.Contains(names, name) })
		}
	}
}

func (r *run) delete(v graph.Value, detach bool) {
	switch v.Kind() {
	case graph.KindNull:
	case graph.KindRelationship:
		r.g.relationship(v.RelationshipID()).deleted = true
	case graph.KindNode:
		id := v.NodeID()
		r.g.node(id).deleted = true
		for i := range r.g.relationships {
			if rel := &r.g.relationships[i]; detach && (rel.start == id || rel.end == id) {
				rel.deleted = true
			}
		}
	case graph.KindPath:
		for _, id := range v.Path().Relationships {
			r.delete(graph.Relationship(id), detach)
		}
		for _, id := range v.Path().Nodes {
			r.delete(graph.Node(id), detach)
		}
	default:
		fail("InvalidArgumentType", "DELETE takes nodes, relationships and paths, got %s", v.Kind())
	}
}
