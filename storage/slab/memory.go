package slab

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	// ChunkBytes is the unit of memory: one huge page.
	ChunkBytes = 2 << 20

	// regionChunks makes a region of 256 MiB, the most that one block spans.
	regionChunks = 128

	// MaxBlock is the largest block in bytes. Half a region, so that a region
	// is never given up for one block.
	MaxBlock = regionChunks / 2 * ChunkBytes
)

// ErrLimit is returned when an allocation would exceed the limit of a [Memory].
var ErrLimit = errors.New("slab: memory limit reached")

// ErrFull is returned when a table or a set of blocks has no numbers left.
var ErrFull = errors.New("slab: no slots left")

// A Memory hands out chunks and counts them.
type Memory struct {
	limit  int64 // bytes; 0 means none
	used   atomic.Int64
	budget *Budget // that others share; may be nil

	mu      sync.Mutex
	regions [][]byte // each chunk-aligned, to be unmapped
	spare   []byte   // what is left of the newest region
	small   []byte   // what is left of a chunk that is cut into pieces
}

// NewMemory returns a memory that hands out at most limit bytes, 0 means no
// limit, and takes them from the budget, if there is one.
func NewMemory(limit int64, b *Budget) *Memory { return &Memory{limit: limit, budget: b} }

// A Budget bounds the bytes of several memories together.
type Budget struct {
	limit int64
	used  atomic.Int64
}

// NewBudget returns a budget of limit bytes; 0 means no limit.
func NewBudget(limit int64) *Budget { return &Budget{limit: limit} }

// Limit returns the bytes of the budget; 0 means no limit.
func (b *Budget) Limit() int64 { return b.limit }

// Used returns the bytes that the memories have taken.
func (b *Budget) Used() int64 { return b.used.Load() }

// take takes n bytes, or gives them back when n is negative.
func (b *Budget) take(n int64) bool {
	if b == nil {
		return true
	}
	if used := b.used.Add(n); b.limit > 0 && used > b.limit && n > 0 {
		b.used.Add(-n)
		return false
	}
	return true
}

// Used returns the bytes handed out or reserved.
func (m *Memory) Used() int64 { return m.used.Load() }

// Reserve counts n bytes that live elsewhere, such as on the Go heap, against
// the limit.
func (m *Memory) Reserve(n int64) error {
	used := m.used.Add(n)
	if m.limit > 0 && used > m.limit && n > 0 || !m.budget.take(n) {
		m.used.Add(-n)
		return ErrLimit
	}
	return nil
}

// Unreserve takes back n bytes of [Memory.Reserve].
func (m *Memory) Unreserve(n int64) {
	m.used.Add(-n)
	m.budget.take(-n)
}

// Release gives all chunks back to the system. Tables and blocks that use them
// must not be touched any more.
func (m *Memory) Release() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for _, r := range m.regions {
		errs = append(errs, unmap(r))
	}
	m.regions, m.spare, m.small = nil, nil, nil
	m.budget.take(-m.used.Swap(0))
	return errors.Join(errs...)
}

// chunks returns n contiguous zeroed chunks.
func (m *Memory) chunks(n int) ([]byte, error) {
	if err := m.Reserve(int64(n) * ChunkBytes); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, err := m.cutLocked(n * ChunkBytes)
	if err != nil {
		m.Unreserve(int64(n) * ChunkBytes)
	}
	return b, err
}

// piece returns n zeroed bytes out of a shared chunk, n at most a chunk and a
// multiple of 64.
func (m *Memory) piece(n int) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > len(m.small) {
		if err := m.Reserve(ChunkBytes); err != nil {
			return nil, err
		}
		b, err := m.cutLocked(ChunkBytes)
		if err != nil {
			m.Unreserve(ChunkBytes)
			return nil, err
		}
		m.small = b
	}
	b := m.small[:n:n]
	m.small = m.small[n:]
	return b, nil
}

// cutLocked takes bytes from the newest region, or from a new one. The rest of
// an old region, less than half of it, is lost for ever but was never touched.
func (m *Memory) cutLocked(bytes int) ([]byte, error) {
	if mapsRegions && bytes > len(m.spare) {
		r, err := mapMemory(regionChunks * ChunkBytes)
		if err != nil {
			return nil, fmt.Errorf("slab: map a region: %w", err)
		}
		m.regions = append(m.regions, r)
		m.spare = alignChunk(r)
	}
	if !mapsRegions {
		return make([]byte, bytes), nil
	}
	b := m.spare[:bytes:bytes]
	m.spare = m.spare[bytes:]
	return b, nil
}

// alignChunk cuts b at both ends to whole, aligned chunks.
func alignChunk(b []byte) []byte {
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) % ChunkBytes)
	b = b[skip:]
	return b[:len(b)/ChunkBytes*ChunkBytes]
}
