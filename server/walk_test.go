package server_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
)

// A model is a session as the protocol describes it, in the simplest words: what
// it answers follows from where it is, whether it failed, and how many rows its
// results have left.
type model struct {
	version *bolt.Version
	// at is ready, streaming, transaction, or authentication.
	at      string
	failed  bool
	results map[int64]int // statement to rows
	next    int64
	latest  int64
}

// The answers of a model.
const (
	success = "SUCCESS"
	failed  = "FAILURE"
	ignored = "IGNORED"
	refused = "FAILURE and EOF"
)

// A step is a request of a walk, with its name for the model.
type step struct {
	name    string
	request appender
}

// steps are all requests that a walk may take.
func steps() []step {
	return []step{
		{"run", run("rows 3")},
		{"run", run("rows 0")},
		{"run badly", run("fail on purpose")},
		{"run badly late", run("rows 1 then conflict")},
		{"pull", pull(1)},
		{"pull", pullAll()},
		{"discard", &bolt.Discard{N: bolt.AllRecords, QID: bolt.LastQuery}},
		{"begin", tx()},
		{"commit", &bolt.Commit{}},
		{"rollback", &bolt.Rollback{}},
		{"route", &bolt.Route{}},
		{"telemetry", &bolt.Telemetry{API: 2}},
		{"logoff", &bolt.Logoff{}},
		{"logon", &bolt.Logon{Auth: bolt.Auth{Scheme: "none"}}},
		{"reset", &bolt.Reset{}},
		{"acknowledge", &bolt.AckFailure{}},
	}
}

// late marks a result whose failure comes after its rows.
const late = 1 << 20

// takes answers a request and moves the model on.
func (m *model) takes(s step) string {
	switch {
	case s.name == "reset" && m.at == "authentication":
		return refused
	case s.name == "reset", s.name == "acknowledge" && m.failed:
		m.at, m.failed, m.results = "ready", false, nil
		return success
	case s.name == "acknowledge":
		return refused
	case m.failed:
		return ignored
	}
	switch m.at + ", " + s.name {
	case "ready, run", "ready, run badly", "ready, run badly late":
		m.latest = bolt.LastQuery
		return m.run(s, "streaming")
	case "transaction, run", "transaction, run badly", "transaction, run badly late":
		m.latest = m.next
		m.next++
		return m.run(s, "transaction")
	case "ready, begin":
		m.at, m.results, m.next, m.latest = "transaction", nil, 0, bolt.LastQuery
		return success
	case "ready, route", "ready, telemetry":
		return success
	case "ready, logoff":
		m.at = "authentication"
		return success
	case "authentication, logon":
		m.at = "ready"
		return success
	case "streaming, pull", "streaming, discard", "transaction, pull", "transaction, discard":
		return m.consume(s.request)
	case "transaction, commit", "transaction, rollback":
		m.at, m.results = "ready", nil
		return success
	}
	return refused
}

func (m *model) run(s step, at string) string {
	r, ok := s.request.(*bolt.Run)
	if !ok || strings.HasPrefix(r.Query, "fail") {
		m.failed = true
		return failed
	}
	if m.results == nil {
		m.results = make(map[int64]int)
	}
	m.at = at
	m.results[m.latest] = int(r.Query[len("rows ")] - '0')
	if s.name == "run badly late" {
		m.results[m.latest] |= late
	}
	return success
}

func (m *model) consume(r appender) string {
	rows, ok := m.results[m.latest]
	if !ok {
		m.failed = true
		return failed
	}
	n := rows &^ late
	if p, ok := r.(*bolt.Pull); ok && p.N == 1 && m.version.Batches && n > 1 {
		m.results[m.latest]--
		return success
	}
	one := n == 1 && m.version.Batches
	if p, ok := r.(*bolt.Pull); rows&late != 0 && (!ok || p.N != 1 || !one) {
		m.failed = true
		return failed
	} else if rows&late != 0 {
		m.results[m.latest] = late // has_more, then the failure
		return success
	}
	delete(m.results, m.latest)
	if m.at == "streaming" {
		m.at = "ready"
	}
	return success
}

// FuzzWalk lets a session walk at random and compares each answer with the
// model's: the first number chooses the version, the others the requests.
func FuzzWalk(f *testing.F) {
	s, db := start(f, server.Options{AllowFlawed: true})
	versions, _ := bolt.Versions("", "", true)
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		seed := make([]byte, 2+r.IntN(30))
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) < 2 {
			return
		}
		v := versions[int(choices[0])%len(versions)]
		walk(t, s, v, choices[1:min(len(choices), 100)])
		eventually(t, "everything is closed", func() bool { return db.Open.Load() == 0 })
	})
}

func walk(t *testing.T, s *servertest.Server, v *bolt.Version, choices []byte) {
	t.Helper()
	c := login(t, s, v.Text)
	defer c.conn.Close()
	m := &model{version: v, at: "ready"}
	var way []string
	for _, choice := range choices {
		all := steps()
		step := all[int(choice)%len(all)]
		if !knows(v, step.request) {
			continue
		}
		way = append(way, step.name)
		want := m.takes(step)
		c.send(step.request)
		if got := c.outcome(); !strings.HasPrefix(want, got) {
			t.Fatalf("Bolt %v, %s: %s, want %s", v, strings.Join(way, ", "), got, want)
		}
		if want == refused {
			if got := c.receive(); got != "EOF" {
				t.Fatalf("Bolt %v, %s: %s, want the end", v, strings.Join(way, ", "), got)
			}
			return
		}
	}
}

// outcome skips records and returns the first word of the answer.
func (c *client) outcome() string {
	c.tb.Helper()
	for {
		word, _, _ := strings.Cut(c.receive(), " ")
		if word != "RECORD" {
			return word
		}
	}
}

// knows reports whether a version has a request.
func knows(v *bolt.Version, r appender) bool {
	m, err := r.Append(nil, v)
	if err != nil || len(m) < 2 {
		return false
	}
	_, ok := v.Fields(bolt.Signature(m[1]))
	return ok
}
