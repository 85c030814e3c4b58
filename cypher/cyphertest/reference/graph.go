package reference

import (
	"maps"
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Graph is nodes and relationships in memory. The number of an entity is its
// place; deleted ones keep theirs.
type Graph struct {
	nodes         []node
	relationships []relationship
}

type node struct {
	labels     []string
	properties map[string]graph.Value
	deleted    bool
}

type relationship struct {
	start, end graph.NodeID
	typ        string
	properties map[string]graph.Value
	deleted    bool
}

// clone returns a copy that shares nothing that changes.
func (g *Graph) clone() *Graph {
	c := &Graph{nodes: slices.Clone(g.nodes), relationships: slices.Clone(g.relationships)}
	for i := range c.nodes {
		c.nodes[i].labels = slices.Clone(c.nodes[i].labels)
		c.nodes[i].properties = maps.Clone(c.nodes[i].properties)
	}
	for i := range c.relationships {
		c.relationships[i].properties = maps.Clone(c.relationships[i].properties)
	}
	return c
}

func (g *Graph) node(id graph.NodeID) *node { return &g.nodes[id] }

func (g *Graph) relationship(id graph.RelationshipID) *relationship { return &g.relationships[id] }

// NodeLabels returns the labels of a node; none when it has been deleted.
func (g *Graph) NodeLabels(id graph.NodeID) []string {
	if n := g.node(id); !n.deleted {
		return n.labels
	}
	return nil
}

// NodeMap returns the properties of a node; none when it has been deleted.
func (g *Graph) NodeMap(id graph.NodeID) graph.Value {
	if n := g.node(id); !n.deleted {
		return mapOf(n.properties)
	}
	return graph.Map(nil)
}

// RelationshipMap returns the properties of a relationship; none when it has
// been deleted.
func (g *Graph) RelationshipMap(id graph.RelationshipID) graph.Value {
	if r := g.relationship(id); !r.deleted {
		return mapOf(r.properties)
	}
	return graph.Map(nil)
}

// RelationshipEnds returns the nodes that a relationship joins, and its type.
func (g *Graph) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typ string) {
	r := g.relationship(id)
	return r.start, r.end, r.typ
}

// Nodes returns the nodes that exist.
func (g *Graph) Nodes() []graph.NodeID {
	var ids []graph.NodeID
	for i := range g.nodes {
		if !g.nodes[i].deleted {
			ids = append(ids, graph.NodeID(i))
		}
	}
	return ids
}

// Relationships returns the relationships that exist.
func (g *Graph) Relationships() []graph.RelationshipID {
	var ids []graph.RelationshipID
	for i := range g.relationships {
		if !g.relationships[i].deleted {
			ids = append(ids, graph.RelationshipID(i))
		}
	}
	return ids
}

// mapOf returns properties as a map, by name.
func mapOf(properties map[string]graph.Value) graph.Value {
	fields := make([]graph.Field, 0, len(properties))
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		fields = append(fields, graph.Field{Name: name, Value: properties[name]})
	}
	return graph.Map(fields)
}

// dangling reports whether a relationship has lost one of its nodes.
func (g *Graph) dangling() bool {
	return slices.ContainsFunc(g.relationships, func(r relationship) bool {
		return !r.deleted && (g.node(r.start).deleted || g.node(r.end).deleted)
	})
}
