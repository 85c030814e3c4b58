package reference

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// startTimeout bounds the time until Bolt answers; usually it is 7 seconds.
const startTimeout = 120 * time.Second

// Options say how a server is started. The zero value is a plaintext server
// with authentication off.
type Options struct {
	TLS      bool              // Bolt over TLS only
	Settings map[string]string // further lines of neo4j.conf; they win
}

// A Server is a running Neo4j.
type Server struct {
	Address string // host:port of the Bolt listener
	CAFile  string // PEM file of the authority behind the certificate; empty in plaintext
	Release string // such as 5.26.30
	Home    string // the server's folder; it goes away with the test

	tls    *tls.Config // of a client; nil in plaintext
	cmd    *exec.Cmd
	output *output
	exited chan struct{}
}

// Start runs a reference server and waits until it answers. The test is skipped
// when [Available] says that there can be none.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	if err := Available(tb.Context()); err != nil {
		tb.Skip(err)
	}
	in, err := install(tb.Context())
	if err != nil {
		tb.Skip(err)
	}
	s := &Server{
		Address: binary.FreeAddress(tb),
		Release: in.release.version,
		Home:    tb.TempDir(),
		output:  &output{},
		exited:  make(chan struct{}),
	}
	s.configure(tb, o, in.release)
	if err := s.start(in); err != nil {
		tb.Fatalf("start Neo4j: %v", err)
	}
	tb.Cleanup(func() {
		s.Kill()
		if tb.Failed() {
			tb.Logf("Neo4j output:\n%s", s.Output())
		}
	})
	s.wait(tb)
	return s
}

// configure writes neo4j.conf.
func (s *Server) configure(tb testing.TB, o Options, r release) {
	tb.Helper()
	settings := map[string]string{
		"server.default_listen_address":            "127.0.0.1",
		"server.bolt.enabled":                      "true",
		"server.bolt.listen_address":               s.Address,
		"server.http.enabled":                      "false",
		"server.https.enabled":                     "false",
		"server.memory.pagecache.size":             "64m",
		"dbms.security.auth_enabled":               "false",
		"dbms.usage_report.enabled":                "false",
		"server.bolt.telemetry.enabled":            "false",
		"db.tx_log.preallocate":                    "false",
		"db.tx_log.rotation.size":                  "8m",
		"server.directories.transaction.logs.root": filepath.Join(s.Home, "logs"),
	}
	for _, line := range r.settings {
		key, value, _ := strings.Cut(line, "=")
		settings[key] = value
	}
	if o.TLS {
		ca := tlstest.NewCA(tb)
		pair := ca.Issue(tb, tlstest.Leaf{})
		s.CAFile, s.tls = pair.CAFile, ca.ClientConfig(tb)
		maps.Copy(settings, map[string]string{
			"server.bolt.tls_level":                   "REQUIRED",
			"dbms.ssl.policy.bolt.enabled":            "true",
			"dbms.ssl.policy.bolt.base_directory":     filepath.Dir(pair.CertFile),
			"dbms.ssl.policy.bolt.private_key":        pair.KeyFile,
			"dbms.ssl.policy.bolt.public_certificate": pair.CertFile,
			"dbms.ssl.policy.bolt.client_auth":        "NONE",
		})
	}
	maps.Copy(settings, o.Settings)
	var b bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s=%s\n", key, settings[key])
	}
	conf := filepath.Join(s.Home, "conf")
	if err := os.MkdirAll(conf, 0o750); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(conf, "neo4j.conf"), b.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// start starts the process. It belongs to a thread of its own, because Linux
// ties the order to end it to the life of the thread that started it.
func (s *Server) start(in installation) error {
	s.cmd = exec.Command(in.java, "-Xmx1g", "-cp", in.classPath, in.release.mainClass, //nolint:gosec,noctx // a test tool; ended by Kill
		"--home-dir="+s.Home, "--config-dir="+filepath.Join(s.Home, "conf"), "--console-mode")
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	s.cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait() // how it ended is read from ProcessState
			close(s.exited)
		}
	}()
	return <-started
}

// wait returns when the server agrees on a version of Bolt.
func (s *Server) wait(tb testing.TB) {
	tb.Helper()
	deadline := time.Now().Add(startTimeout)
	for !s.answers() {
		select {
		case <-s.exited:
			tb.Fatalf("Neo4j ended at start: %v\n%s", s.cmd.ProcessState, s.Output())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			tb.Fatalf("Neo4j did not answer in %v\n%s", startTimeout, s.Output())
		}
	}
}

// answers asks for Bolt 4.4.
func (s *Server) answers() bool {
	conn, err := net.DialTimeout("tcp", s.Address, time.Second) //nolint:noctx // has its own bound
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	if s.tls != nil {
		conn = tls.Client(conn, s.tls)
	}
	if _, err := io.WriteString(conn, "\x60\x60\xB0\x17\x00\x00\x04\x04"+strings.Repeat("\x00", 12)); err != nil {
		return false
	}
	var reply [4]byte
	_, err = io.ReadFull(conn, reply[:])
	return err == nil && reply == [4]byte{0, 0, 4, 4}
}

// URI returns the server's address behind a scheme such as bolt+ssc.
func (s *Server) URI(scheme string) string { return scheme + "://" + s.Address }

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Output returns what the server printed so far.
func (s *Server) Output() string { return s.output.String() }

// Kill ends the server at once. Its folder is temporary, so nothing is lost
// by not waiting for a clean stop, which takes 5 to 12 seconds.
func (s *Server) Kill() {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return
	}
	<-s.exited
}

// output collects what a process prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String returns everything written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
