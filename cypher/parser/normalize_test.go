package parser_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestNormalizeKeys(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		same       bool
	}{
		{"integers", "MATCH (n {id: 1}) RETURN n", "MATCH (n {id: 22}) RETURN n", true},
		{"strings", "MATCH (n {id: 'a'}) RETURN n", `MATCH (n {id: "b\n"}) RETURN n`, true},
		{"kinds", "MATCH (n {id: 1}) RETURN n", "MATCH (n {id: '1'}) RETURN n", false},
		{"integer and float", "MATCH (n {id: 1}) RETURN n", "MATCH (n {id: 1.0}) RETURN n", false},
		{"signs", "MATCH (n {id: 1}) RETURN n", "MATCH (n {id: -1}) RETURN n", false},
		{"names", "MATCH (n {id: 1}) RETURN n", "MATCH (m {id: 1}) RETURN m", false},
		{"spaces", "MATCH (n {id: 1}) RETURN n.x", "MATCH (n {id: 1}) RETURN n . x", false},
		{"equal and different literals", "RETURN 1 AS a, 1 AS b", "RETURN 1 AS a, 2 AS b", false},
		{"equal values in two spellings", "RETURN 1 AS a, 0x1 AS b", "RETURN 1 AS a, 0x2 AS b", false},
		{"different literals", "RETURN 1 AS a, 2 AS b", "RETURN 3 AS a, 4 AS b", true},
		{"length", "MATCH (a {x: 1})-[*1..2]->(b) RETURN a", "MATCH (a {x: 1})-[*1..3]->(b) RETURN a", false},
		{"lower length", "MATCH (a {x: 1})-[*1..2]->(b) RETURN a", "MATCH (a {x: 1})-[*2..2]->(b) RETURN a", false},
		{"exact length", "MATCH (a {x: 1})-[*1]->(b) RETURN a", "MATCH (a {x: 1})-[*2]->(b) RETURN a", false},
		{"quantifier", "MATCH (a {x: 1})-->{1,2}(b) RETURN a", "MATCH (a {x: 1})-->{1,3}(b) RETURN a", false},
		{"selector", "MATCH p = SHORTEST 1 (a {x: 1})-->(b) RETURN a", "MATCH p = SHORTEST 2 (a {x: 1})-->(b) RETURN a", false},
		{"limit", "MATCH (a {x: 1}) RETURN a LIMIT 1", "MATCH (a {x: 1}) RETURN a LIMIT 2", false},
		{"skip", "MATCH (a) RETURN a SKIP 1", "MATCH (a) RETURN a SKIP 2", true},
		{"booleans", "MATCH (a {x: 1, y: true}) RETURN a", "MATCH (a {x: 1, y: false}) RETURN a", false},
		{"numbered parameters", "MATCH (a {x: 1, y: $1}) RETURN a", "MATCH (a {x: 1, y: $2}) RETURN a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a, b parser.Normalizer
			if !a.Normalize(tt.a) || !b.Normalize(tt.b) {
				t.Fatalf("Normalize refuses %q or %q", tt.a, tt.b)
			}
			if got := bytes.Equal(a.Key(), b.Key()); got != tt.same {
				t.Errorf("keys of %q and %q: same = %v, want %v", tt.a, tt.b, got, tt.same)
			}
		})
	}
}

func TestNormalizeRefuses(t *testing.T) {
	var many strings.Builder
	many.WriteString("RETURN [0")
	for i := range 100 {
		many.WriteString(", " + strconv.Itoa(i+1))
	}
	many.WriteString("] AS x")
	for _, text := range []string{
		"", "MATCH (n) RETURN n", "SHOW INDEXES WHERE name = 'a'", "EXPLAIN RETURN 1", "RETURN 'a", "RETURN 1x",
		"RETURN 9223372036854775808", `RETURN '\q'`, many.String(),
	} {
		if new(parser.Normalizer).Normalize(text) {
			t.Errorf("Normalize(%.40q) accepts, want refusal", text)
		}
	}
}

func TestNormalizeMark(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"MATCH (n {id: 1}) RETURN n.x", true},
		{"MATCH (n {id: 1}) RETURN n.x + 1", false},
		{"MATCH (n {id: 1}) RETURN n.x + 1 AS y", true},
		{"RETURN 1 AS x UNION RETURN 2 AS x", true},
		{"CREATE (n {id: 1})", true},
		{"CREATE INDEX FOR (n:A) ON (n.x) OPTIONS {a: 1}", false},
		{"MATCH (a {x: 1}) RETURN [(a)-[*1..2]->(b) | b]", true},
	} {
		var n parser.Normalizer
		s, err := parser.Parse(tt.text)
		if err != nil || !n.Normalize(tt.text) {
			t.Fatalf("%q: %v, or not normalised", tt.text, err)
		}
		if got := n.Mark(s); got != tt.want {
			t.Errorf("Mark(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

// Every marked literal must have its value: a plan that took another one would
// answer wrongly.
func checkSlots(t *testing.T, text string) {
	t.Helper()
	s, err := parser.Parse(text)
	var n parser.Normalizer
	if err != nil || !n.Normalize(text) || !n.Mark(s) {
		return
	}
	ast.Walk(s, func(e ast.Node) bool {
		l, ok := e.(*ast.Literal)
		if !ok || l.Slot == 0 {
			return true
		}
		v := n.Values()[l.Slot-1]
		switch {
		case l.Negated && v.Kind() == graph.KindInteger:
			v = graph.Integer(-v.Int())
		case l.Negated:
			v = graph.Float(-v.Float())
		}
		if literal(v) != literal(l.Value) {
			t.Errorf("%q: the literal %s has the slot %d with %s", text, literal(l.Value), l.Slot, literal(v))
		}
		return true
	})
}

func BenchmarkNormalize(b *testing.B) {
	var n parser.Normalizer
	for _, bb := range []struct{ name, text string }{
		{"point", "MATCH (n:Person {id: 4711}) RETURN n"},
		{"create", "CREATE (a:Person {id: 17, name: 'Anna', age: 42, city: 'Stockholm'}) RETURN a"},
		{"aggregation", benchmarks[len(benchmarks)-1].text},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !n.Normalize(bb.text) {
					b.Fatal("refused")
				}
			}
		})
	}
}
