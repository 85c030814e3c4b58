package function_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A world is a store with two nodes, (:B:A {k: 1, l: "x"})-[:T {w: 2.5}]->(),
// and a loop at the first one, in a transaction that has deleted a third node
// and a relationship to it.
type world struct {
	c                    *function.Context
	first, second, gone  graph.NodeID
	edge, loop, goneEdge graph.RelationshipID
	database             [16]byte
}

func newWorld(t *testing.T) world {
	t.Helper()
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
	a, err := store.InternLabel("A")
	must(err)
	b, err := store.InternLabel("B")
	must(err)
	typ, err := store.InternType("T")
	must(err)
	var keys [3]storage.KeyID
	for i, name := range []string{"k", "l", "w"} {
		keys[i], err = store.InternKey(name)
		must(err)
	}
	tx := store.Begin(storage.WriteMode)
	t.Cleanup(tx.Rollback)
	w := world{database: store.ID()}
	w.first, err = tx.CreateNode(ctx, []storage.LabelID{b, a}, []storage.Property{
		{Key: keys[0], Value: graph.Integer(1)}, {Key: keys[1], Value: graph.String("x")},
	})
	must(err)
	w.second, err = tx.CreateNode(ctx, nil, nil)
	must(err)
	w.gone, err = tx.CreateNode(ctx, []storage.LabelID{a}, nil)
	must(err)
	w.edge, err = tx.CreateRelationship(ctx, w.first, w.second, typ, []storage.Property{{Key: keys[2], Value: graph.Float(2.5)}})
	must(err)
	w.loop, err = tx.CreateRelationship(ctx, w.first, w.first, typ, nil)
	must(err)
	w.goneEdge, err = tx.CreateRelationship(ctx, w.first, w.gone, typ, nil)
	must(err)
	_, err = tx.DeleteRelationship(ctx, w.goneEdge)
	must(err)
	_, err = tx.DeleteNode(ctx, w.gone)
	must(err)
	tx.NextCommand()
	w.c = &function.Context{Store: store, View: tx.View()}
	return w
}

func TestEntities(t *testing.T) {
	w := newWorld(t)
	first, second, edge := graph.Node(w.first), graph.Node(w.second), graph.Relationship(w.edge)
	path := graph.NewPath(&graph.Path{Nodes: []graph.NodeID{w.first, w.second}, Relationships: []graph.RelationshipID{w.edge}})
	table := function.NewTable()
	for _, tt := range []struct {
		name string
		args []graph.Value
		want string
	}{
		{"labels", list(first), `["A", "B"]`},
		{"labels", list(second), "[]"},
		{"labels", list(graph.Node(w.gone)), "!DeletedEntityAccess"},
		{"labels", list(edge), "!InvalidArgumentValue"},
		{"keys", list(first), `["k", "l"]`},
		{"keys", list(edge), `["w"]`},
		{"keys", list(graph.Relationship(w.goneEdge)), "!DeletedEntityAccess"},
		{"properties", list(first), `{k: 1, l: "x"}`},
		{"properties", list(edge), "{w: 2.5}"},
		{"properties", list(graph.Node(w.gone)), "!DeletedEntityAccess"},
		{"properties", list(graph.Relationship(w.goneEdge)), "!DeletedEntityAccess"},
		{"values", list(first), `[1, "x"]`},
		{"type", list(edge), `"T"`},
		{"type", list(graph.Relationship(w.goneEdge)), `"T"`},
		{"startNode", list(edge), fmt.Sprint(first)},
		{"endNode", list(edge), fmt.Sprint(second)},
		{"id", list(second), strconv.FormatUint(uint64(w.second), 10)},
		{"nodes", list(path), fmt.Sprintf("[%v, %v]", first, second)},
		{"relationships", list(path), fmt.Sprintf("[%v]", edge)},
		{"length", list(path), "1"},
		{"degree", list(first), "2"},
		{"inDegree", list(first), "1"},
		{"outDegree", list(first), "2"},
		{"propertySize", list(edge, s("w")), "9"},
		{"propertySize", list(edge, s("none")), "1"},
	} {
		got, err := table.Find(tt.name).Invoke(w.c, tt.args)
		if part, ok := strings.CutPrefix(tt.want, "!"); ok {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s(%v) = %v, %v, want an error with %q", tt.name, tt.args, got, err, part)
			}
			continue
		}
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%s(%v) = %v, %v, want %s", tt.name, tt.args, got, err, tt.want)
		}
	}
}

// TestElementID reads back what elementId gives.
func TestElementID(t *testing.T) {
	w := newWorld(t)
	fn := function.NewTable().Find("elementId")
	node, err := fn.Invoke(w.c, list(graph.Node(w.second)))
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := function.ParseElementID(node.Str(), w.database, false); !ok || id != uint64(w.second) {
		t.Errorf("ParseElementID(%v) = %d, %t, want %d", node, id, ok, w.second)
	}
	edge, err := fn.Invoke(w.c, list(graph.Relationship(w.edge)))
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := function.ParseElementID(edge.Str(), w.database, true); !ok || id != uint64(w.edge) {
		t.Errorf("ParseElementID(%v) = %d, %t, want %d", edge, id, ok, w.edge)
	}
}
