package cypher_test

import (
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The type follows from the text of a statement, not from what it has done, and
// EXPLAIN has the columns of what it explains.
func TestTypeAndColumns(t *testing.T) {
	for _, tt := range []struct {
		query   string
		want    cypher.Type
		columns []string
	}{
		{"RETURN 1 AS x", cypher.TypeRead, []string{"x"}},
		{"CREATE ()", cypher.TypeWrite, nil},
		{"MATCH (n:None) SET n.p = 1", cypher.TypeWrite, nil},
		{"MATCH (n) DETACH DELETE n", cypher.TypeWrite, nil},
		{"CREATE (n) RETURN n.p", cypher.TypeReadWrite, []string{"n.p"}},
		{"MATCH (n:None) SET n.p = 1 RETURN n", cypher.TypeReadWrite, []string{"n"}},
		{"CREATE INDEX FOR (n:N) ON (n.x)", cypher.TypeSchema, nil},
		{"EXPLAIN RETURN 1 AS x", cypher.TypeRead, []string{"x"}},
		{"EXPLAIN CREATE (n) RETURN n, 1 AS y", cypher.TypeReadWrite, []string{"n", "y"}},
		{"EXPLAIN CREATE (n)", cypher.TypeWrite, nil},
	} {
		t.Run(tt.query, func(t *testing.T) {
			r, err := cyphertest.Open(t).Run(t.Context(), tt.query, graph.Value{}, cypher.RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Columns(); !slices.Equal(got, tt.columns) {
				t.Errorf("columns %q, want %q", got, tt.columns)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if got := r.Summary().Type; got != tt.want {
				t.Errorf("type %q, want %q", got, tt.want)
			}
		})
	}
}
