package transactions_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// manySessions is what the tests below run at the same time.
const manySessions = 64

// inParallel runs do in many sessions and returns the first error of each.
func inParallel(t *testing.T, d neo4j.DriverWithContext, do func(s neo4j.SessionWithContext, i int) error) {
	t.Helper()
	var group sync.WaitGroup
	for i := range manySessions {
		group.Go(func() {
			s := d.NewSession(t.Context(), neo4j.SessionConfig{})
			defer s.Close(context.WithoutCancel(t.Context()))
			if err := do(s, i); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestNoConflict runs statements of many sessions on the same nodes, each in a
// transaction of its own, without the retries of a driver: none may fail, and
// the sum must be right.
func TestNoConflict(t *testing.T) {
	const each = 8
	for _, tt := range []struct {
		name, setup, statement, query string
		want                          int64
		explicit                      bool
	}{
		{
			name: "counter", setup: "CREATE (:N {c: 0})", statement: "MATCH (n:N) SET n.c = n.c + 1",
			query: "MATCH (n:N) RETURN n.c", want: manySessions * each,
		},
		{
			name: "counter in explicit transactions", setup: "CREATE (:N {c: 0})", statement: "MATCH (n:N) SET n.c = n.c + 1",
			query: "MATCH (n:N) RETURN n.c", want: manySessions * each, explicit: true,
		},
		{
			name: "merge", setup: "CREATE CONSTRAINT FOR (n:N) REQUIRE n.k IS UNIQUE",
			statement: "MERGE (n:N {k: 1}) ON CREATE SET n.c = 1 ON MATCH SET n.c = n.c + 1",
			query:     "MATCH (n:N) RETURN sum(n.c)", want: manySessions * each,
		},
		{
			name: "delete", setup: "UNWIND range(1, 100) AS i CREATE (:N {i: i})",
			statement: "MATCH (n:N) WITH n LIMIT 3 DETACH DELETE n", query: "MATCH (n:N) RETURN count(n)",
		},
		{
			// The driver would report a conflict of any of the transactions: none
			// is there to be retried.
			name: "hub", setup: "CREATE (:N)", statement: "MATCH (n:N) CREATE (n)-[:T]->(:M)",
			query: "MATCH (:N)-[r:T]->(:M) RETURN count(r)", want: manySessions * each, explicit: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, binary.Start(t, binary.Options{Plaintext: true}))
			run := inSession(t.Context(), session(t, d))
			must(t, run, tt.setup, nil)
			inParallel(t, d, func(s neo4j.SessionWithContext, _ int) error {
				for range each {
					if !tt.explicit {
						if _, err := rows(t.Context(), inSession(t.Context(), s), tt.statement, nil); err != nil {
							return err
						}
						continue
					}
					tx, err := s.BeginTransaction(t.Context())
					if err != nil {
						return err
					}
					if _, err := rows(t.Context(), inTransaction(t.Context(), tx), tt.statement, nil); err != nil {
						return err
					}
					if err := tx.Commit(t.Context()); err != nil {
						return err
					}
				}
				return nil
			})
			if got := must(t, run, tt.query, nil)[0][0]; got != tt.want {
				t.Errorf("%s = %v, want %d", tt.query, got, tt.want)
			}
		})
	}
}

// TestHubWhileOpen keeps the transactions of many sessions open that have all
// connected one node: none waits for another, also without a commit.
func TestHubWhileOpen(t *testing.T) {
	d := open(t, binary.Start(t, binary.Options{Plaintext: true}))
	run := inSession(t.Context(), session(t, d))
	must(t, run, "CREATE (:N)", nil)
	var all sync.WaitGroup
	all.Add(manySessions)
	inParallel(t, d, func(s neo4j.SessionWithContext, _ int) error {
		tx, err := s.BeginTransaction(t.Context())
		if err == nil {
			_, err = rows(t.Context(), inTransaction(t.Context(), tx), "MATCH (n:N) CREATE (n)-[:T]->(:M)", nil)
		}
		all.Done()
		all.Wait() // a session that waited for another would wait here for ever
		if err != nil {
			return err
		}
		return tx.Commit(t.Context())
	})
	if got := must(t, run, "MATCH (:N)-[r:T]->() RETURN count(r)", nil)[0][0]; got != int64(manySessions) {
		t.Errorf("%v relationships, want %d", got, manySessions)
	}
}

// TestWaiting lets a second writer wait and says how that may end.
func TestWaiting(t *testing.T) {
	const set = "MATCH (n:N {k: $k}) SET n.c = n.c + 1"
	first, second := map[string]any{"k": 1}, map[string]any{"k": 2}
	for _, tt := range []struct {
		name, code, status, text string
		retriable                bool
		args                     []string
		run                      func(t *testing.T, d neo4j.DriverWithContext, owner neo4j.ExplicitTransaction) error
	}{
		{
			name: "the client's timeout", code: "Neo.ClientError.Transaction.LockClientStopped", status: "25N14", text: "lock",
			run: func(t *testing.T, d neo4j.DriverWithContext, _ neo4j.ExplicitTransaction) error {
				t.Helper()
				_, err := rows(t.Context(), inSession(t.Context(), session(t, d), neo4j.WithTxTimeout(250*time.Millisecond)), set, first)
				return err
			},
		},
		{
			name: "the server's timeout for locks", code: "Neo.TransientError.Transaction.LockAcquisitionTimeout", status: "25N16",
			text: "--transaction-lock-timeout-sec", retriable: true, args: []string{"--transaction-lock-timeout-sec=0.2"},
			run: func(t *testing.T, d neo4j.DriverWithContext, _ neo4j.ExplicitTransaction) error {
				t.Helper()
				_, err := rows(t.Context(), inSession(t.Context(), session(t, d)), set, first)
				return err
			},
		},
		{
			name: "deadlock", code: "Neo.TransientError.Transaction.DeadlockDetected", status: "50N05", text: "Deadlock detected", retriable: true,
			run: func(t *testing.T, d neo4j.DriverWithContext, owner neo4j.ExplicitTransaction) error {
				t.Helper()
				other := begin(t, session(t, d))
				must(t, inTransaction(t.Context(), other), set, second)
				result := make(chan error, 1)
				go func() {
					_, err := rows(t.Context(), inTransaction(t.Context(), owner), set, second)
					result <- err
				}()
				// One of the two finds out that it would close the circle.
				_, err := rows(t.Context(), inTransaction(t.Context(), other), set, first)
				if err != nil {
					_ = other.Rollback(t.Context())
					if err := <-result; err != nil {
						t.Errorf("both have given way: %v", err)
					}
					return err
				}
				return <-result
			},
		},
		{
			name: "the owner commits", code: "Neo.TransientError.Transaction.Outdated", status: "25N16", text: "Cannot resolve conflicting transactions", retriable: true,
			run: func(t *testing.T, d neo4j.DriverWithContext, owner neo4j.ExplicitTransaction) error {
				t.Helper()
				other := begin(t, session(t, d))
				must(t, inTransaction(t.Context(), other), "MATCH (n:N) RETURN sum(n.c)", nil)
				if err := owner.Commit(t.Context()); err != nil {
					t.Fatal(err)
				}
				_, err := rows(t.Context(), inTransaction(t.Context(), other), set, first)
				return err
			},
		},
		{
			name: "the owner rolls back",
			run: func(t *testing.T, d neo4j.DriverWithContext, owner neo4j.ExplicitTransaction) error {
				t.Helper()
				result := make(chan error, 1)
				go func() {
					_, err := rows(t.Context(), inSession(t.Context(), session(t, d)), set, first)
					result <- err
				}()
				if err := owner.Rollback(t.Context()); err != nil {
					t.Fatal(err)
				}
				return <-result
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, binary.Start(t, binary.Options{Plaintext: true, Args: tt.args}))
			must(t, inSession(t.Context(), session(t, d)), "CREATE (:N {k: 1, c: 0}), (:N {k: 2, c: 0})", nil)
			owner := begin(t, session(t, d))
			must(t, inTransaction(t.Context(), owner), set, first)
			err := tt.run(t, d, owner)
			if tt.code == "" {
				if err != nil {
					t.Errorf("%v, want success", err)
				}
				return
			}
			var failure *neo4j.Neo4jError
			if !errors.As(err, &failure) || failure.Code != tt.code || failure.GqlStatus != tt.status || neo4j.IsRetryable(err) != tt.retriable ||
				!strings.Contains(failure.Msg, tt.text) {
				t.Errorf("%v, want %s, %s, retriable: %v, and a text about %q", err, tt.code, tt.status, tt.retriable, tt.text)
			}
		})
	}
}

// TestBlockedBy lists a transaction that waits for another one, and that one.
func TestBlockedBy(t *testing.T) {
	d := open(t, binary.Start(t, binary.Options{Plaintext: true}))
	ask := inSession(t.Context(), session(t, d))
	must(t, ask, "CREATE (:N {c: 0})", nil)
	owner := begin(t, session(t, d))
	must(t, inTransaction(t.Context(), owner), "MATCH (n:N) SET n.c = 1", nil)
	waiter := begin(t, session(t, d))
	waiting := make(chan error, 1)
	go func() {
		_, err := rows(t.Context(), inTransaction(t.Context(), waiter), "MATCH (n:N) SET n.c = $c", map[string]any{"c": 2})
		waiting <- err
	}()
	const list = `SHOW TRANSACTIONS YIELD * WHERE status STARTS WITH 'Blocked'
		RETURN transactionId, status, currentQuery, currentQueryStatus, parameters.c`
	blocked := must(t, ask, list, nil)
	for len(blocked) == 0 {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
		blocked = must(t, ask, list, nil)
	}
	idle := must(t, ask, "SHOW TRANSACTIONS YIELD * WHERE currentQuery = '' RETURN transactionId, status, currentQueryId, currentQueryElapsedTime", nil)
	if len(idle) != 1 || idle[0][1] != "Running" || idle[0][2] != "" || idle[0][3] != nil {
		t.Fatalf("the transaction between statements: %v", idle)
	}
	want := []any{blocked[0][0], "Blocked by: [" + idle[0][0].(string) + "]", "MATCH (n:N) SET n.c = $c", "waiting", int64(2)}
	if !slices.Equal(blocked[0], want) || len(blocked) != 1 {
		t.Errorf("%v is blocked, want %v", blocked, want)
	}
	if err := owner.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Error(err)
	}
	if got := must(t, ask, list, nil); len(got) != 0 {
		t.Errorf("after the end of the owner: %v", got)
	}
}
