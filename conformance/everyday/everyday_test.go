package everyday_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
)

// session returns a session with the server.
func session(t *testing.T, uri, caFile string) neo4j.SessionWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.NoAuth(), func(c *config.Config) {
		if caFile == "" {
			return
		}
		pem, err := os.ReadFile(caFile)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		c.TlsConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	})
	if err != nil {
		t.Fatal(err)
	}
	s := d.NewSession(t.Context(), neo4j.SessionConfig{})
	t.Cleanup(func() {
		if err := errors.Join(s.Close(context.Background()), d.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return s
}

// An answer is what a statement gave, as text.
type answer struct {
	columns string
	rows    []string
	code    string // of the failure
	message string
	notes   []string // "Code offset"
}

func ask(t *testing.T, s neo4j.SessionWithContext, query string) answer {
	t.Helper()
	failed := func(err error) answer {
		var e *neo4j.Neo4jError
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v", query, err)
		}
		return answer{code: e.Code, message: e.Msg}
	}
	params := map[string]any{"ids": []any{1, 2}, "map": map[string]any{"a": 1}}
	r, err := s.Run(t.Context(), query, params)
	if err != nil {
		return failed(err)
	}
	var a answer
	keys, err := r.Keys()
	if err != nil {
		return failed(err)
	}
	a.columns = strings.Join(keys, " | ")
	for r.Next(t.Context()) {
		var row []string
		for _, v := range r.Record().Values {
			row = append(row, written(v))
		}
		a.rows = append(a.rows, strings.Join(row, " | "))
	}
	summary, err := r.Consume(t.Context())
	if err := errors.Join(r.Err(), err); err != nil {
		return failed(err)
	}
	for _, n := range summary.Notifications() {
		_, code, _ := strings.Cut(n.Code(), "Neo.ClientNotification.")
		if p := n.Position(); p != nil {
			code = fmt.Sprint(code, " ", p.Offset())
		}
		a.notes = append(a.notes, code)
	}
	return a
}

// written returns a value as text.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = written(v[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for key := range v {
			items = append(items, key+": "+written(v[key]))
		}
		slices.Sort(items)
		return "{" + strings.Join(items, ", ") + "}"
	case float64:
		text := fmt.Sprint(v)
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0"
		}
		return text
	case dbtype.Node:
		return "(:" + strings.Join(v.Labels, ":") + " " + written(v.Props) + ")"
	default:
		return fmt.Sprint(v)
	}
}

// A statement is one line of the list.
type statement struct {
	query   string
	columns string
	rows    []string // nil: there are some, which are not looked at
	code    string   // of the failure that is right
	notes   []string
	// own says that a Neo4j answers otherwise, and why that is right.
	own string
}

const syntaxError = "Neo.ClientError.Statement.SyntaxError"

func (want *statement) check(t *testing.T, got answer) {
	t.Helper()
	if got.code != want.code {
		t.Errorf("%s\nfails with %q (%s), want %q", want.query, got.code, got.message, want.code)
		return
	}
	if want.code != "" {
		return
	}
	if got.columns != want.columns {
		t.Errorf("%s\ncolumns %s\nwant    %s", want.query, got.columns, want.columns)
	}
	switch {
	case want.rows == nil && len(got.rows) == 0:
		t.Errorf("%s\ngave no rows", want.query)
	case want.rows != nil && !slices.Equal(got.rows, want.rows):
		t.Errorf("%s\nrows %q\nwant %q", want.query, got.rows, want.rows)
	}
	if want.notes != nil && !slices.Equal(got.notes, want.notes) {
		t.Errorf("%s\nnotifications %q\nwant          %q", want.query, got.notes, want.notes)
	}
}

// TestStatements runs the list in order.
func TestStatements(t *testing.T) {
	server := binary.Start(t, binary.Options{})
	s := session(t, server.URI("bolt+s"), server.CAFile)
	for i := range statements {
		statements[i].check(t, ask(t, s, statements[i].query))
	}
}

// TestReferenceStatements asks a real Neo4j the same.
func TestReferenceStatements(t *testing.T) {
	s := session(t, reference.Start(t, reference.Options{}).URI("bolt"), "")
	for i := range statements {
		want := statements[i]
		got := ask(t, s, want.query)
		if want.own != "" {
			continue
		}
		want.check(t, got)
	}
}

// TestNotifications compares notifications with what a Neo4j gave.
func TestNotifications(t *testing.T) {
	server := binary.Start(t, binary.Options{})
	checkAll(t, session(t, server.URI("bolt+s"), server.CAFile), notifying)
}

// TestReferenceNotifications asks a real Neo4j the same.
func TestReferenceNotifications(t *testing.T) {
	checkAll(t, session(t, reference.Start(t, reference.Options{}).URI("bolt"), ""), notifying)
}

func checkAll(t *testing.T, s neo4j.SessionWithContext, list []noted) {
	t.Helper()
	for _, n := range list {
		got := ask(t, s, n.query)
		if got.code != "" {
			t.Errorf("%s: %s", n.query, got.message)
		}
		if !slices.Equal(got.notes, n.notes) {
			t.Errorf("%s\nnotifications %q\nwant          %q", n.query, got.notes, n.notes)
		}
	}
}
