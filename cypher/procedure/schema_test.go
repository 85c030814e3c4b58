package procedure_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// TestSchemaProcedures looks at (:A {k: 1})-[:T {w: 'x'}]->(:A:B {k: 'y', l: true}).
func TestSchemaProcedures(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	store, err := storage.Open(ctx, storage.Options{})
	must(err)
	t.Cleanup(func() { must(store.Close()) })
	labels := make(map[string]storage.LabelID)
	for _, name := range []string{"A", "B", "Unused"} {
		labels[name], err = store.InternLabel(name)
		must(err)
	}
	keys := make(map[string]storage.KeyID)
	for _, name := range []string{"k", "l", "w"} {
		keys[name], err = store.InternKey(name)
		must(err)
	}
	typ, err := store.InternType("T")
	must(err)
	tx := store.Begin(storage.WriteMode)
	first, err := tx.CreateNode(ctx, []storage.LabelID{labels["A"]}, []storage.Property{{Key: keys["k"], Value: graph.Integer(1)}})
	must(err)
	second, err := tx.CreateNode(ctx, []storage.LabelID{labels["A"], labels["B"]}, []storage.Property{
		{Key: keys["k"], Value: graph.String("y")}, {Key: keys["l"], Value: graph.Boolean(true)},
	})
	must(err)
	_, err = tx.CreateNode(ctx, []storage.LabelID{labels["A"]}, nil)
	must(err)
	_, err = tx.CreateRelationship(ctx, first, second, typ, []storage.Property{{Key: keys["w"], Value: graph.String("x")}})
	must(err)
	_, err = tx.Commit(ctx)
	must(err)

	read := store.Begin(storage.ReadMode)
	t.Cleanup(read.Rollback)
	c := &function.Context{Store: store, View: read.View(), Database: "neo4j"}
	table := procedure.NewTable(procedure.Options{})
	for _, tt := range []struct {
		name string
		args []graph.Value
		want string
	}{
		{"db.labels", nil, `["A"] ["B"]`},
		{"db.relationshipTypes", nil, `["T"]`},
		{"db.propertyKeys", nil, `["k"] ["l"] ["w"]`},
		{
			"db.schema.nodeTypeProperties", nil,
			"[\":`A`\" [\"A\"] \"k\" [\"Long\"] false] " +
				"[\":`A`:`B`\" [\"A\", \"B\"] \"k\" [\"String\"] true] [\":`A`:`B`\" [\"A\", \"B\"] \"l\" [\"Boolean\"] true]",
		},
		{"db.schema.relTypeProperties", nil, "[\":`T`\" \"w\" [\"String\"] true]"},
		{
			"db.schema.visualization", nil,
			`[[{name: "A"}, {name: "B"}] [{name: "T", from: "A", to: "A"}, {name: "T", from: "A", to: "B"}]]`,
		},
		{
			"apoc.meta.data",
			[]graph.Value{graph.Map(nil)},
			`["A" "k" 3 false false false "INTEGER" false [] "node"] ["A" "l" 3 false false false "BOOLEAN" false [] "node"] ` +
				`["B" "k" 1 false false false "STRING" false [] "node"] ["B" "l" 1 false false false "BOOLEAN" false [] "node"] ` +
				`["A" "T" 1 false false false "RELATIONSHIP" false ["A", "B"] "node"] ["T" "w" 1 false false false "STRING" false [] "relationship"]`,
		},
		{"db.createLabel", []graph.Value{graph.String("New")}, ""},
		{"db.awaitIndexes", []graph.Value{graph.Integer(1)}, ""},
	} {
		if got, err := rows(t, table.Find(tt.name), c, tt.args...); err != nil || got != tt.want {
			t.Errorf("%s = %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	if _, ok := store.Label("New"); !ok {
		t.Error("db.createLabel made no label")
	}
	for _, name := range []string{"db.createLabel", "db.awaitIndex"} {
		if _, err := rows(t, table.Find(name), c, graph.String(""), graph.Integer(1)); err == nil {
			t.Errorf("%s of an empty name succeeds", name)
		}
	}
}
