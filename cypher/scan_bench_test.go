package cypher_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/cyphertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// BenchmarkScan reads properties of 20,000 nodes that no index holds, with each
// statement's parameters bound anew.
func BenchmarkScan(b *testing.B) {
	const nodes = 20_000
	e := cyphertest.Open(b)
	rows := make([]graph.Value, nodes)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		rows[i] = graph.Map([]graph.Field{
			{Name: "id", Value: graph.Integer(int64(i))},
			{Name: "name", Value: graph.String(fmt.Sprintf("%c%c%06d", 'A'+r.IntN(26), 'a'+r.IntN(26), i))},
			{Name: "age", Value: graph.Integer(int64(r.IntN(80)))},
			{Name: "city", Value: graph.String(fmt.Sprintf("City%02d", r.IntN(50)))},
			{Name: "score", Value: graph.Float(r.Float64())},
		})
	}
	mustRun(b, e, "UNWIND $rows AS r CREATE (p:Person) SET p = r", param("rows", graph.List(rows)))
	mustRun(b, e, "CREATE INDEX FOR (p:Person) ON (p.id)", graph.Value{})
	params := graph.Map([]graph.Field{
		{Name: "score", Value: graph.Float(0.5)},
		{Name: "prefix", Value: graph.String("Fa")},
	})
	for _, q := range []struct {
		name, query string
		rows        int
	}{
		{"float", "MATCH (p:Person) WHERE p.score > $score RETURN count(p) AS n", 1},
		{"prefix", "MATCH (p:Person) WHERE p.name STARTS WITH $prefix RETURN count(p) AS n", 1},
		{"group", "MATCH (p:Person) RETURN p.city AS city, count(*) AS n, avg(p.age) AS age", 50},
		{"top", "MATCH (p:Person) RETURN p.name AS name ORDER BY p.age DESC, p.name LIMIT 10", 10},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if rows := mustRun(b, e, q.query, params); rows != q.rows {
					b.Fatalf("%d rows, want %d", rows, q.rows)
				}
			}
		})
	}
}
