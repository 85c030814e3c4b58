package suite

import "slices"

// lsqb is the nine counting queries of the Labelled Subgraph Query Benchmark.
func lsqb() Suite {
	return Suite{
		Name:    "lsqb",
		Summary: "LSQB's nine counts of patterns in a generated social network",
		Sizes:   socialSizes(),
		Make: func(size Size, seed uint64) *Workload {
			s := newSocial(size.Persons, seed)
			w := s.workload()
			w.Queries = s.counts()
			return w
		},
	}
}

// counts are the queries. Persons are told apart by KNOWS in both directions,
// which is stored in one.
func (s *social) counts() []Query {
	const (
		reactions = "MATCH (:Tag)<-[:HAS_TAG]-(m:Message)-[:HAS_CREATOR]->(:Person)"
		threads   = "MATCH (t1:Tag)<-[:HAS_TAG]-(:Message)<-[:REPLY_OF]-(c:Comment)-[:HAS_TAG]->(t2:Tag) WHERE "
		friends   = "MATCH (p1:Person)-[:KNOWS]-(:Person)-[:KNOWS]-(p3:Person)-[:HAS_INTEREST]->(:Tag) WHERE p1 <> p3 "
	)
	count := func(name, statement string, want func() int64) Query {
		return Query{
			Name: name, Kind: Analytical, Statement: statement + "RETURN count(*) AS n",
			Want: func(Parameters) [][]any { return value(want()) },
		}
	}
	return []Query{
		count("q1", "MATCH (:Country)<-[:IS_PART_OF]-(:City)<-[:IS_LOCATED_IN]-(:Person)<-[:HAS_MEMBER]-(:Forum)-[:CONTAINER_OF]->(:Post)"+
			"<-[:REPLY_OF]-(:Comment)-[:HAS_TAG]->(:Tag)-[:HAS_TYPE]->(:TagClass) ", s.forumThreads),
		count("q2", "MATCH (p1:Person)-[:KNOWS]-(p2:Person), (p1)<-[:HAS_CREATOR]-(c:Comment)-[:REPLY_OF]->(:Post)-[:HAS_CREATOR]->(p2) ", s.repliesToFriends),
		count("q3", "MATCH (country:Country) "+
			"MATCH (p1:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "+
			"MATCH (p2:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "+
			"MATCH (p3:Person)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(country) "+
			"MATCH (p1)-[:KNOWS]-(p2)-[:KNOWS]-(p3)-[:KNOWS]-(p1) ", s.localTriangles),
		count("q4", reactions+", (m)<-[:LIKES]-(:Person), (m)<-[:REPLY_OF]-(:Comment) ", func() int64 { return s.reactions(false) }),
		count("q5", threads+"t1 <> t2 ", func() int64 { return s.tagPairs(false) }),
		count("q6", friends, func() int64 { return s.interestsOfFriends(false) }),
		count("q7", reactions+" OPTIONAL MATCH (m)<-[:LIKES]-(liker:Person) OPTIONAL MATCH (m)<-[:REPLY_OF]-(c:Comment) ", func() int64 { return s.reactions(true) }),
		count("q8", threads+"t1 <> t2 AND NOT (c)-[:HAS_TAG]->(t1) ", func() int64 { return s.tagPairs(true) }),
		count("q9", friends+"AND NOT (p1)-[:KNOWS]-(p3) ", func() int64 { return s.interestsOfFriends(true) }),
	}
}

func (s *social) forumThreads() int64 {
	var n int64
	for i := range s.messages {
		m := &s.messages[i]
		if m.comment() && !s.messages[m.parent].comment() {
			n += int64(len(m.tags) * len(s.forums[m.forum].members))
		}
	}
	return n
}

func (s *social) repliesToFriends() int64 {
	var n int64
	for i := range s.messages {
		m := &s.messages[i]
		if m.comment() && !s.messages[m.parent].comment() && s.areFriends(m.creator, s.messages[m.parent].creator) {
			n++
		}
	}
	return n
}

// localTriangles counts each triangle within a country six times, once for each
// order of its persons.
func (s *social) localTriangles() int64 {
	var n int64
	for _, pair := range s.knows {
		a, b := pair[0], pair[1]
		if s.country(a) != s.country(b) {
			continue
		}
		for _, f := range s.persons[a].friends {
			if s.country(f.person) == s.country(a) && s.areFriends(b, f.person) {
				n += 2
			}
		}
	}
	return n
}

func (s *social) reactions(optional bool) int64 {
	var n int64
	for i := range s.messages {
		m := &s.messages[i]
		likes, replies := len(m.likes), len(m.replies)
		if optional {
			likes, replies = max(likes, 1), max(replies, 1)
		}
		n += int64(len(m.tags) * likes * replies)
	}
	return n
}

// tagPairs counts pairs of different tags of a message and a reply; fresh leaves
// out those whose first tag the reply has too.
func (s *social) tagPairs(fresh bool) int64 {
	var n int64
	for i := range s.messages {
		c := &s.messages[i]
		if !c.comment() {
			continue
		}
		for _, t1 := range s.messages[c.parent].tags {
			shared := slices.Contains(c.tags, t1)
			switch {
			case !shared:
				n += int64(len(c.tags))
			case !fresh:
				n += int64(len(c.tags) - 1)
			}
		}
	}
	return n
}

// interestsOfFriends counts the interests of friends of friends; strangers leaves
// out those who are friends themselves.
func (s *social) interestsOfFriends(strangers bool) int64 {
	var n int64
	for p2 := range s.persons {
		for _, p3 := range s.persons[p2].friends {
			for _, p1 := range s.persons[p2].friends {
				if p1.person != p3.person && (!strangers || !s.areFriends(p1.person, p3.person)) {
					n += int64(len(s.persons[p3.person].interests))
				}
			}
		}
	}
	return n
}
