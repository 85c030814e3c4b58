package suite

import "fmt"

// socialSizes are the sizes of the suites on the social network.
func socialSizes() []Size {
	return []Size{{Name: "small", Persons: 1000}, {Name: "medium", Persons: 10_000}, {Name: "tiny", Persons: 60}}
}

// workload returns what the suites on the social network share.
func (s *social) workload() *Workload {
	w := &Workload{}
	for _, p := range s.nodes() {
		w.Nodes += p.Size
		w.Parts = append(w.Parts, p)
	}
	for _, p := range s.links() {
		w.Relationships += p.Size
		w.Parts = append(w.Parts, p)
	}
	for _, label := range []string{"Person", "Message", "Forum", "Tag", "TagClass", "City", "Country"} {
		w.Indexes = append(w.Indexes, Index{label, "id"})
	}
	return w
}

func (s *social) nodes() []Part {
	const named = "UNWIND $rows AS r CREATE (:%s {id: r.id, name: r.name})"
	message := func(name, label string, comments bool) Part {
		var of []int32
		for i := range s.messages {
			if s.messages[i].comment() == comments {
				of = append(of, int32(i))
			}
		}
		return Part{
			Name: name, Size: len(of),
			Statement: fmt.Sprintf("UNWIND $rows AS r CREATE (:Message:%s {id: r.id, content: r.content, created: r.created})", label),
			Row: func(i int) Parameters {
				m := &s.messages[of[i]]
				return Parameters{"id": int64(of[i]), "content": m.content, "created": m.created}
			},
		}
	}
	return []Part{
		numbered("load-countries", fmt.Sprintf(named, "Country"), "name", "Country", socialCountries),
		numbered("load-cities", fmt.Sprintf(named, "City"), "name", "City", s.cities),
		numbered("load-tag-classes", fmt.Sprintf(named, "TagClass"), "name", "Class", socialClasses),
		numbered("load-tags", fmt.Sprintf(named, "Tag"), "name", "Tag", s.tags),
		{
			Name: "load-persons", Size: len(s.persons),
			Statement: "UNWIND $rows AS r CREATE (:Person {id: r.id, firstName: r.first, lastName: r.last, gender: r.gender, " +
				"birthday: r.birthday, created: r.created, browser: r.browser})",
			Row: func(i int) Parameters {
				p := &s.persons[i]
				return Parameters{
					"id": int64(i), "first": p.first, "last": p.last, "gender": p.gender, "birthday": p.birthday,
					"created": p.created, "browser": p.browser,
				}
			},
		},
		{
			Name: "load-forums", Size: len(s.forums),
			Statement: "UNWIND $rows AS r CREATE (:Forum {id: r.id, title: r.title})",
			Row:       func(i int) Parameters { return Parameters{"id": int64(i), "title": s.forums[i].title} },
		},
		message("load-posts", "Post", false),
		message("load-comments", "Comment", true),
	}
}

// A link is a relationship by the ids of its ends.
type link struct {
	a, b int32
	at   int64 // the property, where the type has one
}

// linking is the part that loads the relationships of one type.
func linking(from, kind, to, property string, links []link) Part {
	properties := ""
	if property != "" {
		properties = fmt.Sprintf(" {%s: r.at}", property)
	}
	return Part{
		Name: "load-" + kind, Size: len(links),
		Statement: fmt.Sprintf("UNWIND $rows AS r MATCH (a:%s {id: r.a}) MATCH (b:%s {id: r.b}) CREATE (a)-[:%s%s]->(b)", from, to, kind, properties),
		Row: func(i int) Parameters {
			l := links[i]
			return Parameters{"a": int64(l.a), "b": int64(l.b), "at": l.at}
		},
	}
}

func (s *social) links() []Part {
	var located, interests, knows, partOf, typed, moderators, members, creators, containers, replies, tagged, likes []link
	for i := range s.persons {
		p := &s.persons[i]
		located = append(located, link{a: int32(i), b: p.city})
		for _, t := range p.interests {
			interests = append(interests, link{a: int32(i), b: t})
		}
		for _, f := range p.forums {
			members = append(members, link{a: f.forum, b: int32(i), at: f.at})
		}
	}
	for i, pair := range s.knows {
		knows = append(knows, link{a: pair[0], b: pair[1], at: s.since[i]})
	}
	for i := range s.cities {
		partOf = append(partOf, link{a: int32(i), b: int32(i / citiesOfCountry)})
	}
	for i := range s.tags {
		typed = append(typed, link{a: int32(i), b: int32(i % socialClasses)})
	}
	for i := range s.forums {
		moderators = append(moderators, link{a: int32(i), b: s.forums[i].moderator})
	}
	for i := range s.messages {
		m := &s.messages[i]
		creators = append(creators, link{a: int32(i), b: m.creator})
		if m.comment() {
			replies = append(replies, link{a: int32(i), b: m.parent})
		} else {
			containers = append(containers, link{a: m.forum, b: int32(i)})
		}
		for _, t := range m.tags {
			tagged = append(tagged, link{a: int32(i), b: t})
		}
		for _, l := range m.likes {
			likes = append(likes, link{a: l.person, b: int32(i), at: l.at})
		}
	}
	return []Part{
		linking("City", "IS_PART_OF", "Country", "", partOf),
		linking("Tag", "HAS_TYPE", "TagClass", "", typed),
		linking("Person", "IS_LOCATED_IN", "City", "", located),
		linking("Person", "HAS_INTEREST", "Tag", "", interests),
		linking("Person", "KNOWS", "Person", "since", knows),
		linking("Forum", "HAS_MODERATOR", "Person", "", moderators),
		linking("Forum", "HAS_MEMBER", "Person", "joined", members),
		linking("Message", "HAS_CREATOR", "Person", "", creators),
		linking("Forum", "CONTAINER_OF", "Message", "", containers),
		linking("Message", "REPLY_OF", "Message", "", replies),
		linking("Message", "HAS_TAG", "Tag", "", tagged),
		linking("Person", "LIKES", "Message", "at", likes),
	}
}
