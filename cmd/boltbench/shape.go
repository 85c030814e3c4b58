package main

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// A parameters map is what one statement gets.
type parameters = map[string]any

// A shape is one kind of request. Its name is stable: results are compared by
// it.
type shape struct {
	name      string
	statement string
	// prepare draws the parameters of one request; nil means none.
	prepare func(d *dataset, r *rand.Rand) parameters
	// literal writes the parameters into the text instead of sending them.
	literal bool
	// write marks requests that change the graph.
	write bool
	// want computes the answer: one int64 or float64, or the sorted values of
	// the only column. nil means that no rows come back.
	want func(d *dataset, p parameters) any
	// steps, when set, are the statements of one explicit transaction.
	steps []string
}

func aPerson(d *dataset, r *rand.Rand) parameters {
	return parameters{"id": int64(r.IntN(d.size()))}
}

func twoPeople(d *dataset, r *rand.Rand) parameters {
	return parameters{"a": int64(r.IntN(d.size())), "b": int64(r.IntN(d.size()))}
}

// shapes returns all shapes in the order of the table. Reads come first, since
// writes change what later reads see only in labels and types of their own.
func shapes() []shape {
	return slices.Concat(lookups(), traversals(), scans(), transfers(), writes())
}

func lookups() []shape {
	name := func(d *dataset, p parameters) any { return d.people[p["id"].(int64)].name }
	const byID = "MATCH (p:Person {id: $id}) RETURN p.name AS name"
	return []shape{
		{name: "return-one", statement: "RETURN 1 AS x", want: func(*dataset, parameters) any { return int64(1) }},
		{name: "point-parameter", statement: byID, prepare: aPerson, want: name},
		{name: "point-literal", statement: byID, prepare: aPerson, literal: true, want: name},
	}
}

func traversals() []shape {
	return []shape{
		{
			name: "one-hop", prepare: aPerson,
			statement: "MATCH (:Person {id: $id})-[:KNOWS]->(f) RETURN f.id AS id",
			want:      func(d *dataset, p parameters) any { return ids(d.out[p["id"].(int64)]) },
		},
		{
			name: "two-hops-distinct", prepare: aPerson,
			statement: "MATCH (:Person {id: $id})-[:KNOWS]->()-[:KNOWS]->(f) RETURN DISTINCT f.id AS id",
			want: func(d *dataset, p parameters) any {
				seen := make(map[int32]bool)
				var result []int32
				for _, b := range d.out[p["id"].(int64)] {
					for _, c := range d.out[b] {
						if !seen[c] {
							seen[c] = true
							result = append(result, c)
						}
					}
				}
				return ids(result)
			},
		},
		{
			name: "three-hops-count", prepare: aPerson,
			statement: "MATCH (:Person {id: $id})-[:KNOWS*1..3]->(f) RETURN count(DISTINCT f) AS n",
			want: func(d *dataset, p parameters) any {
				var n int64
				for _, level := range d.levels(int32(p["id"].(int64)), 3) { //nolint:gosec // an index of people
					n += int64(len(level))
				}
				return n
			},
		},
		{
			name: "expand-into", prepare: twoPeople,
			statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) MATCH (a)-[r:KNOWS]->(b) RETURN count(r) AS n",
			want: func(d *dataset, p parameters) any {
				if d.knows(int32(p["a"].(int64)), int32(p["b"].(int64))) { //nolint:gosec // indexes of people
					return int64(1)
				}
				return int64(0)
			},
		},
		{
			name: "shortest-path", prepare: twoPeople,
			statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) WHERE a <> b " +
				"MATCH p = shortestPath((a)-[:KNOWS*..6]->(b)) RETURN length(p) AS n",
			want: func(d *dataset, p parameters) any {
				a, b := int32(p["a"].(int64)), int32(p["b"].(int64)) //nolint:gosec // indexes of people
				for i, level := range d.levels(a, 6) {
					if a != b && slices.Contains(level, b) {
						return int64(i + 1)
					}
				}
				return []any{}
			},
		},
		{
			name: "two-hop-count", statement: "MATCH (:Person)-[:KNOWS]->(:Person)-[:KNOWS]->(:Person) RETURN count(*) AS n",
			want: func(d *dataset, _ parameters) any { return d.twoHops() },
		},
		{
			name:      "triangles",
			statement: "MATCH (a:Person)-[:KNOWS]->(b:Person)-[:KNOWS]->(c:Person)-[:KNOWS]->(a) RETURN count(*) AS n",
			want:      func(d *dataset, _ parameters) any { return d.triangles() },
		},
	}
}

func scans() []shape {
	return []shape{
		{
			name: "top-10", statement: "MATCH (p:Person) RETURN p.id AS id ORDER BY p.score DESC, p.id LIMIT 10",
			want: func(d *dataset, _ parameters) any {
				order := make([]int32, d.size())
				for i := range order {
					order[i] = int32(i)
				}
				slices.SortFunc(order, func(x, y int32) int {
					return cmp.Or(cmp.Compare(d.people[y].score, d.people[x].score), cmp.Compare(x, y))
				})
				return ids(order[:10])
			},
		},
		{
			name:      "group-by-city",
			statement: "MATCH (p:Person) WITH p.city AS city, count(*) AS n, avg(p.age) AS age RETURN n + age AS x",
			want: func(d *dataset, _ parameters) any {
				n, sum := make(map[string]float64), make(map[string]float64)
				for _, p := range d.people {
					n[p.city]++
					sum[p.city] += float64(p.age)
				}
				var result []any
				for city := range n {
					result = append(result, n[city]+sum[city]/n[city])
				}
				return result
			},
		},
		{
			name:      "count-indexed-range",
			statement: "MATCH (p:Person) WHERE p.age >= $from AND p.age < $to RETURN count(p) AS n",
			prepare: func(_ *dataset, r *rand.Rand) parameters {
				from := int64(r.IntN(90))
				return parameters{"from": from, "to": from + 5}
			},
			want: func(d *dataset, p parameters) any {
				return d.count(func(x *person) bool { return x.age >= p["from"].(int64) && x.age < p["to"].(int64) })
			},
		},
		{
			name: "count-unindexed-float", statement: "MATCH (p:Person) WHERE p.score > $score RETURN count(p) AS n",
			prepare: func(_ *dataset, r *rand.Rand) parameters { return parameters{"score": r.Float64() * 1000} },
			want: func(d *dataset, p parameters) any {
				return d.count(func(x *person) bool { return x.score > p["score"].(float64) })
			},
		},
		{
			name: "count-name-prefix", statement: "MATCH (p:Person) WHERE p.name STARTS WITH $prefix RETURN count(p) AS n",
			prepare: func(_ *dataset, r *rand.Rand) parameters {
				return parameters{"prefix": fmt.Sprintf("%c%c", 'A'+r.IntN(26), 'a'+r.IntN(26))}
			},
			want: func(d *dataset, p parameters) any {
				return d.count(func(x *person) bool { return strings.HasPrefix(x.name, p["prefix"].(string)) })
			},
		},
		{
			name: "count-nodes", statement: "MATCH (p:Person) RETURN count(p) AS n",
			want: func(d *dataset, _ parameters) any { return int64(d.size()) },
		},
		{
			name: "count-relationships", statement: "MATCH ()-[r:KNOWS]->() RETURN count(r) AS n",
			want: func(d *dataset, _ parameters) any { return int64(len(d.pairs)) },
		},
	}
}

func transfers() []shape {
	numbers := make([]int64, 10_000)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	megabyte := strings.Repeat("0123456789abcdef", 1<<16)
	return []shape{
		{
			name: "sum-of-parameter", statement: "UNWIND $list AS x RETURN sum(x) AS n",
			prepare: func(*dataset, *rand.Rand) parameters { return parameters{"list": numbers} },
			want:    func(*dataset, parameters) any { return int64(len(numbers) * (len(numbers) - 1) / 2) },
		},
		{
			name: "echo-megabyte", statement: "RETURN $text AS text",
			prepare: func(*dataset, *rand.Rand) parameters { return parameters{"text": megabyte} },
			want:    func(*dataset, parameters) any { return megabyte },
		},
	}
}

func writes() []shape {
	fresh := func(_ *dataset, r *rand.Rand) parameters { return parameters{"id": r.Int64()} }
	return []shape{
		{name: "create-node", write: true, statement: "CREATE (:Scratch {id: $id})", prepare: fresh},
		{
			name: "create-relationship", write: true, prepare: twoPeople,
			statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) CREATE (a)-[:SCRATCH]->(b)",
		},
		{
			name: "set-property", write: true, prepare: aPerson,
			statement: "MATCH (p:Person {id: $id}) SET p.visits = $id",
		},
		{name: "merge", write: true, prepare: fresh, statement: "MERGE (:Tag {id: $id})"},
		{
			name: "transaction-of-three", write: true, prepare: aPerson,
			steps: []string{
				"MATCH (p:Person {id: $id}) RETURN p.name AS name",
				"MATCH (p:Person {id: $id}) SET p.seen = true",
				"CREATE (:Scratch {id: $id})",
			},
		},
	}
}

// ids returns the sorted list that a column of ids should have.
func ids(of []int32) any {
	result := make([]any, len(of))
	for i, id := range of {
		result[i] = int64(id)
	}
	return result
}

// check compares the only column of an answer, in any order, with want.
func check(got []any, want any) error {
	expected, ok := want.([]any)
	if !ok {
		expected = []any{want}
	}
	if len(got) != len(expected) {
		return fmt.Errorf("%d rows instead of %d", len(got), len(expected))
	}
	got, expected = slices.Clone(got), slices.Clone(expected)
	slices.SortFunc(got, compareValues)
	slices.SortFunc(expected, compareValues)
	for i := range got {
		if !sameValue(got[i], expected[i]) {
			return fmt.Errorf("%.60v instead of %.60v", got[i], expected[i])
		}
	}
	return nil
}

func compareValues(a, b any) int {
	x, xIsText := a.(string)
	y, yIsText := b.(string)
	if xIsText || yIsText {
		return strings.Compare(x, y)
	}
	return cmp.Compare(number(a), number(b))
}

// sameValue allows the rounding that a different order of addition brings.
func sameValue(a, b any) bool {
	if x, ok := a.(string); ok {
		return x == b
	}
	return math.Abs(number(a)-number(b)) <= 1e-9*math.Abs(number(b))
}

func number(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	default:
		return math.NaN()
	}
}
