package cypher_test

import (
	"strconv"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// people is the size of the graph that the benchmarks query: each person knows
// ten others.
const people = 2000

func load(b *testing.B) *cypher.Engine {
	b.Helper()
	e := cyphertest.Open(b)
	mustRun(b, e, "CREATE INDEX FOR (p:Person) ON (p.id)", graph.Value{})
	mustRun(b, e, "UNWIND range(0, $n - 1) AS i CREATE (:Person {id: i, name: 'p' + i, city: i % 50, age: i % 80})",
		graph.Map([]graph.Field{{Name: "n", Value: graph.Integer(people)}}))
	mustRun(b, e, `UNWIND range(0, $n - 1) AS i UNWIND range(1, 10) AS k
		MATCH (a:Person {id: i}) MATCH (b:Person {id: (i * 7 + k * 13) % $n}) CREATE (a)-[:KNOWS]->(b)`,
		graph.Map([]graph.Field{{Name: "n", Value: graph.Integer(people)}}))
	return e
}

func mustRun(b *testing.B, e *cypher.Engine, query string, params graph.Value) int {
	b.Helper()
	r, err := e.Run(b.Context(), query, params, cypher.RunOptions{})
	if err != nil {
		b.Fatalf("%s: %v", query, err)
	}
	rows := 0
	for {
		batch, err := r.Next(b.Context(), 1000)
		if err != nil {
			b.Fatalf("%s: %v", query, err)
		}
		if batch == nil {
			break
		}
		rows += batch.Len()
	}
	if err := r.Close(); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
	return rows
}

func param(name string, v graph.Value) graph.Value {
	return graph.Map([]graph.Field{{Name: name, Value: v}})
}

func BenchmarkReturnOne(b *testing.B) {
	e := cyphertest.Open(b)
	b.ReportAllocs()
	for b.Loop() {
		mustRun(b, e, "RETURN 1", graph.Value{})
	}
}

func BenchmarkRead(b *testing.B) {
	e := load(b)
	id := func(i int) graph.Value { return param("id", graph.Integer(int64(i%people))) }
	for _, q := range []struct {
		name, query string
		rows        int
	}{
		{"point", "MATCH (p:Person {id: $id}) RETURN p.name", 1},
		{"one hop", "MATCH (p:Person {id: $id})-[:KNOWS]->(f) RETURN f.name", 10},
		{"two hops distinct", "MATCH (p:Person {id: $id})-[:KNOWS]->()-[:KNOWS]->(f) RETURN DISTINCT f.id", -1},
		{"three hops count", "MATCH (p:Person {id: $id})-[:KNOWS*1..3]->(f) RETURN count(DISTINCT f)", 1},
		{"group by", "MATCH (p:Person) RETURN p.city, count(*), avg(p.age)", 50},
		{"top ten", "MATCH (p:Person) RETURN p.name ORDER BY p.age DESC, p.id LIMIT 10", 10},
		{"filter count", "MATCH (p:Person) WHERE p.age > 40 RETURN count(*)", 1},
		{"count relationships", "MATCH ()-[r:KNOWS]->() RETURN count(r)", 1},
		{"two hop count", "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN count(*)", 1},
		{"triangles", "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)", 1},
		{"shortest path", "MATCH p = shortestPath((a:Person {id: $id})-[:KNOWS*]->(b:Person {id: 1999})) RETURN length(p)", -1},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if rows := mustRun(b, e, q.query, id(i)); q.rows >= 0 && rows != q.rows {
					b.Fatalf("%d rows, want %d", rows, q.rows)
				}
				i++
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	const batch = 1000
	rows := make([]graph.Value, batch)
	for i := range rows {
		rows[i] = graph.Map([]graph.Field{
			{Name: "id", Value: graph.Integer(int64(i))},
			{Name: "name", Value: graph.String("n" + strconv.Itoa(i))},
		})
	}
	params := param("rows", graph.List(rows))
	for _, q := range []struct{ name, query string }{
		{"create", "UNWIND $rows AS r CREATE (:N {id: r.id, name: r.name})"},
		{"merge", "UNWIND $rows AS r MERGE (n:M {id: r.id}) SET n.name = r.name"},
	} {
		b.Run(q.name, func(b *testing.B) {
			e := cyphertest.Open(b)
			mustRun(b, e, "CREATE INDEX FOR (n:M) ON (n.id)", graph.Value{})
			b.ReportAllocs()
			for b.Loop() {
				mustRun(b, e, q.query, params)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/row")
		})
	}
}
