package bolt_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

const (
	// idleConnections is how many connections the memory test opens.
	idleConnections = 10_000
	// plainTarget and tlsTarget are what one of them may cost, in KiB; 10.1 and 23.1
	// were measured.
	plainTarget, tlsTarget = 12, 40
	// spareFiles are descriptors that the processes need beside connections.
	spareFiles = 500
)

// TestIdleConnections opens ten thousand connections that have each answered a
// statement, and prints what one keeps of the server's memory.
func TestIdleConnections(t *testing.T) {
	raiseFileLimit(t, idleConnections+spareFiles)
	for _, tt := range []struct {
		name   string
		secure bool
		target int64
	}{{"plain", false, plainTarget}, {"tls", true, tlsTarget}} {
		t.Run(tt.name, func(t *testing.T) {
			s := binary.Start(t, binary.Options{Plaintext: !tt.secure, Args: []string{
				fmt.Sprintf("--max-connections=%d", idleConnections+spareFiles/2),
			}})
			warm := dialIdle(t, s, tt.secure, 100)
			freeMemory(t, warm[0])
			before := resident(t, s.PID())
			dialIdle(t, s, tt.secure, idleConnections)
			// Buffers are given back when a connection has rested for a while.
			each := int64(math.MaxInt64)
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for tries := 0; tries < 10 && each > tt.target<<10; tries++ {
				<-tick.C
				freeMemory(t, warm[0])
				each = (resident(t, s.PID()) - before) / idleConnections
			}
			t.Logf("%s: %d bytes of resident memory for each of %d idle connections", tt.name, each, idleConnections)
			if each > tt.target<<10 {
				t.Errorf("%s: a connection costs %d bytes, want at most %d KiB", tt.name, each, tt.target)
			}
		})
	}
}

// raiseFileLimit skips the test where so many files may not be open, in this
// process and in the server that it starts.
func raiseFileLimit(t *testing.T, files uint64) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur >= files {
		return
	}
	limit.Cur = files
	limit.Max = max(limit.Max, files)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Skipf("%d open files are needed: %v", files, err)
	}
}

// dialIdle opens n connections, lets each do one statement and leaves them.
func dialIdle(t *testing.T, s *binary.Server, secure bool, n int) []net.Conn {
	t.Helper()
	opening := bolttest.Slots(0x405)
	for _, text := range []string{
		`HELLO {user_agent: "test/1", bolt_agent: {product: "test/1"}}`, `LOGON {scheme: "none"}`,
		`RUN "RETURN 1 AS x" {} {}`, "PULL {n: -1}",
	} {
		opening = append(opening, bolttest.Message(t, text)...)
	}
	conns := make([]net.Conn, n)
	t.Cleanup(func() {
		for _, c := range conns {
			if c != nil {
				_ = c.Close()
			}
		}
	})
	const workers = 16
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Address)
				if err == nil {
					if secure {
						conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13})
					}
					conns[i] = conn
					err = exchange(conn, opening)
				}
				if err != nil {
					t.Errorf("connection %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return conns
}

// freeMemory lets the server collect its garbage, which would otherwise be some
// KiB for each connection, more or less by chance.
func freeMemory(t *testing.T, conn net.Conn) {
	t.Helper()
	request := append(bolttest.Message(t, `RUN "FREE MEMORY" {} {}`), bolttest.Message(t, "PULL {n: -1}")...)
	if err := exchange(conn, request); err != nil {
		t.Fatal(err)
	}
}

// exchange writes requests and reads until the summary of a result has come.
func exchange(conn net.Conn, requests []byte) error {
	if _, err := conn.Write(requests); err != nil {
		return err
	}
	var seen []byte
	var buf [1024]byte
	for !bytes.Contains(seen, []byte("has_more")) {
		n, err := conn.Read(buf[:])
		seen = append(seen, buf[:n]...)
		if err != nil && (n == 0 || err != io.EOF) { //nolint:errorlint // net.Conn returns it bare
			return fmt.Errorf("after %d bytes, %q: %w", len(seen), seen, err)
		}
	}
	return nil
}

// resident returns the resident memory of a process in bytes.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := bytes.Fields(b)
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
