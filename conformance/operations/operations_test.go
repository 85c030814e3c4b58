package operations_test

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// open returns a driver for a server of this test.
func open(t *testing.T, s *binary.Server) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI("bolt+ssc"), neo4j.BasicAuth("operator", planted, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.WithoutCancel(t.Context())) })
	return d
}

// ask runs a statement in a transaction of its own and returns its rows as maps.
func ask(t *testing.T, d neo4j.DriverWithContext, query string, params map[string]any, o ...func(*neo4j.TransactionConfig)) ([]map[string]any, error) {
	t.Helper()
	s := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer s.Close(t.Context())
	r, err := s.Run(t.Context(), query, params, o...)
	if err != nil {
		return nil, err
	}
	records, err := r.Collect(t.Context())
	var rows []map[string]any
	for _, rec := range records {
		rows = append(rows, rec.AsMap())
	}
	return rows, err
}

// patience bounds the wait for a line of the server's output.
const patience = 10 * time.Second

// awaitLine waits for something in the server's output, which comes through a
// pipe and may come after an answer.
func awaitLine(t *testing.T, s *binary.Server, pattern string) {
	t.Helper()
	want := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(patience); !want.MatchString(s.Output()); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("no %s in the server's output", pattern)
		}
	}
}

// planted must not be found in anything that the server writes.
const planted = "Planted5ecret"

func TestSettings(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := open(t, s)
	rows, err := ask(t, d, "SHOW DATABASE SETTINGS", nil)
	if err != nil || len(rows) < 6 {
		t.Fatalf("SHOW DATABASE SETTINGS: %v, %v", rows, err)
	}
	if _, err := ask(t, d, `SET DATABASE SETTING "log.min_duration_ms" TO "0"`, nil); err != nil {
		t.Fatal(err)
	}
	rows, err = ask(t, d, `SHOW DATABASE SETTING "log.min_duration_ms"`, nil)
	if err != nil || len(rows) != 1 || rows[0]["setting_value"] != "0" {
		t.Errorf("after the change: %v, %v", rows, err)
	}
	if _, err := ask(t, d, "RETURN 41 + 1", nil); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, s, `db=neo4j query="RETURN 41 \+ 1"`)
	for query, want := range map[string]string{
		`SET DATABASE SETTING "nosuch" TO "1"`:    "Unknown setting name 'nosuch'",
		`SET DATABASE SETTING "log.level" TO "x"`: "Cannot update setting 'log.level': Unsupported log level.",
	} {
		if _, err := ask(t, d, query, nil); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "ClientError") {
			t.Errorf("%s: %v, want a client error with %s", query, err, want)
		}
	}
	rows, err = ask(t, d, "SHOW CONFIG", nil)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range rows {
		if r["name"] == "log_min_duration_ms" {
			found = r["current_value"] == "0" && r["default_value"] == "-1"
		}
	}
	if !found {
		t.Error("SHOW CONFIG does not show the new value")
	}
	rows, err = ask(t, d, "SHOW SETTINGS 'log.min_duration_ms', 'timezone' YIELD name, value, isDynamic, startupValue, isExplicitlySet", nil)
	if got := fmt.Sprint(rows); err != nil || got != "[map[isDynamic:true isExplicitlySet:false name:log.min_duration_ms startupValue:-1 value:0]"+
		" map[isDynamic:true isExplicitlySet:false name:timezone startupValue:UTC value:UTC]]" {
		t.Errorf("SHOW SETTINGS: %s, %v", got, err)
	}
	if code := s.Stop(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	again := binary.Start(t, binary.Options{Directory: s.Directory})
	rows, err = ask(t, open(t, again), `SHOW DATABASE SETTING "log.min_duration_ms"`, nil)
	if err != nil || len(rows) != 1 || rows[0]["setting_value"] != "0" {
		t.Errorf("after a restart: %v, %v", rows, err)
	}
}
