package tls_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// The user of the environment, with whom boltConn.login logs in too.
func firstUser() server.Options {
	return server.Options{
		Args: []string{manyConnections, "--auth-password-min-length=1"},
		Env:  []string{"MEMGRAPH_USER=neo", "MEMGRAPH_PASSWORD=secret"},
	}
}

// serveUsers starts a server with a user.
func serveUsers(c *check, args ...string) *site {
	c.Helper()
	o := firstUser()
	o.Args = append(o.Args, args...)
	ca := tlstest.NewCA(c)
	return serveWith(c, o, ca, ca.Issue(c, tlstest.Leaf{}))
}

// The words of a failure that clients act upon.
const (
	unauthorized = "Neo.ClientError.Security.Unauthorized"
	rateLimited  = "Neo.ClientError.Security.AuthenticationRateLimit"
)

// loginAs tries a login and returns the answer: "" for success. A failure must
// arrive before the connection is closed.
func (s *site) loginAs(c *check, user, password string) (answer []byte, took time.Duration) {
	c.Helper()
	b, err := dialBolt(c.Context(), s.Address, s.config(c))
	if err != nil {
		c.Fatal(err)
	}
	defer b.Close()
	if err := b.open(); err != nil {
		c.Fatal(err)
	}
	began := time.Now()
	if err := b.send("\xb1\x01\xa4" + text("user_agent") + text("tests") + text("scheme") + text("basic") +
		text("principal") + text(user) + text("credentials") + text(password)); err != nil {
		c.Fatal(err)
	}
	m, err := b.receive()
	if err != nil {
		c.Fatalf("login as %q: %v instead of an answer", user, err)
	}
	if m[1] == 0x70 {
		return nil, time.Since(began)
	}
	return m, time.Since(began)
}

// want compares the answer to a login with a code; "" means success.
func (s *site) want(c *check, user, password, code string) {
	c.Helper()
	answer, _ := s.loginAs(c, user, password)
	if code == "" && answer != nil || !bytes.Contains(answer, []byte(code)) {
		c.Errorf("login as %q: %q; want %q", user, answer, code)
	}
}

// run executes statements of the first user.
func (s *site) run(c *check, statements ...string) {
	c.Helper()
	b := session(c, s.Address, s.config(c))
	for _, q := range statements {
		if err := b.query(q); err != nil {
			c.Fatalf("%s: %v", q, err)
		}
	}
	b.Close()
}

// alike is item 29.
func alike(c *check) {
	s := serveUsers(c, "--auth-lockout=0")
	const tries, tolerance = 50, 0.10
	var unknown, wrong []time.Duration
	for i := range tries * rounds() {
		a, took := s.loginAs(c, fmt.Sprint("nobody", i), "not the password")
		unknown = append(unknown, took)
		b, took := s.loginAs(c, "neo", fmt.Sprint("not the password", i))
		wrong = append(wrong, took)
		if !bytes.Equal(a, b) || !bytes.Contains(a, []byte(unauthorized)) {
			c.Fatalf("unknown user: %q, wrong password: %q; want the same with %s", a, b, unauthorized)
		}
	}
	// Whatever else the machine does only adds time, so the quick ones tell more,
	// to an attacker as to us.
	slices.Sort(unknown)
	slices.Sort(wrong)
	a, b := unknown[len(unknown)/5], wrong[len(wrong)/5]
	c.Logf("unknown user %v, wrong password %v (quickest fifth of %d)", a, b, len(wrong))
	if math.Abs(float64(a-b)) > tolerance*float64(b) {
		c.Errorf("unknown user takes %v, wrong password %v", a, b)
	}
	whole := strings.Repeat("p", 72)
	s.run(c, "CREATE USER long SET PASSWORD '"+whole+"' CHANGE NOT REQUIRED")
	s.want(c, "long", whole, "")
	s.want(c, "long", whole+"p", unauthorized)
	b2 := session(c, s.Address, s.config(c))
	if err := b2.query("CREATE USER longer SET PASSWORD '" + whole + "p'"); err == nil || !strings.Contains(err.Error(), "at most 72 bytes") {
		c.Errorf("73 bytes: %v", err)
	}
}

// rateLimit is item 30.
func rateLimit(c *check) {
	s := serveUsers(c)
	s.run(c, "CREATE USER bob SET PASSWORD 'secret456' CHANGE NOT REQUIRED")
	for range 3 {
		s.want(c, "bob", "wrong", unauthorized)
	}
	locked := time.Now()
	s.want(c, "bob", "secret456", rateLimited)
	for range 3 {
		s.want(c, "nobody", "wrong", unauthorized)
	}
	s.want(c, "nobody", "wrong", rateLimited)
	wait(c, "the end of the lock", func() bool {
		answer, _ := s.loginAs(c, "bob", "secret456")
		return answer == nil
	})
	if took := time.Since(locked); took < 4*time.Second {
		c.Errorf("the lock has ended after %v; want 5 s", took)
	}
	// The address is known now: somebody's failures keep nobody out.
	for range 3 {
		s.want(c, "bob", "wrong", unauthorized)
	}
	s.want(c, "bob", "secret456", "")
	if n := s.metric(c, "drawbolt_lock_outs_total"); n != 3 {
		c.Errorf("the metric counts %v lock-outs; want 3", n)
	}
	if !strings.Contains(s.Output(), "event=lock-out") {
		c.Error("the log has no lock-out")
	}
}

// changedUsers is item 31.
func changedUsers(c *check) {
	s := serveUsers(c)
	s.run(c, "CREATE USER bob SET PASSWORD 'secret456' CHANGE NOT REQUIRED", "CREATE USER eve SET PASSWORD 'secret789' CHANGE NOT REQUIRED")
	s.want(c, "bob", "secret456", "")
	s.want(c, "eve", "secret789", "")
	eve, err := dialBolt(c.Context(), s.Address, s.config(c))
	if err != nil {
		c.Fatal(err)
	}
	defer eve.Close()
	hello := strings.NewReplacer(text("neo"), text("eve"), text("secret"), text("secret789")).Replace(
		"\xb1\x01\xa4" + text("user_agent") + text("tests") + text("scheme") + text("basic") + text("principal") + text("neo") +
			text("credentials") + text("secret"))
	if err := eve.open(); err != nil {
		c.Fatal(err)
	}
	if err := eve.send(hello); err != nil {
		c.Fatal(err)
	}
	if err := eve.summary(); err != nil {
		c.Fatal(err)
	}
	reset := func() {
		c.Helper()
		if err := eve.send("\xb0\x0f"); err != nil {
			c.Fatal(err)
		}
		for {
			m, err := eve.receive()
			if err != nil {
				c.Fatal(err)
			}
			if m[1] == 0x70 {
				return
			}
		}
	}
	refused := func(when string) {
		c.Helper()
		if err := eve.query("MATCH (n) RETURN n"); err == nil || !strings.Contains(err.Error(), "Security.Forbidden") {
			c.Errorf("%s: %v; want Forbidden", when, err)
		}
		reset()
	}
	refused("without a role")
	s.run(c, "GRANT ROLE reader TO eve")
	if err := eve.query("MATCH (n) RETURN n"); err != nil {
		c.Errorf("with the role: %v", err)
	}
	s.run(c, "DENY MATCH TO eve")
	refused("denied")
	s.run(c, "ALTER USER bob SET PASSWORD 'another456'", "DROP USER eve")
	s.want(c, "bob", "secret456", unauthorized)
	s.want(c, "bob", "another456", "")
	s.want(c, "eve", "secret789", unauthorized)
	if m, err := eve.receive(); err == nil {
		c.Errorf("the session of a dropped user goes on: %q", m)
	}
	// Users survive a crash.
	s.Kill()
	o := firstUser()
	o.Directory = s.Directory
	ca := tlstest.NewCA(c)
	again := serveWith(c, o, ca, ca.Issue(c, tlstest.Leaf{}))
	again.want(c, "bob", "another456", "")
	again.want(c, "eve", "secret789", unauthorized)
	again.want(c, "neo", "secret", "")
}
