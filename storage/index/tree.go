package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/slab"
)

// MaxKey is the length of the longest key of a [Tree]. Longer ones have to be
// cut, so that a page holds several.
const MaxKey = 200

// slotBytes is the length of the slot behind the key of an entry.
const slotBytes = 4

// A Tree finds slots by keys in the order of their bytes. It is a B+tree of
// pages without pointers; an entry is a key with a slot behind it, big-endian,
// so that a key may have any number of slots and each is there once.
//
// Readers hold the tree's lock for a batch of entries. Whoever writes holds it
// for one entry.
type Tree struct {
	blocks *slab.Blocks
	count  atomic.Int64
	pages  atomic.Int64

	mu   sync.RWMutex
	root uint32 // 0 without entries
}

// maxDepth is more than a tree can have levels: a page that is not the root's
// only child has at least two entries.
const maxDepth = 32

// NewTree returns an empty index.
func NewTree(b *slab.Blocks) *Tree { return &Tree{blocks: b} }

// Len returns the number of entries.
func (t *Tree) Len() int64 { return t.count.Load() }

// Bytes returns the memory that the pages take.
func (t *Tree) Bytes() int64 { return t.pages.Load() * pageBytes }

// RLock keeps the tree as it is until RUnlock. Nobody may wait in between.
func (t *Tree) RLock() { t.mu.RLock() }

// RUnlock undoes RLock.
func (t *Tree) RUnlock() { t.mu.RUnlock() }

func (t *Tree) page(ref uint32) treePage { return t.blocks.Bytes(ref, pageBytes) }

func (t *Tree) newPage(inner bool) (uint32, error) {
	ref, err := t.blocks.Alloc(pageBytes)
	if err != nil {
		return 0, fmt.Errorf("index: page of a tree: %w", err)
	}
	t.page(ref).init(inner)
	t.pages.Add(1)
	return ref, nil
}

func (t *Tree) freePage(ref uint32) {
	t.blocks.Free(ref, pageBytes)
	t.pages.Add(-1)
}

// appendEntry appends the entry of a key and a slot.
func appendEntry(dst, key []byte, slot uint32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, key[:min(len(key), MaxKey)]...), slot)
}

// EntrySlot returns the slot of an entry.
func EntrySlot(entry []byte) uint32 { return binary.BigEndian.Uint32(entry[len(entry)-slotBytes:]) }

// EntryKey returns the key of an entry.
func EntryKey(entry []byte) []byte { return entry[:len(entry)-slotBytes] }

// Add enters a slot under a key, of which [MaxKey] bytes count. Entering it twice
// is as good as once.
func (t *Tree) Add(key []byte, slot uint32) error {
	var buf [MaxKey + slotBytes]byte
	entry := appendEntry(buf[:0], key, slot)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root == 0 {
		ref, err := t.newPage(false)
		if err != nil {
			return err
		}
		t.root = ref
	}
	leaf, at, found, err := t.leafForLocked(entry)
	if err != nil || found {
		return err
	}
	leaf.insert(at, entry, 0)
	t.count.Add(1)
	return nil
}

// leafForLocked returns the leaf that an entry belongs to, which has room for it,
// and its place there. Pages that could become too full are divided on the way
// down, so that there is always room above for what a division adds; when there
// is no memory for that the tree is as it was.
func (t *Tree) leafForLocked(entry []byte) (leaf treePage, at int, found bool, err error) {
	if p := t.page(t.root); !p.hasRoom(roomOf(p, entry)) {
		ref, err := t.newPage(true)
		if err != nil {
			return nil, 0, false, err
		}
		t.page(ref).insert(0, nil, t.root)
		if err := t.divide(t.page(ref), 0, entry); err != nil {
			t.freePage(ref)
			return nil, 0, false, err
		}
		t.root = ref
	}
	p := t.page(t.root)
	for p.isInner() {
		i := p.childFor(entry)
		if c := t.page(p.child(i)); !c.hasRoom(roomOf(c, entry)) {
			if err := t.divide(p, i, entry); err != nil {
				return nil, 0, false, err
			}
			i = p.childFor(entry)
		}
		p = t.page(p.child(i))
	}
	at, found = p.search(entry)
	return p, at, found, nil
}

// roomOf returns the bytes that a page must have left before an entry goes to
// it, or to a page below it.
func roomOf(p treePage, entry []byte) int {
	if p.isInner() {
		return MaxKey + slotBytes + pageOverhead + childBytes
	}
	return len(entry) + pageOverhead
}

// divide makes two pages of the child at an index of a page that has room. When
// entries come in rising order, full leaves stay full.
func (t *Tree) divide(parent treePage, i int, entry []byte) error {
	left := t.page(parent.child(i))
	ref, err := t.newPage(left.isInner())
	if err != nil {
		return err
	}
	right := t.page(ref)
	n := left.len()
	cut := left.middle()
	if at, _ := left.search(entry); at == n && !left.isInner() {
		cut = n
	}
	for j := cut; j < n; j++ {
		right.insert(j-cut, left.entry(j), left.childAt(j))
	}
	left.truncate(cut)
	first := entry
	if right.len() > 0 {
		first = right.entry(0)
	}
	if !left.isInner() {
		first = separator(left.entry(cut-1), first)
	}
	parent.insert(i+1, first, ref)
	return nil
}

// separator returns the shortest start of right that is above left.
func separator(left, right []byte) []byte {
	n := 0
	for n < len(left) && left[n] == right[n] {
		n++
	}
	return right[:n+1]
}

// Remove takes a slot out of a key.
func (t *Tree) Remove(key []byte, slot uint32) {
	var buf [MaxKey + slotBytes]byte
	entry := appendEntry(buf[:0], key, slot)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root == 0 {
		return
	}
	var path [maxDepth]step
	depth := 0
	p := t.page(t.root)
	for p.isInner() {
		i := p.childFor(entry)
		path[depth] = step{page: p, i: i}
		depth++
		p = t.page(p.child(i))
	}
	at, found := p.search(entry)
	if !found {
		return
	}
	p.remove(at)
	t.count.Add(-1)
	for depth > 0 && t.shrinkLocked(path[depth-1]) {
		depth--
	}
	t.shrinkRootLocked()
}

// A step is the way from a page to one of its children.
type step struct {
	page treePage
	i    int
}

// shrinkLocked drops a child that has become empty, or puts it together with a
// neighbour when both are small, and reports whether it did.
func (t *Tree) shrinkLocked(s step) bool {
	p := s.page
	if ref := p.child(s.i); t.page(ref).len() == 0 {
		p.remove(s.i)
		t.freePage(ref)
		return true
	}
	if t.page(p.child(s.i)).used() > pageBytes/4 || p.len() < 2 {
		return false
	}
	i := min(s.i, p.len()-2)
	left, ref := t.page(p.child(i)), p.child(i+1)
	right := t.page(ref)
	first := right.entry(0)
	if right.isInner() {
		first = p.entry(i + 1) // the first one of an inner page is not kept
	}
	if left.used()+right.used()+len(first) > pageBytes*3/4 {
		return false
	}
	for j := range right.len() {
		if j > 0 {
			first = right.entry(j)
		}
		left.insert(left.len(), first, right.childAt(j))
	}
	p.remove(i + 1)
	t.freePage(ref)
	return true
}

// shrinkRootLocked removes a root that leads to one page or to none.
func (t *Tree) shrinkRootLocked() {
	for {
		p := t.page(t.root)
		switch {
		case p.len() == 0:
			t.freePage(t.root)
			t.root = 0
			return
		case p.len() == 1 && p.isInner():
			old := t.root
			t.root = p.child(0)
			t.freePage(old)
		default:
			return
		}
	}
}

// Free removes all entries and gives back the memory.
func (t *Tree) Free() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root != 0 {
		t.freeLocked(t.root)
	}
	t.root = 0
	t.count.Store(0)
}

func (t *Tree) freeLocked(ref uint32) {
	if p := t.page(ref); p.isInner() {
		for i := range p.len() {
			t.freeLocked(p.child(i))
		}
	}
	t.freePage(ref)
}

// Walk calls f for the entries from low on that are below high, which may be nil
// for no end, in rising or falling order until f returns false. An entry must
// not be kept. The lock is held.
func (t *Tree) Walk(low, high []byte, falling bool, f func(entry []byte) bool) {
	if t.root == 0 {
		return
	}
	var w walk
	if falling {
		if high == nil {
			w.seekEnd(t)
		} else {
			w.seek(t, high)
		}
		for w.previous(t) && bytes.Compare(w.entry(), low) >= 0 && f(w.entry()) {
		}
		return
	}
	w.seek(t, low)
	for ok := w.valid(t); ok && (high == nil || bytes.Compare(w.entry(), high) < 0) && f(w.entry()); ok = w.valid(t) {
		w.path[w.depth].i++
	}
}

// Count returns how many entries Walk would visit. The lock is held.
func (t *Tree) Count(low, high []byte) int64 {
	if t.root == 0 {
		return 0
	}
	if low == nil && high == nil {
		return t.Len()
	}
	var w walk
	n := int64(0)
	for w.seek(t, low); w.valid(t); {
		s := &w.path[w.depth]
		last := s.page.len() - 1
		if high != nil && bytes.Compare(s.page.entry(last), high) >= 0 {
			end, _ := s.page.search(high)
			return n + int64(max(0, end-s.i))
		}
		n += int64(last + 1 - s.i)
		s.i = last + 1
	}
	return n
}

// A walk is a place in a tree: in each level a page and an index, in the leaf
// perhaps behind the last one.
type walk struct {
	path  [maxDepth]step
	depth int
}

func (w *walk) entry() []byte {
	s := &w.path[w.depth]
	return s.page.entry(s.i)
}

// seek goes to the first entry that is not below a key; nil is below all.
func (w *walk) seek(t *Tree, key []byte) {
	p := t.page(t.root)
	for w.depth = 0; p.isInner(); w.depth++ {
		i := p.childFor(key)
		w.path[w.depth] = step{page: p, i: i}
		p = t.page(p.child(i))
	}
	i, _ := p.search(key)
	w.path[w.depth] = step{page: p, i: i}
}

// seekEnd goes behind the last entry.
func (w *walk) seekEnd(t *Tree) {
	p := t.page(t.root)
	for w.depth = 0; p.isInner(); w.depth++ {
		w.path[w.depth] = step{page: p, i: p.len() - 1}
		p = t.page(p.child(p.len() - 1))
	}
	w.path[w.depth] = step{page: p, i: p.len()}
}

// valid goes on to the next page when the place is behind the last entry of one,
// and reports whether there is an entry.
func (w *walk) valid(t *Tree) bool {
	if s := &w.path[w.depth]; s.i < s.page.len() {
		return true
	}
	d := w.depth - 1
	for d >= 0 && w.path[d].i+1 >= w.path[d].page.len() {
		d--
	}
	if d < 0 {
		return false
	}
	w.path[d].i++
	for ; d < w.depth; d++ {
		s := &w.path[d]
		w.path[d+1] = step{page: t.page(s.page.child(s.i))}
	}
	return true
}

// previous goes to the entry before the place, and reports whether there is one.
func (w *walk) previous(t *Tree) bool {
	if w.path[w.depth].i > 0 {
		w.path[w.depth].i--
		return true
	}
	d := w.depth - 1
	for d >= 0 && w.path[d].i == 0 {
		d--
	}
	if d < 0 {
		return false
	}
	w.path[d].i--
	for ; d < w.depth; d++ {
		s := &w.path[d]
		p := t.page(s.page.child(s.i))
		w.path[d+1] = step{page: p, i: p.len() - 1}
	}
	return true
}
