package search_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/search"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

var errLimit = errors.New("too many steps")

// counter counts steps and memory, and ends a search that takes too many steps.
type counter struct {
	steps, limit int
	held         int64
}

func (c *counter) Steps(n int) error {
	if c.steps += n; c.limit > 0 && c.steps > c.limit {
		return errLimit
	}
	return nil
}

func (c *counter) Charge(bytes int64) error {
	c.held += bytes
	return nil
}

// newGraph returns a graph of n nodes with the relationships that link makes,
// and their ends.
func newGraph(tb testing.TB, n int, link func(add func(from, to int))) (storage.View, []graph.NodeID) {
	tb.Helper()
	store, err := storage.Open(tb.Context(), storage.Options{})
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tx := store.Begin(storage.WriteMode)
	tb.Cleanup(func() {
		tx.Rollback()
		_ = store.Close()
	})
	kind, err := store.InternType("R")
	if err != nil {
		tb.Fatalf("InternType: %v", err)
	}
	nodes := make([]graph.NodeID, n)
	for i := range nodes {
		if nodes[i], err = tx.CreateNode(tb.Context(), nil, nil); err != nil {
			tb.Fatalf("CreateNode: %v", err)
		}
	}
	link(func(from, to int) {
		if _, err := tx.CreateRelationship(tb.Context(), nodes[from], nodes[to], kind, nil); err != nil {
			tb.Fatalf("CreateRelationship: %v", err)
		}
	})
	return tx.View(), nodes
}

// walks returns the lengths of all paths between two nodes, found by trying
// every way.
func walks(g *search.Graph, from, to graph.NodeID, most int, simple bool) []int {
	var lengths []int
	var rels []graph.RelationshipID
	nodes := []graph.NodeID{from}
	var walk func(at graph.NodeID)
	walk = func(at graph.NodeID) {
		if at == to && len(rels) > 0 {
			lengths = append(lengths, len(rels))
		}
		if len(rels) == most {
			return
		}
		var cursor storage.ExpandCursor
		steps := make([]storage.Step, 64)
		steps = steps[:g.View.Expand(&cursor, at, g.Direction, g.Types, steps)]
		for _, step := range steps {
			if slices.Contains(rels, step.Relationship) || simple && slices.Contains(nodes, step.Node) {
				continue
			}
			rels, nodes = append(rels, step.Relationship), append(nodes, step.Node)
			walk(step.Node)
			rels, nodes = rels[:len(rels)-1], nodes[:len(nodes)-1]
		}
	}
	walk(from)
	slices.Sort(lengths)
	return lengths
}

// A ranking finds every path once, and none that is shorter after one that is
// longer.
func TestRankingFindsAllPaths(t *testing.T) {
	const graphs, most = 60, 6
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range graphs {
		nodes, rels := 2+rng.IntN(4), 1+rng.IntN(8)
		view, ids := newGraph(t, nodes, func(add func(from, to int)) {
			for range rels {
				add(rng.IntN(nodes), rng.IntN(nodes))
			}
		})
		for _, direction := range []storage.Direction{storage.Out, storage.In, storage.Both} {
			for _, simple := range []bool{false, true} {
				meter := &counter{}
				g := search.Graph{View: view, Direction: direction, Meter: meter}
				r := search.Ranking{Pair: search.Pair{Graph: g}, Simple: simple}
				for _, from := range ids {
					for _, to := range ids {
						if simple && from == to {
							continue
						}
						name := fmt.Sprintf("graph %d: direction %v, simple %v, %d to %d", i, direction, simple, from, to)
						got := lengths(t, name, &r, from, to, most)
						if want := walks(&g, from, to, most, simple); !slices.Equal(got, want) {
							t.Fatalf("%s: lengths %v, want %v", name, got, want)
						}
					}
				}
				if r.Reset(); meter.held != 0 {
					t.Errorf("graph %d: %d bytes are still charged for after Reset", i, meter.held)
				}
			}
		}
	}
}

// lengths returns the lengths of the paths of a ranking, each of which must be
// new.
func lengths(t *testing.T, name string, r *search.Ranking, from, to graph.NodeID, most int) []int {
	t.Helper()
	if err := r.Start(from, to, most, false); err != nil {
		t.Fatalf("%s: Start: %v", name, err)
	}
	var got []int
	seen := make(map[string]bool)
	for {
		path, err := r.NextPath()
		if err != nil {
			t.Fatalf("%s: NextPath: %v", name, err)
		}
		if path == nil {
			return got
		}
		key := fmt.Sprint(path)
		if seen[key] {
			t.Fatalf("%s: path %v twice", name, path)
		}
		seen[key] = true
		got = append(got, len(path))
	}
}

// On a dense graph, where trying all paths would never end, the work of a
// ranking grows with the number of paths that are taken.
func TestRankingOnDenseGraph(t *testing.T) {
	const nodes, paths = 60, 100
	view, ids := newGraph(t, nodes, func(add func(from, to int)) {
		for from := range nodes {
			for to := range nodes {
				if from != to {
					add(from, to)
				}
			}
		}
	})
	for _, tt := range []struct {
		name      string
		direction storage.Direction
		simple    bool
		limit     int // steps
	}{
		{"paths along the arrows", storage.Out, false, 70_000},
		{"paths in any direction", storage.Both, false, 2_000_000},
		{"paths without a node twice", storage.Out, true, 50_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meter := &counter{limit: tt.limit}
			r := search.Ranking{
				Pair:   search.Pair{Graph: search.Graph{View: view, Direction: tt.direction, Meter: meter}},
				Simple: tt.simple,
			}
			if err := r.Start(ids[0], ids[nodes-1], -1, false); err != nil {
				t.Fatalf("Start: %v", err)
			}
			for i := range paths {
				if path, err := r.NextPath(); err != nil || path == nil {
					t.Fatalf("path %d = %v, %v after %d steps", i, path, err, meter.steps)
				}
			}
			t.Logf("%d paths in %d steps", paths, meter.steps)
		})
	}
}

// A weighted search ends at its end: what lies behind is not looked at.
func TestWeightedStopsAtItsEnd(t *testing.T) {
	const nodes = 1000
	view, ids := newGraph(t, nodes, func(add func(from, to int)) {
		for i := range nodes - 1 {
			add(i, i+1)
		}
	})
	meter := &counter{limit: 20}
	w := search.Weighted{Graph: search.Graph{View: view, Judge: ones{}, Meter: meter}, Most: -1}
	w.StartTo(ids[0], ids[10])
	path, ok, err := w.Next()
	if err != nil || !ok || len(path.Relationships) != 10 || path.Total.Int() != 10 {
		t.Fatalf("Next = %+v, %v, %v, want ten steps", path, ok, err)
	}
	if _, ok, err := w.Next(); ok || err != nil {
		t.Errorf("Next again = %v, %v, want the end", ok, err)
	}
	w.Start(ids[0])
	for err = nil; err == nil; {
		_, _, err = w.Next()
	}
	if !errors.Is(err, errLimit) {
		t.Errorf("Next = %v, want %v", err, errLimit)
	}
	if w.Reset(); meter.held != 0 {
		t.Errorf("%d bytes are still charged for after Reset", meter.held)
	}
}

// ones makes every step cost 1.
type ones struct{}

func (ones) Allows(*search.Step) (bool, error) { return true, nil }

func (ones) Add(total graph.Value, _ *search.Step) (graph.Value, error) {
	if total.IsNull() {
		return graph.Integer(1), nil
	}
	return graph.Integer(total.Int() + 1), nil
}
