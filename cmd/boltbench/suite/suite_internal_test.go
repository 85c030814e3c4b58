package suite

// The tests are internal: they compare the computed answers with slower ways to
// the same ones.

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// bruteForce counts trails of the given length by trying every pair.
func bruteForce(d *people, steps int, closed bool) int64 {
	var n int64
	var walk func(start, at int32, left int)
	walk = func(start, at int32, left int) {
		if left == 0 {
			if !closed || start == at {
				n++
			}
			return
		}
		for _, p := range d.pairs {
			if p[0] == at {
				walk(start, p[1], left-1)
			}
		}
	}
	for i := range d.nodes {
		walk(int32(i), int32(i), steps)
	}
	return n
}

func TestPeopleCounts(t *testing.T) {
	d := newPeople(100, 300, 7)
	if got, want := d.twoHops(), bruteForce(d, 2, false); got != want {
		t.Errorf("twoHops() = %d, want %d", got, want)
	}
	if got, want := d.triangles(), bruteForce(d, 3, true); got != want {
		t.Errorf("triangles() = %d, want %d", got, want)
	}
	if len(d.pairs) != 300 {
		t.Errorf("%d relationships, want 300", len(d.pairs))
	}
}

func TestJudge(t *testing.T) {
	rows := func(values ...any) [][]any {
		var result [][]any
		for _, v := range values {
			result = append(result, []any{v})
		}
		return result
	}
	want := func(values ...any) Query {
		return Query{Want: func(Parameters) [][]any { return rows(values...) }}
	}
	ordered := want(int64(1), int64(2))
	ordered.Ordered = true
	for _, tt := range []struct {
		name  string
		query Query
		got   [][]any
		ok    bool
	}{
		{"one integer", want(int64(3)), rows(int64(3)), true},
		{"another integer", want(int64(3)), rows(int64(4)), false},
		{"integer for float", want(3.0), rows(int64(3)), true},
		{"rounding", want(0.1 + 0.2), rows(0.3), true},
		{"another float", want(0.3), rows(0.30001), false},
		{"no row", want(int64(3)), nil, false},
		{"no row wanted", want(), nil, true},
		{"other order", want(int64(1), int64(2)), rows(int64(2), int64(1)), true},
		{"other order where it counts", ordered, rows(int64(2), int64(1)), false},
		{"one value twice", want(int64(1), int64(2)), rows(int64(1), int64(1)), false},
		{"text", want("a"), rows("a"), true},
		{"text for number", want(int64(1)), rows("1"), false},
		{"null", want(int64(0)), rows(nil), false},
		{"a map", want(map[string]any{"a": int64(1), "b": nil}), rows(map[string]any{"b": nil, "a": 1.0}), true},
		{"a list", want([]any{int64(1), "x"}), rows([]any{int64(1), "y"}), false},
		{"nothing to compare", Query{}, rows(int64(1)), true},
		{"a check", Query{Check: func(Parameters, [][]any) error { return errors.New("no") }}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.query.Judge(nil, tt.got); (err == nil) != tt.ok {
				t.Errorf("Judge(%v) = %v", tt.got, err)
			}
		})
	}
}

// smallest returns the smallest workload of a suite.
func smallest(s *Suite, seed uint64) *Workload {
	var size Size
	for i, x := range s.Sizes {
		if i == 0 || x.Nodes+x.Persons < size.Nodes+size.Persons {
			size = x
		}
	}
	return s.Make(size, seed)
}

// TestSuites holds the tables together: names differ, parameters are used, and
// every answer can be computed.
func TestSuites(t *testing.T) {
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			w := smallest(&s, 1)
			seen := make(map[string]bool)
			for _, q := range w.Queries {
				if seen[q.FullName()] {
					t.Errorf("two queries are named %s", q.FullName())
				}
				seen[q.FullName()] = true
				p := q.Parameters(rand.New(rand.NewPCG(1, 1)))
				text := q.Statement + strings.Join(q.Steps, " ")
				for name := range p {
					if !strings.Contains(text, "$"+name) {
						t.Errorf("%s: parameter %s is not in the statement", q.FullName(), name)
					}
				}
				reads := q.Kind == Read || q.Kind == Analytical
				if reads && q.Want == nil && q.Check == nil && q.Connect == nil {
					t.Errorf("%s: a reading query without an answer to check", q.FullName())
				}
				if q.Want != nil {
					if err := q.Judge(p, q.Want(p)); err != nil {
						t.Errorf("%s: its own answer is wrong: %v", q.FullName(), err)
					}
				}
			}
		})
	}
}

// TestWorkloadsRepeat compares the rows of two workloads of one seed.
func TestWorkloadsRepeat(t *testing.T) {
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			if len(s.Sizes) == 0 {
				return
			}
			x, y, other := smallest(&s, 3), smallest(&s, 3), smallest(&s, 4)
			differs := false
			for i, part := range x.Parts {
				if part.Size != y.Parts[i].Size {
					t.Fatalf("%s: %d and %d rows for one seed", part.Name, part.Size, y.Parts[i].Size)
				}
				for j := range part.Size {
					a, b := string(appendCanonical(nil, part.Row(j))), string(appendCanonical(nil, y.Parts[i].Row(j)))
					if a != b {
						t.Fatalf("%s: row %d is %s and %s for one seed", part.Name, j, a, b)
					}
					if j < other.Parts[i].Size && a != string(appendCanonical(nil, other.Parts[i].Row(j))) {
						differs = true
					}
				}
			}
			if !differs {
				t.Error("one graph for two seeds")
			}
		})
	}
}

// TestNetworkEnds compares the ends of trails with those found by trying every
// sequence of relationships.
func TestNetworkEnds(t *testing.T) {
	n := newNetwork(12, 40, rand.New(rand.NewPCG(5, 0)))
	even := func(i int32) bool { return i%2 == 0 }
	for _, tt := range []struct {
		name        string
		least, most int
		keep        func(int32) bool
	}{
		{"one step", 1, 1, anyone},
		{"three steps", 3, 3, anyone},
		{"one to three steps", 1, 3, anyone},
		{"filtered", 1, 3, even},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := make(map[int32]bool)
			for i, x := range n.pairs {
				if x[0] != 3 {
					continue
				}
				want[x[1]] = want[x[1]] || tt.least == 1
				for j, y := range n.pairs {
					for k, z := range n.pairs {
						if tt.most == 3 && i != j && x[1] == y[0] {
							want[y[1]] = want[y[1]] || tt.least == 1
							want[z[1]] = want[z[1]] || i != k && j != k && y[1] == z[0]
						}
					}
				}
			}
			got := n.ends(3, tt.least, tt.most, tt.keep)
			right := 0
			for id, ok := range want {
				if ok && tt.keep(id) {
					right++
				}
			}
			if len(got) != right {
				t.Fatalf("%d ends %v, want %d", len(got), got, right)
			}
			for _, id := range got {
				if !want[id] {
					t.Errorf("%d is no end", id)
				}
			}
		})
	}
}
