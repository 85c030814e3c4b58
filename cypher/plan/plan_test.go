package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/cypher/semantics"
	"github.com/drawbolt/drawbolt/storage"
)

// A fixture plans statements on an empty store.
type fixture struct {
	plan.Options
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	store, err := storage.Open(tb.Context(), storage.Options{})
	if err != nil {
		tb.Fatalf("storage.Open: %v", err)
	}
	tb.Cleanup(func() { _ = store.Close() })
	return &fixture{plan.Options{
		Store: store, Functions: function.NewTable(), Procedures: procedure.NewTable(procedure.Options{}),
	}}
}

func (f *fixture) plan(tb testing.TB, query string) (*plan.Plan, error) {
	tb.Helper()
	s, err := parser.Parse(query)
	if err != nil {
		tb.Fatalf("Parse(%s): %v", query, err)
	}
	if _, err := semantics.Analyze(s, semantics.Catalog{Functions: f.Functions}); err != nil {
		tb.Fatalf("Analyze(%s): %v", query, err)
	}
	return plan.New(s.Body.(*ast.Query), f.Options)
}

// What is not executed is refused by name, never ignored.
func TestNotSupported(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct{ query, want string }{
		{"MATCH (a)-[r *BFS (x, n | size(r) > 0)]->(b) RETURN b", "depend on the same pattern"},
	} {
		_, err := f.plan(t, tt.query)
		if !errors.Is(err, plan.ErrNotSupported) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %v, want ErrNotSupported about %s", tt.query, err, tt.want)
		}
	}
}

func TestPlanFacts(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		query                  string
		columns, parameters    int
		reads, writes, deletes bool
		segments               int
	}{
		{query: "RETURN 1", columns: 1, segments: 1},
		{query: "MATCH (n) RETURN n, n.x", columns: 2, reads: true, segments: 1},
		{query: "RETURN $a + $b + $a", columns: 1, parameters: 2, segments: 1},
		{query: "CREATE (n:N {x: $x})", parameters: 1, writes: true, segments: 1},
		{query: "MATCH (n) DELETE n", reads: true, writes: true, deletes: true, segments: 1},
		{query: "CREATE (n:N) WITH n MATCH (m:N) RETURN m", columns: 1, reads: true, writes: true, segments: 2},
		{query: "MATCH (n) SET n.x = 1 RETURN n.y", columns: 1, reads: true, writes: true, segments: 1},
		{query: "MATCH (n) SET n.x = 1 RETURN n.x", columns: 1, reads: true, writes: true, segments: 2},
		{query: "MERGE (a:A) MERGE (b:B) MERGE (a)-[:R]->(b)", reads: true, writes: true, segments: 3},
	} {
		p, err := f.plan(t, tt.query)
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
			continue
		}
		if len(p.Columns) != tt.columns || len(p.Parameters) != tt.parameters || p.Reads != tt.reads ||
			p.Writes != tt.writes || p.Deletes != tt.deletes || p.Segments != tt.segments {
			t.Errorf("%s: %d columns, %d parameters, reads %t, writes %t, deletes %t, %d segments; want %+v",
				tt.query, len(p.Columns), len(p.Parameters), p.Reads, p.Writes, p.Deletes, p.Segments, tt)
		}
	}
}

// Columns that nobody reads any more are dropped.
func TestLiveness(t *testing.T) {
	p, err := newFixture(t).plan(t, "MATCH (a)-[r]->(b) WITH b, a.x AS x MATCH (b)-[:T]->(c) RETURN x, c")
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	n := p.Root
	var live []int
	for {
		live = append(live, len(n.Base().Live))
		in := plan.Inputs(n)
		if len(in) == 0 {
			break
		}
		n = in[0]
	}
	// Produce, Expand (x, c), Projection (b, x), Expand (a, b), Scan (a), Argument.
	want := []int{0, 2, 2, 2, 1, 0}
	if len(live) != len(want) {
		t.Fatalf("plan has %d operators, want %d:\n%s", len(live), len(want), p)
	}
	for i := range live {
		if live[i] != want[i] {
			t.Errorf("live columns = %v, want %v, of\n%s", live, want, p)
			break
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for _, query := range []string{
		"RETURN 1",
		"MATCH (n:N {x: $x}) RETURN n.y",
		"MATCH (a:A)-[:R]->(b)-[:R]->(c)-[:R]->(d) WHERE a.x = $x AND c.y > 3 RETURN d.z, count(*) ORDER BY count(*) DESC LIMIT 10",
	} {
		b.Run(query, func(b *testing.B) {
			f := newFixture(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.plan(b, query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
