package server_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/servertest"
	"github.com/drawbolt/drawbolt/storage"
)

const (
	// transcriptHeap bounds what is alive after a session of a few kilobytes.
	transcriptHeap = 256 << 20
	// transcriptQuery ends statements that a mutation has made endless.
	transcriptQuery = 100 * time.Millisecond
)

// FuzzTranscript plays changed recordings of real drivers, handshake included, to
// a server with the real engine: it must answer or close, keep nothing open, and
// live.
func FuzzTranscript(f *testing.F) {
	store, err := storage.Open(f.Context(), storage.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { store.Close() })
	engine := cypher.NewEngine(store, cypher.Options{Database: "neo4j", MemoryLimit: 16 << 20})
	s := servertest.Start(f, server.Options{
		Databases:    servertest.Only(server.FromEngine(engine)),
		QueryTimeout: transcriptQuery, AllowFlawed: true,
		Limits: server.Limits{MessageBytes: 1 << 20},
	})
	names, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(names) == 0 {
		f.Fatalf("no transcripts: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(transcript(f, string(text)))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn, ok := s.Dial(t).(*net.TCPConn)
		if !ok {
			t.Fatal("no TCP connection")
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
			t.Fatal(err)
		}
		go func() {
			// The server may close before it has read everything.
			if _, err := io.Copy(conn, bytes.NewReader(sent)); err == nil {
				conn.CloseWrite()
			}
		}()
		if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("the server does not end the connection: %v", err)
		}
		eventually(t, "the session has ended", func() bool { return s.Stats().Connections == 0 })
		var m runtime.MemStats
		if runtime.ReadMemStats(&m); m.HeapAlloc > transcriptHeap {
			runtime.GC()
			if runtime.ReadMemStats(&m); m.HeapAlloc > transcriptHeap {
				t.Fatalf("%d bytes are alive after %d bytes of input", m.HeapAlloc, len(sent))
			}
		}
	})
}

// transcript returns the bytes of a recording.
func transcript(tb testing.TB, text string) []byte {
	tb.Helper()
	var all []byte
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			all = append(all, unhex(tb, line)...)
		}
	}
	return all
}
