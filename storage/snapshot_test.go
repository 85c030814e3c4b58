package storage_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

// TestIDsAreNeverUsedTwice creates and deletes, with restarts from the log and
// from snapshots between.
func TestIDsAreNeverUsedTwice(t *testing.T) {
	dir := t.TempDir()
	nodes, relationships := make(map[graph.NodeID]bool), make(map[graph.RelationshipID]bool)
	for round := range 9 {
		s, err := storage.Open(t.Context(), storage.Options{Directory: dir, NoSync: true, SnapshotOnClose: round%3 == 1})
		if err != nil {
			t.Fatal(err)
		}
		typ := must[storage.TypeID](t)(s.InternType("T"))
		var created []graph.NodeID
		for i := range 6 {
			tx := s.Begin(storage.WriteMode)
			n := must[graph.NodeID](t)(tx.CreateNode(t.Context(), nil, nil))
			r := must[graph.RelationshipID](t)(tx.CreateRelationship(t.Context(), n, n, typ, nil))
			if nodes[n] || relationships[r] {
				t.Fatalf("round %d: node %#x or relationship %#x is used twice", round, n, r)
			}
			if i%3 == 2 {
				tx.Rollback() // nobody has seen these
				continue
			}
			must[storage.Position](t)(tx.Commit(t.Context()))
			nodes[n], relationships[r] = true, true
			created = append(created, n)
		}
		if round%2 == 0 {
			must[storage.Position](t)(s.CreateSnapshot(t.Context()))
		}
		retry(t, s, func(tx *storage.Transaction) error {
			for _, n := range created[1:] {
				for _, step := range expand(tx.View(), n, storage.Both) {
					must[bool](t)(tx.DeleteRelationship(t.Context(), step.Relationship))
				}
				must[bool](t)(tx.DeleteNode(t.Context(), n))
			}
			return nil
		})
		if round%4 == 3 {
			s.Reclaim()
			must[storage.Position](t)(s.CreateSnapshot(t.Context()))
		}
		if got := s.NodeCount(); got != int64(round+1) {
			t.Errorf("round %d: %d nodes", round, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSnapshotsBesideWriters writes snapshots while many goroutines change a few
// nodes, and opens the store from the newest one and the log.
func TestSnapshotInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := storage.Open(t.Context(), storage.Options{Directory: t.TempDir(), NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		snapshots := func() int {
			synctest.Wait()
			list, err := s.Snapshots()
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		retry(t, s, func(tx *storage.Transaction) error {
			_, err := tx.CreateNode(t.Context(), nil, nil)
			return err
		})
		for _, step := range []struct {
			interval time.Duration
			pass     time.Duration
			want     int
		}{
			{0, time.Hour, 0},
			{time.Minute, 59 * time.Second, 0},
			{time.Minute, 61 * time.Second, 1},
			{0, time.Hour, 1},
		} {
			s.SetSnapshotInterval(step.interval)
			if _, planned := s.NextSnapshot(); planned != (step.interval > 0) {
				t.Errorf("every %v: planned is %v", step.interval, planned)
			}
			time.Sleep(step.pass) //nolint:forbidigo // under synctest
			if got := snapshots(); got != step.want {
				t.Errorf("%v with one every %v: %d snapshots, want %d", step.pass, step.interval, got, step.want)
			}
		}
	})
}

func TestSnapshotsBesideWriters(t *testing.T) {
	dir := t.TempDir()
	o := storage.Options{Directory: dir, NoSync: true, LogFileSize: 4 << 10, SnapshotInterval: time.Millisecond}
	s, err := storage.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	other := must[storage.LabelID](t)(s.InternLabel("M"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	key := must[storage.KeyID](t)(s.InternKey("k"))
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Label: label, Keys: []storage.KeyID{key}}); err != nil {
		t.Fatal(err)
	}
	var ids []graph.NodeID
	retry(t, s, func(tx *storage.Transaction) error {
		for range 12 {
			ids = append(ids, must[graph.NodeID](t)(tx.CreateNode(t.Context(), []storage.LabelID{label}, nil)))
		}
		return nil
	})
	var group sync.WaitGroup
	for w := range 3 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 7))
			for range 150 {
				retry(t, s, func(tx *storage.Transaction) error {
					return randomChanges(t.Context(), tx, r, ids, label, other, typ, key)
				})
			}
		})
	}
	group.Wait()
	m := storagetest.NewModel()
	tx := s.Begin(storage.ReadMode)
	storagetest.Load(tx.View(), m)
	tx.Rollback()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "snapshots", "*.snapshot"))
	if err != nil || len(names) == 0 || len(names) > 3 {
		t.Errorf("snapshots are %v, %v", names, err)
	}
	// The older files serve as well, with the log behind them.
	for _, name := range slices.Backward(names) {
		s, err := storage.Open(t.Context(), storage.Options{Directory: dir})
		if err != nil {
			t.Fatal(err)
		}
		storagetest.Check(t, "after reopening", s, m)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDamagedSnapshot(t *testing.T) {
	dir := t.TempDir()
	s, err := storage.Open(t.Context(), storage.Options{Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		retry(t, s, func(tx *storage.Transaction) error {
			_, err := tx.CreateNode(t.Context(), nil, nil)
			return err
		})
		must[storage.Position](t)(s.CreateSnapshot(t.Context()))
	}
	if again := must[storage.Position](t)(s.CreateSnapshot(t.Context())); again != s.Position() {
		t.Errorf("a snapshot of nothing new is at %d, want %d", again, s.Position())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	newest := filepath.Join(dir, "snapshots", "00000000000000000002.snapshot")
	b, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(newest, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = storage.Open(t.Context(), storage.Options{Directory: dir})
	if kindOf(err) != storage.KindCorrupt || !strings.Contains(err.Error(), newest) {
		t.Fatalf("Open = %v", err)
	}
	// As the message says.
	if err := os.Rename(newest, newest+".damaged"); err != nil {
		t.Fatal(err)
	}
	if got := open(t, storage.Options{Directory: dir}).NodeCount(); got != 2 {
		t.Errorf("%d nodes are left", got)
	}
}

func TestNoSnapshotInMemory(t *testing.T) {
	if _, err := open(t, storage.Options{}).CreateSnapshot(t.Context()); kindOf(err) != storage.KindReadOnly {
		t.Errorf("CreateSnapshot = %v", err)
	}
}
