package storage

import (
	"sync/atomic"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// A block holds relationships of one node, in one direction and of one type.
// The blocks of a node form a list of groups, one a type, linked by next; a
// group that has outgrown one block is a list of blocks, of which the first
// takes new entries. The header is small, because most blocks have a handful of
// entries: 16 bytes, and 8 more where older blocks follow (a hub). The entries
// lie behind it.
//
// Blocks change only under the latch of their node. Readers take no lock: they
// load the number of entries before the word that tells whether all entries
// are visible, and writers raise that first.
type block struct {
	// settled is one number, so that one comparison with a snapshot tells that
	// everything is visible: entries whose creator has not committed in the high
	// 8 bits, deletions begun whose entries are still here in the next 8 (in the
	// only block of a group), and the newest commit that made an entry.
	settled uint64
	head    uint32 // type 16 bits, hub 1 bit, entries 8 bits
	next    uint32 // the first block of the next group; only the first block's counts
}

// A hub follows the header of a block that is not the oldest of its group.
type hub struct {
	more uint32 // an older block of the same group
	dead uint32 // of the group, as in block.settled; only the first block's counts
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
	hubHeader   = int(unsafe.Sizeof(hub{}))
	entryBytes  = int(unsafe.Sizeof(entry(0)))

	// maxBlockBytes ends the growth of a block: a hub grows by whole blocks,
	// so that appending copies little and old blocks keep old stamps. It also
	// keeps the number of entries in 8 bits.
	maxBlockBytes = 2048

	countMask = 1<<8 - 1
	hubBit    = 1 << 8
	kindShift = 16
	maxKinds  = 1 << (32 - kindShift)

	stampBits    = 48
	stampMask    = 1<<stampBits - 1
	deadShift    = stampBits
	deadMask     = 1<<8 - 1
	pendingShift = 56

	// manyDead is what a block without a hub's header knows of deletions that it
	// cannot count. It stays until the group is gone, and costs readers time.
	manyDead = 1 << 31
)

func newHead(kind, count uint32, isHub bool) uint32 {
	h := kind<<kindShift | count
	if isHub {
		h |= hubBit
	}
	return h
}

func (s *Store) block(ref uint32) *block {
	return (*block)(s.adjacencyBlocks.Pointer(ref))
}

// len returns the number of entries.
func (b *block) len() uint32 { return atomic.LoadUint32(&b.head) & countMask }

// kind returns the type.
func (b *block) kind() uint32 { return atomic.LoadUint32(&b.head) >> kindShift }

func (b *block) isHub() bool { return atomic.LoadUint32(&b.head)&hubBit != 0 }

// hub returns the second header of a block that has one.
func (b *block) hub() *hub { return (*hub)(unsafe.Add(unsafe.Pointer(b), blockHeader)) }

// more returns the next older block of the group, or 0.
func (b *block) more() uint32 {
	if !b.isHub() {
		return 0
	}
	return atomic.LoadUint32(&b.hub().more)
}

// at returns the place of an entry, which must be inside the block's capacity.
func (b *block) at(i uint32) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(b), headerSize(b.isHub())+int(i)*entryBytes))
}

func (b *block) entry(i uint32) entry { return entry(atomic.LoadUint64(b.at(i))) }

func (b *block) stamp() uint64   { return b.settled & stampMask }
func (b *block) pending() uint32 { return uint32(b.settled >> pendingShift) }

// raise notes that entries have become pending (or, with a negative number, are
// not any more) and that a commit has made some. The latch is held.
func (b *block) raise(pending int, stamp uint64) {
	w := b.settled&^stampMask | max(b.stamp(), stamp)
	atomic.StoreUint64(&b.settled, w+uint64(pending)<<pendingShift) //nolint:gosec // wraps around for negative numbers
}

// dead returns the deletions of a group, of which b is the first block. The
// latch is held.
func (b *block) dead() uint32 {
	if b.isHub() {
		return b.hub().dead
	}
	if n := uint32(b.settled >> deadShift & deadMask); n < deadMask {
		return n
	}
	return manyDead
}

func (b *block) setDead(n uint32) {
	if b.isHub() {
		atomic.StoreUint32(&b.hub().dead, n)
		return
	}
	w := b.settled &^ (deadMask << deadShift)
	atomic.StoreUint64(&b.settled, w|uint64(min(n, deadMask))<<deadShift)
}

func headerSize(isHub bool) int {
	if isHub {
		return blockHeader + hubHeader
	}
	return blockHeader
}

// blockSize returns the bytes of a block for n entries.
func blockSize(n int, isHub bool) int { return slab.Capacity(headerSize(isHub) + n*entryBytes) }

// size returns the bytes of a block. A block is as large as its size class, and
// entries are only ever added to it, so their number tells.
func (b *block) size() int { return blockSize(int(b.len()), b.isHub()) }

// hasRoom reports whether another entry fits.
func (b *block) hasRoom() bool { return b.size() >= headerSize(b.isHub())+int(b.len()+1)*entryBytes }

// allClear reports whether every entry of a block counted before is visible at
// a snapshot, without a look at the relationships.
func (b *block) allClear(group *block, snapshot uint64) bool {
	// Who reads what is not committed has a snapshot without end.
	return atomic.LoadUint64(&b.settled) <= min(snapshot, stampMask) &&
		(!group.isHub() || atomic.LoadUint32(&group.hub().dead) == 0)
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
		if b.kind() == kind {
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
	if b == nil || !b.hasRoom() {
		var err error
		if b, err = s.growGroup(ref, b, kind, place, retired); err != nil {
			return err
		}
	}
	b.raise(1, 0)
	n := b.len()
	atomic.StoreUint64(b.at(n), uint64(e))
	atomic.StoreUint32(&b.head, b.head+1)
	return nil
}

// growGroup makes room for one more entry: a first block, a larger copy of a
// block, or another block in front of it.
func (s *Store) growGroup(old uint32, b *block, kind uint32, place *uint32, retired *[]retirement) (*block, error) {
	count, isHub := 0, false
	if b != nil {
		count, isHub = int(b.len()), b.isHub()
	}
	size := blockSize(count+1, isHub)
	front := size > maxBlockBytes
	if front {
		size = blockSize(1, true)
	}
	ref, err := s.adjacencyBlocks.Alloc(size)
	if err != nil {
		return nil, memoryError(err)
	}
	n := s.block(ref)
	switch {
	case b == nil:
		*n = block{head: newHead(kind, 0, false), next: atomic.LoadUint32(place)}
	case front:
		*n = block{head: newHead(kind, 0, true), next: b.next}
		*n.hub() = hub{more: old, dead: b.dead()}
	default:
		*n = *b
		if isHub {
			*n.hub() = *b.hub()
		}
		copy(n.entries(), b.entries())
		*retired = append(*retired, retirement{kind: retiredBlock, ref: old, size: uint32(b.size())}) //nolint:gosec // at most maxBlockBytes
	}
	atomic.StoreUint32(place, ref)
	return n, nil
}

// entries returns the entries that are there. The latch is held, or nobody
// else knows the block.
func (b *block) entries() []entry {
	return unsafe.Slice((*entry)(unsafe.Pointer(b.at(0))), b.len())
}

// settle notes that the creators of k relationships in a list of a type have
// committed. The latch of the node is held.
func (s *Store) settle(list *uint32, kind uint32, isOurs func(relationship uint32) bool, k int, timestamp uint64) {
	first, _ := s.group(list, kind)
	for ref := first; ref != 0 && k > 0; {
		b := s.block(ref)
		found := 0
		for i := b.len(); i > 0 && found < k && found < int(b.pending()); i-- {
			if isOurs(b.entry(i - 1).relationship()) {
				found++
			}
		}
		if found > 0 {
			b.raise(-found, timestamp)
			k -= found
		}
		ref = b.more()
	}
}

// mark adds n, which may be negative, to the deletions of a group.
func (s *Store) mark(list *uint32, kind uint32, n int) {
	if ref, _ := s.group(list, kind); ref != 0 {
		b := s.block(ref)
		if dead := b.dead(); b.isHub() || dead != manyDead {
			s.setDead(b, dead+uint32(n)) //nolint:gosec // wraps around for negative numbers
		}
	}
}

// setDead notes the deletions of the group that begins with a block. The oldest
// block may remember some from the time when it was the only one: readers that
// began then need them until there are none.
func (s *Store) setDead(first *block, n uint32) {
	first.setDead(n)
	if n > 0 || !first.isHub() {
		return
	}
	b := first
	for ref := b.more(); ref != 0; ref = b.more() {
		b = s.block(ref)
	}
	if !b.isHub() {
		b.setDead(0)
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
	for ref := first; ref != 0; ref = s.block(ref).more() {
		n, err := s.copyWithout(ref, c, &refs, retired)
		if err != nil {
			for _, r := range refs { // copies that nobody has seen
				if s.isCopy(r, first) {
					s.adjacencyBlocks.Free(r, s.block(r).size())
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
	dead := old.dead()
	if !c.pending {
		dead -= removed
	}
	if len(refs) == 0 {
		atomic.StoreUint32(place, old.next)
		return nil
	}
	for i, ref := range refs {
		b := s.block(ref)
		if !b.isHub() {
			break // the oldest
		}
		more := uint32(0)
		if i+1 < len(refs) {
			more = refs[i+1]
		}
		atomic.StoreUint32(&b.hub().more, more)
	}
	b := s.block(refs[0])
	atomic.StoreUint32(&b.next, old.next)
	s.setDead(b, dead)
	atomic.StoreUint32(place, refs[0])
	return nil
}

// isCopy reports whether a block is not in the group that begins at first.
func (s *Store) isCopy(ref, first uint32) bool {
	for r := first; r != 0; r = s.block(r).more() {
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
	if left := int(b.len() - removed); left > 0 {
		copied, err := s.adjacencyBlocks.Alloc(blockSize(left, b.isHub()))
		if err != nil {
			return 0, memoryError(err)
		}
		n := s.block(copied)
		*n = block{head: newHead(b.kind(), 0, b.isHub())}
		if b.isHub() {
			*n.hub() = hub{}
		}
		pending := int(b.pending())
		if c.pending {
			pending -= int(removed)
		}
		n.raise(pending, b.stamp())
		for _, e := range b.entries() {
			if !c.gone(e.relationship()) {
				*n.at(n.len()) = uint64(e)
				n.head++
			}
		}
		*refs = append(*refs, copied)
	}
	*retired = append(*retired, retirement{kind: retiredBlock, ref: ref, size: uint32(b.size())}) //nolint:gosec // at most maxBlockBytes
	return removed, nil
}
