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
