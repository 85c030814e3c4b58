package stub_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// load reads a script of testdata, or one that is written down in the test.
func load(t *testing.T, text string) *script.Script {
	t.Helper()
	name := "inline"
	if strings.HasSuffix(text, ".script") {
		b, err := os.ReadFile(filepath.Join("testdata", text))
		if err != nil {
			t.Fatal(err)
		}
		name, text = text, string(b)
	}
	s, err := script.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A running is a stub that plays one script.
type running struct {
	address   string
	version   *bolt.Version
	finish    chan struct{}
	interrupt context.CancelFunc
	log       *bytes.Buffer // complete when the stub has ended
	outcome   chan *stub.Outcome
}

func start(t *testing.T, s *script.Script, timeout time.Duration) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{
		address: l.Addr().String(), version: s.Version, interrupt: cancel,
		finish: make(chan struct{}), log: &bytes.Buffer{}, outcome: make(chan *stub.Outcome, 1),
	}
	go func() {
		r.outcome <- stub.Run(ctx, stub.Options{
			Scripts: []*script.Script{s}, Listeners: []net.Listener{l}, Timeout: timeout,
			Finish: r.finish, Log: r.log, Color: true,
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-r.outcome:
		case <-time.After(5 * time.Second):
		}
	})
	return r
}

// wait returns how it went.
func (r *running) wait(t *testing.T) *stub.Outcome {
	t.Helper()
	select {
	case o := <-r.outcome:
		r.outcome <- o
		return o
	case <-time.After(20 * time.Second):
		t.Fatal("the stub does not end")
		return nil
	}
}

// A client is a raw one.
type client struct {
	net.Conn
	in      *bolt.Reader
	version *bolt.Version
}

func (r *running) connect(t *testing.T) *client {
	t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &client{conn, bolt.NewReader(conn, 1<<20), r.version}
}

// open does the handshake for the script's version.
func (c *client) open(t *testing.T) {
	t.Helper()
	c.step(t, fmt.Sprintf("> 6060B017 0000%02X%02X 00000000 00000000 00000000", c.version.Minor, c.version.Major))
	c.step(t, fmt.Sprintf("< 0000%02X%02X", c.version.Minor, c.version.Major))
}

// step performs one line of a session:
//
//	open          handshake
//	> hex         send bytes
//	< hex         receive these bytes
//	C: NAME …     send a message
//	S: NAME …     receive this message
//	noop          send an empty chunk
//	close         close the connection
//	end           the server closes the connection
func (c *client) step(t *testing.T, step string) {
	t.Helper()
	what, rest, _ := strings.Cut(step, " ")
	switch what {
	case "open":
		c.open(t)
	case ">":
		c.send(t, unhex(t, rest))
	case "<":
		want := unhex(t, rest)
		got, err := c.in.Raw(len(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("received % X, %v; want % X", got, err, want)
		}
	case "noop":
		c.send(t, []byte{0, 0})
	case "C:":
		c.send(t, chunked(c.message(t, rest)))
	case "S:":
		c.expect(t, rest)
	case "close":
		c.Close()
	case "end":
		if b, err := c.in.Next(); err == nil {
			t.Errorf("received % X, want the end", b)
		}
	default:
		t.Fatalf("no such step: %s", step)
	}
}

func (c *client) send(t *testing.T, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Errorf("sending % X: %v", b, err)
	}
}

func (c *client) message(t *testing.T, text string) []byte {
	t.Helper()
	name, fields, _ := strings.Cut(text, " ")
	s, ok := jolt.ParseMessageName(name)
	values, err := jolt.ParseFields(fields, jolt.VersionOf(c.version))
	if !ok || err != nil {
		t.Fatalf("message %s: %v", text, err)
	}
	m := jolt.Message{Signature: s, Fields: values}
	return m.AppendPackStream(nil)
}

func (c *client) expect(t *testing.T, want string) {
	t.Helper()
	b, err := c.in.Next()
	if err != nil {
		t.Errorf("receiving %s: %v", want, err)
		return
	}
	m, err := jolt.DecodeMessage(b)
	if got := string(m.Append(nil, c.version)); err != nil || got != want {
		t.Errorf("received %s, %v; want %s", got, err, want)
	}
}

// chunked cuts a message into two chunks.
func chunked(m []byte) []byte {
	b := append([]byte{0, 1, m[0], byte((len(m) - 1) >> 8), byte(len(m) - 1)}, m[1:]...)
	return append(b, 0, 0)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	login = `C: HELLO {"user_agent": "x"}` + "\n" + `S: SUCCESS {"server": "Neo4j/5.13.0", "connection_id": "bolt-1", "routing": null}` + "\n" +
		`C: LOGON {"scheme": "none"}` + "\nS: SUCCESS {}\n"
	oldHello = `C: HELLO {"user_agent": "x"}` + "\n" + `S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-1", "routing": null}` + "\n"
)

// TestScripts plays scripts with a raw client.
func TestScripts(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		steps        string
		code         int
		want         []string // parts of the failure
	}{
		{
			name: "hello", script: "hello.script", steps: "open\n" + login +
				`C: RUN "RETURN 1 AS n" {} {}
				C: PULL {"n": -1}
				S: SUCCESS {"fields": ["n"], "t_first": 1}
				S: RECORD [1]
				S: SUCCESS {"type": "r", "t_last": 1, "db": "neo4j"}
				C: RESET
				S: SUCCESS {}
				C: RESET
				S: SUCCESS {}
				C: GOODBYE
				S: SUCCESS {}
				end`,
		},
		{
			name: "client closes where it may", script: "hello.script", steps: "open\n" + login +
				`C: RUN "RETURN 1 AS n" {} {"mode": "r"}
				C: PULL {"n": 1000}
				S: SUCCESS {"fields": ["n"], "t_first": 1}
				close`,
		},
		{
			name: "another statement", script: "hello.script", code: stub.CodeMismatch, steps: "open\n" + login + `C: RUN "RETURN 2 AS n" {} {}`,
			want: []string{
				"Script mismatch in hello.script, client 127.0.0.1:", "the client sent what the script does not expect here",
				`got:      RUN "RETURN 2 AS n" {} {}`,
				"expected: (  7) ?: TELEMETRY", `or:       (  8) C: RUN "RETURN 1 AS n"`,
				`field 1: expected "RETURN 1 AS n", got string "RETURN 2 AS n"`,
				"before that:", `(  5) C: LOGON {"scheme": "none"}`,
			},
		},
		{
			name: "another option", script: "hello.script", code: stub.CodeMismatch, steps: "open\n" + login + `C: RUN "RETURN 1 AS n" {} {"mode": "w"}`,
			want: []string{`field 3.mode: expected "r", got string "w"`},
		},
		{
			name: "client closes too early", script: "hello.script", code: stub.CodeMismatch, steps: "open\n" + login + `C: RUN "RETURN 1 AS n" {} {}` + "\nclose",
			want: []string{"the client closed the connection", `expected: (  9) C: PULL {"n": {"Z": "*"}}`},
		},
		{
			name: "client closes in a message", script: "hello.script", code: stub.CodeMismatch, steps: "open\n> 0005 B1\nclose",
			want: []string{"the client closed the connection in the middle of a message", "expected: (  4) A: HELLO"},
		},
		{
			name: "no message", script: "hello.script", code: stub.CodeMismatch, steps: "open\n> 0002 B101 0000\nend",
			want: []string{"B1 01 is no message", "expected: (  4) A: HELLO"},
		},
		{
			name: "unknown message", script: "hello.script", code: stub.CodeMismatch, steps: "open\nC: 0xFF\nend",
			want: []string{"got:      0xFF"},
		},
		{
			name: "no handshake", script: "hello.script", code: stub.CodeMismatch, steps: "> 6060B017 00\nclose",
			want: []string{"the client closed the connection before it had sent handshake"},
		},
		{
			name: "no version in common", script: "hello.script", code: stub.CodeMismatch,
			steps: "> 6060B017 00020404 00000003 00000000 00000000\n< 00000000\nend",
			want:  []string{"the client offers 00 02 04 04 00 00 00 03", "the script speaks Bolt 5.4"},
		},
		{
			name: "TLS on a stub without", script: "hello.script", code: stub.CodeMismatch, steps: "> 16030100A5 010000A10303 000000000000000000\nend",
			want: []string{"the client speaks TLS, for which the stub needs --client-cert-file"},
		},
		{
			name: "HTTP", script: "hello.script", code: stub.CodeMismatch, steps: "> " + hex.EncodeToString([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
			want: []string{"the client speaks HTTP, and not WebSocket"},
		},
		{
			name: "other HTTP", script: "hello.script", code: stub.CodeMismatch, steps: "> " + hex.EncodeToString([]byte("POST / HTTP/1.1\r\nHost: x\r\n\r\n")),
			want: []string{"the client speaks HTTP"},
		},

		{
			name: "blocks", script: "blocks.script", steps: "open\n" + oldHello +
				`C: ROUTE {} [] {}
				S: SUCCESS {"rt": {"ttl": 1000, "db": "neo4j", "servers": []}}
				C: RUN "write" {} {}
				S: SUCCESS {"fields": []}
				C: DISCARD {"n": -1}
				S: SUCCESS {"type": "w"}
				C: RESET
				S: SUCCESS {}
				C: RUN "read" {} {}
				C: PULL {"n": 5, "qid": 0}
				S: SUCCESS {"fields": ["n"]}
				S: RECORD [1]
				S: SUCCESS {}
				C: BEGIN {}
				S: SUCCESS {}
				C: RUN "beside" {} {"bookmarks": ["two", "one"]}
				S: SUCCESS {"fields": []}
				C: COMMIT
				S: SUCCESS {"bookmark": "b"}
				close`,
		},
		{
			name: "blocks, the shortest way", script: "blocks.script", steps: "open\n" + oldHello +
				`C: RUN "write" {} {}
				S: SUCCESS {"fields": []}
				C: PULL {"n": -1}
				S: SUCCESS {"type": "w"}
				C: RUN "beside" {} {"bookmarks": ["one", "two"]}
				S: SUCCESS {"fields": []}
				C: BEGIN {}
				S: SUCCESS {}
				C: COMMIT
				S: SUCCESS {"bookmark": "b"}
				C: GOODBYE
				S: SUCCESS {}
				end`,
		},
		{
			name: "blocks, left in a loop", script: "blocks.script", code: stub.CodeMismatch, steps: "open\n" + oldHello +
				`C: RUN "write" {} {}
				S: SUCCESS {"fields": []}
				C: PULL {"n": 7}`,
			want: []string{
				`got:      PULL {"n": 7}`, `( 20) C: PULL {"n": -1}`, "field 1.n: expected -1, got integer 7", `( 22) C: DISCARD {"n": -1}`,
			},
		},

		{
			name: "commands", script: "commands.script", steps: `open
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/4.3.0", "connection_id": "bolt-1", "routing": null}
				C: RUN "order" {} {}
				S: SUCCESS {"fields": []}
				C: PULL {"n": -1}
				< 0000 0000 0003B17191 00020102 0A
				< 0003B170A0 0000
				S: SUCCESS {}
				C: RESET
				end`,
		},
		{
			name: "pipelined against the order", script: "commands.script", code: stub.CodeMismatch, steps: `open
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/4.3.0", "connection_id": "bolt-1", "routing": null}
				C: RUN "order" {} {}
				C: PULL {"n": -1}
				end`,
			want: []string{"the client did not wait for an answer, as line 7 demands", `got:      PULL {"n": -1}`},
		},
		{
			name: "gone while the order is watched", script: "commands.script", code: stub.CodeMismatch, steps: `open
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/4.3.0", "connection_id": "bolt-1", "routing": null}
				C: RUN "order" {} {}
				close`,
			want: []string{"the client closed the connection", `expected: (  9) C: PULL {"n": -1}`},
		},
		{name: "reset", script: "!: BOLT 4.4\nC: RESET\nS: <RST>", steps: "open\nC: RESET\nend"},
		{name: "the server speaks first", script: "!: BOLT 4.4\nS: <NOOP>\n   IGNORED\n   SUCCESS", steps: "open\n< 0000\nS: IGNORED\nS: SUCCESS\nend"},
		{name: "noop of the client", script: "!: BOLT 4.4\nC: RESET\nS: IGNORED", steps: "open\nnoop\nC: RESET\nS: IGNORED\nend"},
		{
			name: "auto in the head", script: "!: BOLT 4.4\n!: AUTO RESET\n!: AUTO GOODBYE\nC: COMMIT\nS: IGNORED\nC: COMMIT",
			steps: "open\nC: RESET\nS: SUCCESS {}\nC: COMMIT\nS: IGNORED\nC: RESET\nS: SUCCESS {}\nC: GOODBYE\nS: SUCCESS {}\nend",
		},
		{
			name: "script before auto", script: "!: BOLT 4.4\n!: AUTO RESET\nC: RESET\nS: IGNORED",
			steps: "open\nC: RESET\nS: IGNORED\nend",
		},
		{
			name: "statement that fails", script: "!: BOLT 4.4\nC: RESET\nPY: n += 1", code: stub.CodeMismatch, steps: "open\nC: RESET\nend",
			want: []string{"inline:3: the variable n has no value"},
		},
		{
			name: "old", script: "old.script", steps: `> 6060B017 00000001 00000000 00000000 00000000
				< 00000001
				C: INIT "x" {}
				S: SUCCESS {"server": "Neo4j/3.3.0"}
				C: RUN "RETURN 1" {}
				C: PULL_ALL
				S: SUCCESS {"fields": ["1"]}
				S: RECORD [1]
				S: SUCCESS {}
				C: RUN "RETURN 2" {}
				C: DISCARD_ALL
				S: FAILURE {"code": "Neo.ClientError.Statement.SyntaxError", "message": "two"}
				S: IGNORED
				C: ACK_FAILURE
				S: SUCCESS {}
				close`,
		},
		{
			name: "manifest", script: "manifest.script", steps: `> 6060B017 000001FF 00000705 00000000 00000000
				< 000001FF 01 00000705 8501
				> 00000705 8501
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/5.26.0", "connection_id": "bolt-1", "hints": {}, "protocol_version": "5.7"}
				C: GOODBYE
				S: SUCCESS {}`,
		},
		{
			name: "manifest, another version", script: "manifest.script", code: stub.CodeMismatch, steps: `> 6060B017 000001FF 00000705 00000000 00000000
				< 000001FF 01 00000705 8501
				> 00000805 00`,
			want: []string{"the client's choice from the manifest: expected 00 00 07 05, got 00 00 08 05"},
		},
		{
			name: "manifest, other capabilities", script: "manifest.script", code: stub.CodeMismatch, steps: `> 6060B017 000001FF 00000705 00000000 00000000
				< 000001FF 01 00000705 8501
				> 00000705 01`,
			want: []string{"the client chose the capabilities 1, and was offered 85"},
		},
		{
			name: "manifest, not asked for", script: "manifest.script", code: stub.CodeMismatch,
			steps: "> 6060B017 00000705 00000000 00000000 00000000\n< 00000000\nend",
			want:  []string{"the script speaks Bolt 5.7"},
		},
		{
			name: "handshake by hand", script: "handshake.script", steps: `> 6060B017 000001FF 00000000 00000000 00000000
				< 000001FF 02 00000805 00000404 00
				> 00000805 00
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/5.26.0", "connection_id": "bolt-1", "routing": null}
				close`,
		},
		{
			name: "handshake by hand, another answer", script: "handshake.script", code: stub.CodeMismatch, steps: `> 6060B017 000001FF 00000000 00000000 00000000
				< 000001FF 02 00000805 00000404 00
				> 00000404 00`,
			want: []string{"the client's answer to the handshake: expected 00 00 08 05 00, got 00 00 04 04 00"},
		},
		{
			name: "date-times in UTC", script: "utc.script", steps: `open
				C: HELLO {"patch_bolt": ["utc"]}
				S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-1", "patch_bolt": ["utc"]}
				C: RUN "now" {"then": {"Tv2": "2026-11-25T09:30:00+01:00"}} {}
				C: PULL {}
				S: SUCCESS {"fields": ["t"]}
				S: RECORD [{"Tv2": "2026-11-25T09:30:00+01:00[Europe/Paris]"}]
				S: SUCCESS {}
				close`,
		},
		{
			name: "date-times not in UTC", script: "utc.script", code: stub.CodeMismatch, steps: `open
				C: HELLO {"patch_bolt": ["utc"]}
				S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-1", "patch_bolt": ["utc"]}
				C: RUN "now" {"then": {"T": "2026-11-25T09:30:00+01:00"}} {}
				end`,
			want: []string{`field 2.then: expected {"Tv2": "2026-11-25T09:30:00+01:00"}, got temporal value {"Tv1": "2026-11-25T09:30:00+01:00"}`},
		},
		{
			name: "vectors", script: "vectors.script", steps: `open
				C: HELLO {}
				S: SUCCESS {"server": "Neo4j/2026.02.0", "connection_id": "bolt-1", "routing": null}
				C: LOGON {}
				S: SUCCESS {}
				C: RUN "x" {"v": {"V": ["f32", "3F80000040000000"]}, "u": {"UU": "00112233-4455-6677-8899-aabbccddeeff"}} {}
				C: PULL {}
				S: SUCCESS {"fields": ["v", "u", "t"]}
				S: RECORD [{"V": ["i8", "0102"]}, {"UU": "00112233-4455-6677-8899-aabbccddeeff"}, {"UT": ["Quantum", 6, 2, "a later driver knows it"]}]
				S: SUCCESS {}
				close`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, load(t, tt.script), 15*time.Second)
			c := r.connect(t)
			for step := range strings.SplitSeq(tt.steps, "\n") {
				c.step(t, strings.TrimSpace(step))
			}
			o := r.wait(t)
			got := o.String()
			if o.Code() != tt.code || (tt.code == 0) != (got == "") {
				t.Errorf("exit code %d, want %d: %s", o.Code(), tt.code, got)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("the report has no %q:\n%s", want, got)
				}
			}
		})
	}
}

// TestSlots offers versions to scripts of all times.
func TestSlots(t *testing.T) {
	for _, tt := range []struct{ name, version, slots, want string }{
		{"last byte only", "3", "FFFFFF03 00000000 00000000 00000000", "00000003"},
		{"last byte of any slot", "1", "00000005 00000004 00000003 00000001", "00000001"},
		{"two bytes", "4.1", "FFFF0104 00000000 00000000 00000000", "00000104"},
		{"no ranges in 4.1", "4.1", "00020304 00000000 00000000 00000000", "00000000"},
		{"4.0 in full", "4.0", "00000004 00000000 00000000 00000000", "00000004"},
		{"4.2 speaks 4.1 too", "4.2", "00000104 00000000 00000000 00000000", "00000104"},
		{"4.2 in a later slot", "4.2", "00000005 00000404 00000204 00000000", "00000204"},
		{"range from above", "4.3", "00020404 00000000 00000000 00000000", "00000304"},
		{"range that ends above", "5.0", "00020405 00000000 00000000 00000000", "00000000"},
		{"range down to it", "5.0", "00040405 00000000 00000000 00000000", "00000005"},
		{"another major version", "5.0", "00040404 00000000 00000000 00000000", "00000000"},
		{"manifest is nothing to 5.6", "5.6", "000001FF 00000605 00000000 00000000", "00000605"},
		{"5.7 without manifest", "5.7", "00070705 00000000 00000000 00000000", "00000705"},
		{"5.7 by manifest", "5.7", "00000404 000001FF 00000000 00000000", "000001FF 01 00000705 00"},
		{"6.0 by manifest", "6.0", "000001FF 00080805 00000000 00000000", "000001FF 01 00000006 00"},
		{"manifest of a later kind", "5.8", "000002FF 00080805 00000000 00000000", "00000805"},
		{"5.8 never by manifest", "5.8\n!: HANDSHAKE_MANIFEST 0", "000001FF 00080805 00000000 00000000", "00000805"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, load(t, "!: BOLT "+tt.version+"\nS: <EXIT>"), 10*time.Second)
			c := r.connect(t)
			c.step(t, "> 6060B017 "+tt.slots)
			c.step(t, "< "+tt.want)
			c.Close()
		})
	}
}

// TestRestart plays a script again and again, until it is told to end.
func TestRestart(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\n!: ALLOW RESTART\nC: RESET\nS: SUCCESS {}\n?: GOODBYE"), 20*time.Second)
	for range 3 {
		c := r.connect(t)
		for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}", "close"} {
			c.step(t, step)
		}
	}
	// One that looks whether somebody listens is no client.
	r.connect(t).Close()
	last := r.connect(t)
	for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}"} {
		last.step(t, step)
	}
	close(r.finish)
	last.step(t, "end")
	if o := r.wait(t); o.Code() != stub.CodePlayed {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
}

// TestExit: the script says when a connection ends, and the others go on.
func TestExit(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\n!: ALLOW CONCURRENT\n{{\nC: RESET\nS: <EXIT>\n----\nC: COMMIT\nS: SUCCESS {}\nC: ROLLBACK\n}}"), 20*time.Second)
	a, b := r.connect(t), r.connect(t)
	for _, step := range []string{"open", "C: COMMIT", "S: SUCCESS {}"} {
		a.step(t, step)
	}
	for _, step := range []string{"open", "C: RESET", "end"} {
		b.step(t, step)
	}
	a.step(t, "C: ROLLBACK")
	a.step(t, "end")
	close(r.finish)
	if o := r.wait(t); o.Code() != stub.CodePlayed {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
}

// TestHangups: a client may be allowed to go where it likes.
func TestHangups(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := load(t, "!: BOLT 4.4\nC: RESET\nS: SUCCESS {}\nC: RESET")
	var all sync.WaitGroup
	var o *stub.Outcome
	all.Go(func() {
		o = stub.Run(t.Context(), stub.Options{Scripts: []*script.Script{s}, Listeners: []net.Listener{l}, Hangups: true})
	})
	c := (&running{address: l.Addr().String(), version: s.Version}).connect(t)
	for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}", "close"} {
		c.step(t, step)
	}
	all.Wait()
	if o.Code() != stub.CodePlayed {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
}

// TestFinishWaits: a connection in the middle of its script goes on.
func TestFinishWaits(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\n!: ALLOW RESTART\nC: RESET\nS: SUCCESS {}\nC: COMMIT\nS: SUCCESS {}"), 20*time.Second)
	c := r.connect(t)
	for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}"} {
		c.step(t, step)
	}
	close(r.finish)
	for _, step := range []string{"C: COMMIT", "S: SUCCESS {}", "end"} {
		c.step(t, step)
	}
	if o := r.wait(t); o.Code() != stub.CodePlayed {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
}

// TestConcurrent plays with many connections that share variables.
func TestConcurrent(t *testing.T) {
	r := start(t, load(t, "count.script"), 20*time.Second)
	a, b := r.connect(t), r.connect(t)
	for _, step := range []string{"open", "C: HELLO {}"} {
		a.step(t, step)
	}
	// The answer to RESET tells that the first connection has counted itself.
	for _, step := range []string{
		`S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-1", "routing": null}`, "C: RESET", "S: SUCCESS {}",
	} {
		a.step(t, step)
	}
	for _, step := range []string{"open", "C: HELLO {}"} {
		b.step(t, step)
	}
	b.step(t, `S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-2", "routing": null}`)
	for _, step := range []string{
		`C: RUN "who" {} {}`, `C: PULL {"n": -1}`,
		`S: FAILURE {"code": "Neo.TransientError.General.TransientError", "message": "again"}`, "S: IGNORED", "close",
	} {
		b.step(t, step)
	}
	for _, step := range []string{
		`C: RUN "who" {} {}`, `S: FAILURE {"code": "Neo.TransientError.General.TransientError", "message": "again"}`, "S: IGNORED", "close",
	} {
		a.step(t, step)
	}
	c := r.connect(t)
	for _, step := range []string{
		"open", "C: HELLO {}", `S: SUCCESS {"server": "Neo4j/4.4.0", "connection_id": "bolt-3", "routing": null}`, `C: RUN "who" {} {}`, "end",
	} {
		c.step(t, step)
	}
	o := r.wait(t)
	if got := o.String(); o.Code() != stub.CodeMismatch || !strings.Contains(got, `field 1: expected "late", got string "who"`) {
		t.Errorf("exit code %d: %s", o.Code(), got)
	}
}

// TestFirstFailureStops: the connections beside one that fails are closed.
func TestFirstFailureStops(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\n!: ALLOW CONCURRENT\nC: RESET\nS: SUCCESS {}\nC: RESET"), 20*time.Second)
	a, b := r.connect(t), r.connect(t)
	for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}"} {
		a.step(t, step)
	}
	for _, step := range []string{"open", "C: COMMIT", "end"} {
		b.step(t, step)
	}
	a.step(t, "end")
	if o := r.wait(t); o.Code() != stub.CodeMismatch || len(o.Failures) != 1 {
		t.Errorf("exit code %d, %d failures: %s", o.Code(), len(o.Failures), o)
	}
}

func TestEnds(t *testing.T) {
	const body = "!: BOLT 4.4\nC: RESET\nS: SUCCESS {}\nC: COMMIT"
	t.Run("the time is over", func(t *testing.T) {
		r := start(t, load(t, body), 300*time.Millisecond)
		c := r.connect(t)
		for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}", "end"} {
			c.step(t, step)
		}
		o := r.wait(t)
		if got := o.String(); o.Code() != stub.CodeTimedOut || !strings.Contains(got, "expected: (  4) C: COMMIT") {
			t.Errorf("exit code %d: %s", o.Code(), got)
		}
	})
	t.Run("the time is over while it sleeps", func(t *testing.T) {
		r := start(t, load(t, "!: BOLT 4.4\nS: <SLEEP> 100"), 200*time.Millisecond)
		c := r.connect(t)
		c.step(t, "open")
		c.step(t, "end")
		if o := r.wait(t); o.Code() != stub.CodeTimedOut {
			t.Errorf("exit code %d: %s", o.Code(), o)
		}
	})
	t.Run("the time is over before anybody came", func(t *testing.T) {
		r := start(t, load(t, body), 50*time.Millisecond)
		if o := r.wait(t); o.Code() != stub.CodeTimedOut {
			t.Errorf("exit code %d: %s", o.Code(), o)
		}
	})
	t.Run("nobody came", func(t *testing.T) {
		r := start(t, load(t, body), 0)
		close(r.finish)
		if o := r.wait(t); o.Code() != stub.CodeUnused {
			t.Errorf("exit code %d: %s", o.Code(), o)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		r := start(t, load(t, body), 0)
		c := r.connect(t)
		for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}"} {
			c.step(t, step)
		}
		r.interrupt()
		c.step(t, "end")
		o := r.wait(t)
		if got := o.String(); o.Code() != stub.CodeMismatch || !strings.Contains(got, "the server was stopped") {
			t.Errorf("exit code %d: %s", o.Code(), got)
		}
	})
}

// TestLog reads the log as programs that start a stub do.
func TestLog(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\nC: RESET\nS: SUCCESS {}"), 20*time.Second)
	c := r.connect(t)
	for _, step := range []string{"open", "C: RESET", "S: SUCCESS {}", "end"} {
		c.step(t, step)
	}
	r.wait(t)
	form := regexp.MustCompile(`(?m)^\x1b\[3[56]m\d\d:\d\d:\d\d\.\d{3}  \[#[0-9A-F]{4}>#[0-9A-F]{4}\]  \((  \?| *\d+)\) (.*)\x1b\[0m$`)
	var got []string
	for _, m := range form.FindAllStringSubmatch(r.log.String(), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	want := []string{
		"  ? C: <HANDSHAKE> 60 60 B0 17 00 00 04 04 00 00 00 00 00 00 00 00 00 00 00 00",
		"  ? S: <HANDSHAKE> 00 00 04 04", "  2 C: RESET", "  3 S: SUCCESS {}",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log is\n%q\nwant\n%q", r.log, want)
	}
}

// TestWebSocket carries the same stream in frames.
func TestWebSocket(t *testing.T) {
	r := start(t, load(t, "!: BOLT 4.4\nC: RESET\nS: SUCCESS {}"), 20*time.Second)
	c := r.connect(t)
	c.send(t, []byte("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	head := readUntil(t, c, "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		t.Fatalf("the upgrade was answered with %s", head)
	}
	frame := func(b []byte) []byte { // masked with zeros
		return append([]byte{0x82, 0x80 | byte(len(b)), 0, 0, 0, 0}, b...)
	}
	c.send(t, frame(unhex(t, "6060B017 00000404 00000000 00000000 00000000")))
	c.step(t, "< 8204 00000404")
	c.send(t, frame(chunked(c.message(t, "RESET"))))
	c.step(t, "< 8207 0003B170A0 0000")
	c.Close()
	if o := r.wait(t); o.Code() != stub.CodePlayed {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
}

// readUntil reads up to an end, and not a byte more.
func readUntil(t *testing.T, r io.Reader, end string) string {
	t.Helper()
	var got []byte
	for !bytes.HasSuffix(got, []byte(end)) && len(got) < 4096 {
		var b [1]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			t.Fatalf("read %q: %v", got, err)
		}
		got = append(got, b[0])
	}
	return string(got)
}

// TestSeveralScripts plays two scripts at once; the second fails.
func TestSeveralScripts(t *testing.T) {
	var listeners []net.Listener
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l)
	}
	first, second := load(t, "!: BOLT 4.4\nC: RESET\nS: <EXIT>"), load(t, "!: BOLT 5.0\nC: RESET")
	var all sync.WaitGroup
	var o *stub.Outcome
	all.Go(func() {
		o = stub.Run(t.Context(), stub.Options{Scripts: []*script.Script{first, second}, Listeners: listeners})
	})
	for i, steps := range []string{"open\nC: RESET\nend", "open\nC: COMMIT\nend"} {
		r := &running{address: listeners[i].Addr().String(), version: []*bolt.Version{first.Version, second.Version}[i]}
		c := r.connect(t)
		for step := range strings.SplitSeq(steps, "\n") {
			c.step(t, step)
		}
	}
	all.Wait()
	if o.Code() != stub.CodeMismatch || len(o.Failures) != 1 || !strings.Contains(o.Failures[0].Error(), "does not expect") {
		t.Errorf("exit code %d: %s", o.Code(), o)
	}
	if !errors.Is(o.Err, nil) {
		t.Errorf("error %v", o.Err)
	}
}

// TestMachine: what programs are told.
func TestMachine(t *testing.T) {
	a, b := load(t, "!: BOLT 4.4\nC: RESET"), load(t, "!: BOLT 4.4\nC: RESET")
	a.Name, b.Name = "a.script", "b.script"
	left := &stub.MismatchError{
		Script: "a.script", Peer: "client", Reason: "left", Got: "COMMIT", Before: []string{"(  1) C: X"},
		Expected: []stub.Expected{{Line: 2, Text: "C: RESET"}, {Line: 3, Text: "C: RUN", Difference: "field 1"}},
	}
	late := &stub.MismatchError{Script: "b.script", Reason: "waiting", Timeout: true}
	for _, tt := range []struct {
		name string
		o    stub.Outcome
		want string // script: message, class, line
	}{
		{"played", stub.Outcome{Acted: true}, "a.script, b.script"},
		{"left", stub.Outcome{Acted: true, Failures: []*stub.MismatchError{left}}, "a.script: left mismatch 2, b.script"},
		{"late", stub.Outcome{Acted: true, TimedOut: true, Failures: []*stub.MismatchError{late}}, "a.script, b.script: waiting timeout 0"},
		{"unused", stub.Outcome{}, "a.script: No client came server 0, b.script: No client came server 0"},
		{"statement", stub.Outcome{Acted: true, Err: &script.Error{Name: "b.script", Line: 7, Reason: "no"}}, "a.script, b.script: no script 7"},
		{"listener", stub.Outcome{Acted: true, Err: net.ErrClosed}, "a.script: use of closed network connection server 0, b.script: use of closed network connection server 0"},
	} {
		var got []string
		for _, c := range tt.o.Machine([]*script.Script{a, b}).Cases {
			text := c.Name
			if f := c.Failure; f != nil {
				text += fmt.Sprintf(": %s %s %d", f.Message, f.Class, f.Line)
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, strings.Join(got, ", "), tt.want)
		}
	}
	lines := (&stub.Outcome{Failures: []*stub.MismatchError{left}}).Machine([]*script.Script{a}).Cases[0].Failure.Lines
	if want := "got:      COMMIT"; len(lines) != 6 || strings.TrimSpace(lines[0]) != want {
		t.Errorf("lines %q, want %q first", lines, want)
	}
}
