package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/drawbolt/drawbolt/server/catalog"
)

// A moment is a disk as a crash has left it, with what may be in it.
type moment struct {
	when string
	disk *vfs.MemFS
	want []string // views
}

// TestCrashEverywhere stops the machine before every write, flush, rename and
// removal of a sequence of statements: each has happened or has not, and nothing
// is left of what has not.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	disk := vfs.NewCrashableMem()
	if err := disk.MkdirAll("/data", 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := disk.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Sync(); err != nil {
		t.Fatal(err)
	}
	var (
		mu      sync.Mutex
		moments []moment
		present string
		next    string
		random  = rand.New(rand.NewPCG(7, 8))
	)
	fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsRead || op.Kind == errorfs.OpFileClose {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		for _, percent := range []int{0, 50, 100} {
			moments = append(moments, moment{
				when: fmt.Sprintf("before operation %d (kind %d on %s) with %d%% of what was not flushed", len(moments), op.Kind, op.Path, percent),
				disk: disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random}), want: []string{present, next},
			})
		}
		return nil
	}))
	present, next = "neo4j=0", "neo4j=0"
	c := open(t, options(fs))
	for _, step := range []struct{ query, want string }{
		{"CREATE DATABASE a", "a=0 neo4j=0"},
		{"USE a CREATE ()", "a=1 neo4j=0"},
		{"CREATE ALIAS x FOR DATABASE a", "a=1/x neo4j=0"},
		{"STOP DATABASE a", "a=-/x neo4j=0"},
		{"START DATABASE a", "a=1/x neo4j=0"},
		{"RENAME DATABASE a TO b", "b=1/x neo4j=0"},
		{"CREATE OR REPLACE DATABASE b", "b=0/x neo4j=0"},
		{"DROP ALIAS x FOR DATABASE", "b=0 neo4j=0"},
		{"DROP DATABASE b DUMP DATA", "neo4j=0"},
		{"CREATE ()", "neo4j=1"},
		{"CREATE OR REPLACE DATABASE neo4j", "neo4j=0"},
		{"CREATE DATABASE c", "c=0 neo4j=0"},
		{"DROP DATABASE c", "neo4j=0"},
	} {
		mu.Lock()
		next = step.want
		mu.Unlock()
		if _, err := run(t.Context(), c, "", step.query); err != nil {
			t.Fatalf("%s: %v", step.query, err)
		}
		mu.Lock()
		present = step.want
		mu.Unlock()
		if got := view(t, c); got != step.want {
			t.Fatalf("after %s the catalogue is %q, want %q", step.query, got, step.want)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if len(moments) < 200 {
		t.Errorf("only %d crashes", len(moments))
	}
	for _, m := range moments {
		if verify(t, &m); t.Failed() {
			break
		}
	}
	t.Logf("%d crashes", len(moments))
}

// verify opens what a crash has left.
func verify(t *testing.T, m *moment) {
	t.Helper()
	c, err := catalog.Open(t.Context(), options(m.disk))
	if err != nil {
		t.Errorf("%s: Open: %v", m.when, err)
		return
	}
	got := view(t, c)
	if !slices.Contains(m.want, got) {
		t.Errorf("%s: the catalogue is %q, want one of %q", m.when, got, m.want)
	}
	directories, err := m.disk.List("/data/databases")
	if n := strings.Count(got, "="); err != nil || len(directories) != n {
		t.Errorf("%s: there are the directories %q of %d databases, %v", m.when, directories, n, err)
	}
	if _, err := run(t.Context(), c, "", "CREATE DATABASE after"); err != nil {
		t.Errorf("%s: it can not go on: %v", m.when, err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("%s: Close: %v", m.when, err)
	}
}
