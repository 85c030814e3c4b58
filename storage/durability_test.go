package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/storagetest"
)

// copyDirectory copies what a crash of the machine would leave.
func copyDirectory(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func logs(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "log", "*.log"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no log files: %v", err)
	}
	return names
}

// TestTornTail cuts the log at many places: the store must come back as it was
// after some commit, and go on.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	s, err := storage.Open(t.Context(), storage.Options{Directory: dir, NoSync: true, LockTimeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	models := map[storage.Position]*storagetest.Model{0: storagetest.NewModel()}
	h := storagetest.NewHistory(t, s, storagetest.NewModel(), 3)
	for range 60 {
		h.Run(10)
		h.Finish()
		models[s.Position()] = h.Committed.Clone()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	last := logs(t, dir)[len(logs(t, dir))-1]
	info, err := os.Stat(last)
	if err != nil {
		t.Fatal(err)
	}
	for cut := int64(0); cut < info.Size(); cut += info.Size()/13 + 1 {
		copied := copyDirectory(t, dir)
		name := filepath.Join(copied, "log", filepath.Base(last))
		if err := os.Truncate(name, info.Size()-cut); err != nil {
			t.Fatal(err)
		}
		for range 2 { // once with the torn tail, once after its repair
			s, err := storage.Open(t.Context(), storage.Options{Directory: copied})
			if err != nil {
				t.Fatalf("with %d bytes cut: %v", cut, err)
			}
			if m, ok := models[s.Position()]; ok {
				storagetest.Check(t, "with a cut log", s, m)
			}
			if cut == 0 && s.Position() == 0 {
				t.Error("nothing was replayed")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCrash copies the files while commits go on: what was acknowledged before
// must be there.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	s := open(t, storage.Options{Directory: dir, LogFileSize: 16 << 10})
	key := must[storage.KeyID](t)(s.InternKey("n"))
	var acknowledged atomic.Int64
	const commits = 260
	every := make(chan int64, commits)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := int64(1); n <= commits; n++ {
			retry(t, s, func(tx *storage.Transaction) error {
				_, err := tx.CreateNode(t.Context(), nil, []storage.Property{{Key: key, Value: graph.Integer(n)}})
				return err
			})
			acknowledged.Store(n)
			every <- n
		}
	}()
	for want := int64(50); want <= 200; want += 50 {
		for n := int64(0); n < want; n = <-every {
		}
		before := acknowledged.Load()
		copied := copyDirectory(t, dir)
		c, err := storage.Open(t.Context(), storage.Options{Directory: copied})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.NodeCount(); got < before {
			t.Errorf("%d nodes are left of %d acknowledged ones", got, before)
		}
		tx := c.Begin(storage.ReadMode)
		for i, id := range scanNodes(tx.View()) {
			if got := tx.View().NodeProperty(id, key, new(graph.Arena)); !graph.Equivalent(got, graph.Integer(int64(i+1))) {
				t.Errorf("node %d has %v", i, got)
			}
		}
		tx.Rollback()
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-done
}

func TestDamagedFiles(t *testing.T) {
	for _, tt := range []struct {
		name   string
		file   func(t *testing.T, dir string) string
		change func(b []byte) []byte
		want   string
	}{
		{
			name:   "older log",
			file:   func(t *testing.T, dir string) string { t.Helper(); return logs(t, dir)[0] },
			change: func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			want:   "000001.log at offset",
		},
		{
			name:   "identity",
			file:   func(_ *testing.T, dir string) string { return filepath.Join(dir, "identity") },
			change: func(b []byte) []byte { b[12] ^= 1; return b },
			want:   "identity has a wrong checksum",
		},
		{
			name:   "identity of a newer version",
			file:   func(_ *testing.T, dir string) string { return filepath.Join(dir, "identity") },
			change: func(b []byte) []byte { b[8] = 9; return b },
			want:   "format version 9, this program knows 1",
		},
		{
			name:   "identity is something else",
			file:   func(_ *testing.T, dir string) string { return filepath.Join(dir, "identity") },
			change: func([]byte) []byte { return []byte("hello") },
			want:   "is not the identity file",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := storage.Open(t.Context(), storage.Options{Directory: dir, LogFileSize: 2 << 10, NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				retry(t, s, func(tx *storage.Transaction) error {
					_, err := tx.CreateNode(t.Context(), nil, nil)
					return err
				})
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			name := tt.file(t, dir)
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, tt.change(b), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = storage.Open(t.Context(), storage.Options{Directory: dir})
			if kindOf(err) != storage.KindCorrupt || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	open(t, storage.Options{Directory: dir})
	_, err := storage.Open(t.Context(), storage.Options{Directory: dir})
	var e *storage.Error
	if !errors.As(err, &e) || e.Kind != storage.KindLocked || !strings.Contains(e.Message, "in use by process") {
		t.Errorf("second Open() = %v", err)
	}
}

// TestSchemaReopened: indexes and constraints come back and are enforced.
func TestSchemaReopened(t *testing.T) {
	dir := t.TempDir()
	s, err := storage.Open(t.Context(), storage.Options{Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	a, b := must[storage.KeyID](t)(s.InternKey("a")), must[storage.KeyID](t)(s.InternKey("b"))
	typ := must[storage.TypeID](t)(s.InternType("T"))
	ctx := t.Context()
	for _, err := range []error{
		s.CreateIndex(ctx, storage.IndexSpec{Name: "one", Label: label, Keys: []storage.KeyID{a}}),
		s.CreateIndex(ctx, storage.IndexSpec{Name: "gone", Label: label, Keys: []storage.KeyID{b}}),
		s.CreateIndex(ctx, storage.IndexSpec{Label: label}),
		s.DropIndex(ctx, "gone"),
		s.CreateConstraint(ctx, storage.ConstraintSpec{Kind: storage.Unique, Label: label, Keys: []storage.KeyID{a, b}}),
		s.CreateIndex(ctx, storage.IndexSpec{Name: "text", Kind: storage.TextIndex, Label: label, Keys: []storage.KeyID{a}}),
		s.CreateIndex(ctx, storage.IndexSpec{Name: "rel", Relationships: true, Type: typ, Keys: []storage.KeyID{a}}),
		s.CreateConstraint(ctx, storage.ConstraintSpec{Name: "typed", Kind: storage.PropertyType, Label: label, Keys: []storage.KeyID{b}, Types: storage.ValueTypes{Kinds: 1 << graph.KindString}}),
		s.CreateConstraint(ctx, storage.ConstraintSpec{Name: "relkey", Kind: storage.NodeKey, Relationships: true, Type: typ, Keys: []storage.KeyID{b}}),
		s.CreateConstraint(ctx, storage.ConstraintSpec{Name: "must", Kind: storage.Exists, Label: label, Keys: []storage.KeyID{a}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	create := func(s *storage.Store, props ...storage.Property) error {
		tx := s.Begin(storage.WriteMode)
		defer tx.Rollback()
		if _, err := tx.CreateNode(ctx, []storage.LabelID{label}, props); err != nil {
			return err
		}
		_, err := tx.Commit(ctx)
		return err
	}
	one, two := storage.Property{Key: a, Value: graph.Integer(1)}, storage.Property{Key: b, Value: graph.String("x")}
	if err := create(s, one, two); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, storage.Options{Directory: dir})
	var names []string
	for _, info := range s.Indexes() {
		names = append(names, info.Name)
		if !info.Online {
			t.Errorf("index %s is not online", info.Name)
		}
	}
	if got := strings.Join(names, " "); got != "constraint_L_a_b index_L one rel relkey text" {
		t.Errorf("indexes are %q", got)
	}
	for _, tt := range []struct {
		name  string
		props []storage.Property
		want  storage.Kind
	}{
		{name: "other values", props: []storage.Property{one, {Key: b, Value: graph.String("y")}}},
		{name: "same values", props: []storage.Property{one, two}, want: storage.KindConstraint},
		{name: "wrong type", props: []storage.Property{one, {Key: b, Value: graph.Integer(1)}}, want: storage.KindConstraint},
		{name: "missing property", props: []storage.Property{two}, want: storage.KindConstraint},
		{name: "not in the unique index", props: []storage.Property{one}},
		{name: "nor is this", props: []storage.Property{one}},
	} {
		if err := create(s, tt.props...); kindOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := s.DropIndex(ctx, "constraint_L_a_b"); kindOf(err) != storage.KindConstraint {
		t.Errorf("dropping the index of a constraint: %v", err)
	}
	if err := s.DropConstraint(ctx, "constraint_L_a_b"); err != nil {
		t.Error(err)
	}
	if err := create(s, one, two); err != nil {
		t.Errorf("after dropping the constraint: %v", err)
	}
	if err := s.DropIndex(ctx, "one"); err != nil {
		t.Error(err)
	}
	connect := func(props ...storage.Property) error {
		tx := s.Begin(storage.WriteMode)
		defer tx.Rollback()
		n := must[graph.NodeID](t)(tx.CreateNode(ctx, nil, nil))
		if _, err := tx.CreateRelationship(ctx, n, n, typ, props); err != nil {
			return err
		}
		_, err := tx.Commit(ctx)
		return err
	}
	for i, want := range []storage.Kind{0, storage.KindConstraint, storage.KindConstraint} {
		if err := connect([][]storage.Property{{two}, {two}, {one}}[i]...); kindOf(err) != want {
			t.Errorf("relationship %d: %v", i, err)
		}
	}
	err = s.CreateConstraint(ctx, storage.ConstraintSpec{Kind: storage.Unique, Label: label, Keys: []storage.KeyID{a}})
	if kindOf(err) != storage.KindConstraintData || len(s.Constraints()) != 3 {
		t.Errorf("a constraint that is broken already: %v; %v", err, s.Constraints())
	}
}

func TestClosed(t *testing.T) {
	s := open(t, storage.Options{})
	label := must[storage.LabelID](t)(s.InternLabel("L"))
	before := s.Begin(storage.ReadMode)
	retry(t, s, func(tx *storage.Transaction) error {
		_, err := tx.CreateNode(t.Context(), []storage.LabelID{label}, nil)
		return err
	})
	running := s.Begin(storage.WriteMode)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := scanLabel(running.View(), label); len(got) != 1 {
		t.Errorf("a running transaction sees %d nodes", len(got))
	}
	if _, err := running.CreateNode(t.Context(), nil, nil); kindOf(err) != storage.KindClosed {
		t.Errorf("CreateNode = %v", err)
	}
	before.Rollback()
	running.Rollback()
	late := s.Begin(storage.WriteMode)
	defer late.Rollback()
	if got := append(scanLabel(late.View(), label), scanNodes(late.View())...); len(got) > 0 {
		t.Errorf("a late transaction sees %v", got)
	}
	if _, err := late.CreateNode(t.Context(), nil, nil); kindOf(err) != storage.KindClosed {
		t.Errorf("CreateNode = %v", err)
	}
}
