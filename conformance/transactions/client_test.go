package transactions_test

import (
	"context"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// open returns a driver for a server.
func open(t *testing.T, s *binary.Server) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI("bolt"), neo4j.NoAuth(), func(c *config.Config) {
		c.SocketConnectTimeout = 5 * time.Second
		c.MaxConnectionPoolSize = 200
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(context.WithoutCancel(t.Context())) })
	return d
}

// session returns a session that ends with the test.
func session(t *testing.T, d neo4j.DriverWithContext) neo4j.SessionWithContext {
	t.Helper()
	s := d.NewSession(t.Context(), neo4j.SessionConfig{})
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	return s
}

// A runner is a session or a transaction.
type runner func(query string, params map[string]any) (neo4j.ResultWithContext, error)

func inSession(ctx context.Context, s neo4j.SessionWithContext, o ...func(*neo4j.TransactionConfig)) runner {
	return func(query string, params map[string]any) (neo4j.ResultWithContext, error) {
		return s.Run(ctx, query, params, o...)
	}
}

func inTransaction(ctx context.Context, tx neo4j.ExplicitTransaction) runner {
	return func(query string, params map[string]any) (neo4j.ResultWithContext, error) {
		return tx.Run(ctx, query, params)
	}
}

// rows runs a statement and returns its rows.
func rows(ctx context.Context, run runner, query string, params map[string]any) ([][]any, error) {
	r, err := run(query, params)
	if err != nil {
		return nil, err
	}
	records, err := r.Collect(ctx)
	list := make([][]any, 0, len(records))
	for _, rec := range records {
		list = append(list, rec.Values)
	}
	return list, err
}

// must runs a statement that has to succeed.
func must(t *testing.T, run runner, query string, params map[string]any) [][]any {
	t.Helper()
	list, err := rows(t.Context(), run, query, params)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

// begin opens a transaction that ends with the test at the latest.
func begin(t *testing.T, s neo4j.SessionWithContext, o ...func(*neo4j.TransactionConfig)) neo4j.ExplicitTransaction {
	t.Helper()
	tx, err := s.BeginTransaction(t.Context(), o...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Close(context.WithoutCancel(t.Context())) })
	return tx
}
