package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// memgraphFlags are the names that deployments pass, of all generations of
// Memgraph since 2022.
const memgraphFlags = `
bolt-address bolt-port bolt-num-workers bolt-cert-file bolt-key-file bolt-server-name-for-init
bolt-session-inactivity-timeout scheduler monitoring-address monitoring-port metrics-address metrics-port
metrics-format data-directory data-dir-lock-acquisition-timeout-sec data-recovery-on-startup
storage-recover-on-startup init-file init-data-file strict-flag-check h log-file log-level
also-log-to-stderr logger-type log-retention-days log-min-duration-ms log-failed-queries log-query-plan
memory-limit memory-warning-threshold isolation-level storage-mode timezone query-execution-timeout-sec
query-cost-planner query-max-plans query-plan-cache-max-size query-ast-cache-max-size
query-vertex-count-to-expand-existing query-plan-cache-ttl cartesian-product-enabled debug-query-plans
hops-limit-partial-results query-modules-directory query-callable-mappings-path allow-load-csv
auth-user-or-role-name-regex auth-password-permit-null auth-password-strength-regex
password-encryption-algorithm auth-module-mappings auth-module-timeout-ms auth-module-executable
auth-module-create-missing-user auth-module-create-missing-role auth-module-manage-roles audit-enabled
audit-buffer-size audit-buffer-flush-interval-ms storage-wal-enabled storage-snapshot-interval-sec
storage-snapshot-interval storage-snapshot-on-exit storage-snapshot-retention-count
storage-wal-file-size-kib storage-wal-file-flush-every-n-tx storage-gc-cycle-sec
storage-properties-on-edges storage-items-per-batch storage-snapshot-thread-count
storage-recovery-thread-count storage-parallel-snapshot-creation storage-parallel-schema-recovery
storage-allow-recovery-failure storage-backup-dir-enabled storage-enable-backup-dir
storage-access-timeout-sec storage-enable-schema-metadata storage-enable-edges-metadata
storage-automatic-label-index-creation-enabled storage-automatic-edge-type-index-creation-enabled
storage-light-edge storage-gc-aggressive storage-omit-vector-index-properties-on-return
schema-info-enabled storage-property-store-compression-enabled storage-rocksdb-enable-thread-tracking
storage-release-sent-snapshot-page-cache storage-delta-on-identical-property-update
storage-release-recovered-snapshot-page-cache storage-property-store-compression-level
storage-floating-point-resolution-bits storage-snapshot-writeback-window-mib storage-python-gc-cycle-sec
delta-chain-cache-threshold storage-rocksdb-info-log-level storage-rocksdb-keep-log-file-num
telemetry-enabled ca-bundle-file cluster-cert-file cluster-key-file cluster-ca-file
replication-replica-check-frequency-sec replication-restore-state-on-startup management-port
coordinator-port coordinator-id coordinator-hostname nuraft-log-file kafka-bootstrap-servers
pulsar-service-url stream-transaction-conflict-retries stream-transaction-retry-interval aws-region
aws-access-key aws-secret-key aws-endpoint-url file-download-conn-timeout-sec experimental-enabled
experimental-config license-key organization-name flag-file help help-xml version`

// parsed parses flags as the program does.
func parsed(t *testing.T, in gflags.Input) (flags *gflags.Set, stderr string) {
	t.Helper()
	flags, err := gflags.New(gflags.Options{Program: program, Sections: []string{"memgraph"}}, flagTable())
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	d, err := flags.Parse(in, &errs, &errs)
	if err != nil {
		t.Fatal(err)
	}
	if d.Exit {
		return nil, errs.String()
	}
	return flags, errs.String()
}

func TestMemgraphFlags(t *testing.T) {
	t.Parallel()
	all, _ := parsed(t, gflags.Input{})
	defaults := make(map[string]string)
	for s := range all.All() {
		for _, name := range append([]string{s.Name}, s.Flag.Aliases...) {
			defaults[strings.ReplaceAll(name, "_", "-")] = s.Default
		}
	}
	for name := range strings.FieldsSeq(memgraphFlags) {
		def, ok := defaults[name]
		if !ok {
			t.Errorf("--%s is no flag", name)
			continue
		}
		if slices.Contains([]string{"h", "help", "help-xml", "version", "flag-file"}, name) {
			continue
		}
		flags, errs := parsed(t, gflags.Input{Args: []string{"--" + name + "=" + def}})
		if flags == nil {
			t.Errorf("--%s=%s is refused: %s", name, def, errs)
			continue
		}
		if w := flags.Warnings(); len(w) > 1 {
			t.Errorf("--%s=%s: %q, want one warning at most", name, def, w)
		}
	}
}

// TestMemgraphPackage starts from what the packages of Memgraph set. Only what
// can not be had is warned about.
func TestMemgraphPackage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "memgraph.conf")
	text := `# Memgraph Configuration
--data-directory=/var/lib/memgraph
--log-file=/var/log/memgraph/memgraph.log
--log-level=WARNING
--storage-properties-on-edges=true
--data-recovery-on-startup=true
--storage-snapshot-interval-sec=300
--storage-snapshot-on-exit=true
--storage-snapshot-retention-count=3
--storage-wal-enabled=true
--telemetry-enabled=true
--query-modules-directory=/usr/lib/memgraph/query_modules
--memory-limit=0
--isolation-level=SNAPSHOT_ISOLATION
--storage-mode=IN_MEMORY_TRANSACTIONAL
--query-callable-mappings-path=/etc/memgraph/apoc_compatibility_mappings.json
--cartesian-product-enabled=true
--also-log-to-stderr=false
--bolt-cert-file=/etc/memgraph/ssl/cert.pem
--bolt-key-file=/etc/memgraph/ssl/key.pem
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags, errs := parsed(t, gflags.Input{Files: []string{path}})
	if flags == nil {
		t.Fatal(errs)
	}
	var got []string
	for _, w := range flags.Warnings() {
		name, _, _ := strings.Cut(w, " ")
		got = append(got, name)
	}
	want := []string{"--query-modules-directory", "--query-callable-mappings-path", "--telemetry-enabled"}
	if !slices.Equal(got, want) {
		t.Errorf("warnings about %q, want %q", got, want)
	}
	for name, want := range map[string]bool{flagWAL: true, flagSnapshotOnExit: true} {
		if flags.Bool(name) != want {
			t.Errorf("--%s = %v", name, flags.Bool(name))
		}
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(path, text string) string {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(packagedFile, "--bolt-port=1\n--log-level=ERROR\n--max-connections=7\n")
	write(memgraphFile, "--bolt-port=2\n")
	write("home/"+homeFile, "--bolt-port=3\n--log-level=INFO\n")
	write("home/"+memgraphHomeFile, "--bolt-port=4\n")
	named := write("named.conf", "--bolt-port=5\n")
	for _, tt := range []struct {
		name string
		env  map[string]string
		args []string
		want []string // lines of --print-config
	}{
		{name: "packaged file", want: []string{"# " + root + packagedFile + ":1\n--bolt-port=1\n", ":2\n--log-level=ERROR\n"}},
		{name: "home file", env: map[string]string{"HOME": "/home"}, want: []string{"--bolt-port=3\n", homeFile + ":2\n--log-level=INFO\n", "--max-connections=7\n"}},
		{name: "files of Memgraph", args: []string{"--memgraph-config"}, want: []string{memgraphFile + ":1\n--bolt-port=2\n"}},
		{name: "files of Memgraph at home", env: map[string]string{"HOME": "/home"}, args: []string{"-memgraph_config=yes"}, want: []string{memgraphHomeFile + ":1\n--bolt-port=4\n"}},
		{name: "named file", env: map[string]string{"HOME": "/home", fileVariable: named}, want: []string{named + ":1\n--bolt-port=5\n"}},
		{name: "named file of Memgraph", env: map[string]string{memgraphVariable: named}, want: []string{"--bolt-port=5\n"}},
		{name: "command line", env: map[string]string{fileVariable: named}, args: []string{"--bolt-port=6"}, want: []string{"# command line\n--bolt-port=6\n"}},
		{name: "port from the environment", env: map[string]string{"MEMGRAPH_BOLT_PORT": "9"}, args: []string{"--bolt-port=6"}, want: []string{"# environment variable MEMGRAPH_BOLT_PORT\n--bolt-port=9\n"}},
		{name: "no files", env: map[string]string{"HOME": "/home"}, args: []string{"--nodefault-config"}, want: []string{"# default\n--bolt-port=7687\n"}},
		{name: "no files, in full", args: []string{"--default_config=false"}, want: []string{"# default\n--bolt-port=7687\n"}},
		{name: "files again", args: []string{"--nodefault-config", "--default-config"}, want: []string{":1\n--bolt-port=1\n"}},
		{name: "no files but the named one", env: map[string]string{fileVariable: named}, args: []string{"--nodefault-config"}, want: []string{named + ":1\n--bolt-port=5\n", "# default\n--log-level=WARNING\n"}},
		{name: "default", want: []string{"# default\n--bolt-address=0.0.0.0\n"}},
		{name: "secret", args: []string{"--aws-secret-key=planted"}, want: []string{"--aws-secret-key=********\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := startIn(t, root, tt.env, append(tt.args, "--print-config")...)
			if code != exitOK || stderr != "" {
				t.Fatalf("exit %d, stderr %s", code, stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("--print-config lacks %q in\n%s", want, stdout)
				}
			}
			if strings.Contains(stdout, "planted") {
				t.Error("--print-config shows a secret")
			}
		})
	}
}

// TestPackagedFile holds the configuration file of the packages against the
// table: it is accepted, and it is accepted when every comment is removed.
func TestPackagedFile(t *testing.T) {
	t.Parallel()
	code, text, stderr := start(t, nil, "--print-document=config")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, stderr %s", code, stderr)
	}
	path := filepath.Join(t.TempDir(), "drawbolt.conf")
	for _, form := range []string{text, strings.ReplaceAll(strings.ReplaceAll(text, "# --flag-file", "# "), "# --", "--")} {
		if err := os.WriteFile(path, []byte(form), 0o600); err != nil {
			t.Fatal(err)
		}
		flags, errs := parsed(t, gflags.Input{Files: []string{path}})
		if flags == nil {
			t.Fatalf("refused: %s\n%s", errs, form)
		}
		if w := flags.Warnings(); len(w) > 0 {
			t.Errorf("warnings: %q", w)
		}
		if got := flags.Text(flagDataDirectory); got != "/var/lib/drawbolt" {
			t.Errorf("--data-directory=%s", got)
		}
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		document string
		want     []string
	}{
		{documentReference, []string{"# Flags of drawbolt", "| `--bolt-cert-file` | string |", "| only `false`: telemetry is never sent |", "## gflags"}},
		{documentManual, []string{".TH DRAWBOLT 8", `\fB\-\-bolt\-port\fR=\fIint32\fR`, ".SH EXIT STATUS"}},
		{documentCompletion, []string{"complete -F _drawbolt drawbolt", "--tab_completion_word"}},
	} {
		t.Run(tt.document, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := start(t, nil, "--print-document="+tt.document)
			if code != exitOK || stderr != "" {
				t.Fatalf("exit %d, stderr %s", code, stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %q in\n%s", want, stdout)
				}
			}
		})
	}
}
