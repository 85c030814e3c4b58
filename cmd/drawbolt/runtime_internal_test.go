package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/server"
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
	return openTunables(flags, new(server.Live), log)
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
