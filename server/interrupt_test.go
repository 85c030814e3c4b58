package server_test

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

const terminated = "FAILURE {code: Neo.ClientError.Transaction.Terminated"

// blocked waits until a statement of the client blocks.
func blocked(t *testing.T, db *servertest.Scripted) {
	t.Helper()
	select {
	case <-db.Blocked:
	case <-time.After(answerTimeout):
		t.Fatal("no statement has blocked")
	}
}

func TestResetInterrupts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		first, later []appender
		want         []string
	}{
		{
			name:  "in RUN",
			first: []appender{run("block")},
			later: []appender{&bolt.Reset{}},
			want:  []string{terminated, "SUCCESS {}"},
		},
		{
			name:  "in PULL, after its records",
			first: []appender{run("rows 3 then block"), pullAll()},
			later: []appender{&bolt.Reset{}},
			want:  []string{"SUCCESS", "RECORD", "RECORD", "RECORD", terminated, "SUCCESS {}"},
		},
		{
			name:  "in a transaction",
			first: []appender{tx(), run("block")},
			later: []appender{&bolt.Reset{}},
			want:  []string{"SUCCESS", terminated, "SUCCESS {}"},
		},
		{
			name:  "six requests queued",
			first: []appender{run("block")},
			later: []appender{pullAll(), run("rows 1"), pullAll(), run("rows 1"), pullAll(), &bolt.Commit{}, &bolt.Reset{}},
			want:  []string{terminated, "IGNORED", "IGNORED", "IGNORED", "IGNORED", "IGNORED", "IGNORED", "SUCCESS {}"},
		},
		{
			name:  "three resets",
			first: []appender{run("block")},
			later: []appender{&bolt.Reset{}, &bolt.Reset{}, &bolt.Reset{}},
			want:  []string{terminated, "IGNORED", "IGNORED", "SUCCESS {}"},
		},
		{
			name:  "reset in the same write",
			first: []appender{run("block"), pullAll(), &bolt.Reset{}, run("rows 1"), pullAll(), &bolt.Reset{}},
			want:  []string{terminated, "IGNORED", "IGNORED", "IGNORED", "IGNORED", "SUCCESS {}"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, db := start(t, server.Options{})
			c := login(t, s, "5.4")
			c.send(tt.first...)
			blocked(t, db)
			c.send(tt.later...)
			c.want(tt.want...)
			if n := db.Open.Load(); n != 0 {
				t.Errorf("%d results or transactions are open after RESET", n)
			}
			c.send(run("rows 1"), pullAll())
			c.want("SUCCESS", "RECORD [0]", "SUCCESS")
		})
	}
}

// TestInterruptAgain checks that the source goes back and forth between the
// session and the look-ahead reader.
func TestInterruptAgain(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	c := login(t, s, "5.4")
	for range 20 {
		c.send(run("rows 1 then block"), pullAll())
		blocked(t, db)
		c.send(&bolt.Reset{})
		c.want("SUCCESS", "RECORD", terminated, "SUCCESS {}")
		c.send(tx(), run("rows 1"), pullAll(), &bolt.Commit{})
		c.want("SUCCESS", "SUCCESS", "RECORD", "SUCCESS", "SUCCESS")
	}
}

func TestLostConnectionCancels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		lose func(t *testing.T, c *client)
	}{
		{"close", func(_ *testing.T, c *client) { c.conn.Close() }},
		{"reset by peer", func(t *testing.T, c *client) {
			t.Helper()
			if err := c.conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Fatal(err)
			}
			c.conn.Close()
		}},
		{"half close", func(t *testing.T, c *client) {
			t.Helper()
			if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}},
		{"goodbye", func(_ *testing.T, c *client) { c.send(&bolt.Goodbye{}) }},
		{"goodbye behind others", func(_ *testing.T, c *client) { c.send(pullAll(), &bolt.Reset{}, run("block"), &bolt.Goodbye{}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, db := start(t, server.Options{})
			c := login(t, s, "5.4")
			c.send(tx(), run("rows 1"), run("block"))
			blocked(t, db)
			tt.lose(t, c)
			eventually(t, "the transaction is rolled back", func() bool {
				return db.Rollbacks.Load() == 1 && db.Open.Load() == 0
			})
			eventually(t, "the connection is gone", func() bool { return s.Stats().Connections == 0 })
		})
	}
}

func TestIdleTransactionOfLostConnection(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	c := login(t, s, "5.4")
	c.send(tx(), run("rows 9"), pull(1))
	c.want("SUCCESS", "SUCCESS", "RECORD", "SUCCESS {has_more: true}")
	c.conn.Close()
	eventually(t, "the transaction is rolled back", func() bool { return db.Rollbacks.Load() == 1 && db.Open.Load() == 0 })
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	extra := bolt.TransactionExtra{HasTimeout: true, Timeout: 30 * time.Millisecond}
	const byClient = "FAILURE {code: Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"
	const byServer = "FAILURE {code: Neo.ClientError.Transaction.TransactionTimedOut,"
	for _, tt := range []struct {
		name   string
		server time.Duration
		send   []appender
		before []string
		idle   bool // wait until the transaction has ended before sending then
		then   []appender
		want   []string
	}{
		{
			name: "client, in RUN",
			send: []appender{&bolt.Run{Query: "block", Extra: extra}},
			want: []string{byClient},
		},
		{
			name: "client, in a transaction",
			send: []appender{&bolt.Begin{Extra: extra}, run("rows 1"), pullAll(), run("block")},
			want: []string{"SUCCESS", "SUCCESS", "RECORD", "SUCCESS", byClient},
		},
		{
			name: "client, idle transaction",
			send: []appender{&bolt.Begin{Extra: extra}, run("rows 1")}, before: []string{"SUCCESS", "SUCCESS"},
			idle: true, then: []appender{pullAll()},
			want: []string{byClient},
		},
		{
			name: "client, idle transaction, commit",
			send: []appender{&bolt.Begin{Extra: extra}}, before: []string{"SUCCESS"},
			idle: true, then: []appender{&bolt.Commit{}, &bolt.Reset{}, run("rows 1"), pullAll()},
			want: []string{byClient, "SUCCESS {}", "SUCCESS", "RECORD", "SUCCESS"},
		},
		{
			name: "client, idle transaction, rollback",
			send: []appender{&bolt.Begin{Extra: extra}}, before: []string{"SUCCESS"},
			idle: true, then: []appender{&bolt.Rollback{}, run("rows 1"), pullAll()},
			want: []string{"SUCCESS {}", "SUCCESS", "RECORD", "SUCCESS"},
		},
		{
			name: "client, idle result",
			send: []appender{&bolt.Run{Query: "rows 5", Extra: extra}}, before: []string{"SUCCESS"},
			idle: true, then: []appender{pullAll()},
			want: []string{byClient},
		},
		{
			name: "server", server: 30 * time.Millisecond,
			send: []appender{run("block")},
			want: []string{byServer},
		},
		{
			name: "server, idle transaction", server: 30 * time.Millisecond,
			send: []appender{tx()}, before: []string{"SUCCESS"},
			idle: true, then: []appender{run("rows 1")},
			want: []string{byServer},
		},
		{
			name: "zero means none",
			send: []appender{&bolt.Run{Query: "rows 1", Extra: bolt.TransactionExtra{HasTimeout: true}}, pullAll()},
			want: []string{"SUCCESS", "RECORD", "SUCCESS"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, db := start(t, server.Options{QueryTimeout: tt.server})
			c := login(t, s, "5.4")
			c.send(tt.send...)
			c.want(tt.before...)
			if tt.idle {
				eventually(t, "the transaction has ended", func() bool { return db.Open.Load() == 0 })
				c.send(tt.then...)
			}
			c.want(tt.want...)
		})
	}
}

func TestPanicEndsOnlyItsConnection(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	other := login(t, s, "5.4")
	c := login(t, s, "5.4")
	c.send(tx(), run("rows 5"), pull(1), run("panic"))
	c.want("SUCCESS", "SUCCESS", "RECORD", "SUCCESS", "FAILURE {code: Neo.DatabaseError.General.UnknownError", "EOF")
	if n := db.Open.Load(); n != 0 {
		t.Errorf("%d results or transactions are open after a panic", n)
	}
	other.send(run("rows 1"), pullAll())
	other.want("SUCCESS", "RECORD", "SUCCESS")
}

// TestSlowReader checks that a client that does not read is given up, and its
// transaction with it.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{Limits: server.Limits{Write: 50 * time.Millisecond}})
	c := login(t, s, "5.4")
	c.send(tx(), run("rows 1000000000"), pullAll())
	eventually(t, "the transaction is rolled back", func() bool { return db.Rollbacks.Load() == 1 })
	if _, err := io.Copy(io.Discard, c.conn); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("after the server gave up: %v", err)
	}
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	idle := login(t, s, "5.4")
	busy := login(t, s, "5.4")
	busy.send(tx(), run("rows 1"))
	busy.want("SUCCESS", "SUCCESS")
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(t.Context()) }()
	idle.want("EOF")
	busy.send(pullAll(), &bolt.Commit{})
	busy.want("RECORD", "SUCCESS", "SUCCESS {bookmark", "EOF")
	if err := <-done; err != nil {
		t.Errorf("Shutdown = %v", err)
	}
	if db.Commits.Load() != 1 {
		t.Error("the open transaction was not allowed to commit")
	}
}

func TestCloseCancels(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	c := login(t, s, "5.4")
	c.send(tx(), run("block"))
	blocked(t, db)
	if err := s.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if db.Rollbacks.Load() != 1 || db.Open.Load() != 0 {
		t.Error("the transaction was not rolled back")
	}
}

// TestTimeoutBesideResults lets a timeout pass at any moment of a session that
// reads results: while it executes, between two requests, and while it waits. What
// is open must be closed once, by the timer or by the session.
func TestTimeoutBesideResults(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{})
	var timed, whole int
	for round := range 400 {
		extra := bolt.TransactionExtra{HasTimeout: true, Timeout: time.Millisecond}
		if round%5 == 0 {
			extra.Timeout = answerTimeout
		}
		requests := []appender{&bolt.Begin{Extra: extra}, run("rows 3"), run("rows 2"), pull(1), pullAll(), &bolt.Commit{}}
		if round%2 == 0 {
			requests = []appender{&bolt.Run{Query: "rows 3", Parameters: graph.Map(nil), Extra: extra}, pull(1), pull(1), pullAll()}
		}
		c := login(t, s, "5.4")
		failed := false
		began := time.Now()
		for i, r := range requests {
			switch {
			case i == 2 && round%5 == 1:
				eventually(t, "the timeout has passed", func() bool { return db.Open.Load() == 0 })
			case i == round%len(requests): // about when it passes
				for time.Since(began) < 800*time.Microsecond+time.Duration(round)*time.Microsecond {
					runtime.Gosched()
				}
			}
			c.send(r)
			switch got := c.outcome(); {
			case got == "FAILURE", got == ignored && failed:
				failed = true
			case got != success || failed:
				t.Fatalf("round %d: %T is answered with %s", round, r, got)
			}
		}
		if failed {
			timed++
			c.send(&bolt.Reset{})
			c.want("SUCCESS {}")
		} else {
			whole++
		}
		c.send(run("rows 1"), pullAll())
		c.want("SUCCESS", "RECORD", "SUCCESS")
		if n := db.Open.Load(); n != 0 {
			t.Fatalf("round %d: %d results or transactions are open", round, n)
		}
		c.conn.Close()
	}
	if timed == 0 || whole == 0 {
		t.Errorf("%d transactions timed out and %d did not: the timeouts test nothing", timed, whole)
	}
}
