package storage_test

import (
	"errors"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a store that the test closes.
func open(tb testing.TB, o storage.Options) *storage.Store {
	tb.Helper()
	s, err := storage.Open(tb.Context(), o)
	if err != nil {
		tb.Fatalf("Open() = %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close() = %v", err)
		}
	})
	return s
}

func must[T any](tb testing.TB) func(v T, err error) T {
	tb.Helper()
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

func kindOf(err error) storage.Kind {
	if e, ok := errors.AsType[*storage.Error](err); ok {
		return e.Kind
	}
	return 0
}

func scanNodes(v storage.View) []graph.NodeID {
	var all []graph.NodeID
	var c storage.NodeCursor
	var dst [3]graph.NodeID
	for n := v.ScanNodes(&c, dst[:]); n > 0; n = v.ScanNodes(&c, dst[:]) {
		all = append(all, dst[:n]...)
	}
	return all
}

func scanLabel(v storage.View, l storage.LabelID) []graph.NodeID {
	var all []graph.NodeID
	var c storage.NodeCursor
	var dst [3]graph.NodeID
	for n := v.ScanLabel(&c, l, dst[:]); n > 0; n = v.ScanLabel(&c, l, dst[:]) {
		all = append(all, dst[:n]...)
	}
	return all
}

func expand(v storage.View, id graph.NodeID, dir storage.Direction, types ...storage.TypeID) []storage.Step {
	var all []storage.Step
	var c storage.ExpandCursor
	var dst [3]storage.Step
	for n := v.Expand(&c, id, dir, types, dst[:]); n > 0; n = v.Expand(&c, id, dir, types, dst[:]) {
		all = append(all, dst[:n]...)
	}
	return all
}

func TestCreateAndRead(t *testing.T) {
	s := open(t, storage.Options{})
	ctx := t.Context()
	person := must[storage.LabelID](t)(s.InternLabel("Person"))
	knows := must[storage.TypeID](t)(s.InternType("KNOWS"))
	name := must[storage.KeyID](t)(s.InternKey("name"))
	tx := s.Begin(storage.WriteMode)
	a := must[graph.NodeID](t)(tx.CreateNode(ctx, []storage.LabelID{person}, []storage.Property{{Key: name, Value: graph.String("Ann")}}))
	b := must[graph.NodeID](t)(tx.CreateNode(ctx, nil, nil))
	r := must[graph.RelationshipID](t)(tx.CreateRelationship(ctx, a, b, knows, nil))
	loop := must[graph.RelationshipID](t)(tx.CreateRelationship(ctx, a, a, knows, nil))
	check := func(when string, v storage.View) {
		t.Helper()
		if got := scanNodes(v); !slices.Equal(got, []graph.NodeID{a, b}) {
			t.Errorf("%s: ScanNodes = %v", when, got)
		}
		if got := scanLabel(v, person); !slices.Equal(got, []graph.NodeID{a}) {
			t.Errorf("%s: ScanLabel = %v", when, got)
		}
		var arena graph.Arena
		if got := v.NodeProperty(a, name, &arena); !graph.Equivalent(got, graph.String("Ann")) {
			t.Errorf("%s: NodeProperty = %v", when, got)
		}
		if got := expand(v, a, storage.Out, knows); !slices.Equal(got, []storage.Step{{b, r}, {a, loop}}) {
			t.Errorf("%s: Expand(Out) = %v", when, got)
		}
		if got := expand(v, a, storage.Both); !slices.Equal(got, []storage.Step{{b, r}, {a, loop}}) {
			t.Errorf("%s: Expand(Both) = %v", when, got)
		}
		if got := v.Degree(a, storage.Both, nil); got != 2 {
			t.Errorf("%s: Degree = %d", when, got)
		}
	}
	steps := func(when string, v storage.View, want int64, known bool) {
		t.Helper()
		if n, ok := v.StepCount(person, knows, storage.Both); n != want || ok != known {
			t.Errorf("%s: StepCount = %d, %v, want %d, %v", when, n, ok, want, known)
		}
	}
	check("own view", tx.View())
	steps("own view", tx.View(), 3, true)
	if got := scanNodes(tx.ViewAt(1)); got != nil {
		t.Errorf("ViewAt(1) sees %v", got)
	}
	if got := scanNodes(s.Begin(storage.ReadMode).View()); got != nil {
		t.Errorf("other transaction sees %v", got)
	}
	must[storage.Position](t)(tx.Commit(ctx))
	read := s.Begin(storage.ReadMode)
	defer read.Rollback()
	check("after commit", read.View())
	steps("after commit", read.View(), 3, true)
	tx = s.Begin(storage.WriteMode)
	if _, err := tx.DeleteNode(ctx, a); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Commit(ctx); kindOf(err) != storage.KindStillConnected {
		t.Errorf("Commit = %v", err)
	}
	check("after failed delete", s.Begin(storage.ReadMode).View())
	tx = s.Begin(storage.WriteMode)
	must[bool](t)(tx.DeleteRelationship(ctx, r))
	must[bool](t)(tx.DeleteRelationship(ctx, loop))
	must[bool](t)(tx.DeleteNode(ctx, a))
	must[storage.Position](t)(tx.Commit(ctx))
	check("old snapshot", read.View())
	steps("old snapshot", read.View(), 0, false)
	if got := s.NodeCount(); got != 1 {
		t.Errorf("NodeCount = %d", got)
	}
}
