package suite

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// interactive is the shape of the interactive workload of LDBC's Social Network
// Benchmark: short reads, complex reads and updates.
func interactive() Suite {
	return Suite{
		Name:    "snb",
		Summary: "reads and updates in the shape of LDBC SNB interactive, at small scale; no audited result",
		Sizes:   socialSizes(),
		Make: func(size Size, seed uint64) *Workload {
			s := newSocial(size.Persons, seed)
			w := s.workload()
			w.Indexes = append(w.Indexes, Index{"Person", "firstName"}, Index{"Tag", "name"}, Index{"TagClass", "name"})
			w.Clean = []string{
				"MATCH ()-[r:KNOWS]-() WHERE r.added DELETE r",
				"MATCH ()-[r:LIKES]->() WHERE r.added DELETE r",
				"MATCH ()-[r:HAS_MEMBER]->() WHERE r.added DELETE r",
				"MATCH (n:Added) DETACH DELETE n",
			}
			w.Queries = slices.Concat(s.shortReads(), s.complexReads(), s.updates())
			return w
		},
	}
}

func (s *social) aPerson(r *rand.Rand) Parameters {
	return Parameters{"id": r.Int64N(int64(len(s.persons)))}
}

func (s *social) aMessage(r *rand.Rand) Parameters {
	return Parameters{"id": r.Int64N(int64(len(s.messages)))}
}

// aTime draws a time in the second half of the network's life.
func aTime(r *rand.Rand) int64 { return opened + (socialDays/2+r.Int64N(socialDays/2))*day }

// name is the columns of a person that most answers have.
func (s *social) name(p int32) []any {
	return []any{int64(p), s.persons[p].first, s.persons[p].last}
}

// newest sorts messages by time, newest first, and by id.
func (s *social) newest(messages []int32) []int32 {
	slices.SortFunc(messages, func(x, y int32) int {
		return cmp.Or(cmp.Compare(s.messages[y].created, s.messages[x].created), cmp.Compare(x, y))
	})
	return messages
}

func (s *social) shortReads() []Query {
	const group = "short"
	return []Query{
		{
			Group: group, Name: "profile", Kind: Read, Draw: s.aPerson,
			Statement: "MATCH (p:Person {id: $id})-[:IS_LOCATED_IN]->(c:City) RETURN p.firstName, p.lastName, p.gender, p.birthday, p.created, p.browser, c.id",
			Want: func(p Parameters) [][]any {
				x := &s.persons[index(p, "id")]
				return [][]any{{x.first, x.last, x.gender, x.birthday, x.created, x.browser, int64(x.city)}}
			},
		},
		{
			Group: group, Name: "recent-messages", Kind: Read, Draw: s.aPerson, Ordered: true,
			Statement: "MATCH (:Person {id: $id})<-[:HAS_CREATOR]-(m:Message) WITH m ORDER BY m.created DESC, m.id LIMIT 10 " +
				"MATCH (m)-[:REPLY_OF*0..]->(post:Post)-[:HAS_CREATOR]->(c:Person) " +
				"RETURN m.id, m.content, m.created, post.id, c.id, c.firstName, c.lastName ORDER BY m.created DESC, m.id",
			Want: func(p Parameters) [][]any {
				var rows [][]any
				for _, i := range first(s.newest(slices.Clone(s.persons[index(p, "id")].messages)), 10) {
					m := &s.messages[i]
					rows = append(rows, append([]any{int64(i), m.content, m.created, int64(m.root)}, s.name(s.messages[m.root].creator)...))
				}
				return rows
			},
		},
		{
			Group: group, Name: "friends", Kind: Read, Draw: s.aPerson, Ordered: true,
			Statement: "MATCH (:Person {id: $id})-[r:KNOWS]-(f:Person) RETURN f.id AS id, f.firstName, f.lastName, r.since AS since ORDER BY since DESC, id",
			Want: func(p Parameters) [][]any {
				friends := slices.Clone(s.persons[index(p, "id")].friends)
				slices.SortFunc(friends, func(x, y friend) int {
					return cmp.Or(cmp.Compare(y.since, x.since), cmp.Compare(x.person, y.person))
				})
				var rows [][]any
				for _, f := range friends {
					rows = append(rows, append(s.name(f.person), f.since))
				}
				return rows
			},
		},
		{
			Group: group, Name: "message", Kind: Read, Draw: s.aMessage,
			Statement: "MATCH (m:Message {id: $id}) RETURN m.created, m.content",
			Want: func(p Parameters) [][]any {
				m := &s.messages[index(p, "id")]
				return [][]any{{m.created, m.content}}
			},
		},
		{
			Group: group, Name: "creator", Kind: Read, Draw: s.aMessage,
			Statement: "MATCH (:Message {id: $id})-[:HAS_CREATOR]->(p:Person) RETURN p.id, p.firstName, p.lastName",
			Want:      func(p Parameters) [][]any { return [][]any{s.name(s.messages[index(p, "id")].creator)} },
		},
		{
			Group: group, Name: "forum", Kind: Read, Draw: s.aMessage,
			Statement: "MATCH (:Message {id: $id})-[:REPLY_OF*0..]->(:Post)<-[:CONTAINER_OF]-(f:Forum)-[:HAS_MODERATOR]->(m:Person) " +
				"RETURN f.id, f.title, m.id, m.firstName, m.lastName",
			Want: func(p Parameters) [][]any {
				i := s.messages[index(p, "id")].forum
				return [][]any{append([]any{int64(i), s.forums[i].title}, s.name(s.forums[i].moderator)...)}
			},
		},
		{
			Group: group, Name: "replies", Kind: Read, Draw: s.aMessage,
			Statement: "MATCH (m:Message {id: $id})<-[:REPLY_OF]-(c:Comment)-[:HAS_CREATOR]->(p:Person) MATCH (m)-[:HAS_CREATOR]->(a:Person) " +
				"OPTIONAL MATCH (a)-[k:KNOWS]-(p) RETURN c.id, c.content, c.created, p.id, p.firstName, p.lastName, k IS NOT NULL",
			Want: func(p Parameters) [][]any {
				m := &s.messages[index(p, "id")]
				var rows [][]any
				for _, i := range m.replies {
					c := &s.messages[i]
					row := append([]any{int64(i), c.content, c.created}, s.name(c.creator)...)
					rows = append(rows, append(row, s.areFriends(m.creator, c.creator)))
				}
				return rows
			},
		},
	}
}

func (s *social) updates() []Query {
	const group = "update"
	id := func(r *rand.Rand) int64 { return 1<<40 + r.Int64N(1<<40) }
	person := func(r *rand.Rand) int64 { return r.Int64N(int64(len(s.persons))) }
	message := func(r *rand.Rand) int64 { return r.Int64N(int64(len(s.messages))) }
	return []Query{
		{
			Group: group, Name: "add-person", Kind: Write,
			Statement: "MATCH (c:City {id: $city}) CREATE (p:Person:Added {id: $id, firstName: $name, created: $at})-[:IS_LOCATED_IN]->(c) " +
				"WITH p UNWIND $tags AS tag MATCH (t:Tag {id: tag}) CREATE (p)-[:HAS_INTEREST]->(t)",
			Draw: func(r *rand.Rand) Parameters {
				tag := r.Int64N(int64(s.tags - 1))
				return Parameters{
					"city": r.Int64N(int64(s.cities)), "id": id(r), "name": firstNames[r.IntN(len(firstNames))], "at": aTime(r), "tags": []any{tag, tag + 1},
				}
			},
		},
		{
			Group: group, Name: "add-like", Kind: Write,
			Statement: "MATCH (p:Person {id: $person}) MATCH (m:Message {id: $message}) CREATE (p)-[:LIKES {at: $at, added: true}]->(m)",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"person": person(r), "message": message(r), "at": aTime(r)}
			},
		},
		{
			Group: group, Name: "add-forum", Kind: Write,
			Statement: "MATCH (p:Person {id: $person}) CREATE (:Forum:Added {id: $id, title: $title})-[:HAS_MODERATOR]->(p)",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"person": person(r), "id": id(r), "title": "a new forum"}
			},
		},
		{
			Group: group, Name: "add-membership", Kind: Write,
			Statement: "MATCH (f:Forum {id: $forum}) MATCH (p:Person {id: $person}) CREATE (f)-[:HAS_MEMBER {joined: $at, added: true}]->(p)",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"person": person(r), "forum": r.Int64N(int64(len(s.forums))), "at": aTime(r)}
			},
		},
		{
			Group: group, Name: "add-post", Kind: Write,
			Statement: "MATCH (f:Forum {id: $forum}) MATCH (p:Person {id: $person}) " +
				"CREATE (f)-[:CONTAINER_OF]->(:Message:Post:Added {id: $id, content: $content, created: $at})-[:HAS_CREATOR]->(p)",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{
					"person": person(r), "forum": r.Int64N(int64(len(s.forums))), "id": id(r), "content": filler, "at": aTime(r),
				}
			},
		},
		{
			Group: group, Name: "add-comment", Kind: Write,
			Statement: "MATCH (m:Message {id: $message}) MATCH (p:Person {id: $person}) " +
				"CREATE (m)<-[:REPLY_OF]-(:Message:Comment:Added {id: $id, content: $content, created: $at})-[:HAS_CREATOR]->(p)",
			Draw: func(r *rand.Rand) Parameters {
				return Parameters{"person": person(r), "message": message(r), "id": id(r), "content": filler, "at": aTime(r)}
			},
		},
		{
			Group: group, Name: "add-friendship", Kind: Write,
			Statement: "MATCH (a:Person {id: $a}) MATCH (b:Person {id: $b}) CREATE (a)-[:KNOWS {since: $at, added: true}]->(b)",
			Draw: func(r *rand.Rand) Parameters {
				a := person(r)
				return Parameters{"a": a, "b": (a + 1) % int64(len(s.persons)), "at": aTime(r)}
			},
		},
	}
}
