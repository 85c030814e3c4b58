package bolt_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	wire "github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// recordVariable names a folder; then TestRecord writes there what the driver
// sends, as seeds for fuzzing the server.
const recordVariable = "DRAWBOLT_RECORD"

// TestRecord stands between driver and server and writes the driver's bytes down,
// a file for each version and scenario, a line for each read.
func TestRecord(t *testing.T) {
	dir := os.Getenv(recordVariable)
	if dir == "" {
		t.Skipf("%s names no folder", recordVariable)
	}
	for _, version := range []string{"3", "4.2", "4.4", "5.4", "5.8"} {
		s := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--max-bolt=" + version}})
		list, _ := wire.Versions(version, version, false)
		for _, tt := range []struct {
			name string
			run  func(t *testing.T, p *peer)
		}{
			{"values", agreed},
			{"transaction", explicit},
			{"nested", nested},
			{"failure", failure},
			{"bookmark", bookmark},
			{"notification", notification},
			{"write", counters},
			{"plan", plans},
		} {
			proxy := newRecorder(t, s.Address)
			server := *s
			server.Address = proxy.address
			tt.run(t, &peer{driver: open(t, &server, "bolt"), server: &server, version: list[0]})
			name := filepath.Join(dir, fmt.Sprintf("go-%s-%s.txt", version, tt.name))
			if err := os.WriteFile(name, []byte(proxy.text(version, tt.name)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A recorder forwards connections and keeps what comes from clients.
type recorder struct {
	address string

	mu    sync.Mutex
	lines [][]string // by connection
}

func newRecorder(t *testing.T, server string) *recorder {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r := &recorder{address: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go r.forward(client, server)
		}
	}()
	return r
}

func (r *recorder) forward(client net.Conn, server string) {
	defer func() { _ = client.Close() }()
	conn, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	r.mu.Lock()
	n := len(r.lines)
	r.lines = append(r.lines, nil)
	r.mu.Unlock()
	go func() { _, _ = io.Copy(client, conn) }()
	buf := make([]byte, 64<<10)
	for {
		got, err := client.Read(buf)
		if got > 0 {
			r.mu.Lock()
			r.lines[n] = append(r.lines[n], hex.EncodeToString(buf[:got]))
			r.mu.Unlock()
			if _, err := conn.Write(buf[:got]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// text returns the longest connection as a file.
func (r *recorder) text(version, name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var longest []string
	for _, lines := range r.lines {
		if len(strings.Join(lines, "")) > len(strings.Join(longest, "")) {
			longest = lines
		}
	}
	return fmt.Sprintf("# What the Go driver sends in Bolt %s: %s. One line for each read.\n%s\n",
		version, name, strings.Join(longest, "\n"))
}
