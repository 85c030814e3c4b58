package driver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// TestSessions uses the driver as applications do. All of it shares one server.
func TestSessions(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := connect(t, s)
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, d neo4j.DriverWithContext)
	}{
		{"values there and back", echoes},
		{"graph values", graphValues},
		{"results of one transaction", openResults},
		{"rollback and commit", rollbackAndCommit},
		{"errors", failures},
		{"first record, then failure", recordThenFailure},
		{"summary", summaries},
		{"bookmarks", bookmarks},
		{"timeout", timeout},
		{"cancellation", cancellation},
		{"waiting for a lock", lockWait},
		{"large result", largeResult},
		{"large parameter", largeParameter},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, d) })
	}
}

func session(t *testing.T, d neo4j.DriverWithContext, c neo4j.SessionConfig) neo4j.SessionWithContext {
	t.Helper()
	s := d.NewSession(t.Context(), c)
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Logf("close the session: %v", err)
		}
	})
	return s
}

// codeOf returns the code of a server's error, or the error's text.
func codeOf(err error) string {
	if e, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

func echoes(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{
		nil, true, false, int64(0), int64(-17), int64(128), int64(1 << 40), 1.5, "", "grün",
		[]byte{0, 255},
		[]any{int64(1), "a", nil, []any{}},
		map[string]any{"a": int64(1), "b": map[string]any{"c": []any{true}}},
		neo4j.DateOf(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)),
		neo4j.LocalTimeOf(time.Date(0, 1, 1, 12, 30, 15, 7, time.UTC)),
		neo4j.LocalDateTimeOf(time.Date(2026, 11, 25, 12, 30, 15, 7, time.UTC)),
		time.Date(2026, 7, 25, 12, 30, 15, 7, zone),
		neo4j.DurationOf(1, 2, 3, 4),
		neo4j.Point2D{X: 1, Y: 2, SpatialRefId: 7203},
		neo4j.Point3D{X: 1, Y: 2, Z: 3, SpatialRefId: 4979},
	} {
		rows := query(t, d, "RETURN $v AS v", map[string]any{"v": v})
		if diff := cmp.Diff(fmt.Sprintf("%T %v", v, v), fmt.Sprintf("%T %v", rows[0][0], rows[0][0])); diff != "" {
			t.Errorf("RETURN $v (-want +got):\n%s", diff)
		}
	}
}

func graphValues(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	rows := query(t, d, `CREATE (a:Person:Author {name: 'Ann'})-[w:WROTE {year: 2026}]->(b:Book)
		RETURN a, w, b`, nil)
	a, okA := rows[0][0].(neo4j.Node)
	w, okW := rows[0][1].(neo4j.Relationship)
	b, okB := rows[0][2].(neo4j.Node)
	if !okA || !okW || !okB {
		t.Fatalf("CREATE … RETURN = %#v", rows[0])
	}
	if diff := cmp.Diff([]any{[]string{"Person", "Author"}, map[string]any{"name": "Ann"}}, []any{a.Labels, a.Props}); diff != "" {
		t.Errorf("node (-want +got):\n%s", diff)
	}
	if w.Type != "WROTE" || w.StartElementId != a.ElementId || w.EndElementId != b.ElementId || w.Props["year"] != int64(2026) {
		t.Errorf("relationship = %#v", w)
	}
	rows = query(t, d, "MATCH p = (a)-[:WROTE]->(b) WHERE elementId(a) = $id RETURN p", map[string]any{"id": a.ElementId})
	if len(rows) != 1 {
		t.Fatalf("the node was not found by its element id %q", a.ElementId)
	}
	p, _ := rows[0][0].(neo4j.Path)
	if len(p.Nodes) != 2 || len(p.Relationships) != 1 || p.Nodes[1].ElementId != b.ElementId || p.Relationships[0].ElementId != w.ElementId {
		t.Errorf("path = %#v", p)
	}
}

func openResults(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	tx, err := session(t, d, neo4j.SessionConfig{FetchSize: 3}).BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := tx.Run(t.Context(), "UNWIND range(1, 10) AS x RETURN x", nil)
	two, err2 := tx.Run(t.Context(), "UNWIND range(11, 20) AS x RETURN x", nil)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	var sum int64
	for one.Next(t.Context()) && two.Next(t.Context()) {
		x, _ := one.Record().Values[0].(int64)
		y, _ := two.Record().Values[0].(int64)
		sum += x * y
	}
	if err := errors.Join(one.Err(), two.Err(), tx.Commit(t.Context())); err != nil || sum != 935 {
		t.Errorf("interleaved results give %d, %v; want 935", sum, err)
	}
}

func rollbackAndCommit(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	s := session(t, d, neo4j.SessionConfig{})
	for _, tt := range []struct {
		end  func(neo4j.ExplicitTransaction) error
		want int64
	}{
		{func(tx neo4j.ExplicitTransaction) error { return tx.Rollback(t.Context()) }, 0},
		{func(tx neo4j.ExplicitTransaction) error { return tx.Commit(t.Context()) }, 1},
	} {
		tx, err := s.BeginTransaction(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.Run(t.Context(), "CREATE (:Mark)", nil)
		if err := errors.Join(err, tt.end(tx)); err != nil {
			t.Fatal(err)
		}
		if rows := query(t, d, "MATCH (m:Mark) RETURN count(m)", nil); rows[0][0] != tt.want {
			t.Errorf("count = %v, want %d", rows[0][0], tt.want)
		}
	}
}

func failures(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	for _, tt := range []struct{ query, code, text string }{
		{"RETURN", "Neo.ClientError.Statement.SyntaxError", "line 1"},
		{"RETURN x", "Neo.ClientError.Statement.SyntaxError", "x"},
		{"RETURN $missing", "Neo.ClientError.Statement.ParameterMissing", "missing"},
		{"RETURN 1 / 0", "Neo.ClientError.Statement.ArithmeticError", ""},
		{"CALL no.such()", "Neo.ClientError.Procedure.ProcedureNotFound", "no.such"},
		{"CREATE (a)-[:R]->(b) DELETE a", "Neo.ClientError.Schema.ConstraintValidationFailed", ""},
	} {
		r, err := session(t, d, neo4j.SessionConfig{}).Run(t.Context(), tt.query, nil)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		if codeOf(err) != tt.code || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %s with %q", tt.query, err, tt.code, tt.text)
		}
	}
	r, err := session(t, d, neo4j.SessionConfig{AccessMode: neo4j.AccessModeRead}).Run(t.Context(), "CREATE ()", nil)
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if codeOf(err) != "Neo.ClientError.Statement.AccessMode" {
		t.Errorf("write in read mode: %v", err)
	}
	if _, err = session(t, d, neo4j.SessionConfig{DatabaseName: "nope"}).Run(t.Context(), "RETURN 1", nil); codeOf(err) != "Neo.ClientError.Database.DatabaseNotFound" {
		t.Errorf("unknown database: %v", err)
	}
}

func recordThenFailure(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	r, err := session(t, d, neo4j.SessionConfig{}).Run(t.Context(), "UNWIND [1, 0, 2] AS x RETURN 10 / x AS y", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for r.Next(t.Context()) {
		got = append(got, r.Record().Values[0])
	}
	if diff := cmp.Diff([]any{int64(10)}, got); diff != "" || codeOf(r.Err()) != "Neo.ClientError.Statement.ArithmeticError" {
		t.Errorf("records before the failure (-want +got):\n%s\nerror: %v", diff, r.Err())
	}
}

func summaries(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	r, err := neo4j.ExecuteQuery(t.Context(), d, "CREATE (a:A:B {x: 1, y: 2})-[:R]->(:A) SET a.z = 3 RETURN a.x", nil, neo4j.EagerResultTransformer)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Summary.Counters()
	got := []int{c.NodesCreated(), c.RelationshipsCreated(), c.PropertiesSet(), c.LabelsAdded()}
	if diff := cmp.Diff([]int{2, 1, 3, 3}, got); diff != "" || !c.ContainsUpdates() {
		t.Errorf("nodes, relationships, properties, labels (-want +got):\n%s", diff)
	}
	if got := r.Summary.StatementType(); got != neo4j.StatementTypeReadWrite {
		t.Errorf("type = %v, want rw", got)
	}
	if got := r.Summary.Database().Name(); got != "neo4j" {
		t.Errorf("database = %q", got)
	}
	if got := r.Summary.Server().Agent(); got != "Neo4j/5.26.0-drawbolt" {
		t.Errorf("agent = %q", got)
	}
	r, err = neo4j.ExecuteQuery(t.Context(), d, "EXPLAIN MATCH (n:A) RETURN n", nil, neo4j.EagerResultTransformer)
	if err != nil || len(r.Records) != 0 || r.Summary.Plan() == nil || r.Summary.Plan().Operator() == "" {
		t.Errorf("EXPLAIN = %v, %v", r, err)
	}
}

func bookmarks(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	s := session(t, d, neo4j.SessionConfig{})
	write := func(s neo4j.SessionWithContext) neo4j.Bookmarks {
		t.Helper()
		r, err := s.Run(t.Context(), "CREATE (:Mark2)", nil)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		return s.LastBookmarks()
	}
	first, second := write(s), write(s)
	if len(first) != 1 || len(second) != 1 || first[0] == second[0] {
		t.Errorf("bookmarks of two writes: %v, %v", first, second)
	}
	other := session(t, d, neo4j.SessionConfig{Bookmarks: neo4j.CombineBookmarks(first, second)})
	if _, err := other.Run(t.Context(), "RETURN 1", nil); err != nil {
		t.Errorf("with bookmarks: %v", err)
	}
	damaged := neo4j.Bookmarks{second[0][:len(second[0])-1] + "-"}
	_, err := session(t, d, neo4j.SessionConfig{Bookmarks: damaged}).Run(t.Context(), "RETURN 1", nil)
	if codeOf(err) != "Neo.ClientError.Transaction.InvalidBookmark" {
		t.Errorf("with a damaged bookmark: %v", err)
	}
}

// slack is what a loaded machine may add to a time.
const slack = 2 * time.Second

// endless runs for longer than any test.
const endless = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x)"

func timeout(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	const limit = 300 * time.Millisecond
	began := time.Now()
	r, err := session(t, d, neo4j.SessionConfig{}).Run(t.Context(), endless, nil, neo4j.WithTxTimeout(limit))
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if codeOf(err) != "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration" {
		t.Errorf("a statement without end: %v", err)
	}
	if took := time.Since(began); took < limit || took > limit+slack {
		t.Errorf("a timeout of %v took %v", limit, took)
	}
}

// cancellation closes the connection of a running statement and checks that its
// locks are free at once.
func cancellation(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	query(t, d, "CREATE (:Locked {n: 0})", nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	tx, err := session(t, d, neo4j.SessionConfig{}).BeginTransaction(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Run(ctx, "MATCH (l:Locked) SET l.n = 1", nil); err != nil {
		t.Fatal(err)
	}
	r, err := tx.Run(ctx, endless, nil)
	if err == nil {
		_, err = r.Consume(ctx)
	}
	if err == nil {
		t.Fatal("a statement without end has ended")
	}
	began := time.Now()
	query(t, d, "MATCH (l:Locked) SET l.n = l.n + 2", nil)
	if took := time.Since(began); took > slack {
		t.Errorf("the lock of a lost connection was held for %v", took)
	}
	if rows := query(t, d, "MATCH (l:Locked) RETURN l.n", nil); rows[0][0] != int64(2) {
		t.Errorf("after a lost transaction n = %v, want 2", rows[0][0])
	}
}

func lockWait(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	query(t, d, "CREATE (:Contended {n: 0})", nil)
	tx, err := session(t, d, neo4j.SessionConfig{}).BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := tx.Run(t.Context(), "MATCH (c:Contended) SET c.n = 1", nil)
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	const limit = 250 * time.Millisecond
	began := time.Now()
	r, err = session(t, d, neo4j.SessionConfig{}).Run(t.Context(), "MATCH (c:Contended) SET c.n = 2", nil, neo4j.WithTxTimeout(limit))
	if err == nil {
		_, err = r.Consume(t.Context())
	}
	if codeOf(err) != "Neo.ClientError.Transaction.LockClientStopped" {
		t.Errorf("a second writer: %v", err)
	}
	if took := time.Since(began); took < limit || took > limit+slack {
		t.Errorf("a timeout of %v on a lock took %v", limit, took)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Errorf("the first writer: %v", err)
	}
}

func largeResult(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	const rows = 200_000
	r, err := session(t, d, neo4j.SessionConfig{}).Run(t.Context(), "UNWIND range(1, $n) AS x RETURN x, 'row ' + toString(x) AS text", map[string]any{"n": rows})
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for r.Next(t.Context()) {
		n++
		if v := r.Record().Values; v[0] != n || v[1] != fmt.Sprintf("row %d", n) {
			t.Fatalf("row %d = %v", n, v)
		}
	}
	if err := r.Err(); err != nil || n != rows {
		t.Errorf("%d rows, %v; want %d", n, err, rows)
	}
}

func largeParameter(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	list := make([]any, 100_000)
	for i := range list {
		list[i] = int64(i)
	}
	text := strings.Repeat("0123456789abcdef", 1<<16)
	rows := query(t, d, "RETURN $text AS text, size($list) AS n, $list[99999] AS last", map[string]any{"text": text, "list": list})
	if rows[0][0] != text || rows[0][1] != int64(100_000) || rows[0][2] != int64(99_999) {
		t.Errorf("1 MiB of text and a long list: %v, %v", rows[0][1], rows[0][2])
	}
}
