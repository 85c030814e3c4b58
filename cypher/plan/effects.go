package plan

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// effects is what the clauses of a segment have written.
type effects struct {
	nodes, rels bool // created
	labels      bool // added or removed
	deletes     bool
	anyKey      bool            // properties by a map or a computed name
	keys        map[string]bool // properties
}

func (e *effects) any() bool {
	return e.nodes || e.rels || e.labels || e.deletes || e.anyKey || len(e.keys) > 0
}

func (e *effects) key(name string) {
	if e.keys == nil {
		e.keys = make(map[string]bool)
	}
	e.keys[name] = true
}

func (e *effects) created(m *made) {
	e.nodes = e.nodes || len(m.nodes) > 0
	e.rels = e.rels || len(m.rels) > 0
	for i := range m.nodes {
		n := &m.nodes[i]
		e.labels = e.labels || len(n.Labels) > 0 || len(n.Dynamic) > 0
		e.properties(n.Properties, n.Map != nil)
	}
	for i := range m.rels {
		e.properties(m.rels[i].Properties, m.rels[i].Map != nil)
	}
}

func (e *effects) properties(items []PropertyItem, all bool) {
	e.anyKey = e.anyKey || all
	for i := range items {
		e.key(items[i].Key.Name)
	}
}

func (e *effects) changed(item *SetItem) {
	switch item.Kind {
	case SetProperty, RemoveProperty:
		e.key(item.Key.Name)
	case AddLabels, RemoveLabels:
		e.labels = true
	default:
		e.anyKey = true
	}
}

// reads is what a clause looks at.
type reads struct {
	graph  bool // patterns: nodes, relationships, labels
	labels bool
	anyKey bool // all properties of an entity
	entity bool // what never changes about an entity: its type, its ends
	keys   map[string]bool
}

// conflicts reports whether a clause may read what has been written.
func (r *reads) conflicts(e *effects) bool {
	if !e.any() {
		return false
	}
	if r.graph || r.labels && (e.labels || e.deletes) {
		return true
	}
	// What was created is not there yet in the segment's view.
	if (e.nodes || e.rels) && (r.labels || r.anyKey || r.entity || len(r.keys) > 0) {
		return true
	}
	if r.anyKey && (e.anyKey || len(e.keys) > 0 || e.deletes) {
		return true
	}
	if len(r.keys) == 0 {
		return false
	}
	if e.anyKey || e.deletes {
		return true
	}
	for k := range r.keys {
		if e.keys[k] {
			return true
		}
	}
	return false
}

// readsOf finds what parts of a statement look at.
func (p *planner) readsOf(nodes ...ast.Node) *reads {
	r := &reads{keys: make(map[string]bool)}
	for _, n := range nodes {
		if n == nil {
			continue
		}
		ast.Walk(n, func(n ast.Node) bool {
			r.visit(n)
			return true
		})
	}
	return r
}

func (r *reads) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.Match, *ast.Merge, *ast.PatternExpr, *ast.PatternComprehension, *ast.CallSubquery, *ast.CallProcedure:
		r.graph = true
	case *ast.Property:
		r.keys[n.Key] = true
	case *ast.Index, *ast.MapProjection:
		r.anyKey = true
	case *ast.LabelPredicate:
		r.labels = true
	case *ast.SetProperties:
		r.anyKey = true
	case *ast.Call:
		r.call(strings.ToLower(n.Name))
	}
}

// call knows the functions that look into entities.
func (r *reads) call(name string) {
	switch name {
	case "labels":
		r.labels = true
	case "properties", "keys", "values", "propertysize":
		r.anyKey = true
	case "type", "startnode", "endnode":
		r.entity = true
	case "degree", "indegree", "outdegree", "exists":
		r.graph = true
	}
}

// barrierBefore plans a barrier when a clause may read what earlier clauses of
// the segment have written.
func (p *planner) barrierBefore(input Node, r *reads) Node {
	if !r.conflicts(&p.effects) {
		return input
	}
	return p.barrier(input)
}

// barrier plans the start of a new segment.
func (p *planner) barrier(input Node) Node {
	p.segment = p.plan.Segments
	p.plan.Segments++
	p.effects, p.live = effects{}, liveReads{}
	return add(p, &Barrier{Input: input})
}
