package tls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
)

// manyConnections lifts the limit, so that it is not what is tested.
const manyConnections = "--max-connections=10000"

// slowClients is item 21.
func slowClients(c *check) {
	const each = 400
	s := serve(c, manyConnections)
	hello := clientHello(c, s)
	must(c, s.Address, s.config(c))
	before := resident(c, s.PID())
	var running sync.WaitGroup
	defer running.Wait() // nobody may report to a test that has ended
	var late, early atomic.Int64
	began := time.Now()
	start := func(behave func(conn net.Conn) error) {
		for range each {
			running.Go(func() {
				conn, err := (&net.Dialer{Timeout: patience}).DialContext(c.Context(), "tcp", s.Address)
				if err != nil {
					c.Errorf("dial: %v", err)
					return
				}
				defer conn.Close()
				connected := time.Now()
				if err := errors.Join(conn.SetDeadline(connected.Add(patience)), behave(conn)); err != nil {
					early.Add(1)
					return
				}
				io.Copy(io.Discard, conn)
				if took := time.Since(connected); took > 25*time.Second {
					late.Add(1)
				}
			})
		}
	}
	inside := func(send string) func(conn net.Conn) error {
		return func(conn net.Conn) error {
			secure := tls.Client(conn, with(s.config(c), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519} }))
			if err := secure.HandshakeContext(c.Context()); err != nil {
				return err
			}
			_, err := io.WriteString(secure, send)
			return err
		}
	}
	start(func(net.Conn) error { return nil })
	start(func(conn net.Conn) error {
		go drip(conn, hello)
		return nil
	})
	start(func(conn net.Conn) error {
		_, err := io.WriteString(conn, hello[:len(hello)/2])
		return err
	})
	start(inside((boltMagic + boltSlots)[:10]))
	start(inside(boltMagic + boltSlots + frame(boltHello)[:20]))
	wait(c, "the connections", func() bool { return s.metric(c, "drawbolt_connections") >= 3*each })
	promptly(c, func() time.Duration {
		good := time.Now()
		b := session(c, s.Address, s.config(c))
		took := time.Since(good)
		if err := b.query("RETURN 1"); err != nil {
			c.Errorf("the good client: %v", err)
		}
		return took
	})
	if grown := resident(c, s.PID()) - before; grown > 160<<20 {
		c.Errorf("%d MiB more with %d connections", grown>>20, 5*each)
	}
	running.Wait()
	if late.Load() > 0 || early.Load() > each/10 {
		c.Errorf("%d connections were closed late, %d early, after %v", late.Load(), early.Load(), time.Since(began))
	}
	wait(c, "the server to be rid of them", func() bool { return s.metric(c, "drawbolt_connections", `state="unauthenticated"`) == 0 })
}

// drip sends a byte a second.
func drip(conn net.Conn, bytes string) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := range len(bytes) {
		if _, err := conn.Write([]byte{bytes[i]}); err != nil {
			return
		}
		<-tick.C
	}
}

// clientHello records the first bytes of a client.
func clientHello(c *check, s *site) string {
	c.Helper()
	client, peer := net.Pipe()
	go tls.Client(client, s.config(c)).HandshakeContext(c.Context())
	buffer := make([]byte, 16<<10)
	n, err := peer.Read(buffer)
	if err := errors.Join(err, peer.Close(), client.Close()); err != nil {
		c.Fatal(err)
	}
	return string(buffer[:n])
}

// declaredSizes is item 22.
func declaredSizes(c *check) {
	s := server.Start(c, server.Options{Plaintext: true, Monitor: true})
	huge := []string{
		"\xd0\xff", "\xd1\xff\xff", "\xd2\xff\xff\xff\xff", "\xd2\x7f\xff\xff\xff", "\xd2\x80\x00\x00\x00", // strings
		"\xcc\xff", "\xcd\xff\xff", "\xce\xff\xff\xff\xff", "\xce\x7f\xff\xff\xff", // bytes
		"\xd4\xff", "\xd5\xff\xff", "\xd6\xff\xff\xff\xff", "\xd6\x7f\xff\xff\xff", // lists
		"\xd8\xff", "\xd9\xff\xff", "\xda\xff\xff\xff\xff", "\xda\x7f\xff\xff\xff", // maps
		"\xbf\x01", "\xdc\xff\x01", "\xdd\xff\xff\x01", // structures
	}
	allocated := func() float64 { return metric(c, s, "go_memstats_alloc_bytes_total") }
	attempt := func(login bool, send string) {
		b, err := dialBolt(c.Context(), s.Address, nil)
		if err != nil {
			c.Fatal(err)
		}
		defer b.Close()
		open := b.open
		if login {
			open = b.login
		}
		if err := open(); err != nil {
			c.Fatal(err)
		}
		if _, err := io.WriteString(b, send); err != nil {
			c.Fatal(err)
		}
		if answer, err := b.receive(); err == nil && answer[1] != 0x7f {
			c.Errorf("%.20q = %q, want a failure or the end", send, answer)
		}
	}
	allocated() // the first page makes its buffers
	for _, h := range huge {
		const times = 8
		before := allocated()
		for range times {
			attempt(false, frame("\xb1\x01"+h))
			attempt(false, frame("\xb1\x01\xa1\x84user"+h))
			attempt(true, frame("\xb3\x10\x81x"+h))
			attempt(true, frame("\xb3\x10\x81x\xa1\x81p"+h+"\xa0"))
		}
		// With all that a connection costs, and its share of the page of metrics.
		if each := (allocated() - before) / (4 * times); each > 64<<10 {
			c.Errorf("%.0f KiB are allocated for the size %x", each/1024, h)
		}
	}
}

// nesting is item 23.
func nesting(c *check) {
	s := server.Start(c, server.Options{Plaintext: true})
	deep := strings.Repeat("\x91", 100_000) + "\xc0"
	for _, tt := range []struct {
		name  string
		login bool
		send  string
	}{
		{"before login", false, "\xb1\x01\xa1\x81x" + deep},
		{"before login, within the size", false, "\xb1\x01\xa1\x81x" + strings.Repeat("\x91", 8000) + "\xc0"},
		{"after login", true, "\xb3\x10\x81x\xa1\x81p" + deep + "\xa0"},
		{"after login, maps", true, "\xb3\x10\x81x\xa1\x81p" + strings.Repeat("\xa1\x81k", 100_000) + "\xc0\xa0"},
		{"after login, structures", true, "\xb3\x10\x81x\xa1\x81p" + strings.Repeat("\xb1\x4e", 100_000) + "\xc0\xa0"},
		{"after login, in the query", true, boltRun("RETURN " + strings.Repeat("[", 100_000))},
		{"after login, parentheses", true, boltRun("RETURN " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000))},
	} {
		c.Run(tt.name, func(t *testing.T) {
			b, err := dialBolt(t.Context(), s.Address, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			open := b.open
			if tt.login {
				open = b.login
			}
			if err := errors.Join(open(), b.send(tt.send)); err != nil && tt.login {
				t.Fatal(err)
			}
			if answer, err := b.receive(); err == nil && answer[1] != 0x7f || err != nil && tt.login {
				t.Errorf("answer = %.80q, %v, want a failure", answer, err)
			}
		})
	}
	if err := session(c, s.Address, nil).query("RETURN 1"); err != nil {
		c.Errorf("afterwards: %v", err)
	}
}

// ends reports whether the server ends a connection soon without a byte.
func ends(conn net.Conn) bool {
	if conn.SetReadDeadline(time.Now().Add(5*time.Second)) != nil {
		return true
	}
	_, err := conn.Read(make([]byte, 1))
	return err != nil && !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err)
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// connectionLimits is item 24.
func connectionLimits(c *check) {
	// A quarter of 80 is less than the 64 that is the least.
	s := server.Start(c, server.Options{Plaintext: true, Monitor: true, Args: []string{"--max-connections=80"}})
	unauthenticated := func() float64 { return metric(c, s, "drawbolt_connections", `state="unauthenticated"`) }
	var silent []net.Conn
	for range 64 {
		silent = append(silent, dial(c, s.Address))
	}
	wait(c, "64 silent connections", func() bool { return unauthenticated() == 64 })
	if !ends(dial(c, s.Address)) {
		c.Error("the 65th silent connection is kept")
	}
	for _, conn := range silent[:40] {
		conn.Close()
	}
	wait(c, "room", func() bool { return unauthenticated() == 24 })
	var sessions []*boltConn
	for range 56 {
		sessions = append(sessions, session(c, s.Address, nil))
	}
	if !ends(dial(c, s.Address)) {
		c.Error("the 81st connection is kept")
	}
	for _, b := range sessions {
		if err := b.query("RETURN 1"); err != nil {
			c.Errorf("an old connection at the limit: %v", err)
		}
	}
	for _, conn := range silent {
		conn.Close()
	}
	wait(c, "recovery", func() bool { return unauthenticated() == 0 })
	if err := session(c, s.Address, nil).query("RETURN 1"); err != nil {
		c.Errorf("after recovery: %v", err)
	}
	if n := metric(c, s, "drawbolt_connections_refused_total"); n != 2 {
		c.Errorf("the metric counts %v refused connections, want 2", n)
	}
	exhaustDescriptors(c)
}

// exhaustDescriptors lets a server run out of files.
func exhaustDescriptors(c *check) {
	// The runtime raises a soft limit, so the hard one is set as well.
	s := server.Start(c, server.Options{
		Plaintext: true, Args: []string{manyConnections}, Prefix: []string{"sh", "-c", `ulimit -n 48; exec "$@"`, "sh"},
	})
	old := session(c, s.Address, nil)
	var conns []net.Conn
	for range 60 {
		conns = append(conns, dial(c, s.Address))
	}
	wait(c, "failing accepts", func() bool { return strings.Count(s.Output(), "accept failed") > 2 })
	if err := old.query("RETURN 1"); err != nil {
		c.Errorf("the old connection: %v", err)
	}
	if n := strings.Count(s.Output(), "accept failed"); n > 30 {
		c.Errorf("%d failed accepts: there is no pause between them", n)
	}
	for _, conn := range conns {
		conn.Close()
	}
	if err := session(c, s.Address, nil).query("RETURN 1"); err != nil {
		c.Errorf("after recovery: %v", err)
	}
}

// neverReads is item 25.
func neverReads(c *check) {
	s := serve(c)
	b := session(c, s.Address, s.config(c))
	if err := b.send("\xb1\x11\xa0"); err != nil { // BEGIN
		c.Fatal(err)
	}
	if err := errors.Join(b.summary(), b.query("CREATE (:Lost)")); err != nil {
		c.Fatal(err)
	}
	began := time.Now()
	if err := b.send(boltRun("UNWIND range(1, 50000000) AS x RETURN x, 'and some text beside it'"), boltPull); err != nil {
		c.Fatal(err)
	}
	wait(c, "the write deadline", func() bool { return s.metric(c, "drawbolt_connections") == 0 })
	c.Logf("the connection ended after %v", time.Since(began))
	if n := s.metric(c, "drawbolt_transactions_total", `outcome="rolled_back"`); n != 1 {
		c.Errorf("%v transactions were rolled back, want 1", n)
	}
	if n := s.metric(c, "drawbolt_store_nodes"); n != 0 {
		c.Errorf("%v nodes are left", n)
	}
}

// randomBytes is item 27.
func randomBytes(c *check) {
	s := serve(c)
	transcript := boltMagic + boltSlots + frame(boltHello) + frame(boltRun("UNWIND range(1, 5) AS x RETURN x")) + frame(boltPull) +
		frame("\xb0\x0f") + frame("\xb1\x11\xa0") + frame(boltRun("RETURN $p")) + frame("\xb0\x13")
	hello := clientHello(c, s)
	goroutines := s.metric(c, "go_goroutines")
	random := rand.New(rand.NewPCG(1, 2))
	stop := time.Now().Add(time.Duration(rounds()) * time.Minute)
	runs := 0
	for ; time.Now().Before(stop); runs++ {
		fuzzOnce(c, s, random, transcript, hello)
		<-time.After(5 * time.Millisecond) // leaves the machine to the other items
	}
	c.Logf("%d connections", runs)
	if err := session(c, s.Address, s.config(c)).query("RETURN 1"); err != nil {
		c.Errorf("afterwards: %v", err)
	}
	wait(c, "goroutines to end", func() bool { return s.metric(c, "go_goroutines") <= goroutines+10 })
	if out := s.Output(); strings.Contains(out, "panic") {
		c.Errorf("panic:\n%s", out)
	}
}

// fuzzOnce sends one piece of nonsense.
func fuzzOnce(c *check, s *site, random *rand.Rand, transcript, hello string) {
	c.Helper()
	conn := dial(c, s.Address)
	defer conn.Close()
	mutated := func(text string) string {
		b := []byte(text)
		for range 1 + random.IntN(4) {
			switch i := random.IntN(len(b)); random.IntN(3) {
			case 0:
				b[i] ^= 1 << random.IntN(8)
			case 1:
				b[i] = byte(random.Uint32())
			default:
				b = append(b[:i:i], b[min(len(b), i+random.IntN(8)):]...)
			}
			if len(b) == 0 {
				return ""
			}
		}
		return string(b)
	}
	switch random.IntN(4) {
	case 0:
		noise := make([]byte, random.IntN(300))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		conn.Write(noise)
	case 1:
		io.WriteString(conn, mutated(hello))
	default:
		secure := tls.Client(conn, s.config(c))
		if err := secure.HandshakeContext(c.Context()); err != nil {
			c.Errorf("handshake: %v", err)
			return
		}
		io.WriteString(secure, mutated(transcript))
		secure.CloseWrite()
		secure.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		io.Copy(io.Discard, secure)
	}
}

// parallelLogins is item 28.
func parallelLogins(c *check) {
	const count = 2000
	s := serveUsers(c)
	var running sync.WaitGroup
	failures := make(chan error, count)
	begin := make(chan struct{})
	for range count {
		running.Go(func() {
			<-begin
			b, err := dialBolt(c.Context(), s.Address, s.config(quiet{c}))
			if err == nil {
				defer b.Close()
				err = b.login()
			}
			if err != nil {
				failures <- err
			}
		})
	}
	began := time.Now()
	close(begin)
	running.Wait()
	took := time.Since(began)
	close(failures)
	n := 0
	for err := range failures {
		if n++; n < 4 {
			c.Error(err)
		}
	}
	c.Logf("%d logins in %v, %d failed", count, took, n)
	if took > 30*time.Second {
		c.Errorf("%v, want 30 s", took)
	}
	if got := s.metric(c, "drawbolt_logins_total", `result="ok"`); got != count {
		c.Errorf("the metric counts %v logins", got)
	}
}

// quiet lets several goroutines use a check: only its Fatal is not allowed there.
type quiet struct{ testing.TB }

func (quiet) Helper() {}

// Fatal implements testing.TB.
func (q quiet) Fatal(args ...any) { q.Error(fmt.Sprint(args...)) }
