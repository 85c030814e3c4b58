package index

import (
	"slices"
	"sort"
	"sync/atomic"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// The lists of a [Hash]. A chunk is a block with the number of its slots and the
// slots, rising, four bytes each. A directory is a block with the number of its
// chunks and, for each of them, eight bytes: the first slot in the high half,
// the reference in the low one. Of a directory only the references change in
// place. A chunk changes in place only by a slot that goes behind all others
// and for which its block has room: readers load the number of slots first.
const (
	maxChunk = 500 // slots, so that a chunk is a block of 2 KiB

	listHeader = 8
)

// chunk returns the slots of a chunk.
func (h *Hash) chunk(ref uint32) []uint32 {
	p := h.blocks.Pointer(ref)
	return unsafe.Slice((*uint32)(unsafe.Add(p, listHeader)), atomic.LoadUint32((*uint32)(p)))
}

// extend puts a slot behind all others of a chunk, and reports whether there was
// room.
func (h *Hash) extend(ref uint32, slots []uint32, slot uint32) bool {
	n := len(slots)
	if slot < slots[n-1] || slab.Capacity(chunkSize(n)) < chunkSize(n+1) {
		return false
	}
	p := h.blocks.Pointer(ref)
	*(*uint32)(unsafe.Add(p, chunkSize(n))) = slot
	atomic.StoreUint32((*uint32)(p), uint32(n+1)) //nolint:gosec // at most maxChunk
	return true
}

// chunkWith returns a new chunk of slots with one more at an index.
func (h *Hash) chunkWith(slots []uint32, at int, slot uint32) (uint32, error) {
	n := len(slots) + 1
	ref, err := h.blocks.Alloc(chunkSize(n))
	if err != nil {
		return 0, err
	}
	*(*uint32)(h.blocks.Pointer(ref)) = uint32(n) //nolint:gosec // at most maxChunk
	all := h.chunk(ref)
	copy(all, slots[:at])
	all[at] = slot
	copy(all[at+1:], slots[at:])
	return ref, nil
}

func chunkSize(n int) int { return listHeader + 4*n }

func (h *Hash) newChunk(slots []uint32) (uint32, error) {
	ref, err := h.blocks.Alloc(chunkSize(len(slots)))
	if err != nil {
		return 0, err
	}
	*(*uint32)(h.blocks.Pointer(ref)) = uint32(len(slots)) //nolint:gosec // at most maxChunk
	copy(h.chunk(ref), slots)
	return ref, nil
}

// A directory is the entries of one.
type directory []uint64

func (h *Hash) directory(ref uint32) directory {
	p := h.blocks.Pointer(ref)
	return unsafe.Slice((*uint64)(unsafe.Add(p, listHeader)), *(*uint32)(p))
}

func directorySize(n int) int { return listHeader + 8*n }

func (h *Hash) newDirectory(d directory) (uint32, error) {
	ref, err := h.blocks.Alloc(directorySize(len(d)))
	if err != nil {
		return 0, err
	}
	*(*uint32)(h.blocks.Pointer(ref)) = uint32(len(d)) //nolint:gosec // bounded by the slots
	copy(h.directory(ref), d)
	return ref, nil
}

func directoryEntry(first, chunk uint32) uint64 { return uint64(first)<<32 | uint64(chunk) }

func (d directory) first(i int) uint32 { return uint32(atomic.LoadUint64(&d[i]) >> 32) }
func (d directory) chunk(i int) uint32 { return uint32(atomic.LoadUint64(&d[i])) } //nolint:gosec // the low half

// find returns the chunk that a slot belongs to, -1 when it is before all.
func (d directory) find(slot uint32) int {
	return sort.Search(len(d), func(i int) bool { return d.first(i) > slot }) - 1
}

// copyFrom copies the slots that are not below from.
func copyFrom(dst, slots []uint32, from uint64) int {
	i, _ := slices.BinarySearch(slots, uint32(from)) //nolint:gosec // below 2^32
	return copy(dst, slots[i:])
}

// with returns a cell with a slot added, and false when it was there.
func (h *Hash) with(c uint64, slot uint32) (uint64, bool, error) {
	low := uint32(c) //nolint:gosec // the low half
	switch c >> 62 {
	case stateOne:
		if low == slot {
			return c, false, nil
		}
		ref, err := h.newChunk([]uint32{min(low, slot), max(low, slot)})
		return newCell(stateChunk, cellHash(c), ref), true, err
	case stateChunk:
		slots := h.chunk(low)
		i, found := slices.BinarySearch(slots, slot)
		if found {
			return c, false, nil
		}
		if len(slots) == maxChunk {
			ref, err := h.split(directory{directoryEntry(0, low)}, 0, slot)
			return newCell(stateDirectory, cellHash(c), ref), true, err
		}
		if h.extend(low, slots, slot) {
			return c, true, nil
		}
		ref, err := h.chunkWith(slots, i, slot)
		if err == nil {
			h.retire(low, chunkSize(len(slots)))
		}
		return newCell(stateChunk, cellHash(c), ref), true, err
	default:
		return h.withDirectory(c, low, slot)
	}
}

func (h *Hash) withDirectory(c uint64, low, slot uint32) (uint64, bool, error) {
	d := h.directory(low)
	at := max(0, d.find(slot))
	chunk := d.chunk(at)
	slots := h.chunk(chunk)
	i, found := slices.BinarySearch(slots, slot)
	if found {
		return c, false, nil
	}
	if len(slots) == maxChunk {
		ref, err := h.split(d, at, slot)
		if err == nil {
			h.retire(low, directorySize(len(d)))
		}
		return newCell(stateDirectory, cellHash(c), ref), true, err
	}
	if h.extend(chunk, slots, slot) {
		return c, true, nil
	}
	ref, err := h.chunkWith(slots, i, slot)
	if err != nil {
		return c, false, err
	}
	atomic.StoreUint64(&d[at], directoryEntry(d.first(at), ref))
	h.retire(chunk, chunkSize(len(slots)))
	return c, true, nil
}

// split returns a new directory in which the full chunk at an index is two, and
// a slot is added. When slots come in rising order, full chunks stay full.
func (h *Hash) split(d directory, at int, slot uint32) (uint32, error) {
	old := d.chunk(at)
	slots := h.chunk(old)
	i, _ := slices.BinarySearch(slots, slot)
	all := slices.Insert(slices.Clone(slots), i, slot)
	half := len(all) / 2
	if i == len(slots) && at == len(d)-1 {
		half = len(slots)
	}
	left, err := h.newChunk(all[:half])
	if err != nil {
		return 0, err
	}
	right, err := h.newChunk(all[half:])
	if err != nil {
		h.blocks.Free(left, chunkSize(half))
		return 0, err
	}
	n := slices.Clone(d)
	n[at] = directoryEntry(d.first(at), left)
	n = slices.Insert(n, at+1, directoryEntry(all[half], right))
	ref, err := h.newDirectory(n)
	if err != nil {
		h.blocks.Free(left, chunkSize(half))
		h.blocks.Free(right, chunkSize(len(all)-half))
		return 0, err
	}
	h.retire(old, chunkSize(len(slots)))
	return ref, nil
}

// without returns a cell with a slot removed, and false when it was not there.
func (h *Hash) without(c uint64, slot uint32) (uint64, bool, error) {
	low := uint32(c) //nolint:gosec // the low half
	switch c >> 62 {
	case stateOne:
		return cellRemoved, low == slot, nil
	case stateChunk:
		slots := h.chunk(low)
		i, found := slices.BinarySearch(slots, slot)
		if !found {
			return c, false, nil
		}
		if len(slots) == 2 {
			h.retire(low, chunkSize(2))
			return newCell(stateOne, cellHash(c), slots[1-i]), true, nil
		}
		ref, err := h.newChunk(slices.Delete(slices.Clone(slots), i, i+1))
		if err == nil {
			h.retire(low, chunkSize(len(slots)))
		}
		return newCell(stateChunk, cellHash(c), ref), true, err
	default:
		return h.withoutDirectory(c, low, slot)
	}
}

func (h *Hash) withoutDirectory(c uint64, low, slot uint32) (uint64, bool, error) {
	d := h.directory(low)
	at := max(0, d.find(slot))
	chunk := d.chunk(at)
	slots := h.chunk(chunk)
	i, found := slices.BinarySearch(slots, slot)
	if !found {
		return c, false, nil
	}
	if len(slots) > 1 {
		ref, err := h.newChunk(slices.Delete(slices.Clone(slots), i, i+1))
		if err != nil {
			return c, false, err
		}
		atomic.StoreUint64(&d[at], directoryEntry(d.first(at), ref))
		h.retire(chunk, chunkSize(len(slots)))
		return c, true, nil
	}
	n := slices.Delete(slices.Clone(d), at, at+1)
	var cell uint64 = cellRemoved
	if len(n) > 0 {
		if at == 0 {
			n[0] = directoryEntry(0, n.chunk(0))
		}
		ref, err := h.newDirectory(n)
		if err != nil {
			return c, false, err
		}
		cell = newCell(stateDirectory, cellHash(c), ref)
	}
	h.retire(chunk, chunkSize(1))
	h.retire(low, directorySize(len(d)))
	return cell, true, nil
}

// freeCell frees the blocks of a cell.
func (h *Hash) freeCell(c uint64) {
	low := uint32(c) //nolint:gosec // the low half
	switch c >> 62 {
	case stateChunk:
		h.retire(low, chunkSize(len(h.chunk(low))))
	case stateDirectory:
		d := h.directory(low)
		for i := range d {
			h.retire(d.chunk(i), chunkSize(len(h.chunk(d.chunk(i)))))
		}
		h.retire(low, directorySize(len(d)))
	}
}
