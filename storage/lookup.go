package storage

import (
	"context"
	"fmt"
	"math/bits"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
)

// mixHash adds the hash of one more value to that of the values before.
func mixHash(h, value uint64) uint64 {
	return bits.RotateLeft64(h, 23)*0x9E37_79B9_7F4A_7C15 ^ value
}

// hashOf returns the hash of a node's version in an index, and false when the
// version is not in it: without the label, or without one of the properties.
func (s *Store) hashOf(ix *Index, v version, a *graph.Arena) (uint64, bool) {
	if v.tag&deleted != 0 || !s.labelSets.at(v.tag).has(ix.spec.Label) {
		return 0, false
	}
	r := s.properties(v.props)
	h := uint64(0)
	for _, k := range ix.spec.Keys {
		stored := r.Find(uint32(k))
		if stored == nil {
			return 0, false
		}
		h = mixHash(h, s.schema.seed.Hash(decode(stored, a)))
	}
	return h, true
}

// reindex enters what a node has become into the indexes, and notes what is to
// be taken out later. The latch of the node is held.
func (t *Transaction) reindex(slot uint32, before, after version) error {
	s := t.store
	st := s.schema.current.Load()
	if len(st.byLabel) == 0 || s.replaying {
		return nil
	}
	w := t.work
	for i, set := range [...]uint32{after.tag, before.tag} {
		for _, l := range s.labelSets.at(set).ids {
			if i > 0 && s.labelSets.at(after.tag).has(l) {
				continue // done
			}
			for _, ix := range st.byLabel[l] {
				old, had := s.hashOf(ix, before, &w.arena)
				now, has := s.hashOf(ix, after, &w.arena)
				if had == has && old == now {
					continue
				}
				if had {
					w.replaced = append(w.replaced, garbage{kind: garbageIndex, a: slot, b: ix.number, hash: old})
				}
				if !has {
					continue
				}
				w.added = append(w.added, garbage{kind: garbageIndex, a: slot, b: ix.number, hash: now})
				if err := ix.hash.Add(now, slot); err != nil {
					return memoryError(err)
				}
				if ix.unique {
					w.unique = append(w.unique, uniqueCheck{index: ix, slot: slot, hash: now})
				}
			}
		}
	}
	return nil
}

// unindexNode takes a deleted node out of all indexes. The latch of the node is
// held.
func (s *Store) unindexNode(slot uint32, n *node) {
	v := version{tag: atomic.LoadUint32(&n.tag) &^ deleted, props: atomic.LoadUint32(&n.props)}
	var arena graph.Arena
	st := s.schema.current.Load()
	if len(st.byLabel) == 0 {
		return
	}
	for _, l := range s.labelSets.at(v.tag).ids {
		for _, ix := range st.byLabel[l] {
			if h, ok := s.hashOf(ix, v, &arena); ok {
				s.removeEntry(ix, h, slot)
			}
		}
	}
}

// removeEntry removes an entry. When there is no memory for a copy of a list
// the entry stays, and lookups find out that the node has other values.
func (s *Store) removeEntry(ix *Index, hash uint64, slot uint32) {
	_ = ix.hash.Remove(hash, slot)
}

// recheckIndex removes an entry when no version that anybody can see wants it.
// It returns false when that is not decided yet: the newest version does not
// want the entry, or is not committed, but somebody may still need it.
func (s *Store) recheckIndex(slot, number uint32, hash, horizon uint64) (done bool) {
	var ix *Index
	for _, x := range s.schema.current.Load().indexes {
		if x.number == number {
			ix = x
		}
	}
	if ix == nil {
		return true
	}
	var arena graph.Arena
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	defer latch.Unlock()
	wants := func(v version) bool {
		h, ok := s.hashOf(ix, v, &arena)
		return ok && h == hash
	}
	h := &s.nodes.At(slot).head
	if !s.anyVersion(h, horizon, wants) {
		s.removeEntry(ix, hash, slot)
		return true
	}
	return !h.load().IsOwned() && wants(h.get())
}

// build enters all nodes into a registered index, in every version that
// somebody can still see. Changes made meanwhile enter themselves.
func (s *Store) build(ctx context.Context, ix *Index) error {
	if ix.hash == nil {
		return nil
	}
	set := s.labelMembers.find(uint32(ix.spec.Label))
	if set == nil {
		return nil
	}
	t := s.Begin(ReadMode) // keeps old versions from being reclaimed
	defer t.Rollback()
	horizon, _ := s.registry.Horizon()
	var arena graph.Arena
	var slots [scanBatch]uint32
	for from := uint64(0); ; {
		n, next := set.Next(from, slots[:])
		for _, slot := range slots[:n] {
			if err := s.buildNode(ix, slot, horizon, &arena); err != nil {
				return err
			}
		}
		if n < len(slots) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return &Error{Kind: KindCancelled, Message: "build an index", Err: context.Cause(ctx)}
		}
		from = next
	}
}

func (s *Store) buildNode(ix *Index, slot uint32, horizon uint64, a *graph.Arena) (err error) {
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	defer latch.Unlock()
	if uint64(slot) >= s.nodes.Len() {
		return nil
	}
	h := &s.nodes.At(slot).head
	newest, owned := h.get(), h.load().IsOwned()
	s.anyVersion(h, horizon, func(v version) bool {
		hash, ok := s.hashOf(ix, v, a)
		if !ok || err != nil {
			return false
		}
		if err = ix.hash.Add(hash, slot); err != nil {
			err = memoryError(err)
		}
		// Whoever made this version, or the one after it, did not know the
		// index: nobody else will take the entry out.
		if owned || v != newest {
			s.reclaimer.replace(s.published.Load(), []garbage{{kind: garbageIndex, a: slot, b: ix.number, hash: hash}})
		}
		return false
	})
	return err
}

// SeekIndex fills dst with visible nodes whose properties equal the values, in
// the order of the keys of the index, and returns how many they are; 0 is the
// end. Null and NaN equal nothing.
func (v View) SeekIndex(c *IndexCursor, ix *Index, values []graph.Value, dst []graph.NodeID) int {
	s := v.tx.store
	n := 0
	if len(values) == len(ix.spec.Keys) && s.nodes.Len() > 0 {
		h := uint64(0)
		for i := range values {
			h = mixHash(h, s.schema.seed.Hash(values[i]))
		}
		n = v.seek(c, ix, h, values, dst)
	}
	if n == 0 {
		*c = IndexCursor{}
	}
	return n
}

func (v *View) seek(c *IndexCursor, ix *Index, hash uint64, values []graph.Value, dst []graph.NodeID) int {
	s := v.tx.store
	v.saw(readIndexEntries, ix.number, hash)
	var slots [64]uint32
	n := 0
	for n < len(dst) {
		want := min(len(slots), len(dst)-n)
		got, next := ix.hash.Next(hash, c.next, slots[:want])
		for _, slot := range slots[:got] {
			ver, ok := s.read(&s.nodes.At(slot).head, &v.sight)
			if ok && ver.tag&deleted == 0 && s.matches(ix, ver, values) {
				dst[n] = graph.NodeID(s.nodes.ID(slot))
				n++
			}
		}
		c.next = next
		if got < want {
			c.next = 1 << 32
			break
		}
	}
	return n
}

// matches reports whether a version of a node belongs to an index with these
// values.
func (s *Store) matches(ix *Index, ver version, values []graph.Value) bool {
	if !s.labelSets.at(ver.tag).has(ix.spec.Label) {
		return false
	}
	r := s.properties(ver.props)
	for i, k := range ix.spec.Keys {
		if !property.Equal(r.Find(uint32(k)), values[i]) {
			return false
		}
	}
	return true
}

// A uniqueCheck is an entry of a unique index whose values nobody else may
// have.
type uniqueCheck struct {
	index *Index
	slot  uint32
	hash  uint64
}

// checkUnique makes the checks that changes have noted. No latch is held: it
// waits for others who may have, or may get back, the same values.
func (t *Transaction) checkUnique(ctx context.Context) error {
	w := t.work
	for len(w.unique) > 0 {
		u := w.unique[len(w.unique)-1]
		w.unique = w.unique[:len(w.unique)-1]
		v := t.store.nodes.At(u.slot).get()
		if h, ok := t.store.hashOf(u.index, v, &w.arena); !ok || h != u.hash {
			continue // changed again since
		}
		if err := t.checkEntry(ctx, u.index, u.slot, u.hash, v); err != nil {
			return t.fail(err)
		}
	}
	return nil
}

// checkEntry looks at all other nodes under a hash. v is the version of the
// node that must be the only one with its values.
func (t *Transaction) checkEntry(ctx context.Context, ix *Index, slot uint32, hash uint64, v version) error {
	var arena graph.Arena
	r := t.store.properties(v.props)
	values := make([]graph.Value, len(ix.spec.Keys))
	for i, k := range ix.spec.Keys {
		values[i] = decode(r.Find(uint32(k)), &arena)
	}
	var slots [16]uint32
	for from := uint64(0); ; {
		n, next := ix.hash.Next(hash, from, slots[:])
		for _, other := range slots[:n] {
			if other == slot {
				continue
			}
			if err := t.checkOther(ctx, ix, other, values); err != nil {
				return err
			}
		}
		if n < len(slots) {
			return nil
		}
		from = next
	}
}

// checkOther returns an error when a node has values of a unique index, and
// waits for whoever may give it the values.
func (t *Transaction) checkOther(ctx context.Context, ix *Index, slot uint32, values []graph.Value) error {
	s := t.store
	h := &s.nodes.At(slot).head
	has := func(v version) bool { return v.tag&deleted == 0 && s.matches(ix, v, values) }
	for {
		w, v, u := h.load(), h.get(), atomic.LoadUint32(&h.undo)
		if h.load() != w {
			continue
		}
		if w == mvcc.Dead || w == 0 {
			return nil
		}
		if w.IsOwned() && w.Owner() != t.owner {
			if !has(v) && !s.anyUndo(u, has) {
				return nil
			}
			if err := t.wait(ctx, h, w); err != nil {
				return err
			}
			continue
		}
		if !has(v) {
			return nil
		}
		if !w.IsOwned() && w.Timestamp() > t.seen && t.mode == WriteMode {
			return conflictOn(h, fmt.Sprintf("another transaction has created a node with the same values for constraint %q", ix.constraint))
		}
		return &Error{Kind: KindConstraint, Message: fmt.Sprintf("a node with the same values exists already, constraint %q", ix.constraint)}
	}
}

// anyUndo reports whether the owner of a record may give back a version that
// satisfies want. u is the newest undo record.
func (s *Store) anyUndo(u uint32, want func(version) bool) bool {
	for u != 0 {
		h := s.undo.At(u)
		if want(h.get()) {
			return true
		}
		if !h.load().IsOwned() {
			return false
		}
		u = atomic.LoadUint32(&h.undo)
	}
	return false
}

// settled returns the newest version of a record once nobody owns it: an owner
// may have changed it before there was a constraint to check. A record that does
// not exist has an empty version.
func (t *Transaction) settled(ctx context.Context, h *head) (version, error) {
	for {
		w, v := h.load(), h.get()
		switch {
		case h.load() != w:
		case w == mvcc.Dead || w == 0:
			return version{}, nil
		case w.IsOwned():
			if err := t.wait(ctx, h, w); err != nil {
				return version{}, err
			}
		default:
			return v, nil
		}
	}
}

// checkAll makes sure that all nodes satisfy a new constraint. Whoever changes
// one from now on checks by himself.
func (s *Store) checkAll(ctx context.Context, spec ConstraintSpec, ix *Index) error {
	t := s.Begin(ReadMode)
	defer t.Rollback()
	set := s.labelMembers.find(uint32(spec.Label))
	if set == nil {
		return nil
	}
	var arena graph.Arena
	var slots [scanBatch]uint32
	for from := uint64(0); ; {
		n, next := set.Next(from, slots[:])
		for _, slot := range slots[:n] {
			v, err := t.settled(ctx, &s.nodes.At(slot).head)
			if err != nil {
				return err
			}
			if v.tag&deleted != 0 || !s.labelSets.at(v.tag).has(spec.Label) {
				continue
			}
			if spec.Kind != Unique {
				if err := s.checkRequired(spec, v); err != nil {
					return err
				}
			}
			if ix == nil {
				continue
			}
			if h, ok := s.hashOf(ix, v, &arena); ok {
				if err := t.checkEntry(ctx, ix, slot, h, v); err != nil {
					return err
				}
			}
		}
		if n < len(slots) {
			return nil
		}
		from = next
	}
}

// checkRequired returns an error when a version lacks a property that a
// constraint demands.
func (s *Store) checkRequired(c ConstraintSpec, v version) error {
	r := s.properties(v.props)
	for _, k := range c.Keys {
		if r.Find(uint32(k)) == nil {
			return &Error{Kind: KindConstraint, Message: fmt.Sprintf("a node with label %s must have the property %s, constraint %q",
				s.LabelName(c.Label), s.KeyName(k), c.Name)}
		}
	}
	return nil
}

// checkAllRequired makes sure, at commit, that changed nodes have the
// properties that constraints demand.
func (t *Transaction) checkAllRequired() error {
	s := t.store
	st := s.schema.current.Load()
	if len(st.required) == 0 {
		return nil
	}
	for _, c := range t.work.changes {
		if !c.kind.isNode() {
			continue
		}
		v := s.nodes.At(c.slot).get()
		if v.tag&deleted != 0 {
			continue
		}
		for _, l := range s.labelSets.at(v.tag).ids {
			for _, constraint := range st.required[l] {
				if err := s.checkRequired(constraint, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
