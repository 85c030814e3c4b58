package main

// The tests are internal: a command has no API to test from outside.

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// bruteForce counts trails of the given length by trying every pair.
func bruteForce(d *dataset, steps int, closed bool) int64 {
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
	for i := range d.people {
		walk(int32(i), int32(i), steps)
	}
	return n
}

func TestDatasetCounts(t *testing.T) {
	d := generate(100, 300, 7)
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

func TestGenerateRepeats(t *testing.T) {
	a, b := generate(200, 500, 3), generate(200, 500, 3)
	if a.people[17] != b.people[17] || a.pairs[499] != b.pairs[499] {
		t.Error("generate gives different graphs for one seed")
	}
	if c := generate(200, 500, 4); c.people[17] == a.people[17] {
		t.Error("generate gives one graph for two seeds")
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  []any
		want any
		ok   bool
	}{
		{"one integer", []any{int64(3)}, int64(3), true},
		{"another integer", []any{int64(4)}, int64(3), false},
		{"integer for float", []any{int64(3)}, 3.0, true},
		{"no row", nil, int64(3), false},
		{"no row wanted", nil, []any{}, true},
		{"other order", []any{int64(2), int64(1)}, []any{int64(1), int64(2)}, true},
		{"one value twice", []any{int64(1), int64(1)}, []any{int64(1), int64(2)}, false},
		{"text", []any{"a"}, "a", true},
		{"null", []any{nil}, int64(0), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := check(tt.got, tt.want); (err == nil) != tt.ok {
				t.Errorf("check(%v, %v) = %v", tt.got, tt.want, err)
			}
		})
	}
}

// TestShapes holds the table together: names differ, parameters are used, and
// every answer can be computed.
func TestShapes(t *testing.T) {
	d := generate(100, 300, 1)
	seen := make(map[string]bool)
	for _, s := range shapes() {
		if seen[s.name] {
			t.Errorf("two shapes are named %s", s.name)
		}
		seen[s.name] = true
		p := s.draw(d, rand.New(rand.NewPCG(1, 1)))
		text := s.statement + strings.Join(s.steps, " ")
		for name := range p {
			if !strings.Contains(text, "$"+name) {
				t.Errorf("%s: parameter %s is not in the statement", s.name, name)
			}
		}
		if s.want == nil && !s.write {
			t.Errorf("%s: a reading shape without an answer to check", s.name)
		}
		if s.want != nil && s.want(d, p) == nil {
			t.Errorf("%s: no answer", s.name)
		}
	}
}

func TestSideBySide(t *testing.T) {
	for _, tt := range []struct {
		name string
		x, y measurement
		want string
	}{
		{"latency", measurement{Shape: "s", P50: 10}, measurement{Shape: "s", P50: 25}, "2.50"},
		{"rate", measurement{Shape: "s", PerSecond: 10}, measurement{Shape: "s", PerSecond: 5}, "0.50"},
		{"wrong", measurement{Shape: "s", P50: 10}, measurement{Shape: "s", Wrong: "x"}, "wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := sideBySide(&tt.x, &tt.y); !strings.HasSuffix(got, tt.want) {
				t.Errorf("sideBySide = %q, want the end %q", got, tt.want)
			}
		})
	}
}
