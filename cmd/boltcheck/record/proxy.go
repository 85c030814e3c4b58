package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// Options are the settings of a Proxy.
type Options struct {
	// Dial opens a connection to the server.
	Dial func(context.Context) (net.Conn, error)
	// Script opens the file for the script of a connection, which is
	// numbered from 1; nil means that no scripts are written.
	Script func(connection int) (io.WriteCloser, error)
	// Transcript takes the transcript of all connections; nil means none.
	Transcript io.Writer
	// Secrets keeps credentials in scripts and in the transcript.
	Secrets bool
	// Exact makes scripts match what clients say about themselves.
	Exact bool
	// Connections ends the proxy after so many; 0 means never.
	Connections int
}

// A Proxy passes connections on and writes down what is said.
type Proxy struct {
	o Options

	mu      sync.Mutex
	printer dissect.Printer
	last    int // the connection that the transcript is about
	errs    []error
}

// New returns a proxy.
func New(o Options) *Proxy {
	p := &Proxy{o: o}
	p.printer.W = o.Transcript
	return p
}

// Serve takes connections from a listener until the context ends, or the number
// of the options has ended. It closes the listener. The error joins what went
// wrong with connections and files.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	var wg sync.WaitGroup
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for n := 1; p.o.Connections == 0 || n <= p.o.Connections; n++ {
		client, err := l.Accept()
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
				p.failed(err)
			}
			break
		}
		wg.Go(func() { p.serve(ctx, client, n) })
	}
	_ = l.Close() // once more after the context's end
	wg.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(append(p.errs, p.printer.Err())...)
}

func (p *Proxy) failed(err error) {
	p.mu.Lock()
	p.errs = append(p.errs, err)
	p.mu.Unlock()
}

// serve passes one connection on.
func (p *Proxy) serve(ctx context.Context, client net.Conn, number int) {
	defer client.Close() //nolint:errcheck // both ends are closed in order before
	server, err := p.o.Dial(ctx)
	if err != nil {
		p.failed(fmt.Errorf("connection %d: %w", number, err))
		return
	}
	defer server.Close() //nolint:errcheck // as above
	stop := context.AfterFunc(ctx, func() {
		_ = client.Close()
		_ = server.Close()
	})
	defer stop()
	c := &connection{
		proxy: p, number: number, conn: dissect.New(dissect.Options{}),
		script: script{redact: !p.o.Secrets, exact: p.o.Exact},
	}
	if p.o.Script != nil {
		c.script.open = func() (io.WriteCloser, error) { return p.o.Script(number) }
	} else {
		c.script.open = func() (io.WriteCloser, error) { return nopCloser{io.Discard}, nil }
	}
	c.note("%s to %s", client.RemoteAddr(), server.RemoteAddr())
	var wg sync.WaitGroup
	wg.Go(func() { c.pass(dissect.Server, client, server) })
	c.pass(dissect.Client, server, client)
	wg.Wait()
	c.end()
}

// A connection is one that is passed on.
type connection struct {
	proxy  *Proxy
	number int

	// All below belongs to whoever holds the proxy's lock.
	conn   *dissect.Conn
	script script
	first  dissect.Side // who ended first
	cause  error        // why it ended, or why there is no session
}

// pass copies one direction until its end.
func (c *connection) pass(from dissect.Side, to, source net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := source.Read(buf)
		if n > 0 {
			c.seen(from, buf[:n])
			if _, err := to.Write(buf[:n]); err != nil {
				c.ended(from, fmt.Errorf("the %s does not take more: %w", other(from), err))
				_ = source.Close()
				return
			}
		}
		if err != nil {
			c.ended(from, err)
			if half, ok := to.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // the other direction may go on
			} else {
				_ = to.Close()
			}
			return
		}
	}
}

func other(side dissect.Side) dissect.Side { return dissect.Client + dissect.Server - side }

// seen writes bytes down.
func (c *connection) seen(side dissect.Side, b []byte) {
	c.proxy.mu.Lock()
	defer c.proxy.mu.Unlock()
	c.tell(c.conn.Feed(side, time.Now(), b))
}

// tell writes events down; the proxy is locked.
func (c *connection) tell(events []dissect.Event) {
	p := c.proxy
	for i := range events {
		e := &events[i]
		if e.Kind == dissect.KindEncrypted && e.Side == dissect.Client {
			c.cause = errors.New("the client speaks TLS; with a certificate of its own the proxy can read it")
		}
		c.script.event(e, c.conn.Version())
		if p.o.Transcript == nil {
			continue
		}
		if !p.o.Secrets {
			e.Redact()
		}
		c.header()
		p.printer.Print(e, c.conn.Version())
	}
}

// header tells which connection the next lines are about.
func (c *connection) header() {
	if p := c.proxy; p.last != c.number {
		p.last = c.number
		p.printer.Comment(fmt.Sprintf("connection %d", c.number))
	}
}

// note writes a line about the connection.
func (c *connection) note(format string, args ...any) {
	p := c.proxy
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.o.Transcript == nil {
		return
	}
	if p.printer.Start.IsZero() {
		p.printer.Start = time.Now()
	}
	p.last = c.number
	p.printer.Comment(fmt.Sprintf("connection %d: ", c.number) + fmt.Sprintf(format, args...))
}

// ended notes that a side sends no more.
func (c *connection) ended(side dissect.Side, err error) {
	c.proxy.mu.Lock()
	second := c.first != dissect.Either
	if !second {
		c.first = side
	}
	if c.cause == nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		c.cause = err
	}
	c.proxy.mu.Unlock()
	switch {
	case errors.Is(err, io.EOF):
		c.note("the %s closes", side)
	case !second && !errors.Is(err, net.ErrClosed): // the second one often just hears of it
		c.note("the %s: %v", side, err)
	}
}

// end writes the end of the script.
func (c *connection) end() {
	p := c.proxy
	p.mu.Lock()
	defer p.mu.Unlock()
	c.tell(c.conn.End())
	c.script.closed(c.conn.Version(), c.first == dissect.Server)
	if c.script.err != nil {
		p.errs = append(p.errs, fmt.Errorf("connection %d: %w", c.number, c.script.err))
	}
	switch {
	case c.script.lines > 0:
	case c.cause != nil:
		p.errs = append(p.errs, fmt.Errorf("connection %d: no session: %w", c.number, c.cause))
	default:
		p.errs = append(p.errs, fmt.Errorf("connection %d: no session", c.number))
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
