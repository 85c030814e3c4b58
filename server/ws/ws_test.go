package ws_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/server/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchange starts an Accept on a loopback connection and returns the client's
// end and the result.
func exchange(t *testing.T, o ws.Options) (client net.Conn, result <-chan accepted) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan accepted, 1)
	go func() {
		defer func() { _ = l.Close() }()
		conn, err := l.Accept()
		if err != nil {
			ch <- accepted{err: err}
			return
		}
		c, err := ws.Accept(t.Context(), conn, o)
		ch <- accepted{c, err}
	}()
	client, err = new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return client, ch
}

type accepted struct {
	conn *ws.Conn
	err  error
}

// upgrade is a request with the given further header lines; "-Name" leaves out
// a default line.
func upgrade(lines ...string) string {
	header := []string{
		"Host: localhost:7687", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
	}
	var kept []string
	for _, h := range header {
		drop := false
		for _, l := range lines {
			drop = drop || strings.HasPrefix(l, "-") && strings.HasPrefix(h, l[1:]+":")
		}
		if !drop {
			kept = append(kept, h)
		}
	}
	for _, l := range lines {
		if !strings.HasPrefix(l, "-") {
			kept = append(kept, l)
		}
	}
	return "GET / HTTP/1.1\r\n" + strings.Join(kept, "\r\n") + "\r\n\r\n"
}

func TestAcceptRequest(t *testing.T) {
	many := make([]string, 70)
	for i := range many {
		many[i] = fmt.Sprintf("X-%d: 1", i)
	}
	for _, tt := range []struct {
		name, request string
		options       ws.Options
		status        int
		header        map[string]string
	}{
		{name: "plain upgrade", request: upgrade(), status: 101, header: map[string]string{"Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol": ""}},
		{name: "server header", request: upgrade(), options: ws.Options{Server: "Memgraph Bolt WS"}, status: 101, header: map[string]string{"Server": "Memgraph Bolt WS"}},
		{name: "binary offered", request: upgrade("Sec-WebSocket-Protocol: binary"), status: 101, header: map[string]string{"Sec-WebSocket-Protocol": "binary"}},
		{name: "another protocol offered", request: upgrade("Sec-WebSocket-Protocol: mqtt"), status: 101, header: map[string]string{"Sec-WebSocket-Protocol": ""}},
		{name: "extension offered", request: upgrade("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), status: 101, header: map[string]string{"Sec-WebSocket-Extensions": ""}},
		{name: "same origin", request: upgrade("Origin: http://localhost:7687"), status: 101},
		{name: "other origin", request: upgrade("Origin: http://evil.example"), status: 403},
		{name: "other origin allowed", request: upgrade("Origin: http://good.example"), options: ws.Options{Origins: []string{"good.example"}}, status: 101},
		{name: "any origin allowed", request: upgrade("Origin: http://evil.example"), options: ws.Options{AnyOrigin: true}, status: 101},
		{name: "old version", request: upgrade("-Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), status: 426, header: map[string]string{"Sec-WebSocket-Version": "13"}},
		{name: "no key", request: upgrade("-Sec-WebSocket-Key"), status: 400},
		{name: "short key", request: upgrade("-Sec-WebSocket-Key", "Sec-WebSocket-Key: YWJj"), status: 400},
		{name: "no connection token", request: upgrade("-Connection"), status: 426},
		{name: "post", request: strings.Replace(upgrade(), "GET", "POST", 1), status: 405},
		{name: "no upgrade", request: "GET /db/data HTTP/1.1\r\nHost: x\r\n\r\n", status: 400},
		{name: "too many fields", request: upgrade(many...), status: 431},
		{name: "too large a header", request: upgrade("X: " + strings.Repeat("a", 9000)), status: 431},
		{name: "not HTTP", request: "GET garbage\r\n\r\n", status: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, result := exchange(t, tt.options)
			if _, err := io.WriteString(client, tt.request); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				t.Fatalf("read the answer: %v", err)
			}
			defer func() { _ = response.Body.Close() }()
			if response.StatusCode != tt.status {
				t.Errorf("status %d, want %d", response.StatusCode, tt.status)
			}
			for name, want := range tt.header {
				if got := response.Header.Get(name); got != want {
					t.Errorf("header %s = %q, want %q", name, got, want)
				}
			}
			_ = client.Close()
			got := <-result
			if (got.err == nil) != (tt.status == 101) {
				t.Errorf("Accept = %v with status %d", got.err, tt.status)
			}
			if got.conn != nil {
				_ = got.conn.CloseNow()
			} else if !errors.Is(got.err, ws.ErrRefused) {
				t.Errorf("Accept = %v, want ErrRefused", got.err)
			}
		})
	}
}

// switched reads the answer 101 and returns the reader behind it.
func switched(t *testing.T, client io.Reader) *bufio.Reader {
	t.Helper()
	in := bufio.NewReader(client)
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d instead of an upgrade", response.StatusCode)
	}
	return in
}

// frame masks a payload with a zero key, which leaves it readable.
func frame(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, 0x80 | byte(n), 0, 0, 0, 0}) + payload
	default:
		return string([]byte{first, 0x80 | 126, byte(n >> 8), byte(n), 0, 0, 0, 0}) + payload
	}
}

// closeFrame is what the server sends to close with a code.
func closeFrame(code int) string {
	return string([]byte{0x88, 2, byte(code >> 8), byte(code)})
}

const protocolError, normal, unsupported, tooBig = 1002, 1000, 1003, 1009

// TestFrames sends frames and compares the bytes that Read yields and the frames
// that come back, after section numbers of RFC 6455.
func TestFrames(t *testing.T) {
	hello := frame(0x82, "hello")
	for _, tt := range []struct {
		name, in string
		want     string // bytes of the stream
		answers  string // begin of what the client receives
	}{
		{name: "one frame", in: hello, want: "hello"},
		{name: "two frames are one stream", in: hello + frame(0x82, " world"), want: "hello world"},
		{name: "5.4 fragments", in: frame(0x02, "he") + frame(0x00, "l") + frame(0x80, "lo"), want: "hello"},
		{name: "5.4 control between fragments", in: frame(0x02, "he") + frame(0x89, "x") + frame(0x80, "llo"), want: "hello", answers: "\x8a\x01x"},
		{name: "5.5.2 ping is answered", in: frame(0x89, "ping") + hello, want: "hello", answers: "\x8a\x04ping"},
		{name: "5.5.3 pong is ignored", in: frame(0x8a, "pong") + hello, want: "hello"},
		{name: "empty frame", in: frame(0x82, "") + hello, want: "hello"},
		{name: "126 bytes", in: frame(0x82, strings.Repeat("a", 126)), want: strings.Repeat("a", 126)},
		{name: "5.2 longer length than needed", in: "\x82\xfe\x00\x05\x00\x00\x00\x00hello", want: "hello"},
		{name: "5.1 no mask", in: "\x82\x05hello", answers: closeFrame(protocolError)},
		{name: "5.2 reserved bit", in: frame(0xc2, "x"), answers: closeFrame(protocolError)},
		{name: "5.2 reserved opcode", in: frame(0x83, "x"), answers: closeFrame(protocolError)},
		{name: "5.2 reserved control opcode", in: frame(0x8b, "x"), answers: closeFrame(protocolError)},
		{name: "5.2 length with the top bit", in: "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", answers: closeFrame(protocolError)},
		{name: "5.4 continuation without start", in: frame(0x80, "x"), answers: closeFrame(protocolError)},
		{name: "5.4 new message inside a message", in: frame(0x02, "x") + frame(0x82, "y"), want: "x", answers: closeFrame(protocolError)},
		{name: "5.5 fragmented ping", in: frame(0x09, "x"), answers: closeFrame(protocolError)},
		{name: "5.5 long ping", in: frame(0x89, strings.Repeat("x", 126)), answers: closeFrame(protocolError)},
		{name: "5.5.1 close is echoed", in: frame(0x88, "\x03\xe8"), answers: closeFrame(normal)},
		{name: "5.5.1 close with one byte", in: frame(0x88, "\x03"), answers: closeFrame(protocolError)},
		{name: "7.4.2 close with a reserved code", in: frame(0x88, "\x03\xed"), answers: closeFrame(protocolError)},
		{name: "text on the Bolt path", in: frame(0x81, "hello"), answers: closeFrame(unsupported)},
		{name: "message over the limit", in: frame(0x82, strings.Repeat("a", 300)), want: strings.Repeat("a", 257), answers: closeFrame(tooBig)},
		{name: "declared size over the limit", in: "\x82\xff\x00\x00\x00\x7f\xff\xff\xff\xff\x00\x00\x00\x00" + strings.Repeat("a", 300), want: strings.Repeat("a", 257), answers: closeFrame(tooBig)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, result := exchange(t, ws.Options{MaxMessage: 256})
			if _, err := io.WriteString(client, upgrade()+tt.in); err != nil {
				t.Fatal(err)
			}
			got := <-result
			if got.err != nil {
				t.Fatal(got.err)
			}
			defer func() { _ = got.conn.CloseNow() }()
			in := switched(t, client)
			stream := make(chan string, 1)
			go func() {
				b, _ := io.ReadAll(got.conn)
				stream <- string(b)
			}()
			// Without an expected close the client ends the stream itself.
			if !strings.HasPrefix(tt.answers, "\x88") {
				if _, err := io.WriteString(client, frame(0x88, "\x03\xe8")); err != nil {
					t.Fatal(err)
				}
			}
			answer := make([]byte, len(tt.answers))
			if _, err := io.ReadFull(in, answer); err != nil {
				t.Fatalf("read the answer: %v", err)
			}
			if len(tt.answers) > 4 && tt.answers[0] == 0x88 {
				t.Fatalf("bad row")
			}
			// A close frame may carry a reason behind its code.
			if tt.answers != "" && tt.answers[0] == 0x88 {
				answer[1] = 2
			}
			if !bytes.Equal(answer, []byte(tt.answers)) {
				t.Errorf("answer %s, want %s", hex.EncodeToString(answer), hex.EncodeToString([]byte(tt.answers)))
			}
			_ = client.Close()
			if s := <-stream; s != tt.want {
				t.Errorf("stream %q, want %q", s, tt.want)
			}
		})
	}
}

func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		name string
		text bool
		want string
	}{
		{"binary", false, "\x82\x05hello"},
		{"text", true, "\x81\x05hello"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, result := exchange(t, ws.Options{Text: tt.text})
			if _, err := io.WriteString(client, upgrade()); err != nil {
				t.Fatal(err)
			}
			got := <-result
			if got.err != nil {
				t.Fatal(got.err)
			}
			defer func() { _ = got.conn.CloseNow() }()
			if _, err := got.conn.Write([]byte("hello")); err != nil {
				t.Fatal(err)
			}
			in := switched(t, client)
			b := make([]byte, len(tt.want))
			if _, err := io.ReadFull(in, b); err != nil || string(b) != tt.want {
				t.Errorf("frame %x, %v; want %x", b, err, tt.want)
			}
		})
	}
}

// FuzzFrames holds that no input panics or yields more than the limit allows.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{
		frame(0x82, "hello"), frame(0x02, "a") + frame(0x80, "b"), frame(0x89, "x"), "\x82\x05hello",
		"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		server, client := net.Pipe()
		done := make(chan int, 1)
		go func() {
			c, err := ws.Accept(t.Context(), server, ws.Options{MaxMessage: 64})
			if err != nil {
				done <- 0
				return
			}
			b, _ := io.ReadAll(c)
			_ = c.CloseNow()
			done <- len(b)
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_, _ = io.WriteString(client, upgrade())
		_, _ = client.Write(in)
		_ = client.Close()
		if n := <-done; n > len(in) {
			t.Errorf("%d bytes out of %d", n, len(in))
		}
	})
}
