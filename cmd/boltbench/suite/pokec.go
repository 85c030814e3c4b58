package suite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A user is one node of the Pokec graph; its id is its index plus one, as there.
type user struct {
	completion int64
	gender     string
	age        int64
}

// A pokec is the generated graph of mgbench's workload.
type pokec struct {
	users []user
	net   *network
}

// adult is the age of the filters.
const adult = 18

// pokecSuite is mgbench's workload on a graph like the Pokec network.
func pokecSuite() Suite {
	return Suite{
		Name:    "pokec",
		Summary: "mgbench's query groups (arango, create, aggregation, match, update, basic) on a generated power-law graph",
		Sizes:   []Size{{Name: "small", Nodes: 10_000, Relationships: 121_716}, {Name: "medium", Nodes: 100_000, Relationships: 1_768_515}, {Name: "tiny", Nodes: 400, Relationships: 3_000}},
		Make: func(size Size, seed uint64) *Workload {
			r := rand.New(rand.NewPCG(seed, 10)) //nolint:gosec // a repeatable graph, no secret
			d := &pokec{net: newNetwork(size.Nodes, size.Relationships, r), users: make([]user, size.Nodes)}
			for i := range d.users {
				// The youngest have no age there, which is stored as 0.
				d.users[i] = user{completion: r.Int64N(101), gender: []string{"man", "woman"}[r.IntN(2)], age: max(r.Int64N(70)-8, 0)}
			}
			return &Workload{
				Nodes: size.Nodes, Relationships: size.Relationships,
				Alone:   true,
				Indexes: []Index{{"User", "id"}},
				Parts:   d.parts(),
				Clean: []string{
					"MATCH ()-[e:TempEdge]->() DELETE e",
					"MATCH (n:UserTemp) DELETE n",
					"MATCH (n:L1) DELETE n",
					"MATCH (n:User) WHERE n.property IS NOT NULL REMOVE n.property",
					"MATCH (n) WHERE size(labels(n)) = 0 DELETE n",
				},
				Queries: slices.Concat(d.arango(), d.aggregation(), d.match(), d.basic(), d.create(), d.update()),
			}
		},
	}
}

func (d *pokec) properties(i int32) map[string]any {
	u := &d.users[i]
	return map[string]any{"id": int64(i) + 1, "completion_percentage": u.completion, "gender": u.gender, "age": u.age}
}

func (d *pokec) parts() []Part {
	return []Part{
		{
			Name: "load-users", Size: len(d.users),
			Statement: "UNWIND $rows AS r CREATE (:User {id: r.id, completion_percentage: r.completion_percentage, gender: r.gender, age: r.age})",
			Row:       func(i int) Parameters { return d.properties(int32(i)) }, //nolint:gosec // below the number of users
		},
		{
			Name: "load-friends", Size: len(d.net.pairs),
			Statement: "UNWIND $rows AS r MATCH (a:User {id: r.a}) MATCH (b:User {id: r.b}) CREATE (a)-[:Friend]->(b)",
			Row: func(i int) Parameters {
				p := d.net.pairs[i]
				return Parameters{"a": int64(p[0]) + 1, "b": int64(p[1]) + 1}
			},
		},
	}
}

func (d *pokec) one(r *rand.Rand) Parameters {
	return Parameters{"id": r.Int64N(int64(len(d.users))) + 1}
}

func (d *pokec) two(r *rand.Rand) Parameters {
	from := r.Int64N(int64(len(d.users)))
	to := (from + 1 + r.Int64N(int64(len(d.users)-1))) % int64(len(d.users))
	return Parameters{"from": from + 1, "to": to + 1}
}

// twoAdults draws the ends of a filtered path.
func (d *pokec) twoAdults(r *rand.Rand) Parameters {
	for {
		p := d.two(r)
		if d.adult(index(p, "from")-1) && d.adult(index(p, "to")-1) {
			return p
		}
	}
}

func (d *pokec) adult(i int32) bool { return d.users[i].age >= adult }

func anyone(int32) bool { return true }

// node is a user as the answer to RETURN n.
func (d *pokec) node(i int32) any { return d.properties(i) }

// A reach is a query for the users some steps away.
type reach struct {
	least, most int
	filter      bool
	data        bool // return the users too
}

// statement returns the text: arrows for a fixed number of steps, as in the
// expansion queries, and a variable length otherwise.
func (q reach) statement() string {
	pattern := "-->" + strings.Repeat("()-->", q.most-1)
	if q.least != q.most {
		pattern = fmt.Sprintf("-[*%d..%d]->", q.least, q.most)
	}
	text := "MATCH (s:User {id: $id})" + pattern + "(n:User)"
	if q.filter {
		text += fmt.Sprintf(" WHERE n.age >= %d", adult)
	}
	if q.data {
		return text + " RETURN DISTINCT n.id, n"
	}
	return text + " RETURN DISTINCT n.id"
}

func (d *pokec) reach(group, name string, q reach) Query {
	return Query{
		Group: group, Name: name, Kind: Analytical, Statement: q.statement(), Draw: d.one,
		Want: func(p Parameters) [][]any {
			keep := anyone
			if q.filter {
				keep = d.adult
			}
			var rows [][]any
			for _, i := range d.net.ends(index(p, "id")-1, q.least, q.most, keep) {
				row := []any{int64(i) + 1}
				if q.data {
					row = append(row, d.node(i))
				}
				rows = append(rows, row)
			}
			return rows
		},
	}
}

// arango is the group that came from ArangoDB's benchmark.
func (d *pokec) arango() []Query {
	const group = "arango"
	queries := []Query{
		d.vertexRead(group, "single_vertex_read", "MATCH (n:User {id: $id}) RETURN n"),
		d.byAge(group, "aggregate", "MATCH (n:User) RETURN n.age, count(*)", anyone),
		{
			Group: group, Name: "aggregate_with_distinct", Kind: Analytical, Statement: "MATCH (n:User) RETURN count(DISTINCT n.age)",
			Want: func(Parameters) [][]any { return value(int64(len(d.ages(anyone)))) },
		},
		d.byAge(group, "aggregate_with_filter", "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)", d.adult),
	}
	for steps := 1; steps <= 4; steps++ {
		name := fmt.Sprintf("expansion_%d", steps)
		queries = append(queries,
			d.reach(group, name, reach{least: steps, most: steps}),
			d.reach(group, name+"_with_filter", reach{least: steps, most: steps, filter: true}))
	}
	queries = append(queries,
		d.reach(group, "neighbours_2", reach{least: 1, most: 2}),
		d.reach(group, "neighbours_2_with_filter", reach{least: 1, most: 2, filter: true}),
		d.reach(group, "neighbours_2_with_data", reach{least: 1, most: 2, data: true}),
		d.reach(group, "neighbours_2_with_data_and_filter", reach{least: 1, most: 2, data: true, filter: true}))
	queries = append(queries, d.paths()...)
	return append(queries,
		d.vertexWrite(group, "single_vertex_write"),
		d.edgeWrite(group, "single_edge_write"),
		Query{
			Group: group, Name: "unwind_range_vertex_write", Kind: Write,
			Statement: "UNWIND range(1, 100) AS x CREATE (n:UserTemp {id: x})",
		})
}

const pathEnds = "MATCH (n:User {id: $from}), (m:User {id: $to}) "

func (d *pokec) paths() []Query {
	const group = "arango"
	shortest := func(name, condition, lambda string, keep func(int32) bool, draw func(*rand.Rand) Parameters) Query {
		return Query{
			Group: group, Name: name, Kind: Analytical, Draw: draw,
			Statement: pathEnds + "MATCH p = shortestPath((n)-[*..15]->(m)) " + condition + "RETURN [x IN nodes(p) | x.id] AS path",
			Memgraph:  pathEnds + "MATCH p = (n)-[*BFS ..15" + lambda + "]->(m) RETURN [x IN nodes(p) | x.id] AS path",
			Check: func(p Parameters, rows [][]any) error {
				return d.checkPath(index(p, "from")-1, index(p, "to")-1, keep, rows)
			},
		}
	}
	return []Query{
		shortest("shortest_path", "", "", anyone, d.two),
		shortest("shortest_path_with_filter", "WHERE all(x IN nodes(p) WHERE x.age >= 18) ", " (e, x | x.age >= 18)", d.adult, d.twoAdults),
		{
			Group: group, Name: "allshortest_paths", Kind: Analytical, Draw: d.two,
			Statement: pathEnds + "MATCH p = allShortestPaths((n)-[*..2]->(m)) RETURN [x IN nodes(p) | x.id] AS path",
			Memgraph:  pathEnds + "MATCH p = (n)-[*ALLSHORTEST 2 (e, x | 1) total]->(m) RETURN [x IN nodes(p) | x.id] AS path",
			Want: func(p Parameters) [][]any {
				from, to := index(p, "from")-1, index(p, "to")-1
				if d.net.linked(from, to) {
					return [][]any{{[]any{int64(from) + 1, int64(to) + 1}}}
				}
				var rows [][]any
				for _, e := range d.net.out[from] {
					if via := d.net.pairs[e][1]; d.net.linked(via, to) {
						rows = append(rows, []any{[]any{int64(from) + 1, int64(via) + 1, int64(to) + 1}})
					}
				}
				return rows
			},
		},
	}
}

// checkPath judges a shortest path, of which there may be several.
func (d *pokec) checkPath(from, to int32, keep func(int32) bool, rows [][]any) error {
	want := d.net.distance(from, to, 15, keep)
	if want < 0 {
		return compare(rows, nil, false)
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return fmt.Errorf("%d rows instead of one path", len(rows))
	}
	path, _ := rows[0][0].([]any)
	if len(path) != want+1 {
		return fmt.Errorf("a path with %d nodes instead of %d", len(path), want+1)
	}
	for i, item := range path {
		id, _ := item.(int64)
		at := int32(id) - 1 //nolint:gosec // compared with the number of users
		switch {
		case at < 0 || int(at) >= len(d.users) || !keep(at):
			return fmt.Errorf("the user %v may not be on the path", item)
		case i == 0 && at != from, i == want && at != to:
			return fmt.Errorf("the path %v has other ends", path)
		}
		if i > 0 {
			before, _ := path[i-1].(int64)
			if !d.net.linked(int32(before)-1, at) { //nolint:gosec // checked one step before
				return fmt.Errorf("the path has no friend %d of %d", id, before)
			}
		}
	}
	return nil
}

// ages counts users by age.
func (d *pokec) ages(keep func(int32) bool) map[int64]int64 {
	result := make(map[int64]int64)
	for i := range d.users {
		if keep(int32(i)) {
			result[d.users[i].age]++
		}
	}
	return result
}

func (d *pokec) byAge(group, name, statement string, keep func(int32) bool) Query {
	return Query{
		Group: group, Name: name, Kind: Analytical, Statement: statement,
		Want: func(Parameters) [][]any {
			var rows [][]any
			for age, n := range d.ages(keep) {
				rows = append(rows, []any{age, n})
			}
			return rows
		},
	}
}

func (d *pokec) vertexRead(group, name, statement string) Query {
	return Query{
		Group: group, Name: name, Kind: Read, Statement: statement, Draw: d.one,
		Want: func(p Parameters) [][]any { return value(d.node(index(p, "id") - 1)) },
	}
}

func (d *pokec) vertexWrite(group, name string) Query {
	return Query{
		Group: group, Name: name, Kind: Write, Statement: "CREATE (n:UserTemp {id: $id}) RETURN n", Draw: d.one,
		Want: func(p Parameters) [][]any { return value(map[string]any{"id": p["id"]}) },
	}
}

func (d *pokec) edgeWrite(group, name string) Query {
	return Query{
		Group: group, Name: name, Kind: Write, Draw: d.two,
		Statement: "MATCH (n:User {id: $from}), (m:User {id: $to}) WITH n, m CREATE (n)-[e:TempEdge]->(m) RETURN e",
		Want:      func(Parameters) [][]any { return value(map[string]any{}) },
	}
}
