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

// A transcript is the bytes of a check, in order.
type transcript struct{ lines []string }

// maxLines is how much of a transcript is kept: its end.
const maxLines = 40

func (t *transcript) add(format string, args ...any) {
	if len(t.lines) == maxLines {
		copy(t.lines, t.lines[1:])
		t.lines = t.lines[:maxLines-1]
	}
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
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
	return &conn{Conn: raw, in: bufio.NewReader(raw), timeout: s.o.Timeout, log: s.log, name: name}, nil
}

// send writes bytes as they are.
func (c *conn) send(b []byte) error {
	c.log.add("%sC: %s", c.name, hexdump(b))
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
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
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// readError turns an end of the stream into errClosed and a timeout into
// words.
func (c *conn) readError(err error) error {
	switch {
	case gone(err):
		c.log.add("%sS: (closed)", c.name)
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
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	got, err := io.ReadFull(c.in, b)
	if got > 0 {
		c.log.add("%sS: %s", c.name, hexdump(b[:got]))
	}
	if err != nil {
		return b[:got], c.readError(err)
	}
	return b, nil
}

// silent checks that no byte comes within a time.
func (c *conn) silent(d time.Duration) error {
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
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
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
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
			c.log.add("%sS: 00 00 (no-operation)", c.name)
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
	if err != nil {
		c.log.add("%sS: %s", c.name, hexdump(message))
		return nil, fmt.Errorf("bad message: %w", err)
	}
	c.log.add("%sS: %s   %s", c.name, hexdump(message), describe(n))
	return n, nil
}

// describe prints a message from the server.
func describe(n *node) string {
	name, ok := answers()[n.tag]
	if !ok {
		return n.String()
	}
	return strings.TrimSpace(name + " " + n.join())
}

// answers names the messages of servers.
func answers() map[byte]string {
	return map[byte]string{0x70: "SUCCESS", 0x71: "RECORD", 0x7E: "IGNORED", 0x7F: "FAILURE"}
}
