package storage_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// importSome imports 100 nodes and a ring of relationships.
func importSome(t *testing.T, fs vfs.FS, dir string) error {
	t.Helper()
	im, err := storage.NewImporter(storage.Options{Directory: dir, FS: fs})
	if err != nil {
		return err
	}
	key := must[storage.KeyID](t)(im.Key("n"))
	ids := make([]graph.NodeID, 100)
	for i := range ids {
		label := must[storage.LabelID](t)(im.Label(fmt.Sprintf("L%d", i%3)))
		ids[i], err = im.AddNode([]storage.LabelID{label}, []storage.Property{{Key: key, Value: graph.Integer(int64(i))}})
		if err != nil {
			return errors.Join(err, im.Abort())
		}
	}
	for i := range ids {
		typ := must[storage.TypeID](t)(im.Type("R"))
		if err := im.AddRelationship(ids[i], ids[(i+1)%len(ids)], typ, nil); err != nil {
			return errors.Join(err, im.Abort())
		}
	}
	if err := im.AddRelationship(0, 5000, 0, nil); kindOf(err) != storage.KindNotFound {
		t.Errorf("AddRelationship to nothing = %v", err)
	}
	return im.Finish(t.Context())
}

// TestImport imports, crashes everywhere, and opens what is left: nothing or all.
func TestImport(t *testing.T) {
	t.Parallel()
	disk := vfs.NewCrashableMem()
	newFaultRun(t, disk) // makes the parent
	fs, all := crashes(disk, func() storage.Position { return 0 }, 0, 50, 100)
	if err := importSome(t, fs, faultDirectory); err != nil {
		t.Fatal(err)
	}
	complete := 0
	check := func(when string, fs vfs.FS) {
		t.Helper()
		s, err := storage.Open(t.Context(), storage.Options{Directory: faultDirectory, FS: fs})
		if err != nil {
			t.Errorf("%s: %v", when, err)
			return
		}
		switch n, r := s.NodeCount(), s.RelationshipCount(); {
		case n == 100 && r == 100:
			complete++
			tx := s.Begin(storage.ReadMode)
			label, _ := s.Label("L1")
			key, _ := s.Key("n")
			ids := scanLabel(tx.View(), label)
			if len(ids) != 33 || len(expand(tx.View(), ids[0], storage.Both)) != 2 || tx.View().NodeProperty(ids[1], key, new(graph.Arena)).Int() != 4 {
				t.Errorf("%s: the graph is another one: %v", when, ids)
			}
			tx.Rollback()
		case n != 0 || r != 0:
			t.Errorf("%s: %d nodes and %d relationships", when, n, r)
		}
		retry(t, s, func(tx *storage.Transaction) error { _, err := tx.CreateNode(t.Context(), nil, nil); return err })
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, c := range all() {
		check(c.when, c.fs)
	}
	check("after the import", disk)
	if complete == 0 {
		t.Error("the import is nowhere complete")
	}
	if err := importSome(t, disk, faultDirectory); kindOf(err) != storage.KindConstraint {
		t.Errorf("import into something = %v", err)
	}
}
