package catalog_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/catalog"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// options are those of a catalogue on a file system, in memory when fs is nil.
func options(fs vfs.FS) catalog.Options {
	o := catalog.Options{Default: "neo4j", Alias: "memgraph"}
	if fs != nil {
		o.Directory, o.Store.FS = "/data", fs
	}
	return o
}

func open(t *testing.T, o catalog.Options) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// run runs a statement in a database to its end and returns the first value.
func run(ctx context.Context, c *catalog.Catalog, database, query string) (graph.Value, error) {
	db, err := c.Database(database)
	if err != nil {
		return graph.Null, err
	}
	st := server.Statement{Query: query, Parameters: graph.Map(nil)}
	r, err := db.Run(ctx, st)
	if other, ok := errors.AsType[*cypher.OtherDatabaseError](err); ok {
		if db, err = c.Database(other.Name); err != nil {
			return graph.Null, err
		}
		st.Using = other.Name
		r, err = db.Run(ctx, st)
	}
	if err != nil {
		return graph.Null, err
	}
	var first graph.Value
	for rows := 0; ; rows++ {
		b, err := r.Next(ctx, 1)
		if err != nil || b == nil {
			return first, errors.Join(err, r.Close())
		}
		if rows == 0 && len(r.Columns()) > 0 {
			first = b.Value(0, 0)
		}
	}
}

// view describes a catalogue: every database with its aliases and how many nodes
// it has, "-" while it is offline.
func view(t *testing.T, c *catalog.Catalog) string {
	t.Helper()
	databases, _ := c.List()
	var list []string
	for _, d := range databases {
		if d.System {
			continue
		}
		nodes := "-"
		if d.Store != nil {
			nodes = strconv.FormatInt(d.Store.NodeCount(), 10)
		}
		aliases := slices.DeleteFunc(slices.Clone(d.Aliases), func(a string) bool { return a == "memgraph" })
		list = append(list, strings.Join(append([]string{d.Name + "=" + nodes}, aliases...), "/"))
	}
	return strings.Join(list, " ")
}

func TestStatements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		prepare []string
		in      string // database, empty for the default one
		query   string
		kind    cypher.Kind // of the failure
		message string      // part of it
		want    string      // the catalogue afterwards
	}{
		{name: "create", query: "CREATE DATABASE foo", want: "foo=0 neo4j=0"},
		{name: "create from system", in: "system", query: "CREATE DATABASE foo WAIT", want: "foo=0 neo4j=0"},
		{name: "no case", query: "CREATE DATABASE `Foo.Bar-1_x`", want: "foo.bar-1_x=0 neo4j=0"},
		{name: "create twice", prepare: []string{"CREATE DATABASE foo"}, query: "CREATE DATABASE FOO", kind: cypher.KindDatabaseExists, message: "'foo': Database already exists", want: "foo=0 neo4j=0"},
		{name: "create if not exists", prepare: []string{"CREATE DATABASE foo", "USE foo CREATE ()"}, query: "CREATE DATABASE foo IF NOT EXISTS", want: "foo=1 neo4j=0"},
		{name: "replace", prepare: []string{"CREATE DATABASE foo", "USE foo CREATE ()"}, query: "CREATE OR REPLACE DATABASE foo", want: "foo=0 neo4j=0"},
		{name: "replace nothing", query: "CREATE OR REPLACE DATABASE foo", want: "foo=0 neo4j=0"},
		{name: "replace the default one", prepare: []string{"CREATE ()"}, query: "CREATE OR REPLACE DATABASE neo4j", want: "neo4j=0"},
		{name: "the alias that everything may take", query: "CREATE DATABASE memgraph", want: "memgraph=0 neo4j=0"},
		{name: "path", query: "CREATE DATABASE `../x`", kind: cypher.KindArgument, message: "not starting with an ASCII", want: "neo4j=0"},
		{name: "separator", query: "CREATE DATABASE `a/b`", kind: cypher.KindArgument, message: "illegal characters", want: "neo4j=0"},
		{name: "prefix", query: "CREATE DATABASE systematic", kind: cypher.KindArgument, message: "prefix 'system'", want: "neo4j=0"},
		{name: "length", query: "CREATE DATABASE " + strings.Repeat("a", 64), kind: cypher.KindArgument, message: "between 1 and 63", want: "neo4j=0"},
		{name: "no name", query: "CREATE DATABASE 1", kind: cypher.KindSyntax, message: "database name", want: "neo4j=0"},
		{name: "drop", prepare: []string{"CREATE DATABASE foo"}, query: "DROP DATABASE foo", want: "neo4j=0"},
		{name: "drop itself", prepare: []string{"CREATE DATABASE foo"}, in: "foo", query: "DROP DATABASE foo", want: "neo4j=0"},
		{name: "drop nothing", query: "DROP DATABASE foo", kind: cypher.KindNoDatabase, message: "Failed to delete", want: "neo4j=0"},
		{name: "drop if exists", query: "DROP DATABASE foo IF EXISTS DESTROY DATA WAIT", want: "neo4j=0"},
		{name: "drop the default one", query: "DROP DATABASE neo4j", kind: cypher.KindAdministration, message: "default database", want: "neo4j=0"},
		{name: "drop system", query: "DROP DATABASE system", kind: cypher.KindAdministration, message: "system", want: "neo4j=0"},
		{name: "drop with an alias", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE foo"}, query: "DROP DATABASE foo", kind: cypher.KindDatabaseExists, message: "Drop the aliases 'f'", want: "foo=0/f neo4j=0"},
		{name: "drop by alias", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE foo"}, query: "DROP DATABASE f", kind: cypher.KindNoDatabase, want: "foo=0/f neo4j=0"},
		{name: "stop", prepare: []string{"CREATE DATABASE foo"}, query: "STOP DATABASE foo", want: "foo=- neo4j=0"},
		{name: "stop and start", prepare: []string{"CREATE DATABASE foo", "STOP DATABASE foo"}, query: "START DATABASE foo", want: "foo=0 neo4j=0"},
		{name: "stop system", query: "STOP DATABASE system", kind: cypher.KindAdministration, want: "neo4j=0"},
		{name: "start nothing", query: "START DATABASE foo", kind: cypher.KindNoDatabase, message: "Failed to start", want: "neo4j=0"},
		{name: "use what is stopped", prepare: []string{"CREATE DATABASE foo", "STOP DATABASE foo"}, in: "foo", query: "RETURN 1", kind: cypher.KindDatabaseOffline, want: "foo=- neo4j=0"},
		{name: "start from itself", prepare: []string{"STOP DATABASE neo4j"}, query: "START DATABASE neo4j", want: "neo4j=0"},
		{name: "drop what is stopped", prepare: []string{"CREATE DATABASE foo", "STOP DATABASE foo"}, query: "DROP DATABASE foo", want: "neo4j=0"},
		{name: "rename", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE foo", "USE foo CREATE ()"}, query: "RENAME DATABASE foo TO bar", want: "bar=1/f neo4j=0"},
		{name: "rename to what exists", prepare: []string{"CREATE DATABASE foo"}, query: "RENAME DATABASE foo TO neo4j", kind: cypher.KindDatabaseExists, want: "foo=0 neo4j=0"},
		{name: "rename the default one", query: "RENAME DATABASE neo4j TO foo", kind: cypher.KindAdministration, message: "--default-database", want: "neo4j=0"},
		{name: "alias", query: "CREATE ALIAS f FOR DATABASE neo4j", want: "neo4j=0/f"},
		{name: "alias of an alias", prepare: []string{"CREATE ALIAS f FOR DATABASE neo4j"}, query: "CREATE ALIAS g FOR DATABASE f", want: "neo4j=0/f/g"},
		{name: "alias twice", prepare: []string{"CREATE ALIAS f FOR DATABASE neo4j"}, query: "CREATE ALIAS f FOR DATABASE neo4j", kind: cypher.KindDatabaseExists, want: "neo4j=0/f"},
		{name: "alias replaced", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE neo4j"}, query: "CREATE OR REPLACE ALIAS f FOR DATABASE foo", want: "foo=0/f neo4j=0"},
		{name: "alias altered", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE neo4j"}, query: "ALTER ALIAS f SET DATABASE TARGET foo", want: "foo=0/f neo4j=0"},
		{name: "alias of nothing", query: "CREATE ALIAS f FOR DATABASE foo", kind: cypher.KindNoDatabase, message: "Database 'foo' does not exist", want: "neo4j=0"},
		{name: "alias with the name of a database", query: "CREATE ALIAS neo4j FOR DATABASE neo4j", kind: cypher.KindDatabaseExists, want: "neo4j=0"},
		{name: "database with the name of an alias", prepare: []string{"CREATE ALIAS f FOR DATABASE neo4j"}, query: "CREATE OR REPLACE DATABASE f", kind: cypher.KindDatabaseExists, want: "neo4j=0/f"},
		{name: "alias dropped", prepare: []string{"CREATE ALIAS f FOR DATABASE neo4j"}, query: "DROP ALIAS f FOR DATABASE", want: "neo4j=0"},
		{name: "no alias dropped", query: "DROP ALIAS f FOR DATABASE", kind: cypher.KindNoDatabase, message: "alias does not exist", want: "neo4j=0"},
		{name: "write through an alias", prepare: []string{"CREATE DATABASE foo", "CREATE ALIAS f FOR DATABASE foo"}, in: "f", query: "CREATE ()", want: "foo=1/f neo4j=0"},
		{name: "USE", prepare: []string{"CREATE DATABASE foo"}, query: "USE foo CREATE ()", want: "foo=1 neo4j=0"},
		{name: "USE from system", in: "system", query: "USE neo4j CREATE ()", want: "neo4j=1"},
		{name: "USE an alias", query: "USE memgraph CREATE ()", want: "neo4j=1"},
		{name: "USE nothing", query: "USE foo CREATE ()", kind: cypher.KindNoDatabase, message: "Graph not found: foo", want: "neo4j=0"},
		{name: "USE for a schema command", prepare: []string{"CREATE DATABASE foo"}, query: "USE foo CREATE INDEX i FOR (n:L) ON (n.p)", want: "foo=0 neo4j=0"},
		{name: "USE of two databases", prepare: []string{"CREATE DATABASE foo"}, query: "USE foo CREATE () UNION USE neo4j CREATE ()", kind: cypher.KindSyntax, message: "Multiple graphs", want: "foo=0 neo4j=0"},
		{name: "USE of a computed name", query: "USE graph.byName('neo4j') CREATE ()", kind: cypher.KindSyntax, message: "Dynamic graph lookup", want: "neo4j=0"},
		{name: "query in system", in: "system", query: "MATCH (n) RETURN n", kind: cypher.KindSemantic, message: "unsupported clauses were used: MATCH", want: "neo4j=0"},
		{name: "constant in system", in: "system", query: "RETURN 1", kind: cypher.KindSemantic, message: "only be executed in a user database", want: "neo4j=0"},
		{name: "index in system", in: "system", query: "CREATE INDEX i FOR (n:L) ON (n.p)", kind: cypher.KindSemantic, want: "neo4j=0"},
		{name: "procedure in system", in: "system", query: "CALL dbms.components() YIELD name RETURN name", want: "neo4j=0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := open(t, options(nil))
			for _, query := range tt.prepare {
				if _, err := run(t.Context(), c, "", query); err != nil {
					t.Fatalf("%s: %v", query, err)
				}
			}
			_, err := run(t.Context(), c, tt.in, tt.query)
			var kind cypher.Kind
			if e, ok := errors.AsType[*cypher.Error](err); ok {
				kind = e.Kind
			}
			if kind != tt.kind || err != nil && !strings.Contains(err.Error(), tt.message) || err != nil && tt.kind == 0 {
				t.Errorf("%s = %v of kind %d, want kind %d with %q", tt.query, err, kind, tt.kind, tt.message)
			}
			if got := view(t, c); got != tt.want {
				t.Errorf("the catalogue is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNoLeak checks that statements in database system see no graph at all, the
// catalogue least of all.
func TestNoLeak(t *testing.T) {
	t.Parallel()
	c := open(t, options(nil))
	for _, query := range []string{"CALL db.labels()", "CALL db.propertyKeys()", "SHOW NODE_LABELS INFO", "DUMP DATABASE"} {
		if got, err := run(t.Context(), c, "system", query); err != nil || !got.IsNull() {
			t.Errorf("%s = %v, %v; want no rows", query, got, err)
		}
	}
	if n := c.System().NodeCount(); n == 0 {
		t.Error("the catalogue has no nodes: the test proves nothing")
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	c := open(t, options(fs))
	for _, query := range []string{
		"CREATE DATABASE foo", "USE foo CREATE (), ()", "CREATE DATABASE bar", "STOP DATABASE bar", "CREATE ALIAS f FOR DATABASE foo",
		"CREATE DATABASE gone", "DROP DATABASE gone", "CREATE ()", "CREATE DATABASE kept", "DROP DATABASE kept DUMP DATA",
	} {
		if _, err := run(t.Context(), c, "", query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	if _, err := catalog.Open(t.Context(), options(fs)); err == nil {
		t.Error("a second catalogue on the directory was opened")
	}
	before, _ := c.Database("foo")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	o := options(fs)
	o.Default = "First"
	c = open(t, o)
	if got, want := view(t, c), "bar=- first=1 foo=2/f"; got != want {
		t.Errorf("the catalogue is %q, want %q", got, want)
	}
	if after, err := c.Database("foo"); err != nil || after.ID() != before.ID() {
		t.Errorf("database foo has another identity, %v", err)
	}
	if names, err := fs.List("/data/dumps"); err != nil || len(names) != 1 || !strings.HasPrefix(names[0], "kept-") {
		t.Errorf("dumps = %v, %v; want that of kept", names, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	o.Default = "foo"
	if _, err := catalog.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "another database") {
		t.Errorf("Open with the name of another database = %v", err)
	}
	o.Default, o.Fresh = "neo4j", true
	c = open(t, o)
	if got, want := view(t, c), "bar=- foo=0/f neo4j=0"; got != want {
		t.Errorf("without recovery the catalogue is %q, want %q", got, want)
	}
}

// TestFirstVersion opens a directory that has one store and no catalogue.
func TestFirstVersion(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	s, err := storage.Open(t.Context(), storage.Options{Directory: "/data", FS: fs, SnapshotOnClose: true})
	if err != nil {
		t.Fatal(err)
	}
	tx := s.Begin(storage.WriteMode)
	if _, err := tx.CreateNode(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c := open(t, options(fs))
		if got, want := view(t, c), "neo4j=1"; got != want {
			t.Errorf("the catalogue is %q, want %q", got, want)
		}
		if db, err := c.Database(""); err != nil || db.ID() != s.ID() {
			t.Errorf("the default database has another identity, %v", err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestConcurrent lets sessions use a database while others replace and drop it:
// every statement works or tells that the database is not there.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	c := open(t, options(vfs.NewMem()))
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for range 50 {
				_, err := run(t.Context(), c, "foo", "CREATE (n) RETURN n")
				e, known := errors.AsType[*cypher.Error](err)
				if s, ok := errors.AsType[*storage.Error](err); ok && s.Kind == storage.KindClosed {
					continue
				}
				if err != nil && (!known || e.Kind != cypher.KindNoDatabase && e.Kind != cypher.KindDatabaseOffline) {
					t.Errorf("a statement failed with %v", err)
				}
			}
		})
	}
	for i := range 24 {
		query := []string{"CREATE OR REPLACE DATABASE foo", "STOP DATABASE foo", "START DATABASE foo", "DROP DATABASE foo"}[i%4]
		if _, err := run(t.Context(), c, "", query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	running.Wait()
	if got, want := view(t, c), "neo4j=0"; got != want {
		t.Errorf("the catalogue is %q, want %q", got, want)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	want := map[string]bool{"a": true, "a-b.c_9": true, "": false, "9a": false, "A": false, ".": false, "a b": false, "a\x00": false, "é": false}
	for name := range want {
		got[name] = catalog.CheckName(name) == nil
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
