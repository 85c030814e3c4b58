package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/notifications"

	wire "github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A peer is the driver with one server, agreed on one version.
type peer struct {
	driver  neo4j.DriverWithContext
	server  *binary.Server
	version *wire.Version
}

// TestDriver makes the driver speak each of its versions by bounding those of
// the server from above.
func TestDriver(t *testing.T) {
	for _, version := range []string{
		"3", "4.2", "4.3", "4.4", "5.0", "5.1", "5.2", "5.3", "5.4", "5.6", "5.7", "5.8",
	} {
		t.Run(version, func(t *testing.T) {
			s := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--max-bolt=" + version}})
			list, ok := wire.Versions(version, version, false)
			if !ok || len(list) != 1 {
				t.Fatalf("no version %s", version)
			}
			p := &peer{driver: open(t, s, "bolt"), server: s, version: list[0]}
			for _, tt := range []struct {
				name string
				run  func(t *testing.T, p *peer)
			}{
				{"version", agreed},
				{"explicit transaction", explicit},
				{"nested results", nested},
				{"retry after a conflict", retry},
				{"error", failure},
				{"bookmark", bookmark},
				{"cancellation", cancellation},
				{"timeout", timeout},
				{"notification", notification},
				{"counters", counters},
				{"plan and profile", plans},
				{"routing", routing},
				{"abandoned result", abandoned},
				{"parallel", parallel},
			} {
				t.Run(tt.name, func(t *testing.T) { tt.run(t, p) })
			}
		})
	}
}

// TestConnectionLimit wants a driver that is one too many to see why, in
// plaintext and over TLS, and to get its place when there is room.
func TestConnectionLimit(t *testing.T) {
	for _, plaintext := range []bool{true, false} {
		t.Run(fmt.Sprintf("tls=%t", !plaintext), func(t *testing.T) {
			s := binary.Start(t, binary.Options{Plaintext: plaintext, Args: []string{"--max-connections=1"}})
			scheme := "bolt"
			if !plaintext {
				scheme = "bolt+ssc"
			}
			first, second := open(t, s, scheme), open(t, s, scheme)
			if err := first.VerifyConnectivity(t.Context()); err != nil {
				t.Fatal(err)
			}
			var e *neo4j.Neo4jError
			if err := second.VerifyConnectivity(t.Context()); !errors.As(err, &e) || e.Code != "Neo.TransientError.Request.NoThreadsAvailable" || !neo4j.IsRetryable(err) {
				t.Errorf("the second driver got %v", err)
			}
			if !strings.Contains(s.Output(), "connection limit reached") {
				t.Errorf("the log does not say that the limit is reached:\n%s", s.Output())
			}
			if err := first.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			// The server may see the end of the first connection a moment later:
			// a managed transaction is retried.
			session := second.NewSession(t.Context(), neo4j.SessionConfig{})
			_, err := session.ExecuteRead(t.Context(), func(tx neo4j.ManagedTransaction) (any, error) {
				return tx.Run(t.Context(), "RETURN 1", nil)
			})
			if err = errors.Join(err, session.Close(t.Context())); err != nil {
				t.Errorf("there is room, but the second driver got %v", err)
			}
		})
	}
}

func open(t *testing.T, s *binary.Server, scheme string) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI(scheme), neo4j.NoAuth(), func(c *config.Config) {
		c.SocketConnectTimeout = 10 * time.Second
		c.ConnectionAcquisitionTimeout = 10 * time.Second
		c.MaxTransactionRetryTime = 10 * time.Second
	})
	if err != nil {
		t.Fatalf("driver for %s: %v", s.URI(scheme), err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.Background()); err != nil {
			t.Errorf("close the driver: %v", err)
		}
	})
	return d
}

func (p *peer) session(t *testing.T, c neo4j.SessionConfig) neo4j.SessionWithContext {
	t.Helper()
	s := p.driver.NewSession(t.Context(), c)
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Logf("close the session: %v", err)
		}
	})
	return s
}

// query runs a statement outside of explicit transactions and returns its rows
// and summary.
func (p *peer) query(t *testing.T, text string, params map[string]any) ([]*neo4j.Record, neo4j.ResultSummary) {
	t.Helper()
	rows, summary, err := run(t.Context(), p.session(t, neo4j.SessionConfig{}), text, params)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows, summary
}

// A runner is a session or an explicit transaction, with options bound.
type runner interface {
	Run(ctx context.Context, text string, params map[string]any, o ...func(*neo4j.TransactionConfig)) (neo4j.ResultWithContext, error)
}

func run(ctx context.Context, s runner, text string, params map[string]any, o ...func(*neo4j.TransactionConfig)) ([]*neo4j.Record, neo4j.ResultSummary, error) {
	r, err := s.Run(ctx, text, params, o...)
	if err != nil {
		return nil, nil, err
	}
	rows, err := r.Collect(ctx)
	if err != nil {
		return nil, nil, err
	}
	summary, err := r.Consume(ctx)
	return rows, summary, err
}

// one returns the only value of a query.
func (p *peer) one(t *testing.T, text string, params map[string]any) any {
	t.Helper()
	rows, _ := p.query(t, text, params)
	if len(rows) != 1 || len(rows[0].Values) != 1 {
		t.Fatalf("%s: %d rows", text, len(rows))
	}
	return rows[0].Values[0]
}

func agreed(t *testing.T, p *peer) {
	t.Helper()
	_, summary := p.query(t, "RETURN 1 AS n", nil)
	got := summary.Server().ProtocolVersion()
	if got.Major != int(p.version.Major) || got.Minor != int(p.version.Minor) {
		t.Errorf("the driver speaks %v, want %s", got, p.version)
	}
	if db := summary.Database(); p.version.Databases && db.Name() != "neo4j" {
		t.Errorf("database = %q, want neo4j", db.Name())
	}
	for _, v := range []any{nil, true, int64(-129), 1.5, "grün", []byte{0, 255}, []any{int64(1), "a"}, map[string]any{"k": nil}, neo4j.DurationOf(1, 2, 3, 4), neo4j.Point2D{X: 1, Y: 2, SpatialRefId: 7203}} {
		if got := p.one(t, "RETURN $v AS v", map[string]any{"v": v}); !cmp.Equal(got, v) {
			t.Errorf("RETURN $v of %v = %v", v, got)
		}
	}
	at := time.Date(2026, 7, 25, 12, 30, 15, 7, time.FixedZone("Offset", 3600))
	if got, _ := p.one(t, "RETURN $v AS v", map[string]any{"v": at}).(time.Time); !got.Equal(at) {
		t.Errorf("RETURN $v of %v = %v", at, got)
	}
}

func explicit(t *testing.T, p *peer) {
	t.Helper()
	s := p.session(t, neo4j.SessionConfig{})
	for _, tt := range []struct {
		name   string
		commit bool
		want   int64
	}{{"rollback", false, 0}, {"commit", true, 1}} {
		tx, err := s.BeginTransaction(t.Context(), neo4j.WithTxMetadata(map[string]any{"app": "test"}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Run(t.Context(), "CREATE (:Mark {n: $n})", map[string]any{"n": 1}); err != nil {
			t.Fatal(err)
		}
		end := tx.Rollback
		if tt.commit {
			end = tx.Commit
		}
		if err := end(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.one(t, "MATCH (m:Mark) RETURN count(m)", nil); got != tt.want {
			t.Errorf("after %s: %v nodes, want %d", tt.name, got, tt.want)
		}
	}
}

// nested opens a second result while the first is being read.
func nested(t *testing.T, p *peer) {
	t.Helper()
	sum, err := p.session(t, neo4j.SessionConfig{FetchSize: 2}).ExecuteRead(t.Context(), func(tx neo4j.ManagedTransaction) (any, error) {
		outer, err := tx.Run(t.Context(), "UNWIND range(1, 5) AS x RETURN x", nil)
		if err != nil {
			return nil, err
		}
		var sum int64
		for outer.Next(t.Context()) {
			inner, err := tx.Run(t.Context(), "UNWIND range(1, 3) AS y RETURN y * $x AS z", map[string]any{"x": outer.Record().Values[0]})
			if err != nil {
				return nil, err
			}
			for inner.Next(t.Context()) {
				z, _ := inner.Record().Values[0].(int64)
				sum += z
			}
			if err := inner.Err(); err != nil {
				return nil, err
			}
		}
		return sum, outer.Err()
	})
	if err != nil || sum != int64(90) {
		t.Errorf("nested results give %v, %v; want 90", sum, err)
	}
}

// retry lets a managed transaction meet a commit that came after its snapshot.
func retry(t *testing.T, p *peer) {
	t.Helper()
	p.query(t, "CREATE (:Counter {n: 0})", nil)
	attempts := 0
	_, err := p.session(t, neo4j.SessionConfig{}).ExecuteWrite(t.Context(), func(tx neo4j.ManagedTransaction) (any, error) {
		attempts++
		r, err := tx.Run(t.Context(), "MATCH (c:Counter) RETURN c.n", nil)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		if err != nil {
			return nil, err
		}
		if attempts == 1 {
			p.query(t, "MATCH (c:Counter) SET c.n = c.n + 10", nil)
		}
		r, err = tx.Run(t.Context(), "MATCH (c:Counter) SET c.n = c.n + 1", nil)
		if err == nil {
			_, err = r.Consume(t.Context())
		}
		return nil, err
	})
	if got := p.one(t, "MATCH (c:Counter) RETURN c.n", nil); err != nil || got != int64(11) || attempts != 2 {
		t.Errorf("n = %v after %d attempts, %v; want 11 after 2", got, attempts, err)
	}
}

func failure(t *testing.T, p *peer) {
	t.Helper()
	s := p.session(t, neo4j.SessionConfig{})
	for _, tt := range []struct {
		query, code, class, status string
		retriable                  bool
	}{
		{"RETRUN 1", "Neo.ClientError.Statement.SyntaxError", "ClientError", "42001", false},
		{"RETURN 1 / 0", "Neo.ClientError.Statement.ArithmeticError", "ClientError", "", false},
		{"RETURN $missing", "Neo.ClientError.Statement.ParameterMissing", "ClientError", "42001", false},
	} {
		_, _, err := run(t.Context(), s, tt.query, nil)
		e, ok := errors.AsType[*neo4j.Neo4jError](err)
		if !ok {
			t.Errorf("%s: %v, want an error of the server", tt.query, err)
			continue
		}
		if e.Code != tt.code || e.Classification() != tt.class || neo4j.IsRetryable(err) != tt.retriable {
			t.Errorf("%s: %s of class %s, retriable %v; want %s", tt.query, e.Code, e.Classification(), neo4j.IsRetryable(err), tt.code)
		}
		if p.version.GQLErrors && tt.status != "" && e.GqlStatus != tt.status {
			t.Errorf("%s: status %s, want %s", tt.query, e.GqlStatus, tt.status)
		}
		if _, _, err := run(t.Context(), s, "RETURN 1", nil); err != nil {
			t.Errorf("after %s: %v", tt.query, err)
		}
	}
}

func bookmark(t *testing.T, p *peer) {
	t.Helper()
	var marks neo4j.Bookmarks
	for i := range 3 {
		s := p.session(t, neo4j.SessionConfig{Bookmarks: marks})
		rows, _, err := run(t.Context(), s, "MERGE (b:Marked) SET b.n = coalesce(b.n, 0) + 1 RETURN b.n", nil)
		if err != nil || rows[0].Values[0] != int64(i+1) {
			t.Fatalf("write %d: %v, %v", i, rows, err)
		}
		next := s.LastBookmarks()
		if len(next) != 1 || cmp.Equal(next, marks) {
			t.Errorf("bookmark %v after %v", next, marks)
		}
		marks = next
	}
	damaged := neo4j.Bookmarks{marks[0][:len(marks[0])-1] + "-"}
	_, _, err := run(t.Context(), p.session(t, neo4j.SessionConfig{Bookmarks: damaged}), "RETURN 1", nil)
	if codeOf(err) != "Neo.ClientError.Transaction.InvalidBookmark" {
		t.Errorf("with a damaged bookmark: %v", err)
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*neo4j.Neo4jError](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

const (
	// endless runs for longer than any test.
	endless = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x)"
	// slack is what a loaded machine may add to a time.
	slack = 3 * time.Second
)

// cancellation ends the context of a running statement: its lock is free at
// once, and driver and session go on.
func cancellation(t *testing.T, p *peer) {
	t.Helper()
	p.query(t, "CREATE (:Locked {n: 0})", nil)
	s := p.session(t, neo4j.SessionConfig{})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	tx, err := s.BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(t.Context(), transactionRunner{tx}, "MATCH (l:Locked) SET l.n = 1", nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(ctx, transactionRunner{tx}, endless, nil); err == nil {
		t.Fatal("a statement without end has ended")
	}
	began := time.Now()
	p.query(t, "MATCH (l:Locked) SET l.n = l.n + 2", nil)
	if took := time.Since(began); took > slack {
		t.Errorf("the lock of a lost connection was held for %v", took)
	}
	if got := p.one(t, "MATCH (l:Locked) RETURN l.n", nil); got != int64(2) {
		t.Errorf("after a lost transaction n = %v, want 2", got)
	}
	_ = tx.Close(t.Context())
	if _, _, err := run(t.Context(), s, "RETURN 1", nil); err != nil {
		t.Errorf("the session after a cancelled statement: %v", err)
	}
}

// A transactionRunner is a transaction as a runner.
type transactionRunner struct{ tx neo4j.ExplicitTransaction }

func (r transactionRunner) Run(ctx context.Context, text string, params map[string]any, _ ...func(*neo4j.TransactionConfig)) (neo4j.ResultWithContext, error) {
	return r.tx.Run(ctx, text, params)
}

func timeout(t *testing.T, p *peer) {
	t.Helper()
	const limit = 200 * time.Millisecond
	s := p.session(t, neo4j.SessionConfig{})
	began := time.Now()
	_, _, err := run(t.Context(), s, endless, nil, neo4j.WithTxTimeout(limit))
	if codeOf(err) != "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration" {
		t.Errorf("a statement without end: %v", err)
	}
	if took := time.Since(began); took < limit || took > limit+slack {
		t.Errorf("a timeout of %v took %v", limit, took)
	}
	if _, _, err := run(t.Context(), s, "RETURN 1", nil); err != nil {
		t.Errorf("after a timeout: %v", err)
	}
}

func notification(t *testing.T, p *peer) {
	t.Helper()
	const text = "MATCH (a:Mark), (b:Mark) RETURN count(*)"
	const code = "Neo.ClientNotification.Statement.CartesianProduct"
	_, summary := p.query(t, text, nil)
	list := summary.Notifications()
	if len(list) != 1 || list[0].Code() != code || list[0].SeverityLevel() != notifications.Information {
		t.Errorf("notifications of %s: %v, want %s", text, list, code)
	}
	if p.version.Statuses {
		var got []string
		for _, o := range summary.GqlStatusObjects() {
			got = append(got, o.GqlStatus())
		}
		if diff := cmp.Diff([]string{"00000", "03N90"}, got); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
	}
	if p.version.Filtering == wire.FilterNone {
		return
	}
	s := p.session(t, neo4j.SessionConfig{NotificationsDisabledCategories: notifications.DisableCategories(notifications.Performance)})
	_, summary, err := run(t.Context(), s, text, nil)
	if err != nil || len(summary.Notifications()) != 0 {
		t.Errorf("without the category: %v, %v", summary.Notifications(), err)
	}
	s = p.session(t, neo4j.SessionConfig{NotificationsMinSeverity: notifications.WarningLevel})
	_, summary, err = run(t.Context(), s, text, nil)
	if err != nil || len(summary.Notifications()) != 0 {
		t.Errorf("from warnings on: %v, %v", summary.Notifications(), err)
	}
}

func counters(t *testing.T, p *peer) {
	t.Helper()
	_, summary := p.query(t, "CREATE (a:A:B {x: 1, y: 2})-[:R]->(:A) SET a.z = 3", nil)
	c := summary.Counters()
	got := []int{c.NodesCreated(), c.RelationshipsCreated(), c.PropertiesSet(), c.LabelsAdded()}
	if diff := cmp.Diff([]int{2, 1, 3, 3}, got); diff != "" || !c.ContainsUpdates() {
		t.Errorf("nodes, relationships, properties, labels (-want +got):\n%s", diff)
	}
	if got := summary.StatementType(); got != neo4j.StatementTypeWriteOnly {
		t.Errorf("type = %v, want w", got)
	}
	_, summary = p.query(t, "MATCH (a:A) DETACH DELETE a", nil)
	c = summary.Counters()
	if c.NodesDeleted() != 2 || c.RelationshipsDeleted() != 1 {
		t.Errorf("%d nodes and %d relationships deleted, want 2 and 1", c.NodesDeleted(), c.RelationshipsDeleted())
	}
}

func plans(t *testing.T, p *peer) {
	t.Helper()
	rows, summary := p.query(t, "EXPLAIN MATCH (n:Mark) RETURN n", nil)
	if plan := summary.Plan(); len(rows) != 0 || plan == nil || plan.Operator() == "" || len(plan.Children()) == 0 || summary.Profile() != nil {
		t.Errorf("EXPLAIN: %d rows, plan %v, profile %v", len(rows), plan, summary.Profile())
	}
	rows, summary = p.query(t, "PROFILE UNWIND range(1, 7) AS n RETURN n", nil)
	if profile := summary.Profile(); len(rows) != 7 || profile == nil || profile.Operator() == "" || profile.Records() != 7 {
		t.Errorf("PROFILE: %d rows, profile %v", len(rows), profile)
	}
}

func routing(t *testing.T, p *peer) {
	t.Helper()
	d := open(t, p.server, "neo4j")
	r := &peer{driver: d, server: p.server, version: p.version}
	for _, mode := range []neo4j.AccessMode{neo4j.AccessModeRead, neo4j.AccessModeWrite} {
		s := r.session(t, neo4j.SessionConfig{AccessMode: mode})
		if _, _, err := run(t.Context(), s, "RETURN 1", nil); err != nil {
			t.Errorf("access mode %v: %v", mode, err)
		}
	}
	if !p.version.Databases {
		return
	}
	if _, _, err := run(t.Context(), r.session(t, neo4j.SessionConfig{DatabaseName: "memgraph"}), "RETURN 1", nil); err != nil {
		t.Errorf("database memgraph: %v", err)
	}
	if _, ok := p.version.Fields(wire.SignatureRoute); ok {
		_, _, err := run(t.Context(), r.session(t, neo4j.SessionConfig{DatabaseName: "nope"}), "RETURN 1", nil)
		if codeOf(err) != "Neo.ClientError.Database.DatabaseNotFound" {
			t.Errorf("an unknown database: %v", err)
		}
	}
}

// abandoned leaves a large result in the middle; the session goes on.
func abandoned(t *testing.T, p *peer) {
	t.Helper()
	s := p.session(t, neo4j.SessionConfig{})
	r, err := s.Run(t.Context(), "UNWIND range(1, 100000) AS x RETURN x, 'row ' + toString(x) AS text", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(50_000) {
		if !r.Next(t.Context()) || r.Record().Values[0] != i+1 {
			t.Fatalf("row %d: %v, %v", i+1, r.Record(), r.Err())
		}
	}
	rows, _, err := run(t.Context(), s, "RETURN 1 AS n", nil)
	if err != nil || len(rows) != 1 {
		t.Errorf("after half a result: %v, %v", rows, err)
	}
}

func parallel(t *testing.T, p *peer) {
	t.Helper()
	const connections, each = 20, 20
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			s := p.driver.NewSession(t.Context(), neo4j.SessionConfig{})
			defer func() { _ = s.Close(context.Background()) }()
			for j := range each {
				rows, _, err := run(t.Context(), s, "UNWIND [$i, $j] AS x RETURN x", map[string]any{"i": i, "j": j})
				if err != nil || len(rows) != 2 || rows[0].Values[0] != int64(i) || rows[1].Values[0] != int64(j) {
					t.Errorf("connection %d, request %d: %v, %v", i, j, rows, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
