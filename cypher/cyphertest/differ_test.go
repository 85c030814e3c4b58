package cyphertest_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/cypher/cyphertest/generator"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Environment variables of TestGenerated.
const (
	// envGraphs is how many graphs are made; each gets some statements.
	envGraphs = "DRAWBOLT_GENERATE"
	// envSeed is the seed of the first graph, to repeat a failure.
	envSeed = "DRAWBOLT_SEED"
)

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// indexes are on what the generator compares most.
var indexes = []string{
	"CREATE INDEX FOR (n:A) ON (n.i)", "CREATE INDEX FOR (n:B) ON (n.s)", "CREATE INDEX FOR (n:C) ON (n.i, n.k)",
	"CREATE INDEX FOR (n:A) ON (n.f)", "CREATE INDEX FOR (n:B) ON (n.l)", "CREATE INDEX FOR ()-[r:R]-() ON (r.i)",
	"CREATE INDEX FOR ()-[r:S]-() ON (r.k)", "CREATE INDEX FOR ()-[r:R]-() ON (r.s)",
}

// TestGenerated compares the engines and the interpreter with each other, half of
// the time with indexes.
func TestGenerated(t *testing.T) {
	t.Parallel()
	const (
		few        = 15
		statements = 12
		faults     = 40 // that are shown
	)
	graphs := number(t, envGraphs, few)
	seed := number(t, envSeed, uint64(time.Now().UnixNano())%1e9)
	counts := map[cyphertest.Outcome]int{}
	d := cyphertest.NewDiffer(t)
	for n := range graphs {
		g := generator.New(seed + n)
		g.Traversals = true
		setup := g.Graph()
		if err := d.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n == graphs/2 {
			if err := d.Prepare(t.Context(), indexes...); err != nil {
				t.Fatal(err)
			}
		}
		run := func(query string) cyphertest.Outcome {
			outcome, text := d.Run(t.Context(), query, graph.Null)
			counts[outcome]++
			if outcome == cyphertest.Differs {
				t.Errorf("%s=%d %s=1:\n%s;\n%s", envSeed, seed+n, envGraphs, setup, text)
			} else if outcome != cyphertest.Agreed && os.Getenv(envSeed) != "" {
				t.Logf("outcome %d: %s\n%s", outcome, query, text)
			}
			return outcome
		}
		ok := run(setup) == cyphertest.Agreed
		for i := 0; i < statements && ok; i++ {
			query := g.Query(i%3 == 2)
			switch run(query) {
			case cyphertest.Differs:
				ok = false
			case cyphertest.Undecided:
				ok = i%3 != 2
			default:
			}
		}
		if counts[cyphertest.Differs] >= faults {
			break
		}
	}
	t.Logf("agreed %d, refused %d, undecided %d, differ %d", counts[cyphertest.Agreed],
		counts[cyphertest.Refused], counts[cyphertest.Undecided], counts[cyphertest.Differs])
}

// TestFixed repeats statements that have differed.
func TestFixed(t *testing.T) {
	t.Parallel()
	const some = "CREATE (a:A {i: 1, k: 0})-[:R {i: 2}]->(b:B {i: 2, k: 1})-[:R]->(a)-[:S]->(a)"
	for _, tt := range []struct{ name, query string }{
		{"a hash join keeps its single row for the next run", "MATCH (a), (b {i: coalesce(a.i, a.k)}) RETURN b.k"},
		{"a hash join behind a barrier waits for its segment", "UNWIND [1, 2] AS i CREATE (:D) MATCH (:A|B)<-[:R|S]-(b {i: i}) RETURN i, b"},
		{"MERGE does not see what later clauses create", "UNWIND range(1, 40) AS x MERGE (:C {i: 1}) CREATE (:C {i: 1})"},
		{"SET does not see what later clauses set", "UNWIND range(1, 40) AS x MATCH (a:A) SET a.i = a.i + 1 SET a.i = a.i * 2"},
		{"null is no node", "OPTIONAL MATCH (x:Nope) CALL (x) { MATCH p = (x) RETURN p } RETURN p"},
		{"CASE compares as = does", "RETURN CASE null WHEN null THEN 1 ELSE 2 END AS x"},
		{"CREATE looks at the graph before it", "MATCH (a) CREATE (a)-[r:T {i: COUNT { ()-[:T]->() }}]->(a) RETURN r.i"},
		{"nothing is written to what has been deleted", "UNWIND range(1, 40) AS x MATCH (a:A) SET a.i = 3 DETACH DELETE a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := cyphertest.NewDiffer(t)
			for _, query := range []string{some, tt.query} {
				if outcome, text := d.Run(t.Context(), query, graph.Null); outcome != cyphertest.Agreed {
					t.Errorf("outcome %d: %s", outcome, text)
				}
			}
		})
	}
}

// TestRelations checks what holds for patterns on every graph.
func TestRelations(t *testing.T) {
	t.Parallel()
	const (
		few      = 10
		patterns = 20
	)
	e := cyphertest.Open(t)
	seed := number(t, envSeed, uint64(time.Now().UnixNano())%1e9)
	for n := range number(t, envGraphs, few) {
		g := generator.New(seed + n)
		sum(t, e, []string{"MATCH (n) DETACH DELETE n", g.Graph(), g.Graph(), g.Graph()})
		for range patterns {
			for _, r := range g.Relations() {
				left, right := sum(t, e, r.Left), sum(t, e, r.Right)
				if left != right {
					t.Fatalf("%s=%d: %s:\n%d for %s\n%d for %s", envSeed, seed+n, r.Name,
						left, strings.Join(r.Left, "\n"), right, strings.Join(r.Right, "\n"))
				}
			}
		}
	}
}

// sum runs statements and adds the numbers that they return.
func sum(t *testing.T, e *cypher.Engine, queries []string) int64 {
	t.Helper()
	total := int64(0)
	for _, query := range queries {
		result, err := e.Run(t.Context(), query, graph.Null, cypher.RunOptions{})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		for {
			b, err := result.Next(t.Context(), 1)
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			if b == nil {
				break
			}
			total += b.Value(0, 0).Int()
		}
		if err := result.Close(); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	return total
}
