package slab

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	// granule is the unit of references: 2^32 of them are 64 GiB.
	granule = 16

	chunkGranules = ChunkBytes / granule
	blocksChunks  = 1 << 32 / chunkGranules

	// smallClasses is the number of size classes up to a chunk: 1, 2, 3, 4, 5, 6,
	// 7, 8, 10, 12, 14, 16, 20 … granules, four a doubling.
	smallClasses = 64

	// Free blocks are put together when they are this part of all bytes: rarely
	// enough that the work does not show, early enough that little is wasted.
	mergeShare = 16
	// minSpan is the smallest span that is worth cutting blocks from.
	minSpan = 6
)

// A Blocks holds blocks of bytes. The reference 0 is never given out.
//
// A graph that grows leaves many small free blocks and wants larger ones. Before
// another chunk is taken, free blocks that lie side by side are put together to
// spans, from which blocks of any size are cut.
type Blocks struct {
	dir []atomic.Pointer[byte]
	mem *Memory

	mu     sync.Mutex
	chunks uint32                 // in use in dir
	next   uint32                 // first unused granule of the current span
	end    uint32                 // end of the current span
	spans  []span                 // further ones, the largest last
	free   [smallClasses][]uint32 // by size class
	freed  int                    // granules in free
	// residue is what of that could not be put together the last time.
	residue int
	large   map[int][]uint32 // by chunks
}

// A span is a run of free granules in one chunk.
type span struct{ ref, size uint32 }

// NewBlocks returns an empty set of blocks.
func NewBlocks(m *Memory) (*Blocks, error) {
	dir, err := newDirectory[byte](m, blocksChunks)
	if err != nil {
		return nil, fmt.Errorf("slab: directory of blocks: %w", err)
	}
	return &Blocks{dir: dir, mem: m, large: make(map[int][]uint32)}, nil
}

// Capacity returns the bytes that a block of size bytes really takes.
func Capacity(size int) int {
	if size > ChunkBytes {
		return (size + ChunkBytes - 1) / ChunkBytes * ChunkBytes
	}
	return classGranules(class(size)) * granule
}

// class returns the size class of a block of at most a chunk.
func class(size int) int {
	g := uint(max(size+granule-1, granule) / granule)
	if g <= 8 {
		return int(g) - 1
	}
	shift := bits.Len(g-1) - 3 // g is in (4<<shift, 8<<shift]
	return 4*shift + int((g-1)>>shift)
}

func classGranules(class int) int {
	if class < 8 {
		return class + 1
	}
	shift := class/4 - 1
	return (class%4 + 5) << shift
}

// Pointer returns the address of a block. Its start is 16-byte aligned.
func (b *Blocks) Pointer(ref uint32) unsafe.Pointer {
	base := b.dir[ref/chunkGranules].Load()
	return unsafe.Add(unsafe.Pointer(base), ref%chunkGranules*granule)
}

// Bytes returns the first n bytes of a block, n at most its capacity.
func (b *Blocks) Bytes(ref uint32, n int) []byte {
	return unsafe.Slice((*byte)(b.Pointer(ref)), n)
}

// Alloc returns a block of at least size bytes, which are zero or left from an
// earlier block.
func (b *Blocks) Alloc(size int) (uint32, error) {
	if size > MaxBlock {
		return 0, ErrFull
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if size > ChunkBytes {
		return b.allocLargeLocked((size + ChunkBytes - 1) / ChunkBytes)
	}
	c := class(size)
	g := uint32(classGranules(c)) //nolint:gosec // at most a chunk
	if n := len(b.free[c]); n > 0 {
		ref := b.free[c][n-1]
		b.free[c] = b.free[c][:n-1]
		b.freed -= int(g)
		return ref, nil
	}
	for g > b.end-b.next {
		if err := b.refillLocked(g); err != nil {
			return 0, err
		}
	}
	ref := b.next
	b.next += g
	return ref, nil
}

// refillLocked makes another span the current one, for a block of g granules.
// What is left of the current one becomes free blocks.
func (b *Blocks) refillLocked(g uint32) error {
	b.freeSpanLocked(span{ref: b.next, size: b.end - b.next})
	b.next, b.end = 0, 0
	fits := func() bool { return len(b.spans) > 0 && b.spans[len(b.spans)-1].size >= g }
	b.residue = min(b.residue, b.freed)
	if fresh := b.freed - b.residue; !fits() && fresh > chunkGranules/4 && fresh > int(b.chunks)*(chunkGranules/mergeShare) {
		b.mergeLocked()
	}
	if fits() {
		s := b.spans[len(b.spans)-1]
		b.spans = b.spans[:len(b.spans)-1]
		b.next, b.end = s.ref, s.ref+s.size
		return nil
	}
	ref, err := b.mapLocked(1)
	if err != nil {
		return err
	}
	b.next, b.end = max(ref, 1), ref+chunkGranules
	return nil
}

// freeSpanLocked cuts a span into free blocks.
func (b *Blocks) freeSpanLocked(s span) {
	for s.size > 0 {
		c := class(int(s.size) * granule)
		if uint32(classGranules(c)) > s.size { //nolint:gosec // at most a chunk
			c--
		}
		b.free[c] = append(b.free[c], s.ref)
		g := uint32(classGranules(c)) //nolint:gosec // at most a chunk
		b.freed += int(g)
		s.ref += g
		s.size -= g
	}
}

// mergeLocked puts free blocks side by side together. Spans do not cross chunks,
// because chunks need not lie side by side in memory.
func (b *Blocks) mergeLocked() {
	isFree := make([]uint64, int(b.chunks)*chunkGranules/64)
	mark := func(s span) {
		for g := s.ref; g < s.ref+s.size; g++ {
			isFree[g/64] |= 1 << (g % 64)
		}
	}
	for c := range b.free {
		g := uint32(classGranules(c)) //nolint:gosec // at most a chunk
		for _, ref := range b.free[c] {
			mark(span{ref: ref, size: g})
		}
		b.free[c] = nil
	}
	for _, s := range b.spans {
		mark(s)
	}
	b.freed, b.spans = 0, b.spans[:0]
	for chunk := range b.chunks {
		s := span{ref: chunk * chunkGranules}
		for end := s.ref + chunkGranules; s.ref < end; {
			s = nextRun(isFree, s.ref+s.size, end)
			if s.size >= minSpan {
				b.spans = append(b.spans, s)
			} else {
				b.freeSpanLocked(s)
			}
		}
	}
	b.residue = b.freed
	slices.SortFunc(b.spans, func(x, y span) int { return cmp.Compare(x.size, y.size) })
}

// nextRun returns the next run of set bits in a set, or an empty one at the end.
func nextRun(set []uint64, from, end uint32) span {
	for from < end {
		if w := set[from/64] >> (from % 64); w != 0 {
			from += uint32(bits.TrailingZeros64(w)) //nolint:gosec // below 64
			break
		}
		from = (from/64 + 1) * 64
	}
	s := span{ref: min(from, end)}
	for to := s.ref; to < end; {
		if w := ^set[to/64] >> (to % 64); w != 0 {
			to += uint32(bits.TrailingZeros64(w)) //nolint:gosec // below 64
			s.size = to - s.ref
			return s
		}
		to = (to/64 + 1) * 64
		s.size = to - s.ref
	}
	return s
}

func (b *Blocks) allocLargeLocked(chunks int) (uint32, error) {
	if free := b.large[chunks]; len(free) > 0 {
		b.large[chunks] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	if b.chunks == 0 { // keeps the reference 0 out of the way
		if err := b.refillLocked(1); err != nil {
			return 0, err
		}
	}
	return b.mapLocked(chunks)
}

// mapLocked enters n contiguous chunks into the directory and returns the
// reference of their start.
func (b *Blocks) mapLocked(n int) (uint32, error) {
	if int(b.chunks)+n >= blocksChunks {
		return 0, ErrFull
	}
	m, err := b.mem.chunks(n)
	if err != nil {
		return 0, err
	}
	ref := b.chunks * chunkGranules
	for i := range n {
		b.dir[b.chunks].Store(&m[i*ChunkBytes])
		b.chunks++
	}
	return ref, nil
}

// Free gives back a block that was allocated with this size.
func (b *Blocks) Free(ref uint32, size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if size > ChunkBytes {
		n := (size + ChunkBytes - 1) / ChunkBytes
		b.large[n] = append(b.large[n], ref)
		return
	}
	c := class(size)
	b.free[c] = append(b.free[c], ref)
	b.freed += classGranules(c)
}

// Stats returns the bytes of all chunks, and how many of them are free.
func (b *Blocks) Stats() (chunks, free int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	free = (int64(b.end-b.next) + int64(b.freed)) * granule
	for _, s := range b.spans {
		free += int64(s.size) * granule
	}
	for n, list := range b.large {
		free += int64(len(list)) * int64(n) * ChunkBytes
	}
	return int64(b.chunks) * ChunkBytes, free
}
