package storage_test

import (
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// selectNodes returns all nodes that satisfy conditions, with batches of size.
func selectNodes(v storage.View, label storage.LabelID, labelled bool, size int, conditions ...storage.Condition) []graph.NodeID {
	var all []graph.NodeID
	var c storage.NodeCursor
	dst := make([]graph.NodeID, size)
	for {
		n, more := v.SelectNodes(&c, label, labelled, conditions, dst)
		all = append(all, dst[:n]...)
		if !more {
			return all
		}
	}
}

// Nodes are selected as the view sees them, in every size of batches.
func TestSelectNodes(t *testing.T) {
	s := open(t, storage.Options{})
	a, b := must[storage.LabelID](t)(s.InternLabel("A")), must[storage.LabelID](t)(s.InternLabel("B"))
	x, y := must[storage.KeyID](t)(s.InternKey("x")), must[storage.KeyID](t)(s.InternKey("y"))
	tx := s.Begin(storage.WriteMode)
	var ids []graph.NodeID
	for i := range 40_000 {
		label := a
		if i%4 == 0 {
			label = b
		}
		props := []storage.Property{{Key: x, Value: graph.Integer(int64(i))}}
		if i%2 == 0 {
			props = append(props, storage.Property{Key: y, Value: graph.String("even")})
		}
		ids = append(ids, must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, props)))
	}
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := s.Begin(storage.ReadMode)
	defer before.Rollback()
	own := s.Begin(storage.WriteMode)
	defer own.Rollback()
	if err := own.SetNodeProperty(t.Context(), ids[39_999], x, graph.Integer(5)); err != nil {
		t.Fatal(err)
	}
	if _, err := own.DeleteNode(t.Context(), ids[3]); err != nil {
		t.Fatal(err)
	}

	few := storage.NewCondition(x, storage.Less, graph.Integer(6))
	even := storage.NewCondition(y, storage.StartsWith, graph.String("ev"))
	last := storage.NewCondition(x, storage.GreaterOrEqual, graph.Float(39_998.5))
	for _, tt := range []struct {
		name       string
		view       storage.View
		labelled   bool
		conditions []storage.Condition
		want       []int
	}{
		{"all labels", before.View(), false, []storage.Condition{few}, []int{0, 1, 2, 3, 4, 5}},
		{"one label", before.View(), true, []storage.Condition{few}, []int{1, 2, 3, 5}},
		{"two conditions", before.View(), true, []storage.Condition{few, even}, []int{2}},
		{"a missing property", before.View(), false, []storage.Condition{even, few}, []int{0, 2, 4}},
		{"the last node", before.View(), true, []storage.Condition{last}, []int{39_999}},
		{"none", before.View(), false, []storage.Condition{last, even}, nil},
		{"own changes", own.View(), true, []storage.Condition{few}, []int{1, 2, 5, 39_999}},
	} {
		var want []graph.NodeID
		for _, i := range tt.want {
			want = append(want, ids[i])
		}
		for _, size := range []int{1, 3, 1024} {
			if got := selectNodes(tt.view, a, tt.labelled, size, tt.conditions...); !slices.Equal(got, want) {
				t.Errorf("%s, batches of %d: %v, want %v", tt.name, size, got, want)
			}
		}
	}
}
