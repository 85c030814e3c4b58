package tls_test

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// TestWrongProtocol sends what is not TLS and reads all that comes back.
func TestWrongProtocol(t *testing.T) {
	ca := tlstest.NewCA(t)
	r := newRecorder()
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.Events = r.events()
	_, addr := serve(t, o)
	bolt := "\x60\x60\xb0\x17" + "\x00\x08\x08\x05\x00\x02\x04\x04\x00\x00\x00\x03\x00\x00\x00\x00"
	hello := "\x00\x41\xb1\x01\xa4" + strings.Repeat("x", 61) + "\x00\x00"
	for _, tt := range []struct {
		name     string
		parts    []string // separate writes
		protocol string
		answer   string // its beginning; empty means not a byte
	}{
		{"bolt", []string{bolt}, "bolt", ""},
		{"bolt and a blind hello", []string{bolt + hello}, "bolt", ""},
		{"bolt, byte by byte", strings.Split(bolt, ""), "bolt", ""},
		{"bolt and much more", []string{bolt, strings.Repeat("y", 32<<10)}, "bolt", ""},
		{"http", []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}, "http", "HTTP/1.1 400 Bad Request\r\n"},
		{"websocket upgrade", []string{"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"}, "http", "HTTP/1.1 400 Bad Request\r\n"},
		{"post", []string{"POST /db/data HTTP/1.0\r\n\r\n"}, "http", "HTTP/1.1 400 Bad Request\r\n"},
		{"proxy protocol", []string{"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n"}, "proxy", ""},
		{"proxy protocol 2", []string{"\r\n\r\n\x00\r\nQUIT\n"}, "proxy", ""},
		{"something else", []string{"SSH-2.0-x\r\n"}, "other", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			start := time.Now()
			for _, p := range tt.parts {
				if _, err := c.Write([]byte(p)); err != nil && len(tt.parts) == 1 {
					t.Fatal(err)
				}
			}
			if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if err != nil {
				t.Errorf("read: %v; want the end of the stream and no reset", err)
			}
			if (tt.answer == "") != (len(got) == 0) || !strings.HasPrefix(string(got), tt.answer) {
				t.Errorf("answer = %q; want %q", got, tt.answer)
			}
			if tt.answer != "" && !strings.Contains(string(got), "bolt+s://") {
				t.Errorf("answer = %q; want a hint about bolt+s://", got)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("the end came after %v; want less than a second", took)
			}
			r.wait(t, "the report", func() bool { return len(r.refused) > 0 })
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.refused[0] != tt.protocol || r.handshakes[0].Class != "wrong-protocol" {
				t.Errorf("reported %q, %q; want %q", r.refused, r.handshakes[0].Class, tt.protocol)
			}
			r.refused, r.handshakes = nil, nil
		})
	}
}

// TestSilence: a peer that sends nothing, or too little to be recognised, is
// ended by the caller's deadline and not answered.
func TestSilence(t *testing.T) {
	ca := tlstest.NewCA(t)
	r := newRecorder()
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.Events = r.events()
	e, _ := serve(t, o)
	for _, tt := range []struct{ name, sent, class string }{
		{"nothing", "", "timeout"},
		{"four bytes", "\x60\x60\xb0\x17", "timeout"},
		{"half a hello", "\x16\x03\x01\x02\x00\x01", "timeout"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer closeAll(t, inner)
			client, err := new(net.Dialer).DialContext(t.Context(), "tcp", inner.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer closeAll(t, client)
			if _, err := client.Write([]byte(tt.sent)); err != nil {
				t.Fatal(err)
			}
			c, err := e.NewListener(inner).Accept()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Read(make([]byte, 1)); !os.IsTimeout(err) {
				t.Errorf("Read = %v; want a timeout", err)
			}
			closeAll(t, c)
			if got, err := io.ReadAll(client); len(got) != 0 {
				t.Errorf("client got %q, %v; want nothing", got, err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			if got := r.handshakes[len(r.handshakes)-1].Class; got != tt.class {
				t.Errorf("class = %q; want %q", got, tt.class)
			}
		})
	}
}
