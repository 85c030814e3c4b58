package suite

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// The names of persons.
var (
	firstNames = [...]string{
		"Ada", "Amir", "Ana", "Bao", "Carmen", "Chen", "Clara", "Daniel", "Elena", "Farah", "Hugo", "Ines", "Ivan", "Jan", "Kenji",
		"Lars", "Leila", "Maria", "Mehmet", "Nadia", "Noah", "Olga", "Omar", "Paul", "Priya", "Rosa", "Sven", "Tomas", "Yuki", "Zoe",
	}
	lastNames = [...]string{
		"Abe", "Becker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kaya", "Lopez", "Moreau",
		"Nowak", "Okafor", "Petrov", "Rossi", "Silva", "Tan", "Weber",
	}
)

// Numbers of the social network beside its persons.
const (
	socialCountries = 20
	socialClasses   = 12
	citiesOfCountry = 5
)

// day is a day in the milliseconds that dates are stored as.
const day = int64(24 * 60 * 60 * 1000)

// opened is when the social network opened, in such milliseconds.
const opened = int64(1_262_304_000_000)

// socialDays is how long it has been open.
const socialDays = 1000

// A member is a person of the social network.
type member struct {
	first, last, gender, browser string
	birthday, created            int64
	city                         int32
	interests                    []int32
	friends                      []friend // both directions
	messages                     []int32  // that it has created
	forums                       []joining
}

type friend struct {
	person int32
	since  int64
}

type joining struct {
	forum int32
	at    int64
}

// A post is a message; those with a parent are comments.
type post struct {
	content string
	created int64
	creator int32
	parent  int32 // the message that it replies to, or -1
	root    int32 // the post at the top of its thread
	forum   int32 // of the root
	tags    []int32
	replies []int32
	likes   []like
}

func (p *post) comment() bool { return p.parent >= 0 }

type like struct {
	person int32
	at     int64
}

type forum struct {
	title     string
	moderator int32
	members   []int32
}

// A social is a generated network in the schema of LDBC's Social Network
// Benchmark: persons, forums, posts, comments, tags and places.
type social struct {
	persons  []member
	forums   []forum
	messages []post
	knows    [][2]int32 // each pair once
	since    []int64    // by pair
	tags     int        // tag t is of the class t % socialClasses
	cities   int        // city c is in the country c / citiesOfCountry
}

// newSocial makes the network of a number of persons.
func newSocial(persons int, seed uint64) *social {
	r := rand.New(rand.NewPCG(seed, 30)) //nolint:gosec // a repeatable graph, no secret
	s := &social{persons: make([]member, persons), tags: max(persons/5, 60), cities: socialCountries * citiesOfCountry}
	for i := range s.persons {
		s.persons[i] = member{
			first: firstNames[r.IntN(len(firstNames))], last: lastNames[r.IntN(len(lastNames))],
			gender: []string{"female", "male"}[r.IntN(2)], browser: []string{"Firefox", "Chrome", "Safari"}[r.IntN(3)],
			birthday: -r.Int64N(10_000) * day, created: opened + r.Int64N(socialDays)*day, city: skewed(r, s.cities),
			interests: s.someTags(r, 5),
		}
	}
	s.makeFriends(r)
	s.makeForums(r)
	s.makeMessages(r)
	return s
}

// skewed draws a number below n, the small ones more often.
func skewed(r *rand.Rand, n int) int32 {
	f := r.Float64()
	return min(int32(f*f*float64(n)), int32(n-1)) //nolint:gosec // bounded by the suite's sizes
}

// someTags draws at most n different tags.
func (s *social) someTags(r *rand.Rand, n int) []int32 {
	var tags []int32
	for range r.IntN(n + 1) {
		if t := skewed(r, s.tags); !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	return tags
}

// makeFriends links persons, half of them within their country.
func (s *social) makeFriends(r *rand.Rand) {
	at := make([][]int32, socialCountries)
	for i := range s.persons {
		c := s.country(int32(i))
		at[c] = append(at[c], int32(i))
	}
	seen := make(map[[2]int32]bool)
	for range 9 * len(s.persons) {
		a := skewed(r, len(s.persons))
		b := r.Int32N(int32(len(s.persons))) //nolint:gosec // bounded by the suite's sizes
		if near := at[s.country(a)]; r.IntN(2) == 0 {
			b = near[r.IntN(len(near))]
		}
		pair := [2]int32{min(a, b), max(a, b)}
		if a == b || seen[pair] {
			continue
		}
		seen[pair] = true
		since := opened + r.Int64N(socialDays*day)
		s.knows, s.since = append(s.knows, pair), append(s.since, since)
		s.persons[a].friends = append(s.persons[a].friends, friend{b, since})
		s.persons[b].friends = append(s.persons[b].friends, friend{a, since})
	}
}

func (s *social) makeForums(r *rand.Rand) {
	s.forums = make([]forum, len(s.persons))
	for i := range s.forums {
		f := &s.forums[i]
		f.title, f.moderator = fmt.Sprintf("Forum %05d", i), r.Int32N(int32(len(s.persons))) //nolint:gosec // bounded by the suite's sizes
		for range 1 + int(skewed(r, 30)) {
			p := skewed(r, len(s.persons))
			if !slices.Contains(f.members, p) {
				f.members = append(f.members, p)
				s.persons[p].forums = append(s.persons[p].forums, joining{int32(i), opened + r.Int64N(socialDays*day)})
			}
		}
	}
}

// makeMessages makes 8 posts and 12 comments per person, and likes.
func (s *social) makeMessages(r *rand.Rand) {
	for i := range int32(20 * len(s.persons)) { //nolint:gosec // bounded by the suite's sizes
		p := post{
			creator: r.Int32N(int32(len(s.persons))), parent: -1, root: i, tags: s.someTags(r, 3), //nolint:gosec // as above
			created: opened + r.Int64N(socialDays*day), content: fmt.Sprintf("message %d %.*s", i, 10+r.IntN(60), filler),
		}
		if int(i) < 8*len(s.persons) {
			p.forum = skewed(r, len(s.forums))
			members := s.forums[p.forum].members
			p.creator = members[r.IntN(len(members))]
		} else {
			// Half of the comments reply to recent messages, so that threads get long.
			p.parent = skewed(r, int(i))
			if r.IntN(2) == 0 {
				p.parent = i - 1 - r.Int32N(min(50, i))
			}
			parent := &s.messages[p.parent]
			p.root, p.forum = parent.root, parent.forum
			p.created = parent.created + 1 + r.Int64N(30*day)
			parent.replies = append(parent.replies, i)
			if friends := s.persons[parent.creator].friends; len(friends) > 0 && r.IntN(2) == 0 {
				p.creator = friends[r.IntN(len(friends))].person
			}
		}
		s.persons[p.creator].messages = append(s.persons[p.creator].messages, i)
		s.messages = append(s.messages, p)
	}
	for range 15 * len(s.persons) {
		m, l := &s.messages[skewed(r, len(s.messages))], like{person: r.Int32N(int32(len(s.persons))), at: r.Int64N(30 * day)} //nolint:gosec // as above
		l.at += m.created
		if !slices.ContainsFunc(m.likes, func(x like) bool { return x.person == l.person }) {
			m.likes = append(m.likes, l)
		}
	}
}

const filler = "about what many people say on such a day, and about what few of them mean by it"

func (s *social) country(person int32) int32 { return s.persons[person].city / citiesOfCountry }

// friendsOf returns the persons at a distance of 1 to steps (at most 2).
func (s *social) friendsOf(start int32, steps int) []int32 {
	seen := map[int32]bool{start: true}
	frontier := []int32{start}
	var result []int32
	for range steps {
		var next []int32
		for _, p := range frontier {
			for _, f := range s.persons[p].friends {
				if !seen[f.person] {
					seen[f.person] = true
					next = append(next, f.person)
				}
			}
		}
		result = append(result, next...)
		frontier = next
	}
	return result
}

func (s *social) areFriends(a, b int32) bool {
	return slices.ContainsFunc(s.persons[a].friends, func(f friend) bool { return f.person == b })
}
