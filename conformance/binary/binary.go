package binary

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// startTimeout bounds the time from the start of the process to its address:
// generous, because a loaded machine must not make tests fail.
const startTimeout = 60 * time.Second

// built are the commands that this test process has compiled.
var built = builds{commands: map[string]*command{}} //nolint:gochecknoglobals // one build per test process

type builds struct {
	mu       sync.Mutex
	commands map[string]*command
}

// A command is one that is compiled, or failed to be.
type command struct {
	once sync.Once
	path string
	err  error
}

// path returns the binary of a command.
func (b *builds) path(tb testing.TB, name string) (string, error) {
	tb.Helper()
	b.mu.Lock()
	c, ok := b.commands[name]
	if !ok {
		c = &command{}
		b.commands[name] = c
	}
	b.mu.Unlock()
	c.once.Do(func() { c.path, c.err = build(tb, name) })
	return c.path, c.err
}

// Build compiles the server and returns the path of the binary.
func Build(tb testing.TB) string {
	tb.Helper()
	return BuildCommand(tb, "drawbolt")
}

func build(tb testing.TB, name string) (string, error) {
	tb.Helper()
	root, err := Root(tb)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "drawbolt-binary-") //nolint:usetesting // outlives the test that builds it
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-o", path, "./cmd/"+name) //nolint:gosec // a command of our own
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
}

// Root returns the folder of the module's go.mod.
func Root(tb testing.TB) (string, error) {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Options say how a server is started. The zero value is a server in TLS mode
// with an empty data directory.
type Options struct {
	Plaintext bool     // no certificate flags
	Directory string   // data directory; a temporary one when empty
	Monitor   bool     // metrics and log stream too, on free ports
	Args      []string // further flags, last
	Env       []string // NAME=value, beside the test's own
	Prefix    []string // a command that runs the one behind it, such as env
}

// A Server is a running drawbolt process.
type Server struct {
	Address   string // host:port of the Bolt listener
	Directory string // data directory
	CAFile    string // PEM file of the authority behind the certificate; empty in plaintext
	Metrics   string // URL of the metrics; empty without Options.Monitor
	LogStream string // URL of the log stream; empty without Options.Monitor

	cmd    *exec.Cmd
	output *output
	exited chan struct{}
}

// Start runs the server on a free loopback port and waits for its address.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := &Server{Directory: o.Directory, output: &output{address: make(chan string, 1)}, exited: make(chan struct{})}
	if s.Directory == "" {
		s.Directory = tb.TempDir()
	}
	args := []string{
		isolated, "--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory=" + s.Directory,
		"--also-log-to-stderr", "--log-level=INFO",
	}
	// The default ports are the same for all servers of all tests.
	port := "-1"
	if o.Monitor {
		port = "0"
	}
	args = append(args, "--monitoring-address=127.0.0.1", "--monitoring-port="+port,
		"--metrics-address=127.0.0.1", "--metrics-port="+port)
	if !o.Plaintext {
		pair := tlstest.NewCA(tb).Issue(tb, tlstest.Leaf{})
		s.CAFile = pair.CAFile
		args = append(args, "--bolt-cert-file="+pair.CertFile, "--bolt-key-file="+pair.KeyFile)
	}
	line := slices.Concat(o.Prefix, []string{Build(tb)}, args, o.Args)
	s.cmd = exec.Command(line[0], line[1:]...) //nolint:gosec,noctx // the test says the flags; ended by Stop, Kill or the cleanup
	s.cmd.Env = append(os.Environ(), o.Env...)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	if err := s.cmd.Start(); err != nil {
		tb.Fatalf("start drawbolt: %v", err)
	}
	go func() {
		_ = s.cmd.Wait() // the exit code is read from ProcessState
		close(s.exited)
	}()
	tb.Cleanup(func() {
		s.Kill()
		if tb.Failed() {
			tb.Logf("server output:\n%s", s.Output())
		}
	})
	select {
	case s.Address = <-s.output.address:
	case <-s.exited:
		tb.Fatalf("drawbolt ended at start: %v\n%s", s.cmd.ProcessState, s.Output())
	case <-time.After(startTimeout):
		tb.Fatalf("drawbolt gave no address in %v\n%s", startTimeout, s.Output())
	}
	if o.Monitor { // these lines come before the address
		s.Metrics, s.LogStream = metricsLine.FindString(s.Output()), streamLine.FindString(s.Output())
		if s.Metrics == "" || s.LogStream == "" {
			tb.Fatalf("drawbolt does not tell its monitoring ports\n%s", s.Output())
		}
	}
	return s
}

// URI returns the server's address behind a scheme such as bolt+ssc.
func (s *Server) URI(scheme string) string { return scheme + "://" + s.Address }

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Output returns what the server printed so far, both streams together.
func (s *Server) Output() string { return s.output.String() }

// Kill ends the process as a crash would, with SIGKILL, and waits for its end.
func (s *Server) Kill() {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return
	}
	<-s.exited
}

// Stop asks the process to end with SIGTERM and returns its exit code.
func (s *Server) Stop(tb testing.TB) int {
	tb.Helper()
	s.Signal(tb, syscall.SIGTERM)
	return s.Wait(tb)
}

// Signal sends the process a signal.
func (s *Server) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		tb.Fatalf("signal %v: %v", signal, err)
	}
}

// Wait waits for the end of the process and returns its exit code.
func (s *Server) Wait(tb testing.TB) int {
	tb.Helper()
	select {
	case <-s.exited:
	case <-time.After(startTimeout):
		tb.Fatalf("drawbolt did not stop in %v\n%s", startTimeout, s.Output())
	}
	return s.cmd.ProcessState.ExitCode()
}

// FreeAddress returns a loopback address that nobody listens on. Somebody else
// may take it before a server does; then the start fails with a clear text.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// isolated keeps the configuration of the machine out of the tests.
const isolated = "--nodefault-config"

// Run runs the binary to its end and returns its exit code and output: for
// flags that must stop the start.
func Run(tb testing.TB, args ...string) (code int, out string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), Build(tb), append([]string{isolated}, args...)...) //nolint:gosec // the test says the flags
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("run drawbolt: %v", err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

// addressLine finds the address in the banner, which names a URI to connect to.
var addressLine = regexp.MustCompile(`bolt(?:\+ssc)?://(\S+?:[1-9]\d*)\b`)

// The lines that name the ports of Options.Monitor.
var (
	metricsLine = regexp.MustCompile(`https?://\S+/metrics`)
	streamLine  = regexp.MustCompile(`ws://\S+:\d+`)
)

// output collects what a process prints and reports the first address in it.
type output struct {
	address chan string

	mu    sync.Mutex
	buf   bytes.Buffer
	found bool
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(p)
	if !o.found {
		if m := addressLine.FindSubmatch(o.buf.Bytes()); m != nil && bytes.ContainsRune(o.buf.Bytes(), '\n') {
			o.found = true
			o.address <- string(m[1])
		}
	}
	return len(p), nil
}

// String returns everything written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
