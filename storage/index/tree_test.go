package index_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/drawbolt/drawbolt/storage/index"
)

// A treeEntry is a key and a slot as the model has them.
type treeEntry struct {
	key  string
	slot uint32
}

func compareEntries(a, b treeEntry) int {
	if c := strings.Compare(a.key, b.key); c != 0 {
		return c
	}
	return int(int64(a.slot) - int64(b.slot))
}

func walkTree(t *index.Tree, low, high []byte, falling bool) []treeEntry {
	var all []treeEntry
	t.RLock()
	defer t.RUnlock()
	t.Walk(low, high, falling, func(e []byte) bool {
		all = append(all, treeEntry{string(index.EntryKey(e)), index.EntrySlot(e)})
		return true
	})
	return all
}

func TestTree(t *testing.T) {
	number := func(r *rand.Rand) string {
		return string(binary.BigEndian.AppendUint64([]byte{7}, r.Uint64N(3000)))
	}
	for _, tt := range []struct {
		name string
		key  func(r *rand.Rand) string
		n    int
	}{
		{name: "numbers", key: number, n: 30_000},
		{name: "one key", key: func(*rand.Rand) string { return "k\x00\x00" }, n: 20_000},
		{name: "common prefix", n: 20_000, key: func(r *rand.Rand) string {
			return strings.Repeat("prefix/", 25) + fmt.Sprintf("%05d", r.IntN(4000)) + "\x00\x00"
		}},
		{name: "all lengths", n: 20_000, key: func(r *rand.Rand) string {
			return strings.Repeat(string(rune('a'+r.IntN(3))), r.IntN(190)) + "\x00\x00"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, blocks := newBlocks(t)
			tree := index.NewTree(blocks)
			r := rand.New(rand.NewPCG(1, 2))
			model := make(map[treeEntry]bool)
			for _, share := range []int{8, 5, 1} { // of ten changes that add
				for range tt.n / 3 {
					e := treeEntry{tt.key(r), r.Uint32N(64)}
					if r.IntN(10) < share {
						if err := tree.Add([]byte(e.key), e.slot); err != nil {
							t.Fatal(err)
						}
						model[e] = true
					} else {
						tree.Remove([]byte(e.key), e.slot)
						delete(model, e)
					}
				}
				checkTree(t, tree, model, tt.key, r)
			}
			for e := range model {
				tree.Remove([]byte(e.key), e.slot)
			}
			if tree.Len() != 0 || tree.Bytes() != 0 {
				t.Errorf("an emptied tree has %d entries in %d bytes", tree.Len(), tree.Bytes())
			}
			tree.Free()
		})
	}
}

func checkTree(t *testing.T, tree *index.Tree, model map[treeEntry]bool, key func(*rand.Rand) string, r *rand.Rand) {
	t.Helper()
	want := make([]treeEntry, 0, len(model))
	for e := range model {
		want = append(want, e)
	}
	slices.SortFunc(want, compareEntries)
	if got := walkTree(tree, nil, nil, false); !slices.Equal(got, want) || tree.Len() != int64(len(want)) {
		t.Fatalf("%d entries, Len() = %d, want %d", len(got), tree.Len(), len(want))
	}
	for range 50 {
		low, high := []byte(key(r)), []byte(key(r))
		if bytes.Compare(low, high) > 0 {
			low, high = high, low
		}
		var part []treeEntry
		for _, e := range want {
			if e.key >= string(low) && e.key < string(high) {
				part = append(part, e)
			}
		}
		rising, falling := walkTree(tree, low, high, false), walkTree(tree, low, high, true)
		slices.Reverse(falling)
		tree.RLock()
		count := tree.Count(low, high)
		tree.RUnlock()
		if !slices.Equal(rising, part) || !slices.Equal(falling, part) || count != int64(len(part)) {
			t.Fatalf("[%q, %q): %d rising, %d falling, %d counted, want %d", low, high, len(rising), len(falling), count, len(part))
		}
	}
}

// Readers see rising entries, each once, while others add and remove some.
func TestTreeReadWhileItChanges(t *testing.T) {
	_, blocks := newBlocks(t)
	tree := index.NewTree(blocks)
	key := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	const stay = 2000 // even numbers, which nobody removes
	for n := range stay {
		if err := tree.Add(key(2*n), 1); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for seed := range uint64(2) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, 1))
			for range 20_000 {
				k := key(2*r.IntN(stay) + 1)
				if r.IntN(2) == 0 {
					tree.Remove(k, uint32(seed))
				} else if err := tree.Add(k, uint32(seed)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		kept, last := 0, treeEntry{}
		for _, e := range walkTree(tree, nil, nil, false) {
			if compareEntries(last, e) >= 0 && kept > 0 {
				t.Errorf("%v stands behind %v", e, last)
			}
			if e.slot == 1 && binary.BigEndian.Uint32([]byte(e.key))%2 == 0 {
				kept++
			}
			last = e
		}
		if kept != stay {
			t.Errorf("%d of %d entries found", kept, stay)
		}
	}
	wg.Wait()
}

func BenchmarkTreeAdd(b *testing.B) {
	_, blocks := newBlocks(b)
	tree := index.NewTree(blocks)
	b.ReportAllocs()
	n := uint64(0)
	for b.Loop() {
		n++
		var buf [16]byte
		if err := tree.Add(binary.BigEndian.AppendUint64(buf[:0], n*0x9E37_79B9_7F4A_7C15), uint32(n)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(tree.Bytes())/float64(tree.Len()), "B/entry")
}

func BenchmarkTreeCount(b *testing.B) {
	_, blocks := newBlocks(b)
	tree := index.NewTree(blocks)
	for i := range uint32(20_000) {
		if err := tree.Add(binary.BigEndian.AppendUint64(nil, uint64(i)), i); err != nil {
			b.Fatal(err)
		}
	}
	low, high := binary.BigEndian.AppendUint64(nil, 1000), binary.BigEndian.AppendUint64(nil, 19_000)
	for b.Loop() {
		if tree.Count(low, high) != 18_000 {
			b.Fatal("wrong count")
		}
	}
}
