package differential

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Neo4j is a subject that a driver reaches. Statements without parameters and
// with values of the simple kinds are enough for generated ones.
type Neo4j struct {
	Driver neo4j.DriverWithContext
}

// Name returns the name that differences show.
func (n *Neo4j) Name() string { return "Neo4j" }

// limit is how long a statement may take.
const limit = 20 * time.Second

// Observe runs a statement in a transaction of its own.
func (n *Neo4j) Observe(ctx context.Context, query string, _ graph.Value) (o cyphertest.Observation) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	session := n.Driver.NewSession(ctx, neo4j.SessionConfig{})
	defer session.Close(ctx) //nolint:errcheck // of a test
	result, err := session.Run(ctx, query, nil)
	if err != nil {
		// What its grammar or its analysis refuses is not compared.
		return cyphertest.Observation{Err: err, Unsupported: strings.Contains(err.Error(), "Statement.SyntaxError")}
	}
	if o.Columns, err = result.Keys(); err != nil {
		return cyphertest.Observation{Err: err}
	}
	for result.Next(ctx) {
		g := newEntities()
		values := make([]graph.Value, len(o.Columns))
		for i, v := range result.Record().Values {
			values[i] = g.value(v)
		}
		o.Add(g, values)
	}
	o.Err = result.Err()
	return o
}

// entities is the graph of a record: what the values in it tell.
type entities struct {
	nodes map[int64]neo4j.Node
	rels  map[int64]neo4j.Relationship
}

func newEntities() *entities {
	return &entities{nodes: make(map[int64]neo4j.Node), rels: make(map[int64]neo4j.Relationship)}
}

//nolint:gosec,staticcheck // the numeric ids of this server are small, and all that graph.Value has
func (g *entities) value(v any) graph.Value {
	switch v := v.(type) {
	case nil:
		return graph.Null
	case bool:
		return graph.Boolean(v)
	case int64:
		return graph.Integer(v)
	case float64:
		return graph.Float(v)
	case string:
		return graph.String(v)
	case []any:
		items := make([]graph.Value, 0, len(v))
		for _, item := range v {
			items = append(items, g.value(item))
		}
		return graph.List(items)
	case map[string]any:
		var fields []graph.Field
		for name, item := range v {
			fields = append(fields, graph.Field{Name: name, Value: g.value(item)})
		}
		return graph.Map(fields)
	case neo4j.Node:
		g.nodes[v.Id] = v
		return graph.Node(graph.NodeID(v.Id))
	case neo4j.Relationship:
		g.rels[v.Id] = v
		return graph.Relationship(graph.RelationshipID(v.Id))
	case neo4j.Path:
		return g.path(v)
	default:
		panic(fmt.Sprintf("differential: no value for %T", v))
	}
}

// path walks the relationships: the driver keeps a node once that a path visits
// twice.
//
//nolint:gosec,staticcheck // see value
func (g *entities) path(v neo4j.Path) graph.Value {
	for _, node := range v.Nodes {
		g.value(node)
	}
	at := graph.NodeID(v.Nodes[0].Id)
	p := graph.Path{Nodes: []graph.NodeID{at}}
	for _, rel := range v.Relationships {
		next := graph.NodeID(rel.EndId)
		if next == at {
			next = graph.NodeID(rel.StartId)
		}
		at = next
		p.Nodes = append(p.Nodes, at)
		p.Relationships = append(p.Relationships, g.value(rel).RelationshipID())
	}
	return graph.NewPath(&p)
}

// NodeLabels returns the labels of a node.
func (g *entities) NodeLabels(id graph.NodeID) []string {
	return g.nodes[int64(id)].Labels //nolint:gosec // see value
}

// NodeMap returns the properties of a node.
func (g *entities) NodeMap(id graph.NodeID) graph.Value {
	return g.value(g.nodes[int64(id)].Props) //nolint:gosec // see value
}

// RelationshipMap returns the properties of a relationship.
func (g *entities) RelationshipMap(id graph.RelationshipID) graph.Value {
	return g.value(g.rels[int64(id)].Props) //nolint:gosec // see value
}

// RelationshipEnds returns the nodes that a relationship joins, and its type.
func (g *entities) RelationshipEnds(id graph.RelationshipID) (start, end graph.NodeID, typ string) {
	r := g.rels[int64(id)]                                        //nolint:gosec // see value
	return graph.NodeID(r.StartId), graph.NodeID(r.EndId), r.Type //nolint:gosec,staticcheck // see value
}
