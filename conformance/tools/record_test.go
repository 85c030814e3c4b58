package tools_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// A process is a boltcheck that listens.
type process struct {
	cmd     *exec.Cmd
	address string
	rest    *strings.Builder // of what it says
	read    chan struct{}
}

// start starts a boltcheck that says "Listening on ADDRESS, …" first, on its
// standard error.
func (p tool) start(t *testing.T, args ...string) *process {
	t.Helper()
	return p.startOn(t, (*exec.Cmd).StderrPipe, args...)
}

// startOn is the same for one that says it elsewhere.
func (p tool) startOn(t *testing.T, pipe func(*exec.Cmd) (io.ReadCloser, error), args ...string) *process {
	t.Helper()
	s := &process{cmd: exec.CommandContext(t.Context(), string(p), args...), rest: &strings.Builder{}, read: make(chan struct{})}
	out, err := pipe(s.cmd)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	address, ok := strings.CutPrefix(line, "Listening on ")
	if err != nil || !ok {
		t.Fatalf("boltcheck says %q, %v", line, err)
	}
	s.address = strings.Trim(strings.Fields(address)[0], ",")
	go func() {
		defer close(s.read)
		_, _ = lines.WriteTo(s.rest)
	}()
	return s
}

// interrupt ends it as Ctrl-C does, and returns its exit code.
func (s *process) interrupt(t *testing.T) int {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	return s.wait()
}

// wait waits for its end.
func (s *process) wait() int {
	<-s.read
	_ = s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}

// trust makes the driver trust an authority.
func trust(t *testing.T, caFile string) func(*config.Config) {
	t.Helper()
	client, err := tls.NewClientConfig(tls.ClientOptions{CAFile: caFile})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *config.Config) { c.TlsConfig = client }
}

// TestRecord records a session of the Go driver between TLS on both sides.
func TestRecord(t *testing.T) {
	boltcheck := build(t)
	server := binary.Start(t, binary.Options{})
	pair := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	dir := t.TempDir()
	script, transcript := filepath.Join(dir, "session.script"), filepath.Join(dir, "session.txt")
	recorder := boltcheck.start(t, "record", "--listen=127.0.0.1:0", "--connections=1", "--uri="+server.URI("bolt+s"), "--ca-file="+server.CAFile,
		"--client-cert-file="+pair.CertFile, "--client-key-file="+pair.KeyFile, "-o", script, "--transcript="+transcript)
	if err := session(t, "bolt+s://"+recorder.address, trust(t, pair.CAFile)); err != nil {
		t.Fatal(err)
	}
	if code := recorder.wait(); code != 0 {
		t.Errorf("record: exit %d, %s", code, recorder.rest)
	}
	idle := boltcheck.start(t, "record", "--listen=127.0.0.1:0")
	if code := idle.interrupt(t); code != 0 {
		t.Errorf("record without clients: exit %d, %s", code, idle.rest)
	}
	for _, tt := range []struct {
		file string
		want []string
	}{
		{script, []string{
			"!: BOLT ", "\nC: HELLO {", "\nC: LOGON {", `"credentials": "*"`, "\nS: SUCCESS {\"server\": ", "\nC: BEGIN {",
			"\nC: RUN \"CREATE (p:Person", "\nC: PULL {", "\nS: RECORD [{\"()\": [", "\nC: COMMIT", "\nS: SUCCESS {\"bookmark\": ", "\nC: GOODBYE\n",
		}},
		{transcript, []string{
			"# connection 1: ", " CHOICE chooses Bolt ", `"credentials": "*****"`, "RUN \"CREATE (p:Person", "RECORD", "<- PULL", "GOODBYE", "# connection 1: the client closes",
		}},
	} {
		data, err := os.ReadFile(tt.file)
		if err != nil {
			t.Fatal(err)
		}
		rest := string(data)
		for _, want := range tt.want {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Fatalf("%q is not in %s, behind what comes before it:\n%s", want, filepath.Base(tt.file), data)
			}
			rest = after
		}
		if strings.Contains(string(data), "sesame") {
			t.Errorf("the password is in %s", filepath.Base(tt.file))
		}
	}
}

// TestRecordWebSocket records a client that carries Bolt in a WebSocket, as
// browsers do, and decodes what its frames hold.
func TestRecordWebSocket(t *testing.T) {
	boltcheck := build(t)
	server := binary.Start(t, binary.Options{Plaintext: true})
	script := filepath.Join(t.TempDir(), "session.script")
	recorder := boltcheck.start(t, "record", "--listen=127.0.0.1:0", "--connections=1", "--uri="+server.URI("bolt"), "-o", script)
	ws, _, err := websocket.Dial(t.Context(), "ws://"+recorder.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := bolttest.New(t, websocket.NetConn(t.Context(), ws, websocket.MessageBinary))
	c.Open("5.4")
	c.Login("", "")
	c.Send(`RUN "RETURN 1 AS n" {} {}`, "PULL {n: -1}")
	c.Expect("SUCCESS *", "RECORD [1]", "SUCCESS *")
	c.Send("GOODBYE")
	c.Close()
	if code := recorder.wait(); code != 0 {
		t.Errorf("record: exit %d, %s", code, recorder.rest)
	}
	text, err := os.ReadFile(script)
	if err != nil || !strings.HasPrefix(string(text), "!: BOLT 5.4\n") || !strings.Contains(string(text), "\nS: RECORD [1]\n") {
		t.Errorf("%v\n%s", err, text)
	}
}
