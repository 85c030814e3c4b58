package storage_test

import (
	"reflect"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// beginAt begins a transaction that ends with the test at the latest.
func beginAt(tb testing.TB, s *storage.Store, level storage.Isolation) *storage.Transaction {
	tb.Helper()
	tx, err := s.BeginIsolated(tb.Context(), storage.WriteMode, level)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(tx.Rollback)
	return tx
}

// TestIsolation shows what each level lets through.
func TestIsolation(t *testing.T) {
	type outcome struct{ dirty, unrepeatable, lost, skew bool }
	for level, want := range map[storage.Isolation]outcome{
		storage.ReadUncommitted:   {dirty: true, unrepeatable: true, skew: true},
		storage.ReadCommitted:     {unrepeatable: true, skew: true},
		storage.SnapshotIsolation: {skew: true},
		storage.Serializable:      {},
		0:                         {skew: true},
	} {
		t.Run(level.String(), func(t *testing.T) {
			s, a, b, key := twoNodes(t, storage.Options{})
			set := func(tx *storage.Transaction, id graph.NodeID, n int64) bool {
				return tx.SetNodeProperty(t.Context(), id, key, graph.Integer(n)) == nil
			}
			get := func(tx *storage.Transaction, id graph.NodeID) int64 {
				return tx.View().NodeProperty(id, key, new(graph.Arena)).Int()
			}
			commit := func(tx *storage.Transaction) bool {
				_, err := tx.Commit(t.Context())
				return err == nil
			}
			var got outcome
			reader, writer := beginAt(t, s, level), beginAt(t, s, level)
			set(writer, a, 5)
			got.dirty = get(reader, a) == 5
			commit(writer)
			reader.Refresh(false)
			got.unrepeatable = get(reader, a) == 5
			reader.Rollback()

			first, second := beginAt(t, s, level), beginAt(t, s, level)
			x, y := get(first, a), get(second, a)
			set(first, a, x+1)
			commit(first)
			got.lost = set(second, a, y+1) && commit(second)
			second.Rollback()

			first, second = beginAt(t, s, level), beginAt(t, s, level)
			set(first, a, get(first, b)+1)
			set(second, b, get(second, a)+1)
			got.skew = commit(first) && commit(second)
			if got != want {
				t.Errorf("lets through %+v, want %+v", got, want)
			}
		})
	}
}

// TestParseIsolation reads every name that it writes, and the spellings of
// statements.
func TestParseIsolation(t *testing.T) {
	for text, want := range map[string]storage.Isolation{
		"READ UNCOMMITTED": storage.ReadUncommitted, "read_committed": storage.ReadCommitted,
		"Snapshot  Isolation": storage.SnapshotIsolation, storage.Serializable.String(): storage.Serializable,
		"": 0, "SNAPSHOT": 0, "READ": 0,
	} {
		if got, ok := storage.ParseIsolation(text); got != want || ok != (want != 0) {
			t.Errorf("ParseIsolation(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
}

// TestLevelsTake checks what a choice holds for.
func TestLevelsTake(t *testing.T) {
	l := storage.Levels{Session: storage.ReadCommitted, Next: storage.Serializable}
	for i, want := range []storage.Isolation{storage.Serializable, storage.ReadCommitted, storage.ReadCommitted} {
		if got := l.Take(storage.SnapshotIsolation); got != want {
			t.Errorf("transaction %d gets %v, want %v", i, got, want)
		}
	}
	if got := new(storage.Levels).Take(storage.ReadUncommitted); got != storage.ReadUncommitted {
		t.Errorf("without a choice: %v", got)
	}
}

// A readGraph is a node a with a label, an indexed property and a relationship
// to b, and an unconnected node c without anything.
type readGraph struct {
	store        *storage.Store
	a, b, c      graph.NodeID
	rel          graph.RelationshipID
	label, other storage.LabelID
	typ          storage.TypeID
	key          storage.KeyID
	index        *storage.Index
	relIndex     *storage.Index
}

func newReadGraph(t *testing.T) *readGraph {
	t.Helper()
	g := &readGraph{store: open(t, storage.Options{})}
	g.label, g.other = must[storage.LabelID](t)(g.store.InternLabel("L")), must[storage.LabelID](t)(g.store.InternLabel("M"))
	g.typ, g.key = must[storage.TypeID](t)(g.store.InternType("T")), must[storage.KeyID](t)(g.store.InternKey("k"))
	if err := g.store.CreateIndex(t.Context(), storage.IndexSpec{Label: g.label, Keys: []storage.KeyID{g.key}}); err != nil {
		t.Fatal(err)
	}
	g.index, _ = g.store.FindIndex(g.label, []storage.KeyID{g.key})
	if err := g.store.CreateIndex(t.Context(), storage.IndexSpec{Relationships: true, Type: g.typ, Keys: []storage.KeyID{g.key}}); err != nil {
		t.Fatal(err)
	}
	g.relIndex, _ = g.store.FindRelationshipIndex(g.typ, []storage.KeyID{g.key})
	retry(t, g.store, func(tx *storage.Transaction) (err error) {
		one := []storage.Property{{Key: g.key, Value: graph.Integer(1)}}
		if g.a, err = tx.CreateNode(t.Context(), []storage.LabelID{g.label}, one); err != nil {
			return err
		}
		if g.b, err = tx.CreateNode(t.Context(), nil, nil); err != nil {
			return err
		}
		if g.c, err = tx.CreateNode(t.Context(), nil, nil); err != nil {
			return err
		}
		g.rel, err = tx.CreateRelationship(t.Context(), g.a, g.b, g.typ, one)
		return err
	})
	return g
}

// TestSerializableReads reads in every way that there is, and lets others change
// what was read, and what was not.
func TestSerializableReads(t *testing.T) {
	type change = func(tx *storage.Transaction, g *readGraph) error
	setA := func(tx *storage.Transaction, g *readGraph) error {
		return tx.SetNodeProperty(t.Context(), g.a, g.key, graph.Integer(2))
	}
	setRel := func(tx *storage.Transaction, g *readGraph) error {
		return tx.SetRelationshipProperty(t.Context(), g.rel, g.key, graph.Integer(2))
	}
	labelB := func(tx *storage.Transaction, g *readGraph) error {
		_, err := tx.AddLabel(t.Context(), g.b, g.label)
		return err
	}
	create := func(tx *storage.Transaction, g *readGraph) error {
		_, err := tx.CreateNode(t.Context(), []storage.LabelID{g.label}, []storage.Property{{Key: g.key, Value: graph.Integer(1)}})
		return err
	}
	createOther := func(tx *storage.Transaction, g *readGraph) error {
		_, err := tx.CreateNode(t.Context(), []storage.LabelID{g.other}, nil)
		return err
	}
	connect := func(tx *storage.Transaction, g *readGraph) error {
		_, err := tx.CreateRelationship(t.Context(), g.b, g.a, g.typ, nil)
		return err
	}
	disconnect := func(tx *storage.Transaction, g *readGraph) error {
		_, err := tx.DeleteRelationship(t.Context(), g.rel)
		return err
	}
	changeC := func(tx *storage.Transaction, g *readGraph) error {
		return tx.SetNodeProperty(t.Context(), g.c, g.key, graph.Integer(2))
	}
	read := func(name string) func(v storage.View, g *readGraph) { return reads[name] }
	covered := make(map[string]bool)
	for _, tt := range []struct {
		method    string
		conflicts []change
		passes    []change
	}{
		{"AppendNodeLabels", []change{labelB, setA}, []change{changeC, connect}},
		{"AppendNodeProperties", []change{setA}, []change{changeC, connect}},
		{"AppendRelationshipProperties", []change{setRel, disconnect}, []change{setA, connect}},
		{"Degree", []change{connect, disconnect}, []change{setA, setRel, create}},
		{"Expand", []change{connect, disconnect}, []change{setA, setRel, create}},
		{"ExpandMany", []change{connect, disconnect}, []change{setA, setRel, create}},
		{"HasLabel", []change{labelB}, []change{setA, create}},
		{"LabelCount", []change{labelB, create}, []change{setA, createOther}},
		{"Labels", []change{labelB}, []change{setA, create}},
		{"NodeCount", []change{create, createOther}, []change{setA, labelB}},
		{"NodeExists", []change{setA}, []change{changeC}},
		{"NodeMap", []change{setA}, []change{changeC}},
		{"NodeProperties", []change{setA}, []change{changeC}},
		{"NodeProperty", []change{setA}, []change{changeC}},
		{"PropertyKeys", []change{setA}, []change{changeC}},
		{"Relationship", []change{disconnect, setRel}, []change{connect, setA}},
		{"RelationshipCount", []change{connect, disconnect}, []change{setA, create}},
		{"RelationshipEnds", []change{disconnect}, []change{connect, setA}},
		{"RelationshipExists", []change{disconnect}, []change{connect, setA}},
		{"RelationshipMap", []change{setRel}, []change{connect, setA}},
		{"RelationshipProperties", []change{setRel}, []change{connect, setA}},
		{"RelationshipProperty", []change{setRel}, []change{connect, setA}},
		{"RelationshipPropertyKeys", []change{setRel}, []change{connect, setA}},
		{"ScanLabel", []change{labelB, create}, []change{setA, createOther, connect}},
		{"ScanNodes", []change{create, createOther}, []change{setA, labelB, connect}},
		{"ScanRelationships", []change{connect, disconnect}, []change{setA, create, setRel}},
		{"SeekIndex", []change{setA, create}, []change{createOther, changeC, connect}},
		{"SelectNodes", []change{setA, create, labelB}, []change{createOther, changeC, connect}},
		{"SeekRange", []change{setA, create}, []change{createOther, changeC, connect}},
		{"CountRange", []change{setA, create}, []change{createOther, changeC, connect}},
		{"SeekRelationships", []change{setRel}, []change{setA, changeC}},
		{"SeekRangeRelationships", []change{setRel, disconnect}, []change{setA, changeC}},
		{"StepCount", []change{connect, disconnect}, []change{setA, createOther}},
		{"TypeCount", []change{connect, disconnect}, []change{setA, create}},
	} {
		covered[tt.method] = true
		t.Run(tt.method, func(t *testing.T) {
			for want, list := range map[bool][]change{false: tt.conflicts, true: tt.passes} {
				for i, change := range list {
					g := newReadGraph(t)
					tx := beginAt(t, g.store, storage.Serializable)
					read(tt.method)(tx.View(), g)
					must[graph.NodeID](t)(tx.CreateNode(t.Context(), nil, nil)) // who only reads is not in the way
					retry(t, g.store, func(tx *storage.Transaction) error { return change(tx, g) })
					if _, err := tx.Commit(t.Context()); want && err != nil || !want && kindOf(err) != storage.KindConflict {
						t.Errorf("after change %d the commit returns %v, want success: %v", i, err, want)
					}
				}
			}
		})
	}
	for method := range reflect.TypeFor[storage.View]().Methods() {
		switch method.Name {
		case "Store", "Transaction", "AppendElementID", "MayLoop": // read nothing that changes
		default:
			if !covered[method.Name] {
				t.Errorf("View.%s: a serializable transaction must notice what it reads, and there is no case of it here", method.Name)
			}
		}
	}
}

// reads are the ways to read, by the names of methods.
var reads = map[string]func(v storage.View, g *readGraph){
	"AppendNodeLabels": func(v storage.View, g *readGraph) {
		v.AppendNodeLabels(nil, g.a)
		v.AppendNodeLabels(nil, g.b)
	},
	"AppendNodeProperties":         func(v storage.View, g *readGraph) { v.AppendNodeProperties(nil, g.a) },
	"AppendRelationshipProperties": func(v storage.View, g *readGraph) { v.AppendRelationshipProperties(nil, g.rel) },
	"Degree":                       func(v storage.View, g *readGraph) { v.Degree(g.a, storage.Both, nil) },
	"Expand": func(v storage.View, g *readGraph) {
		v.Expand(new(storage.ExpandCursor), g.b, storage.Both, nil, make([]storage.Step, 4))
	},
	"ExpandMany": func(v storage.View, g *readGraph) {
		v.ExpandMany(new(storage.ExpandCursor), []graph.NodeID{g.a}, storage.In, nil, make([]uint32, 4), make([]storage.Step, 4))
	},
	"HasLabel":   func(v storage.View, g *readGraph) { v.HasLabel(g.b, g.label) },
	"LabelCount": func(v storage.View, g *readGraph) { v.LabelCount(g.label) },
	"Labels":     func(v storage.View, g *readGraph) { v.Labels(nil, g.b) },
	"NodeCount":  func(v storage.View, _ *readGraph) { v.NodeCount() },
	"NodeExists": func(v storage.View, g *readGraph) { v.NodeExists(g.a) },
	"NodeMap":    func(v storage.View, g *readGraph) { v.NodeMap(g.a, new(graph.Arena)) },
	"NodeProperties": func(v storage.View, g *readGraph) {
		v.NodeProperties([]graph.NodeID{g.a}, g.key, make([]graph.Value, 1), new(graph.Arena))
	},
	"NodeProperty":       func(v storage.View, g *readGraph) { v.NodeProperty(g.a, g.key, new(graph.Arena)) },
	"PropertyKeys":       func(v storage.View, g *readGraph) { v.PropertyKeys(nil, g.a) },
	"Relationship":       func(v storage.View, g *readGraph) { v.Relationship(g.rel) },
	"RelationshipCount":  func(v storage.View, _ *readGraph) { v.RelationshipCount() },
	"RelationshipEnds":   func(v storage.View, g *readGraph) { v.RelationshipEnds(g.rel) },
	"RelationshipExists": func(v storage.View, g *readGraph) { v.RelationshipExists(g.rel) },
	"RelationshipMap":    func(v storage.View, g *readGraph) { v.RelationshipMap(g.rel, new(graph.Arena)) },
	"RelationshipProperties": func(v storage.View, g *readGraph) {
		v.RelationshipProperties([]graph.RelationshipID{g.rel}, g.key, make([]graph.Value, 1), new(graph.Arena))
	},
	"RelationshipProperty":     func(v storage.View, g *readGraph) { v.RelationshipProperty(g.rel, g.key, new(graph.Arena)) },
	"RelationshipPropertyKeys": func(v storage.View, g *readGraph) { v.RelationshipPropertyKeys(nil, g.rel) },
	"ScanLabel": func(v storage.View, g *readGraph) {
		v.ScanLabel(new(storage.NodeCursor), g.label, make([]graph.NodeID, 8))
	},
	"ScanNodes": func(v storage.View, _ *readGraph) { v.ScanNodes(new(storage.NodeCursor), make([]graph.NodeID, 8)) },
	"ScanRelationships": func(v storage.View, g *readGraph) {
		v.ScanRelationships(new(storage.RelationshipCursor), []storage.TypeID{g.typ}, make([]graph.RelationshipID, 8))
		v.ScanRelationships(new(storage.RelationshipCursor), nil, make([]graph.RelationshipID, 8))
	},
	"SeekIndex": func(v storage.View, g *readGraph) {
		v.SeekIndex(new(storage.IndexCursor), g.index, []graph.Value{graph.Integer(1)}, make([]graph.NodeID, 8))
	},
	"SelectNodes": func(v storage.View, g *readGraph) {
		v.SelectNodes(new(storage.NodeCursor), g.label, true, []storage.Condition{storage.NewCondition(g.key, storage.Greater, graph.Integer(5))}, make([]graph.NodeID, 8))
	},
	"SeekRange": func(v storage.View, g *readGraph) {
		r := storage.NewRange(g.index, nil, nil)
		v.SeekRange(new(storage.RangeCursor), &r, false, make([]graph.NodeID, 8))
	},
	"CountRange": func(v storage.View, g *readGraph) {
		r := storage.NewRange(g.index, nil, nil)
		v.CountRange(&r)
	},
	"SeekRelationships": func(v storage.View, g *readGraph) {
		v.SeekRelationships(new(storage.IndexCursor), g.relIndex, []graph.Value{graph.Integer(1)}, make([]graph.RelationshipID, 8))
	},
	"SeekRangeRelationships": func(v storage.View, g *readGraph) {
		r := storage.NewRange(g.relIndex, nil, nil)
		v.SeekRangeRelationships(new(storage.RangeCursor), &r, true, make([]graph.RelationshipID, 8))
	},
	"StepCount": func(v storage.View, g *readGraph) { v.StepCount(g.label, g.typ, storage.Both) },
	"TypeCount": func(v storage.View, g *readGraph) { v.TypeCount(g.typ) },
}
