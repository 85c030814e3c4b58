package operations_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// stopTime is what operators wait for the end of a process that they stop.
const stopTime = 15 * time.Second

// begin opens a transaction that has changed something.
func begin(t *testing.T, s *binary.Server) neo4j.ExplicitTransaction {
	t.Helper()
	session := open(t, s).NewSession(t.Context(), neo4j.SessionConfig{})
	tx, err := session.BeginTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Run(t.Context(), "CREATE (:Open)", nil); err != nil {
		t.Fatal(err)
	}
	return tx
}

// TestDrain stops a server with an open transaction.
func TestDrain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		// during happens while the server drains.
		during func(t *testing.T, s *binary.Server, tx neo4j.ExplicitTransaction)
		atMost time.Duration
		want   int64 // nodes after the next start
	}{
		{"never ends", func(*testing.T, *binary.Server, neo4j.ExplicitTransaction) {}, stopTime, 0},
		{"commits", func(t *testing.T, _ *binary.Server, tx neo4j.ExplicitTransaction) {
			t.Helper()
			if err := tx.Commit(t.Context()); err != nil {
				t.Errorf("commit while the server stops: %v", err)
			}
		}, stopTime / 3, 1},
		{"second signal", func(t *testing.T, s *binary.Server, _ neo4j.ExplicitTransaction) {
			t.Helper()
			s.Signal(t, syscall.SIGTERM)
		}, stopTime / 3, 0},
		{"interrupt after the first signal", func(t *testing.T, s *binary.Server, _ neo4j.ExplicitTransaction) {
			t.Helper()
			s.Signal(t, syscall.SIGINT)
		}, stopTime / 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := binary.Start(t, binary.Options{})
			tx := begin(t, s)
			began := time.Now()
			s.Signal(t, syscall.SIGTERM)
			awaitLine(t, s, `stopping signal=terminated`)
			tt.during(t, s, tx)
			if code := s.Wait(t); code != 0 {
				t.Errorf("exit code %d, want 0", code)
			}
			if took := time.Since(began); took > tt.atMost {
				t.Errorf("the stop took %v, want %v at most", took, tt.atMost)
			}
			again := binary.Start(t, binary.Options{Directory: s.Directory})
			rows, err := ask(t, open(t, again), "MATCH (n:Open) RETURN count(n) AS n", nil)
			if err != nil || len(rows) != 1 || rows[0]["n"] != tt.want {
				t.Errorf("after a restart: %v, %v; want %d", rows, err, tt.want)
			}
		})
	}
}

// TestSignals sends the signals that do not stop the server.
func TestSignals(t *testing.T) {
	t.Parallel()
	pair := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	log := filepath.Join(t.TempDir(), "server.log")
	s := binary.Start(t, binary.Options{Plaintext: true, Args: []string{
		"--log-file=" + log, "--bolt-cert-file=" + pair.CertFile, "--bolt-key-file=" + pair.KeyFile,
	}})
	d := open(t, s)
	if err := os.Rename(log, log+".moved"); err != nil {
		t.Fatal(err)
	}
	s.Signal(t, syscall.SIGUSR1)
	awaitLine(t, s, `log file opened again`)
	s.Signal(t, syscall.SIGHUP)
	awaitLine(t, s, `key material reloaded trigger=`)
	if text := readFile(t, log); !strings.Contains(text, "log file opened again") || !strings.Contains(text, "key material reloaded") {
		t.Errorf("the new log file has\n%s", text)
	}
	if text := readFile(t, log+".moved"); !strings.Contains(text, "successfully started") || strings.Contains(text, "reloaded") {
		t.Errorf("the old log file has\n%s", text)
	}
	if err := os.WriteFile(pair.KeyFile, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Signal(t, syscall.SIGHUP)
	awaitLine(t, s, `key material was not reloaded; the old one stays in use`)
	if _, err := ask(t, d, "RETURN 1 AS x", nil); err != nil {
		t.Errorf("after the signals: %v", err)
	}
	if _, err := ask(t, open(t, s), "RETURN 1 AS x", nil); err != nil {
		t.Errorf("a new connection after the signals: %v", err)
	}
}

// TestNotify plays the service manager: the server tells that it is ready when it
// serves, and that it stops when it is asked to.
func TestNotify(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "notify") //nolint:usetesting // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: dir + "/s", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	told := func() string {
		if err := manager.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		n, err := manager.Read(buf)
		if err != nil {
			t.Fatalf("the service manager hears nothing: %v", err)
		}
		return string(buf[:n])
	}
	s := binary.Start(t, binary.Options{Env: []string{"NOTIFY_SOCKET=" + dir + "/s"}})
	if got := told(); got != "READY=1" {
		t.Errorf("first message %q, want READY=1", got)
	}
	if _, err := ask(t, open(t, s), "RETURN 1 AS x", nil); err != nil {
		t.Errorf("ready, but: %v", err)
	}
	s.Signal(t, syscall.SIGTERM)
	if got := told(); got != "STOPPING=1" {
		t.Errorf("second message %q, want STOPPING=1", got)
	}
	if code := s.Wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestReadiness connects all the time while a server starts that has much to do
// before: whoever gets a connection gets an answer.
func TestReadiness(t *testing.T) {
	t.Parallel()
	address := binary.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	work := filepath.Join(t.TempDir(), "init.cypherl")
	if err := os.WriteFile(work, []byte(strings.Repeat("UNWIND range(1, 5000) AS i CREATE (:N {i: i});\n", 5)+"CREATE (:Done);\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var client sync.WaitGroup
	client.Go(func() {
		answer, refused, err := firstAnswer(address)
		if err != nil || answer == nil || refused == 0 {
			t.Errorf("the first connection got %x, %v after %d refusals; want an answer after some", answer, err, refused)
		}
	})
	s := binary.Start(t, binary.Options{Plaintext: true, Args: []string{"--bolt-port=" + port, "--init-file=" + work}})
	client.Wait()
	rows, err := returned(t, s)
	if err != nil || rows != 1 {
		t.Errorf("the init file has made %d nodes, %v; want 1", rows, err)
	}
}

func returned(t *testing.T, s *binary.Server) (int64, error) {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI("bolt"), neo4j.NoAuth())
	if err != nil {
		return 0, err
	}
	defer d.Close(t.Context())
	r, err := neo4j.ExecuteQuery(t.Context(), d, "MATCH (n:Done) RETURN count(n)", nil, neo4j.EagerResultTransformer)
	if err != nil {
		return 0, err
	}
	n, _ := r.Records[0].Values[0].(int64)
	return n, nil
}

// pause is the time between two attempts to connect.
const pause = 2 * time.Millisecond

// firstAnswer connects until it is not refused and returns what the server
// answers to a Bolt handshake.
func firstAnswer(address string) (answer []byte, refused int, err error) {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); refused++ {
		conn, err := net.Dial("tcp", address)
		if err == nil && conn.LocalAddr().String() == address { // connected with itself
			err = conn.Close()
		} else if err == nil {
			answer, err = greet(conn)
			return answer, refused, err
		}
		if err != nil {
			<-time.After(pause) // the server needs the processor too
		}
	}
	return nil, refused, errors.New("no connection")
}

// greet does a Bolt handshake.
func greet(conn net.Conn) ([]byte, error) {
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	opening := []byte("\x60\x60\xb0\x17\x00\x00\x04\x05\x00\x00\x04\x04\x00\x00\x00\x00\x00\x00\x00\x00")
	if _, err := conn.Write(opening); err != nil {
		return nil, err
	}
	answer := make([]byte, 4)
	_, err := io.ReadFull(conn, answer)
	return answer, err
}

// TestExitCodes ends the program in every way that has a code.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	running := binary.Start(t, binary.Options{})
	pair := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	other := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("bolt-port=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, taken, _ := net.SplitHostPort(running.Address)
	foreign := t.TempDir()
	root := os.Chown(foreign, 65534, 65534) == nil
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{name: "version", args: []string{"--version"}, code: 0, want: "drawbolt version "},
		{name: "check", args: []string{"--check-config"}, code: 0, want: "The configuration can be used."},
		{name: "print", args: []string{"--print-config"}, code: 0, want: "# command line\n--bolt-port="},
		{name: "completion", args: []string{"--tab_completion_word=--bolt-cert-f"}, code: 0, want: "--bolt-cert-file"},
		{name: "help", args: []string{"--help"}, code: 1, want: "Flags from bolt:"},
		{name: "help in short", args: []string{"-h"}, code: 1, want: "Flags from bolt:"},
		{name: "help as XML", args: []string{"--help-xml"}, code: 1, want: "<name>bolt_port</name>"},
		{name: "unknown flag", args: []string{"--use-ssl=true"}, code: 1, want: "ERROR: unknown command line flag 'use-ssl'"},
		{name: "value", args: []string{"--bolt-port=x"}, code: 1, want: "ERROR: illegal value 'x' specified for int32 flag 'bolt_port'"},
		{name: "argument", args: []string{"serve"}, code: 1, want: "unexpected arguments: 'serve'"},
		{name: "stray line", args: []string{"--flag-file=" + file}, code: 1, want: file + ":1"},
		{name: "no flag file", args: []string{"--flag-file=/nonexistent"}, code: 1, want: "/nonexistent: No such file or directory"},
		{name: "half TLS", args: []string{"--bolt-cert-file=" + pair.CertFile}, code: 1, want: "--bolt-key-file"},
		{name: "no certificate", args: []string{"--bolt-cert-file=/nonexistent", "--bolt-key-file=" + pair.KeyFile}, code: 1, want: "/nonexistent"},
		{name: "key of another", args: []string{"--bolt-cert-file=" + pair.CertFile, "--bolt-key-file=" + other.KeyFile}, code: 1, want: "does not belong to"},
		{name: "owner", args: []string{"--data-directory=" + foreign}, code: 12, want: "belongs to user 65534"},
		{name: "owner, check only", args: []string{"--check-config", "--data-directory=" + foreign}, code: 12, want: "belongs to user 65534"},
		{name: "log file", args: []string{"--log-file=" + file + "/log"}, code: 13, want: "log file cannot be written"},
		{name: "port", args: []string{"--bolt-port=" + taken}, code: 2, want: "address already in use"},
		{
			name: "data directory in use", args: []string{"--data-directory=" + running.Directory, "--data-dir-lock-acquisition-timeout-sec=0"},
			code: 2, want: strconv.Itoa(running.PID()),
		},
		{name: "nobody to probe", args: []string{"--probe", "--bolt-port=1"}, code: 2, want: "connection refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.code == 12 && !root {
				t.Skip("not run: only root can give a directory away")
			}
			args := []string{"--data-directory=" + t.TempDir() + "/data", "--bolt-address=127.0.0.1", "--bolt-port=0", "--monitoring-port=-1", "--metrics-port=-1"}
			code, out := binary.Run(t, append(args, tt.args...)...)
			if code != tt.code || !strings.Contains(out, tt.want) {
				t.Errorf("%q: exit code %d\n%s\nwant %d with %q", tt.args, code, out, tt.code, tt.want)
			}
		})
	}
}
