package storage

import (
	"sync/atomic"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// A block holds relationships of one node, in one direction and of one type.
// The blocks of a node form a list of groups, one a type, linked by next; a
// group that has outgrown one block is a list of blocks, linked by more, of
// which the first takes new entries. The entries follow the 32 bytes of the
// header.
//
// Blocks change only under the latch of their node. Readers take no lock: they
// load the number of entries before the counters that tell whether all entries
// are visible, and writers raise the counters first.
type block struct {
	stamp   uint64 // newest commit that made an entry
	count   uint32 // entries
	pending uint32 // entries whose creator has not committed
	dead    uint32 // group: deletions begun whose entries are still here; kept in the first block
	kind    uint32 // the type
	next    uint32 // the first block of the next group; only the first block's counts
	more    uint32 // an older block of the same group
}

// An entry is one relationship: the slot of the neighbour in the high half, of
// the relationship in the low one.
type entry uint64

func newEntry(neighbour, relationship uint32) entry {
	return entry(neighbour)<<32 | entry(relationship)
}

func (e entry) neighbour() uint32    { return uint32(e >> 32) }
func (e entry) relationship() uint32 { return uint32(e) } //nolint:gosec // the low half

const (
	blockHeader = int(unsafe.Sizeof(block{}))
	entryBytes  = int(unsafe.Sizeof(entry(0)))

	// maxBlockBytes ends the growth of a block: a hub grows by whole blocks,
	// so that appending copies little and old blocks keep old stamps.
	maxBlockBytes = 4096
)

func (s *Store) block(ref uint32) *block {
	return (*block)(s.adjacencyBlocks.Pointer(ref))
}

// at returns the place of an entry, which must be inside the block's capacity.
func (b *block) at(i uint32) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(b), blockHeader+int(i)*entryBytes))
}

func (b *block) entry(i uint32) entry { return entry(atomic.LoadUint64(b.at(i))) }

// blockSize returns the bytes of a block for n entries.
func blockSize(n int) int { return slab.Capacity(blockHeader + n*entryBytes) }

// hasRoom reports whether another entry fits. A block is as large as its size
// class, and entries are only ever added to it, so their number tells its size.
func hasRoom(n int) bool { return blockSize(n) >= blockHeader+(n+1)*entryBytes }

// allClear reports whether every entry of a block counted before is visible at
// a snapshot, without a look at the relationships.
func (b *block) allClear(group *block, snapshot uint64) bool {
	return atomic.LoadUint32(&group.dead) == 0 &&
		atomic.LoadUint32(&b.pending) == 0 &&
		atomic.LoadUint64(&b.stamp) <= snapshot
}

// A side is the list of groups of a node in one direction.
func (n *node) side(dir Direction) *uint32 {
	if dir == Out {
		return &n.out
	}
	return &n.in
}

// group returns the first block of a type in a list of groups, and the place
// that points to it; 0 when there is none, with the place for a new one.
func (s *Store) group(list *uint32, kind uint32) (ref uint32, place *uint32) {
	for place = list; ; {
		ref = atomic.LoadUint32(place)
		if ref == 0 {
			return 0, list
		}
		b := s.block(ref)
		if b.kind == kind {
			return ref, place
		}
		place = &b.next
	}
}

// link appends an entry that is pending to a node's list of a type. The latch
// of the node is held. Blocks that it replaces are appended to retired.
func (s *Store) link(list *uint32, kind uint32, e entry, retired *[]retirement) error {
	ref, place := s.group(list, kind)
	var b *block
	if ref != 0 {
		b = s.block(ref)
	}
	if b == nil || !hasRoom(int(b.count)) {
		var err error
		if b, err = s.growGroup(ref, b, kind, place, retired); err != nil {
			return err
		}
	}
	atomic.AddUint32(&b.pending, 1)
	atomic.StoreUint64(b.at(b.count), uint64(e))
	atomic.StoreUint32(&b.count, b.count+1)
	return nil
}

// growGroup makes room for one more entry: a first block, a larger copy of a
// block, or another block in front of it.
func (s *Store) growGroup(old uint32, b *block, kind uint32, place *uint32, retired *[]retirement) (*block, error) {
	count := 0
	if b != nil {
		count = int(b.count)
	}
	size := blockSize(count + 1)
	front := b != nil && size > maxBlockBytes
	if front {
		size = blockSize(1)
	}
	ref, err := s.adjacencyBlocks.Alloc(size)
	if err != nil {
		return nil, memoryError(err)
	}
	n := s.block(ref)
	switch {
	case b == nil:
		*n = block{kind: kind, next: atomic.LoadUint32(place)}
	case front:
		*n = block{kind: kind, next: b.next, more: old, dead: b.dead}
	default:
		*n = *b
		copy(n.entries(), b.entries())
		*retired = append(*retired, retirement{kind: retiredBlock, ref: old, size: uint32(blockSize(count))}) //nolint:gosec // at most maxBlockBytes
	}
	atomic.StoreUint32(place, ref)
	return n, nil
}

// entries returns the entries that are there. The latch is held, or nobody
// else knows the block.
func (b *block) entries() []entry {
	return unsafe.Slice((*entry)(unsafe.Pointer(b.at(0))), b.count)
}

// settle notes that the creators of k relationships in a list of a type have
// committed. The latch of the node is held.
func (s *Store) settle(list *uint32, kind uint32, isOurs func(relationship uint32) bool, k int, timestamp uint64) {
	first, _ := s.group(list, kind)
	for ref := first; ref != 0 && k > 0; {
		b := s.block(ref)
		found := uint32(0)
		for i := b.count; i > 0 && int(found) < k && found < b.pending; i-- {
			if isOurs(b.entry(i - 1).relationship()) {
				found++
			}
		}
		if found > 0 {
			// The stamp is raised before the entries stop to be pending.
			atomic.StoreUint64(&b.stamp, max(b.stamp, timestamp))
			atomic.StoreUint32(&b.pending, b.pending-found)
			k -= int(found)
		}
		ref = b.more
	}
}

// mark adds n, which may be negative, to the deletions of a group.
func (s *Store) mark(list *uint32, kind uint32, n int) {
	if ref, _ := s.group(list, kind); ref != 0 {
		atomic.AddUint32(&s.block(ref).dead, uint32(n)) //nolint:gosec // wraps around for negative numbers
	}
}

// A cut says what [Store.unlink] takes out.
type cut struct {
	gone    func(relationship uint32) bool
	pending bool // the creators gave up; else the deletions are past
}

// unlink cuts entries out of a group: every block that has one is replaced by a
// copy without, and by nothing when no entry is left. The latch of the node is
// held. Without memory for a copy it changes nothing.
func (s *Store) unlink(list *uint32, kind uint32, c cut, retired *[]retirement) error {
	first, place := s.group(list, kind)
	if first == 0 {
		return nil
	}
	var kept [8]uint32
	refs := kept[:0]
	removed, retiredBefore := uint32(0), len(*retired)
	for ref := first; ref != 0; ref = s.block(ref).more {
		n, err := s.copyWithout(ref, c, &refs, retired)
		if err != nil {
			for _, r := range refs { // copies that nobody has seen
				if s.isCopy(r, first) {
					s.adjacencyBlocks.Free(r, blockSize(int(s.block(r).count)))
				}
			}
			*retired = (*retired)[:retiredBefore]
			return err
		}
		removed += n
	}
	if removed == 0 {
		return nil
	}
	old := s.block(first)
	dead := old.dead
	if !c.pending {
		dead -= removed
	}
	if len(refs) == 0 {
		atomic.StoreUint32(place, old.next)
		return nil
	}
	for i, ref := range refs {
		more := uint32(0)
		if i+1 < len(refs) {
			more = refs[i+1]
		}
		atomic.StoreUint32(&s.block(ref).more, more)
	}
	b := s.block(refs[0])
	atomic.StoreUint32(&b.next, old.next)
	atomic.StoreUint32(&b.dead, dead)
	atomic.StoreUint32(place, refs[0])
	return nil
}

// isCopy reports whether a block is not in the group that begins at first.
func (s *Store) isCopy(ref, first uint32) bool {
	for r := first; r != 0; r = s.block(r).more {
		if r == ref {
			return false
		}
	}
	return true
}

// copyWithout appends to refs the block itself when it has nothing to cut, a
// copy of what is left otherwise, and nothing when nothing is left.
func (s *Store) copyWithout(ref uint32, c cut, refs *[]uint32, retired *[]retirement) (removed uint32, err error) {
	b := s.block(ref)
	for _, e := range b.entries() {
		if c.gone(e.relationship()) {
			removed++
		}
	}
	if removed == 0 {
		*refs = append(*refs, ref)
		return 0, nil
	}
	if left := int(b.count - removed); left > 0 {
		copied, err := s.adjacencyBlocks.Alloc(blockSize(left))
		if err != nil {
			return 0, memoryError(err)
		}
		n := s.block(copied)
		*n = block{stamp: b.stamp, pending: b.pending, kind: b.kind}
		if c.pending {
			n.pending -= removed
		}
		for _, e := range b.entries() {
			if !c.gone(e.relationship()) {
				*n.at(n.count) = uint64(e)
				n.count++
			}
		}
		*refs = append(*refs, copied)
	}
	*retired = append(*retired, retirement{kind: retiredBlock, ref: ref, size: uint32(blockSize(int(b.count)))}) //nolint:gosec // at most maxBlockBytes
	return removed, nil
}
