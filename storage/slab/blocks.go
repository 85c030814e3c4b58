package slab

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	// granule is the unit of references: 2^32 of them are 64 GiB.
	granule = 16

	chunkGranules = ChunkBytes / granule
	blocksChunks  = 1 << 32 / chunkGranules

	// smallClasses is the number of size classes below a chunk: 1, 2, 3, 4, 6,
	// 8, 12 … granules.
	smallClasses = 34
)

// A Blocks holds blocks of bytes. The reference 0 is never given out.
type Blocks struct {
	dir []atomic.Pointer[byte]
	mem *Memory

	mu     sync.Mutex
	chunks uint32                 // in use in dir
	next   uint32                 // first unused granule of the current chunk
	end    uint32                 // end of the current chunk
	free   [smallClasses][]uint32 // by size class
	large  map[int][]uint32       // by chunks
}

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

// class returns the size class of a block of at most a chunk. Classes grow by
// a half and by a third in turns.
func class(size int) int {
	g := uint(max(size+granule-1, granule) / granule)
	if g <= 2 {
		return int(g) - 1
	}
	top := bits.Len(g - 1) // g is in (2^(top-1), 2^top]
	if g <= 3<<(top-2) {
		return 2*top - 2
	}
	return 2*top - 1
}

func classGranules(class int) int {
	if class < 2 {
		return class + 1
	}
	if class%2 == 0 {
		return 3 << (class/2 - 1)
	}
	return 4 << (class/2 - 1)
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
	if n := len(b.free[c]); n > 0 {
		ref := b.free[c][n-1]
		b.free[c] = b.free[c][:n-1]
		return ref, nil
	}
	g := uint32(classGranules(c)) //nolint:gosec // at most a chunk
	if g > b.end-b.next {
		if err := b.newChunkLocked(); err != nil {
			return 0, err
		}
		if g > b.end-b.next { // the first chunk lacks its first granule
			if err := b.newChunkLocked(); err != nil {
				return 0, err
			}
		}
	}
	ref := b.next
	b.next += g
	return ref, nil
}

// newChunkLocked begins another chunk, and keeps what is left of the current
// one as free blocks.
func (b *Blocks) newChunkLocked() error {
	ref, err := b.mapLocked(1)
	if err != nil {
		return err
	}
	for left := b.end - b.next; left > 0; left = b.end - b.next {
		c := class(int(left) * granule)
		if uint32(classGranules(c)) > left { //nolint:gosec // at most a chunk
			c--
		}
		b.free[c] = append(b.free[c], b.next)
		b.next += uint32(classGranules(c)) //nolint:gosec // at most a chunk
	}
	b.next, b.end = ref, ref+chunkGranules
	if ref == 0 {
		b.next = 1
	}
	return nil
}

func (b *Blocks) allocLargeLocked(chunks int) (uint32, error) {
	if free := b.large[chunks]; len(free) > 0 {
		b.large[chunks] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	if b.chunks == 0 { // keeps the reference 0 out of the way
		if err := b.newChunkLocked(); err != nil {
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
}
