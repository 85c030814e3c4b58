package stub_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/db"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// scripts are those of the stub's own tests.
const scripts = "../../cmd/boltcheck/stub/testdata/"

// A stub is a running boltcheck stub.
type stub struct {
	address string
	cmd     *exec.Cmd
	lines   chan string // of standard output
	stderr  *bufio.Reader
	log     []string
}

// start starts a stub and waits until it is ready, as programs do that use one.
func start(t *testing.T, boltcheck, script string, args ...string) *stub {
	t.Helper()
	s := &stub{lines: make(chan string, 1000)}
	s.cmd = exec.CommandContext(t.Context(), boltcheck, append([]string{"stub", "-v", "-l", "127.0.0.1:0", script}, args...)...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.lines)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			s.lines <- in.Text()
		}
	}()
	s.stderr = bufio.NewReader(stderr)
	banner, err := s.stderr.ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(banner), " is played on ")
	if err != nil || !ok {
		t.Fatalf("the stub says %q, %v", banner, err)
	}
	if line := <-s.lines; line != "Listening" {
		t.Fatalf("the first line is %q", line)
	}
	s.address = address
	return s
}

// wait returns the exit code and what was printed.
func (s *stub) wait(t *testing.T) (code int, output string) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-s.lines:
			if ok {
				s.log = append(s.log, line)
				continue
			}
			var exit *exec.ExitError
			if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			return s.cmd.ProcessState.ExitCode(), strings.Join(s.log, "\n")
		case <-timeout:
			t.Fatalf("the stub does not end:\n%s", strings.Join(s.log, "\n"))
		}
	}
}

func (s *stub) interrupt(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, uri string) neo4j.DriverWithContext {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth("ada", "secret", ""), func(c *config.Config) {
		c.MaxTransactionRetryTime = 5 * time.Second
		c.SocketConnectTimeout = 5 * time.Second
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// run runs a statement and returns all records.
func run(t *testing.T, d neo4j.DriverWithContext, statement string, params map[string]any) ([]*neo4j.Record, error) {
	t.Helper()
	session := d.NewSession(t.Context(), neo4j.SessionConfig{AccessMode: neo4j.AccessModeRead})
	defer session.Close(context.Background())
	result, err := session.Run(t.Context(), statement, params)
	if err != nil {
		return nil, err
	}
	return result.Collect(t.Context())
}

// plain runs a statement in write mode, which has no entry in the message.
func plain(t *testing.T, d neo4j.DriverWithContext, statement string) ([]*neo4j.Record, error) {
	t.Helper()
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer session.Close(context.Background())
	result, err := session.Run(t.Context(), statement, nil)
	if err != nil {
		return nil, err
	}
	return result.Collect(t.Context())
}

// TestStub builds boltcheck once for all tests.
func TestStub(t *testing.T) {
	boltcheck := binary.BuildCommand(t, "boltcheck")
	for _, tt := range []struct {
		name string
		test func(t *testing.T, boltcheck string)
	}{
		{"driver", testDriver},
		{"routing", testRouting},
		{"tls", testTLS},
		{"page", testPage},
		{"interrupts", testInterrupts},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, boltcheck) })
	}
}

// testDriver plays scripts with the driver.
func testDriver(t *testing.T, boltcheck string) {
	t.Helper()
	for _, tt := range []struct {
		name   string
		script string
		code   int
		want   []string // parts of the output
		client func(t *testing.T, d neo4j.DriverWithContext)
	}{
		{
			name: "hello", script: scripts + "hello.script", want: []string{`(  8) C: RUN "RETURN 1 AS n" {} {"mode": "r"}`, "( 11) S: RECORD [1]"},
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				records, err := run(t, d, "RETURN 1 AS n", nil)
				if err != nil || len(records) != 1 || records[0].Values[0] != int64(1) {
					t.Errorf("RETURN 1 = %v, %v", records, err)
				}
			},
		},
		{
			name: "a driver that leaves the script", script: scripts + "hello.script", code: 1,
			want: []string{
				"Script mismatch in ../../cmd/boltcheck/stub/testdata/hello.script, client 127.0.0.1:",
				"the client sent what the script does not expect here",
				`  got:      RUN "RETURN 2 AS n" {} {"mode": "r"}`,
				`  or:       (  8) C: RUN "RETURN 1 AS n" {} {"[mode]": "r", "[db]": "*", "[tx_metadata]": "*"}`,
				`field 1: expected "RETURN 1 AS n", got string "RETURN 2 AS n"`,
			},
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				if records, err := run(t, d, "RETURN 2 AS n", nil); err == nil {
					t.Errorf("RETURN 2 = %v, want an error", records)
				}
			},
		},
		{name: "every type", script: scripts + "values.script", client: values},
		{
			name: "manifest", script: "testdata/chosen.script", want: []string{"S: <HANDSHAKE> 00 00 01 FF 01 00 00 08 05 00", "C: <HANDSHAKE> 00 00 08 05"},
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				_, err := plain(t, d, "FAIL")
				var failure *db.Neo4jError
				if !errors.As(err, &failure) || failure.Code != "Neo.ClientError.Statement.SyntaxError" || failure.GqlStatus != "42001" {
					t.Errorf("FAIL: %v", err)
				}
			},
		},
		{
			name: "noops, raw bytes and an end", script: "testdata/noop.script", want: []string{"( 14) S: <RAW> 00 04 B1 71 91 01 00 00", "( 17) S: <EXIT>"},
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				if records, err := plain(t, d, "slow"); err == nil {
					t.Errorf("slow = %v, want an error", records)
				}
			},
		},
		{
			name: "a broken connection", script: scripts + "reset.script",
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				if _, err := run(t, d, "RETURN 1", nil); !neo4j.IsConnectivityError(err) {
					t.Errorf("RETURN 1: %v, want a connectivity error", err)
				}
			},
		},
		{
			name: "date-times of Bolt 4.4", script: scripts + "utc.script",
			client: func(t *testing.T, d neo4j.DriverWithContext) {
				t.Helper()
				then := time.Date(2026, 11, 25, 9, 30, 0, 0, time.FixedZone("Offset", 3600))
				records, err := run(t, d, "now", map[string]any{"then": then})
				if err != nil || len(records) != 1 {
					t.Fatalf("now = %v, %v", records, err)
				}
				if got := records[0].Values[0].(time.Time); !got.Equal(then) || got.Location().String() != "Europe/Paris" {
					t.Errorf("now = %s", got)
				}
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, boltcheck, tt.script)
			d := open(t, "bolt://"+s.address)
			tt.client(t, d)
			if err := d.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if tt.name == "every type" { // it may be played again
				s.interrupt(t)
			}
			code, output := s.wait(t)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(output, want) {
					t.Errorf("the output has no %q", want)
				}
			}
			if t.Failed() {
				t.Log(output)
			}
		})
	}
}

// values sends and receives every type of Bolt 5.
func values(t *testing.T, d neo4j.DriverWithContext) {
	t.Helper()
	date := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	list := []any{
		nil, true, -1, int64(9007199254740993), 1.5, math.NaN(), "text",
		[]byte{0xCA, 0xFE},
		[]any{},
		map[string]any{},
		neo4j.DateOf(date), date, neo4j.DurationOf(1, 2, 3, 500_000_000),
		neo4j.Point2D{X: 1, Y: 2, SpatialRefId: 4326},
	}
	records, err := run(t, d, "values", map[string]any{"list": list})
	if err != nil || len(records) != 22 {
		t.Fatalf("values: %d records, %v", len(records), err)
	}
	value := func(i int) any { return records[i].Values[0] }
	if got := value(3); got != int64(9007199254740993) {
		t.Errorf("integer: %v", got)
	}
	if got := value(15).(time.Time); got.Location().String() != "Europe/Paris" || got.UTC().Hour() != 8 {
		t.Errorf("date-time: %s", got)
	}
	if got := value(16); got != neo4j.DurationOf(1, 2, 3, 500_000_000) {
		t.Errorf("duration: %v", got)
	}
	if got := value(18); got != (neo4j.Point3D{X: 1, Y: 2, Z: 3, SpatialRefId: 9157}) {
		t.Errorf("point: %v", got)
	}
	if got := value(19).(neo4j.Node); got.ElementId != "n1" || got.Props["name"] != "Ada" {
		t.Errorf("node: %v", got)
	}
	if got := value(20).(neo4j.Relationship); got.StartElementId != "n1" || got.EndElementId != "n2" || got.Type != "KNOWS" {
		t.Errorf("relationship: %v", got)
	}
	if got := value(21).(neo4j.Path); len(got.Nodes) != 2 || len(got.Relationships) != 1 || got.Nodes[1].ElementId != "n2" {
		t.Errorf("path: %v", got)
	}
}

// testRouting lets the driver ask for a routing table. The script is a copy with
// the address in it, on a port that was free.
func testRouting(t *testing.T, boltcheck string) {
	t.Helper()
	text, err := os.ReadFile("testdata/route.script")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "route.script")
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		t.Fatal(err)
	}
	// The first start is for a port only.
	probe := start(t, boltcheck, copied)
	probe.interrupt(t)
	if code, output := probe.wait(t); code != 3 {
		t.Fatalf("a stub that nobody used ends with %d: %s", code, output)
	}
	text = []byte(strings.ReplaceAll(string(text), "#ADDRESS#", probe.address))
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, boltcheck, copied, "-l", probe.address)
	d := open(t, "neo4j://"+s.address)
	records, err := run(t, d, "RETURN 1 AS n", nil)
	if err != nil || len(records) != 2 {
		t.Errorf("RETURN 1 = %v, %v; want two records", records, err)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
	s.interrupt(t)
	code, output := s.wait(t)
	if routes := regexp.MustCompile(`\( *\d+\) C: ROUTE `).FindAllString(output, -1); code != 0 || len(routes) != 1 {
		t.Errorf("exit code %d, %d routing requests:\n%s", code, len(routes), output)
	}
}

// testTLS plays over TLS.
func testTLS(t *testing.T, boltcheck string) {
	t.Helper()
	pair := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	s := start(t, boltcheck, scripts+"hello.script", "--client-cert-file="+pair.CertFile, "--client-key-file="+pair.KeyFile)
	d := open(t, "bolt+ssc://"+s.address)
	if _, err := run(t, d, "RETURN 1 AS n", nil); err != nil {
		t.Error(err)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if code, output := s.wait(t); code != 0 {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// testPage plays the scripts of boltcheck's page, and compares the report that it
// shows.
func testPage(t *testing.T, boltcheck string) {
	t.Helper()
	page, err := os.ReadFile("../../cmd/boltcheck/README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	for _, m := range regexp.MustCompile("(?s)\n```(\\w+)\n(.*?)\n```\n").FindAllStringSubmatch(string(page), -1) {
		blocks[m[1]] = append(blocks[m[1]], m[2])
	}
	if len(blocks["stub"]) != 3 || len(blocks["report"]) != 1 {
		t.Fatalf("the page has %d scripts and %d reports", len(blocks["stub"]), len(blocks["report"]))
	}
	for _, tt := range []struct {
		name   string
		script int
		code   int
		client func(t *testing.T, d neo4j.DriverWithContext) error
	}{
		{"login", 0, 0, func(t *testing.T, d neo4j.DriverWithContext) error {
			t.Helper()
			_, err := run(t, d, "RETURN 1 AS n", nil)
			return err
		}},
		{"another statement", 0, 1, func(t *testing.T, d neo4j.DriverWithContext) error {
			t.Helper()
			if _, err := run(t, d, "RETURN 2 AS n", nil); err == nil {
				return errors.New("RETURN 2 works")
			}
			return nil
		}},
		{"retry", 1, 0, func(t *testing.T, d neo4j.DriverWithContext) error {
			t.Helper()
			_, err := neo4j.ExecuteQuery(t.Context(), d, "CREATE ()", nil, neo4j.EagerResultTransformer)
			return err
		}},
		{"misbehaviour", 2, 0, func(t *testing.T, d neo4j.DriverWithContext) error {
			t.Helper()
			if _, err := run(t, d, "RETURN 1 AS n", nil); err == nil {
				return errors.New("half a record is a result")
			}
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "login.script")
			if err := os.WriteFile(path, []byte(blocks["stub"][tt.script]), 0o600); err != nil {
				t.Fatal(err)
			}
			s := start(t, boltcheck, path)
			d := open(t, "bolt://"+s.address)
			if err := tt.client(t, d); err != nil {
				t.Error(err)
			}
			if err := d.Close(t.Context()); err != nil {
				t.Error(err)
			}
			code, output := s.wait(t)
			if code != tt.code {
				t.Errorf("exit code %d, want %d:\n%s", code, tt.code, output)
			}
			if code == 0 {
				return
			}
			_, got, _ := strings.Cut(output, "Script mismatch in ")
			got = strings.Replace(got, path, "login.script", 1)
			if got := "Script mismatch in " + got; !matchesPage(blocks["report"][0], got) {
				t.Errorf("the page shows\n%s\nand the stub says\n%s", blocks["report"][0], got)
			}
		})
	}
}

// matchesPage compares a report with that of the page, where … stands for
// anything, and the client's port is any.
func matchesPage(page, got string) bool {
	pattern := regexp.QuoteMeta(strings.TrimSpace(page))
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	pattern = regexp.MustCompile(`127\\\.0\\\.0\\\.1:\d+`).ReplaceAllString(pattern, `127\.0\.0\.1:\d+`)
	return regexp.MustCompile("^" + pattern + "$").MatchString(strings.TrimSpace(got))
}

// testInterrupts interrupts a stub in the middle of its script: the first time it
// goes on, the second time it closes the connection.
func testInterrupts(t *testing.T, boltcheck string) {
	t.Helper()
	s := start(t, boltcheck, scripts+"hello.script")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hello := "\x60\x60\xB0\x17\x00\x00\x04\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x03\xB1\x01\xA0\x00\x00"
	if _, err := io.WriteString(conn, hello); err != nil {
		t.Fatal(err)
	}
	reply := make([]byte, 16)
	if _, err := io.ReadFull(conn, reply); err != nil {
		t.Fatal(err)
	}
	s.interrupt(t)
	// Two interrupts that come at once are one.
	if line, err := s.stderr.ReadString('\n'); err != nil || !strings.HasPrefix(line, "Ending what may end") {
		t.Errorf("the stub says %q, %v", line, err)
	}
	// It still answers: LOGON.
	if _, err := io.WriteString(conn, "\x00\x03\xB1\x6A\xA0\x00\x00"); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(conn).ReadString('\xA0'); err != nil {
		t.Error(err)
	}
	s.interrupt(t)
	code, output := s.wait(t)
	if code != 1 || !strings.Contains(output, "the server was stopped while it waited for the client") || !strings.Contains(output, "(  5) C: LOGON {}") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}
