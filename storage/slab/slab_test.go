package slab_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/storage/slab"
)

type record struct {
	word uint64
	_    [24]byte
}

func newMemory(tb testing.TB, limit int64) *slab.Memory {
	tb.Helper()
	m := slab.NewMemory(limit, nil)
	tb.Cleanup(func() {
		if err := m.Release(); err != nil {
			tb.Errorf("Release() = %v", err)
		}
	})
	return m
}

// TestBudget shares a limit among two memories: what one has given back the
// other may take.
func TestBudget(t *testing.T) {
	t.Parallel()
	b := slab.NewBudget(10)
	first, second := slab.NewMemory(8, b), slab.NewMemory(0, b)
	for i, step := range []struct {
		memory *slab.Memory
		bytes  int64
		ok     bool
		used   int64
	}{
		{first, 9, false, 0}, {first, 8, true, 8}, {second, 3, false, 8}, {second, 2, true, 10}, {first, -4, true, 6}, {second, 4, true, 10},
	} {
		var err error
		if step.bytes < 0 {
			step.memory.Unreserve(-step.bytes)
		} else {
			err = step.memory.Reserve(step.bytes)
		}
		if (err == nil) != step.ok || b.Used() != step.used {
			t.Errorf("step %d: %v, %d bytes are used; want %v, %d", i, err, b.Used(), step.ok, step.used)
		}
	}
	if err := first.Release(); err != nil || b.Used() != second.Used() {
		t.Errorf("after a release: %v, %d bytes are used, want %d", err, b.Used(), second.Used())
	}
}

func TestCapacity(t *testing.T) {
	for _, tt := range []struct{ size, want int }{
		{0, 16},
		{1, 16},
		{16, 16},
		{17, 32},
		{32, 32},
		{33, 48},
		{49, 64},
		{65, 80},
		{81, 96},
		{97, 112},
		{113, 128},
		{129, 160},
		{161, 192},
		{193, 224},
		{225, 256},
		{257, 320},
		{1024, 1024},
		{1025, 1280},
		{1281, 1536},
		{1793, 2048},
		{slab.ChunkBytes - 1, slab.ChunkBytes},
		{slab.ChunkBytes, slab.ChunkBytes},
		{slab.ChunkBytes + 1, 2 * slab.ChunkBytes},
	} {
		if got := slab.Capacity(tt.size); got != tt.want {
			t.Errorf("Capacity(%d) = %d, want %d", tt.size, got, tt.want)
		}
	}
}

func TestTable(t *testing.T) {
	table, err := slab.NewTable[record](newMemory(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	const n = slab.ChunkRecords + 3
	for i := range n {
		slot, r, err := table.Alloc()
		if err != nil || slot != uint32(i) {
			t.Fatalf("Alloc() = %d, %v, want %d", slot, err, i)
		}
		if *r != (record{}) {
			t.Fatalf("record %d is not zero: %v", i, *r)
		}
		r.word = uint64(i)
	}
	if table.Len() != n {
		t.Errorf("Len() = %d, want %d", table.Len(), n)
	}
	for i := range n {
		if r := table.Find(uint64(i)); r == nil || r.word != uint64(i) {
			t.Fatalf("Find(%d) = %v", i, r)
		}
	}
	table.Free(7)
	if table.Find(7) != nil || table.ID(7) != 1<<32|7 || table.ID(8) != 8 {
		t.Errorf("after Free: Find(7) = %v, ID(7) = %#x, ID(8) = %#x", table.Find(7), table.ID(7), table.ID(8))
	}
	if slot, _, err := table.Alloc(); slot != 7 || err != nil {
		t.Errorf("Alloc() after Free(7) = %d, %v", slot, err)
	}
	if table.Find(1<<32|7) == nil || table.Find(n) != nil {
		t.Error("Find fails for a new generation, or finds a slot never used")
	}
}

func TestTableGrow(t *testing.T) {
	table, err := slab.NewTable[record](newMemory(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Grow(3*slab.ChunkRecords + 1); err != nil {
		t.Fatal(err)
	}
	table.At(3 * slab.ChunkRecords).word = 1
	if err := table.SetGeneration(5, 9); err != nil || table.ID(5) != 9<<32|5 {
		t.Errorf("SetGeneration(5, 9) = %v, ID = %#x", err, table.ID(5))
	}
	if slot, _, err := table.Alloc(); slot != 3*slab.ChunkRecords+1 || err != nil {
		t.Errorf("Alloc() = %d, %v", slot, err)
	}
}

func TestLimit(t *testing.T) {
	m := newMemory(t, 3*slab.ChunkBytes)
	table, err := slab.NewTable[record](m)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := table.Alloc(); err != nil {
		t.Fatal(err)
	}
	blocks, err := slab.NewBlocks(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blocks.Alloc(3 * slab.ChunkBytes); !errors.Is(err, slab.ErrLimit) {
		t.Errorf("Alloc beyond the limit = %v", err)
	}
	if err := m.Reserve(2 * slab.ChunkBytes); !errors.Is(err, slab.ErrLimit) {
		t.Errorf("Reserve beyond the limit = %v", err)
	}
	if used := m.Used(); used != 2*slab.ChunkBytes {
		t.Errorf("Used() = %d", used)
	}
	if _, err := blocks.Alloc(100); err != nil {
		t.Errorf("Alloc within the limit = %v", err)
	}
}

func TestBlocks(t *testing.T) {
	blocks, err := slab.NewBlocks(newMemory(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	type block struct {
		ref  uint32
		size int
		fill byte
	}
	var all []block
	sizes := []int{1, 16, 17, 40, 100, 5000, 70000, slab.ChunkBytes, 3*slab.ChunkBytes + 5, 900000, 1 << 20}
	check := func() {
		for _, b := range all {
			for i, c := range blocks.Bytes(b.ref, b.size) {
				if c != b.fill {
					t.Fatalf("block %d of %d bytes: byte %d is %d, want %d", b.ref, b.size, i, c, b.fill)
				}
			}
		}
	}
	for round := range 3 {
		for i, size := range sizes {
			ref, err := blocks.Alloc(size)
			if err != nil || ref == 0 {
				t.Fatalf("Alloc(%d) = %d, %v", size, ref, err)
			}
			b := block{ref: ref, size: size, fill: byte(round*len(sizes) + i)}
			for j := range blocks.Bytes(ref, size) {
				blocks.Bytes(ref, size)[j] = b.fill
			}
			all = append(all, b)
		}
		check()
		for i := 0; i < len(all); i += 3 {
			blocks.Free(all[i].ref, all[i].size)
			all = append(all[:i], all[i+1:]...)
		}
	}
	check()
	if _, err := blocks.Alloc(slab.MaxBlock + 1); !errors.Is(err, slab.ErrFull) {
		t.Errorf("Alloc(MaxBlock+1) = %v", err)
	}
}

// TestBlocksMerge allocates larger and larger blocks and frees the smaller ones,
// as the lists of a growing graph do: the small ones must become large ones.
func TestBlocksMerge(t *testing.T) {
	m := newMemory(t, 0)
	blocks, err := slab.NewBlocks(m)
	if err != nil {
		t.Fatal(err)
	}
	const n = 20_000
	refs := make([]uint32, n)
	size := 16
	for ; size <= 400; size += 16 {
		for i := range refs {
			i = i * 7919 % n
			ref, err := blocks.Alloc(size)
			if err != nil {
				t.Fatal(err)
			}
			copy(blocks.Bytes(ref, 16), strconv.Itoa(i))
			if refs[i] != 0 {
				if got := string(blocks.Bytes(refs[i], 16)); strings.TrimRight(got, "\x00") != strconv.Itoa(i) {
					t.Fatalf("a block of %d bytes has %q, want %d", size, got, i)
				}
				clear(blocks.Bytes(refs[i], size-16))
				blocks.Free(refs[i], size-16)
			}
			refs[i] = ref
		}
	}
	chunks, free := blocks.Stats()
	if used := int64(n * slab.Capacity(size-16)); chunks-free-used > 16 || chunks > used*5/4 {
		t.Errorf("%d bytes for blocks of %d, %d of them free", chunks, used, free)
	}
}

func BenchmarkTableAt(b *testing.B) {
	table, err := slab.NewTable[record](newMemory(b, 0))
	if err != nil {
		b.Fatal(err)
	}
	const n = 1 << 20
	if err := table.Grow(n); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var sum uint64
	i := uint32(1)
	for b.Loop() {
		i = i*1664525 + 1013904223
		sum += table.At(i >> 12).word
	}
	_ = sum
}
