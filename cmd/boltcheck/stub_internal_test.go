package main

// Internal: a command has no API but its main package.

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub"
)

func TestStub(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.script", "!: BOLT 5.4\nC: RESET\n")
	bad := file("bad.script", "!: BOLT 5.4\nC: DANCE\n")
	worse := file("worse.script", "!: BOLT 5.4\n{?\n")
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	interrupted := make(chan os.Signal, 1)
	interrupted <- syscall.SIGINT
	for _, tt := range []struct {
		name    string
		args    []string
		listen  string // BOLT_LISTEN_ADDR
		signals chan os.Signal
		code    int
		out     string // part of stdout
		err     string // part of stderr
	}{
		{name: "help", args: []string{"--help"}, out: "A: HELLO"},
		{name: "no script", code: exitNotStarted, err: "name a script"},
		{name: "unknown flag", args: []string{"--dance", good}, code: exitNotStarted, err: "dance"},
		{name: "time", args: []string{"-t", "-1", good}, code: exitNotStarted, err: "to be in range"},
		{name: "no such file", args: []string{filepath.Join(dir, "none.script")}, code: stub.CodeMismatch, err: "none.script: no such file"},
		{name: "mistakes of all scripts", args: []string{bad, worse}, code: stub.CodeMismatch, err: "worse.script:3: there is nothing in this block"},
		{name: "the first of them", args: []string{bad, worse}, code: stub.CodeMismatch, err: "bad.script:2:4: there is no message \"DANCE\"\n    C: DANCE\n       ^"},
		{name: "check", args: []string{"--check", good}},
		{name: "check with mistakes", args: []string{"--check", good, bad}, code: stub.CodeMismatch, err: "bad.script:2:4"},
		{name: "no address", args: []string{"-l", "nowhere", good}, code: exitNotStarted, err: "missing port"},
		{name: "no port", args: []string{"-l", ":bolt", good}, code: exitNotStarted, err: "is no port"},
		{name: "busy port", args: []string{"--listen", busy.Addr().String(), good}, code: exitNotStarted, err: "address already in use"},
		{name: "busy port in the environment", args: []string{good}, listen: busy.Addr().String(), code: exitNotStarted, err: "address already in use"},
		{name: "busy second port", args: []string{"-l", before(busy), good, good}, code: exitNotStarted, err: "in use"},
		{name: "half a pair", args: []string{"--client-cert-file=x", good}, code: exitNotStarted, err: "belong together"},
		{name: "no such pair", args: []string{"--client-cert-file=x", "--client-key-file=y", good}, code: exitNotStarted, err: "no such file"},
		{name: "the time is over", args: []string{"-l", "127.0.0.1:0", "-t", "0.05", "-v", good}, code: stub.CodeTimedOut, out: "Listening\nTimed out\n", err: "good.script is played on 127.0.0.1:"},
		{name: "interrupted before", args: []string{"-l", "127.0.0.1:0", good}, signals: interrupted, code: exitInterrupted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), environment{
				args: append([]string{"stub"}, tt.args...), stdout: &stdout, stderr: &stderr, signals: tt.signals,
				lookupEnv: func(name string) (string, bool) { return tt.listen, name == envListen && tt.listen != "" },
			})
			if code != tt.code || !strings.Contains(stdout.String(), tt.out) || !strings.Contains(stderr.String(), tt.err) {
				t.Errorf("stub %q = %d, %q, %q; want %d, %q, %q", tt.args, code, stdout.String(), stderr.String(), tt.code, tt.out, tt.err)
			}
		})
	}
}

// before returns the address one port below a listener's.
func before(l net.Listener) string {
	a := *l.Addr().(*net.TCPAddr)
	a.Port--
	return a.String()
}

// TestStubSignals interrupts a stub that waits: once ends it, because nobody has
// come.
func TestStubSignals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.script")
	if err := os.WriteFile(path, []byte("!: BOLT 5.4\nC: RESET\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	signals := make(chan os.Signal)
	code := make(chan int)
	var stdout, stderr bytes.Buffer
	go func() {
		code <- run(t.Context(), environment{
			args: []string{"stub", "-l", "127.0.0.1:0", path}, stdout: &stdout, stderr: &stderr, signals: signals,
			lookupEnv: func(string) (string, bool) { return "", false },
		})
	}()
	signals <- syscall.SIGINT
	if got := <-code; got != stub.CodeUnused && got != exitInterrupted {
		t.Errorf("stub = %d, %s", got, &stdout)
	}
}
