package index_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/drawbolt/drawbolt/storage/index"
	"github.com/drawbolt/drawbolt/storage/slab"
)

func newBlocks(tb testing.TB) (*slab.Memory, *slab.Blocks) {
	tb.Helper()
	m := slab.NewMemory(0, nil)
	tb.Cleanup(func() {
		if err := m.Release(); err != nil {
			tb.Errorf("Release() = %v", err)
		}
	})
	b, err := slab.NewBlocks(m)
	if err != nil {
		tb.Fatal(err)
	}
	return m, b
}

// all collects what next gives, n slots at a time.
func all(n int, next func(from uint64, dst []uint32) (int, uint64)) []uint32 {
	var slots []uint32
	dst := make([]uint32, n)
	for from := uint64(0); ; {
		var k int
		k, from = next(from, dst)
		slots = append(slots, dst[:k]...)
		if k < n {
			return slots
		}
	}
}

func TestBitmap(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit uint32 // slots are below
		n     int
	}{
		{name: "dense", limit: 500, n: 2000},
		{name: "sparse", limit: 1 << 25, n: 800},
		{name: "wide", limit: 1<<32 - 1, n: 60},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, blocks := newBlocks(t)
			b := index.NewBitmap(blocks)
			r := rand.New(rand.NewPCG(1, 2))
			want := make(map[uint32]bool)
			for range tt.n {
				slot := r.Uint32N(tt.limit)
				if r.IntN(3) == 0 {
					b.Remove(slot)
					delete(want, slot)
				} else {
					if err := b.Add(slot); err != nil {
						t.Fatal(err)
					}
					want[slot] = true
				}
			}
			slots := slices.Sorted(maps.Keys(want))
			for _, n := range []int{1, 7, 300} {
				if got := all(n, b.Next); !slices.Equal(got, slots) {
					t.Errorf("Next by %d gives %d slots, want %d", n, len(got), len(slots))
				}
			}
			for range 100 {
				if slot := r.Uint32N(tt.limit); b.Has(slot) != want[slot] {
					t.Errorf("Has(%d) = %v", slot, b.Has(slot))
				}
			}
		})
	}
}

func TestHash(t *testing.T) {
	for _, tt := range []struct {
		name   string
		hashes uint64 // different ones
		slots  uint32 // different ones
		n      int
	}{
		{name: "unique", hashes: 5000, slots: 5000, n: 12000},
		{name: "few values", hashes: 3, slots: 20000, n: 12000},
		{name: "one value removed again", hashes: 1, slots: 1200, n: 20000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, blocks := newBlocks(t)
			freed := 0
			h := index.NewHash(m, blocks, func(ref uint32, size int) {
				clear(blocks.Bytes(ref, size))
				blocks.Free(ref, size)
				freed++
			})
			r := rand.New(rand.NewPCG(1, 2))
			want := make(map[uint64]map[uint32]bool)
			hash := func() uint64 { return r.Uint64N(tt.hashes) * 0x9E37_79B9_7F4A_7C15 }
			var count int64
			for range tt.n {
				k, slot := hash(), r.Uint32N(tt.slots)
				if want[k] == nil {
					want[k] = make(map[uint32]bool)
				}
				var err error
				if r.IntN(5) < 2 {
					err = h.Remove(k, slot)
					delete(want[k], slot)
				} else {
					err = h.Add(k, slot)
					want[k][slot] = true
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for k, set := range want {
				slots := slices.Sorted(maps.Keys(set))
				count += int64(len(slots))
				for _, n := range []int{1, 600} {
					got := all(n, func(from uint64, dst []uint32) (int, uint64) { return h.Next(k, from, dst) })
					if !slices.Equal(got, slots) {
						t.Fatalf("Next(%x) by %d gives %d slots, want %d", k, n, len(got), len(slots))
					}
				}
			}
			if h.Len() != count {
				t.Errorf("Len() = %d, want %d", h.Len(), count)
			}
			h.Free()
		})
	}
}

// Slots that rise are put into the chunks that readers look at.
func TestHashReadWhileItGrows(t *testing.T) {
	m, blocks := newBlocks(t)
	h := index.NewHash(m, blocks, func(uint32, int) {}) // nothing is used again
	const n = 20_000
	var done atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		defer done.Store(true)
		for slot := range uint32(n) {
			if err := h.Add(7, slot); err != nil {
				t.Errorf("Add(%d): %v", slot, err)
				return
			}
		}
	})
	for ended := false; !ended; {
		ended = done.Load()
		got := all(100, func(from uint64, dst []uint32) (int, uint64) { return h.Next(7, from, dst) })
		for i, slot := range got {
			if slot != uint32(i) {
				t.Fatalf("slot %d of %d is %d", i, len(got), slot)
			}
		}
		if ended && len(got) != n {
			t.Errorf("%d slots at the end, want %d", len(got), n)
		}
	}
	wg.Wait()
	h.Free()
}

func BenchmarkHashAdd(b *testing.B) {
	m, blocks := newBlocks(b)
	h := index.NewHash(m, blocks, func(ref uint32, size int) { blocks.Free(ref, size) })
	b.ReportAllocs()
	slot := uint32(0)
	for b.Loop() {
		if err := h.Add(uint64(slot%100)*0x9E37_79B9_7F4A_7C15, slot); err != nil {
			b.Fatal(err)
		}
		slot++
	}
}

func BenchmarkHashGet(b *testing.B) {
	m, blocks := newBlocks(b)
	h := index.NewHash(m, blocks, func(uint32, int) {})
	const n = 1 << 20
	for i := range uint64(n) {
		if err := h.Add(i*0x9E37_79B9_7F4A_7C15, uint32(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	var dst [4]uint32
	i := uint64(1)
	for b.Loop() {
		i = i*6364136223846793005 + 1
		if k, _ := h.Next((i>>44)*0x9E37_79B9_7F4A_7C15, 0, dst[:]); k == 0 {
			b.Fatal("not found")
		}
	}
}
