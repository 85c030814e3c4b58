package cypher_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// TestSchemaInTransactions: schema commands of an explicit transaction are refused
// at once and carried out at its commit.
func TestSchemaInTransactions(t *testing.T) {
	const index, constraint = "CREATE INDEX i FOR (n:L) ON (n.k)", "CREATE CONSTRAINT c FOR (n:M) REQUIRE n.k IS UNIQUE"
	for _, tt := range []struct {
		name       string
		statements []string
		rollback   bool
		refused    int // 1 + the statement that is
		want       int // indexes afterwards, with those of constraints
	}{
		{name: "index", statements: []string{index}, want: 1},
		{name: "both", statements: []string{index, constraint}, want: 2},
		{name: "rolled back", statements: []string{index, constraint}, rollback: true},
		{name: "no such index", statements: []string{"DROP INDEX i"}, refused: 1},
		{name: "no such constraint", statements: []string{"DROP CONSTRAINT c"}, refused: 1},
		{name: "behind a read", statements: []string{"MATCH (n) RETURN n", index}, want: 1},
		{name: "behind a change of the graph", statements: []string{"CREATE (:L {k: 1})", index}, refused: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := storage.Open(t.Context(), storage.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			tx, err := cypher.NewEngine(s, cypher.Options{}).Begin(t.Context(), cypher.TransactionOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			for i, statement := range tt.statements {
				r, err := tx.Run(t.Context(), statement, graph.Map(nil), cypher.RunOptions{})
				if (err != nil) != (i+1 == tt.refused) {
					t.Fatalf("%s: %v", statement, err)
				}
				if err != nil {
					return
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if n := len(s.Indexes()); n != 0 {
				t.Errorf("%d indexes before the commit", n)
			}
			if tt.rollback {
				tx.Rollback()
			} else if _, err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Indexes()); n != tt.want {
				t.Errorf("%d indexes, want %d", n, tt.want)
			}
		})
	}
}
