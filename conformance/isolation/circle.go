package isolation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An edgeKind is how one transaction comes before another.
type edgeKind uint8

const (
	ww edgeKind = 1 << iota // the next append to a list
	wr                      // a read of the append
	rw                      // the append after a read
)

type edge struct {
	to   int
	kind edgeKind
}

// findEdges finds who comes before whom.
func (c *checker) findEdges() {
	c.edges = make([][]edge, len(c.history))
	add := func(from, to int, kind edgeKind) {
		if from != to && !slices.Contains(c.edges[from], edge{to, kind}) {
			c.edges[from] = append(c.edges[from], edge{to, kind})
		}
	}
	writer := func(key, at int) (int, bool) {
		order := c.orders[key]
		if at < 0 || at >= len(order) {
			return 0, false
		}
		w, ok := c.writers[element{key, order[at]}]
		return w, ok && c.counts(w)
	}
	for key, order := range c.orders {
		for at := range order {
			from, ok := writer(key, at)
			to, also := writer(key, at+1)
			if ok && also {
				add(from, to, ww)
			}
		}
	}
	for i := range c.history {
		if !c.counts(i) {
			continue
		}
		for _, op := range c.history[i].Ops {
			if op.Append {
				continue
			}
			// Own values are at the end and say nothing about others.
			n := len(op.Read)
			for n > 0 && c.writers[element{op.Key, op.Read[n-1]}] == i {
				n--
			}
			if from, ok := writer(op.Key, n-1); ok {
				add(from, i, wr)
			}
			if to, ok := writer(op.Key, n); ok {
				add(i, to, rw)
			}
		}
	}
}

// findCircles looks for the worst circle through each edge that could close one.
func (c *checker) findCircles() {
	c.keepKnots()
	reported := make(map[string]bool)
	for from := range c.edges {
		for _, e := range c.edges[from] {
			kind, path := c.close(from, e)
			if path == nil {
				continue
			}
			members := slices.Sorted(slices.Values(path))
			if id := fmt.Sprint(kind, members); !reported[id] {
				reported[id] = true
				c.report(kind, path, "%s", c.describe(path))
			}
		}
	}
}

// keepKnots drops the edges that can be in no circle: those between different
// strongly connected components (Tarjan's algorithm).
func (c *checker) keepKnots() {
	n := len(c.edges)
	index, low, component := make([]int, n), make([]int, n), make([]int, n)
	var stack []int
	next := 0
	var visit func(v int)
	visit = func(v int) {
		next++
		index[v], low[v] = next, next
		stack = append(stack, v)
		for _, e := range c.edges[v] {
			switch {
			case index[e.to] == 0:
				visit(e.to)
				low[v] = min(low[v], low[e.to])
			case component[e.to] == 0:
				low[v] = min(low[v], index[e.to])
			}
		}
		if low[v] != index[v] {
			return
		}
		for {
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			component[w] = index[v]
			if w == v {
				return
			}
		}
	}
	for v := range n {
		if index[v] == 0 {
			visit(v)
		}
	}
	for v := range n {
		c.edges[v] = slices.DeleteFunc(c.edges[v], func(e edge) bool { return component[e.to] != component[v] })
	}
}

// close returns the worst circle that begins with an edge.
func (c *checker) close(from int, e edge) (Kind, []int) {
	for _, try := range []struct {
		kind    Kind
		first   edgeKind
		allowed edgeKind
		apart   bool
	}{
		{kind: G0, first: ww, allowed: ww},
		{kind: G1c, first: ww | wr, allowed: ww | wr},
		{kind: GSingle, first: rw, allowed: ww | wr},
		{kind: GNonadjacent, first: rw, allowed: ww | wr | rw, apart: true},
		{kind: G2, first: rw, allowed: ww | wr | rw},
	} {
		if e.kind&try.first == 0 {
			continue
		}
		if path := c.path(e, from, try.allowed, try.apart); path != nil {
			return try.kind, append([]int{from}, path...)
		}
	}
	return 0, nil
}

// path returns the shortest way from behind an edge back to a transaction, over
// edges of the allowed kinds, and without two rw in a row when apart is set; the
// first edge is rw then, so that the last must not be.
func (c *checker) path(first edge, back int, allowed edgeKind, apart bool) []int {
	type place struct {
		at    int
		after bool // an rw edge led here
	}
	start := place{first.to, apart}
	previous := map[place]place{start: start}
	for queue := []place{start}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		for _, e := range c.edges[p.at] {
			if e.kind&allowed == 0 || apart && e.kind == rw && (p.after || e.to == back) {
				continue
			}
			next := place{e.to, apart && e.kind == rw}
			if _, was := previous[next]; was {
				continue
			}
			previous[next] = p
			if e.to == back {
				var path []int
				for q := p; ; q = previous[q] {
					path = append(path, q.at)
					if q == start {
						slices.Reverse(path)
						return path
					}
				}
			}
			queue = append(queue, next)
		}
	}
	return nil
}

// describe writes a circle with the kinds of its steps.
func (c *checker) describe(path []int) string {
	names := map[edgeKind]string{ww: "ww", wr: "wr", rw: "rw"}
	var text strings.Builder
	for i, from := range path {
		to := path[(i+1)%len(path)]
		at := slices.IndexFunc(c.edges[from], func(e edge) bool { return e.to == to })
		fmt.Fprintf(&text, "%d -%s-> ", from, names[c.edges[from][at].kind])
	}
	return text.String() + strconv.Itoa(path[0])
}
