package cypher_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A client runs statements with what it has chosen.
type client struct {
	*cypher.Engine
	session  *cypher.Session
	metadata graph.Value
}

// begin opens a transaction.
func (c *client) begin(tb testing.TB) *cypher.Transaction {
	tb.Helper()
	tx, err := c.Begin(tb.Context(), cypher.TransactionOptions{Session: c.session, Metadata: c.metadata})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(tx.Rollback)
	return tx
}

// choose runs a statement that has no rows.
func (c *client) choose(tb testing.TB, query string) error {
	tb.Helper()
	r, err := c.Run(tb.Context(), query, graph.Value{}, cypher.RunOptions{Session: c.session})
	if err != nil {
		return err
	}
	return r.Close()
}

// levelOf finds out the level of the client's next transaction by what it sees:
// others commit a change, and change something else without committing it.
func levelOf(t *testing.T, c *client) storage.Isolation {
	t.Helper()
	mustRead(t, c.Engine, "MATCH (n) DETACH DELETE n")
	mustRead(t, c.Engine, "CREATE (:N {c: 0}), (:M {c: 0})")
	tx := c.begin(t)
	mustRead(t, tx, "MATCH (n:N) RETURN n.c")
	mustRead(t, c.Engine, "MATCH (n:N) SET n.c = 1")
	other := (&client{Engine: c.Engine}).begin(t)
	mustRead(t, other, "MATCH (m:M) SET m.c = 1")
	seen := mustRead(t, tx, "MATCH (n:N) MATCH (m:M) RETURN n.c, m.c")[0]
	other.Rollback()
	switch seen {
	case "1,1":
		return storage.ReadUncommitted
	case "1,0":
		return storage.ReadCommitted
	}
	mustRead(t, tx, "CREATE ()")
	if _, err := tx.Commit(t.Context()); err != nil {
		return storage.Serializable
	}
	return storage.SnapshotIsolation
}

func TestIsolationLevels(t *testing.T) {
	const global, session, next = "GLOBAL", "SESSION", "NEXT"
	metadata := func(level string) graph.Value {
		return graph.Map([]graph.Field{{Name: "isolation_level", Value: graph.String(level)}})
	}
	for _, tt := range []struct {
		name     string
		option   storage.Isolation
		set      [][2]string // scope and level
		metadata graph.Value
		want     [2]storage.Isolation // of the next transactions
	}{
		{name: "default", want: [2]storage.Isolation{storage.SnapshotIsolation, storage.SnapshotIsolation}},
		{name: "option", option: storage.ReadCommitted, want: [2]storage.Isolation{storage.ReadCommitted, storage.ReadCommitted}},
		{
			name: "global", set: [][2]string{{global, "READ UNCOMMITTED"}},
			want: [2]storage.Isolation{storage.ReadUncommitted, storage.ReadUncommitted},
		},
		{
			name: "session before global", set: [][2]string{{session, "read committed"}, {global, "READ UNCOMMITTED"}},
			want: [2]storage.Isolation{storage.ReadCommitted, storage.ReadCommitted},
		},
		{
			name: "next before session", set: [][2]string{{next, "SERIALIZABLE"}, {session, "READ COMMITTED"}},
			want: [2]storage.Isolation{storage.Serializable, storage.ReadCommitted},
		},
		{
			name: "back to the default", option: storage.ReadCommitted, set: [][2]string{{session, "SNAPSHOT ISOLATION"}},
			want: [2]storage.Isolation{storage.SnapshotIsolation, storage.SnapshotIsolation},
		},
		{
			name: "metadata", set: [][2]string{{session, "READ COMMITTED"}}, metadata: metadata("SERIALIZABLE"),
			want: [2]storage.Isolation{storage.Serializable, storage.Serializable},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := cyphertest.Open(t)
			e = cypher.NewEngine(e.Store(), cypher.Options{Isolation: tt.option})
			c := &client{Engine: e, session: new(cypher.Session), metadata: tt.metadata}
			for _, s := range tt.set {
				if err := c.choose(t, "SET "+s[0]+" TRANSACTION ISOLATION LEVEL "+s[1]); err != nil {
					t.Fatal(err)
				}
			}
			for i, want := range tt.want {
				if got := levelOf(t, c); got != want {
					t.Errorf("transaction %d has %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestIsolationRefused(t *testing.T) {
	e := cyphertest.Open(t)
	c := &client{Engine: e, session: new(cypher.Session)}
	if err := c.choose(t, "SET SESSION TRANSACTION ISOLATION LEVEL PERFECT"); kindOf(err) != cypher.KindArgument {
		t.Errorf("an unknown level: %v", err)
	}
	_, err := e.Begin(t.Context(), cypher.TransactionOptions{Metadata: graph.Map([]graph.Field{{Name: "isolation_level", Value: graph.Integer(1)}})})
	if kindOf(err) != cypher.KindArgument {
		t.Errorf("a level that is a number: %v", err)
	}
	_, _, err = read(t, c.begin(t), "SET GLOBAL TRANSACTION ISOLATION LEVEL READ COMMITTED")
	if kindOf(err) != cypher.KindArgument || !strings.Contains(err.Error(), "multicommand") {
		t.Errorf("in a transaction: %v", err)
	}
}

// TestStorageInfoIsolation shows the choices, and that showing them uses none up.
func TestStorageInfoIsolation(t *testing.T) {
	e := cyphertest.Open(t)
	c := &client{Engine: e, session: new(cypher.Session)}
	for _, s := range []string{"GLOBAL TRANSACTION ISOLATION LEVEL READ COMMITTED", "SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "NEXT TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"} {
		if err := c.choose(t, "SET "+s); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"global_isolation_level": "READ_COMMITTED", "storage_isolation_level": "READ_COMMITTED",
		"session_isolation_level": "SERIALIZABLE", "next_session_isolation_level": "READ_UNCOMMITTED",
	}
	for range 2 {
		r, err := e.Run(t.Context(), "SHOW STORAGE INFO YIELD `storage info` AS name, value WHERE name ENDS WITH 'isolation_level' RETURN name, value", graph.Value{}, cypher.RunOptions{Session: c.session})
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.Next(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for row := range b.Len() {
			name, value := b.Value(row, 0).Str(), b.Value(row, 1)
			if w, ok := want[name]; ok {
				found++
				if value.Str() != w {
					t.Errorf("%s is %s, want %s", name, value.Str(), w)
				}
			}
		}
		if found != len(want) {
			t.Errorf("%d of %d rows are there", found, len(want))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	c.session.Reset()
	if got := levelOf(t, c); got != storage.ReadCommitted {
		t.Errorf("after Reset: %v", got)
	}
}

// TestSerializableStatements lets statements that each read what others write run
// at the same time: at least one doctor must stay on call.
func TestSerializableStatements(t *testing.T) {
	e := cyphertest.Open(t)
	e = cypher.NewEngine(e.Store(), cypher.Options{Isolation: storage.Serializable})
	for range 20 {
		mustRead(t, e, "MATCH (n) DETACH DELETE n")
		mustRead(t, e, "UNWIND range(1, 8) AS i CREATE (:Doctor {i: i, on: true})")
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				if _, _, err := read(t, e, fmt.Sprintf(
					"MATCH (d:Doctor) WHERE d.on WITH count(d) AS n WHERE n > 1 MATCH (d:Doctor {i: %d}) SET d.on = false RETURN n", i+1)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got := mustRead(t, e, "MATCH (d:Doctor) WHERE d.on RETURN count(d)"); got[0] != "1" {
			t.Fatalf("%s doctors are on call, want 1", got[0])
		}
	}
}
