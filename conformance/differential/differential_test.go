package differential_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/differential"
	"github.com/drawbolt/drawbolt/conformance/reference"
	"github.com/drawbolt/drawbolt/conformance/tck"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/cypher/cyphertest/generator"
	interpreter "github.com/drawbolt/drawbolt/cypher/cyphertest/reference"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// TestKit runs the statements of the compatibility kit in the engine, as usual
// and without rewrites, and in the reference interpreter.
func TestKit(t *testing.T) {
	t.Parallel()
	path, err := tck.Locate(t.Context())
	if errors.Is(err, tck.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	kit, err := tck.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[cyphertest.Outcome]int{}
	d := cyphertest.NewDiffer(t)
	for i := range kit.Scenarios {
		s := &kit.Scenarios[i]
		if err := d.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		statements, ok := kit.Statements(s)
		if !ok {
			continue
		}
		for _, statement := range statements {
			if varies(statement.Text) || slices.Contains(ordered, s.ID) {
				break
			}
			outcome, text := d.Run(t.Context(), statement.Text, parameters(t, statement))
			counts[outcome]++
			if outcome == cyphertest.Differs {
				t.Errorf("%s: %s", s.ID, text)
			}
			if outcome == cyphertest.Undecided && testing.Verbose() {
				t.Logf("%s: undecided: %s\n%s", s.ID, statement.Text, text)
			}
			if outcome > cyphertest.Refused {
				break
			}
		}
	}
	t.Logf("agreed %d, refused %d, undecided %d, differ %d", counts[cyphertest.Agreed],
		counts[cyphertest.Refused], counts[cyphertest.Undecided], counts[cyphertest.Differs])
}

// ordered are the scenarios whose graph depends on the order of rows that have
// none: MERGE gives the property of the first, or of the last.
var ordered = []string{"Merge2[5]", "Merge3[4]", "Merge4[2]"}

// varies reports whether a statement has another result with each run.
func varies(text string) bool {
	for _, word := range []string{"rand()", "randomUUID", "timestamp()"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// parameters evaluates the literals of a statement's parameters.
func parameters(t *testing.T, s tck.Statement) graph.Value {
	t.Helper()
	var fields []graph.Field
	for name, literal := range s.Parameters {
		result, err := interpreter.New().Run("RETURN "+literal, graph.Null)
		if err != nil {
			t.Fatalf("parameter %s: %v", literal, err)
		}
		fields = append(fields, graph.Field{Name: name, Value: result.Rows[0][0]})
	}
	return graph.Map(fields)
}

// start runs a Neo4j that ends with the test.
func start(t *testing.T) *differential.Neo4j {
	t.Helper()
	server := reference.Start(t, reference.Options{})
	driver, err := neo4j.NewDriverWithContext(server.URI("bolt"), neo4j.NoAuth())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close(context.Background()) })
	return &differential.Neo4j{Driver: driver}
}

// TestReferenceAnswers asks a real Neo4j what the language leaves to read
// between the lines; the interpreter answers as it does.
func TestReferenceAnswers(t *testing.T) {
	t.Parallel()
	d := cyphertest.NewDifferOf(start(t))
	for _, tt := range []struct{ name, setup, query string }{
		{"MATCH of a node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) MATCH (x) RETURN x"},
		{"MATCH of a path that is a node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) MATCH p = (x) RETURN x"},
		{"MATCH of a labelled node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) MATCH (x:A) RETURN x"},
		{"OPTIONAL MATCH of a node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) OPTIONAL MATCH (x) RETURN x"},
		{"EXISTS of a node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) RETURN EXISTS { MATCH (x) } AS e"},
		{"MATCH in CALL of a node that is null", "CREATE (:A)", "OPTIONAL MATCH (x:Nope) CALL (x) { MATCH (x) RETURN 1 AS y } RETURN y"},
		{"CASE null WHEN null", "CREATE (:A)", "RETURN CASE null WHEN null THEN 1 ELSE 2 END AS x"},
		{"CREATE with a pattern in its properties", "CREATE (:A), (:A)", "MATCH (a:A) CREATE (a)-[r:R {i: COUNT { ()-[:R]->() }}]->(a) RETURN r.i"},
		{"SET with a pattern in its value", "CREATE (:A), (:A)", "MATCH (a:A) SET a.i = COUNT { (b) WHERE b.i IS NOT NULL } RETURN a.i"},
		{"MERGE and CREATE in FOREACH", "CREATE (:A)", "FOREACH (x IN [1, 2, 3] | MERGE (:C {i: 1}) CREATE (:C {i: 1}))"},
	} {
		if err := d.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{tt.setup, tt.query} {
			if outcome, text := d.Run(t.Context(), query, graph.Null); outcome != cyphertest.Agreed {
				t.Errorf("%s: outcome %d: %s", tt.name, outcome, text)
				break
			}
		}
	}
}

// TestReferenceGenerated compares a real Neo4j with the interpreter on generated
// statements.
func TestReferenceGenerated(t *testing.T) {
	t.Parallel()
	d := cyphertest.NewDifferOf(start(t))
	const statements = 15
	counts := map[cyphertest.Outcome]int{}
	seed, graphs := number(t, "DRAWBOLT_SEED", 1), number(t, "DRAWBOLT_GENERATE", 20)
	for n := range graphs {
		if err := d.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		g := generator.New(seed + n)
		setup := g.Graph()
		outcome, text := d.Run(t.Context(), setup, graph.Null)
		for i := 0; i < statements && outcome <= cyphertest.Refused; i++ {
			writes := i%3 == 2
			outcome, text = d.Run(t.Context(), g.Query(writes), graph.Null)
			counts[outcome]++
			if outcome == cyphertest.Undecided && !writes {
				if text != "" {
					t.Log(text)
				}
				outcome = cyphertest.Agreed
			}
		}
		if outcome == cyphertest.Differs {
			t.Errorf("DRAWBOLT_SEED=%d DRAWBOLT_GENERATE=1:\n%s;\n%s", seed+n, setup, text)
		}
	}
	t.Logf("agreed %d, refused %d, undecided %d, differ %d", counts[cyphertest.Agreed],
		counts[cyphertest.Refused], counts[cyphertest.Undecided], counts[cyphertest.Differs])
}

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
