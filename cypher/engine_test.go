package cypher_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A runner is an engine or a transaction.
type runner interface {
	Run(ctx context.Context, query string, params graph.Value, o cypher.RunOptions) (*cypher.Result, error)
}

// read returns all rows as text, one value for a cell.
func read(tb testing.TB, e runner, query string) (rows []string, summary *cypher.Summary, err error) {
	tb.Helper()
	r, err := e.Run(tb.Context(), query, graph.Value{}, cypher.RunOptions{})
	if err != nil {
		return nil, nil, err
	}
	for {
		b, err := r.Next(tb.Context(), 3)
		if err != nil {
			return rows, r.Summary(), errors.Join(err, r.Close())
		}
		if b == nil {
			return rows, r.Summary(), r.Close()
		}
		for row := range b.Len() {
			cells := make([]string, len(r.Columns()))
			for column := range cells {
				cells[column] = fmt.Sprint(b.Value(row, column))
			}
			rows = append(rows, strings.Join(cells, ","))
		}
	}
}

func mustRead(tb testing.TB, e runner, query string) []string {
	tb.Helper()
	rows, _, err := read(tb, e, query)
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return rows
}

func kindOf(err error) cypher.Kind {
	if e, ok := errors.AsType[*cypher.Error](err); ok {
		return e.Kind
	}
	return 0
}

func TestErrorHasPlace(t *testing.T) {
	e := cyphertest.Open(t)
	_, err := e.Run(t.Context(), "MATCH (n)\nRETURN m", graph.Value{}, cypher.RunOptions{})
	got, ok := errors.AsType[*cypher.Error](err)
	if !ok {
		t.Fatalf("Run = %v, want a *cypher.Error", err)
	}
	if got.Kind != cypher.KindSyntax || got.Detail != "UndefinedVariable" ||
		got.Position.Line != 2 || got.Position.Column != 8 || got.Position.Offset != 17 {
		t.Errorf("error = %+v", got)
	}
	if want := "\"RETURN m\"\n        ^"; got.Snippet != want {
		t.Errorf("snippet = %q, want %q", got.Snippet, want)
	}
}

func TestTransaction(t *testing.T) {
	e := cyphertest.Open(t)
	tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	mustRead(t, tx, "CREATE (:N {x: 1})")
	if got := mustRead(t, tx, "MATCH (n:N) RETURN n.x"); len(got) != 1 {
		t.Errorf("the transaction sees %v of its own", got)
	}
	if got := mustRead(t, e, "MATCH (n:N) RETURN n.x"); len(got) != 0 {
		t.Errorf("others see %v before the commit", got)
	}
	position, err := tx.Commit(t.Context())
	if err != nil || position == 0 {
		t.Fatalf("Commit = %d, %v", position, err)
	}
	if got := mustRead(t, e, "MATCH (n:N) RETURN n.x"); len(got) != 1 {
		t.Errorf("others see %v after the commit", got)
	}
	if _, err := tx.Run(t.Context(), "RETURN 1", graph.Value{}, cypher.RunOptions{}); kindOf(err) != cypher.KindTransaction {
		t.Errorf("Run after Commit = %v", err)
	}
	tx.Rollback()
}

// A result that is being read does not see what later statements write, and
// ends with its transaction.
func TestOpenResults(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "UNWIND range(1, 100) AS x CREATE (:N {x: x})")
	tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	r, err := tx.Run(t.Context(), "MATCH (n:N) RETURN n.x", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if b, err := r.Next(t.Context(), 1); err != nil || b.Len() != 1 {
		t.Fatalf("Next = %v, %v", b, err)
	}
	mustRead(t, tx, "MATCH (n:N) SET n.x = -1")
	mustRead(t, tx, "UNWIND range(1, 100) AS x CREATE (:N {x: -1})")
	rows := 1
	for {
		b, err := r.Next(t.Context(), 7)
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		if b == nil {
			break
		}
		for row := range b.Len() {
			if b.Value(row, 0).Int() < 0 {
				t.Fatalf("row %d is of a later statement", rows+row)
			}
		}
		rows += b.Len()
	}
	if rows != 100 {
		t.Errorf("%d rows, want 100", rows)
	}
	open, err := tx.Run(t.Context(), "MATCH (n:N) RETURN n.x", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	if b, err := open.Next(t.Context(), 1); b != nil || err != nil {
		t.Errorf("Next after Commit = %v, %v", b, err)
	}
}

func TestRollback(t *testing.T) {
	e := cyphertest.Open(t)
	tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	mustRead(t, tx, "CREATE (:N)")
	tx.Rollback()
	if _, err := tx.Commit(t.Context()); kindOf(err) != cypher.KindTransaction {
		t.Errorf("Commit after Rollback = %v", err)
	}
	if got := mustRead(t, e, "MATCH (n) RETURN n"); len(got) != 0 {
		t.Errorf("rolled back, but there is %v", got)
	}
}

// Deleting in one statement and using in the next are in one transaction.
func TestDeletedInTransaction(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "CREATE (:N {x: 1})")
	tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	defer tx.Rollback()
	mustRead(t, tx, "MATCH (n:N) DELETE n")
	if got := mustRead(t, tx, "MATCH (n:N) RETURN n"); len(got) != 0 {
		t.Errorf("the deleted node is found: %v", got)
	}
}

func TestReadModeForbidsWrites(t *testing.T) {
	e := cyphertest.Open(t)
	for _, query := range []string{"CREATE ()", "CREATE INDEX FOR (n:N) ON (n.x)", "MATCH (n) SET n.x = 1"} {
		_, err := e.Run(t.Context(), query, graph.Value{}, cypher.RunOptions{Mode: cypher.ReadMode})
		if kindOf(err) != cypher.KindForbidden {
			t.Errorf("%s in ReadMode = %v", query, err)
		}
	}
	r, err := e.Run(t.Context(), "EXPLAIN CREATE ()", graph.Value{}, cypher.RunOptions{Mode: cypher.ReadMode})
	if err != nil || r.Summary().Plan == nil {
		t.Errorf("EXPLAIN of a write in ReadMode: %v", err)
	}
}

func TestMore(t *testing.T) {
	e := cyphertest.Open(t)
	r, err := e.Run(t.Context(), "UNWIND [1, 2, 3] AS x RETURN x", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	for i, want := range []bool{true, true, false} {
		b, err := r.Next(t.Context(), 1)
		if err != nil || b.Len() != 1 {
			t.Fatalf("Next %d = %v, %v", i, b, err)
		}
		if got := r.More(); got != want {
			t.Errorf("More after row %d = %t", i, got)
		}
	}
	if b, err := r.Next(t.Context(), 1); b != nil || err != nil {
		t.Errorf("Next at the end = %v, %v", b, err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// Rows before a failure are returned; the failure is announced by More.
func TestFailureAfterRows(t *testing.T) {
	e := cyphertest.Open(t)
	r, err := e.Run(t.Context(), "UNWIND [2, 1, 0] AS x RETURN 2 / x", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	b, err := r.Next(t.Context(), 10)
	if err != nil || b.Len() != 2 {
		t.Fatalf("Next = %v, %v, want two rows", b, err)
	}
	if !r.More() {
		t.Error("More = false before the failure")
	}
	if _, err := r.Next(t.Context(), 10); kindOf(err) != cypher.KindArithmetic {
		t.Errorf("Next = %v, want the failure", err)
	}
	if b, err := r.Next(t.Context(), 10); b != nil || err != nil {
		t.Errorf("Next after the failure = %v, %v", b, err)
	}
}

// A statement that writes has run when Run returns; closing keeps its changes.
func TestCloseCommitsWrites(t *testing.T) {
	e := cyphertest.Open(t)
	r, err := e.Run(t.Context(), "UNWIND [1, 2] AS x CREATE (n:N {x: x}) RETURN n", graph.Value{}, cypher.RunOptions{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if r.Summary().Position == 0 || r.Summary().Counters.NodesCreated != 2 {
		t.Errorf("summary = %+v", r.Summary())
	}
	if got := mustRead(t, e, "MATCH (n:N) RETURN count(*)"); got[0] != "2" {
		t.Errorf("%s nodes, want 2", got[0])
	}
}

func TestCancel(t *testing.T) {
	e := cyphertest.Open(t)
	stop := errors.New("stop")
	for _, query := range []string{
		"UNWIND range(1, 1000000000) AS x RETURN count(x)",
		"UNWIND range(1, 1000000000) AS x WITH x WHERE x < 0 RETURN x",
		"UNWIND range(1, 100000) AS x UNWIND range(1, 100000) AS y RETURN max(x + y)",
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		r, err := e.Run(ctx, query, graph.Value{}, cypher.RunOptions{})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		done := make(chan error)
		go func() {
			_, err := r.Next(ctx, 1)
			done <- err
		}()
		cancel(stop)
		if err := <-done; !errors.Is(err, stop) {
			t.Errorf("%s: Next = %v, want the cause", query, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	store := cyphertest.Open(t).Store()
	e := cypher.NewEngine(store, cypher.Options{MemoryLimit: 1 << 20})
	for _, query := range []string{
		"UNWIND range(1, 10000000) AS x RETURN x ORDER BY x DESC",
		"UNWIND range(1, 10000000) AS x RETURN DISTINCT x",
		"UNWIND range(1, 10000000) AS x RETURN size(collect(x))",
		"UNWIND range(1, 10000000) AS x RETURN x, count(*)",
	} {
		_, _, err := read(t, e, query)
		if kindOf(err) != cypher.KindMemoryLimit {
			t.Errorf("%s = %v, want the memory limit", query, err)
		}
	}
	if got := mustRead(t, e, "UNWIND range(1, 100000) AS x RETURN count(*)"); got[0] != "100000" {
		t.Errorf("count = %v", got)
	}
}

// Texts that differ in literals share a plan, and each gets its own rows.
func TestLiterals(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "UNWIND range(-3, 3) AS x CREATE (:N {x: x, s: 's' + x})")
	for _, tt := range []struct{ query, want string }{
		{"MATCH (n:N) WHERE n.x = 1 RETURN n.s AS s", `["s1"]`},
		{"MATCH (n:N) WHERE n.x = 2 RETURN n.s AS s", `["s2"]`},
		{"MATCH (n:N) WHERE n.x = -2 RETURN n.s AS s", `["s-2"]`},
		{"MATCH (n:N) WHERE n.x = -3 RETURN n.s AS s", `["s-3"]`},
		{"MATCH (n:N {s: 's1'}) RETURN n.x AS x", "[1]"},
		{"MATCH (n:N {s: 's-1'}) RETURN n.x AS x", "[-1]"},
		{"MATCH (n:N) RETURN n.x AS x ORDER BY x LIMIT 1", "[-3]"},
		{"MATCH (n:N) RETURN n.x AS x ORDER BY x LIMIT 2", "[-3 -2]"},
		{"MATCH (n:N) WHERE n.x IN [1, 2] RETURN n.x + 1 AS y", "[2 3]"},
		{"MATCH (n:N) WHERE n.x IN [2, 2] RETURN n.x + 2 AS y", "[4]"},
		{"MATCH (n:N) WHERE n.s =~ 's[12]' RETURN n.x AS x", "[1 2]"},
		{"MATCH (n:N) WHERE n.s =~ 's[13]' RETURN n.x AS x", "[1 3]"},
		{"RETURN 1", "[1]"},
		{"RETURN 2", "[2]"},
		{"RETURN 1 AS x", "[1]"},
		{"RETURN 'a' AS x", `["a"]`},
		{"RETURN 1.5 AS x", "[1.5]"},
		{"UNWIND [1, 2] AS x RETURN x % 2 AS k, count(*) + 2 AS c ORDER BY k", "[0,3 1,3]"},
		{"UNWIND [1, 2] AS x RETURN x % 1 AS k, count(*) + 1 AS c ORDER BY k", "[0,3]"},
	} {
		for range 2 {
			if got := fmt.Sprint(mustRead(t, e, tt.query)); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.query, got, tt.want)
			}
		}
	}
}

func TestPlanFollowsSchema(t *testing.T) {
	e := cyphertest.Open(t)
	explain := func() string {
		r, err := e.Run(t.Context(), "EXPLAIN MATCH (n:N {x: $x}) RETURN n", graph.Value{}, cypher.RunOptions{})
		if err != nil {
			t.Fatalf("EXPLAIN: %v", err)
		}
		leaf := r.Summary().Plan
		name := ""
		for ; len(leaf.Children) > 0; leaf = leaf.Children[0] {
			name = leaf.Operator
		}
		return name
	}
	for _, step := range []struct{ command, want string }{
		{"", "NodeByLabelScan"},
		{"CREATE INDEX n_x FOR (n:N) ON (n.x)", "NodeIndexSeek"},
		{"DROP INDEX n_x", "NodeByLabelScan"},
		{"CREATE INDEX ON :N(x)", "NodeIndexSeek"},
		{"DROP INDEX ON :N(x)", "NodeByLabelScan"},
	} {
		if step.command != "" {
			mustRead(t, e, step.command)
		}
		if got := explain(); got != step.want {
			t.Errorf("after %q the plan starts with %s, want %s", step.command, got, step.want)
		}
	}
}

// One plan runs in many goroutines at once, with tables and batches of its own
// for each.
func TestConcurrentRuns(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "UNWIND range(1, 500) AS x CREATE (:N {x: x, g: x % 7})")
	want := fmt.Sprint(mustRead(t, e, "MATCH (n:N) RETURN n.g AS g, count(*) AS c, sum(n.x) AS s ORDER BY g"))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				rows, _, err := read(t, e, "MATCH (n:N) RETURN n.g AS g, count(*) AS c, sum(n.x) AS s ORDER BY g")
				if got := fmt.Sprint(rows); got != want || err != nil {
					t.Errorf("got %s, %v, want %s", got, err, want)
				}
			}
		})
	}
	group.Wait()
}

func TestProfile(t *testing.T) {
	e := cyphertest.Open(t)
	mustRead(t, e, "UNWIND range(1, 5) AS x CREATE (:N {x: x})")
	rows, summary, err := read(t, e, "PROFILE MATCH (n:N) WHERE n.x > 3 RETURN n.x")
	if err != nil || len(rows) != 2 {
		t.Fatalf("PROFILE = %v, %v", rows, err)
	}
	var got []string
	for n := summary.Plan; ; n = n.Children[0] {
		got = append(got, fmt.Sprint(n.Operator, " ", n.Rows))
		if len(n.Children) == 0 {
			break
		}
	}
	if want := "[ProduceResults 2 Projection 2 NodeByLabelScan 2 Argument 1]"; fmt.Sprint(got) != want {
		t.Errorf("profile = %v, want %s", got, want)
	}
}

func TestNotifications(t *testing.T) {
	e := cyphertest.Open(t)
	codes := func(query string) string {
		_, summary, err := read(t, e, query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var list []string
		for _, n := range summary.Notifications {
			list = append(list, n.Code[strings.LastIndexByte(n.Code, '.')+1:])
		}
		return strings.Join(list, " ")
	}
	for _, step := range []struct{ query, want string }{
		{"MATCH (n:Unknown)-[:ALIEN]->() RETURN n.strange", "UnknownLabelWarning UnknownRelationshipTypeWarning UnknownPropertyKeyWarning"},
		{"CREATE (:Unknown {strange: 1})-[:ALIEN]->()", ""},
		{"MATCH (n:Unknown)-[:ALIEN]->() RETURN n.strange", ""},
		{"MATCH (a), (b) RETURN count(*)", "CartesianProduct"},
	} {
		if got := codes(step.query); got != step.want {
			t.Errorf("%s: notifications %q, want %q", step.query, got, step.want)
		}
	}
}

func TestTransactionControl(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  cypher.Control
		ok    bool
	}{
		{"BEGIN", cypher.ControlBegin, true},
		{" begin ; ", cypher.ControlBegin, true},
		{"COMMIT", cypher.ControlCommit, true},
		{"Commit Transaction", cypher.ControlCommit, true},
		{"ROLLBACK;", cypher.ControlRollback, true},
		{"BEGINNING", 0, false},
		{"COMMIT now", cypher.ControlCommit, false},
		{"RETURN 1", 0, false},
		{"", 0, false},
	} {
		if got, ok := cypher.TransactionControl(tt.query); ok != tt.ok || ok && got != tt.want {
			t.Errorf("TransactionControl(%q) = %d, %t", tt.query, got, ok)
		}
	}
}

func TestOptionsValidate(t *testing.T) {
	o := cypher.Options{PlanCacheSize: -1, MemoryLimit: -1}
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "PlanCacheSize") || !strings.Contains(err.Error(), "MemoryLimit") {
		t.Errorf("Validate = %v, want both faults", err)
	}
	if err := (&cypher.Options{}).Validate(); err != nil {
		t.Errorf("Validate of the zero value = %v", err)
	}
}

// FuzzRun looks for statements that panic, and for reading ones whose rows
// depend on the rewrites of the planner.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		"MATCH (a:A)-[r]->(b) WHERE a.x > 1 RETURN a, count(b) ORDER BY count(b) LIMIT 2",
		"MATCH p = (a)-[:R*0..2]-(b) RETURN length(p), b.x",
		"MATCH (a) OPTIONAL MATCH (a)-[:R]->(b {x: 2}) RETURN a.x, b.x",
		"UNWIND [1, 2] AS x MATCH (n {x: x}) RETURN x, n.x",
		"MATCH (a), (b) WHERE a.x = b.x RETURN count(*)",
		"MATCH (n) WHERE EXISTS { (n)-->() } RETURN n.x",
		"MATCH (n) RETURN n.x UNION MATCH (n) RETURN n.x",
		"MATCH (n) SET n.y = 1 WITH n MATCH (m {y: 1}) RETURN count(*)",
		"CALL { MATCH (n) RETURN n } RETURN n.x",
		"MERGE (n:A {x: 5}) ON CREATE SET n.new = true RETURN n",
		"FOREACH (x IN [1] | CREATE (:B {x: x}))",
		"MATCH (n:A) DETACH DELETE n RETURN count(*)",
		"SHOW INDEXES", "CREATE INDEX FOR (n:A) ON (n.x)", "CALL db.labels()",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 300 || strings.Contains(strings.ToLower(query), "rand") || strings.Contains(query, "*") && strings.Count(query, "*") > 2 {
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		store, err := storage.Open(ctx, storage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		e := cypher.NewEngine(store, cypher.Options{MemoryLimit: 4 << 20})
		mustRead(t, e, "CREATE (a:A {x: 1})-[:R]->(b:A:B {x: 2})-[:R]->(c {x: 2}), (a)-[:S {w: 1}]->(a)")
		rows, summary, err := read(t, e, query)
		if summary == nil || summary.Type != cypher.TypeRead || summary.Plan != nil ||
			strings.Contains(strings.ToUpper(query), "LIMIT") || strings.Contains(strings.ToUpper(query), "SKIP") {
			return
		}
		plain, _, plainErr := read(t, cypher.NewEngine(store, cypher.Options{Plain: true}), query)
		if (err == nil) != (plainErr == nil) {
			t.Fatalf("%q: %v, without rewrites %v", query, err, plainErr)
		}
		if err == nil && len(rows) != len(plain) {
			t.Errorf("%q: %d rows, %d without rewrites", query, len(rows), len(plain))
		}
	})
}

func Example() {
	ctx := context.Background()
	store, err := storage.Open(ctx, storage.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	engine := cypher.NewEngine(store, cypher.Options{})
	result, err := engine.Run(ctx, "UNWIND $names AS name RETURN size(name) AS n", graph.Map([]graph.Field{{
		Name: "names", Value: graph.List([]graph.Value{graph.String("Ann"), graph.String("Robert")}),
	}}), cypher.RunOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = result.Close() }()
	for {
		batch, err := result.Next(ctx, 100)
		if err != nil || batch == nil {
			return
		}
		for row := range batch.Len() {
			fmt.Println(result.Columns()[0], "=", batch.Value(row, 0))
		}
	}
	// Output:
	// n = 3
	// n = 6
}
