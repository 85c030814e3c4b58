package index

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// A treePage of a [Tree] is a block of 2 KiB:
//
//	0  2  number of entries
//	2  2  where the entries begin, which grow down from the end
//	4  2  bytes of removed entries among them
//	6  1  1 for an inner page
//	8  2  for each entry, in their order: where it is
//	…
//
// An entry is a byte with its length, its bytes and, in an inner page, four
// bytes with the reference of a child: the entries of the child are not below
// the entry. What stands in the first entry of an inner page does not count,
// because nothing is before its child.
type treePage []byte

const (
	pageBytes    = 2048
	pageHeader   = 8
	pageOverhead = 3 // of an entry: its place and its length
	childBytes   = 4
)

func (p treePage) init(inner bool) {
	clear(p[:pageHeader])
	binary.LittleEndian.PutUint16(p[2:], pageBytes)
	if inner {
		p[6] = 1
	}
}

func (p treePage) len() int      { return int(binary.LittleEndian.Uint16(p)) }
func (p treePage) start() int    { return int(binary.LittleEndian.Uint16(p[2:])) }
func (p treePage) dead() int     { return int(binary.LittleEndian.Uint16(p[4:])) }
func (p treePage) isInner() bool { return p[6] != 0 }

//nolint:gosec // at most pageBytes
func (p treePage) set(at, n int) { binary.LittleEndian.PutUint16(p[at:], uint16(n)) }

func (p treePage) place(i int) int { return int(binary.LittleEndian.Uint16(p[pageHeader+2*i:])) }

// used returns the bytes that are not free.
func (p treePage) used() int { return pageHeader + 2*p.len() + pageBytes - p.start() - p.dead() }

// hasRoom reports whether n bytes are free.
func (p treePage) hasRoom(n int) bool { return pageBytes-p.used() >= n }

func (p treePage) entry(i int) []byte {
	at := p.place(i)
	return p[at+1 : at+1+int(p[at])]
}

// size returns the bytes that an entry takes at its place.
func (p treePage) size(i int) int {
	n := 1 + int(p[p.place(i)])
	if p.isInner() {
		n += childBytes
	}
	return n
}

func (p treePage) child(i int) uint32 {
	at := p.place(i)
	return binary.LittleEndian.Uint32(p[at+1+int(p[at]):])
}

// childAt returns the child at an index, or 0 in a leaf.
func (p treePage) childAt(i int) uint32 {
	if !p.isInner() {
		return 0
	}
	return p.child(i)
}

// search returns the index of the first entry that is not below a key, and
// whether it is the key.
func (p treePage) search(key []byte) (int, bool) {
	n := p.len()
	i := sort.Search(n, func(i int) bool { return bytes.Compare(p.entry(i), key) >= 0 })
	return i, i < n && bytes.Equal(p.entry(i), key)
}

// childFor returns the index of the child that a key belongs to.
func (p treePage) childFor(key []byte) int {
	return sort.Search(p.len()-1, func(i int) bool { return bytes.Compare(p.entry(i+1), key) > 0 })
}

// insert puts an entry at an index of a page that has room for it.
func (p treePage) insert(i int, entry []byte, child uint32) {
	n, size := p.len(), 1+len(entry)
	if p.isInner() {
		size += childBytes
	}
	if p.start()-size < pageHeader+2*(n+1) {
		p.compact()
	}
	at := p.start() - size
	p[at] = byte(len(entry)) //nolint:gosec // at most MaxKey+slotBytes
	copy(p[at+1:], entry)
	if p.isInner() {
		binary.LittleEndian.PutUint32(p[at+1+len(entry):], child)
	}
	from := pageHeader + 2*i
	copy(p[from+2:pageHeader+2*(n+1)], p[from:pageHeader+2*n])
	p.set(from, at)
	p.set(0, n+1)
	p.set(2, at)
}

// remove takes an entry out.
func (p treePage) remove(i int) {
	n, size := p.len(), p.size(i)
	from := pageHeader + 2*i
	copy(p[from:], p[from+2:pageHeader+2*n])
	p.set(0, n-1)
	p.set(4, p.dead()+size)
}

// truncate removes the entries from an index on.
func (p treePage) truncate(n int) {
	dead := p.dead()
	for i := n; i < p.len(); i++ {
		dead += p.size(i)
	}
	p.set(4, dead)
	p.set(0, n)
	p.compact()
}

// compact moves the entries together.
func (p treePage) compact() {
	var old [pageBytes]byte
	copy(old[:], p)
	o := treePage(old[:])
	at := pageBytes
	for i := range o.len() {
		size := o.size(i)
		at -= size
		copy(p[at:], o[o.place(i):o.place(i)+size])
		p.set(pageHeader+2*i, at)
	}
	p.set(2, at)
	p.set(4, 0)
}

// middle returns the index of the entry that begins the second half of the
// bytes, neither the first one nor behind the last one.
func (p treePage) middle() int {
	half, i := (pageBytes-p.start()-p.dead())/2, 0
	for i < p.len() && half > 0 {
		half -= p.size(i)
		i++
	}
	return min(max(1, i), p.len()-1)
}
