package record_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/record"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A file is what a script or transcript is written to.
type file struct {
	bytes.Buffer
	closed bool
}

func (f *file) Close() error { f.closed = true; return nil }

// play passes the lines of a session through a proxy: "C hex", "S !MESSAGE", "C close",
// "S close". It returns the scripts, by connection, the transcript without its
// times, and the proxy's error.
func play(t *testing.T, o record.Options, sessions ...string) (scripts []string, transcript string, err error) {
	t.Helper()
	servers := make(chan net.Conn, 1)
	o.Dial = func(context.Context) (net.Conn, error) {
		near, far := pipe(t)
		servers <- far
		return near, nil
	}
	var mu sync.Mutex
	var files []*file
	o.Script = func(n int) (io.WriteCloser, error) {
		mu.Lock()
		defer mu.Unlock()
		for len(files) < n {
			files = append(files, &file{})
		}
		return files[n-1], nil
	}
	var text bytes.Buffer
	o.Transcript = &text
	o.Connections = len(sessions)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- record.New(o).Serve(t.Context(), l) }()
	for _, session := range sessions {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server := <-servers
		for line := range strings.Lines(session) {
			step(t, strings.TrimSpace(line), client, server)
		}
		client.Close()
		server.Close()
	}
	err = <-done
	for _, f := range files {
		if !f.closed {
			t.Error("a script was not closed")
		}
		scripts = append(scripts, f.String())
	}
	return scripts, times.ReplaceAllString(text.String(), ""), err
}

var times = regexp.MustCompile(`(?m)^[0-9.]+ |127\.0\.0\.1:\d+`)

var ends = regexp.MustCompile(`(?m)^# connection \d(: the (client|server) closes)?\n`)

// pipe returns two ends of a TCP connection.
func pipe(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// step sends the bytes of a line from one side and takes them at the other.
func step(t *testing.T, line string, client, server net.Conn) {
	t.Helper()
	side, what, ok := strings.Cut(line, " ")
	if !ok {
		return
	}
	from, to := client, server
	if side == "S" {
		from, to = server, client
	}
	if what == "close" {
		from.Close()
		if n, err := to.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Fatalf("behind %q came %d bytes, %v", line, n, err)
		}
		return
	}
	var b []byte
	if message, ok := strings.CutPrefix(what, "!"); ok {
		b = bolttest.Message(t, message)
	} else {
		var err error
		if b, err = hex.DecodeString(strings.ReplaceAll(what, " ", "")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := from.Write(b); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(b))
	if _, err := io.ReadFull(to, got); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("%q came as %X, %v", line, got, err)
	}
}

const handshake = `
	C 60 60 B0 17 00 00 04 05 00 00 00 00 00 00 00 00 00 00 00 00
	S 00 00 04 05`

const login = handshake + `
	C !HELLO {user_agent: "x/1", bolt_agent: {product: "x/1"}, routing: {address: "x:1"}}
	S !SUCCESS {server: "Neo4j/5.26.0"}
	C !LOGON {scheme: "basic", principal: "ada", credentials: "sesame"}
	S !SUCCESS {}`

func TestScript(t *testing.T) {
	for _, tt := range []struct {
		name    string
		o       record.Options
		session string
		want    string
	}{
		{
			name: "everyday",
			session: login + `
				C !RUN "RETURN $x" {x: "*", "k{}": 1} {}
				C !PULL {n: 1000}
				S !SUCCESS {fields: ["x"]}
				S !RECORD [1, N(1, ["A"], {}, "4:1")]
				S 00 00
				S !SUCCESS {}
				C !GOODBYE
				S close`,
			want: `!: BOLT 5.4

C: HELLO {"user_agent": "*", "bolt_agent": "*", "routing": "*"}
S: SUCCESS {"server": "Neo4j/5.26.0"}
C: LOGON {"scheme": "basic", "principal": "ada", "credentials": "*"}
S: SUCCESS {}
C: RUN "RETURN $x" {"x": "\\*", "k\\{\\}": 1} {}
C: PULL {"n": 1000}
S: SUCCESS {"fields": ["x"]}
S: RECORD [1, {"()": [1, ["A"], {}, "4:1"]}]
S: <NOOP>
S: SUCCESS {}
C: GOODBYE
`,
		},
		{
			name: "exact, with secrets", o: record.Options{Exact: true, Secrets: true},
			session: login + `
				C !ROUTE {address: "x:1"} [] {}
				S close`,
			want: `!: BOLT 5.4

C: HELLO {"user_agent": "x/1", "bolt_agent": {"product": "x/1"}, "routing": {"address": "x:1"}}
S: SUCCESS {"server": "Neo4j/5.26.0"}
C: LOGON {"scheme": "basic", "principal": "ada", "credentials": "sesame"}
S: SUCCESS {}
C: ROUTE {"address": "x:1"} [] {}
S: <EXIT>
`,
		},
		{
			name: "a statement with a password, and what is no message",
			session: handshake + `
				C !RUN "ALTER CURRENT USER SET PASSWORD FROM 'a' TO $x" {x: "b"} {}
				S 00 02 B1 70 00 01 CF 00 00
				C close`,
			want: `!: BOLT 5.4

C: RUN "*" "*" {}
S: <RAW> 0002B1700001CF0000
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scripts, transcript, err := play(t, tt.o, tt.session)
			if len(scripts) != 1 || scripts[0] != tt.want || err != nil {
				t.Errorf("got %v\n%s\nwant\n%s", err, strings.Join(scripts, "\n"), tt.want)
			}
			for _, secret := range []string{"sesame", "TO $x"} {
				if strings.Contains(transcript, secret) != tt.o.Secrets && strings.Contains(tt.session, secret) {
					t.Errorf("%q in the transcript:\n%s", secret, transcript)
				}
			}
		})
	}
}

func TestTranscript(t *testing.T) {
	_, transcript, err := play(t, record.Options{}, login+`
		C close`, handshake+`
		S !FAILURE {code: "X", message: "no"}
		S close`)
	const want = `# connection 1:  to 
C @0 OPENING offers 5.4
S @0 REPLY agrees to Bolt 5.4
C @20 [63] HELLO {"user_agent": "x/1", "bolt_agent": {"product": "x/1"}, "routing": {"address": "x:1"}}
S @4 [23] SUCCESS {"server": "Neo4j/5.26.0"} <- HELLO
C @87 [49] LOGON {"scheme": "basic", "principal": "ada", "credentials": "*****"}
S @31 [3] SUCCESS {} <- LOGON
# connection 2:  to 
C @0 OPENING offers 5.4
S @0 REPLY agrees to Bolt 5.4
S @4 [21] FAILURE {"code": "X", "message": "no"}
`
	// When a closed connection is heard of is not certain.
	if got := ends.ReplaceAllString(transcript, ""); err != nil || got != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
	for _, end := range []string{"# connection 1: the client closes\n", "# connection 2: the server closes\n"} {
		if !strings.Contains(transcript, end) {
			t.Errorf("%q is not in\n%s", end, transcript)
		}
	}
}

func TestNoSession(t *testing.T) {
	for _, tt := range []struct{ name, session, want string }{
		{name: "TLS", session: "C 16 03 01 02 00", want: "connection 1: no session: the client speaks TLS"},
		{name: "nothing", session: "C close", want: "connection 1: no session"},
		{name: "refused", session: "C 60 60 B0 17 00 00 09 09 00 00 00 00 00 00 00 00 00 00 00 00\nS 00 00 00 00\nS close", want: "connection 1: no session"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if scripts, _, err := play(t, record.Options{}, tt.session); len(scripts) > 0 || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("scripts %q, error %v; want %q", scripts, err, tt.want)
			}
		})
	}
	failing := errors.New("nobody there")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- record.New(record.Options{
			Dial: func(context.Context) (net.Conn, error) { return nil, failing }, Connections: 1,
		}).Serve(t.Context(), l)
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := <-done; !errors.Is(err, failing) {
		t.Errorf("no server: %v", err)
	}
}

// TestVersions parses the scripts of sessions of every version, to which the
// version's own messages belong.
func TestVersions(t *testing.T) {
	versions, _ := bolt.Versions("", "", true)
	for _, v := range versions {
		t.Run(v.Text, func(t *testing.T) {
			session := fmt.Sprintf("C 60 60 B0 17 00 00 %02X %02X 00 00 00 00 00 00 00 00 00 00 00 00\nS 00 00 %02X %02X\n", v.Minor, v.Major, v.Minor, v.Major)
			hello, run, pull := `HELLO {user_agent: "x", scheme: "none"}`, `RUN "RETURN 1" {} {}`, "PULL {n: -1}"
			if v.Login == bolt.LoginInit {
				hello = `HELLO "x" {scheme: "none"}`
			}
			if n, _ := v.Fields(bolt.SignatureRun); n == 2 {
				run = `RUN "RETURN 1" {}`
			}
			if !v.Batches {
				pull = "PULL"
			}
			node := `N(1, ["A"], {d: D(1)})`
			if v.ElementIDs {
				node = `N(1, ["A"], {d: D(1), z: i(1, 2, "Europe/Paris")}, "4:1")`
			}
			session += "C !" + hello + "\nS !SUCCESS {}\nC !" + run + "\nC !" + pull +
				"\nS !SUCCESS {fields: [\"a\"]}\nS !RECORD [" + node + "]\nS !IGNORED\nS !FAILURE {code: \"a\", message: \"\\n*\"}\nC !RESET\nS close"
			scripts, _, err := play(t, record.Options{}, session)
			if len(scripts) != 1 || err != nil {
				t.Fatalf("%d scripts, %v", len(scripts), err)
			}
			if _, err := script.Parse("x", scripts[0]); err != nil {
				t.Errorf("%v\n%s", err, scripts[0])
			}
			if again := "!: BOLT " + v.Text + "\n"; !strings.HasPrefix(scripts[0], again) {
				t.Errorf("no %q in\n%s", again, scripts[0])
			}
		})
	}
}
