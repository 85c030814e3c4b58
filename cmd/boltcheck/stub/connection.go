package stub

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
	"github.com/drawbolt/drawbolt/server/ws"
)

const (
	maxMessage = 64 << 20
	// remembered is how many lines of its log a failure shows.
	remembered = 8
	// linger bounds the time in which a client that was told everything may read
	// it: without it, bytes that the client sends meanwhile would take away what
	// it has not read yet.
	linger = 200 * time.Millisecond
)

// Ends of a play that are no failure of the client.
var (
	errSilent = errors.New("the client closed the connection without a byte")
	errExit   = errors.New("the script has said <EXIT>")
	errReset  = errors.New("the script has said <RST>")
)

// A connection plays a script with one client.
type connection struct {
	server *server
	script *script.Script
	net.Conn
	peer   string
	id     int // from 1
	in     *bufio.Reader
	out    *bolt.Writer
	recent []string

	messages chan incoming
	pending  *incoming // taken out of messages, and not looked at yet
}

// An incoming is a message of the client, or what came in place of one.
type incoming struct {
	message jolt.Message
	err     error
}

// play plays the script from the handshake on. It returns nil when it has been
// played to its end. It closes the connection.
func (c *connection) play(ctx context.Context) error {
	bare := c.Conn
	defer bare.Close() //nolint:errcheck // nothing is left to tell
	wake := context.AfterFunc(ctx, func() {
		bare.Close() //nolint:errcheck // whoever waits for it is told
	})
	defer wake()
	c.in = bufio.NewReader(bare)
	if err := c.sniff(ctx); err != nil {
		return err
	}
	c.out = bolt.NewWriter(c.Conn)
	if err := c.handshake(ctx); err != nil {
		return err
	}
	c.messages = make(chan incoming)
	done := make(chan struct{})
	defer close(done)
	c.server.running.Go(func() { c.read(done) })
	err := c.follow(ctx)
	if err == nil {
		c.bow()
	}
	return err
}

// sniff looks at the first bytes, and upgrades a connection to WebSocket.
func (c *connection) sniff(ctx context.Context) error {
	first, err := c.in.Peek(4)
	switch {
	case errors.Is(err, io.EOF) && len(first) == 0:
		return errSilent
	case err != nil:
		return c.lost(err, "its first four bytes")
	case string(first) != "GET ":
		return nil
	}
	w, err := ws.Accept(ctx, &buffered{c.Conn, c.in}, ws.Options{Server: "boltcheck", AnyOrigin: true, MaxMessage: maxMessage})
	if err != nil {
		return c.fail(fmt.Sprintf("the client speaks HTTP, and not WebSocket: %v", err))
	}
	c.log(0, "C: <WEBSOCKET>")
	c.Conn, c.in = w, bufio.NewReader(w)
	return nil
}

// A buffered is a connection whose first bytes have been read already.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

// Read reads what was buffered first.
func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

// read hands the client's messages over, one at a time, until one is an error.
func (c *connection) read(done <-chan struct{}) {
	defer close(c.messages)
	r := bolt.NewReader(c.in, maxMessage)
	for {
		var in incoming
		b, err := r.Next()
		if err == nil {
			in.message, err = jolt.DecodeMessage(b)
			if err != nil {
				err = fmt.Errorf("% X is no message: %w", b[:min(len(b), 64)], err)
			}
		}
		in.err = err
		select {
		case c.messages <- in:
		case <-done:
			return
		}
		if err != nil {
			return
		}
	}
}

// follow plays what comes after the handshake.
func (c *connection) follow(ctx context.Context) error {
	p := c.script.Play()
	finish := c.server.finish
	for {
		err := p.Act(func(l *script.Line) error { return c.perform(ctx, l) })
		c.flush()
		if err != nil {
			return err
		}
		if p.Finished() {
			return nil
		}
		in, ok := c.next(ctx, finish)
		if ctx.Err() != nil { // then the connection is closed, too
			return c.waiting(p, "the server was stopped while it waited for the client", nil)
		}
		if !ok {
			finish = nil
			if skip, err := p.Skippable(); skip || err != nil {
				return err
			}
			continue
		}
		if in.err != nil {
			return c.gone(p, in.err)
		}
		over, err := c.answer(p, &in.message)
		if over || err != nil {
			return err
		}
	}
}

// next waits for the client. It is false when something else happened first.
func (c *connection) next(ctx context.Context, finish <-chan struct{}) (incoming, bool) {
	if in := c.pending; in != nil {
		c.pending = nil
		return *in, true
	}
	select {
	case in := <-c.messages:
		return in, true
	case <-finish:
	case <-ctx.Done():
	}
	return incoming{}, false
}

// answer offers a message to the script. Over means that the play ends with it.
func (c *connection) answer(p *script.Play, m *jolt.Message) (over bool, err error) {
	text := m.Append(nil, c.script.Version)
	l, err := p.Accept(m)
	auto := l == nil
	if auto {
		l = c.script.Auto(m)
	}
	switch {
	case err != nil:
		return false, err
	case l == nil:
		c.log(0, "C: %s", text)
		f := c.stray(p, m)
		f.Before = f.Before[:len(f.Before)-1]
		return false, f
	}
	c.log(l.Number, "C: %s", text)
	if l.Kind == script.Automatic {
		c.send(l.Number, automatic(c.script.Version, m, c.id))
		c.flush()
	}
	return auto && m.Signature == bolt.SignatureGoodbye, nil
}

// perform performs a line of the server.
func (c *connection) perform(ctx context.Context, l *script.Line) error {
	if l.Kind == script.Send {
		c.send(l.Number, l.Message)
		return nil
	}
	c.log(l.Number, "%s", l.Text)
	switch l.Kind {
	case script.Noop:
		c.out.Append(0, 0)
		return nil
	case script.Raw:
		c.out.Append(l.Bytes...)
		return nil
	default:
		c.flush()
	}
	switch l.Kind {
	case script.Exit:
		return errExit
	case script.Reset:
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // then closing it is a reset
		}
		return errReset
	case script.AssertOrder:
		return c.assertOrder(ctx, l)
	default:
		return c.sleep(ctx, l.Wait)
	}
}

// assertOrder fails when the client sends something before it is answered.
func (c *connection) assertOrder(ctx context.Context, l *script.Line) error {
	timer := time.NewTimer(l.Wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return c.fail("the server was stopped while it waited, as the script says")
	case in := <-c.messages:
		if in.err == nil {
			f := c.fail(fmt.Sprintf("the client did not wait for an answer, as line %d demands", l.Number))
			f.Got = string(in.message.Append(nil, c.script.Version))
			return f
		}
		c.pending = &in
	}
	return nil
}

// send sends a message.
func (c *connection) send(number int, m jolt.Message) {
	c.log(number, "S: %s", m.Append(nil, c.script.Version))
	c.out.Begin()
	c.out.Buf = m.AppendPackStream(c.out.Buf)
	c.out.End()
}

// write sends bytes of the handshake.
func (c *connection) write(b []byte) {
	c.out.Append(b...)
	c.flush()
}

// flush sends what was written. That the client is gone is noticed when it is
// expected to say something, so that one that has nothing to say may go early.
func (c *connection) flush() { _ = c.out.Flush() }

// gone ends a play whose client went away or sent something that is no message.
func (c *connection) gone(p *script.Play, err error) error {
	skip, failed := p.Skippable()
	if failed != nil || isClosed(err) && (skip || c.server.hangups) {
		return failed
	}
	reason := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = "the client closed the connection in the middle of a message"
	case isClosed(err):
		reason = "the client closed the connection"
	}
	return c.waiting(p, reason, nil)
}

// isClosed reports whether an error of reading means that the client is gone.
func isClosed(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)
}

// bow lets the client read what it was sent before the connection is closed.
func (c *connection) bow() {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	timer := time.NewTimer(linger)
	defer timer.Stop()
	for {
		select {
		case _, ok := <-c.messages:
			if !ok {
				return
			}
		case <-timer.C:
			return
		}
	}
}

// log notes what happens on the connection. Number is the line of the script, or
// 0.
func (c *connection) log(number int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	line := fmt.Sprintf("(  ?) %s", text)
	if number > 0 {
		line = fmt.Sprintf("(%3d) %s", number, text)
	}
	if len(c.recent) == remembered {
		c.recent = slices.Delete(c.recent, 0, 1)
	}
	c.recent = append(c.recent, shorten(line))
	c.server.log.write(c.RemoteAddr(), c.LocalAddr(), line, strings.HasPrefix(text, "S:"))
}

// shorten cuts long lines of a failure; the log has all of them.
func shorten(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
