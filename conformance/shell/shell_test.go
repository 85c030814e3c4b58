package shell_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A target is a server and the shell that speaks to it.
type target struct {
	shell string
	args  []string
}

func newTarget(t *testing.T) target {
	t.Helper()
	server := binary.Start(t, binary.Options{})
	return target{
		shell: binary.BuildCommand(t, "boltsh"),
		args:  []string{"--uri=" + server.URI("bolt+ssc"), "--no-history"},
	}
}

// run gives a script to the shell and returns its exit code and outputs.
func (s target) run(t *testing.T, script string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.shell, append(s.args, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestScript(t *testing.T) {
	s := newTarget(t)
	if code, out, errs := s.run(t, `CREATE (:Person {name: 'Ann "A"', age: 40})-[:KNOWS]->(:Person {name: 'Bob'});`); code != 0 || out != "" {
		t.Fatalf("exit %d, %q, %q; want 0 and no output", code, out, errs)
	}
	const all = "MATCH (p:Person) RETURN p.name AS name, p.age AS age ORDER BY name;"
	for _, tt := range []struct {
		name, script string
		args         []string
		code         int
		stdout       string
		stderr       string // part of it
	}{
		{name: "csv", script: all, args: []string{"--output-format=csv"}, stdout: "name,age\n\"Ann \"\"A\"\"\",40\nBob,null\n"},
		{
			name: "csv with an escape character", script: all, args: []string{"--output-format=csv", "--csv-doublequote=false", "--csv-delimiter=\\t"},
			stdout: "\"name\"\t\"age\"\n\"Ann \\\"A\\\"\"\t\"40\"\n\"Bob\"\t\"null\"\n",
		},
		{name: "json", script: all, args: []string{"--output-format=json"}, stdout: "{\"name\":\"Ann \\\"A\\\"\",\"age\":40}\n{\"name\":\"Bob\",\"age\":null}\n"},
		{name: "cypherl", script: all, args: []string{"--output-format=cypherl"}, stdout: "Ann \"A\"\t40\nBob\tnull\n"},
		{name: "plain", script: all, args: []string{"--format", "plain"}, stdout: "name, age\n\"Ann \\\"A\\\"\", 40\n\"Bob\", null\n"},
		{name: "parameters", script: "RETURN $x + $y AS s;", args: []string{"--format=plain", "-P", "x => 1", "--param", "{y: 2}"}, stdout: "s\n3\n"},
		{name: "commands", script: ":param x => [1, 'a']\n:params\n:begin\nCREATE (:Gone);\n:rollback\nMATCH (g:Gone) RETURN count(g) AS n;", args: []string{"--format=plain"}, stdout: ":param x => [1, \"a\"]\nn\n0\n"},
		{name: "transactions by text", script: "BEGIN; CREATE (:Kept); COMMIT; MATCH (k:Kept) RETURN count(k) AS n;", args: []string{"--format=plain"}, stdout: "n\n1\n"},
		{name: "error with its line", script: "RETURN 1 AS x;\n\nRETURN 1 +;\nRETURN 2 AS y;", args: []string{"--format=plain"}, code: 1, stdout: "x\n1\n", stderr: "standard input, line 3: Neo.ClientError.Statement.SyntaxError"},
		{name: "to the end", script: "RETURN 1 +;\nRETURN 2 AS y;", args: []string{"--format=plain", "--fail-at-end"}, code: 1, stdout: "y\n2\n", stderr: "line 1: "},
		{name: "error in the middle of a result", script: "UNWIND [1, 0] AS x RETURN 1 / x AS y;", args: []string{"--format=plain"}, code: 1, stdout: "y\n1\n", stderr: "/ by zero"},
		{name: "unknown command", script: ":dance", code: 1, stderr: ":dance is no command"},
		{name: "notification", script: "MATCH (n:Nobody) RETURN n.x AS x; MATCH (n:Nobody) RETURN n.x AS x;", args: []string{"--format=plain"}, stdout: "x\nx\n", stderr: "Nobody"},
		{name: "plan", script: "EXPLAIN MATCH (p:Person) RETURN p;", args: []string{"--format=plain"}, stdout: "p\n", stderr: ""},
		{name: "missing file", args: []string{"-f", "/nonexistent.cypher"}, code: 1, stderr: "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := s.run(t, tt.script, tt.args...)
			stdout, tree, _ := strings.Cut(stdout, "ProduceResults")
			if code != tt.code || stdout != tt.stdout || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("exit %d\n%s%s\nwant %d\n%s%s", code, stdout, stderr, tt.code, tt.stdout, tt.stderr)
			}
			if tt.name == "plan" && !strings.Contains(tree, "NodeByLabelScan") {
				t.Errorf("the plan is %q; want the scan of the label in it", tree)
			}
			if tt.name == "notification" && strings.Count(stderr, "warning: ") != 2 {
				t.Errorf("%q; want one notification of the label and one of the key", stderr)
			}
		})
	}
}

// TestImport runs a dump in parallel batches; relationships wait for nodes.
func TestImport(t *testing.T) {
	s := newTarget(t)
	var dump strings.Builder
	dump.WriteString("CREATE INDEX ON :N(id);\n")
	const nodes, each = 500, 3
	for i := range nodes {
		dump.WriteString("CREATE (:N {id: " + itoa(i) + "});\n")
	}
	for i := range nodes {
		for j := range each {
			dump.WriteString("MATCH (u:N), (v:N) WHERE u.id = " + itoa(i) + " AND v.id = " + itoa((i+j+1)%nodes) + " CREATE (u)-[:R {j: " + itoa(j) + "}]->(v);\n")
		}
	}
	dump.WriteString("MATCH (n:N)-[r:R]->() RETURN count(DISTINCT n) AS n, count(r) AS r;\n")
	args := []string{"--import-mode=batched-parallel", "--batch-size=50", "--workers-number=4", "--output-format=csv"}
	code, stdout, stderr := s.run(t, dump.String(), args...)
	if want := "n,r\n500,1500\n"; code != 0 || stdout != want {
		t.Errorf("exit %d, %q, %q; want 0 and %q", code, stdout, stderr, want)
	}
	code, _, stderr = s.run(t, "CREATE (:N {id: 1});\nCREATE (:N {id: 1 / 0});\nCREATE (:N {id: 2});", args...)
	if code != 1 || !strings.Contains(stderr, "line 2: ") || !strings.Contains(stderr, "its batch, lines 1 to 3, is rolled back") {
		t.Errorf("exit %d, %q; want 1, line 2 and its batch", code, stderr)
	}
}

// TestRefused says what a wrong scheme looks like.
func TestRefused(t *testing.T) {
	s := newTarget(t)
	for _, tt := range []struct{ name, flag, want string }{
		{"plaintext to TLS", "--use-ssl=false", "as one that demands TLS does"},
		{"unknown authority", "--encryption=true", "the certificate is not trusted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := s.run(t, "RETURN 1;", tt.flag)
			if code != 1 || stdout != "" || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d, %q, %q; want 1 and %q", code, stdout, stderr, tt.want)
			}
		})
	}
}

func TestPage(t *testing.T) {
	s := newTarget(t)
	file := filepath.Join(t.TempDir(), "graph.html")
	code, _, stderr := s.run(t, "CREATE (a:A {name: 'Ann'})-[r:R]->(b:B) RETURN a, r, b;", "--html="+file)
	if code != 0 {
		t.Fatalf("exit %d, %q", code, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"Ann"`, "2 nodes, 1 relationships", `"type":"R"`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("the page has no %s", want)
		}
	}
	if bytes.Contains(text, []byte("https://")) {
		t.Error("the page refers to the network")
	}
}
