package reference_test

import (
	"errors"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/cyphertest/reference"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// TestRun compares the single value of statements with what the language says;
// the graph is a triangle of R with a loop at its first node.
func TestRun(t *testing.T) {
	t.Parallel()
	const triangle = "CREATE (a:A {i: 1})-[:R]->(b:B {i: 2})-[:R]->(c:C {i: 3})-[:R]->(a)-[:R]->(a)"
	for _, tt := range []struct {
		name, query string
		want        int64
	}{
		{"an undirected pattern takes a loop once", "MATCH ()--() RETURN count(*)", 7},
		{"a relationship is used once in a clause", "MATCH ()-->()-->() RETURN count(*)", 5},
		{"and again in the next clause", "MATCH (a)-->(b) MATCH (b)-->(c) RETURN count(*)", 6},
		{"a path of no relationship", "MATCH (:B)-[*0..1]->() RETURN count(*)", 2},
		{"OPTIONAL MATCH keeps the row", "OPTIONAL MATCH (x:Nope) RETURN count(*)", 1},
		{"null is no node", "OPTIONAL MATCH (x:Nope) MATCH (x) RETURN count(*)", 0},
		{"aggregation of nothing", "MATCH (x:Nope) RETURN count(x)", 0},
		{"null AND false", "RETURN CASE WHEN (null AND false) = false THEN 1 END", 1},
		{"MERGE finds what it has made", "UNWIND [1, 1, 2] AS x MERGE (n:M {i: x}) RETURN count(DISTINCT n)", 2},
		{"a clause works on the whole table", "MATCH () CREATE () WITH * MATCH () RETURN count(*)", 18},
		{"a group repeats", "MATCH (:A)((x)-[:R]->(y)){3}(:A) RETURN count(*)", 1},
		{"the shortest path", "MATCH p = shortestPath((:B)-[*]->(:A)) RETURN length(p)", 2},
		{"a collection forgets null", "RETURN size(COLLECT { UNWIND [1, null] AS x RETURN x })", 2},
		{"UNION removes duplicates", "CALL () { RETURN 1 AS x UNION RETURN 1 AS x } RETURN count(x)", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := reference.New()
			if _, err := i.Run(triangle, graph.Null); err != nil {
				t.Fatal(err)
			}
			result, err := i.Run(tt.query, graph.Null)
			if err != nil {
				t.Fatalf("Run(%q): %v", tt.query, err)
			}
			if len(result.Rows) != 1 || graph.Equal(result.Rows[0][0], graph.Integer(tt.want)) != graph.True {
				t.Errorf("Run(%q) = %v; want %d", tt.query, result.Rows, tt.want)
			}
		})
	}
}

// TestFailure checks that a statement that fails changes nothing.
func TestFailure(t *testing.T) {
	t.Parallel()
	i := reference.New()
	for _, tt := range []struct{ query, detail string }{
		{"CREATE ()-[:R]->() WITH 1 AS x RETURN x / 0", "DivisionByZero"},
		{"CREATE (a)-[:R]->() DELETE a", "DeleteConnectedNode"},
		{"CREATE (a {i: 1}) DELETE a RETURN a.i", "DeletedEntityAccess"},
		{"MERGE ({i: null})", "MergeReadOwnWrites"},
		{"RETURN 9223372036854775807 + 1", "IntegerOverflow"},
	} {
		_, err := i.Run(tt.query, graph.Null)
		if failure, ok := errors.AsType[*reference.Error](err); !ok || failure.Detail != tt.detail {
			t.Errorf("Run(%q): %v; want %s", tt.query, err, tt.detail)
		}
		if n := len(i.Graph().Nodes()); n != 0 {
			t.Errorf("Run(%q) has left %d nodes", tt.query, n)
		}
	}
	if _, err := i.Run("CALL db.labels() YIELD label RETURN label", graph.Null); err == nil {
		t.Error("a procedure was called")
	}
}
