package parser_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher/parser"
)

// The statements of the table from a point lookup to an aggregation, as
// drivers send them.
var benchmarks = []struct{ name, text string }{
	{"point", "MATCH (n:Person {id: $id}) RETURN n"},
	{"hop", "MATCH (a:Person {id: $id})-[:KNOWS]->(b:Person) WHERE b.age > 30 RETURN b.name AS name, b.age AS age ORDER BY age DESC LIMIT 10"},
	{"create", "CREATE (a:Person {id: $id, name: $name, age: 42, city: 'Stockholm'}) RETURN a"},
	{"merge", "UNWIND $rows AS row MERGE (a:Person {id: row.from}) MERGE (b:Person {id: row.to}) MERGE (a)-[r:KNOWS]->(b) ON CREATE SET r.since = row.since, r.weight = 1 ON MATCH SET r.weight = r.weight + 1"},
	{"aggregation", "MATCH (p:Person)-[:LIVES_IN]->(c:City) WHERE p.age >= 18 AND p.age < 65 AND c.name STARTS WITH 'S' WITH c, count(p) AS people, avg(p.age) AS age, collect(DISTINCT p.name)[0..5] AS names WHERE people > 10 RETURN c.name AS city, people, age, [x IN names WHERE x <> 'A' | toUpper(x)] AS names ORDER BY people DESC, city SKIP 5 LIMIT 20"},
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parser.Parse(bb.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
