package bench

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// Message tags and the first byte of a failure, as the Bolt documentation
// numbers them.
const (
	tagSuccess = 0x70
	tagRecord  = 0x71
)

// handshake is the Bolt magic and one proposal, version 5.4.
var handshake = []byte{ //nolint:gochecknoglobals // constant bytes
	0x60, 0x60, 0xB0, 0x17,
	0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
}

// A client is a raw Bolt 5.4 connection that writes prepared bytes and counts
// the messages of the answer without decoding them.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

// dial connects, agrees on version 5.4 and logs in; config is nil in plaintext.
func dial(ctx context.Context, address string, config *tls.Config) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if config != nil {
		conn = tls.Client(conn, config)
	}
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	if err := c.login(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) login() error {
	if _, err := c.conn.Write(handshake); err != nil {
		return err
	}
	var version [4]byte
	if _, err := io.ReadFull(c.in, version[:]); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if version != [4]byte{0, 0, 4, 5} {
		return fmt.Errorf("handshake: server chose %x, want 00000405", version)
	}
	hello := append([]byte{0xB1, 0x01, 0xA2}, text("user_agent")...)
	hello = append(hello, text("bench/1.0")...)
	hello = append(hello, text("bolt_agent")...)
	hello = append(append(append(hello, 0xA1), text("product")...), text("bench/1.0")...)
	logon := append([]byte{0xB1, 0x6A, 0xA1}, text("scheme")...)
	logon = append(logon, text("none")...)
	return c.exchange(append(frame(hello), frame(logon)...), 2)
}

// exchange writes prepared requests and reads until summaries many of them have
// been answered.
func (c *client) exchange(requests []byte, summaries int) error {
	if _, err := c.conn.Write(requests); err != nil {
		return err
	}
	for summaries > 0 {
		tag, err := c.skipMessage()
		switch {
		case err != nil:
			return err
		case tag == tagSuccess:
			summaries--
		case tag != tagRecord:
			return fmt.Errorf("server answered with message %#x", tag)
		}
	}
	return nil
}

// skipMessage reads one message and returns its tag.
func (c *client) skipMessage() (tag byte, err error) {
	for first := true; ; first = false {
		head, err := c.in.Peek(2)
		if err != nil {
			return 0, err
		}
		size := int(binary.BigEndian.Uint16(head))
		if size == 0 {
			_, err = c.in.Discard(2)
			return tag, err
		}
		if first {
			// Not before the size is known: nothing need follow the end.
			if head, err = c.in.Peek(4); err != nil {
				return 0, err
			}
			tag = head[3]
		}
		if _, err := c.in.Discard(2 + size); err != nil {
			return 0, err
		}
	}
}

func (c *client) close() { _ = c.conn.Close() }

// runAndPull is RUN of a query without parameters, with a PULL of everything.
func runAndPull(query string) []byte {
	run := append([]byte{0xB3, 0x10}, text(query)...)
	run = append(run, 0xA0, 0xA0)
	pull := append([]byte{0xB1, 0x3F, 0xA1}, text("n")...)
	pull = append(pull, 0xFF)
	return append(frame(run), frame(pull)...)
}

// frame puts a message of at most 65,535 bytes into one chunk.
func frame(message []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(message))) //nolint:gosec // short by construction
	return append(append(b, message...), 0, 0)
}

// text encodes a string of at most 65,535 bytes.
func text(s string) []byte {
	if len(s) < 16 {
		return append([]byte{0x80 | byte(len(s))}, s...) //nolint:gosec // below 16
	}
	b := binary.BigEndian.AppendUint16([]byte{0xD1}, uint16(len(s))) //nolint:gosec // short by construction
	return append(b, s...)
}
