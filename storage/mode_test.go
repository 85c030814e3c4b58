package storage_test

import (
	"path/filepath"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

// fill puts a random graph, an index and a constraint into a store.
func fill(t *testing.T, s *storage.Store, seed uint64) {
	t.Helper()
	h := storagetest.NewHistory(t, s, storagetest.NewModel(), seed)
	h.Run(400)
	h.Finish()
	label, key := must[storage.LabelID](t)(s.InternLabel("A")), must[storage.KeyID](t)(s.InternKey("kA"))
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Name: "i", Label: label, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
	other := must[storage.LabelID](t)(s.InternLabel("Nobody"))
	if err := s.CreateConstraint(t.Context(), storage.ConstraintSpec{Name: "c", Kind: storage.Exists, Label: other, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
}

// TestRecoverSnapshot brings the content of one store's snapshot to another one
// that has something else, and opens that again.
func TestRecoverSnapshot(t *testing.T) {
	t.Parallel()
	from := open(t, storage.Options{Directory: filepath.Join(t.TempDir(), "from"), NoSync: true, LockTimeout: 1})
	fill(t, from, 21)
	must[storage.Position](t)(from.CreateSnapshot(t.Context()))
	path := must[[]storage.SnapshotInfo](t)(from.Snapshots())[0].Path

	o := storage.Options{Directory: filepath.Join(t.TempDir(), "to"), NoSync: true}
	s, err := storage.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	must[storage.LabelID](t)(s.InternLabel("Before")) // other numbers
	must[storage.KeyID](t)(s.InternKey("before"))
	retry(t, s, func(tx *storage.Transaction) error {
		n, err := tx.CreateNode(t.Context(), nil, nil)
		if err != nil {
			return err
		}
		_, err = tx.CreateRelationship(t.Context(), n, n, must[storage.TypeID](t)(s.InternType("OLD")), nil)
		return err
	})
	if err := s.RecoverSnapshot(t.Context(), path, false); kindOf(err) != storage.KindConstraint {
		t.Errorf("RecoverSnapshot over something = %v", err)
	}
	if err := s.RecoverSnapshot(t.Context(), path+"x", true); err == nil || s.NodeCount() != 1 {
		t.Errorf("RecoverSnapshot of nothing = %v, %d nodes", err, s.NodeCount())
	}
	if err := s.RecoverSnapshot(t.Context(), path, true); err != nil {
		t.Fatal(err)
	}
	for range 2 { // once as it is, once opened again
		compareGraphs(t, from, s)
		if got, want := schemaOf(s), schemaOf(from); got != want {
			t.Errorf("the schema is %q, want %q", got, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s, err = storage.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// compareGraphs compares two graphs whose entities have other identifiers but
// the same order.
func compareGraphs(t *testing.T, a, b *storage.Store) {
	t.Helper()
	ta, tb := a.Begin(storage.ReadMode), b.Begin(storage.ReadMode)
	defer ta.Rollback()
	defer tb.Rollback()
	va, vb := ta.View(), tb.View()
	na, nb := scanNodes(va), scanNodes(vb)
	if len(na) != len(nb) || a.RelationshipCount() != b.RelationshipCount() {
		t.Fatalf("%d nodes and %d relationships, want %d and %d", len(nb), b.RelationshipCount(), len(na), a.RelationshipCount())
	}
	for i := range na {
		if x, y := va.NodeMap(na[i], new(graph.Arena)), vb.NodeMap(nb[i], new(graph.Arena)); !graph.Equivalent(x, y) {
			t.Errorf("node %d has %v, want %v", i, y, x)
		}
		if x, y := string(va.AppendNodeLabels(nil, na[i])), string(vb.AppendNodeLabels(nil, nb[i])); len(x) != len(y) {
			t.Errorf("node %d has the labels %q, want %q", i, y, x)
		}
		if x, y := va.Degree(na[i], storage.Both, nil), vb.Degree(nb[i], storage.Both, nil); x != y {
			t.Errorf("node %d has %d relationships, want %d", i, y, x)
		}
	}
}

// TestAnalytical: nothing is logged until the store is transactional again, and
// then everything is there.
func TestAnalytical(t *testing.T) {
	t.Parallel()
	o := storage.Options{Directory: filepath.Join(t.TempDir(), "data"), NoSync: true}
	s, err := storage.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	create := func(s *storage.Store) {
		t.Helper()
		retry(t, s, func(tx *storage.Transaction) error {
			_, err := tx.CreateNode(t.Context(), []storage.LabelID{must[storage.LabelID](t)(s.InternLabel("L"))}, nil)
			return err
		})
	}
	mode := func(m storage.StorageMode) {
		t.Helper()
		if err := s.SetStorageMode(t.Context(), m); err != nil || s.StorageMode() != m {
			t.Fatalf("SetStorageMode(%v) = %v", m, err)
		}
	}
	create(s)
	mode(storage.Analytical)
	mode(storage.Analytical) // again is nothing
	logged := s.DiskUsed()
	create(s)
	if s.DiskUsed() != logged || s.NodeCount() != 2 {
		t.Errorf("%d bytes on disk, want %d; %d nodes", s.DiskUsed(), logged, s.NodeCount())
	}
	crashed := must[*storage.Store](t)(storage.Open(t.Context(), storage.Options{Directory: copyDirectory(t, o.Directory)}))
	if crashed.NodeCount() != 1 {
		t.Errorf("a crash leaves %d nodes, want 1", crashed.NodeCount())
	}
	if err := crashed.Close(); err != nil {
		t.Fatal(err)
	}
	late := s.Begin(storage.WriteMode)
	must[graph.NodeID](t)(late.CreateNode(t.Context(), nil, nil))
	mode(storage.Transactional)
	if _, err := late.Commit(t.Context()); kindOf(err) != storage.KindConflict {
		t.Errorf("Commit of a transaction that was begun before = %v", err)
	}
	create(s)
	crashed = must[*storage.Store](t)(storage.Open(t.Context(), storage.Options{Directory: copyDirectory(t, o.Directory)}))
	if crashed.NodeCount() != 3 {
		t.Errorf("a crash leaves %d nodes, want 3", crashed.NodeCount())
	}
	if err := crashed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestLockFiles: locked files stay, and go when they are unlocked.
func TestLockFiles(t *testing.T) {
	t.Parallel()
	s := open(t, storage.Options{Directory: filepath.Join(t.TempDir(), "data"), NoSync: true, Snapshots: 1})
	count := func() int {
		t.Helper()
		for range 3 {
			retry(t, s, func(tx *storage.Transaction) error { _, err := tx.CreateNode(t.Context(), nil, nil); return err })
			must[storage.Position](t)(s.CreateSnapshot(t.Context()))
		}
		return len(must[[]storage.SnapshotInfo](t)(s.Snapshots()))
	}
	if n := count(); n != 1 {
		t.Errorf("%d snapshots, want 1", n)
	}
	if !s.LockFiles() || s.LockFiles() || !s.FilesLocked() {
		t.Error("the files are not locked once")
	}
	if n := count(); n != 4 {
		t.Errorf("%d locked snapshots, want 4", n)
	}
	if was, err := s.UnlockFiles(); !was || err != nil {
		t.Errorf("UnlockFiles() = %v, %v", was, err)
	}
	if list := must[[]storage.SnapshotInfo](t)(s.Snapshots()); len(list) != 1 || list[0].Position != s.Position() || list[0].Size <= 0 {
		t.Errorf("after unlocking: %v", list)
	}
}

// TestTransactionMemory: what a transaction notes of its changes counts, and is
// given back.
func TestTransactionMemory(t *testing.T) {
	t.Parallel()
	s := open(t, storage.Options{Directory: filepath.Join(t.TempDir(), "data"), NoSync: true, MemoryLimit: 24 << 20})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	before := s.MemoryUsed()
	tx := s.Begin(storage.WriteMode)
	n := must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, nil))
	var err error
	for i := 0; err == nil && i < 10_000_000; i++ { // one small record, changed again and again
		err = tx.SetNodeProperty(t.Context(), n, key, graph.Integer(int64(i)))
		tx.NextCommand()
	}
	if kindOf(err) != storage.KindMemoryLimit {
		t.Errorf("the error is %v", err)
	}
	tx.Rollback()
	s.Reclaim()
	if used := s.MemoryUsed(); used > before+20<<20 {
		t.Errorf("%d bytes are used, before it were %d", used, before)
	}
	retry(t, s, func(tx *storage.Transaction) error { _, err := tx.CreateNode(t.Context(), nil, nil); return err })
}
