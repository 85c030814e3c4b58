package main

// These tests are internal because a command has nothing to import. They cover
// what stops a start; the running server is tested as a binary in conformance.

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// start runs the command to its end and returns its exit code and outputs.
func start(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return startIn(t, t.TempDir(), env, args...)
}

// startIn runs the command with the packaged files below root.
func startIn(t *testing.T, root string, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(environment{
		args: args, root: root, stdout: &out, stderr: &errs,
		lookupEnv: func(name string) (string, bool) {
			v, ok := env[name]
			return v, ok
		},
	})
	return code, out.String(), errs.String()
}

func TestStops(t *testing.T) {
	t.Parallel()
	pair := tlstest.NewCA(t).Issue(t, tlstest.Leaf{})
	unwritable := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(unwritable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	flagFile := filepath.Join(t.TempDir(), "drawbolt.conf")
	if err := os.WriteFile(flagFile, []byte("# comment\n--bolt-cert-fil=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	passfile := filepath.Join(t.TempDir(), "passfile")
	if err := os.WriteFile(passfile, []byte("admin\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		env    map[string]string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{name: "version", args: []string{"--version"}, code: 0, stdout: "drawbolt version " + version},
		{name: "help", args: []string{"--help"}, code: 1, stdout: "--bolt-cert-file"},
		{name: "unknown flag", args: []string{"--no-such-flag"}, code: 1, stderr: "unknown command line flag 'no-such-flag'"},
		{name: "unknown flag in a file", args: []string{"--flag-file=" + flagFile}, code: 1, stderr: flagFile + ":2"},
		{name: "positional argument", args: []string{"start"}, code: 1, stderr: "unexpected arguments: 'start'"},
		{name: "port", args: []string{"--bolt-port=70000"}, code: 1, stderr: "Expected --bolt_port to be in range [0, 65535]"},
		{name: "port from the environment", env: map[string]string{"MEMGRAPH_BOLT_PORT": "70000"}, code: 1, stderr: "[0, 65535]"},
		{name: "address", args: []string{"--bolt-address=localhost"}, code: 1, stderr: "Expected --bolt_address to be an IP address"},
		{name: "agent", args: []string{"--server-agent=Drawbolt/1"}, code: 1, stderr: "begin with Neo4j/"},
		{name: "version of Bolt", args: []string{"--max-bolt=7"}, code: 1, stderr: "a Bolt version such as"},
		{name: "no version of Bolt", args: []string{"--min-bolt=5.0", "--max-bolt=4.4"}, code: 1, stderr: "leave no Bolt version"},
		{name: "flawed version of Bolt", args: []string{"--min-bolt=5.5", "--max-bolt=5.5"}, code: 1, stderr: "leave no Bolt version"},
		{name: "error codes", args: []string{"--bolt-error-codes=db2"}, code: 1, stderr: "neo4j, memgraph"},
		{name: "keep-alive", args: []string{"--bolt-keep-alive=-1"}, code: 1, stderr: "Expected --bolt_keep_alive to be in range"},
		{name: "time for bookmarks", args: []string{"--bookmark-timeout-sec=0"}, code: 1, stderr: "more than 0"},
		{name: "database", args: []string{"--default-database=system"}, code: 1, stderr: "due to the prefix 'system'"},
		{name: "log level", args: []string{"--log-level=LOUD"}, code: 1, stderr: "Invalid value for log level. Allowed values: TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL"},
		{name: "log file", args: []string{"--log-file=" + unwritable + "/log"}, code: 13, stderr: "log file cannot be written"},
		{name: "half TLS", args: []string{"--bolt-cert-file=" + pair.CertFile}, code: 1, stderr: "--bolt-key-file"},
		{name: "development certificate without paths", args: []string{"--dev-certificate"}, code: 1, stderr: "--dev-certificate needs"},
		{name: "user in the environment", env: map[string]string{"MEMGRAPH_USER": "a"}, code: 1, stderr: "MEMGRAPH_USER is set, but MEMGRAPH_PASSWORD is not: set both"},
		{name: "password without user", env: map[string]string{"MEMGRAPH_PASSWORD": "a"}, code: 1, stderr: "MEMGRAPH_PASSWORD is set, but MEMGRAPH_USER is not"},
		{name: "passfile that is not there", env: map[string]string{"MEMGRAPH_PASSFILE": "/nonexistent"}, code: 1, stderr: "MEMGRAPH_PASSFILE: open /nonexistent"},
		{name: "passfile without password", env: map[string]string{"MEMGRAPH_PASSFILE": passfile}, code: 1, stderr: passfile + ":1: the line has not exactly two fields; the first line must be user:password"},
		{name: "lock-out", args: []string{"--auth-lockout=3,0"}, code: 1, stderr: "failures and seconds such as 3,5"},
		{name: "strength", args: []string{"--auth-password-strength-regex=("}, code: 1, stderr: "to be a regular expression"},
		{name: "named configuration file", env: map[string]string{"MEMGRAPH_CONFIG": "/nonexistent"}, code: 1, stderr: "MEMGRAPH_CONFIG environment variable set to nonexisting path: /nonexistent"},
		{name: "part of the cluster's files", args: []string{"--cluster-cert-file=x"}, code: 1, stderr: "--cluster-cert-file needs --cluster-key-file, --cluster-ca-file too"},
		{name: "snapshots by the clock", args: []string{"--storage-snapshot-interval=0 0 * * * *"}, code: 1, stderr: "(cron) are not supported"},
		{name: "check", args: []string{"--check-config"}, code: 0, stdout: "The configuration can be used."},
		{name: "check with key material", args: []string{"--check-config", "--bolt-cert-file=" + pair.CertFile, "--bolt-key-file=" + pair.KeyFile}, code: 0, stdout: "The configuration can be used."},
		{name: "check of half TLS", args: []string{"--check-config", "--bolt-cert-file=" + pair.CertFile}, code: 1, stderr: "--bolt-key-file"},
		{name: "check warns", args: []string{"--check-config", "--telemetry-enabled"}, code: 0, stderr: "warning: --telemetry-enabled (command line) has no effect: telemetry is never sent"},
		{name: "certificate without paths", args: []string{"--create-certificate"}, code: 1, stderr: "--create-certificate needs --bolt-cert-file and --bolt-key-file"},
		{name: "certificate over another", args: []string{"--create-certificate", "--bolt-cert-file=" + pair.CertFile, "--bolt-key-file=" + pair.KeyFile}, code: 1, stderr: "file already exists"},
		{name: "probe of nothing", args: []string{"--probe", "--bolt-port=1"}, code: 2, stderr: "connection refused"},
		{name: "check of no data", args: []string{"--check-data"}, code: 2, stderr: "has no store"},
		{name: "repair of no data", args: []string{"--repair-tail"}, code: 2, stderr: "has no store"},
		{name: "data directory is a file", args: []string{"--data-directory=" + unwritable}, code: 2, stderr: unwritable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			args := append([]string{"--data-directory=" + data, "--bolt-address=127.0.0.1", "--bolt-port=0"}, tt.args...)
			if tt.env != nil {
				args = args[:2]
			}
			code, stdout, stderr := start(t, tt.env, args...)
			if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("run(%q) = %d\nstdout: %s\nstderr: %s\nwant %d with %q and %q", args, code, stdout, stderr, tt.code, tt.stdout, tt.stderr)
			}
			if _, err := os.Stat(data); err == nil {
				t.Error("the data directory was touched")
			}
		})
	}
}

func TestFlagTable(t *testing.T) {
	t.Parallel()
	for _, f := range flagTable() {
		if f.Help == "" || !strings.HasSuffix(f.Help, ".") || f.Section == "" {
			t.Errorf("--%s: help %q, section %q; want a sentence and a section", f.Name, f.Help, f.Section)
		}
	}
}

func TestGCPercent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		live, headroom uint64
		want           int
	}{
		{0, 32 << 20, 800},
		{4 << 20, 32 << 20, 800},
		{16 << 20, 32 << 20, 200},
		{1 << 30, 32 << 20, 100},
	} {
		if got := gcPercent(tt.live, tt.headroom); got != tt.want {
			t.Errorf("gcPercent(%d, %d) = %d, want %d", tt.live, tt.headroom, got, tt.want)
		}
	}
}

func TestBannerAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address string
		secure  bool
		want    string
	}{
		{"127.0.0.1:7687", true, "bolt+ssc://127.0.0.1:7687"},
		{"0.0.0.0:7687", false, "bolt://127.0.0.1:7687"},
		{"[::]:7687", true, "bolt+ssc://127.0.0.1:7687"},
		{"[::1]:7687", false, "bolt://[::1]:7687"},
	} {
		b := banner{address: address(tt.address), secure: tt.secure}
		if got := b.uri(); got != tt.want {
			t.Errorf("uri of %s = %s, want %s", tt.address, got, tt.want)
		}
	}
}

type address string

func (address) Network() string { return "tcp" }

func (a address) String() string { return string(a) }

func TestIdleness(t *testing.T) {
	t.Parallel()
	const much, little = quietBytes + 1, 1000
	var i idleness
	total := uint64(0)
	for n, step := range []struct {
		fresh uint64
		want  bool
	}{
		{little, false},
		{little, false},
		{little, false},
		{little, false}, // nothing to clean up
		{much, false},
		{much, false},
		{much, false},
		{much, false},
		{little, false},
		{much, false},
		{little, false},
		{little, false},
		{little, true},
		{little, false},
		{little, false},
		{little, false},
		{little, false}, // once is enough
		{4 * much, false},
		{little, false},
		{little, false},
		{little, true},
	} {
		total += step.fresh
		if got := i.begins(total); got != step.want {
			t.Errorf("step %d: begins() = %v", n, got)
		}
	}
}
