package suite

import (
	"fmt"
)

// aggregation looks at all nodes.
func (d *pokec) aggregation() []Query {
	return []Query{d.count("aggregation", "count"), d.minMaxAvg("aggregation", "min_max_avg")}
}

func (d *pokec) count(group, name string) Query {
	return Query{
		Group: group, Name: name, Kind: Analytical, Statement: "MATCH (n) RETURN count(n), count(n.age)",
		Want: func(Parameters) [][]any { return [][]any{{int64(len(d.users)), int64(len(d.users))}} },
	}
}

func (d *pokec) minMaxAvg(group, name string) Query {
	return Query{
		Group: group, Name: name, Kind: Analytical, Statement: "MATCH (n) RETURN min(n.age), max(n.age), avg(n.age)",
		Want: func(Parameters) [][]any {
			least, most, sum := d.users[0].age, d.users[0].age, int64(0)
			for _, u := range d.users {
				least, most, sum = min(least, u.age), max(most, u.age), sum+u.age
			}
			return [][]any{{least, most, float64(sum) / float64(len(d.users))}}
		},
	}
}

// match looks for small patterns and for nodes in three ways.
func (d *pokec) match() []Query {
	const group = "match"
	return []Query{
		d.cycle(group, "pattern_cycle", Read),
		d.long(group, "pattern_long", Read),
		d.short(group, "pattern_short", Read),
		d.vertexRead(group, "vertex_on_label_property", "MATCH (n:User) WITH n WHERE n.id = $id RETURN n"),
		d.vertexRead(group, "vertex_on_label_property_index", "MATCH (n:User {id: $id}) RETURN n"),
		d.vertexRead(group, "vertex_on_property", "MATCH (n {id: $id}) RETURN n"),
	}
}

func (d *pokec) cycle(group, name string, kind Kind) Query {
	return Query{
		Group: group, Name: name, Kind: kind, Draw: d.one,
		Statement: "MATCH (n:User {id: $id})-[e1]->(m)-[e2]->(n) RETURN e1, m, e2",
		Want: func(p Parameters) [][]any {
			var rows [][]any
			start := index(p, "id") - 1
			for _, e := range d.net.out[start] {
				if m := d.net.pairs[e][1]; d.net.linked(m, start) {
					rows = append(rows, []any{map[string]any{}, d.node(m), map[string]any{}})
				}
			}
			return rows
		},
	}
}

// checkOne judges a row where several would be right.
func (d *pokec) checkOne(rows [][]any, right func(int32) bool, exists bool) error {
	if !exists {
		return compare(rows, nil, false)
	}
	if len(rows) != 1 || len(rows[0]) != 1 {
		return fmt.Errorf("%d rows instead of one user", len(rows))
	}
	properties, _ := rows[0][0].(map[string]any)
	i := index(properties, "id") - 1
	if i < 0 || int(i) >= len(d.users) || !right(i) {
		return fmt.Errorf("%.60s does not match the pattern", fmt.Sprint(rows[0][0]))
	}
	return compare(rows, value(d.node(i)), false)
}

func (d *pokec) short(group, name string, kind Kind) Query {
	return Query{
		Group: group, Name: name, Kind: kind, Draw: d.one,
		Statement: "MATCH (n:User {id: $id})-[e]->(m) RETURN m LIMIT 1",
		Check: func(p Parameters, rows [][]any) error {
			start := index(p, "id") - 1
			return d.checkOne(rows, func(i int32) bool { return d.net.linked(start, i) }, len(d.net.out[start]) > 0)
		},
	}
}

func (d *pokec) long(group, name string, kind Kind) Query {
	return Query{
		Group: group, Name: name, Kind: kind, Draw: d.one,
		Statement: "MATCH (n1:User {id: $id})-[e1]->(n2)-[e2]->(n3)-[e3]->(n4)<-[e4]-(n5) RETURN n5 LIMIT 1",
		Check: func(p Parameters, rows [][]any) error {
			ends := d.longEnds(index(p, "id") - 1)
			return d.checkOne(rows, func(i int32) bool { return ends[i] }, len(ends) > 0)
		},
	}
}

// longEnds returns the last users of the long pattern.
func (d *pokec) longEnds(start int32) map[int32]bool {
	// A trail of three steps by where it leads and which of its relationships
	// lead there too, since the fourth must be another one.
	type trail struct{ at, e1, e2, e3 int32 }
	pairs, out := d.net.pairs, d.net.out
	trails := make(map[trail]bool)
	for _, e1 := range out[start] {
		for _, e2 := range out[pairs[e1][1]] {
			for _, e3 := range out[pairs[e2][1]] {
				if e1 == e2 || e1 == e3 || e2 == e3 {
					continue
				}
				t := trail{at: pairs[e3][1], e1: -1, e2: -1, e3: e3}
				if pairs[e1][1] == t.at {
					t.e1 = e1
				}
				if pairs[e2][1] == t.at {
					t.e2 = e2
				}
				trails[t] = true
			}
		}
	}
	result := make(map[int32]bool)
	for t := range trails {
		for _, e4 := range d.net.in[t.at] {
			if e4 != t.e1 && e4 != t.e2 && e4 != t.e3 {
				result[pairs[e4][0]] = true
			}
		}
	}
	return result
}

// basic is the group of the public comparison: the same shapes under names that
// say their kind.
func (d *pokec) basic() []Query {
	const group = "basic"
	queries := []Query{
		d.vertexRead(group, "single_vertex_read_read", "MATCH (n:User {id: $id}) RETURN n"),
		d.byAge(group, "aggregate_aggregate", "MATCH (n:User) RETURN n.age, count(*)", anyone),
		d.count(group, "aggregate_count_aggregate"),
		d.byAge(group, "aggregate_with_filter_aggregate", "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)", d.adult),
		d.minMaxAvg(group, "min_max_avg_aggregate"),
	}
	for steps := 1; steps <= 4; steps++ {
		name := fmt.Sprintf("expansion_%d", steps)
		queries = append(queries,
			d.reach(group, name+"_analytical", reach{least: steps, most: steps}),
			d.reach(group, name+"_with_filter_analytical", reach{least: steps, most: steps, filter: true}))
	}
	for steps := 2; steps <= 4; steps++ {
		name := fmt.Sprintf("neighbours_%d", steps)
		queries = append(queries,
			d.reach(group, name+"_analytical", reach{least: 1, most: steps}),
			d.reach(group, name+"_with_filter_analytical", reach{least: 1, most: steps, filter: true}),
			d.reach(group, name+"_with_data_analytical", reach{least: 1, most: steps, data: true}),
			d.reach(group, name+"_with_data_and_filter_analytical", reach{least: 1, most: steps, data: true, filter: true}))
	}
	return append(queries,
		d.cycle(group, "pattern_cycle_analytical", Analytical),
		d.long(group, "pattern_long_analytical", Analytical),
		d.short(group, "pattern_short_analytical", Analytical),
		d.vertexWrite(group, "single_vertex_write_write"),
		d.edgeWrite(group, "single_edge_write_write"),
		Query{
			Group: group, Name: "single_vertex_property_update_update", Kind: Update, Draw: d.one,
			Statement: "MATCH (n:User {id: $id}) SET n.property = -1",
		})
}

// create adds nodes and relationships of all kinds.
func (d *pokec) create() []Query {
	const group = "create"
	return []Query{
		{Group: group, Name: "edge", Kind: Write, Draw: d.two, Statement: "MATCH (a:User {id: $from}), (b:User {id: $to}) CREATE (a)-[:TempEdge]->(b)"},
		{Group: group, Name: "pattern", Kind: Write, Statement: "CREATE ()-[:TempEdge]->()"},
		{Group: group, Name: "vertex", Kind: Write, Statement: "CREATE ()"},
		{
			Group: group, Name: "vertex_big", Kind: Write,
			Statement: "CREATE (:L1:L2:L3:L4:L5:L6:L7 {p1: true, p2: 42, p3: 'a text that is not very short, but not long either', p4: 'a short text', p5: 234.434, p6: 11.11, p7: false})",
		},
	}
}

// update changes a node that no index finds.
func (d *pokec) update() []Query {
	return []Query{{
		Group: "update", Name: "vertex_on_property", Kind: Update, Draw: d.one,
		Statement: "MATCH (n {id: $id}) SET n.property = -1",
	}}
}
