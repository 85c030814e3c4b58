package server_test

import (
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
)

// TestTerminate lists the transactions of two clients and ends them from
// outside: one while its statement runs, one while it waits.
func TestTerminate(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	running, waiting := login(t, s, "5.4"), login(t, s, "5.4")
	running.send(run("block"))
	blocked(t, db)
	waiting.send(&bolt.Begin{})
	waiting.want("SUCCESS {}")
	list := s.Transactions()
	if len(list) != 2 {
		t.Fatalf("%d transactions, want 2: %+v", len(list), list)
	}
	queries := map[string]string{}
	for _, x := range list {
		queries[x.Query] = x.ID
		if x.Database != "neo4j" || x.Started.IsZero() || !strings.HasPrefix(x.ID, "neo4j-transaction-") || x.Terminated {
			t.Errorf("transaction %+v", x)
		}
	}
	if _, ok := s.Terminate("neo4j-transaction-999999999999"); ok {
		t.Error("a transaction that does not exist was terminated")
	}
	for _, query := range []string{"block", ""} {
		if _, ok := s.Terminate(queries[query]); !ok {
			t.Errorf("the transaction with the statement %q (id %q) was not found", query, queries[query])
		}
	}
	running.want(terminated)
	eventually(t, "the end of the transactions", func() bool { return len(s.Transactions()) == 0 })
	waiting.send(run("rows 1"))
	waiting.want(terminated)
}
