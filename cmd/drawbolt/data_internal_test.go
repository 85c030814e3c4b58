package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
)

// TestCheckData checks a directory, damages it, and repairs it, as an operator
// would. It is an internal test because the program runs in this process.
func TestCheckData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, err := storage.Open(t.Context(), storage.Options{Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tx := s.Begin(storage.WriteMode)
		if _, err := tx.CreateNode(t.Context(), nil, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	run := func(flag string, wantCode int, wantOut, wantErr string) {
		t.Helper()
		code, stdout, stderr := start(t, nil, "--data-directory="+dir, flag)
		if code != wantCode || !strings.Contains(stdout, wantOut) || !strings.Contains(stderr, wantErr) {
			t.Errorf("%s = %d\nstdout: %s\nstderr: %s\nwant %d with %q and %q", flag, code, stdout, stderr, wantCode, wantOut, wantErr)
		}
	}
	run("--check-data", exitOK, "has 3 nodes and 0 relationships as of commit 3.", "")
	run("--repair-tail", exitOK, "nothing to cut", "")
	name := filepath.Join(dir, "log", "000001.log")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[10] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	run("--check-data", exitFatal, name, "the data is damaged")
	run("--repair-tail", exitOK, "was cut at offset 0", "")
	run("--check-data", exitOK, "has 0 nodes", "")
}

// TestImport loads two files and checks the directory.
func TestImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	for name, text := range map[string]string{"n.csv": "id:ID|name\n1|Ann\n2|Bob\n", "r.csv": ":START_ID|:END_ID\n1|2\n1|3\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := []string{
		"import", "--data-directory=" + data, "--nodes=Person=" + filepath.Join(dir, "n.csv"), "--delimiter", "|",
		"--report-file=" + filepath.Join(dir, "report"),
	}
	knows := []string{"--relationships", "KNOWS=" + filepath.Join(dir, "r.csv")}
	for _, tt := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{name: "nothing to load", args: base[:2], code: exitConfig, stderr: "import needs --nodes"},
		{name: "unknown flag", args: append(base[:3:3], "--nods=x"), code: exitConfig, stderr: "nods"},
		{name: "long delimiter", args: append(base[:3:3], "--delimiter=ab"), code: exitConfig, stderr: "one ASCII character"},
		{name: "bad row", args: append(base[:6:6], knows...), code: exitFatal, stderr: "r.csv:3: there is no node with the identifier \"3\""},
		{name: "bad row left out", args: append(append(base[:6:6], knows...), "--skip-bad-relationships"), stdout: "2 nodes, 1 relationships"},
		{name: "not empty any more", args: base, code: exitFatal, stderr: "is not empty"},
		{name: "check", args: []string{"--data-directory=" + data, "--check-data"}, stdout: "has 2 nodes and 1 relationships"},
	} {
		code, stdout, stderr := start(t, nil, tt.args...)
		if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("%s: %d\nstdout: %s\nstderr: %s", tt.name, code, stdout, stderr)
		}
	}
	if report, err := os.ReadFile(filepath.Join(dir, "report")); err != nil || !strings.Contains(string(report), "r.csv:3: ") {
		t.Errorf("the report is %q, %v", report, err)
	}
}
