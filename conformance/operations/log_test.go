package operations_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// TestSecrets plants secrets in every place that takes some and looks for them
// in everything that the server writes.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"text", "json"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			testSecrets(t, form)
		})
	}
}

func testSecrets(t *testing.T, form string) {
	t.Helper()
	dir := t.TempDir()
	logs := filepath.Join(dir, "made", "server.log")
	initial := filepath.Join(dir, "init.cypherl")
	if err := os.WriteFile(initial, []byte("CREATE USER carol SET PASSWORD '"+planted+"';\nCREATE USER carol SET PASSWORD '"+planted+"' NONSENSE;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	s := binary.Start(t, binary.Options{
		Directory: data, Monitor: true, Env: []string{"MEMGRAPH_USER=operator", "MEMGRAPH_PASSWORD=" + planted},
		Args: []string{
			"--log-level=TRACE", "--log-file=" + logs, "--log-format=" + form, "--log-failed-queries", "--log-min-duration-ms=0", "--audit-enabled",
			"--aws-secret-key=" + planted, "--aws-access-key=" + planted, "--license-key=" + planted, "--init-file=" + initial,
		},
	})
	d := open(t, s)
	metadata := neo4j.WithTxMetadata(map[string]any{"app": "operations", "n": 7})
	if _, err := ask(t, d, "RETURN $p AS visible", map[string]any{"p": planted}, metadata); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"CREATE USER bob SET PASSWORD '" + planted + "'",
		"CREATE USER bob IDENTIFIED BY '" + planted + "'",
		"SET PASSWORD TO '" + planted + "'",
		"ALTER USER bob SET PASSWORD '" + planted + "' WRONG",
		"ALTER CURRENT USER SET PASSWORD FROM '" + planted + "' TO '" + planted + "'",
		`SET DATABASE SETTING "aws.secret_key" TO "` + planted + `"`,
		`SET DATABASE SETTING "enterprise.license" TO "` + planted + `"`,
		`SET SESSION SETTING "log.query_plan" TO "` + planted + `"`,
		"RETURN toInteger({password: '" + planted + "'})",
		"MATCH (n {token: '" + planted + "'}) RETURN n",
		"SHOW DATABASE SETTINGS", "SHOW SETTINGS", "CALL dbms.listConfig()",
	} {
		rows, _ := ask(t, d, query, nil) // what else it answers is tested elsewhere
		for _, r := range rows {
			for column, v := range r {
				if v == planted {
					t.Errorf("%s shows a secret in %s: %v", query, column, r)
				}
			}
		}
	}
	if got := refusedLogin(t, s, "operator", planted+"2"); got == nil {
		t.Error("a wrong password is accepted")
	}
	rows, err := ask(t, d, "SHOW CONFIG", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r["current_value"] == planted {
			t.Errorf("SHOW CONFIG shows the secret of %v", r["name"])
		}
	}
	outputs := map[string]string{"metrics": fetch(t, s.Metrics)}
	if code := s.Stop(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	outputs["log file"], outputs["standard streams"] = readFile(t, logs), s.Output()
	outputs["audit log"] = readFile(t, filepath.Join(data, "audit", "audit.log"))
	for name, out := range outputs {
		if out == "" {
			t.Errorf("%s has nothing", name)
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, planted) {
				t.Errorf("%s has a secret: %s", name, line)
			}
		}
	}
	for _, name := range []string{"log file", "standard streams"} {
		// The driver sends the entries of a map in any order.
		if !regexp.MustCompile(`\[Run\] 'RETURN \$p AS visible' - \{(app:operations, n:7|n:7, app:operations)\}`).MatchString(outputs[name]) {
			t.Errorf("%s has no line of the statement with its metadata", name)
		}
	}
	for _, flag := range []string{"--aws-secret-key", "--license-key"} {
		if !strings.Contains(outputs["log file"], flag+" (command line) has no effect") {
			t.Errorf("no warning about %s", flag)
		}
	}
	if form == "json" {
		checkObjects(t, outputs["log file"])
	}
}

// checkObjects checks that every line of a log is an object with what readers
// look for.
func checkObjects(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		var event struct {
			Time           time.Time
			Level, Message string
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Time.IsZero() || event.Level == "" || event.Message == "" {
			t.Errorf("a line is no event: %v: %s", err, line)
		}
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // always is one
	transport.TLSClientConfig.InsecureSkipVerify = true
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refusedLogin returns why a login fails.
func refusedLogin(t *testing.T, s *binary.Server, user, password string) error {
	t.Helper()
	d, err := neo4j.NewDriverWithContext(s.URI("bolt+ssc"), neo4j.BasicAuth(user, password, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(t.Context())
	return d.VerifyAuthentication(t.Context(), nil)
}

// TestAccessLines counts the lines of refused logins: one for each.
func TestAccessLines(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Env: []string{"MEMGRAPH_USER=operator", "MEMGRAPH_PASSWORD=" + planted}})
	if err := refusedLogin(t, s, "nobody", "x"); err == nil {
		t.Error("an unknown user logs in")
	}
	if err := refusedLogin(t, s, strings.Repeat("long", 100), "x"); err == nil {
		t.Error("an unknown user logs in")
	}
	if _, err := ask(t, open(t, s), "RETURN 1 AS x", nil); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, s, `client connected .*user=operator`)
	lines := regexp.MustCompile(`(?m)^\[.*\] \[drawbolt\] \[warning\] login refused .*$`).FindAllString(s.Output(), -1)
	if len(lines) != 2 || !strings.Contains(lines[0], "user=nobody") || !strings.Contains(lines[0], "peer=127.0.0.1:") ||
		!strings.Contains(lines[1], "longlong…") || len(lines[1]) > 400 {
		t.Errorf("%d lines of refused logins\n%s", len(lines), strings.Join(lines, "\n"))
	}
}

// TestQueryLines compares the lines about statements as a whole: tools read them.
func TestQueryLines(t *testing.T) {
	t.Parallel()
	s := binary.Start(t, binary.Options{Args: []string{"--log-level=DEBUG", "--log-min-duration-ms=0", "--nolog-query-plan", "--log-failed-queries"}})
	d := open(t, s)
	for _, query := range []string{"RETURN 1 AS x", "RETURN 'a\nb' AS\nx", "RETURN \"q\" AS x", "RETURN 1 / 0 AS x"} {
		_, _ = ask(t, d, query, nil)
	}
	const stamp = `^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[drawbolt\] `
	for _, line := range []string{
		`\[debug\] \[Run\] 'RETURN 1 AS x'`,
		`\[warning\] \[slow-query\] duration_ms=\d+ user=operator db=neo4j query="RETURN 1 AS x"`,
		`\[debug\] \[Run\] 'RETURN 'a\\nb' AS\\nx'`,
		`\[warning\] \[slow-query\] duration_ms=\d+ user=operator db=neo4j query="RETURN 'a\\nb' AS\\nx"`,
		`\[warning\] \[slow-query\] duration_ms=\d+ user=operator db=neo4j query="RETURN \\"q\\" AS x"`,
		`\[error\] \[failed-query\] user=operator db=neo4j error="[^"]*by zero" query="RETURN 1 / 0 AS x"`,
	} {
		awaitLine(t, s, `(?m)`+stamp+line+`$`)
	}
}

// TestTerminalForm starts a server whose standard error is a terminal.
func TestTerminalForm(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), binary.Build(t), "--nodefault-config", "--bolt-address=127.0.0.1", "--bolt-port=0",
		"--monitoring-port=-1", "--metrics-port=-1", "--log-level=INFO", "--data-directory="+t.TempDir())
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Skipf("not run: no terminal: %v", err)
	}
	defer terminal.Close()
	var out strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(out.String(), "bolt://") {
		n, err := terminal.Read(buf)
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		out.Write(buf[:n])
	}
	if text := out.String(); !strings.Contains(text, "\x1b[32mINF\x1b[0m") || strings.Contains(text, "[drawbolt]") {
		t.Errorf("no lines for people: %q", text)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, terminal) }()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
