package show

import (
	"context"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// addInfo adds what tools of Memgraph ask about the server.
func (t *Tables) addInfo() {
	t.show("BUILD INFO", pairs(field("build_type", text("Release"))), textual("build info", "value")...)
	t.show("VERSION", version, textual("version")...)
	t.show("LICENSE INFO", pairs(
		field("organization_name", text("")),
		field("license_key", text("")),
		field("is_valid", graph.Boolean(true)),
		field("license_type", text("open source")),
		field("valid_until", text("FOREVER")),
		field("memory_limit", text("UNLIMITED")),
		field("status", text("No license is needed.")),
	), slices.Concat(textual("license info"), column(ast.TypeAny, "value"))...)
	t.show("NODE_LABELS INFO", func(_ context.Context, r *Request) error { return names(r, t.Store.Labels()) }, textual("node labels")...)
	t.show("EDGE_TYPES INFO", func(_ context.Context, r *Request) error { return names(r, t.Store.Types()) }, textual("edge types")...)
	t.show("METRICS INFO", t.metricsInfo, slices.Concat(textual("name", "type", "metric type"), column(ast.TypeNumber, "value"))...)
	t.show("REPLICATION ROLE", func(_ context.Context, r *Request) error { return names(r, []string{"main"}) }, textual("replication role")...)
	t.show("REPLICAS", nothing, slices.Concat(
		textual("name", "socket_address", "sync_mode"), column(ast.TypeMap, "system_info", "data_info"))...)
	t.show("TRIGGERS", nothing, textual("trigger name", "statement", "privilege context", "event type", "phase", "owner")...)
	t.show("STREAMS", nothing, slices.Concat(
		textual("name", "type"), integers("batch_interval", "batch_size"), textual("transformation_name", "owner"),
		booleans("is running"))...)
	t.show("ENUMS", nothing, slices.Concat(textual("Enum Name"), lists("Enum Values"))...)
}

// names yields one row for each name.
func names(r *Request, list []string) error {
	for _, name := range list {
		if err := r.Yield([]graph.Value{text(name)}); err != nil {
			return err
		}
	}
	return nil
}

// pairs returns rows of a name and a value.
func pairs(list ...graph.Field) func(context.Context, *Request) error {
	return func(_ context.Context, r *Request) error {
		for i := range list {
			if err := r.Yield([]graph.Value{text(list[i].Name), list[i].Value}); err != nil {
				return err
			}
		}
		return nil
	}
}

func field(name string, value graph.Value) graph.Field { return graph.Field{Name: name, Value: value} }

func version(_ context.Context, r *Request) error {
	if r.Server == nil {
		return nil
	}
	_, number, _ := r.Server.Components()
	return r.Yield([]graph.Value{text(number)})
}

// averageDegree is how many relationships a node has.
func averageDegree(s *storage.Store) float64 {
	nodes := s.NodeCount()
	if nodes == 0 {
		return 0
	}
	return 2 * float64(s.RelationshipCount()) / float64(nodes)
}

// storeOf returns the store that a statement asks about, with its name: that of
// the database it names, or its own.
func (t *Tables) storeOf(r *Request) (name string, s *storage.Store, err error) {
	want := r.Text("database")
	if want == "" {
		return r.Database, t.Store, nil
	}
	databases, _ := t.databases(r)
	for i := range databases {
		d := &databases[i]
		if !d.System && d.Store != nil && (strings.EqualFold(want, d.Name) || slices.Contains(d.Aliases, strings.ToLower(want))) {
			return d.Name, d.Store, nil
		}
	}
	return "", nil, &Error{Message: "There is no database '" + want + "' that is online."}
}

func (t *Tables) metricsInfo(_ context.Context, r *Request) error {
	for _, m := range []struct {
		name  string
		value graph.Value
	}{
		{"VertexCount", graph.Integer(t.Store.NodeCount())},
		{"EdgeCount", graph.Integer(t.Store.RelationshipCount())},
		{"AverageDegree", graph.Float(averageDegree(t.Store))},
		{"MemoryTracked", graph.Integer(t.Store.MemoryUsed())},
	} {
		if err := r.Yield([]graph.Value{text(m.name), text("General"), text("Gauge"), m.value}); err != nil {
			return err
		}
	}
	return nil
}
