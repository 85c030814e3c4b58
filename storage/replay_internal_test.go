package storage

import (
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// FuzzApply gives arbitrary log records to an empty store. It is an internal
// test because a log only hands out records with right checksums.
func FuzzApply(f *testing.F) {
	s, err := Open(f.Context(), Options{Directory: f.TempDir(), NoSync: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	label, _ := s.InternLabel("L")
	typ, _ := s.InternType("T")
	key, _ := s.InternKey("k")
	ctx := f.Context()
	tokens, _ := appendTokens(nil, opDefineLabel, s.labels, 0)
	tokens, _ = appendTokens(tokens, opDefineType, s.types, 0)
	tokens, _ = appendTokens(tokens, opDefineKey, s.keys, 0)
	tx := s.Begin(WriteMode)
	defer tx.Rollback()
	props := []Property{{Key: key, Value: graph.String("x")}}
	a, _ := tx.CreateNode(ctx, []LabelID{label}, props)
	b, _ := tx.CreateNode(ctx, nil, nil)
	r, _ := tx.CreateRelationship(ctx, a, b, typ, props)
	_ = tx.SetNodeProperty(ctx, b, key, graph.Integer(5))
	_ = tx.ReplaceRelationshipProperties(ctx, r, nil)
	_, _ = tx.AddLabel(ctx, b, label)
	_, _ = tx.RemoveLabel(ctx, a, label)
	f.Add(append(tokens, tx.work.redo...))
	_, _ = tx.DeleteRelationship(ctx, r)
	_, _ = tx.DeleteNode(ctx, a)
	f.Add(append(tokens, tx.work.redo...))
	f.Add(append(tokens, encodeIndex(IndexSpec{Name: "i", Label: label, Keys: []KeyID{key}})...))
	f.Add(append(tokens, encodeConstraint(ConstraintSpec{Name: "c", Kind: Unique, Label: label, Keys: []KeyID{key}})...))
	f.Add(append(encodeName(opDropIndex, "i"), encodeName(opDropConstraint, "c")...))

	f.Fuzz(func(t *testing.T, record []byte) {
		for _, snapshot := range []bool{false, true} {
			fuzzApply(t, record, snapshot)
		}
	})
}

func applyRecord(t *testing.T, s *Store, record []byte, snapshot bool) error {
	t.Helper()
	if !snapshot {
		return s.apply(t.Context(), 1, record)
	}
	l := &blockLoader{s: s, position: 1}
	r := l.newReader()
	defer l.finish(r)
	return l.apply(t.Context(), r, record)
}

func fuzzApply(t *testing.T, record []byte, snapshot bool) {
	t.Helper()
	s, err := newStore(Options{MemoryLimit: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.memory.Release() }()
	s.replaying = true
	if applyRecord(t, s, record, snapshot) != nil {
		return
	}
	if snapshot && s.linkAll(t.Context(), 1) != nil {
		return
	}
	s.Reclaim()
	v := s.Begin(ReadMode).View()
	var c NodeCursor
	var ids [8]graph.NodeID
	for n := v.ScanNodes(&c, ids[:]); n > 0; n = v.ScanNodes(&c, ids[:]) {
		for _, id := range ids[:n] {
			_ = v.AppendNodeProperties(nil, id)
			_ = v.NodeMap(id, new(graph.Arena))
			_ = v.Degree(id, Both, nil)
		}
	}
}
