package operations_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// TestSettingEffects changes settings of a running server and sees what becomes
// different at once.
func TestSettingEffects(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := open(t, s)
	set := func(key, value string) {
		if _, err := ask(t, d, `SET DATABASE SETTING "`+key+`" TO "`+value+`"`, nil); err != nil {
			t.Fatal(err)
		}
	}
	one := func(query string) any {
		rows, err := ask(t, d, query, nil)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %v, %v", query, rows, err)
		}
		return rows[0]["x"]
	}
	for _, tt := range []struct {
		key, value string
		check      func()
	}{
		{"timezone", "Europe/Berlin", func() {
			if got := one("RETURN toString(datetime('2026-07-01T12:00')) AS x"); got != "2026-07-01T12:00:00+02:00[Europe/Berlin]" {
				t.Errorf("a time without a zone is %v", got)
			}
		}},
		{"server.name", "Neo4j/5.99.0", func() {
			info, err := open(t, s).GetServerInfo(t.Context())
			if err != nil || info.Agent() != "Neo4j/5.99.0" {
				t.Errorf("the server tells %v, %v", info, err)
			}
		}},
		{"log.level", "DEBUG", func() {
			one("RETURN 'followed' AS x")
			awaitLine(t, s, `\[debug\] \[Run\] 'RETURN 'followed' AS x'`)
		}},
		{"log.failed_queries", "true", func() {
			_, _ = ask(t, d, "RETURN 1/0 AS failing", nil)
			awaitLine(t, s, `\[error\] \[failed-query\] user=operator db=neo4j error="[^"]+" query="RETURN 1/0 AS failing"`)
		}},
		{"log.min_duration_ms", "0", func() {
			one("RETURN 'with plan' AS x")
			awaitLine(t, s, `\[warning\] \[slow-query\] duration_ms=\d+ user=operator db=neo4j query="RETURN 'with plan' AS x"\nPLAN:\n \* ProduceResults`)
		}},
		{"log.query_plan", "false", func() {
			one("RETURN 'without plan' AS x")
			one("RETURN 'behind' AS x")
			awaitLine(t, s, `\[slow-query\] .* query="RETURN 'without plan' AS x"\n\[`)
		}},
		{"log.min_duration_ms", "-1", func() {
			one("RETURN 'not slow' AS x")
			one("RETURN 'another' AS x")
			awaitLine(t, s, `'another'`)
			if strings.Contains(s.Output(), `query="RETURN 'not slow' AS x"`) {
				t.Error("a statement has a line although none is slow")
			}
		}},
		{"query.timeout", "0.2", func() {
			_, err := ask(t, d, "UNWIND range(1, 1000000000) AS n WITH n WHERE n < 0 RETURN n", nil)
			if err == nil || !strings.Contains(err.Error(), "Terminated") && !strings.Contains(err.Error(), "TimedOut") {
				t.Errorf("a statement without end: %v", err)
			}
		}},
		{"query.timeout", "0", func() { one("RETURN 1 AS x") }},
		{"storage.snapshot.interval", "1", func() {
			_, _ = ask(t, d, "CREATE (:Snapshot)", nil)
			files := filepath.Join(s.Directory, "databases", "*", "snapshots", "*")
			for deadline := time.Now().Add(patience); ; runtime.Gosched() {
				if list, err := filepath.Glob(files); err != nil || len(list) > 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatal("no snapshot is written")
				}
			}
		}},
		{"storage-gc-aggressive", "true", func() {
			awaitLine(t, s, `\[warning\] setting storage-gc-aggressive has no effect: old versions are reclaimed`)
		}},
	} {
		set(tt.key, tt.value)
		tt.check()
	}
}

// TestSessionSettings lets one client have lines about its slow statements.
func TestSessionSettings(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := open(t, s)
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer session.Close(t.Context())
	tx, err := session.BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Run(t.Context(), `SET SESSION SETTING "log.min_duration_ms" TO "0"`, nil); err == nil {
		t.Error("a setting is changed inside of a transaction")
	}
	if err := tx.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{`SET SESSION SETTING "log.min_duration_ms" TO "0"`, "RETURN 'mine' AS x"} {
		if _, err := ask(t, d, query, nil); err != nil { // on the one connection of the pool
			t.Fatal(err)
		}
	}
	awaitLine(t, s, `\[slow-query\] .* query="RETURN 'mine' AS x"`)
	if _, err := ask(t, open(t, s), "RETURN 'of another' AS x", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, d, "RETURN 'mine again' AS x", nil); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, s, `query="RETURN 'mine again' AS x"`)
	if strings.Contains(s.Output(), "of another") {
		t.Error("the setting of one client holds for another")
	}
}
