package server_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/server"
)

// first sends bytes on a new connection and returns everything that comes back
// until the server closes, or until wait bytes are there.
func first(t *testing.T, o server.Options, sent string, wait int) string {
	t.Helper()
	s, _ := start(t, o)
	conn := s.Dial(t)
	b, err := hex.DecodeString(strings.ReplaceAll(sent, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(answerTimeout)); err != nil {
		t.Fatal(err)
	}
	if wait > 0 {
		got := make([]byte, wait)
		if _, err := io.ReadFull(conn, got); err != nil {
			t.Fatalf("read: %v", err)
		}
		return hex.EncodeToString(got)
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("the connection ended with %v after %x", err, got)
	}
	return hex.EncodeToString(got)
}

const magic = "6060B017"

func TestHandshake(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, sent string
		options    server.Options
		wait       int // bytes, when the connection stays open
		want       string
	}{
		{name: "single", sent: magic + "00000404 00000000 00000000 00000000", wait: 4, want: "00000404"},
		{name: "range", sent: magic + "00020404 00000000 00000000 00000000", wait: 4, want: "00000404"},
		{name: "5.5 is never picked", sent: magic + "00050505 00000000 00000000 00000000", wait: 4, want: "00000405"},
		{name: "order of the client", sent: magic + "00000003 00080805 00000000 00000000", wait: 4, want: "00000003"},
		{name: "none in common", sent: magic + "00000009 00000000 00000000 00000000", want: "00000000"},
		{
			name: "too new for the server", sent: magic + "00000805 00000000 00000000 00000000",
			options: server.Options{MaxVersion: "5.4"}, want: "00000000",
		},
		{
			name: "manifest", sent: magic + "000001FF 00080805 00020404 00000003",
			options: server.Options{MinVersion: "4.4"}, wait: 4 + 1 + 4*4 + 1,
			want: "000001ff 04 00010106 00020805 00040405 00000404 00",
		},
		{name: "choice that was not offered", sent: magic + "000001FF 00000000 00000000 00000000 00000909 00", options: server.Options{MinVersion: "6.1"}, want: "000001ff 01 00000106 00"},
		{name: "choice of nothing", sent: magic + "000001FF 00000000 00000000 00000000 00000000 00", options: server.Options{MinVersion: "6.1"}, want: "000001ff 01 00000106 00"},
		{name: "capability that was not offered", sent: magic + "000001FF 00000000 00000000 00000000 00000106 02", options: server.Options{MinVersion: "6.1"}, want: "000001ff 01 00000106 00"},
		{name: "unknown manifest", sent: magic + "000002FF 00000404 00000000 00000000", wait: 4, want: "00000404"},
		{name: "wrong magic", sent: "6060B018 00000404 00000000 00000000 00000000"},
		{name: "garbage", sent: "DEADBEEF00112233"},
		{name: "TLS", sent: "1603010200010001FC0303"},
		{name: "SSL 2", sent: "802E01000200"},
		{name: "PROXY", sent: "50524F5859205443503420"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, want := first(t, tt.options, tt.sent, tt.wait), strings.ReplaceAll(tt.want, " ", ""); got != want {
				t.Errorf("answer = %s, want %s", got, want)
			}
		})
	}
}

func TestManifestWithHelloInOnePacket(t *testing.T) {
	t.Parallel()
	s, _ := start(t, server.Options{MinVersion: "5.7", MaxVersion: "5.8"})
	c := &client{tb: t, conn: s.Dial(t)}
	c.write(unhex(t, magic+"000001FF 00000000 00000000 00000000"))
	offer := make([]byte, 4+1+4+1)
	c.deadline()
	if _, err := io.ReadFull(c.conn, offer); err != nil {
		t.Fatal(err)
	}
	c.use("5.7")
	c.write(append(unhex(t, "00000705 00"), c.encode(hello(c.version))...))
	c.want("SUCCESS {connection_id: bolt-1, hints: {}, protocol_version: 5.7, server: Neo4j/5.26.0-drawbolt}")
}

func TestHTTPGetsASentence(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			got := first(t, server.Options{}, hex.EncodeToString([]byte(method+" / HTTP/1.1\r\nHost: x\r\n\r\n")), 0)
			text, _ := hex.DecodeString(got)
			if !bytes.HasPrefix(text, []byte("HTTP/1.1 400 Bad Request\r\n")) || (method != "HEAD" && !bytes.Contains(text, []byte("speaks Bolt"))) {
				t.Errorf("answer = %q", text)
			}
		})
	}
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	const invalid = "FAILURE {code: Neo.ClientError.Request.Invalid, message: "
	for _, tt := range []struct {
		name  string
		fresh bool // before login
		hex   string
		want  []string
	}{
		{name: "unknown signature", hex: "B0 33", want: []string{"EOF"}},
		{name: "server's signature", hex: "B1 70 A0", want: []string{"EOF"}},
		{name: "LOGON of another version", hex: "B1 6A A0", want: []string{"EOF"}},
		{name: "field count", hex: "B1 10 81 78", want: []string{"FAILURE {code: Neo.ClientError.Request.InvalidFormat, message: Illegal struct size: Expected struct to be 3 fields but got 1}", "SUCCESS {}"}},
		{name: "root is no structure", hex: "01", want: []string{invalid + "Unexpected type: Expected STRUCT but got INT", "SUCCESS {}"}},
		{name: "query is no string", hex: "B3 10 01 A0 A0", want: []string{invalid, "SUCCESS {}"}},
		{name: "truncated", hex: "B3 10 81", want: []string{"EOF"}},
		{name: "duplicate key", hex: "B3 10 81 78 A2 81 61 01 81 61 02 A0", want: []string{invalid + "Duplicate map key: \"a\"", "SUCCESS {}"}},
		{name: "declared size", hex: "B3 10 D2 7FFFFFFF 61", want: []string{"EOF"}},
		{name: "n is zero", hex: "B1 3F A1 81 6E 00", want: []string{invalid, "SUCCESS {}"}},
		{name: "RUN before login", fresh: true, hex: "B3 10 81 78 A0 A0", want: []string{invalid + "Message of type RunMessage cannot be handled by a session in the AUTHENTICATION state.}", "EOF"}},
		{name: "RESET before login", fresh: true, hex: "B0 0F", want: []string{invalid, "EOF"}},
		{name: "deep nesting before login", fresh: true, hex: "B1 01 A1 81 78" + strings.Repeat("91", 20) + "01", want: []string{invalid}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, server.Options{})
			var c *client
			if tt.fresh {
				c = connect(t, s, "4.4")
				c.sendHex(tt.hex)
			} else {
				c = login(t, s, "4.4")
				c.sendHex(tt.hex, "B0 0F")
			}
			c.want(tt.want...)
		})
	}
}
