package snapshot_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/drawbolt/drawbolt/storage/snapshot"
)

func header(position uint64) snapshot.Header {
	return snapshot.Header{Database: [16]byte{1, 2, 3}, Position: position, Time: time.Unix(1_700_000_000, 0)}
}

func write(t *testing.T, dir string, position uint64, blocks ...[]byte) {
	t.Helper()
	w, err := snapshot.Create(vfs.Default, dir, header(position))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		w.Block(b)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
}

func read(path string) (h snapshot.Header, blocks [][]byte, err error) {
	h, err = snapshot.Read(vfs.Default, path, func(b []byte) error {
		blocks = append(blocks, bytes.Clone(b))
		return nil
	})
	return h, blocks, err
}

func TestWriteAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snapshots")
	if all, err := snapshot.List(vfs.Default, dir); len(all) > 0 || err != nil {
		t.Errorf("List of no directory = %v, %v", all, err)
	}
	blocks := [][]byte{[]byte("one"), bytes.Repeat([]byte("two"), 1<<20), {3}}
	write(t, dir, 12, blocks...)
	write(t, dir, 7)
	unfinished := filepath.Join(dir, "00000000000000000099.snapshot.new")
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := snapshot.RemoveUnfinished(vfs.Default, dir); err != nil {
		t.Fatal(err)
	}
	all, err := snapshot.List(vfs.Default, dir)
	if err != nil || len(all) != 2 || all[0].Position != 12 || all[1].Position != 7 {
		t.Fatalf("List = %v, %v", all, err)
	}
	if _, err := os.Stat(unfinished); !errors.Is(err, os.ErrNotExist) {
		t.Error("the unfinished file is still there")
	}
	h, got, err := read(all[0].Path)
	if err != nil || !slices.EqualFunc(got, blocks, bytes.Equal) || h != header(12) {
		t.Errorf("Read = %v, %d blocks, %v", h, len(got), err)
	}
	if _, got, err := read(all[1].Path); err != nil || len(got) > 0 {
		t.Errorf("Read of an empty one = %v, %v", got, err)
	}
	stop := errors.New("stop")
	if _, err := snapshot.Read(vfs.Default, all[0].Path, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Read = %v, want what visit returned", err)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	for p := uint64(1); p <= 5; p++ {
		write(t, dir, p, []byte("x"))
	}
	for _, tt := range []struct {
		keep   int
		oldest uint64
	}{{keep: 9, oldest: 1}, {keep: 3, oldest: 3}, {keep: 1, oldest: 5}} {
		if oldest, err := snapshot.Prune(vfs.Default, dir, tt.keep); err != nil || oldest != tt.oldest {
			t.Errorf("Prune(%d) = %d, %v, want %d", tt.keep, oldest, err, tt.oldest)
		}
	}
}

func TestAbort(t *testing.T) {
	dir := t.TempDir()
	w, err := snapshot.Create(vfs.Default, dir, header(1))
	if err != nil {
		t.Fatal(err)
	}
	w.Block([]byte("x"))
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	w, err = snapshot.Create(vfs.Default, dir, header(1))
	if err != nil {
		t.Fatal(err)
	}
	w.Block(nil)
	if w.Finish() == nil {
		t.Error("an empty block is taken")
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("%v is left", entries)
	}
}

// TestDamage changes every byte of a small file, and cuts it everywhere: nothing
// of that goes unnoticed.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 1, []byte("one"), []byte("two"))
	all, err := snapshot.List(vfs.Default, dir)
	if err != nil {
		t.Fatal(err)
	}
	path := all[0].Path
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, at int, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := read(path)
		var c *snapshot.CorruptError
		if !errors.As(err, &c) || c.File != path {
			t.Errorf("%s at %d: %v", what, at, err)
		}
	}
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 0x10
		check("changed", i, b)
		check("cut", i, good[:i])
	}
	check("longer", len(good), append(bytes.Clone(good), 0))
}
