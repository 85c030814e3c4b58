//go:build !race

package cypher_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The race detector allocates on its own: it stays away from here.

// TestAllocations wants a statement that a client repeats to cost no memory but
// that of its transaction.
func TestAllocations(t *testing.T) {
	e := cyphertest.Open(t)
	n := graph.Map([]graph.Field{{Name: "n", Value: graph.Integer(7)}})
	for _, query := range []string{"RETURN 1 AS x", "RETURN $n AS x"} {
		run := func() {
			r, err := e.Run(t.Context(), query, n, cypher.RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for r.More() {
				if _, err := r.Next(t.Context(), 10); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Release(); err != nil {
				t.Fatal(err)
			}
		}
		if got := testing.AllocsPerRun(1000, run); got > 1 {
			t.Errorf("%s: %v allocations, want 1", query, got)
		}
	}
}
