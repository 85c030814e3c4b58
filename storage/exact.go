package storage

import (
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// The step counts depend on two kinds of records, and so on transactions that
// do not conflict: one changes the labels of a node while another adds or
// removes its relationships. Each counts what it sees. The one that commits
// second therefore corrects its counts by what has been committed since its
// snapshot, while it holds the mutex that orders commits.

// correctSteps does that. The mutex of appending is held.
func (t *Transaction) correctSteps() {
	if t.store.pipeline.last != t.seen {
		t.correctStepsTo(t.committed)
	}
}

// An outlook returns the version of a record at a later time than the snapshot,
// without the changes of whoever has no place in the order of commits then.
type outlook func(h *head) (version, bool)

// correctStepsTo makes the counts right for a later time.
func (t *Transaction) correctStepsTo(later outlook) {
	for _, l := range t.work.links {
		t.correctEnd(later, l.node(), l.dir(), TypeID(l.kind()), 1)
	}
	for _, c := range t.work.changes {
		switch c.kind {
		case relationshipDeleted:
			r := t.store.relationships.At(c.slot)
			typ := TypeID(atomic.LoadUint32(&r.tag) &^ deleted)
			t.correctEnd(later, atomic.LoadUint32(&r.start), Out, typ, -1)
			t.correctEnd(later, atomic.LoadUint32(&r.end), In, typ, -1)
		case nodeChanged, nodeDeleted:
			t.correctNode(later, c)
		default: // what is created cannot have been changed by anybody else
		}
	}
}

// correctEnd corrects the count of one end of a relationship that the
// transaction has created (by 1) or deleted (by -1).
func (t *Transaction) correctEnd(later outlook, slot uint32, dir Direction, typ TypeID, by int64) {
	n := t.store.nodes.At(slot)
	w := n.load()
	if !w.IsOwned() && w.Timestamp() <= t.seen || w.IsOwned() && w.Owner() == t.owner {
		return
	}
	seen := t.labelsSeen(n)
	now, ok := later(&n.head)
	if !ok || now.tag == seen {
		return
	}
	if seen&deleted == 0 {
		t.countSteps(dir, typ, seen, -by)
	}
	if now.tag&deleted == 0 {
		t.countSteps(dir, typ, now.tag, by)
	}
}

// correctNode corrects the counts of a node whose labels the transaction has
// changed, when somebody has changed its relationships.
func (t *Transaction) correctNode(later outlook, c change) {
	s := t.store
	n := s.nodes.At(c.slot)
	if c.undo == 0 || s.undo.At(c.undo).load().IsOwned() {
		return // not the transaction's first change of the node
	}
	before, after := s.undo.At(c.undo).get().tag, atomic.LoadUint32(&n.tag)
	if before == after {
		return
	}
	for _, dir := range [...]Direction{Out, In} {
		for ref := atomic.LoadUint32(n.side(dir)); ref != 0; {
			group := s.block(ref)
			if by := t.degreeChange(later, group); by != 0 {
				// What was counted is the degree times the labels after less
				// the labels before.
				t.countSteps(dir, TypeID(group.kind()), before, -by)
				if after&deleted == 0 {
					t.countSteps(dir, TypeID(group.kind()), after, by)
				}
			}
			ref = atomic.LoadUint32(&group.next)
		}
	}
}

// degreeChange returns how much larger a group is later than in the transaction's
// snapshot, its own changes aside.
func (t *Transaction) degreeChange(later outlook, group *block) int64 {
	s := t.store
	var by int64
	for b := group; ; {
		count := b.len()
		if !b.allClear(group, t.seen) {
			for i := range count {
				h := &s.relationships.At(b.entry(i).relationship()).head
				if w := h.load(); w.IsOwned() && w.Owner() == t.owner {
					continue
				}
				if v, ok := s.read(h, &t.sight); ok && v.tag&deleted == 0 {
					by--
				}
				if v, ok := later(h); ok && v.tag&deleted == 0 {
					by++
				}
			}
		}
		ref := b.more()
		if ref == 0 {
			return by
		}
		b = s.block(ref)
	}
}

// committed returns the version of a record that is committed now: by whoever
// has a place in the order of commits, also when it is not visible yet.
func (t *Transaction) committed(h *head) (version, bool) {
	s := t.store
	for {
		first := h.load()
		w, u, v := first, atomic.LoadUint32(&h.undo), h.get()
		if h.load() != first {
			continue
		}
		for w.IsOwned() && w != mvcc.Dead && !s.hasTicket(w.Owner()) && u != 0 {
			older := s.undo.At(u)
			w, u, v = older.load(), atomic.LoadUint32(&older.undo), older.get()
		}
		ok := w != 0 && w != mvcc.Dead && (!w.IsOwned() || s.hasTicket(w.Owner()))
		if h.load() == first { // else an owner had its ticket and is through
			return v, ok
		}
	}
}

// hasTicket reports whether the transaction of an owner is on its way through
// the pipeline.
func (s *Store) hasTicket(owner uint32) bool {
	p := &s.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.queue {
		if k.owner == owner {
			return true
		}
	}
	return false
}
