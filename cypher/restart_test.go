package cypher_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// TestRestart runs statements that stand in each other's way from many
// goroutines: none of them may fail, and none may lose what another has done.
func TestRestart(t *testing.T) {
	const sessions, each = 32, 6
	for _, tt := range []struct {
		name, setup  string
		statements   []string // by turns
		query        string
		want         []string
		created, set int64 // in all summaries together
	}{
		{
			name: "counter", setup: "CREATE (:N {c: 0})", statements: []string{"MATCH (n:N) SET n.c = n.c + 1"},
			query: "MATCH (n:N) RETURN n.c", want: []string{strconv.Itoa(sessions * each)}, set: sessions * each,
		},
		{
			name: "counter with rows", setup: "CREATE (:N {c: 0})", statements: []string{"MATCH (n:N) SET n.c = n.c + 1 RETURN n.c"},
			query: "MATCH (n:N) RETURN n.c", want: []string{strconv.Itoa(sessions * each)}, set: sessions * each,
		},
		{
			name: "counters in any order", setup: "CREATE (:N {k: 1, c: 0}), (:N {k: 2, c: 0})",
			statements: []string{
				"MATCH (n:N {k: 1}) SET n.c = n.c + 1 WITH n MATCH (m:N {k: 2}) SET m.c = m.c + 1",
				"MATCH (n:N {k: 2}) SET n.c = n.c + 1 WITH n MATCH (m:N {k: 1}) SET m.c = m.c + 1",
			},
			query: "MATCH (n:N) RETURN DISTINCT n.c", want: []string{strconv.Itoa(sessions * each)}, set: 2 * sessions * each,
		},
		{
			name: "relationship", setup: "CREATE (:N)-[:T {c: 0}]->()", statements: []string{"MATCH ()-[r:T]->() SET r.c = r.c + 1"},
			query: "MATCH ()-[r:T]->() RETURN r.c", want: []string{strconv.Itoa(sessions * each)}, set: sessions * each,
		},
		{
			name: "merge on a constraint", setup: "CREATE CONSTRAINT FOR (n:N) REQUIRE n.k IS UNIQUE",
			statements: []string{"MERGE (n:N {k: 1}) ON MATCH SET n.c = n.c + 1 ON CREATE SET n.c = 1"},
			query:      "MATCH (n:N) RETURN n.c", want: []string{strconv.Itoa(sessions * each)}, created: 1, set: sessions*each + 1,
		},
		{
			name: "delete and create", setup: "CREATE (:N)",
			statements: []string{"MATCH (n:N) DETACH DELETE n CREATE (:N)", "MATCH (n:N) CREATE (n)-[:T]->(:M)"},
			query:      "MATCH (n:N) RETURN count(n)", want: []string{"1"}, created: -1, set: -1,
		},
		{
			name: "in transactions", setup: "CREATE (:N {c: 0})",
			statements: []string{"UNWIND [1, 2, 3] AS i CALL { MATCH (n:N) SET n.c = n.c + 1 } IN TRANSACTIONS OF 1 ROW"},
			query:      "MATCH (n:N) RETURN n.c", want: []string{strconv.Itoa(3 * sessions * each)}, set: 3 * sessions * each,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := cyphertest.Open(t)
			mustRead(t, e, tt.setup)
			var group sync.WaitGroup
			var mu sync.Mutex
			var created, set int64
			for session := range sessions {
				group.Go(func() {
					for i := range each {
						_, summary, err := read(t, e, tt.statements[(session+i)%len(tt.statements)])
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						created += summary.Counters.NodesCreated
						set += summary.Counters.PropertiesSet
						mu.Unlock()
					}
				})
			}
			group.Wait()
			if got := mustRead(t, e, tt.query); !slices.Equal(got, tt.want) {
				t.Errorf("%s = %v, want %v", tt.query, got, tt.want)
			}
			if tt.set >= 0 && (created != tt.created || set != tt.set) {
				t.Errorf("the summaries tell of %d nodes and %d properties, want %d and %d", created, set, tt.created, tt.set)
			}
		})
	}
}

// TestRestartInTransaction lets another transaction come in between BEGIN and a
// statement.
func TestRestartInTransaction(t *testing.T) {
	const set = "MATCH (n:N) SET n.c = n.c + 1"
	for _, tt := range []struct {
		name   string
		before string // the transaction's first statement
		fails  bool
	}{
		{name: "first statement"},
		{name: "after a read", before: "MATCH (n:N) RETURN n.c", fails: true},
		{name: "after a write", before: "CREATE (:M)", fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := cyphertest.Open(t)
			mustRead(t, e, "CREATE (:N {c: 0})")
			tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			if tt.before != "" {
				mustRead(t, tx, tt.before)
			}
			mustRead(t, e, set)
			_, _, err = read(t, tx, set)
			if got := storeKind(err); got != storage.KindConflict && tt.fails || err != nil && !tt.fails {
				t.Fatalf("the statement returns %v", err)
			}
			if tt.fails {
				return
			}
			if _, err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := mustRead(t, e, "MATCH (n:N) RETURN n.c"); got[0] != "2" {
				t.Errorf("n.c = %s, want 2", got[0])
			}
		})
	}
}

func storeKind(err error) storage.Kind {
	if e, ok := errors.AsType[*storage.Error](err); ok {
		return e.Kind
	}
	return 0
}

// TestRestartEnds cancels a statement that waits for another transaction.
func TestRestartEnds(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "CREATE (:N {c: 0})")
	owner, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Rollback()
	mustRead(t, owner, "MATCH (n:N) SET n.c = 1")
	cause := errors.New("the client is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error)
	go func() {
		_, err := e.Run(ctx, "MATCH (n:N) SET n.c = 2", graph.Value{}, cypher.RunOptions{})
		done <- err
	}()
	cancel(cause)
	if err := <-done; !errors.Is(err, cause) {
		t.Errorf("the waiting statement returns %v, want %v", err, cause)
	}
}

// TestRowsAfterCommit reads the rows of a writing statement, which is committed
// already, after another has changed what is in them.
func TestRowsAfterCommit(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "CREATE (:N {c: 0}), (:N {c: 0})")
	r, err := e.Run(t.Context(), "MATCH (n:N) SET n.c = 1 RETURN n", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, e, "MATCH (n:N) SET n.c = n.c + 1 RETURN n.c"); !slices.Equal(got, []string{"2", "2"}) {
		t.Errorf("another statement gets %v while the rows are not read", got)
	}
	e.Store().Reclaim()
	b, err := r.Next(t.Context(), 10)
	if err != nil || b.Len() != 2 {
		t.Fatalf("Next() = %v, %v", b, err)
	}
	key, _ := e.Store().Key("c")
	for row := range b.Len() {
		if got := r.Entities().NodeProperty(b.Value(row, 0).NodeID(), key, new(graph.Arena)); got.Int() != 1 {
			t.Errorf("row %d has c = %v, want 1", row, got)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRestartInside runs statements that stand in each other's way behind others
// of their transactions, at the levels that have a snapshot for each: what the
// earlier statements have done stays.
func TestRestartInside(t *testing.T) {
	const sessions, each = 8, 6
	for _, level := range []string{"READ_COMMITTED", "READ_UNCOMMITTED"} {
		t.Run(level, func(t *testing.T) {
			c := &client{Engine: cyphertest.Open(t), metadata: graph.Map([]graph.Field{{Name: "isolation_level", Value: graph.String(level)}})}
			mustRead(t, c.Engine, "CREATE INDEX FOR (n:N) ON (n.c)")
			mustRead(t, c.Engine, "CREATE (:N {c: 0})")
			var group sync.WaitGroup
			for range sessions {
				group.Go(func() {
					for range each {
						tx := c.begin(t)
						mustRead(t, tx, "CREATE (:Log {c: 1})-[:T]->(:M)")
						mustRead(t, tx, "MATCH (n:N) CREATE (n)-[:T]->(:M) SET n.c = n.c + 1")
						if _, err := tx.Commit(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			const n = sessions * each
			want := fmt.Sprintf("%d,%d,%d,%d", n, n, 2*n, 2*n)
			if got := mustRead(t, c.Engine, "MATCH (n:N) RETURN n.c, COUNT {MATCH (:Log)}, COUNT {MATCH (:M)}, COUNT {MATCH ()-[:T]->()}"); len(got) != 1 || got[0] != want {
				t.Errorf("%v, want %s", got, want)
			}
		})
	}
}
