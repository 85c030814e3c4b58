package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
	"github.com/drawbolt/drawbolt/server/catalog"
)

// openSettings opens the settings of a server that does not run.
func openSettings(t *testing.T, dir string, args ...string) (*tunables, error) {
	t.Helper()
	flags, errs := parsed(t, gflags.Input{Args: append(args, "--data-directory="+dir)})
	if flags == nil {
		t.Fatal(errs)
	}
	log := discardLog()
	log.Logger, log.stderr = zerolog.Nop(), &gate{}
	databases, err := catalog.Open(t.Context(), catalog.Options{Default: "neo4j"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := databases.Close(); err != nil {
			t.Error(err)
		}
	})
	return openTunables(flags, effects{live: new(server.Live), engines: new(cypher.Live), databases: databases, log: log})
}

func valueOf(t *testing.T, s *tunables, key string) string {
	t.Helper()
	for _, v := range s.all() {
		if v.key == key {
			return v.value
		}
	}
	t.Fatalf("no setting %s", key)
	return ""
}

// TestTunables is not parallel, because the level of the log is a value of the
// whole process.
func TestTunables(t *testing.T) {
	level := zerolog.GlobalLevel()
	t.Cleanup(func() { zerolog.SetGlobalLevel(level) })
	for _, tt := range []struct {
		key, value string
		err        string // part of the refusal
		kept       bool
	}{
		{key: "server.name", value: "Neo4j/9", kept: true},
		{key: "server.name", value: "Other/1", err: "Cannot update setting 'server.name': The name must begin with Neo4j/"},
		{key: "query.timeout", value: "0.5"},
		{key: "query.timeout", value: "soon", err: "Cannot update setting 'query.timeout': Value must be a number of seconds."},
		{key: "log.level", value: "DEBUG"},
		{key: "log.level", value: "LOUD", err: "Cannot update setting 'log.level': Unsupported log level. Log level must be defined as one of the following strings: TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL"},
		{key: "log.to_stderr", value: "true"},
		{key: "log.to_stderr", value: "yes", err: "Boolean value supports only 'false' or 'true' as the input."},
		{key: "log.min_duration_ms", value: "20", kept: true},
		{key: "log.min_duration_ms", value: "x", err: "Value must be an integer."},
		{key: "log.failed_queries", value: "true", kept: true},
		{key: "log.failed_queries", value: "TRUE", kept: true},
		{key: "log.query_plan", value: "false", kept: true},
		{key: "log.query_plan", value: "0", err: "Cannot update setting 'log.query_plan': Boolean value supports only 'false' or 'true' as the input."},
		{key: "timezone", value: "Europe/Berlin", kept: true},
		{key: "timezone", value: "europe/berlin", err: "Cannot update setting 'timezone': Timezone names must follow the IANA standard. Please note that the names are case-sensitive."},
		{key: "timezone", value: "+01:00", err: "Timezone names must follow the IANA standard."},
		{key: "timezone", value: "", err: "Timezone names must follow the IANA standard."},
		{key: "storage.snapshot.interval", value: "60"},
		{key: "storage.snapshot.interval", value: ""},
		{key: "storage.snapshot.interval", value: "604801", err: "Snapshot interval can be defined as an integer period in seconds, at most one week."},
		{key: "storage.snapshot.interval", value: "0 0 * * * *", err: "6-field cron expressions are not supported."},
		{key: "hops_limit_partial_results", value: "false", kept: true},
		{key: "hops_limit_partial_results", value: "maybe", err: "Boolean value supports only 'false' or 'true' as the input."},
		{key: "cartesian-product-enabled", value: "false"},
		{key: "debug-query-plans", value: "true"},
		{key: "query-log-directory", value: "/tmp", kept: true},
		{key: "storage-gc-aggressive", value: "true", kept: true},
		{key: "storage.omit_vector_index_properties_on_return", value: "true", kept: true},
		{key: "storage.access_timeout_sec", value: "5"},
		{key: "storage.access_timeout_sec", value: "0", err: "Cannot update setting 'storage.access_timeout_sec': storage.access_timeout_sec must be in range [1, 1000000]"},
		{key: "storage.access_timeout_sec", value: "-1", err: "storage.access_timeout_sec must be a valid unsigned integer"},
		{key: "file.download_conn_timeout_sec", value: "5", kept: true},
		{key: "file.download_conn_timeout_sec", value: "x", err: "file.download_conn_timeout_sec must be a valid unsigned integer"},
		{key: "aws.region", value: "eu", kept: true},
		{key: "aws.endpoint_url", value: "http://x", kept: true},
		{key: "organization.name", value: "o", kept: true},
		{key: "nosuch", value: "1", err: "Unknown setting name 'nosuch'"},
	} {
		t.Run(tt.key+"="+tt.value, func(t *testing.T) {
			dir := t.TempDir()
			s, err := openSettings(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			err = s.set(tt.key, tt.value)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("set: %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := valueOf(t, s, tt.key); got != tt.value {
				t.Errorf("value %q, want %q", got, tt.value)
			}
			again, err := openSettings(t, dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := valueOf(t, again, tt.key); (got == tt.value) != tt.kept {
				t.Errorf("after a restart %q, kept should be %v", got, tt.kept)
			}
		})
	}
}

// TestTunableTable finds the flag of every setting, and a reason for each that
// does nothing.
func TestTunableTable(t *testing.T) {
	t.Parallel()
	flags, errs := parsed(t, gflags.Input{})
	if flags == nil {
		t.Fatal(errs)
	}
	byName := make(map[string]gflags.Setting)
	for f := range flags.All() {
		byName[f.Name] = f
	}
	for _, row := range tunableTable() {
		f, ok := byName[strings.ReplaceAll(row.flag, "-", "_")]
		switch {
		case !ok:
			t.Errorf("%s: no flag %s", row.key, row.flag)
		case (row.apply == nil) != (f.Flag.NoEffect != ""):
			t.Errorf("%s: the setting and --%s do not agree whether they have an effect", row.key, row.flag)
		case row.refuses(f.Default) != nil:
			t.Errorf("%s refuses the default of --%s: %v", row.key, row.flag, row.refuses(f.Default))
		}
	}
}

// TestTunableSecrets shows no secret in listings and in the log, and keeps it.
func TestTunableSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openSettings(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s.log.Logger = zerolog.New(&log)
	for _, key := range []string{"aws.access_key", "aws.secret_key", "enterprise.license"} {
		if err := s.set(key, "planted"); err != nil {
			t.Fatal(err)
		}
		if got := valueOf(t, s, key); strings.Contains(got, "planted") || got == "" {
			t.Errorf("%s is shown as %q", key, got)
		}
		if !strings.Contains(log.String(), "setting "+key+" has no effect: ") {
			t.Errorf("no warning about %s in the log", key)
		}
	}
	if strings.Contains(log.String(), "planted") {
		t.Errorf("the log has a secret:\n%s", log.String())
	}
	info, err := os.Stat(filepath.Join(dir, settingsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v; want mode 0600", settingsFile, info, err)
	}
	again, err := openSettings(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.values["aws.secret_key"] != "planted" {
		t.Error("the secret was not kept")
	}
}

func TestTunablesOfFlags(t *testing.T) {
	dir := t.TempDir()
	level := zerolog.GlobalLevel()
	t.Cleanup(func() { zerolog.SetGlobalLevel(level) })
	s, err := openSettings(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.set("log.min_duration_ms", "20"); err != nil {
		t.Fatal(err)
	}
	s, err = openSettings(t, dir, "--log-min-duration-ms=30")
	if err != nil {
		t.Fatal(err)
	}
	if got := valueOf(t, s, "log.min_duration_ms"); got != "30" {
		t.Errorf("a given flag is beaten by a kept setting: %s", got)
	}
	if err := os.WriteFile(filepath.Join(dir, settingsFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openSettings(t, dir); err == nil || !strings.Contains(err.Error(), settingsFile) {
		t.Errorf("broken settings: %v", err)
	}
}
