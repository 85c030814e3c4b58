package transactions_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/isolation"
)

// levels are the names of the levels and what they promise.
var levels = map[string]isolation.Level{
	"READ UNCOMMITTED": isolation.ReadUncommitted, "READ COMMITTED": isolation.ReadCommitted,
	"SNAPSHOT ISOLATION": isolation.Snapshot, "SERIALIZABLE": isolation.Serializable,
}

const (
	appendOp   = "MATCH (n:List {k: $k}) SET n.l = n.l + $v"
	readOp     = "MATCH (n:List {k: $k}) RETURN n.l"
	appendRead = "MATCH (n:List {k: $k}) SET n.l = n.l + $v RETURN n.l"
)

// A recorder makes transactions and writes down what they do.
type recorder struct {
	level  string
	driver neo4j.DriverWithContext
	clock  atomic.Int64
	value  atomic.Int64
	mu     sync.Mutex
	done   []isolation.Transaction
}

// newRecorder makes empty lists on a server.
func newRecorder(t *testing.T, d neo4j.DriverWithContext, level string, lists int) *recorder {
	t.Helper()
	run := inSession(t.Context(), session(t, d))
	must(t, run, "MATCH (n:List) DETACH DELETE n", nil)
	must(t, run, "UNWIND range(0, $n - 1) AS k CREATE (:List {k: k, l: []})", map[string]any{"n": lists})
	return &recorder{level: level, driver: d}
}

func (r *recorder) config() func(*neo4j.TransactionConfig) {
	return neo4j.WithTxMetadata(map[string]any{"isolation_level": r.level})
}

// do makes one operation and adds it to the transaction.
func (r *recorder) do(ctx context.Context, run runner, tx *isolation.Transaction, key int, query string) error {
	params := map[string]any{"k": key}
	if query != readOp {
		value := int(r.value.Add(1))
		params["v"] = value
		// The append counts also when its answer is lost.
		tx.Ops = append(tx.Ops, isolation.Op{Key: key, Append: true, Value: value})
	}
	list, err := rows(ctx, run, query, params)
	if err != nil || query == appendOp {
		return err
	}
	if len(list) != 1 {
		return errors.New("the list is not there")
	}
	op := isolation.Op{Key: key}
	for _, v := range list[0][0].([]any) {
		op.Read = append(op.Read, int(v.(int64)))
	}
	tx.Ops = append(tx.Ops, op)
	return nil
}

// outcome is what an error says about the end of a transaction.
func outcome(err error) isolation.Outcome {
	var failure *neo4j.Neo4jError
	switch {
	case err == nil:
		return isolation.Committed
	case errors.As(err, &failure):
		return isolation.Aborted
	default:
		return isolation.Unknown
	}
}

// record runs do and keeps what it has done.
func (r *recorder) record(do func(tx *isolation.Transaction) error) error {
	tx := isolation.Transaction{Start: int(r.clock.Add(1))}
	err := do(&tx)
	tx.Outcome, tx.End = outcome(err), int(r.clock.Add(1))
	r.mu.Lock()
	r.done = append(r.done, tx)
	r.mu.Unlock()
	return err
}

// transact makes one transaction of random operations.
func (r *recorder) transact(ctx context.Context, s neo4j.SessionWithContext, random *rand.Rand, lists int) error {
	return r.record(func(tx *isolation.Transaction) error {
		if random.IntN(4) == 0 { // one statement, which must not fail
			err := r.do(ctx, inSession(ctx, s, r.config()), tx, random.IntN(lists), []string{appendOp, readOp, appendRead}[random.IntN(3)])
			if outcome(err) == isolation.Aborted {
				return errors.Join(errAlone, err)
			}
			return err
		}
		open, err := s.BeginTransaction(ctx, r.config())
		if err != nil {
			return err
		}
		defer func() { _ = open.Close(context.WithoutCancel(ctx)) }()
		for range 1 + random.IntN(4) {
			query := readOp
			if random.IntN(2) == 0 {
				query = appendOp
			}
			if err := r.do(ctx, inTransaction(ctx, open), tx, random.IntN(lists), query); err != nil {
				return err
			}
		}
		if random.IntN(10) == 0 {
			return errors.Join(&neo4j.Neo4jError{Code: "rolled back"}, open.Rollback(ctx))
		}
		return open.Commit(ctx)
	})
}

var errAlone = errors.New("a statement outside of a transaction has failed")

// finish reads all lists and returns what was found.
func (r *recorder) finish(t *testing.T, lists int) []isolation.Anomaly {
	t.Helper()
	s := session(t, r.driver)
	if err := r.record(func(tx *isolation.Transaction) error {
		for key := range lists {
			if err := r.do(t.Context(), inSession(t.Context(), s), tx, key, readOp); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return isolation.Check(r.done)
}

// TestIsolation runs many sessions at each level for a while and looks for
// anomalies that the level forbids.
func TestIsolation(t *testing.T) {
	const sessions, lists = 12, 5
	d := open(t, binary.Start(t, binary.Options{Plaintext: true}))
	for level, promise := range levels {
		t.Run(level, func(t *testing.T) {
			r := newRecorder(t, d, level, lists)
			var group sync.WaitGroup
			stop := time.Now().Add(1500 * time.Millisecond)
			for i := range sessions {
				group.Go(func() {
					random := rand.New(rand.NewPCG(uint64(i), 7))
					s := d.NewSession(t.Context(), neo4j.SessionConfig{})
					defer s.Close(t.Context())
					for n := 0; n < 120 && time.Now().Before(stop); n++ {
						if err := r.transact(t.Context(), s, random, lists); errors.Is(err, errAlone) || outcome(err) == isolation.Unknown {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			found := r.finish(t, lists)
			committed := 0
			for i := range r.done {
				if r.done[i].Outcome == isolation.Committed {
					committed++
				}
			}
			t.Logf("%d of %d transactions committed, %d anomalies", committed, len(r.done), len(found))
			if bad := isolation.Forbidden(found, promise); len(bad) > 0 {
				t.Errorf("%d forbidden anomalies, the first: %v", len(bad), bad[0])
				for _, i := range bad[0].Transactions {
					t.Logf("%d: %+v", i, r.done[i])
				}
			}
		})
	}
}

// TestWriteSkew makes a write skew on purpose. Snapshots let it through, and the
// history shows it; serializable transactions do not both commit.
func TestWriteSkew(t *testing.T) {
	d := open(t, binary.Start(t, binary.Options{Plaintext: true}))
	for level, want := range map[string]bool{"SNAPSHOT ISOLATION": true, "SERIALIZABLE": false} {
		t.Run(level, func(t *testing.T) {
			r := newRecorder(t, d, level, 2)
			var transactions [2]isolation.Transaction
			var open [2]neo4j.ExplicitTransaction
			for i := range open {
				open[i] = begin(t, session(t, d), r.config())
				transactions[i].Start = int(r.clock.Add(1))
				for key := range 2 {
					if err := r.do(t.Context(), inTransaction(t.Context(), open[i]), &transactions[i], key, readOp); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i := range open {
				if err := r.do(t.Context(), inTransaction(t.Context(), open[i]), &transactions[i], i, appendOp); err != nil {
					t.Fatal(err)
				}
			}
			for i := range open {
				err := open[i].Commit(t.Context())
				if err != nil && !neo4j.IsRetryable(err) {
					t.Errorf("commit: %v, want success or an error that drivers retry", err)
				}
				transactions[i].Outcome, transactions[i].End = outcome(err), int(r.clock.Add(1))
			}
			r.done = append(r.done, transactions[:]...)
			found := r.finish(t, 2)
			if got := slices.ContainsFunc(found, func(a isolation.Anomaly) bool { return a.Kind == isolation.G2 }); got != want {
				t.Errorf("write skew found: %v, want %v; %v", got, want, found)
			}
		})
	}
}
