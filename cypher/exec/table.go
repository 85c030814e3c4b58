package exec

import (
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A table numbers the distinct keys it is given, in the order in which they
// appear: the hash table of grouping, DISTINCT and hash joins. It is open
// addressing over 32-bit references, with the keys beside it in columns.
type table struct {
	seed   graph.Seed
	index  []uint32 // group + 1, or 0 for a free place
	mask   uint64   // len(index) - 1
	hashes []uint64 // by group
	keys   []expr.Column
	sums   []uint64 // scratch: the hashes of a batch
}

func newTable(keys int) *table {
	return &table{seed: graph.NewSeed(), keys: make([]expr.Column, keys), index: make([]uint32, 32), mask: 31}
}

// len returns how many distinct keys there are.
func (t *table) len() int { return len(t.hashes) }

// reset empties the table and keeps its memory.
func (t *table) reset() {
	clear(t.index)
	t.hashes = t.hashes[:0]
	for i := range t.keys {
		clear(t.keys[i].Values)
		t.keys[i].Truncate()
	}
}

// hashRows returns the hashes of the keys of a batch, valid until the next
// call.
func (t *table) hashRows(b *expr.Batch, slots []int) []uint64 {
	if cap(t.sums) < b.N {
		t.sums = make([]uint64, max(b.N, 16))
	}
	sums := t.sums[:b.N]
	clear(sums)
	for _, s := range slots {
		c := &b.Columns[s]
		switch c.Kind {
		case expr.Values:
			for i := range sums {
				sums[i] = combine(sums[i], t.seed.Hash(c.Values[i]))
			}
		case expr.Nodes, expr.Relationships:
			for i := range sums {
				sums[i] = combine(sums[i], t.seed.Hash(c.Value(i)))
			}
		}
	}
	return sums
}

// combine makes the hash of a row depend on the order of its columns.
func combine(h, x uint64) uint64 {
	h = (h<<7 | h>>57) ^ x
	return h * 0x9E37_79B9_7F4A_7C15
}

// find returns the group of a row, or -1.
func (t *table) find(b *expr.Batch, slots []int, row int, hash uint64) int {
	mask := t.mask
	for at := hash >> 32 & mask; ; at = (at + 1) & mask {
		ref := t.index[at]
		if ref == 0 {
			return -1
		}
		if g := int(ref - 1); t.hashes[g] == hash && t.equal(g, b, slots, row) {
			return g
		}
	}
}

// insert returns the group of a row, which it adds when it is new.
func (t *table) insert(b *expr.Batch, slots []int, row int, hash uint64) (group int, added bool) {
	mask := t.mask
	at := hash >> 32 & mask
	for ; t.index[at] != 0; at = (at + 1) & mask {
		if g := int(t.index[at] - 1); t.hashes[g] == hash && t.equal(g, b, slots, row) {
			return g, false
		}
	}
	group = len(t.hashes)
	t.index[at] = uint32(group + 1) //nolint:gosec // groups are bounded by memory, far below 2^32
	t.hashes = append(t.hashes, hash)
	for i, s := range slots {
		t.keys[i].Append(&b.Columns[s], row, row+1)
	}
	if 2*len(t.hashes) > len(t.index) {
		t.grow()
	}
	return group, true
}

func (t *table) equal(group int, b *expr.Batch, slots []int, row int) bool {
	for i, s := range slots {
		k, c := &t.keys[i], &b.Columns[s]
		switch {
		case k.Kind != c.Kind:
		case k.Kind == expr.Values:
			if !graph.Equivalent(k.Values[group], c.Values[row]) {
				return false
			}
			continue
		default:
			if k.IDs[group] != c.IDs[row] {
				return false
			}
			continue
		}
		if !graph.Equivalent(k.Value(group), c.Value(row)) {
			return false
		}
	}
	return true
}

func (t *table) grow() {
	t.index, t.mask = make([]uint32, 4*len(t.index)), 4*t.mask+3
	mask := t.mask
	for g, h := range t.hashes {
		at := h >> 32 & mask
		for t.index[at] != 0 {
			at = (at + 1) & mask
		}
		t.index[at] = uint32(g + 1)
	}
}

// bytes estimates the memory that the table holds.
func (t *table) bytes() int64 {
	n := int64(4*len(t.index) + 8*cap(t.hashes))
	for i := range t.keys {
		n += int64(8*cap(t.keys[i].IDs) + 24*cap(t.keys[i].Values))
	}
	return n
}
