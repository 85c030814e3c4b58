package suite

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// cities is the number of groups of the group-by shape.
const cities = 50

// A person is one node of the graph; its id is its index.
type person struct {
	name, city string
	age        int64
	score      float64
}

// A people is the graph of our own shapes, and what the answers are computed
// from.
type people struct {
	nodes []person
	pairs [][2]int32 // source and target, each pair once, no loops
	out   [][]int32  // sorted targets by source
	in    []int32    // number of sources by target
}

func (d *people) size() int { return len(d.nodes) }

// newPeople makes the graph that sizes and seed decide.
func newPeople(nodes, relationships int, seed uint64) *people {
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a repeatable graph, no secret
	d := &people{
		nodes: make([]person, nodes), out: make([][]int32, nodes), in: make([]int32, nodes),
		pairs: make([][2]int32, 0, relationships),
	}
	for i := range d.nodes {
		d.nodes[i] = person{
			name:  fmt.Sprintf("%c%c%c %06d", 'A'+r.IntN(26), 'a'+r.IntN(26), 'a'+r.IntN(26), i),
			city:  fmt.Sprintf("City %02d", r.IntN(cities)),
			age:   int64(r.IntN(100)),
			score: r.Float64() * 1000,
		}
	}
	seen := make(map[[2]int32]bool, relationships)
	for len(d.pairs) < min(relationships, nodes*(nodes-1)/2) {
		a, b := r.Int32N(int32(nodes)), r.Int32N(int32(nodes)) //nolint:gosec // bounded by the flag
		if r.IntN(5) == 0 {
			b = r.Int32N(int32(max(nodes/100, 1))) //nolint:gosec // bounded by the flag
		}
		p := [2]int32{a, b}
		if a == b || seen[p] {
			continue
		}
		seen[p] = true
		d.pairs = append(d.pairs, p)
		d.out[a] = append(d.out[a], b)
		d.in[b]++
	}
	for _, targets := range d.out {
		slices.Sort(targets)
	}
	return d
}

func (d *people) knows(a, b int32) bool {
	_, ok := slices.BinarySearch(d.out[a], b)
	return ok
}

// levels returns, for each distance from 1 to depth, the nodes whose shortest
// walk of at least one step from start has that length.
func (d *people) levels(start int32, depth int) [][]int32 {
	seen := make(map[int32]bool)
	frontier := []int32{start}
	var result [][]int32
	for range depth {
		var next []int32
		for _, a := range frontier {
			for _, b := range d.out[a] {
				if !seen[b] {
					seen[b] = true
					next = append(next, b)
				}
			}
		}
		result = append(result, next)
		frontier = next
	}
	return result
}

// twoHops counts the walks of two steps. No relationship is a loop, so none
// repeats within two steps.
func (d *people) twoHops() int64 {
	var n int64
	for i, targets := range d.out {
		n += int64(d.in[i]) * int64(len(targets))
	}
	return n
}

// triangles counts the closed walks of three steps, each once per start.
func (d *people) triangles() int64 {
	var n int64
	for _, p := range d.pairs {
		for _, c := range d.out[p[1]] {
			if d.knows(c, p[0]) {
				n++
			}
		}
	}
	return n
}

// count returns how many people satisfy a condition.
func (d *people) count(condition func(*person) bool) int64 {
	var n int64
	for i := range d.nodes {
		if condition(&d.nodes[i]) {
			n++
		}
	}
	return n
}
