package index

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// A Hash finds slots by a 64-bit hash, of which 34 bits count: the caller
// checks what it finds. A hash may have any number of slots.
//
// It is an open-addressed table of words. A word holds the single slot of a
// hash, or refers to a list of them:
//
//	00 0…0                            empty; 1 is a removed word
//	01 hash (30 bits)  slot           one slot
//	10 hash (30 bits)  block          a chunk of rising slots
//	11 hash (30 bits)  block          a directory of chunks
//
// Words change by atomic stores, and blocks are copied when they change, so
// that readers need no lock.
type Hash struct {
	memory *slab.Memory
	blocks *slab.Blocks
	retire func(ref uint32, size int)
	shards [hashShards]hashShard
	count  atomic.Int64
	groups atomic.Int64 // hashes that have slots
}

const (
	hashShards  = 16
	hashBits    = 30
	firstCells  = 16
	cellRemoved = 1

	stateOne       = 1
	stateChunk     = 2
	stateDirectory = 3
)

type hashShard struct {
	cells atomic.Pointer[[]uint64]

	mu   sync.Mutex
	used int // cells that are not empty
	_    [40]byte
}

// NewHash returns an empty index. Blocks that readers may still be looking at
// are given to retire, which frees them later. The table itself lies on the Go
// heap and is counted by the memory.
func NewHash(m *slab.Memory, b *slab.Blocks, retire func(ref uint32, size int)) *Hash {
	return &Hash{memory: m, blocks: b, retire: retire}
}

// Distinct returns the number of hashes that have slots.
func (h *Hash) Distinct() int64 { return h.groups.Load() }

// Len returns the number of entries.
func (h *Hash) Len() int64 { return h.count.Load() }

func (h *Hash) shard(hash uint64) *hashShard { return &h.shards[hash>>60] }

func short(hash uint64) uint64 { return hash & (1<<hashBits - 1) }

func newCell(state, hash uint64, low uint32) uint64 {
	return state<<62 | hash<<32 | uint64(low)
}

func cellHash(c uint64) uint64 { return c >> 32 & (1<<hashBits - 1) }

// find returns the cell of a short hash, or nil.
func (s *hashShard) find(hash uint64) *uint64 {
	p := s.cells.Load()
	if p == nil {
		return nil
	}
	cells := *p
	mask := uint64(len(cells)) - 1
	for i := hash & mask; ; i = (i + 1) & mask {
		switch c := atomic.LoadUint64(&cells[i]); {
		case c == 0:
			return nil
		case c>>62 != 0 && cellHash(c) == hash:
			return &cells[i]
		}
	}
}

// Add enters a slot under a hash. Entering it twice is as good as once.
func (h *Hash) Add(hash uint64, slot uint32) error {
	s, k := h.shard(hash), short(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	if cell := s.find(k); cell != nil {
		c, added, err := h.with(*cell, slot)
		if err != nil {
			return fmt.Errorf("index: add to a hash: %w", err)
		}
		if added {
			atomic.StoreUint64(cell, c)
			h.count.Add(1)
		}
		return nil
	}
	if err := h.makeRoomLocked(s); err != nil {
		return fmt.Errorf("index: grow a hash: %w", err)
	}
	if insert(*s.cells.Load(), newCell(stateOne, k, slot)) {
		s.used++
	}
	h.count.Add(1)
	h.groups.Add(1)
	return nil
}

// insert stores a cell whose hash is not there, and reports whether it took an
// empty place.
func insert(cells []uint64, c uint64) (fresh bool) {
	mask := uint64(len(cells)) - 1
	for i := cellHash(c) & mask; ; i = (i + 1) & mask {
		if old := atomic.LoadUint64(&cells[i]); old>>62 == 0 {
			atomic.StoreUint64(&cells[i], c)
			return old == 0
		}
	}
}

// makeRoomLocked makes sure that at least a quarter of the cells stays empty
// after one more.
func (h *Hash) makeRoomLocked(s *hashShard) error {
	var old []uint64
	if p := s.cells.Load(); p != nil {
		old = *p
	}
	if (s.used+1)*4 <= len(old)*3 {
		return nil
	}
	live := 0
	for _, c := range old {
		if c>>62 != 0 {
			live++
		}
	}
	n := firstCells
	for (live+1)*2 > n {
		n *= 2
	}
	if err := h.memory.Reserve(int64(n) * 8); err != nil {
		return err
	}
	cells := make([]uint64, n)
	for _, c := range old {
		if c>>62 != 0 {
			insert(cells, c)
		}
	}
	s.cells.Store(&cells)
	s.used = live
	h.memory.Unreserve(int64(len(old)) * 8)
	return nil
}

// Remove takes a slot out of a hash.
func (h *Hash) Remove(hash uint64, slot uint32) error {
	s, k := h.shard(hash), short(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	cell := s.find(k)
	if cell == nil {
		return nil
	}
	c, removed, err := h.without(*cell, slot)
	if err != nil {
		return fmt.Errorf("index: remove from a hash: %w", err)
	}
	if removed {
		atomic.StoreUint64(cell, c)
		h.count.Add(-1)
		if c == cellRemoved {
			h.groups.Add(-1)
		}
	}
	return nil
}

// Next fills dst with slots of a hash that are not below from, rising, and
// returns how many they are and where to go on. At the end n is less than
// len(dst).
func (h *Hash) Next(hash, from uint64, dst []uint32) (n int, next uint64) {
	cell := h.shard(hash).find(short(hash))
	if cell == nil || from >= 1<<32 {
		return 0, from
	}
	c := atomic.LoadUint64(cell)
	low := uint32(c) //nolint:gosec // the low half
	switch c >> 62 {
	case stateOne:
		if uint64(low) < from || len(dst) == 0 {
			return 0, from
		}
		dst[0] = low
		return 1, uint64(low) + 1
	case stateChunk:
		n = copyFrom(dst, h.chunk(low), from)
	case stateDirectory:
		d := h.directory(low)
		for i := max(0, d.find(uint32(from))); i < len(d) && n < len(dst); i++ {
			n += copyFrom(dst[n:], h.chunk(d.chunk(i)), from)
		}
	}
	if n > 0 {
		from = uint64(dst[n-1]) + 1
	}
	return n, from
}

// Free removes all entries and gives back the memory. Nothing may be added any
// more; removing and reading find nothing.
func (h *Hash) Free() {
	for i := range h.shards {
		h.freeShard(&h.shards[i])
	}
	h.count.Store(0)
	h.groups.Store(0)
}

func (h *Hash) freeShard(s *hashShard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.cells.Swap(nil)
	if p == nil {
		return
	}
	for _, c := range *p {
		h.freeCell(c)
	}
	h.memory.Unreserve(int64(len(*p)) * 8)
}
