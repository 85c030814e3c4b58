package storagetest

import (
	"maps"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Model is a graph in maps. The zero Model is not ready; use [NewModel].
type Model struct {
	Nodes         map[graph.NodeID]Node
	Relationships map[graph.RelationshipID]Relationship
}

// A Node is a node of a [Model]; its maps are never changed.
type Node struct {
	Labels     map[storage.LabelID]bool
	Properties map[storage.KeyID]graph.Value
}

// A Relationship is a relationship of a [Model]; its map is never changed.
type Relationship struct {
	Start, End graph.NodeID
	Type       storage.TypeID
	Properties map[storage.KeyID]graph.Value
}

// NewModel returns an empty graph.
func NewModel() *Model {
	return &Model{
		Nodes:         make(map[graph.NodeID]Node),
		Relationships: make(map[graph.RelationshipID]Relationship),
	}
}

// Load fills an empty model with what a view shows in its scans.
func Load(v storage.View, m *Model) {
	var nodes storage.NodeCursor
	for _, id := range collect(64, func(dst []graph.NodeID) int { return v.ScanNodes(&nodes, dst) }) {
		n := Node{Labels: make(map[storage.LabelID]bool), Properties: make(map[storage.KeyID]graph.Value)}
		for _, l := range v.Labels(nil, id) {
			n.Labels[l] = true
		}
		for _, k := range v.PropertyKeys(nil, id) {
			n.Properties[k] = v.NodeProperty(id, k, new(graph.Arena))
		}
		m.Nodes[id] = n
	}
	var relationships storage.RelationshipCursor
	for _, id := range collect(64, func(dst []graph.RelationshipID) int {
		return v.ScanRelationships(&relationships, nil, dst)
	}) {
		rec, _ := v.Relationship(id)
		r := Relationship{Start: rec.Start, End: rec.End, Type: rec.Type, Properties: make(map[storage.KeyID]graph.Value)}
		for _, k := range v.RelationshipPropertyKeys(nil, id) {
			r.Properties[k] = v.RelationshipProperty(id, k, new(graph.Arena))
		}
		m.Relationships[id] = r
	}
}

// Clone returns a copy that can be changed apart.
func (m *Model) Clone() *Model {
	return &Model{Nodes: maps.Clone(m.Nodes), Relationships: maps.Clone(m.Relationships)}
}

// Steps returns what expanding a node gives, sorted.
func (m *Model) Steps(id graph.NodeID, dir storage.Direction, types ...storage.TypeID) []storage.Step {
	var steps []storage.Step
	for rid, r := range m.Relationships {
		if len(types) > 0 && !slices.Contains(types, r.Type) {
			continue
		}
		switch {
		case r.Start == id && dir != storage.In:
			steps = append(steps, storage.Step{Node: r.End, Relationship: rid})
		case r.End == id && dir != storage.Out:
			steps = append(steps, storage.Step{Node: r.Start, Relationship: rid})
		}
	}
	slices.SortFunc(steps, compareSteps)
	return steps
}

func compareSteps(a, b storage.Step) int {
	return int(int64(a.Relationship) - int64(b.Relationship)) //nolint:gosec // few
}

// Compare fails the test for every difference between a view and the model.
// when says at which point of the history.
func Compare(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	compareNodes(tb, when, v, m)
	compareRelationships(tb, when, v, m)
	compareLabels(tb, when, v, m)
	compareTypes(tb, when, v, m)
	compareIndexes(tb, when, v, m)
}

func compareNodes(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	var c storage.NodeCursor
	all := collect(7, func(dst []graph.NodeID) int { return v.ScanNodes(&c, dst) })
	want := slices.Sorted(maps.Keys(m.Nodes))
	slices.Sort(all)
	if !slices.Equal(all, want) {
		tb.Errorf("%s: ScanNodes = %v, want %v", when, all, want)
	}
	for id, n := range m.Nodes {
		if !v.NodeExists(id) {
			tb.Errorf("%s: node %d does not exist", when, id)
		}
		labels := v.Labels(nil, id)
		if want := slices.Sorted(maps.Keys(n.Labels)); !slices.Equal(labels, want) {
			tb.Errorf("%s: Labels(%d) = %v, want %v", when, id, labels, want)
		}
		var arena graph.Arena
		compareProperties(tb, when, v, v.NodeMap(id, &arena), n.Properties)
		for k, want := range n.Properties {
			if got := v.NodeProperty(id, k, &arena); !graph.Equivalent(got, want) {
				tb.Errorf("%s: NodeProperty(%d, %d) = %v, want %v", when, id, k, got, want)
			}
		}
		for _, dir := range []storage.Direction{storage.Out, storage.In, storage.Both} {
			compareExpansion(tb, when, v, m, id, dir)
		}
	}
}

func compareExpansion(tb testing.TB, when string, v storage.View, m *Model, id graph.NodeID, dir storage.Direction) {
	tb.Helper()
	types := [][]storage.TypeID{nil}
	for t := range v.Store().Types() {
		types = append(types, []storage.TypeID{storage.TypeID(t)})
	}
	for _, t := range types {
		var c storage.ExpandCursor
		got := collect(3, func(dst []storage.Step) int { return v.Expand(&c, id, dir, t, dst) })
		slices.SortFunc(got, compareSteps)
		want := m.Steps(id, dir, t...)
		if !slices.Equal(got, want) {
			tb.Errorf("%s: Expand(%d, %d, %v) = %v, want %v", when, id, dir, t, got, want)
		}
		if n := v.Degree(id, dir, t); n != len(want) {
			tb.Errorf("%s: Degree(%d, %d, %v) = %d, want %d", when, id, dir, t, n, len(want))
		}
	}
}

func compareRelationships(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	var c storage.RelationshipCursor
	all := collect(5, func(dst []graph.RelationshipID) int { return v.ScanRelationships(&c, nil, dst) })
	slices.Sort(all)
	if want := slices.Sorted(maps.Keys(m.Relationships)); !slices.Equal(all, want) {
		tb.Errorf("%s: ScanRelationships = %v, want %v", when, all, want)
	}
	for id, r := range m.Relationships {
		got, ok := v.Relationship(id)
		if want := (storage.RelationshipRecord{Start: r.Start, End: r.End, Type: r.Type}); !ok || got != want {
			tb.Errorf("%s: Relationship(%d) = %v, %v, want %v", when, id, got, ok, want)
		}
		var arena graph.Arena
		compareProperties(tb, when, v, v.RelationshipMap(id, &arena), r.Properties)
	}
}

func compareProperties(tb testing.TB, when string, v storage.View, got graph.Value, want map[storage.KeyID]graph.Value) {
	tb.Helper()
	same := got.Len() == len(want)
	for k, w := range want {
		g, ok := got.Get(v.Store().KeyName(k))
		same = same && ok && graph.Equivalent(g, w)
	}
	if !same {
		tb.Errorf("%s: properties = %v, want %v", when, got, want)
	}
}

func compareLabels(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	for i := range v.Store().Labels() {
		l := storage.LabelID(i)
		var c storage.NodeCursor
		got := collect(4, func(dst []graph.NodeID) int { return v.ScanLabel(&c, l, dst) })
		var want []graph.NodeID
		for id, n := range m.Nodes {
			if n.Labels[l] {
				want = append(want, id)
			}
			if v.HasLabel(id, l) != n.Labels[l] {
				tb.Errorf("%s: HasLabel(%d, %d) = %v", when, id, l, !n.Labels[l])
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			tb.Errorf("%s: ScanLabel(%d) = %v, want %v", when, l, got, want)
		}
	}
}

func compareTypes(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	for i := range v.Store().Types() {
		t := storage.TypeID(i)
		var c storage.RelationshipCursor
		got := collect(4, func(dst []graph.RelationshipID) int {
			return v.ScanRelationships(&c, []storage.TypeID{t}, dst)
		})
		var want []graph.RelationshipID
		for id, r := range m.Relationships {
			if r.Type == t {
				want = append(want, id)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			tb.Errorf("%s: ScanRelationships(%d) = %v, want %v", when, t, got, want)
		}
	}
}

// CompareStatistics fails the test for every statistic of a store that differs
// from the model of its committed state.
func CompareStatistics(tb testing.TB, when string, s *storage.Store, m *Model) {
	tb.Helper()
	check := func(what string, got int64, want int) {
		tb.Helper()
		if got != int64(want) {
			tb.Errorf("%s: %s = %d, want %d", when, what, got, want)
		}
	}
	check("NodeCount", s.NodeCount(), len(m.Nodes))
	check("RelationshipCount", s.RelationshipCount(), len(m.Relationships))
	for i, label := range s.Labels() {
		l := storage.LabelID(i)
		n := 0
		for _, node := range m.Nodes {
			if node.Labels[l] {
				n++
			}
		}
		check("LabelCount of "+label, s.LabelCount(l), n)
	}
	for i, typ := range s.Types() {
		t := storage.TypeID(i)
		n, loops := 0, 0
		out, in := make(map[storage.LabelID]int), make(map[storage.LabelID]int)
		for _, r := range m.Relationships {
			if r.Type != t {
				continue
			}
			n++
			if r.Start == r.End {
				loops++
			}
			for l := range m.Nodes[r.Start].Labels {
				out[l]++
			}
			for l := range m.Nodes[r.End].Labels {
				in[l]++
			}
		}
		check("TypeCount of "+typ, s.TypeCount(t), n)
		check("SelfLoopCount of "+typ, s.SelfLoopCount(t), loops)
		for i, label := range s.Labels() {
			l := storage.LabelID(i)
			check("StepCount Out of "+label+", "+typ, s.StepCount(l, t, storage.Out), out[l])
			check("StepCount In of "+label+", "+typ, s.StepCount(l, t, storage.In), in[l])
			check("StepCount Both of "+label+", "+typ, s.StepCount(l, t, storage.Both), out[l]+in[l])
		}
	}
}

// collect calls next with slices of n until it returns 0.
func collect[T any](n int, next func(dst []T) int) []T {
	var all []T
	dst := make([]T, n)
	for k := next(dst); k > 0; k = next(dst) {
		all = append(all, dst[:k]...)
	}
	return all
}
