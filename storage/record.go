package storage

import (
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
)

// deleted is the bit of a tag that says that the entity is gone. The other bits
// are the label set of a node or the type of a relationship.
const deleted = 1 << 31

// A head is the versioned part of a record, and the form of an undo record.
// Fields change only while their record's latch is held and its word is owned;
// they are read without a lock, so all accesses are atomic.
type head struct {
	word  uint64 // mvcc.Word of this version
	undo  uint32 // the version before, a slot of the undo table; 0 is none
	tag   uint32
	props uint32
	_     uint32
}

// A node is the record of a node, 32 bytes.
type node struct {
	head
	out, in uint32 // first adjacency block; 0 is none
}

// A relationship is the record of a relationship, 32 bytes. Its type is in the
// tag.
type relationship struct {
	head
	start, end uint32 // slots of the nodes
}

// A version is what a reader takes out of a head.
type version struct {
	tag, props uint32
}

func (h *head) load() mvcc.Word   { return mvcc.Word(atomic.LoadUint64(&h.word)) }
func (h *head) store(w mvcc.Word) { atomic.StoreUint64(&h.word, uint64(w)) }

// set changes the fields; the word must be owned by the caller's transaction.
func (h *head) set(v version) {
	atomic.StoreUint32(&h.tag, v.tag)
	atomic.StoreUint32(&h.props, v.props)
}

func (h *head) get() version {
	return version{tag: atomic.LoadUint32(&h.tag), props: atomic.LoadUint32(&h.props)}
}

// settled returns the version of a record that was committed in time, which loops
// try before [Store.read]: most records have one, and it is inlined.
func (h *head) settled(sight *mvcc.Sight) (version, bool) {
	w := h.load()
	v := h.get()
	return v, sight.Committed(w) && h.load() == w
}

// kill takes a record out of existence that nobody can see any more. Its undo
// records are gone, so that it must not lead to them.
func (h *head) kill() {
	atomic.StoreUint32(&h.undo, 0)
	h.store(mvcc.Dead)
}

// read returns the version of a record that is visible, and false when there is
// none. A deleted entity has a visible version, too, with the deleted bit.
func (s *Store) read(h *head, sight *mvcc.Sight) (version, bool) {
	for {
		w := h.load()
		if !sight.Sees(w) {
			u := atomic.LoadUint32(&h.undo)
			if h.load() != w {
				continue // the owner gave up: its undo records are gone
			}
			return s.readUndo(u, sight)
		}
		v := h.get()
		if h.load() == w {
			return v, true
		}
	}
}

func (s *Store) readUndo(u uint32, sight *mvcc.Sight) (version, bool) {
	for u != 0 {
		h := s.undo.At(u)
		if sight.Sees(h.load()) {
			return h.get(), true
		}
		u = atomic.LoadUint32(&h.undo)
	}
	return version{}, false
}

// latches are short locks for records, by slot. Nobody waits for anything while
// holding one, except for memory; two are never held at once.
type latches [256]struct {
	sync.Mutex
	_ [56]byte // keeps neighbours off one cache line
}

// passAll waits until each latch has been free once.
func (l *latches) passAll() {
	for i := range l {
		pass := func() {
			l[i].Lock()
			defer l[i].Unlock()
		}
		pass()
	}
}

func (l *latches) of(slot uint32) *sync.Mutex { return &l[slot%256].Mutex }

// properties returns a property record.
func (s *Store) properties(ref uint32) property.Record {
	if ref == 0 {
		return nil
	}
	return property.At(s.propertyBlocks.Pointer(ref))
}
