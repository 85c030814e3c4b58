package ws_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// patience bounds every wait.
const patience = 30 * time.Second

// dial upgrades a connection as a browser does.
func dial(t *testing.T, address string, o *websocket.DialOptions) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c, answer, err := websocket.Dial(ctx, "ws://"+address, o)
	if c != nil {
		c.SetReadLimit(1 << 30)
		t.Cleanup(func() { c.CloseNow() })
	}
	return c, answer, err
}

// A sliced connection sends at most so many bytes in a frame.
type sliced struct {
	net.Conn

	size int
}

func (s sliced) Write(p []byte) (int, error) {
	sent := 0
	for sent < len(p) {
		n, err := s.Conn.Write(p[sent:min(len(p), sent+s.size)])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// TestSession holds whole Bolt sessions, with frames that do not respect the
// boundaries of messages.
func TestSession(t *testing.T) {
	s := binary.Start(t, binary.Options{Plaintext: true})
	for _, tt := range []struct {
		name    string
		version string
		size    int
		options *websocket.DialOptions
	}{
		{"one frame a write", "5.4", 1 << 20, nil},
		{"one frame a byte", "5.4", 1, nil},
		{"three bytes a frame", "4.4", 3, nil},
		{"subprotocol", "5.8", 1 << 20, &websocket.DialOptions{Subprotocols: []string{"binary"}}},
		{"another subprotocol", "5.4", 1 << 20, &websocket.DialOptions{Subprotocols: []string{"chat"}}},
		{"compression is offered", "5.4", 7, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ws, answer, err := dial(t, s.Address, tt.options) //nolint:bodyclose // the library closes it
			if err != nil {
				t.Fatal(err)
			}
			echoed := tt.options != nil && len(tt.options.Subprotocols) > 0 && tt.options.Subprotocols[0] == "binary"
			if got := answer.Header.Get("Sec-WebSocket-Protocol"); (got == "binary") != echoed {
				t.Errorf("subprotocol %q", got)
			}
			if got := answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
				t.Errorf("extension %q is agreed", got)
			}
			if got := answer.Header.Get("Server"); got != "Memgraph Bolt WS" {
				t.Errorf("server %q", got)
			}
			c := bolttest.New(t, sliced{websocket.NetConn(t.Context(), ws, websocket.MessageBinary), tt.size})
			c.Open(tt.version)
			c.Login("neo", "secret")
			c.Send(`RUN "UNWIND range(1, 3) AS x RETURN x" {} {}`, "PULL {n: -1}")
			c.Expect("SUCCESS *", "RECORD [1]", "RECORD [2]", "RECORD [3]", "SUCCESS *")
			c.Send(`RUN "RETURN size($text)" {text: "`+strings.Repeat("x", 100_000/tt.size+10)+`"} {}`, "PULL {n: -1}")
			c.Expect("SUCCESS *", fmt.Sprintf("RECORD [%d]", 100_000/tt.size+10), "SUCCESS *")
			c.Send("GOODBYE")
			c.ExpectEnd()
		})
	}
}

// TestOrigins is about pages that reach for a database on localhost.
func TestOrigins(t *testing.T) {
	closed := binary.Start(t, binary.Options{Plaintext: true})
	listed := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--bolt-websocket-origins=lab.example,*.tools.example"}})
	anybody := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--bolt-websocket-origins=any"}})
	for _, tt := range []struct {
		name   string
		server *binary.Server
		origin string // %s stands for the server's address
		works  bool
	}{
		{"no page", closed, "", true},
		{"page of the same host", closed, "http://%s", true},
		{"page of another host", closed, "http://evil.example", false},
		{"page of another port", closed, "http://127.0.0.1:1", false},
		{"opaque page", closed, "null", false},
		{"listed page", listed, "http://lab.example", true},
		{"page of a listed domain", listed, "https://x.tools.example", true},
		{"page that only ends so", listed, "http://evil-lab.example", false},
		{"any page", anybody, "http://evil.example", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", strings.Replace(tt.origin, "%s", tt.server.Address, 1))
			}
			_, answer, err := dial(t, tt.server.Address, &websocket.DialOptions{HTTPHeader: header}) //nolint:bodyclose // the library closes it
			if (err == nil) != tt.works {
				t.Errorf("origin %q = %v, want it to work: %t", header.Get("Origin"), err, tt.works)
			}
			if !tt.works && (answer == nil || answer.StatusCode != http.StatusForbidden) {
				t.Errorf("origin %q = %v, want 403", header.Get("Origin"), answer)
			}
		})
	}
}

// request sends bytes and returns the status of the answer, 0 without one.
func request(t *testing.T, conn net.Conn, text string) (status int, body string) {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return answer.StatusCode, ""
	}
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Errorf("body: %v", err)
	}
	return answer.StatusCode, string(b)
}

// upgrade is a valid request in which one line was replaced, or lines were added.
func upgrade(replaced, by string) string {
	text := "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
	if replaced == "" {
		return text + by + "\r\n"
	}
	return strings.Replace(text, replaced, by, 1) + "\r\n"
}

// TestRequests sends what is no acceptable upgrade.
func TestRequests(t *testing.T) {
	s := binary.Start(t, binary.Options{Plaintext: true})
	for _, tt := range []struct {
		name, text string
		status     int
	}{
		{"upgrade", upgrade("", ""), 101},
		{"another path", upgrade("GET / ", "GET /any/path?x=y "), 101},
		{"page", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
		{"POST", upgrade("GET", "POST"), 405},
		{"HTTP/1.0", upgrade("HTTP/1.1", "HTTP/1.0"), 426},
		{"another upgrade", upgrade("websocket", "h2c"), 426},
		{"no Connection", upgrade("Connection: Upgrade\r\n", ""), 426},
		{"old version", upgrade("Version: 13", "Version: 8"), 426},
		{"no version", upgrade("Sec-WebSocket-Version: 13\r\n", ""), 426},
		{"short key", upgrade("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400},
		{"no key", upgrade("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400},
		{"65 fields", upgrade("", manyFields(65)), 431},
		{"long header", upgrade("", "X: "+strings.Repeat("x", 10<<10)+"\r\n"), 431},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", s.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if status, body := request(t, conn, tt.text); status != tt.status {
				t.Errorf("status = %d %s, want %d", status, body, tt.status)
			}
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "X-%d: y\r\n", i)
	}
	return b.String()
}

// TestTLSMode checks that the TLS port refuses WebSocket, before TLS and inside
// of it, with a reason that a person can read.
func TestTLSMode(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	dialer := &net.Dialer{Timeout: patience}
	for _, tt := range []struct {
		name   string
		secure bool
		hint   string
	}{
		{"ws", false, "bolt+s://"},
		{"wss", true, "WebSocket over TLS is not supported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := dialer.DialContext(t.Context(), "tcp", s.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if tt.secure {
				conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
			}
			status, body := request(t, conn, upgrade("", ""))
			if status != http.StatusBadRequest || !strings.Contains(body, tt.hint) {
				t.Errorf("answer %d %q, want a 400 with %q", status, body, tt.hint)
			}
		})
	}
}
