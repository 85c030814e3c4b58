package tools_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A tee passes one connection on to a server and writes down the bytes of both
// sides, as hex behind C: and S:.
type tee struct {
	mu   sync.Mutex
	text strings.Builder
}

// tap is one direction of a tee.
type tap struct {
	*tee
	side string
	to   net.Conn
}

func (p tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	fmt.Fprintf(&p.text, "%s: %s\n", p.side, hex.EncodeToString(b))
	p.mu.Unlock()
	return p.to.Write(b)
}

// listen takes one connection and returns its address.
func (p *tee) listen(t *testing.T, server string) (address string, done <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer l.Close()
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		upstream, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer upstream.Close()
		answers := make(chan struct{})
		go func() {
			defer close(answers)
			_, _ = io.Copy(tap{p, "S", client}, upstream)
		}()
		_, _ = io.Copy(tap{p, "C", upstream}, client)
		_ = upstream.(*net.TCPConn).CloseWrite()
		<-answers
	}()
	return l.Addr().String(), ended
}

// TestDecode decodes what the Go driver and the server say to each other.
func TestDecode(t *testing.T) {
	boltcheck := build(t)
	server := binary.Start(t, binary.Options{Plaintext: true})
	var p tee
	address, done := p.listen(t, server.Address)
	if err := session(t, "bolt://"+address); err != nil {
		t.Fatal(err)
	}
	<-done
	file := filepath.Join(t.TempDir(), "session.txt")
	if err := os.WriteFile(file, []byte(p.text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := boltcheck.run(t, "", "decode", "--redact", file)
	if code != 0 || errs != "" {
		t.Errorf("decode: exit %d, %s", code, errs)
	}
	at := 0
	for _, want := range []string{
		"OPENING offers manifest v1", "MANIFEST lists ", "CHOICE chooses Bolt ", "] HELLO", "] LOGON {", "*****",
		"] BEGIN", "] RUN", `"CREATE (p:Person`, `{"name": "Ada"}`, "] PULL {\"n\": 1000}", "] RECORD", `{"()": [0, ["Person"], {`, `{"T": "1815-12-10"}`,
		"] COMMIT", "SUCCESS {\"bookmark\": ", "<- COMMIT", "] GOODBYE",
	} {
		i := strings.Index(out[at:], want)
		if i < 0 {
			t.Fatalf("%q is not in the output, behind what comes before it:\n%s", want, out)
		}
		at += i
	}
	if strings.Contains(out, "sesame") {
		t.Error("the password is in the output")
	}

	code, out, _ = boltcheck.run(t, p.text.String(), "decode", "--json", "--side=server", "-")
	if code != 0 {
		t.Errorf("decode --json: exit %d", code)
	}
	records := 0
	for line := range strings.Lines(out) {
		var e struct {
			Side, Version, Message string
			Fields                 struct{ Data []any }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Side != "server" {
			t.Errorf("a line of the %s: %s", e.Side, line)
		}
		if e.Message == "RECORD" && len(e.Fields.Data) == 1 && e.Version != "" {
			records++
		}
	}
	if records != 1 {
		t.Errorf("%d records, want 1:\n%s", records, out)
	}
}
