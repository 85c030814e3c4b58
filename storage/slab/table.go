package slab

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"unsafe"
)

// ChunkRecords is the number of records in a chunk of a [Table].
const ChunkRecords = 1 << 16

const tableChunks = 1 << 16

// A Table holds records of type T, which must have no pointers, under slots.
// Records of fresh slots are zero; those of reused slots are as they were left.
// A slot has a generation, which rises when the slot is freed.
type Table[T any] struct {
	chunks      []atomic.Pointer[[ChunkRecords]T]
	generations []atomic.Pointer[[ChunkRecords]uint32] // nil before a slot of the chunk is reused
	length      atomic.Uint64                          // slots that were ever in use
	mem         *Memory

	mu   sync.Mutex
	free []uint32
}

// NewTable returns an empty table.
func NewTable[T any](m *Memory) (*Table[T], error) {
	chunks, err := newDirectory[[ChunkRecords]T](m, tableChunks)
	if err != nil {
		return nil, fmt.Errorf("slab: directory of a table: %w", err)
	}
	generations, err := newDirectory[[ChunkRecords]uint32](m, tableChunks)
	if err != nil {
		return nil, fmt.Errorf("slab: directory of generations: %w", err)
	}
	return &Table[T]{chunks: chunks, generations: generations, mem: m}, nil
}

// Len returns one more than the highest slot that was ever in use.
func (t *Table[T]) Len() uint64 { return t.length.Load() }

// Used returns the slots in use.
func (t *Table[T]) Used() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int64(t.length.Load()) - int64(len(t.free)) //nolint:gosec // at most 2^32
}

// Clear makes [Table.Find] and [Table.Len] answer as if no slot were in use, for
// the time after the memory is released. The table must not be filled again.
func (t *Table[T]) Clear() { t.length.Store(0) }

// At returns the record of a slot, which must be below [Table.Len].
func (t *Table[T]) At(slot uint32) *T {
	return &t.chunks[slot>>16].Load()[slot&(ChunkRecords-1)]
}

// Generation returns how often the slot has been freed.
func (t *Table[T]) Generation(slot uint32) uint32 {
	g := t.generations[slot>>16].Load()
	if g == nil {
		return 0
	}
	return atomic.LoadUint32(&g[slot&(ChunkRecords-1)])
}

// ID returns the slot with its generation in the high half.
func (t *Table[T]) ID(slot uint32) uint64 {
	return uint64(t.Generation(slot))<<32 | uint64(slot)
}

// Find returns the record of an id, or nil when the slot was never in use or
// has another generation.
func (t *Table[T]) Find(id uint64) *T {
	slot, generation := uint32(id), uint32(id>>32) //nolint:gosec // the low half
	if uint64(slot) >= t.length.Load() || t.Generation(slot) != generation {
		return nil
	}
	return t.At(slot)
}

// Alloc returns a slot that is not in use, and its record.
func (t *Table[T]) Alloc() (uint32, *T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		slot := t.free[n-1]
		t.free = t.free[:n-1]
		return slot, t.At(slot), nil
	}
	n := t.length.Load()
	if n > math.MaxUint32 {
		return 0, nil, ErrFull
	}
	if err := t.growLocked(n + 1); err != nil {
		return 0, nil, err
	}
	return uint32(n), t.At(uint32(n)), nil
}

// Grow puts all slots below n in use, at most 2^32. Those that were not in use
// before have zero records.
func (t *Table[T]) Grow(n uint64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.growLocked(n)
}

func (t *Table[T]) growLocked(n uint64) error {
	for have := t.length.Load(); have < n; have = t.length.Load() {
		chunk := have >> 16
		if have&(ChunkRecords-1) == 0 {
			var record T
			size := int(unsafe.Sizeof(record)) * ChunkRecords
			b, err := t.mem.chunks((size + ChunkBytes - 1) / ChunkBytes)
			if err != nil {
				return err
			}
			t.chunks[chunk].Store((*[ChunkRecords]T)(unsafe.Pointer(unsafe.SliceData(b))))
		}
		t.length.Store(min(n, (chunk+1)<<16))
	}
	return nil
}

// Free gives a slot back and raises its generation. Without memory for the
// generation, or generations left, the slot stays unused for ever.
func (t *Table[T]) Free(slot uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.Generation(slot)
	if g == math.MaxUint32 || t.setGenerationLocked(slot, g+1) != nil {
		return
	}
	t.free = append(t.free, slot)
}

// Recycle gives a slot back without raising its generation, for tables whose
// slots are never named from outside.
func (t *Table[T]) Recycle(slots ...uint32) {
	t.mu.Lock()
	t.free = append(t.free, slots...)
	t.mu.Unlock()
}

// SetGeneration says how often a slot had been freed in an earlier life.
func (t *Table[T]) SetGeneration(slot, generation uint32) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.setGenerationLocked(slot, generation)
}

func (t *Table[T]) setGenerationLocked(slot, generation uint32) error {
	g := t.generations[slot>>16].Load()
	if g == nil {
		if generation == 0 {
			return nil
		}
		b, err := t.mem.piece(ChunkRecords * 4)
		if err != nil {
			return err
		}
		g = (*[ChunkRecords]uint32)(unsafe.Pointer(unsafe.SliceData(b)))
		t.generations[slot>>16].Store(g)
	}
	atomic.StoreUint32(&g[slot&(ChunkRecords-1)], generation)
	return nil
}
