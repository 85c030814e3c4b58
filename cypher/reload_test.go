package cypher_test

import (
	"context"
	"errors"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
)

// A reloader counts, and fails when it is told to.
type reloader struct {
	err   error
	count int
}

func (r *reloader) Reload(context.Context) error {
	r.count++
	return r.err
}

func TestReload(t *testing.T) {
	store := cyphertest.Open(t).Store()
	good, bad := &reloader{}, &reloader{err: errors.New("tls: --bolt-key-file: no such file")}
	for _, tt := range []struct {
		name     string
		reloader cypher.Reloader
		inside   bool // of an explicit transaction
		query    string
		want     string // the error
	}{
		{"good", good, false, "RELOAD BOLT_SERVER TLS", ""},
		{"any case", good, false, "reload bolt_server tls;", ""},
		{"fails", bad, false, "RELOAD BOLT_SERVER TLS", "tls: --bolt-key-file: no such file"},
		{"without TLS", nil, false, "RELOAD BOLT_SERVER TLS", "Unable to reload SSL configuration because key or certificate file aren't set."},
		{"in a transaction", good, true, "RELOAD BOLT_SERVER TLS", "Reloading SSL is not allowed in multicommand transactions."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := cypher.NewEngine(store, cypher.Options{Reloader: tt.reloader})
			var on runner = e
			if tt.inside {
				tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				on = tx
			}
			rows, summary, err := read(t, on, tt.query)
			if tt.want != "" {
				if err == nil || err.Error() != tt.want {
					t.Errorf("error = %v, want %s", err, tt.want)
				}
				return
			}
			if err != nil || len(rows) != 0 {
				t.Fatalf("rows %v, error %v", rows, err)
			}
			if n := summary.Notifications; len(n) != 1 || n[0].Code != "ReloadSSL" || n[0].Title != "Reloaded TLS on Bolt server" {
				t.Errorf("notifications = %+v", n)
			}
		})
	}
	if good.count != 2 || bad.count != 1 {
		t.Errorf("%d and %d reloads, want 2 and 1", good.count, bad.count)
	}
	if _, _, err := read(t, cypher.NewEngine(store, cypher.Options{Reloader: good}), "RELOAD BOLT SERVER TLS"); kindOf(err) != cypher.KindSyntax {
		t.Errorf("another form = %v, want a syntax error", err)
	}
}
