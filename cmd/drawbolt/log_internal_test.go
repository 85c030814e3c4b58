package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

func TestUntilMidnight(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("not run: %v", err)
	}
	for _, tt := range []struct {
		name string
		now  time.Time
		want time.Duration
	}{
		{"evening", time.Date(2026, 5, 1, 23, 0, 0, 0, time.UTC), time.Hour},
		{"midnight", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), 24 * time.Hour},
		{"end of the year", time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), time.Second},
		{"day of 23 hours", time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), 23 * time.Hour},
		{"day of 25 hours", time.Date(2026, 10, 25, 0, 0, 0, 0, berlin), 25 * time.Hour},
	} {
		if got := untilMidnight(tt.now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// logFor opens a log as flags say.
func logFor(t *testing.T, stderr io.Writer, args ...string) *logSink {
	t.Helper()
	level := zerolog.GlobalLevel()
	flags, errs := parsed(t, gflags.Input{Args: args})
	if flags == nil {
		t.Fatal(errs)
	}
	log, err := openLog(flags, stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		zerolog.SetGlobalLevel(level)
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// TestLogRotation is not parallel, because the level of the log is a value of the
// whole process.
func TestLogRotation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "deep")
	file := filepath.Join(dir, "server.log")
	log := logFor(t, io.Discard, "--log-file="+file, "--log-retention-days=10", "--log-level=INFO")
	now := time.Now()
	day := func(n int) string {
		return filepath.Join(dir, "server-"+now.AddDate(0, 0, -n).Format("2006-01-02T15-04-05.000")+".log")
	}
	for _, old := range []string{day(9), day(11), day(400), filepath.Join(dir, "other-2001-01-01.log")} {
		if err := os.WriteFile(old, []byte("old\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log.Info().Msg("before")
	if err := log.file.Rotate(); err != nil {
		t.Fatal(err)
	}
	log.Info().Msg("after")
	// Old files are removed in the background.
	for deadline := time.Now().Add(10 * time.Second); ; {
		if missing(day(11)) && missing(day(400)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("old log files stay")
		}
	}
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(list) != 4 { // the file, the one before, that of nine days ago, the other
		t.Errorf("files %q, %v", list, err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "after") || strings.Contains(string(text), "before") {
		t.Errorf("the log file has %q, %v", text, err)
	}
}
