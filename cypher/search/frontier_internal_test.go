package search

import (
	"math"
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestNodeIndex(t *testing.T) {
	var x nodeIndex
	x.clear()
	x.epoch = math.MaxUint32 - 1 // wraps around below
	for round := range 4 {
		x.clear()
		for i := range 1000 {
			node := graph.NodeID(i*7919 + round)
			if got := x.find(node); got != -1 {
				t.Fatalf("round %d: find(%d) = %d before insert", round, node, got)
			}
			if got := x.insert(node, int32(i)); got != int32(i) {
				t.Fatalf("round %d: insert(%d) = %d, want %d", round, node, got, i)
			}
			if got := x.insert(node, -7); got != int32(i) {
				t.Fatalf("round %d: insert(%d) again = %d, want %d", round, node, got, i)
			}
		}
		for i := range 1000 {
			if got := x.find(graph.NodeID(i*7919 + round)); got != int32(i) {
				t.Errorf("round %d: find = %d, want %d", round, got, i)
			}
		}
	}
}
