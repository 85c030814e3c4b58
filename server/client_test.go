package server_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// answerTimeout bounds how long a test waits for an answer.
const answerTimeout = 10 * time.Second

// A client speaks Bolt over a connection; answers are texts such as
// "SUCCESS {has_more: false}", with times left out.
type client struct {
	tb      testing.TB
	conn    net.Conn
	reader  *bolt.Reader
	version *bolt.Version
}

// connect shakes hands for one version.
func connect(tb testing.TB, s *servertest.Server, version string) *client {
	tb.Helper()
	versions, ok := bolt.Versions(version, version, true)
	if !ok {
		tb.Fatalf("no version %q", version)
	}
	c := &client{tb: tb, conn: s.Dial(tb), version: versions[0]}
	c.reader = bolt.NewReader(c.conn, 1<<30)
	c.write([]byte{0x60, 0x60, 0xB0, 0x17, 0, 0, c.version.Minor, c.version.Major, 15: 0, 19: 0})
	reply := make([]byte, 4)
	c.deadline()
	if _, err := io.ReadFull(c.conn, reply); err != nil || !bytes.Equal(reply, []byte{0, 0, c.version.Minor, c.version.Major}) {
		tb.Fatalf("handshake for %s = %x, %v", version, reply, err)
	}
	return c
}

// login is connect and everything up to READY.
func login(tb testing.TB, s *servertest.Server, version string) *client {
	tb.Helper()
	c := connect(tb, s, version)
	c.send(hello(c.version))
	c.want("SUCCESS")
	if c.version.Login == bolt.LoginLogon {
		c.send(&bolt.Logon{Auth: bolt.Auth{Scheme: "none"}})
		c.want("SUCCESS")
	}
	return c
}

func hello(v *bolt.Version) *bolt.Hello {
	m := &bolt.Hello{UserAgent: "test/1", Auth: bolt.Auth{Scheme: "none"}}
	if v.BoltAgent {
		m.BoltAgent = graph.Map([]graph.Field{{Name: "product", Value: graph.String("test/1")}})
	}
	return m
}

// An appender is a request with its wire form.
type appender interface {
	Append(dst []byte, v *bolt.Version) ([]byte, error)
}

// encode returns requests as chunked messages.
func (c *client) encode(requests ...appender) []byte {
	c.tb.Helper()
	var buf bytes.Buffer
	w := bolt.NewWriter(&buf)
	for _, m := range requests {
		var err error
		w.Begin()
		if w.Buf, err = m.Append(w.Buf, c.version); err != nil {
			c.tb.Fatalf("encode %T: %v", m, err)
		}
		w.End()
	}
	if err := w.Flush(); err != nil {
		c.tb.Fatal(err)
	}
	return buf.Bytes()
}

// send writes requests in one write.
func (c *client) send(requests ...appender) {
	c.tb.Helper()
	c.write(c.encode(requests...))
}

// sendHex writes messages given as hexadecimal payloads.
func (c *client) sendHex(messages ...string) {
	c.tb.Helper()
	var buf bytes.Buffer
	w := bolt.NewWriter(&buf)
	for _, m := range messages {
		w.Begin()
		w.Buf = append(w.Buf, unhex(c.tb, m)...)
		w.End()
	}
	if err := w.Flush(); err != nil {
		c.tb.Fatal(err)
	}
	c.write(buf.Bytes())
}

func (c *client) write(b []byte) {
	c.tb.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.tb.Fatalf("write: %v", err)
	}
}

func (c *client) deadline() {
	c.tb.Helper()
	if err := c.conn.SetReadDeadline(time.Now().Add(answerTimeout)); err != nil {
		c.tb.Fatal(err)
	}
}

// receive returns the next answer, or "EOF".
func (c *client) receive() string {
	c.tb.Helper()
	c.deadline()
	b, err := c.reader.Next()
	switch {
	case errors.Is(err, io.EOF):
		return "EOF"
	case err != nil:
		return "error: " + err.Error()
	}
	text, err := answer(b, c.version)
	if err != nil {
		c.tb.Fatalf("answer %x: %v", b, err)
	}
	return text
}

// want receives one answer for each prefix and compares them.
func (c *client) want(prefixes ...string) {
	c.tb.Helper()
	for i, want := range prefixes {
		if got := c.receive(); !strings.HasPrefix(got, want) {
			c.tb.Fatalf("answer %d = %s, want prefix %s", i, got, want)
		}
	}
}

func answer(b []byte, v *bolt.Version) (string, error) {
	d := packstream.NewDecoder(b)
	tag, n, err := d.StructHeader()
	if err != nil {
		return "", err
	}
	text := []string{bolt.Signature(tag).String()}
	for range n {
		value, err := bolt.DecodeValue(d, v, nil)
		if err != nil {
			return "", err
		}
		text = append(text, show(value))
	}
	return strings.Join(text, " "), nil
}

// show prints a value; maps are sorted and times are left out.
func show(v graph.Value) string {
	switch v.Kind() {
	case graph.KindMap:
		var parts []string
		for _, f := range v.Map() {
			if strings.HasPrefix(f.Name, "t_") || strings.HasPrefix(f.Name, "result_") {
				continue
			}
			parts = append(parts, f.Name+": "+show(f.Value))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case graph.KindList:
		var parts []string
		for _, item := range v.List() {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindString:
		return v.Str()
	default:
		return fmt.Sprint(v)
	}
}

func run(query string) *bolt.Run { return &bolt.Run{Query: query, Parameters: graph.Map(nil)} }

func pull(n int64) *bolt.Pull { return &bolt.Pull{N: n, QID: bolt.LastQuery} }

func pullAll() *bolt.Pull { return pull(bolt.AllRecords) }

// start runs a server with a scripted database.
func start(tb testing.TB, o server.Options) (*servertest.Server, *servertest.Scripted) {
	tb.Helper()
	db := servertest.NewScripted()
	o.Databases = servertest.Only(db)
	return servertest.Start(tb, o), db
}

// use sets the version of a client that has shaken hands by itself.
func (c *client) use(version string) {
	c.tb.Helper()
	versions, ok := bolt.Versions(version, version, true)
	if !ok {
		c.tb.Fatalf("no version %q", version)
	}
	c.version = versions[0]
	if c.conn != nil {
		c.reader = bolt.NewReader(c.conn, 1<<30)
	}
}

func unhex(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
