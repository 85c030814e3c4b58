package storage_test

import (
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

func TestHistory(t *testing.T) {
	for seed := range uint64(8) {
		s := open(t, storage.Options{LockTimeout: time.Millisecond})
		h := storagetest.NewHistory(t, s, storagetest.NewModel(), seed)
		for round := range 4 {
			h.Run(100)
			if round == 1 {
				createIndexes(t, s)
			}
			h.Run(100)
			h.Finish()
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// createIndexes creates indexes on one key and on two, of nodes and of
// relationships, while transactions run.
func createIndexes(t *testing.T, s *storage.Store) {
	t.Helper()
	label, _ := s.Label("A")
	a, _ := s.Key("kA")
	b, _ := s.Key("kB")
	for _, keys := range [][]storage.KeyID{{a}, {b, a}} {
		if err := s.CreateIndex(t.Context(), storage.IndexSpec{Label: label, Keys: keys}); err != nil {
			t.Fatal(err)
		}
	}
	typ, _ := s.Type("TA")
	if err := s.CreateIndex(t.Context(), storage.IndexSpec{Relationships: true, Type: typ, Keys: []storage.KeyID{a}}); err != nil {
		t.Fatal(err)
	}
}

func TestHistoryReopened(t *testing.T) {
	dir := t.TempDir()
	m := storagetest.NewModel()
	var id [16]byte
	for round := range uint64(8) {
		s, err := storage.Open(t.Context(), storage.Options{
			Directory: dir, LockTimeout: time.Millisecond, LogFileSize: 8 << 10, NoSync: true,
			SnapshotOnClose: round%3 == 2, Snapshots: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		if round > 0 && s.ID() != id {
			t.Errorf("ID() changed from %x to %x", id, s.ID())
		}
		id = s.ID()
		storagetest.Check(t, "after reopening", s, m)
		h := storagetest.NewHistory(t, s, m, round)
		h.Run(100)
		if round == 1 {
			createIndexes(t, s)
		}
		if round > 0 {
			must[storage.Position](t)(s.CreateSnapshot(t.Context()))
		}
		h.Run(100)
		h.Finish()
		m = h.Committed
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}
