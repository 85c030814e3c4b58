package suite

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// first20 sorts rows and returns at most as many as the queries' LIMIT.
func first20(rows [][]any, order func(x, y []any) int) [][]any {
	slices.SortFunc(rows, order)
	return first(rows, 20)
}

// by compares a column of two rows that has integers or texts.
func by(x, y []any, column int) int {
	switch a := x[column].(type) {
	case int64:
		b, _ := y[column].(int64)
		return cmp.Compare(a, b)
	case string:
		b, _ := y[column].(string)
		return strings.Compare(a, b)
	default:
		return 0
	}
}

// near is the pattern of friends and their friends.
const near = "MATCH (p:Person {id: $id})-[:KNOWS*1..2]-(f:Person) WHERE p <> f WITH DISTINCT f "

func (s *social) complexReads() []Query {
	return slices.Concat(s.readsOfMessages(), s.readsOfTags(), s.readsOfPaths())
}

// messagesBefore are the newest messages of persons before a time.
func (s *social) messagesBefore(of []int32, before int64) [][]any {
	var found []int32
	for _, f := range of {
		for _, i := range s.persons[f].messages {
			if s.messages[i].created < before {
				found = append(found, i)
			}
		}
	}
	var rows [][]any
	for _, i := range first(s.newest(found), 20) {
		m := &s.messages[i]
		rows = append(rows, []any{int64(m.creator), int64(i), m.content, m.created})
	}
	return rows
}

func (s *social) readsOfMessages() []Query {
	const group = "complex"
	personAndTime := func(r *rand.Rand) Parameters {
		p := s.aPerson(r)
		p["before"] = aTime(r)
		return p
	}
	const newest = "WHERE m.created < $before RETURN f.id, m.id AS id, m.content, m.created AS at ORDER BY at DESC, id LIMIT 20"
	return []Query{
		{
			Group: group, Name: "messages-of-friends", Kind: Analytical, Draw: personAndTime, Ordered: true,
			Statement: "MATCH (:Person {id: $id})-[:KNOWS]-(f:Person)<-[:HAS_CREATOR]-(m:Message) " + newest,
			Want: func(p Parameters) [][]any {
				before, _ := p["before"].(int64)
				return s.messagesBefore(s.friendsOf(index(p, "id"), 1), before)
			},
		},
		{
			Group: group, Name: "messages-of-friends-of-friends", Kind: Analytical, Draw: personAndTime, Ordered: true,
			Statement: near + "MATCH (f)<-[:HAS_CREATOR]-(m:Message) " + newest,
			Want: func(p Parameters) [][]any {
				before, _ := p["before"].(int64)
				return s.messagesBefore(s.friendsOf(index(p, "id"), 2), before)
			},
		},
		{
			Group: group, Name: "recent-likers", Kind: Analytical, Draw: s.aPerson, Ordered: true,
			Statement: "MATCH (:Person {id: $id})<-[:HAS_CREATOR]-(m:Message)<-[l:LIKES]-(f:Person) WITH f, m, l ORDER BY l.at DESC, m.id " +
				"WITH f, head(collect({at: l.at, id: m.id})) AS latest " +
				"RETURN f.id AS id, latest.at AS at, latest.id ORDER BY at DESC, id LIMIT 20",
			Want: func(p Parameters) [][]any {
				latest := make(map[int32][]any)
				for _, i := range s.persons[index(p, "id")].messages {
					for _, l := range s.messages[i].likes {
						row := []any{int64(l.person), l.at, int64(i)}
						if old := latest[l.person]; old == nil || cmp.Or(by(old, row, 1), by(row, old, 2)) < 0 {
							latest[l.person] = row
						}
					}
				}
				var rows [][]any
				for _, row := range latest {
					rows = append(rows, row)
				}
				return first20(rows, func(x, y []any) int { return cmp.Or(by(y, x, 1), by(x, y, 0)) })
			},
		},
		{
			Group: group, Name: "recent-replies", Kind: Analytical, Draw: s.aPerson, Ordered: true,
			Statement: "MATCH (:Person {id: $id})<-[:HAS_CREATOR]-(:Message)<-[:REPLY_OF]-(c:Comment)-[:HAS_CREATOR]->(a:Person) " +
				"RETURN a.id, c.created AS at, c.id AS id, c.content ORDER BY at DESC, id LIMIT 20",
			Want: func(p Parameters) [][]any {
				var replies []int32
				for _, i := range s.persons[index(p, "id")].messages {
					replies = append(replies, s.messages[i].replies...)
				}
				var rows [][]any
				for _, i := range first(s.newest(replies), 20) {
					c := &s.messages[i]
					rows = append(rows, []any{int64(c.creator), c.created, int64(i), c.content})
				}
				return rows
			},
		},
		{
			Group: group, Name: "new-groups", Kind: Analytical, Draw: personAndTime, Ordered: true,
			Statement: near + "MATCH (f)<-[m:HAS_MEMBER]-(forum:Forum) WHERE m.joined > $before WITH forum, collect(f) AS joined " +
				"OPTIONAL MATCH (a:Person)<-[:HAS_CREATOR]-(post:Post)<-[:CONTAINER_OF]-(forum) WHERE a IN joined " +
				"RETURN forum.title, forum.id AS id, count(post) AS n ORDER BY n DESC, id LIMIT 20",
			Want: func(p Parameters) [][]any {
				after, _ := p["before"].(int64)
				joined := make(map[int32]map[int32]bool)
				for _, f := range s.friendsOf(index(p, "id"), 2) {
					for _, j := range s.persons[f].forums {
						if j.at > after {
							if joined[j.forum] == nil {
								joined[j.forum] = make(map[int32]bool)
							}
							joined[j.forum][f] = true
						}
					}
				}
				posts := make(map[int32]int64)
				for i := range s.messages {
					if m := &s.messages[i]; !m.comment() && joined[m.forum][m.creator] {
						posts[m.forum]++
					}
				}
				var rows [][]any
				for f := range joined {
					rows = append(rows, []any{s.forums[f].title, int64(f), posts[f]})
				}
				return first20(rows, func(x, y []any) int { return cmp.Or(by(y, x, 2), by(x, y, 1)) })
			},
		},
	}
}

// counted are rows of names with their numbers, the largest first.
func counted(groups map[string]float64, n int) [][]any {
	return tallies(first(ranked(groups), n), false)
}

func (s *social) readsOfTags() []Query {
	const group = "complex"
	return []Query{
		{
			Group: group, Name: "new-topics", Kind: Analytical, Ordered: true,
			Draw: func(r *rand.Rand) Parameters {
				p, from := s.aPerson(r), aTime(r)
				p["from"], p["to"] = from, from+100*day
				return p
			},
			Statement: "MATCH (:Person {id: $id})-[:KNOWS]-(:Person)<-[:HAS_CREATOR]-(post:Post)-[:HAS_TAG]->(t:Tag) WITH DISTINCT t, post " +
				"WITH t, CASE WHEN post.created >= $from AND post.created < $to THEN 1 ELSE 0 END AS new, CASE WHEN post.created < $from THEN 1 ELSE 0 END AS old " +
				"WITH t, sum(new) AS n, sum(old) AS before WHERE n > 0 AND before = 0 RETURN t.name AS name, n ORDER BY n DESC, name LIMIT 10",
			Want: func(p Parameters) [][]any {
				from, _ := p["from"].(int64)
				to, _ := p["to"].(int64)
				n, old := make(map[string]float64), make(map[string]bool)
				for _, f := range s.friendsOf(index(p, "id"), 1) {
					for _, i := range s.persons[f].messages {
						m := &s.messages[i]
						for _, t := range m.tags {
							name := named("Tag", int(t))
							if !m.comment() && m.created >= from && m.created < to {
								n[name]++
							}
							old[name] = old[name] || !m.comment() && m.created < from
						}
					}
				}
				for name, before := range old {
					if before {
						delete(n, name)
					}
				}
				return counted(n, 10)
			},
		},
		{
			Group: group, Name: "tags-beside", Kind: Analytical, Ordered: true,
			Draw: func(r *rand.Rand) Parameters {
				p := s.aPerson(r)
				p["tag"] = named("Tag", int(skewed(r, s.tags)))
				return p
			},
			Statement: near + "MATCH (f)<-[:HAS_CREATOR]-(post:Post)-[:HAS_TAG]->(:Tag {name: $tag}) MATCH (post)-[:HAS_TAG]->(t:Tag) WHERE t.name <> $tag " +
				"RETURN t.name AS name, count(post) AS n ORDER BY n DESC, name LIMIT 10",
			Want: func(p Parameters) [][]any {
				n := make(map[string]float64)
				for _, f := range s.friendsOf(index(p, "id"), 2) {
					for _, i := range s.persons[f].messages {
						m := &s.messages[i]
						if m.comment() || !slices.ContainsFunc(m.tags, func(t int32) bool { return named("Tag", int(t)) == p["tag"] }) {
							continue
						}
						for _, t := range m.tags {
							if name := named("Tag", int(t)); name != p["tag"] {
								n[name]++
							}
						}
					}
				}
				return counted(n, 10)
			},
		},
		{
			Group: group, Name: "experts", Kind: Analytical, Ordered: true,
			Draw: func(r *rand.Rand) Parameters {
				p := s.aPerson(r)
				p["class"] = named("Class", r.IntN(socialClasses))
				return p
			},
			Statement: "MATCH (:Person {id: $id})-[:KNOWS]-(f:Person)<-[:HAS_CREATOR]-(c:Comment)-[:REPLY_OF]->(:Post)-[:HAS_TAG]->(t:Tag)-[:HAS_TYPE]->(:TagClass {name: $class}) " +
				"RETURN f.id AS id, count(DISTINCT t) AS tags, count(DISTINCT c) AS n ORDER BY n DESC, id LIMIT 20",
			Want: func(p Parameters) [][]any {
				var rows [][]any
				for _, f := range s.friendsOf(index(p, "id"), 1) {
					tags, n := make(map[int32]bool), int64(0)
					for _, i := range s.persons[f].messages {
						m := &s.messages[i]
						if !m.comment() || s.messages[m.parent].comment() {
							continue
						}
						found := false
						for _, t := range s.messages[m.parent].tags {
							if named("Class", int(t)%socialClasses) == p["class"] {
								tags[t], found = true, true
							}
						}
						if found {
							n++
						}
					}
					if n > 0 {
						rows = append(rows, []any{int64(f), int64(len(tags)), n})
					}
				}
				return first20(rows, func(x, y []any) int { return cmp.Or(by(y, x, 2), by(x, y, 0)) })
			},
		},
	}
}

// distances returns how many steps persons are away, up to limit.
func (s *social) distances(start int32, limit int64) map[int32]int64 {
	found := map[int32]int64{start: 0}
	frontier := []int32{start}
	for d := int64(1); d <= limit && len(frontier) > 0; d++ {
		var next []int32
		for _, p := range frontier {
			for _, f := range s.persons[p].friends {
				if _, ok := found[f.person]; !ok {
					found[f.person] = d
					next = append(next, f.person)
				}
			}
		}
		frontier = next
	}
	return found
}

func (s *social) readsOfPaths() []Query {
	const group = "complex"
	return []Query{
		{
			Group: group, Name: "friends-by-name", Kind: Analytical, Ordered: true,
			Draw: func(r *rand.Rand) Parameters {
				p := s.aPerson(r)
				p["name"] = firstNames[r.IntN(len(firstNames))]
				return p
			},
			Statement: "MATCH (p:Person {id: $id}), (f:Person {firstName: $name}) WHERE p <> f MATCH path = shortestPath((p)-[:KNOWS*..3]-(f)) " +
				"RETURN f.id AS id, f.lastName AS last, length(path) AS d ORDER BY d, last, id LIMIT 20",
			Memgraph: "MATCH (p:Person {id: $id}), (f:Person {firstName: $name}) WHERE p <> f MATCH path = (p)-[:KNOWS *BFS ..3]-(f) " +
				"RETURN f.id AS id, f.lastName AS last, size(relationships(path)) AS d ORDER BY d, last, id LIMIT 20",
			Want: func(p Parameters) [][]any {
				var rows [][]any
				for f, d := range s.distances(index(p, "id"), 3) {
					if x := &s.persons[f]; d > 0 && x.first == p["name"] {
						rows = append(rows, []any{int64(f), x.last, d})
					}
				}
				return first20(rows, func(x, y []any) int { return cmp.Or(by(x, y, 2), by(x, y, 1), by(x, y, 0)) })
			},
		},
		{
			Group: group, Name: "shortest-path", Kind: Analytical,
			Draw: func(r *rand.Rand) Parameters {
				a, n := r.Int64N(int64(len(s.persons))), int64(len(s.persons))
				return Parameters{"a": a, "b": (a + 1 + r.Int64N(n-1)) % n}
			},
			Statement: "MATCH (a:Person {id: $a}), (b:Person {id: $b}) MATCH path = shortestPath((a)-[:KNOWS*..15]-(b)) RETURN length(path) AS n",
			Memgraph:  "MATCH (a:Person {id: $a}), (b:Person {id: $b}) MATCH path = (a)-[:KNOWS *BFS ..15]-(b) RETURN size(relationships(path)) AS n",
			Want: func(p Parameters) [][]any {
				d, ok := s.distances(index(p, "a"), 15)[index(p, "b")]
				if !ok {
					return nil
				}
				return value(d)
			},
		},
	}
}
