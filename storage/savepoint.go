package storage

import (
	"slices"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// A Savepoint is a moment of a transaction to which it can go back, until
// [Transaction.Refresh] moves its snapshot.
type Savepoint struct {
	changes, blocks, replaced, added, links, unique, redo int

	touched []touched
	keys    []statistic // of the delta
	counts  []int64
}

// Savepoint begins a new command and returns the moment before it.
func (t *Transaction) Savepoint() Savepoint {
	t.NextCommand()
	w := t.work
	if w == nil {
		return Savepoint{}
	}
	return Savepoint{
		changes: len(w.changes), blocks: len(w.blocks), replaced: len(w.replaced), added: len(w.added),
		links: len(w.links), unique: len(w.unique), redo: len(w.redo),
		touched: slices.Clone(w.touched), keys: slices.Clone(w.delta.keys), counts: slices.Clone(w.delta.counts),
	}
}

// RollbackTo undoes what was changed since a savepoint, also after a change that
// failed halfway. Whoever waits for one of these records goes on. Views must be
// taken anew.
func (t *Transaction) RollbackTo(p Savepoint) {
	if t.work == nil || t.ended {
		return
	}
	t.undo(&p)
	w := t.work
	w.changes, w.blocks, w.replaced, w.added = w.changes[:p.changes], w.blocks[:p.blocks], w.replaced[:p.replaced], w.added[:p.added]
	w.links, w.unique, w.redo = w.links[:p.links], w.unique[:p.unique], w.redo[:p.redo]
	w.accountAt = min(w.accountAt, len(w.changes)+accountEvery)
	w.touched = append(w.touched[:0], p.touched...)
	w.delta.reset()
	for i, k := range p.keys {
		w.delta.add(k, p.counts[i])
	}
	t.failed = nil
	t.NextCommand()
	t.store.registry.Wake(t.actor)
}

// undo restores all records that were changed since a savepoint, newest change
// first.
func (t *Transaction) undo(p *Savepoint) {
	s, w := t.store, t.work
	t.cutLinks(w.links[p.links:])
	for _, c := range slices.Backward(w.changes[p.changes:]) {
		h := s.head(c)
		if c.kind == relationshipDeleted {
			r := s.relationships.At(c.slot)
			typ := TypeID(atomic.LoadUint32(&r.tag) &^ deleted)
			t.markEnd(atomic.LoadUint32(&r.start), Out, typ, -1)
			t.markEnd(atomic.LoadUint32(&r.end), In, typ, -1)
		}
		switch {
		case c.undo != 0:
			s.restore(c, h)
			w.retired = append(w.retired, retirement{kind: retiredUndo, ref: c.undo})
		case c.kind == nodeCreated:
			h.store(mvcc.Dead)
			for _, l := range s.labelSets.at(h.tag &^ deleted).ids {
				s.labelMembers.at(uint32(l)).Remove(c.slot)
			}
			w.retired = append(w.retired, retirement{kind: retiredNode, ref: c.slot})
		case c.kind == relationshipCreated:
			h.store(mvcc.Dead)
			s.typeMembers.at(h.tag &^ deleted).Remove(c.slot)
			if !w.stuck {
				w.retired = append(w.retired, retirement{kind: retiredRelationship, ref: c.slot})
			}
		}
	}
	t.unindex(p)
	for _, ref := range w.blocks[p.blocks:] {
		w.retired = append(w.retired, retirement{kind: retiredProperties, ref: ref})
	}
	// Labels that were added go when no version has them.
	added := slices.DeleteFunc(w.added[p.added:], func(g garbage) bool { return g.kind == garbageIndex })
	s.reclaimer.replace(s.published.Load(), added)
}

// unindex takes back the entries of a transaction that has undone its changes.
// Their properties are still there.
func (t *Transaction) unindex(p *Savepoint) {
	s, w := t.store, t.work
	if len(w.touched) == 0 {
		return
	}
	horizon := s.registry.Horizon().Snapshot
	for _, g := range w.added[p.added:] {
		if g.kind == garbageIndex {
			s.recheckEntry(g, horizon)
		}
	}
	for _, x := range w.touched {
		before := int64(0)
		for _, old := range p.touched {
			if old.index == x.index {
				before = old.replaced
			}
		}
		x.index.pending.Add(before - x.replaced)
	}
}
