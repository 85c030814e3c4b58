package fault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// ErrNobody is the end of a scenario to which no client came.
var ErrNobody = errors.New("fault: no client came in time")

// errTicket refuses a session ticket.
var errTicket = errors.New("tickets are refused here")

// Options are the settings of a Server.
type Options struct {
	Authority *Authority
	// Dial opens a connection to a real server, to which clients are passed
	// on; nil means a small one that answers everything with success.
	Dial func(context.Context) (net.Conn, error)
	// After is how many messages of the server a connection's fault lets pass.
	After int
	// Timeout is how long a client is waited for, and how long it may take to do
	// what it must. Default is 10 s.
	Timeout time.Duration
	// Delay is the pause behind each byte where a scenario is slow. Default is
	// 1 ms.
	Delay time.Duration
	// Done, when set, is told of every connection when it has ended.
	Done func(Observation)
}

// An Observation is what a client did with a connection.
type Observation struct {
	Connection int         `json:"connection"`
	Expect     Expectation `json:"expect"`
	Good       bool        `json:"good"`
	// Handshake is "ok" or why it failed; empty when there was none.
	Handshake string `json:"handshake,omitempty"`
	Version   string `json:"version,omitempty"`
	Suite     string `json:"suite,omitempty"`
	Resumed   bool   `json:"resumed,omitempty"`
	Name      string `json:"name,omitempty"` // that the client asked for
	// Plaintext: the client did not begin with TLS, but with this.
	Plaintext string `json:"plaintext,omitempty"`
	// Bolt: the client sent a handshake of Bolt, through TLS.
	Bolt bool `json:"bolt"`
	// Messages is the number of messages that the client sent.
	Messages int `json:"messages,omitempty"`
	// Fault: the fault of a connection was played.
	Fault bool `json:"fault,omitempty"`
	// End says how the client ended; empty when it did not in time.
	End string `json:"end,omitempty"`
	// Verdict says in a sentence what was good or bad about it.
	Verdict string `json:"verdict"`
}

// A Server plays a scenario.
type Server struct {
	o Options
	s Scenario
}

// New returns a server for a scenario.
func New(s Scenario, o Options) *Server {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Delay <= 0 {
		o.Delay = time.Millisecond
	}
	return &Server{o: o, s: s}
}

// Serve plays as many connections as the scenario needs, or more when that is
// asked for, and returns what the clients did. The listener is closed. The error
// is ErrNobody when a client did not come.
func (s *Server) Serve(ctx context.Context, l net.Listener, connections int) ([]Observation, error) {
	defer l.Close() //nolint:errcheck // nothing is lost with it
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	st, err := s.s.stage(s.o.Authority)
	if err != nil {
		return nil, fmt.Errorf("fault: %s: %w", s.s.Name, err)
	}
	var seen []Observation
	for n := 1; n <= max(connections, len(s.s.Expect)); n++ {
		conn, err := s.accept(l)
		if err != nil {
			return seen, err
		}
		o := s.play(ctx, st, conn, n)
		seen = append(seen, o)
		if s.o.Done != nil {
			s.o.Done(o)
		}
	}
	return seen, nil
}

// accept waits for a client.
func (s *Server) accept(l net.Listener) (net.Conn, error) {
	if d, ok := l.(interface{ SetDeadline(time.Time) error }); ok {
		if err := d.SetDeadline(time.Now().Add(s.o.Timeout)); err != nil {
			return nil, err
		}
	}
	conn, err := l.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, ErrNobody
	}
	return conn, err
}

// play plays one connection.
func (s *Server) play(ctx context.Context, st *stage, conn net.Conn, n int) Observation {
	o := Observation{Connection: n, Expect: s.s.Expect[min(n, len(s.s.Expect))-1]}
	defer conn.Close() //nolint:errcheck // it has ended in its own way before
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetDeadline(time.Now().Add(s.o.Timeout)) // fails when closed: shows at once
	w := newWire(conn)
	if !st.silent {
		o.Plaintext = speaksPlain(w)
	}
	switch {
	case st.plain != nil && o.Plaintext == "Bolt":
		st.plain(w)
		drain(w, &o)
	case st.plain != nil || o.Plaintext != "":
		o.End = "not read further"
	case st.raw != nil:
		st.raw(w)
		drain(w, &o)
	default:
		w.mangle = st.mangle
		if st.slow {
			w.delay = s.o.Delay
		}
		s.handshake(ctx, st, w, n, &o)
	}
	o.judge(st)
	return o
}

// speaksPlain returns what a client begins with when that is not TLS.
func speaksPlain(w *wire) string {
	first, _ := w.in.Peek(4)
	switch {
	case bolt.IsMagic(first):
		return "Bolt"
	case strings.HasPrefix(string(first), "GET "):
		return "HTTP"
	case len(first) > 0 && first[0] != recordHandshake:
		return fmt.Sprintf("%X", first)
	}
	return ""
}

// handshake plays TLS and what comes behind it.
func (s *Server) handshake(ctx context.Context, st *stage, w *wire, n int, o *Observation) {
	c := tls.Server(w, st.config(n))
	err := c.HandshakeContext(ctx)
	state := c.ConnectionState()
	o.Name = state.ServerName
	if err != nil {
		o.Handshake = err.Error()
		if clientEnded(err) {
			o.End = endText(err)
		} else {
			w.end(fin)
			drain(w, o)
		}
		return
	}
	o.Handshake, o.Version, o.Suite, o.Resumed = "ok", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), state.DidResume
	backend, err := s.backend(ctx)
	if err != nil {
		o.End, o.Handshake = "not read further", fmt.Sprintf("ok, but there is no server behind it: %v", err)
		return
	}
	defer context.AfterFunc(ctx, func() { _ = backend.Close() })()
	x := &exchange{after: s.o.After, timeout: s.o.Timeout, delay: s.o.Delay, fault: st.late, client: c, wire: w, backend: backend}
	x.run(o)
}

// backend returns the server behind the handshake.
func (s *Server) backend(ctx context.Context) (net.Conn, error) {
	if s.o.Dial != nil {
		return s.o.Dial(ctx)
	}
	near, far := net.Pipe()
	go respond(far)
	return near, nil
}

// An exchange passes messages on behind the handshake.
type exchange struct {
	after   int
	timeout time.Duration
	delay   time.Duration
	fault   *late
	client  *tls.Conn
	wire    *wire
	backend net.Conn

	mu       sync.Mutex
	played   bool
	measured bool // the client has to end now
}

// clientsTurn gives the client the time of the options, from now on.
func (x *exchange) clientsTurn() {
	x.mu.Lock()
	if !x.measured {
		_ = x.client.SetDeadline(time.Now().Add(x.timeout)) // fails when closed: shows at once
	}
	x.mu.Unlock()
}

// serversTurn lets the server take its time.
func (x *exchange) serversTurn() {
	x.mu.Lock()
	if !x.measured {
		_ = x.client.SetDeadline(time.Time{})
	}
	x.mu.Unlock()
}

func (x *exchange) isPlayed() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.played
}

// run passes on until the client has ended.
func (x *exchange) run(o *Observation) {
	var wg sync.WaitGroup
	wg.Go(x.answers)
	requests := dissect.New(dissect.Options{})
	buf := make([]byte, 16<<10)
	var first []byte
	var err error
	for err == nil {
		var n int
		n, err = x.client.Read(buf)
		x.serversTurn()
		if len(first) < 4 {
			first = append(first, buf[:n]...)
			o.Bolt = bolt.IsMagic(first)
		}
		for _, e := range requests.Feed(dissect.Client, time.Time{}, buf[:n]) {
			if e.Kind == dissect.KindMessage {
				o.Messages++
			}
		}
		_, _ = x.backend.Write(buf[:n]) // when it has ended, answers tells the client
	}
	o.End = endText(err)
	_ = x.backend.Close()
	_ = x.client.NetConn().Close()
	wg.Wait()
	o.Fault = x.isPlayed()
}

// answers passes the server's messages on until the fault is due.
func (x *exchange) answers() {
	d := due{after: x.after, messages: dissect.New(dissect.Options{})}
	buf := make([]byte, 16<<10)
	for {
		n, err := x.backend.Read(buf)
		pass := n
		if x.fault != nil && !x.isPlayed() {
			pass = d.feed(buf[:n])
		}
		if pass > 0 {
			if _, err := x.client.Write(buf[:pass]); err != nil {
				return
			}
		}
		if pass < n {
			x.clientsTurn()
			x.mu.Lock()
			x.played, x.measured = true, !x.fault.slow
			x.mu.Unlock()
			x.play(buf[pass:n])
		}
		x.clientsTurn()
		if err != nil {
			_ = x.client.CloseWrite()
			return
		}
	}
}

// play does the fault in place of the bytes of an answer, or within them.
func (x *exchange) play(b []byte) {
	f := x.fault
	delay := time.Duration(0)
	if f.slow {
		delay = x.delay
	}
	x.wire.breakWith(f.mangle, delay)
	if f.inside {
		b = b[:(len(b)+1)/2]
	}
	if f.inside || f.act == nil {
		_, _ = x.client.Write(b) // if the client is gone, that shows at the next read
	}
	if f.act != nil {
		f.act(x.client, x.wire)
	}
}

// A due counts a server's messages until it is time for a fault.
type due struct {
	after    int
	messages *dissect.Conn
	fed      int64
	opened   bool
	passed   int
}

// feed takes what the server sends and returns how much of it is to pass.
func (d *due) feed(b []byte) int {
	if d.opened && d.passed >= d.after {
		return 0
	}
	begin := d.fed
	d.fed += int64(len(b))
	for _, e := range d.messages.Feed(dissect.Server, time.Time{}, b) {
		switch e.Kind {
		case dissect.KindReply, dissect.KindManifest:
			d.opened = true
		case dissect.KindMessage:
			d.passed++
		default:
			continue
		}
		if d.passed >= d.after {
			return int(e.Offset + e.Size - begin)
		}
	}
	return len(b)
}

// drain reads until the client closes.
func drain(w *wire, o *Observation) {
	_, err := io.Copy(io.Discard, w.in)
	if err == nil {
		err = io.EOF
	}
	o.End = endText(err)
}

// clientEnded reports whether a handshake failed because the client wanted it.
func clientEnded(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) || strings.HasPrefix(err.Error(), "remote error: ")
}

// endText says how a client ended; empty when it did not.
func endText(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ""
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "closed without close_notify"
	case errors.Is(err, io.EOF):
		return "closed"
	case strings.HasPrefix(text, "remote error: tls: "):
		return "alert: " + strings.TrimPrefix(text, "remote error: tls: ")
	case strings.Contains(text, "reset by peer"):
		return "reset"
	case errors.Is(err, net.ErrClosed):
		return "was reset by this server"
	default:
		return text
	}
}

// judge compares what a client did with what it must do.
func (o *Observation) judge(st *stage) {
	switch {
	case st.plain != nil && o.Plaintext != "Bolt":
		o.spokeTLS()
	case st.plain == nil && o.Plaintext != "":
		o.Verdict = fmt.Sprintf("the client speaks %s without TLS", o.Plaintext)
	case o.Expect == Connect && !o.Bolt:
		o.Verdict = "the client did not connect"
	case o.Expect == Refuse && o.Bolt:
		o.Verdict = "the client connected, but had to refuse"
	case st.late != nil && !o.Fault:
		o.Verdict = "the client ended before the fault was due"
	case (o.Expect == Refuse || o.Expect == Break) && o.End == "":
		o.Verdict = "the client did not close in time"
	case o.Expect == Break:
		o.Good, o.Verdict = true, "the client noticed"
	case o.Bolt:
		o.Good, o.Verdict = true, "the client connected"
	default:
		o.Good, o.Verdict = true, "the client did not connect"
	}
}
