package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
)

// writeStore leaves a store of 60 commits with a snapshot after 20 and several
// log files behind it.
func writeStore(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s, err := storage.Open(t.Context(), storage.Options{Directory: dir, LogFileSize: 1 << 10, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 60 {
		if n == 20 {
			must[storage.Position](t)(s.CreateSnapshot(t.Context()))
		}
		retry(t, s, func(tx *storage.Transaction) error {
			_, err := tx.CreateNode(t.Context(), nil, nil)
			return err
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func lastLog(t *testing.T, dir string) string {
	t.Helper()
	all := logs(t, dir)
	return all[len(all)-1]
}

// TestCheckAndRepair damages a store and looks what the tools say: the check
// finds everything, the repair cuts the end of the last log file and nothing
// else.
func TestCheckAndRepair(t *testing.T) {
	t.Parallel()
	middle := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	firstLog := func(t *testing.T, dir string) string { t.Helper(); return logs(t, dir)[1] }
	aSnapshot := func(t *testing.T, dir string) string {
		t.Helper()
		return filepath.Join(dir, "snapshots", "00000000000000000020.snapshot")
	}
	for _, tt := range []struct {
		name   string
		file   func(t *testing.T, dir string) string
		change func(b []byte) []byte
		sound  bool
		want   string // in the state of the file
		cuts   bool
		refuse string // by the repair
	}{
		{name: "whole", file: lastLog, change: func(b []byte) []byte { return b }, sound: true},
		{name: "torn tail", file: lastLog, change: func(b []byte) []byte { return b[:len(b)-40] }, sound: true, cuts: true},
		{name: "damaged last log", file: lastLog, change: middle, want: "at offset", cuts: true},
		{name: "damaged older log", file: firstLog, change: middle, want: "at offset", refuse: "at offset"},
		{name: "damaged snapshot", file: aSnapshot, change: middle, want: "at offset"},
		{name: "newer snapshot", file: aSnapshot, change: func(b []byte) []byte { b[8] = 7; return b }, want: "unknown format version 7, this program knows 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := writeStore(t)
			name := tt.file(t, dir)
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, tt.change(b), 0o600); err != nil {
				t.Fatal(err)
			}
			o := storage.Options{Directory: dir}
			checkData(t, o, name, tt.sound, tt.want)
			cut, err := storage.RepairTail(o)
			if tt.refuse != "" {
				if kindOf(err) != storage.KindCorrupt || !strings.Contains(err.Error(), tt.refuse) {
					t.Errorf("RepairTail() = %v, want %q", err, tt.refuse)
				}
				return
			}
			if err != nil || (cut != nil) != tt.cuts {
				t.Fatalf("RepairTail() = %v, %v", cut, err)
			}
			if !tt.cuts {
				return
			}
			if kept, err := os.ReadFile(cut.Backup); err != nil || cut.File != name || cut.Bytes <= 0 || len(kept) == 0 {
				t.Errorf("RepairTail() = %+v with a copy of %d bytes, %v", cut, len(kept), err)
			}
			checkData(t, o, name, true, "")
			s := open(t, o)
			if n := s.NodeCount(); n < 40 || n > 60 || s.Position() != cut.Last {
				t.Errorf("after the repair: %d nodes at commit %d, want commit %d", n, s.Position(), cut.Last)
			}
		})
	}
}

func checkData(t *testing.T, o storage.Options, name string, sound bool, want string) {
	t.Helper()
	r, err := storage.CheckData(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Sound() != sound {
		t.Errorf("Sound() = %v: %+v", r.Sound(), r)
	}
	if sound && (r.Nodes < 40 || int64(r.Position) != r.Nodes) {
		t.Errorf("recovers to %d nodes at %d", r.Nodes, r.Position)
	}
	for i := range r.Files {
		f := &r.Files[i]
		damaged := f.Err != nil
		if damaged != (f.Path == name && want != "") || damaged && !strings.Contains(f.Err.Error(), want) {
			t.Errorf("%s: %v, want %q in %s", f.Path, f.Err, want, name)
		}
	}
}

func TestCheckDataOfNoStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := storage.CheckData(t.Context(), storage.Options{Directory: dir}); err == nil || !strings.Contains(err.Error(), "has no store") {
		t.Errorf("CheckData() = %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("CheckData has made %v", left)
	}
	o := storage.Options{Directory: writeStore(t)}
	open(t, o)
	if _, err := storage.CheckData(t.Context(), o); kindOf(err) != storage.KindLocked {
		t.Errorf("CheckData() of a store in use = %v", err)
	}
}
