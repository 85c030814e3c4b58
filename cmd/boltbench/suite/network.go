package suite

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A network is a directed graph with power-law degrees on both sides, as social
// networks have: few nodes with very many relationships. No pair occurs twice, and
// no node is linked with itself.
type network struct {
	pairs [][2]int32
	out   [][]int32 // indexes of pairs by source
	in    [][]int32 // and by target
}

// exponent makes the most linked of n nodes have about n^exponent times the average
// of the least linked ones. 0.5 gives the hubs of the Pokec network: about half
// a percent of all relationships at the largest.
const exponent = 0.5

// newNetwork makes a network that sizes and random source decide.
func newNetwork(nodes, relationships int, r *rand.Rand) *network {
	n := &network{out: make([][]int32, nodes), in: make([][]int32, nodes), pairs: make([][2]int32, 0, relationships)}
	// Who is a hub as a source need not be one as a target.
	sources, targets := r.Perm(nodes), r.Perm(nodes)
	draw := func(order []int) int32 {
		// The inverse of the distribution with density rank^-exponent.
		rank := int(float64(nodes) * math.Pow(r.Float64(), 1/(1-exponent)))
		return int32(order[min(rank, nodes-1)]) //nolint:gosec // below the number of nodes
	}
	seen := make(map[[2]int32]bool, relationships)
	for len(n.pairs) < relationships {
		p := [2]int32{draw(sources), draw(targets)}
		if p[0] == p[1] || seen[p] {
			continue
		}
		seen[p] = true
		e := int32(len(n.pairs)) //nolint:gosec // bounded by the suite's sizes
		n.out[p[0]], n.in[p[1]] = append(n.out[p[0]], e), append(n.in[p[1]], e)
		n.pairs = append(n.pairs, p)
	}
	return n
}

// ends returns the sorted nodes at the ends of the trails of least to most steps
// that satisfy keep. A trail uses no relationship twice.
func (n *network) ends(start int32, least, most int, keep func(int32) bool) []int32 {
	found := make(map[int32]bool)
	used := make([]int32, 0, most)
	var walk func(at int32)
	walk = func(at int32) {
		if len(used) >= least && keep(at) {
			found[at] = true
		}
		if len(used) == most {
			return
		}
		for _, e := range n.out[at] {
			if !slices.Contains(used, e) {
				used = append(used, e)
				walk(n.pairs[e][1])
				used = used[:len(used)-1]
			}
		}
	}
	walk(start)
	result := make([]int32, 0, len(found))
	for id := range found {
		result = append(result, id)
	}
	slices.Sort(result)
	return result
}

// distance returns the number of steps of a shortest path of at most limit steps
// through nodes that satisfy keep, or -1.
func (n *network) distance(from, to int32, limit int, keep func(int32) bool) int {
	seen := map[int32]bool{from: true}
	frontier := []int32{from}
	for depth := 1; depth <= limit && len(frontier) > 0; depth++ {
		var next []int32
		for _, at := range frontier {
			for _, e := range n.out[at] {
				b := n.pairs[e][1]
				if seen[b] || !keep(b) {
					continue
				}
				if b == to {
					return depth
				}
				seen[b] = true
				next = append(next, b)
			}
		}
		frontier = next
	}
	return -1
}

// linked reports whether a relationship leads from a to b.
func (n *network) linked(a, b int32) bool {
	return slices.ContainsFunc(n.out[a], func(e int32) bool { return n.pairs[e][1] == b })
}
