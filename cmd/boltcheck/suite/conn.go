package suite

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// maxMessage bounds what a server may send in one message.
const maxMessage = 64 << 20

var errClosed = errors.New("the server closed the connection")

// A conn is one connection to the server under test. What goes over it is
// remembered for the report.
type conn struct {
	net.Conn

	in      *bufio.Reader
	timeout time.Duration
	log     *transcript
	name    string // in the transcript
	pending *node  // a message that was read but not used
	closed  bool
	open    int  // requests that have no summary yet
	leaving bool // GOODBYE was sent: the end is near
}

// A transcript is the bytes of a check, in order. They are printed only when
// the check fails.
type transcript struct{ entries []entry }

// An entry is what went over a connection at once.
type entry struct {
	who   string // connection and side
	bytes []byte
	node  *node  // the message that the bytes are
	note  string // in place of bytes, or behind them
}

// maxEntries is how much of a transcript is kept: its end.
const maxEntries = 40

func (t *transcript) add(e entry) {
	if len(t.entries) == maxEntries {
		copy(t.entries, t.entries[1:])
		t.entries = t.entries[:maxEntries-1]
	}
	t.entries = append(t.entries, e)
}

// lines prints the transcript.
func (t *transcript) lines() []string {
	list := make([]string, len(t.entries))
	for i, e := range t.entries {
		parts := []string{e.who}
		if len(e.bytes) > 0 {
			parts = append(parts, hexdump(e.bytes))
		}
		if e.note != "" {
			parts = append(parts, "("+e.note+")")
		}
		if e.node != nil {
			parts = append(parts, "  "+describe(e.node))
		}
		list[i] = strings.Join(parts, " ")
	}
	return list
}

// hexdump prints bytes, leaving out the middle of long ones.
func hexdump(b []byte) string {
	const most = 120
	if len(b) <= most {
		return fmt.Sprintf("% X", b)
	}
	return fmt.Sprintf("% X … (%d bytes)", b[:most], len(b))
}

// dial opens a connection without any byte of Bolt.
func (s *session) dial(ctx context.Context, name string) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	raw, err := s.o.Dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return s.wrap(raw, name), nil
}

// dialTCP opens a connection without TLS, whatever the port speaks.
func (s *session) dialTCP(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	raw, err := s.o.DialTCP(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return s.wrap(raw, "tcp "), nil
}

func (s *session) wrap(raw net.Conn, name string) *conn {
	return &conn{Conn: raw, in: bufio.NewReader(raw), timeout: s.o.Timeout, log: s.log, name: name}
}

// send writes bytes as they are.
func (c *conn) send(b []byte) error {
	c.log.add(entry{who: c.name + "C:", bytes: b})
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil && !gone(err) {
		return err
	}
	_, err := c.Write(b)
	if gone(err) {
		// The answer that was sent before is still to be read.
		return nil
	}
	return err
}

// gone reports whether an error says that the other side has closed.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.ErrClosedPipe) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// readError turns an end of the stream into errClosed and a timeout into
// words.
func (c *conn) readError(err error) error {
	switch {
	case gone(err):
		c.log.add(entry{who: c.name + "S:", note: "closed"})
		c.closed = true
		return errClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("no answer within %v", c.timeout)
	default:
		return err
	}
}

// readRaw reads exactly n bytes outside of messages.
func (c *conn) readRaw(n int) ([]byte, error) {
	// A pipe that the other side has closed takes no deadline, but may still
	// hold what was buffered.
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil && !gone(err) {
		return nil, err
	}
	b := make([]byte, n)
	got, err := io.ReadFull(c.in, b)
	if got > 0 {
		c.log.add(entry{who: c.name + "S:", bytes: b[:got]})
	}
	if err != nil {
		return b[:got], c.readError(err)
	}
	return b, nil
}

// silent checks that no byte comes within a time.
func (c *conn) silent(d time.Duration) error {
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil && !gone(err) {
		return err
	}
	_, err := c.in.Peek(1)
	switch {
	case err == nil:
		return errors.New("bytes arrived, want silence")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	default:
		return c.readError(err)
	}
}

// next reads one message, skipping no-operations before it.
func (c *conn) next() (*node, error) {
	if c.closed {
		return nil, errClosed
	}
	// A pipe that the other side has closed takes no deadline, but may still
	// hold what was buffered.
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil && !gone(err) {
		return nil, err
	}
	var message []byte
	for {
		var head [2]byte
		if _, err := io.ReadFull(c.in, head[:]); err != nil {
			return nil, c.readError(err)
		}
		size := int(binary.BigEndian.Uint16(head[:]))
		if size == 0 {
			if len(message) > 0 {
				break
			}
			c.log.add(entry{who: c.name + "S:", bytes: head[:], note: "no-operation"})
			continue
		}
		if len(message)+size > maxMessage {
			return nil, errors.New("the message is too long")
		}
		start := len(message)
		message = append(message, make([]byte, size)...)
		if _, err := io.ReadFull(c.in, message[start:]); err != nil {
			return nil, c.readError(err)
		}
	}
	n, err := decodeMessage(message)
	c.log.add(entry{who: c.name + "S:", bytes: message, node: n})
	if err != nil {
		return nil, fmt.Errorf("bad message: %w", err)
	}
	return n, nil
}

// describe prints a message from the server.
func describe(n *node) string {
	name := answer(n)
	if name == "" {
		return n.String()
	}
	return strings.TrimSpace(name + " " + n.join())
}

// answer returns the name of a server's message, or nothing.
func answer(n *node) string {
	switch n.tag {
	case 0x70:
		return "SUCCESS"
	case 0x71:
		return "RECORD"
	case 0x7E:
		return "IGNORED"
	case 0x7F:
		return "FAILURE"
	default:
		return ""
	}
}
