package suite

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// own is the suite of our own shapes. Reads come first: what writes add has
// labels, types and properties of its own, which no read looks at.
func own() Suite {
	return Suite{
		Name:    "own",
		Summary: "small requests, scans, transfers and durable writes on people who know each other",
		Sizes:   []Size{{Name: "standard", Nodes: 20_000, Relationships: 200_000}, {Name: "tiny", Nodes: 500, Relationships: 3_000}},
		Free:    true,
		Make: func(size Size, seed uint64) *Workload {
			d := newPeople(size.Nodes, size.Relationships, seed)
			return &Workload{
				Nodes: d.size(), Relationships: len(d.pairs),
				Indexes: []Index{{"Person", "id"}, {"Person", "age"}, {"Tag", "id"}},
				Parts:   d.parts(),
				Clean: []string{
					"MATCH ()-[r:SCRATCH]->() DELETE r",
					"MATCH (n:Scratch) DELETE n",
					"MATCH (n:Tag) DELETE n",
				},
				Queries: slices.Concat(d.lookups(), d.traversals(), d.scans(), transfers(), d.writes()),
			}
		},
	}
}

func (d *people) parts() []Part {
	return []Part{
		{
			Name: "load-nodes", Size: d.size(),
			Statement: "UNWIND $rows AS r CREATE (:Person {id: r.id, name: r.name, city: r.city, age: r.age, score: r.score})",
			Row: func(i int) Parameters {
				p := &d.nodes[i]
				return Parameters{"id": int64(i), "name": p.name, "city": p.city, "age": p.age, "score": p.score}
			},
		},
		{
			Name: "load-relationships", Size: len(d.pairs),
			Statement: "UNWIND $rows AS r MATCH (a:Person {id: r.a}) MATCH (b:Person {id: r.b}) CREATE (a)-[:KNOWS {since: r.since}]->(b)",
			Row: func(i int) Parameters {
				p := d.pairs[i]
				return Parameters{"a": int64(p[0]), "b": int64(p[1]), "since": int64(2000 + i%25)}
			},
		},
	}
}

func (d *people) one(r *rand.Rand) Parameters { return Parameters{"id": int64(r.IntN(d.size()))} }

func (d *people) two(r *rand.Rand) Parameters {
	return Parameters{"a": int64(r.IntN(d.size())), "b": int64(r.IntN(d.size()))}
}

// index returns a parameter that is the index of a node.
func index(p Parameters, name string) int32 {
	id, _ := p[name].(int64)
	return int32(id) //nolint:gosec // drawn below the number of nodes
}

func (d *people) lookups() []Query {
	name := func(p Parameters) [][]any { return value(d.nodes[index(p, "id")].name) }
	const byID = "MATCH (p:Person {id: $id}) RETURN p.name AS name"
	return []Query{
		{Name: "return-one", Kind: Read, Statement: "RETURN 1 AS x", Want: func(Parameters) [][]any { return value(int64(1)) }},
		{Name: "point-parameter", Kind: Read, Statement: byID, Draw: d.one, Want: name},
		{Name: "point-literal", Kind: Read, Statement: byID, Draw: d.one, Literal: true, Want: name},
		{
			Name: "hundred-rows", Kind: Read, Draw: d.one,
			Statement: "UNWIND range($id, $id + 99) AS x RETURN x, x + 1 AS y, 'a text of some length' AS t, x * 0.5 AS f, true AS b",
			Want: func(p Parameters) [][]any {
				var rows [][]any
				for x := int64(index(p, "id")); len(rows) < 100; x++ {
					rows = append(rows, []any{x, x + 1, "a text of some length", float64(x) * 0.5, true})
				}
				return rows
			},
		},
	}
}

func (d *people) traversals() []Query {
	return []Query{
		{
			Name: "one-hop", Kind: Read, Draw: d.one,
			Statement: "MATCH (:Person {id: $id})-[:KNOWS]->(f) RETURN f.id AS id",
			Want:      func(p Parameters) [][]any { return column(d.out[index(p, "id")]) },
		},
		{
			Name: "two-hops-distinct", Kind: Read, Draw: d.one,
			Statement: "MATCH (:Person {id: $id})-[:KNOWS]->()-[:KNOWS]->(f) RETURN DISTINCT f.id AS id",
			Want: func(p Parameters) [][]any {
				var result []int32
				for _, b := range d.out[index(p, "id")] {
					result = append(result, d.out[b]...)
				}
				slices.Sort(result)
				return column(slices.Compact(result))
			},
		},
		{
			Name: "three-hops-count", Kind: Analytical, Draw: d.one,
			Statement: "MATCH (:Person {id: $id})-[:KNOWS*1..3]->(f) RETURN count(DISTINCT f) AS n",
			Want: func(p Parameters) [][]any {
				var n int64
				for _, level := range d.levels(index(p, "id"), 3) {
					n += int64(len(level))
				}
				return value(n)
			},
		},
		{
			Name: "expand-into", Kind: Read, Draw: d.two,
			Statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) MATCH (a)-[r:KNOWS]->(b) RETURN count(r) AS n",
			Want: func(p Parameters) [][]any {
				if d.knows(index(p, "a"), index(p, "b")) {
					return value(int64(1))
				}
				return value(int64(0))
			},
		},
		{
			Name: "shortest-path", Kind: Read, Draw: d.two,
			Statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) WHERE a <> b " +
				"MATCH p = shortestPath((a)-[:KNOWS*..6]->(b)) RETURN length(p) AS n",
			Memgraph: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) WHERE a <> b " +
				"MATCH p = (a)-[:KNOWS *BFS ..6]->(b) RETURN size(relationships(p)) AS n",
			Want: func(p Parameters) [][]any {
				a, b := index(p, "a"), index(p, "b")
				for i, level := range d.levels(a, 6) {
					if a != b && slices.Contains(level, b) {
						return value(int64(i + 1))
					}
				}
				return nil
			},
		},
		{
			Name: "two-hop-count", Kind: Analytical,
			Statement: "MATCH (:Person)-[:KNOWS]->(:Person)-[:KNOWS]->(:Person) RETURN count(*) AS n",
			Want:      func(Parameters) [][]any { return value(d.twoHops()) },
		},
		{
			Name: "triangles", Kind: Analytical,
			Statement: "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(a) RETURN count(*) AS n",
			Want:      func(Parameters) [][]any { return value(d.triangles()) },
		},
	}
}

func (d *people) scans() []Query {
	return []Query{
		{
			Name: "top-10", Kind: Analytical, Ordered: true,
			Statement: "MATCH (p:Person) RETURN p.id AS id ORDER BY p.score DESC, p.id LIMIT 10",
			Want: func(Parameters) [][]any {
				order := make([]int32, d.size())
				for i := range order {
					order[i] = int32(i)
				}
				slices.SortFunc(order, func(x, y int32) int {
					return cmp.Or(cmp.Compare(d.nodes[y].score, d.nodes[x].score), cmp.Compare(x, y))
				})
				return column(order[:10])
			},
		},
		{
			Name: "group-by-city", Kind: Analytical,
			Statement: "MATCH (p:Person) RETURN p.city AS city, count(*) AS n, avg(p.age) AS age",
			Want: func(Parameters) [][]any {
				n, sum := make(map[string]int64), make(map[string]int64)
				for _, p := range d.nodes {
					n[p.city]++
					sum[p.city] += p.age
				}
				var result [][]any
				for city := range n {
					result = append(result, []any{city, n[city], float64(sum[city]) / float64(n[city])})
				}
				return result
			},
		},
		{
			Name: "count-indexed-range", Kind: Analytical,
			Statement: "MATCH (p:Person) WHERE p.age >= $from AND p.age < $to RETURN count(p) AS n",
			Draw: func(r *rand.Rand) Parameters {
				from := int64(r.IntN(90))
				return Parameters{"from": from, "to": from + 5}
			},
			Want: func(p Parameters) [][]any {
				from, _ := p["from"].(int64)
				return value(d.count(func(x *person) bool { return x.age >= from && x.age < from+5 }))
			},
		},
		{
			Name: "count-unindexed-float", Kind: Analytical,
			Statement: "MATCH (p:Person) WHERE p.score > $score RETURN count(p) AS n",
			Draw:      func(r *rand.Rand) Parameters { return Parameters{"score": r.Float64() * 1000} },
			Want: func(p Parameters) [][]any {
				score, _ := p["score"].(float64)
				return value(d.count(func(x *person) bool { return x.score > score }))
			},
		},
		{
			Name: "count-name-prefix", Kind: Analytical,
			Statement: "MATCH (p:Person) WHERE p.name STARTS WITH $prefix RETURN count(p) AS n",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"prefix": fmt.Sprintf("%c%c", 'A'+r.IntN(26), 'a'+r.IntN(26))}
			},
			Want: func(p Parameters) [][]any {
				prefix, _ := p["prefix"].(string)
				return value(d.count(func(x *person) bool { return strings.HasPrefix(x.name, prefix) }))
			},
		},
		{
			Name: "count-nodes", Kind: Analytical, Statement: "MATCH (p:Person) RETURN count(p) AS n",
			Want: func(Parameters) [][]any { return value(int64(d.size())) },
		},
		{
			Name: "count-relationships", Kind: Analytical, Statement: "MATCH ()-[r:KNOWS]->() RETURN count(r) AS n",
			Want: func(Parameters) [][]any { return value(int64(len(d.pairs))) },
		},
	}
}

func transfers() []Query {
	numbers := make([]any, 10_000)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	megabyte := strings.Repeat("0123456789abcdef", 1<<16)
	return []Query{
		{
			Name: "sum-of-parameter", Kind: Read, Statement: "UNWIND $list AS x RETURN sum(x) AS n",
			Draw: func(*rand.Rand) Parameters { return Parameters{"list": numbers} },
			Want: func(Parameters) [][]any { return value(int64(len(numbers) * (len(numbers) - 1) / 2)) },
		},
		{
			Name: "echo-megabyte", Kind: Read, Statement: "RETURN $text AS text",
			Draw: func(*rand.Rand) Parameters { return Parameters{"text": megabyte} },
			Want: func(Parameters) [][]any { return value(megabyte) },
		},
	}
}

// A fresh id is used by no other request.
func fresh(r *rand.Rand) Parameters { return Parameters{"id": r.Int64()} }

func (d *people) writes() []Query {
	return []Query{
		{Name: "create-node", Kind: Write, Statement: "CREATE (:Scratch {id: $id})", Draw: fresh},
		{
			Name: "create-relationship", Kind: Write, Draw: d.two,
			Statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) CREATE (a)-[:SCRATCH]->(b)",
		},
		{
			Name: "set-property", Kind: Update, Draw: d.one,
			Statement: "MATCH (p:Person {id: $id}) SET p.visits = $id",
		},
		{Name: "merge", Kind: Write, Draw: fresh, Statement: "MERGE (:Tag {id: $id})"},
		{
			Name: "transaction-of-three", Kind: Update, Draw: d.one,
			Steps: []string{
				"MATCH (p:Person {id: $id}) RETURN p.name AS name",
				"MATCH (p:Person {id: $id}) SET p.seen = true",
				"CREATE (:Scratch {id: $id})",
			},
		},
	}
}
