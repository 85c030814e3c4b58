package suite

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// The geography of the study's graph. Cities, states and countries are numbered
// through: city c is in state c/citiesPerState, and so on.
const (
	studyCountries   = 5
	statesPerCountry = 10
	citiesPerState   = 8
	studyStates      = studyCountries * statesPerCountry
	studyCities      = studyStates * citiesPerState
	studyInterests   = 40
)

// A follower is a person of the study's graph.
type follower struct {
	name, gender string
	age          int64
	married      bool
	city         int
	interests    []int
}

// A study is the graph of the study that compared Kuzu with Neo4j.
type study struct {
	persons []follower
	follows *network
}

// studySuite is the nine queries of that study.
func studySuite() Suite {
	return Suite{
		Name:    "study",
		Summary: "the nine queries of the Kuzu study on persons who follow each other, cities and interests",
		Sizes:   []Size{{Name: "small", Nodes: 10_000, Relationships: 240_000}, {Name: "full", Nodes: 100_000, Relationships: 2_417_738}, {Name: "tiny", Nodes: 500, Relationships: 4_000}},
		Make: func(size Size, seed uint64) *Workload {
			r := rand.New(rand.NewPCG(seed, 20)) //nolint:gosec // a repeatable graph, no secret
			d := &study{follows: newNetwork(size.Nodes, size.Relationships, r), persons: make([]follower, size.Nodes)}
			interests := 0
			for i := range d.persons {
				d.persons[i] = follower{
					name: fmt.Sprintf("%s %s", firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]),
					age:  18 + r.Int64N(60), gender: []string{"female", "male"}[r.IntN(2)], married: r.IntN(2) == 0,
					city: r.IntN(studyCities), interests: r.Perm(studyInterests)[:1+r.IntN(4)],
				}
				interests += len(d.persons[i].interests)
			}
			return &Workload{
				Nodes:         size.Nodes + studyCities + studyStates + studyCountries + studyInterests,
				Relationships: size.Relationships + size.Nodes + interests + studyCities + studyStates,
				Indexes: []Index{
					{"Person", "id"}, {"City", "id"}, {"State", "id"}, {"Country", "id"}, {"Interest", "id"},
				},
				Parts:   d.parts(),
				Queries: slices.Concat(d.whole(), d.selective(), d.twoSteps()),
			}
		},
	}
}

func (d *study) country(city int) int { return city / (statesPerCountry * citiesPerState) }

func named(what string, i int) string { return fmt.Sprintf("%s %02d", what, i) }

func (d *study) cityName(i int) string { return named("City", i) }

func numbered(name, statement, property, what string, size int) Part {
	return Part{Name: name, Statement: statement, Size: size, Row: func(i int) Parameters {
		return Parameters{"id": int64(i), property: named(what, i)}
	}}
}

func (d *study) parts() []Part {
	type interest struct{ person, interest int }
	var interests []interest
	for i := range d.persons {
		for _, x := range d.persons[i].interests {
			interests = append(interests, interest{i, x})
		}
	}
	return []Part{
		numbered("load-countries", "UNWIND $rows AS r CREATE (:Country {id: r.id, country: r.country})", "country", "Country", studyCountries),
		{
			Name: "load-states", Size: studyStates,
			Statement: "UNWIND $rows AS r MATCH (c:Country {id: r.in}) CREATE (:State {id: r.id, state: r.state, country: c.country})-[:STATE_IN]->(c)",
			Row: func(i int) Parameters {
				return Parameters{"id": int64(i), "state": named("State", i), "in": int64(i / statesPerCountry)}
			},
		},
		{
			Name: "load-cities", Size: studyCities,
			Statement: "UNWIND $rows AS r MATCH (s:State {id: r.in}) CREATE (:City {id: r.id, city: r.city, state: s.state, country: s.country})-[:CITY_IN]->(s)",
			Row: func(i int) Parameters {
				return Parameters{"id": int64(i), "city": d.cityName(i), "in": int64(i / citiesPerState)}
			},
		},
		numbered("load-interests", "UNWIND $rows AS r CREATE (:Interest {id: r.id, interest: r.interest})", "interest", "Interest", studyInterests),
		{
			Name: "load-persons", Size: len(d.persons),
			Statement: "UNWIND $rows AS r MATCH (c:City {id: r.city}) " +
				"CREATE (:Person {id: r.id, name: r.name, gender: r.gender, age: r.age, isMarried: r.married})-[:LIVES_IN]->(c)",
			Row: func(i int) Parameters {
				p := &d.persons[i]
				return Parameters{
					"id": int64(i), "name": p.name, "gender": p.gender, "age": p.age, "married": p.married, "city": int64(p.city),
				}
			},
		},
		{
			Name: "load-has-interest", Size: len(interests),
			Statement: "UNWIND $rows AS r MATCH (p:Person {id: r.p}) MATCH (i:Interest {id: r.i}) CREATE (p)-[:HAS_INTEREST]->(i)",
			Row: func(i int) Parameters {
				return Parameters{"p": int64(interests[i].person), "i": int64(interests[i].interest)}
			},
		},
		{
			Name: "load-follows", Size: len(d.follows.pairs),
			Statement: "UNWIND $rows AS r MATCH (a:Person {id: r.a}) MATCH (b:Person {id: r.b}) CREATE (a)-[:FOLLOWS]->(b)",
			Row: func(i int) Parameters {
				return Parameters{"a": int64(d.follows.pairs[i][0]), "b": int64(d.follows.pairs[i][1])}
			},
		},
	}
}

// most returns the persons with the most followers.
func (d *study) most(n int) []int {
	order := make([]int, len(d.persons))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(len(d.follows.in[y]), len(d.follows.in[x])), cmp.Compare(x, y))
	})
	return order[:n]
}

// A tally is a group with its number.
type tally struct {
	key string
	n   float64
}

// ranked returns groups, the largest first.
func ranked(groups map[string]float64) []tally {
	result := make([]tally, 0, len(groups))
	for key, n := range groups {
		result = append(result, tally{key, n})
	}
	slices.SortFunc(result, func(x, y tally) int { return cmp.Or(cmp.Compare(y.n, x.n), strings.Compare(x.key, y.key)) })
	return result
}

// first returns at most n of the rows.
func first[T any](rows []T, n int) []T { return rows[:min(n, len(rows))] }

// whole are the queries that look at all persons.
func (d *study) whole() []Query {
	return []Query{
		{
			Name: "q1-most-followed", Kind: Analytical, Ordered: true,
			Statement: "MATCH (f:Person)-[:FOLLOWS]->(p:Person) RETURN p.id AS id, p.name AS name, count(f) AS n ORDER BY n DESC, id LIMIT 3",
			Want: func(Parameters) [][]any {
				var rows [][]any
				for _, i := range d.most(3) {
					rows = append(rows, []any{int64(i), d.persons[i].name, int64(len(d.follows.in[i]))})
				}
				return rows
			},
		},
		{
			Name: "q2-city-of-most-followed", Kind: Analytical,
			Statement: "MATCH (f:Person)-[:FOLLOWS]->(p:Person) WITH p, count(f) AS n ORDER BY n DESC, p.id LIMIT 1 " +
				"MATCH (p)-[:LIVES_IN]->(c:City) RETURN p.name, n, c.city, c.state, c.country",
			Want: func(Parameters) [][]any {
				i := d.most(1)[0]
				p := &d.persons[i]
				return [][]any{{
					p.name, int64(len(d.follows.in[i])), d.cityName(p.city),
					named("State", p.city/citiesPerState), named("Country", d.country(p.city)),
				}}
			},
		},
		{
			Name: "q3-youngest-cities", Kind: Analytical, Draw: drawCountry, Ordered: true,
			Statement: "MATCH (p:Person)-[:LIVES_IN]->(c:City)-[:CITY_IN]->(:State)-[:STATE_IN]->(:Country {country: $country}) " +
				"RETURN c.city AS city, avg(p.age) AS age ORDER BY age, city LIMIT 5",
			Want: func(p Parameters) [][]any {
				sum, n := make(map[string]float64), make(map[string]float64)
				for _, x := range d.persons {
					if named("Country", d.country(x.city)) == p["country"] {
						sum[d.cityName(x.city)] -= float64(x.age)
						n[d.cityName(x.city)]++
					}
				}
				for city := range sum {
					sum[city] /= n[city]
				}
				var rows [][]any
				for _, t := range first(ranked(sum), 5) {
					rows = append(rows, []any{t.key, -t.n})
				}
				return rows
			},
		},
		{
			Name: "q4-countries-by-age", Kind: Analytical, Draw: drawAges, Ordered: true,
			Statement: "MATCH (p:Person)-[:LIVES_IN]->(:City)-[:CITY_IN]->(:State)-[:STATE_IN]->(c:Country) " +
				"WHERE p.age >= $lower AND p.age <= $upper RETURN c.country AS country, count(p) AS n ORDER BY n DESC, country LIMIT 3",
			Want: func(p Parameters) [][]any {
				groups := d.count(func(x *follower) string { return named("Country", d.country(x.city)) }, inAges(p))
				return tallies(first(ranked(groups), 3), false)
			},
		},
	}
}

func drawCountry(r *rand.Rand) Parameters {
	return Parameters{"country": named("Country", r.IntN(studyCountries))}
}

func drawAges(r *rand.Rand) Parameters {
	lower := 20 + r.Int64N(40)
	return Parameters{"lower": lower, "upper": lower + 10}
}

func inAges(p Parameters) func(*follower) bool {
	lower, upper := int64(index(p, "lower")), int64(index(p, "upper"))
	return func(x *follower) bool { return x.age >= lower && x.age <= upper }
}

// count groups the persons that satisfy all conditions.
func (d *study) count(group func(*follower) string, conditions ...func(*follower) bool) map[string]float64 {
	groups := make(map[string]float64)
persons:
	for i := range d.persons {
		for _, ok := range conditions {
			if !ok(&d.persons[i]) {
				continue persons
			}
		}
		groups[group(&d.persons[i])]++
	}
	return groups
}

// tallies are rows of groups and their numbers, in either order.
func tallies(of []tally, numberFirst bool) [][]any {
	var rows [][]any
	for _, t := range of {
		row := []any{t.key, int64(t.n)}
		if numberFirst {
			slices.Reverse(row)
		}
		rows = append(rows, row)
	}
	return rows
}

// likes is the condition on gender and interest, which the queries compare
// without regard to case.
func likes(p Parameters) func(*follower) bool {
	return func(x *follower) bool {
		gender, checked := p["gender"].(string)
		if checked && !strings.EqualFold(gender, x.gender) {
			return false
		}
		return slices.ContainsFunc(x.interests, func(i int) bool { return strings.ToLower(named("Interest", i)) == p["interest"] })
	}
}

// selective are the queries that look at one interest.
func (d *study) selective() []Query {
	draw := func(r *rand.Rand, gender string) Parameters {
		return Parameters{"interest": strings.ToLower(named("Interest", r.IntN(studyInterests))), "gender": gender}
	}
	const interested = "MATCH (p:Person)-[:HAS_INTEREST]->(i:Interest) WHERE toLower(i.interest) = toLower($interest) AND toLower(p.gender) = toLower($gender) WITH p "
	return []Query{
		{
			Name: "q5-men-in-a-city", Kind: Analytical,
			Draw: func(r *rand.Rand) Parameters {
				p, city := draw(r, "Male"), r.IntN(studyCities)
				p["city"], p["country"] = d.cityName(city), named("Country", d.country(city))
				return p
			},
			Statement: interested + "MATCH (p)-[:LIVES_IN]->(c:City {city: $city, country: $country}) RETURN count(p) AS n",
			Want: func(p Parameters) [][]any {
				groups := d.count(func(x *follower) string { return d.cityName(x.city) }, likes(p))
				city, _ := p["city"].(string)
				return value(int64(groups[city]))
			},
		},
		{
			Name: "q6-cities-of-women", Kind: Analytical, Ordered: true,
			Draw:      func(r *rand.Rand) Parameters { return draw(r, "Female") },
			Statement: interested + "MATCH (p)-[:LIVES_IN]->(c:City) RETURN count(p) AS n, c.city AS city ORDER BY n DESC, city LIMIT 5",
			Want: func(p Parameters) [][]any {
				groups := d.count(func(x *follower) string { return d.cityName(x.city) }, likes(p))
				return tallies(first(ranked(groups), 5), true)
			},
		},
		{
			Name: "q7-state-of-an-interest", Kind: Analytical, Ordered: true,
			Draw: func(r *rand.Rand) Parameters {
				p := drawAges(r)
				p["country"] = named("Country", r.IntN(studyCountries))
				p["interest"] = strings.ToLower(named("Interest", r.IntN(studyInterests)))
				return p
			},
			Statement: "MATCH (p:Person)-[:LIVES_IN]->(:City)-[:CITY_IN]->(s:State) WHERE p.age >= $lower AND p.age <= $upper AND s.country = $country " +
				"WITH p, s MATCH (p)-[:HAS_INTEREST]->(i:Interest) WHERE toLower(i.interest) = toLower($interest) " +
				"RETURN count(p) AS n, s.state AS state ORDER BY n DESC, state LIMIT 1",
			Want: func(p Parameters) [][]any {
				here := func(x *follower) bool { return named("Country", d.country(x.city)) == p["country"] }
				groups := d.count(func(x *follower) string { return named("State", x.city/citiesPerState) }, here, inAges(p), likes(p))
				return tallies(first(ranked(groups), 1), true)
			},
		},
	}
}

// twoSteps are the counts of paths.
func (d *study) twoSteps() []Query {
	count := func(between, behind func(*follower) bool) int64 {
		var n int64
		for b := range d.persons {
			if !between(&d.persons[b]) {
				continue
			}
			var ends int64
			for _, e := range d.follows.out[b] {
				if behind(&d.persons[d.follows.pairs[e][1]]) {
					ends++
				}
			}
			n += ends * int64(len(d.follows.in[b]))
		}
		return n
	}
	all := func(*follower) bool { return true }
	const pattern = "MATCH (a:Person)-[:FOLLOWS]->(b:Person)-[:FOLLOWS]->(c:Person) "
	return []Query{
		{
			Name: "q8-paths", Kind: Analytical, Statement: pattern + "RETURN count(*) AS n",
			Want: func(Parameters) [][]any { return value(count(all, all)) },
		},
		{
			Name: "q9-filtered-paths", Kind: Analytical, Statement: pattern + "WHERE b.age < $below AND c.age > $above RETURN count(*) AS n",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"below": 40 + r.Int64N(20), "above": 20 + r.Int64N(20)}
			},
			Want: func(p Parameters) [][]any {
				below, above := int64(index(p, "below")), int64(index(p, "above"))
				return value(count(func(x *follower) bool { return x.age < below }, func(x *follower) bool { return x.age > above }))
			},
		},
	}
}
