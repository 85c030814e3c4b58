package driver_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// in runs one statement in a database, in the managed transaction of
// ExecuteQuery, which keeps bookmarks of all databases.
func in(t *testing.T, d neo4j.DriverWithContext, database, text string) (*neo4j.EagerResult, error) {
	t.Helper()
	return neo4j.ExecuteQuery(t.Context(), d, text, nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase(database))
}

// ask1 returns the only value of a statement.
func ask1(t *testing.T, d neo4j.DriverWithContext, database, text string) any {
	t.Helper()
	r, err := in(t, d, database, text)
	if err != nil {
		t.Fatalf("%s in %q: %v", text, database, err)
	}
	if len(r.Records) != 1 || len(r.Records[0].Values) != 1 {
		t.Fatalf("%s in %q has %d rows", text, database, len(r.Records))
	}
	return r.Records[0].Values[0]
}

func names(t *testing.T, d neo4j.DriverWithContext) []any {
	t.Helper()
	list, _ := ask1(t, d, "system", "SHOW DATABASES YIELD name ORDER BY name RETURN collect(name)").([]any)
	return list
}

// TestDatabases uses several databases as an application does, and looks again
// after a crash of the server.
func TestDatabases(t *testing.T) {
	server := binary.Start(t, binary.Options{})
	d := open(t, server, "neo4j+ssc")
	if got, want := names(t, d), []any{"neo4j", "system"}; !cmp.Equal(got, want) {
		t.Errorf("a new server has the databases %v, want %v", got, want)
	}
	r, err := in(t, d, "system", "CREATE DATABASE `movies` WAIT")
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Summary.Counters(); c.SystemUpdates() != 1 || !c.ContainsSystemUpdates() {
		t.Errorf("CREATE DATABASE counts %d system updates", c.SystemUpdates())
	}
	for i := range 3 {
		if _, err := in(t, d, "movies", fmt.Sprintf("CREATE (:Movie {n: %d})", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := in(t, d, "neo4j", "CREATE (:Person)"); err != nil {
		t.Fatalf("with the bookmarks of another database: %v", err)
	}
	if _, err := in(t, d, "system", "CREATE ALIAS films FOR DATABASE movies"); err != nil {
		t.Fatal(err)
	}
	check := func(when string, d neo4j.DriverWithContext) {
		t.Helper()
		for _, tt := range []struct {
			database, query string
			want            any
		}{
			{"movies", "MATCH (n:Movie) RETURN count(n)", int64(3)},
			{"films", "MATCH (n) RETURN count(n)", int64(3)},
			{"", "MATCH (n) RETURN count(n)", int64(1)},
			{"memgraph", "MATCH (n) RETURN count(n)", int64(1)},
			{"", "USE movies MATCH (n) RETURN count(n)", int64(3)},
			{"system", "USE films MATCH (n) RETURN count(n)", int64(3)},
		} {
			if got := ask1(t, d, tt.database, tt.query); got != tt.want {
				t.Errorf("%s: %s in %q = %v, want %v", when, tt.query, tt.database, got, tt.want)
			}
		}
	}
	check("before", d)
	for database, want := range map[string]string{
		"nothing": "Neo.ClientError.Database.DatabaseNotFound", "system": "Neo.ClientError.Statement.SemanticError",
	} {
		if _, err := in(t, d, database, "MATCH (n) RETURN n"); codeOf(err) != want {
			t.Errorf("a query in %s fails with %s, want %s", database, codeOf(err), want)
		}
	}

	server.Kill()
	server = binary.Start(t, binary.Options{Directory: server.Directory})
	check("after a crash", open(t, server, "neo4j+ssc"))
	if code := server.Stop(t); code != 0 {
		t.Errorf("the server ends with %d", code)
	}
	server = binary.Start(t, binary.Options{Directory: server.Directory})
	d = open(t, server, "neo4j+ssc")
	check("after a restart", d)
	if _, err := in(t, d, "system", "CREATE OR REPLACE DATABASE neo4j"); err != nil {
		t.Fatal(err)
	}
	if got := ask1(t, d, "neo4j", "MATCH (n) RETURN count(n)"); got != int64(0) {
		t.Errorf("the replaced database has %v nodes", got)
	}
}

// TestDropEndsTransactions drops a database under a transaction that waits for
// its client, and under one that runs.
func TestDropEndsTransactions(t *testing.T) {
	server := binary.Start(t, binary.Options{})
	d := connect(t, server)
	if _, err := in(t, d, "system", "CREATE DATABASE short"); err != nil {
		t.Fatal(err)
	}
	session := d.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: "short"})
	defer session.Close(context.Background())
	tx, err := session.BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Run(t.Context(), "CREATE ()", nil); err != nil {
		t.Fatal(err)
	}
	busy := make(chan error, 1)
	go func() {
		s := d.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: "short"})
		defer s.Close(context.Background())
		r, err := s.Run(t.Context(), "UNWIND range(1, 1000000000000) AS i RETURN count(i)", nil)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		busy <- err
	}()
	for ask1(t, d, "neo4j", "SHOW TRANSACTIONS YIELD database WHERE database = 'short' RETURN count(*)") != int64(2) {
		if t.Context().Err() != nil {
			t.Fatal("the transactions are not listed")
		}
	}
	if _, err := in(t, d, "system", "DROP DATABASE short"); err != nil {
		t.Fatal(err)
	}
	const want = "Neo.TransientError.General.DatabaseUnavailable"
	select {
	case err := <-busy:
		if codeOf(err) != want {
			t.Errorf("the running statement ends with %s, want %s", codeOf(err), want)
		}
	case <-time.After(20 * time.Second):
		t.Error("the running statement goes on")
	}
	if err := tx.Commit(t.Context()); codeOf(err) != want {
		t.Errorf("the waiting transaction ends with %s, want %s", codeOf(err), want)
	}
	entries, err := os.ReadDir(filepath.Join(server.Directory, "databases"))
	if err != nil || len(entries) != 1 {
		t.Errorf("there are %d directories of databases, %v; want that of the default one", len(entries), err)
	}
}

// once runs a statement without the driver's retries.
func once(t *testing.T, d neo4j.DriverWithContext, text string) error {
	t.Helper()
	s := d.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: "system"})
	defer s.Close(context.Background())
	r, err := s.Run(t.Context(), text, nil)
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	return err
}

// TestCatalogueCrash kills the server while databases come and go: after every
// crash each is there or not, and the server starts.
func TestCatalogueCrash(t *testing.T) {
	directory := t.TempDir()
	for round := range 8 {
		server := binary.Start(t, binary.Options{Directory: directory})
		d := open(t, server, "bolt+ssc")
		if strings.Contains(fmt.Sprint(names(t, d)), "flicker") {
			ask1(t, d, "flicker", "RETURN 1")
		}
		killed := time.AfterFunc(time.Duration(60+30*round)*time.Millisecond, server.Kill)
		for i := 0; ; i++ {
			statement := "CREATE DATABASE flicker IF NOT EXISTS"
			if i%2 == 1 {
				statement = "DROP DATABASE flicker"
			}
			if err := once(t, d, statement); err != nil {
				if _, refused := errors.AsType[*neo4j.Neo4jError](err); refused {
					t.Errorf("round %d: %s: %v", round, statement, err)
				}
				break
			}
		}
		killed.Stop()
		server.Kill()
	}
	server := binary.Start(t, binary.Options{Directory: directory})
	d := open(t, server, "bolt+ssc")
	entries, err := os.ReadDir(filepath.Join(directory, "databases"))
	if err != nil || len(entries) != len(names(t, d))-1 {
		t.Errorf("there are %d directories of %v, %v", len(entries), names(t, d), err)
	}
}
