package transactions_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// roundsVariable says how often TestKill kills the server; make kill sets it.
const roundsVariable = "DRAWBOLT_KILL_ROUNDS"

// A writer makes one kind of change after the other, numbered from 1. Its
// statements are one transaction; they leave all of a change or nothing.
type writer struct {
	id         int
	statements []string
	known      int  // changes that were acknowledged, or found after a restart
	flying     bool // one more was sent, and its answer is not known
}

// kinds are what writers do: a pattern in one statement, one in a transaction of
// two, something that replaces what was there, and a counter that all share.
var kinds = [][]string{
	{"CREATE (:Ack {w: $w, i: $i})-[:T]->(:Pair {w: $w, i: $i})"},
	{
		"CREATE (:Ack {w: $w, i: $i})",
		"MATCH (a:Ack {w: $w, i: $i}) CREATE (a)-[:T]->(:Pair {w: $w, i: $i})",
	},
	{"CREATE (:Ack {w: $w, i: $i})-[:T]->(:Pair {w: $w, i: $i}) WITH 1 AS one MATCH (a:Ack {w: $w, i: $i - 1})-[:T]->(p) DETACH DELETE a, p"},
	{"MATCH (c:Counter) SET c.n = c.n + 1"},
}

const (
	replaces = 2 // the kind that keeps only the newest
	counts   = 3 // the kind that counts
)

// run makes changes until the server is gone.
func (w *writer) run(ctx context.Context, d neo4j.DriverWithContext) {
	s := d.NewSession(ctx, neo4j.SessionConfig{})
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	for {
		params := map[string]any{"w": w.id, "i": w.known + 1}
		w.flying = true
		if w.change(ctx, s, params) != nil {
			return
		}
		w.known, w.flying = w.known+1, false
	}
}

func (w *writer) change(ctx context.Context, s neo4j.SessionWithContext, params map[string]any) error {
	if len(w.statements) == 1 {
		_, err := rows(ctx, inSession(ctx, s), w.statements[0], params)
		return err
	}
	tx, err := s.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range w.statements {
		if _, err := rows(ctx, inTransaction(ctx, tx), statement, params); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// check compares what is there after a restart with what the writer knows.
func (w *writer) check(t *testing.T, run runner) {
	t.Helper()
	found := must(t, run, `MATCH (a:Ack {w: $w}) OPTIONAL MATCH (a)-[:T]->(p:Pair {w: $w, i: a.i})
		RETURN count(a), count(DISTINCT a.i), count(p), coalesce(max(a.i), 0)`, map[string]any{"w": w.id})[0]
	n := int(found[3].(int64))
	if n != w.known && (!w.flying || n != w.known+1) {
		t.Errorf("writer %d: %d changes are there, %d were acknowledged, one more sent: %v", w.id, n, w.known, w.flying)
	}
	want := int64(n)
	if w.id%len(kinds) == replaces {
		want = min(want, 1)
	}
	for i, what := range []string{"nodes", "different nodes", "pairs"} {
		if found[i] != want {
			t.Errorf("writer %d: %v %s after %d changes, want %d", w.id, found[i], what, n, want)
		}
	}
	w.known, w.flying = n, false
}

// TestKill kills the server again and again while sessions write, and looks after
// each restart whether something acknowledged is lost or something is there by
// half.
func TestKill(t *testing.T) {
	rounds := 3
	if text := os.Getenv(roundsVariable); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", roundsVariable, err)
		}
	}
	dir := t.TempDir()
	writers := make([]*writer, 12)
	for i := range writers {
		writers[i] = &writer{id: i, statements: kinds[i%len(kinds)]}
	}
	random := rand.New(rand.NewPCG(uint64(rounds), 1))
	for round := range rounds + 1 {
		s := binary.Start(t, binary.Options{Plaintext: true, Directory: dir, Args: []string{
			"--storage-wal-file-size-kib=256", "--storage-snapshot-interval-sec=1",
		}})
		d := open(t, s)
		run := inSession(t.Context(), session(t, d))
		if round == 0 {
			must(t, run, "CREATE (:Counter {n: 0})", nil)
			must(t, run, "CREATE INDEX FOR (a:Ack) ON (a.w, a.i)", nil)
		}
		checkAll(t, run, writers)
		if t.Failed() || round == rounds {
			if code := s.Stop(t); code != 0 {
				t.Errorf("exit code %d", code)
			}
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for _, w := range writers {
			group.Go(func() { w.run(ctx, d) })
		}
		kill := time.NewTimer(time.Duration(20+random.IntN(300)) * time.Millisecond)
		<-kill.C
		s.Kill()
		cancel() // nobody has to wait for a new connection
		group.Wait()
	}
	total := 0
	for _, w := range writers {
		total += w.known
	}
	t.Logf("%d changes over %d rounds", total, rounds)
	if total == 0 {
		t.Error("nothing was ever written")
	}
}

// checkAll checks all writers and the counter that some of them share.
func checkAll(t *testing.T, run runner, writers []*writer) {
	t.Helper()
	low, flying := 0, 0
	for _, w := range writers {
		if w.id%len(kinds) != counts {
			w.check(t, run)
			continue
		}
		low += w.known
		if w.flying {
			flying++
		}
	}
	n := int(must(t, run, "MATCH (c:Counter) RETURN c.n", nil)[0][0].(int64))
	if n < low || n > low+flying {
		t.Errorf("the counter is %d; %d changes were acknowledged, %d more sent", n, low, flying)
	}
	for _, w := range writers {
		if w.id%len(kinds) == counts { // nobody knows whose the others were
			w.known, w.flying = 0, false
		}
	}
	writers[counts].known = n
	if got := must(t, run, "MATCH (p:Pair) WHERE NOT (:Ack)-[:T]->(p) RETURN count(p)", nil)[0][0]; got != int64(0) {
		t.Errorf("%v pairs stand alone", got)
	}
}
