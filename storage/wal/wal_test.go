package wal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/storage/wal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a log that leaves flushing to the system, to be quick.
func open(tb testing.TB, dir string, fileSize int64) *wal.File {
	tb.Helper()
	f, err := wal.OpenFile(wal.Options{Directory: dir, FileSize: fileSize, NoSync: true})
	if err != nil {
		tb.Fatalf("OpenFile() = %v", err)
	}
	return f
}

// payload returns the content of the record at a position.
func payload(position uint64) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%d.", position), 40)
}

func appendRange(tb testing.TB, f *wal.File, from, to uint64) {
	tb.Helper()
	for p := from; p <= to; p++ {
		flush, err := f.Append(p, payload(p))
		if err != nil {
			tb.Fatalf("Append(%d) = %v", p, err)
		}
		if err := flush.Wait(); err != nil {
			tb.Fatalf("Wait(%d) = %v", p, err)
		}
	}
}

// read returns the positions behind a position, and checks the payloads.
func read(tb testing.TB, f *wal.File, after uint64) ([]uint64, error) {
	tb.Helper()
	var all []uint64
	err := f.Read(tb.Context(), after, func(p uint64, record []byte) error {
		if !bytes.Equal(record, payload(p)) {
			tb.Errorf("record %d has another payload", p)
		}
		all = append(all, p)
		return nil
	})
	return all, err
}

func seq(from, to uint64) (all []uint64) {
	for p := from; p <= to; p++ {
		all = append(all, p)
	}
	return all
}

func files(tb testing.TB, dir string) []string {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

func TestAppendAndRead(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir, 4<<10)
	appendRange(t, f, 1, 100)
	if _, err := f.Append(100, nil); err == nil {
		t.Error("the same position is taken twice")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(files(t, dir)); n < 3 {
		t.Errorf("%d files, want some", n)
	}
	f = open(t, dir, 4<<10)
	for _, after := range []uint64{0, 1, 50, 99, 100, 1000} {
		got, err := read(t, f, after)
		if want := seq(after+1, 100); err != nil || !slices.Equal(got, want) {
			t.Errorf("Read(%d) = %v, %v", after, got, err)
		}
	}
	appendRange(t, f, 107, 120) // a gap is no matter
	if err := f.Discard(60); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir, 4<<10)
	defer f.Close()
	got, err := read(t, f, 60)
	if want := append(seq(61, 100), seq(107, 120)...); err != nil || !slices.Equal(got, want) {
		t.Errorf("Read after Discard = %v, %v", got, err)
	}
	if all, _ := read(t, f, 0); len(all) > len(got)+30 {
		t.Errorf("%d records are left, %d are wanted", len(all), len(got))
	}
}

func TestReadStops(t *testing.T) {
	f := open(t, t.TempDir(), 1<<20)
	appendRange(t, f, 1, 3)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Append(9, nil); err == nil {
		t.Error("a closed log takes a record")
	}
}

func TestReadCancelled(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir, 1<<20)
	appendRange(t, f, 1, 3)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir, 1<<20)
	defer f.Close()
	cause := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := f.Read(ctx, 0, func(uint64, []byte) error { cancel(cause); return nil })
	if !errors.Is(err, cause) {
		t.Errorf("Read = %v, want the cause", err)
	}
	if err := f.Read(t.Context(), 0, func(uint64, []byte) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("Read = %v, want what visit returned", err)
	}
}

// change rewrites a file.
func change(t *testing.T, name string, edit func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, edit(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamage changes the bytes of a log of 200 records in several files.
func TestDamage(t *testing.T) {
	const last, older = -1, 0 // which file
	for _, tt := range []struct {
		name    string
		file    int
		edit    func(b []byte) []byte
		corrupt bool
	}{
		{name: "whole", file: last, edit: func(b []byte) []byte { return b }},
		{name: "end is cut", file: last, edit: func(b []byte) []byte { return b[:len(b)-300] }},
		{name: "end is zero", file: last, edit: func(b []byte) []byte { clear(b[len(b)-300:]); return b }},
		{name: "end is garbage", file: last, edit: func(b []byte) []byte {
			for i := range 300 {
				b[len(b)-300+i] = byte(i * 7)
			}
			return b
		}},
		{name: "nothing is left", file: last, edit: func([]byte) []byte { return nil }},
		{name: "only zeros are left", file: last, edit: func(b []byte) []byte { clear(b); return b[:len(b)/2] }},
		{name: "bit in the middle", file: last, edit: func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, corrupt: true},
		{name: "bytes in the middle", file: last, edit: func(b []byte) []byte { clear(b[1000:1600]); return b }, corrupt: true},
		{name: "bit near the end", file: last, edit: func(b []byte) []byte { b[len(b)-600] ^= 4; return b }, corrupt: true},
		{name: "bit in the last record", file: last, edit: func(b []byte) []byte { b[len(b)-60] ^= 4; return b }, corrupt: true},
		{name: "older file is cut", file: older, edit: func(b []byte) []byte { return b[:len(b)-300] }, corrupt: true},
		{name: "bit in an older file", file: older, edit: func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, corrupt: true},
		{name: "start of an older file", file: older, edit: func(b []byte) []byte { b[9] ^= 4; return b }, corrupt: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			f := open(t, dir, 8<<10)
			appendRange(t, f, 1, 200)
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			names := files(t, dir)
			name := names[(tt.file+len(names))%len(names)]
			change(t, name, tt.edit)
			f, err := wal.OpenFile(wal.Options{Directory: dir, FileSize: 8 << 10})
			var got []uint64
			if err == nil {
				defer f.Close()
				got, err = read(t, f, 0)
			}
			var c *wal.CorruptError
			if tt.corrupt {
				if !errors.As(err, &c) || c.File != name {
					t.Errorf("damage in %s gives %v", name, err)
				}
				return
			}
			if err != nil || !slices.Equal(got, seq(1, uint64(len(got)))) || len(got) < 100 {
				t.Fatalf("Read = %v, %v, want a prefix", got, err)
			}
			// The log goes on, and what was cut stays cut.
			appendRange(t, f, 500, 510)
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			f = open(t, dir, 8<<10)
			again, err := read(t, f, 0)
			if want := slices.Concat(got, seq(500, 510)); err != nil || !slices.Equal(again, want) {
				t.Errorf("Read after going on = %v, %v, want %v", again, err, want)
			}
		})
	}
}

// TestManyWaiting has more flushes waiting than the writer has room for.
func TestManyWaiting(t *testing.T) {
	const n = 10_000
	f, err := wal.OpenFile(wal.Options{Directory: t.TempDir(), FileSize: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	for p := uint64(1); p <= n; p++ {
		flush, err := f.Append(p, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		waiting.Go(func() {
			if err := flush.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	waiting.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, committers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("%d committers", committers), func(b *testing.B) {
			f, err := wal.OpenFile(wal.Options{Directory: b.TempDir(), FileSize: 64 << 20})
			if err != nil {
				b.Fatal(err)
			}
			record := make([]byte, 256)
			var mu sync.Mutex
			position := uint64(0)
			b.ReportAllocs()
			b.SetParallelism((committers + 1) / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mu.Lock()
					position++
					flush, err := f.Append(position, record)
					mu.Unlock()
					if err != nil {
						b.Error(err)
						return
					}
					if err := flush.Wait(); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.StopTimer()
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
