package expr

import (
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A PathElement is one part of a path that a pattern has matched, from left to
// right: the slot of a relationship or of a list of them.
type PathElement struct {
	Slot int
	Many bool
}

// NewPath returns an expression that makes a path of a start node and the
// relationships behind it. It is null when a part is null, which an optional
// pattern makes of all of them.
func NewPath(start int, elements []PathElement, text string) *Value {
	reads := []int{start}
	for _, e := range elements {
		reads = append(reads, e.Slot)
	}
	eval := func(c *Context, b *Batch, row int) (graph.Value, error) {
		node, ok := b.Node(start, row)
		if !ok {
			return graph.Value{}, nil
		}
		p := &graph.Path{
			Nodes:         append(make([]graph.NodeID, 0, len(elements)+1), node),
			Relationships: make([]graph.RelationshipID, 0, len(elements)),
		}
		for _, e := range elements {
			if !e.Many {
				rel, ok := b.Relationship(e.Slot, row)
				if !ok || !appendStep(c, p, rel) {
					return graph.Value{}, nil
				}
				continue
			}
			list := b.Columns[e.Slot].Value(row)
			if list.Kind() != graph.KindList {
				return graph.Value{}, nil
			}
			for _, item := range list.List() {
				if item.Kind() != graph.KindRelationship || !appendStep(c, p, item.RelationshipID()) {
					return graph.Value{}, nil
				}
			}
		}
		return graph.NewPath(p), nil
	}
	slices.Sort(reads)
	return &Value{eval: eval, text: text, reads: slices.Compact(reads)}
}

// WalkedPath returns the path from a node over relationships.
func WalkedPath(c *Context, start graph.NodeID, rels []graph.RelationshipID) graph.Value {
	p := &graph.Path{Nodes: []graph.NodeID{start}}
	for _, rel := range rels {
		if !appendStep(c, p, rel) {
			return graph.Null
		}
	}
	return graph.NewPath(p)
}

// NewPathNodes returns an expression that makes a list of the nodes of a path:
// those that its relationships lead to, or those that they start from.
func NewPathNodes(start, relationships int, ends bool) *Value {
	path := NewPath(start, []PathElement{{Slot: relationships, Many: true}}, "")
	eval := func(c *Context, b *Batch, row int) (graph.Value, error) {
		v, err := path.eval(c, b, row)
		if err != nil || v.IsNull() {
			return v, err
		}
		nodes := v.Path().Nodes
		if ends {
			nodes = nodes[1:]
		} else {
			nodes = nodes[:len(nodes)-1]
		}
		items := make([]graph.Value, len(nodes))
		for i, id := range nodes {
			items[i] = graph.Node(id)
		}
		return graph.List(items), nil
	}
	return &Value{eval: eval, text: "nodes", reads: path.reads}
}

// appendStep walks over a relationship to its other end.
func appendStep(c *Context, p *graph.Path, rel graph.RelationshipID) bool {
	record, ok := c.View.Relationship(rel)
	if !ok {
		return false
	}
	at, next := p.Nodes[len(p.Nodes)-1], record.End
	if record.Start != at {
		next = record.Start
	}
	p.Relationships = append(p.Relationships, rel)
	p.Nodes = append(p.Nodes, next)
	return true
}
