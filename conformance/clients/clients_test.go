package clients_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// playTimeout bounds one run of the scenario, which takes seconds.
const playTimeout = time.Minute

const (
	user     = "neo4j"
	password = "correct-horse-battery"
)

// selected reports whether a client runs: DRAWBOLT_CLIENTS holds "all", "fast"
// (the default), or names.
func (c *client) selected() bool {
	want := os.Getenv("DRAWBOLT_CLIENTS")
	switch want {
	case "", "fast":
		return c.fast
	case "all":
		return true
	default:
		return slices.Contains(strings.FieldsFunc(want, func(r rune) bool { return r == ' ' || r == ',' }), c.name)
	}
}

// TestClients runs the matrix and prints the table.
func TestClients(t *testing.T) {
	binary.Build(t)
	steps := scenario(t)
	page := openPage(t, "README.md", "Compatibility",
		"Clients that play one scenario against the built server, as [doc.go](doc.go) describes\n"+
			"it: connections and trust, every type of value there and back, streams,\n"+
			"transactions, conflicts, failures, summaries, a pool, a server that is killed, a\n"+
			"certificate that is renewed. `make clients` runs all of them.\n"+
			"[TROUBLESHOOTING.md](TROUBLESHOOTING.md) shows what they say when a connection fails.")
	page.section("Matrix", "Named are the steps that the API of a client has no way to do, and those where what is\n"+
		"right for this client differs from the rest; [list_test.go](list_test.go) says why.",
		"client", "version", "Bolt", "over", "steps", "not covered", "result of its own", "result")
	var table strings.Builder
	counts := make(map[string]int)
	for _, c := range clients() {
		if !c.selected() {
			continue
		}
		verdict, covered := "FAILED", ""
		var detail, result string
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			run, err := c.prepare(t)
			if missing, ok := errors.AsType[*missingError](err); ok {
				verdict, detail = "not run", missing.Error()
				result = "not run: " + detail
				t.Skip(detail)
			}
			if err != nil {
				t.Fatalf("build: %v", err)
			}
			built := time.Since(start)
			steps := steps
			if c.own {
				steps = read(t, filepath.Join(c.name, "expected.txt"))
			}
			var passed, uncovered int
			t.Run("transport", func(t *testing.T) {
				for _, overTLS := range []bool{true, false} {
					if overTLS && c.plaintext != "" {
						continue
					}
					t.Run(transport(overTLS), func(t *testing.T) {
						t.Parallel()
						p, u := c.play(t, run, steps, overTLS)
						if overTLS || c.plaintext != "" {
							passed, uncovered = p, u
						}
					})
				}
			})
			if !t.Failed() {
				verdict = "passed"
			}
			result = verdict
			covered = fmt.Sprintf("%d of %d", passed, passed+uncovered)
			detail = fmt.Sprintf("Bolt %s, %d steps, %d not covered; built in %.0fs, run in %.0fs",
				c.bolt, passed, uncovered, built.Seconds(), (time.Since(start) - built).Seconds())
		})
		counts[verdict]++
		page.row(c.library, c.version, c.bolt, c.over(), covered, strings.Join(c.lacks, ", "), strings.Join(slices.Sorted(maps.Keys(c.differs)), ", "), result)
		fmt.Fprintf(&table, "%-16s %-22s %-12s %-8s %s\n", c.name, c.library, c.version, verdict, detail)
	}
	page.close(t)
	t.Logf("\n%s\n%d passed, %d failed, %d not run", &table, counts["passed"], counts["FAILED"], counts["not run"])
}

// over says how a client connects.
func (c *client) over() string {
	switch {
	case c.absent != "":
		return "-"
	case c.plaintext != "":
		return c.plaintext
	default:
		return "TLS, plaintext"
	}
}

func transport(overTLS bool) string {
	if overTLS {
		return "TLS"
	}
	return "plaintext"
}

// play runs a client once and returns how many steps passed and were not
// covered.
func (c *client) play(t *testing.T, run command, steps []step, overTLS bool) (passed, uncovered int) {
	t.Helper()
	s := newStage(t, overTLS, c.flags...)
	s.prepare(t)
	printed, stderr := s.play(t, run)
	wrong, passed, uncovered := c.compare(steps, printed, overTLS)
	if len(wrong) > 0 {
		// One early end explains all that is missing after it.
		const shown = 20
		if len(wrong) > shown {
			wrong = append(wrong[:shown], fmt.Sprintf("and %d more", len(wrong)-shown))
		}
		t.Errorf("%s\nstandard error: %s", strings.Join(wrong, "\n"), tail(stderr))
	}
	return passed, uncovered
}

// A stage is a server that can be killed and started again on its port, and
// given new certificates.
type stage struct {
	server    *binary.Server
	directory string
	flags     []string
	authority *tlstest.CA // nil in plaintext
	pair      tlstest.Pair
}

func newStage(t *testing.T, overTLS bool, flags ...string) *stage {
	t.Helper()
	s := &stage{directory: t.TempDir(), flags: flags}
	if overTLS {
		s.authority = tlstest.NewCA(t)
		s.pair = s.authority.Issue(t, tlstest.Leaf{})
	}
	s.start(t)
	return s
}

// start runs the server, on the port of the one before if there was one.
func (s *stage) start(t *testing.T, args ...string) {
	t.Helper()
	args = append(args, s.flags...)
	if s.authority != nil {
		args = append(args, "--bolt-cert-file="+s.pair.CertFile, "--bolt-key-file="+s.pair.KeyFile)
	}
	s.server = binary.Start(t, binary.Options{Plaintext: true, Directory: s.directory, Args: args})
}

// do is what a program may ask for.
func (s *stage) do(t *testing.T, request string) {
	t.Helper()
	switch request {
	case "restart":
		_, port, err := net.SplitHostPort(s.server.Address)
		if err != nil {
			t.Fatal(err)
		}
		s.server.Kill()
		s.start(t, "--bolt-port="+port)
	case "reload":
		s.pair.Replace(t, s.authority.Issue(t, tlstest.Leaf{CommonName: "new"}))
		if err := syscall.Kill(s.server.PID(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		s.logs(t, "key material reloaded")
	default:
		t.Errorf("the program asks for %q", request)
	}
}

// logs waits for a text in the server's log.
func (s *stage) logs(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(s.server.Output(), text); {
		if time.Now().After(deadline) {
			t.Fatalf("the log lacks %q:\n%s", text, s.server.Output())
		}
		<-time.After(10 * time.Millisecond)
	}
}

// prepare fills the database with what the steps use.
func (s *stage) prepare(t *testing.T) {
	t.Helper()
	scheme := "bolt"
	if s.authority != nil {
		scheme = "bolt+ssc"
	}
	d, err := neo4j.NewDriverWithContext(s.server.URI(scheme), neo4j.BasicAuth(user, password, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(t.Context())
	session := d.NewSession(t.Context(), neo4j.SessionConfig{})
	defer session.Close(t.Context())
	for _, query := range []string{
		`CREATE (a:Fixture:Start {name: "a", tags: ["p", "q"]})-[:KNOWS {since: date("2020-02-02")}]->(b:Fixture {name: "b"}),
			(a)-[:LIKES]->(b), (b)-[:NEXT]->(), (:Unique {key: 1}), (:Counter {n: 0}), (:Lock {name: "a"}), (:Lock {name: "b"})`,
		"CREATE CONSTRAINT FOR (n:Unique) REQUIRE n.key IS UNIQUE",
		"CREATE USER " + user + " IDENTIFIED BY '" + password + "'", // from here on a login is needed
	} {
		result, err := session.Run(t.Context(), query, nil)
		if err == nil {
			_, err = result.Consume(t.Context())
		}
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

// environment is what a program has to know.
func (s *stage) environment(t *testing.T, authority string) []string {
	t.Helper()
	host, port, err := net.SplitHostPort(s.server.Address)
	if err != nil {
		t.Fatal(err)
	}
	values, err := filepath.Abs("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"DRAWBOLT_HOST=" + host, "DRAWBOLT_PORT=" + port, "DRAWBOLT_USER=" + user, "DRAWBOLT_PASSWORD=" + password,
		"DRAWBOLT_VALUES=" + values,
	}
	if authority != "" {
		env = append(env, "DRAWBOLT_CA="+authority)
	}
	return env
}

// play runs a program, answers what it asks for, and returns the other lines it
// prints.
func (s *stage) play(t *testing.T, run command) (printed []string, stderr string) {
	t.Helper()
	authority := ""
	if s.authority != nil {
		authority = s.authority.File
	}
	cmd := exec.CommandContext(t.Context(), run.args[0], run.args[1:]...)
	cmd.Env = slices.Concat(os.Environ(), run.env, s.environment(t, authority))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watch := time.AfterFunc(playTimeout, func() { _ = cmd.Process.Kill() })
	defer watch.Stop()
	in := bufio.NewScanner(stdout)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		request, ok := strings.CutPrefix(in.Text(), "> ")
		if !ok {
			printed = append(printed, in.Text())
			continue
		}
		s.do(t, request)
		if _, err := io.WriteString(stdin, "done\n"); err != nil {
			t.Errorf("%s: %v", request, err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ends with %v", err)
	}
	return printed, errs.String()
}
