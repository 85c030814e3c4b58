package bolttest

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// Timeout is how long a client waits for what it expects.
const Timeout = 10 * time.Second

// maxMessage is the largest answer that a client takes.
const maxMessage = 256 << 20

// A Client speaks Bolt over a connection, as a test tells it to. What goes
// wrong with the connection ends the test.
type Client struct {
	// Conn is the connection, for what the client does not do by itself.
	Conn net.Conn
	// Version is the agreed one; nil before the handshake.
	Version *bolt.Version

	tb     testing.TB
	reader *bolt.Reader
}

// New returns a client on a connection, which is closed at the end of the test.
func New(tb testing.TB, conn net.Conn) *Client {
	tb.Helper()
	tb.Cleanup(func() { _ = conn.Close() })
	return &Client{Conn: conn, tb: tb, reader: bolt.NewReader(conn, maxMessage)}
}

// Dial connects to an address over plain TCP.
func Dial(tb testing.TB, address string) *Client {
	tb.Helper()
	d := net.Dialer{Timeout: Timeout}
	conn, err := d.DialContext(tb.Context(), "tcp", address)
	if err != nil {
		tb.Fatalf("dial: %v", err)
	}
	return New(tb, conn)
}

// Write sends bytes as they are.
func (c *Client) Write(b []byte) {
	c.tb.Helper()
	c.deadline()
	if _, err := c.Conn.Write(b); err != nil {
		c.tb.Fatalf("write: %v", err)
	}
}

// WriteHex sends bytes that are written in hex, with spaces between them.
func (c *Client) WriteHex(s string) {
	c.tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		c.tb.Fatalf("bad hex %q: %v", s, err)
	}
	c.Write(b)
}

// Slots returns the bytes of an opening that offers up to four versions, each
// written as its slot, such as 0x00020404 or 0x1FF for the manifest.
func Slots(slots ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, bolt.Magic)
	for _, s := range slots {
		b = binary.BigEndian.AppendUint32(b, s)
	}
	return append(b, make([]byte, max(0, bolt.HandshakeSize-len(b)))...)
}

// Open does the handshake for one version, such as 5.4, through a plain slot.
func (c *Client) Open(version string) {
	c.tb.Helper()
	list, ok := bolt.Versions(version, version, true)
	if !ok || len(list) != 1 {
		c.tb.Fatalf("no version %q", version)
	}
	v := list[0]
	c.Write(Slots(uint32(v.Minor)<<8 | uint32(v.Major)))
	want := (bolt.Choice{Version: v}).Reply()
	if got := c.Raw(len(want)); [4]byte(got) != want {
		c.tb.Fatalf("handshake for %s: answer %X, want %X", version, got, want)
	}
	c.Version = v
}

// OpenManifest does the handshake by manifest, choosing one version, and
// returns the whole manifest of the server.
func (c *Client) OpenManifest(version string) []byte {
	c.tb.Helper()
	list, ok := bolt.Versions(version, version, true)
	if !ok || len(list) != 1 {
		c.tb.Fatalf("no version %q", version)
	}
	c.Write(Slots(0x1FF))
	manifest := append([]byte{}, c.Raw(5)...)
	manifest = append(manifest, c.Raw(4*int(manifest[4])+1)...)
	c.Write([]byte{0, 0, list[0].Minor, list[0].Major, 0})
	c.Version = list[0]
	return manifest
}

// Login says hello and logs in, in the way of the version, and fails the test
// when the server does not agree. Scheme none is used when user is empty.
func (c *Client) Login(user, password string) {
	c.tb.Helper()
	auth := `{scheme: "none"}`
	if user != "" {
		auth = `{scheme: "basic", principal: ` + quote(user) + `, credentials: ` + quote(password) + `}`
	}
	const agent = `user_agent: "bolttest/1.0"`
	switch c.Version.Login {
	case bolt.LoginInit:
		c.Send(`HELLO "bolttest/1.0" ` + auth)
	case bolt.LoginHello:
		c.Send("HELLO {" + agent + ", " + auth[1:])
	case bolt.LoginLogon:
		c.Send("HELLO {"+agent+`, bolt_agent: {product: "bolttest/1.0"}}`, "LOGON "+auth)
		c.Expect("SUCCESS *")
	}
	c.Expect("SUCCESS *")
}

func quote(s string) string { return strconv.Quote(s) }

// Send sends messages that are written as text, in one write.
func (c *Client) Send(messages ...string) {
	c.tb.Helper()
	var b []byte
	for _, m := range messages {
		b = append(b, Message(c.tb, m)...)
	}
	c.Write(b)
}

// Message returns a message that is written as text as the bytes that go over
// the connection, in chunks.
func Message(tb testing.TB, text string) []byte {
	tb.Helper()
	message, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return Chunks(message, 0xFFFF)
}

// Chunks cuts a message into chunks of at most size bytes and ends it.
func Chunks(message []byte, size int) []byte {
	var b []byte
	for len(message) > 0 {
		n := min(size, len(message))
		b = binary.BigEndian.AppendUint16(b, uint16(n)) //nolint:gosec // sizes are chunk sizes
		b = append(b, message[:n]...)
		message = message[n:]
	}
	return append(b, 0, 0)
}

// Raw returns the next n bytes, outside of any message.
func (c *Client) Raw(n int) []byte {
	c.tb.Helper()
	c.deadline()
	b, err := c.reader.Raw(n)
	if err != nil {
		c.tb.Fatalf("read %d bytes: %v", n, err)
	}
	return b
}

// Receive returns the next message as text.
func (c *Client) Receive() string {
	c.tb.Helper()
	c.deadline()
	m, err := c.reader.Next()
	if err != nil {
		c.tb.Fatalf("receive: %v", err)
	}
	return Format(m)
}

// Expect receives as many messages as are given and compares them, as [Match]
// does.
func (c *Client) Expect(want ...string) {
	c.tb.Helper()
	for i, w := range want {
		if got := c.Receive(); !Match(w, got) {
			c.tb.Fatalf("message %d is\n\t%s\nwant\n\t%s", i+1, got, w)
		}
	}
}

// ExpectEnd expects that the server closes the connection without sending
// anything more.
func (c *Client) ExpectEnd() {
	c.tb.Helper()
	c.deadline()
	m, err := c.reader.Next()
	switch {
	case err == nil:
		c.tb.Fatalf("got %s, want the end of the connection", Format(m))
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.tb.Fatalf("the connection is open after %v, want its end", Timeout)
	case errors.Is(err, io.ErrUnexpectedEOF):
		c.tb.Fatalf("the connection ended inside a message")
	}
}

// Close closes the connection.
func (c *Client) Close() { _ = c.Conn.Close() }

func (c *Client) deadline() { _ = c.Conn.SetDeadline(time.Now().Add(Timeout)) }
