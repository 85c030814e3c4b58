package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// closes fails unless the server ends the connection without a byte.
func closes(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(answerTimeout)); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(conn); len(b) > 0 || (err != nil && !strings.Contains(err.Error(), "reset by peer")) {
		t.Errorf("the server answered %x, %v; want the end of the connection", b, err)
	}
}

func TestLoginDeadline(t *testing.T) {
	t.Parallel()
	limits := server.Limits{Login: 80 * time.Millisecond}
	for _, tt := range []struct {
		name string
		talk func(c *client)
	}{
		{"silent", func(*client) {}},
		{"in the magic", func(c *client) { c.write(unhex(c.tb, "6060")) }},
		{"in the proposals", func(c *client) { c.write(unhex(c.tb, magic+"00000405 0000")) }},
		{"a byte now and then", func(c *client) {
			go func() {
				tick := time.NewTicker(20 * time.Millisecond)
				defer tick.Stop()
				for _, b := range unhex(c.tb, magic+"00000405 00000000 00000000") {
					if _, err := c.conn.Write([]byte{b}); err != nil {
						return
					}
					<-tick.C
				}
			}()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, server.Options{Limits: limits})
			c := &client{tb: t, conn: s.Dial(t)}
			tt.talk(c)
			closes(t, c.conn)
			eventually(t, "the connection is gone", func() bool { return s.Stats() == server.Stats{Accepted: 1} })
		})
	}
	t.Run("before HELLO", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: limits})
		connect(t, s, "5.4").want("EOF")
	})
	t.Run("NOOPs do not help", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: limits})
		c := connect(t, s, "5.4")
		c.write(make([]byte, 64))
		c.want("EOF")
	})
	t.Run("not after login", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: limits})
		c := login(t, s, "5.4")
		<-time.After(2 * limits.Login)
		c.send(run("rows 0"), pullAll())
		c.want("SUCCESS", "SUCCESS")
	})
	t.Run("again after LOGOFF", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: limits})
		c := login(t, s, "5.4")
		c.send(&bolt.Logoff{})
		c.want("SUCCESS", "EOF")
	})
}

func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{Limits: server.Limits{Idle: 50 * time.Millisecond}})
	login(t, s, "5.4").want("EOF")
}

func TestMessageSizes(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{Limits: server.Limits{MessageBytes: 100_000}})
	c := connect(t, s, "5.4")
	big := hello(c.version)
	big.UserAgent = strings.Repeat("x", 8192)
	c.send(big)
	c.want("FAILURE {code: Neo.ClientError.Request.Invalid, message: Value of size")

	c = login(t, s, "5.4")
	text := graph.String(strings.Repeat("x", 90_000))
	c.send(&bolt.Run{Query: "echo", Parameters: graph.Map([]graph.Field{{Name: "x", Value: text}})}, pullAll())
	c.want("SUCCESS", "RECORD [xxx", "SUCCESS")
	text = graph.String(strings.Repeat("x", 100_000))
	c.send(&bolt.Run{Query: "echo", Parameters: graph.Map([]graph.Field{{Name: "x", Value: text}})}, &bolt.Reset{})
	c.want("FAILURE {code: Neo.ClientError.Request.Invalid, message: Value of size", "SUCCESS {}")
}

const noRoom = "FAILURE {code: Neo.TransientError.Request.NoThreadsAvailable, message: "

func TestConnectionLimits(t *testing.T) {
	t.Parallel()
	t.Run("in all", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: server.Limits{Connections: 2, Unauthenticated: 10}})
		one, _ := login(t, s, "5.4"), login(t, s, "5.4")
		for _, version := range []string{"1", "3", "4.4", "5.4"} {
			c := connect(t, s, version)
			c.send(hello(c.version))
			c.want(noRoom+"The server has no room for a further connection.", "EOF")
		}
		one.send(run("rows 0"), pullAll())
		one.want("SUCCESS", "SUCCESS")
		one.conn.Close()
		eventually(t, "there is room", func() bool { return s.Stats().Connections == 1 })
		login(t, s, "5.4")
	})
	t.Run("not logged in", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, server.Options{Limits: server.Limits{Connections: 10, Unauthenticated: 1}})
		login(t, s, "5.4")
		waiting := connect(t, s, "5.4")
		c := connect(t, s, "5.4")
		c.send(hello(c.version), &bolt.Logon{Auth: bolt.Auth{Scheme: "none"}})
		c.want(noRoom+"Too many clients are logging in at this moment.", "EOF")
		waiting.send(hello(waiting.version), &bolt.Logon{Auth: bolt.Auth{Scheme: "none"}})
		waiting.want("SUCCESS", "SUCCESS")
		login(t, s, "5.4")
	})
}

// TestDismissals wants what is done for those beyond the limit to be bounded in
// number and in time, and not to touch those within it.
func TestDismissals(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{Limits: server.Limits{Connections: 1, Login: 200 * time.Millisecond}})
	one := login(t, s, "5.4")
	silent := make([]net.Conn, 40)
	for i := range silent {
		silent[i] = s.Dial(t)
	}
	began := time.Now()
	for _, conn := range silent {
		closes(t, conn)
	}
	if took := time.Since(began); took > answerTimeout/2 {
		t.Errorf("silent connections beyond the limit were kept for %v", took)
	}
	c := connect(t, s, "5.4")
	c.sendHex("B5 77 01") // no message at all
	c.want(noRoom, "EOF")
	one.send(run("rows 0"), pullAll())
	one.want("SUCCESS", "SUCCESS")
	if got := s.Stats().Connections; got != 1 {
		t.Errorf("%d connections are counted, want 1", got)
	}
}

// doorkeeper lets one password in.
type doorkeeper struct{}

func (doorkeeper) Authenticate(_ context.Context, c server.Credentials) (server.Login, error) {
	switch c.Secret {
	case "right":
		return server.Login{User: c.Principal}, nil
	case "often":
		return server.Login{}, server.ErrLoginRate
	case "broken":
		return server.Login{}, errors.New("disk is full")
	default:
		return server.Login{}, server.ErrLoginRefused
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	const refused = "FAILURE {code: Neo.ClientError.Security.Unauthorized, message: The client is unauthorized due to authentication failure.}"
	for _, tt := range []struct{ name, version, secret, want string }{
		{"right", "5.4", "right", "SUCCESS {}"},
		{"wrong", "5.4", "wrong", refused},
		{"too often", "5.4", "often", "FAILURE {code: Neo.ClientError.Security.AuthenticationRateLimit"},
		{"not checked", "5.4", "broken", refused},
		{"right, in HELLO", "4.4", "right", "SUCCESS {connection_id: bolt-1, hints: {}, server: Neo4j/5.26.0-drawbolt}"},
		{"wrong, in HELLO", "4.4", "wrong", refused},
		{"right, in INIT", "1", "right", "SUCCESS {server: Neo4j/5.26.0-drawbolt}"},
		{"wrong, in INIT", "1", "wrong", refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, server.Options{Authenticator: doorkeeper{}})
			c := connect(t, s, tt.version)
			auth := bolt.Auth{Scheme: "basic", Principal: "ann", Credentials: tt.secret}
			m := hello(c.version)
			if m.Auth = auth; c.version.Login == bolt.LoginLogon {
				m.Auth = bolt.Auth{}
				c.send(m)
				c.want("SUCCESS")
				c.send(&bolt.Logon{Auth: auth})
			} else {
				c.send(m)
			}
			c.want(tt.want)
			if tt.want == refused {
				c.want("EOF")
			}
		})
	}
}

// TestManyPipelined sends more requests than fit into the look-ahead queue
// behind a statement that blocks.
func TestManyPipelined(t *testing.T) {
	t.Parallel()
	s, db := start(t, server.Options{Limits: server.Limits{Queue: 10}})
	c := login(t, s, "5.4")
	c.send(&bolt.Run{Query: "block", Extra: bolt.TransactionExtra{HasTimeout: true, Timeout: 50 * time.Millisecond}})
	blocked(t, db)
	const n = 500
	requests := make([]appender, 0, n+1)
	for range n {
		requests = append(requests, pullAll())
	}
	c.send(append(requests, &bolt.Reset{})...)
	c.want("FAILURE")
	for range n {
		c.want("IGNORED")
	}
	c.want("SUCCESS {}")
}

func TestOptions(t *testing.T) {
	t.Parallel()
	db := servertest.Only(servertest.NewScripted())
	for _, tt := range []struct {
		name    string
		options server.Options
		want    string
	}{
		{"no databases", server.Options{}, "no databases"},
		{"no such version", server.Options{Databases: db, MinVersion: "7"}, "not Bolt versions"},
		{"empty range", server.Options{Databases: db, MinVersion: "5.0", MaxVersion: "4.4"}, "no Bolt version is left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := server.New(tt.options); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want an error with %q", err, tt.want)
			}
		})
	}
}
