package storage

import (
	"bytes"
	"context"
	"errors"
	"math/bits"
	"runtime"
	"sync"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/index"
)

// Entries of indexes stand as long as any visible version of a record wants
// them. An index counts those that some reader may have to look past: made by a
// transaction that has not committed, or wanted by old versions only. While there
// are none, a snapshot that is not older than the newest change needs not look at
// the records at all.

// An entryKey is what an index holds of a version.
type entryKey struct {
	hash uint64
	key  []byte // ordered; perhaps longer than the tree keeps
}

func (k entryKey) equal(o entryKey) bool { return k.hash == o.hash && bytes.Equal(k.key, o.key) }

// kept is the part of a key that a tree holds.
func (k entryKey) kept() []byte { return k.key[:min(len(k.key), index.MaxKey)] }

// mixHash adds the hash of one more value to that of the values before.
func mixHash(h, value uint64) uint64 {
	return bits.RotateLeft64(h, 23)*0x9E37_79B9_7F4A_7C15 ^ value
}

// covers reports whether an index is about a version: it is there, with the label
// or of the type.
func (s *Store) covers(ix *Index, v version) bool {
	switch {
	case v.tag&deleted != 0:
		return false
	case ix.spec.Relationships:
		return TypeID(v.tag) == ix.spec.Type
	default:
		return s.labelSets.at(v.tag).has(ix.spec.Label)
	}
}

// keyOf returns what an index holds of a version, with the ordered key behind dst,
// and false when the version is not in it: not what the index is about, or
// without one of the properties.
func (s *Store) keyOf(ix *Index, v version, a *graph.Arena, dst []byte) (entryKey, bool) {
	if !s.covers(ix, v) {
		return entryKey{}, false
	}
	return s.keyOfProperties(ix, v.props, a, dst)
}

func (s *Store) keyOfProperties(ix *Index, props uint32, a *graph.Arena, dst []byte) (k entryKey, ok bool) {
	r := s.properties(props)
	k.key = dst
	for _, id := range ix.spec.Keys {
		stored := r.Find(uint32(id))
		if stored == nil {
			return entryKey{}, false
		}
		v := decode(stored, a)
		k.hash = mixHash(k.hash, s.schema.seed.Hash(v))
		k.key = graph.AppendOrderKey(k.key, v)
	}
	return k, true
}

// add makes an entry.
func (ix *Index) add(k entryKey, slot uint32) error {
	if len(k.key) > index.MaxKey && ix.cut.CompareAndSwap(false, true) {
		ix.unordered()
	}
	if err := ix.hash.Add(k.hash, slot); err != nil {
		return memoryError(err)
	}
	if err := ix.tree.Add(k.key, slot); err != nil {
		return memoryError(err)
	}
	return nil
}

// unhash takes an entry out of the hash. When there is no memory for a copy of a
// list it stays, and lookups find out that the record has other values.
func (ix *Index) unhash(hash uint64, slot uint32) { _ = ix.hash.Remove(hash, slot) }

// isSettled reports whether the entries are exactly what a snapshot sees. Entries
// do not change meanwhile while the tree is locked.
func (ix *Index) isSettled(seen uint64) bool {
	return ix.pending.Load() == 0 && ix.stamp.Load() <= seen
}

// settle notes that entries are as wanted by all snapshots from a timestamp on.
func (ix *Index) settle(timestamp uint64, entries int64) {
	for {
		old := ix.stamp.Load()
		if old >= timestamp || ix.stamp.CompareAndSwap(old, timestamp) {
			break
		}
	}
	ix.pending.Add(-entries)
}

// A touched is how many entries of an index a transaction has made, and how many
// it has replaced.
type touched struct {
	index           *Index
	added, replaced int64
}

// touch counts an entry as not settled.
func (w *work) touch(ix *Index, added, replaced int64) {
	ix.pending.Add(added + replaced)
	for i := range w.touched {
		if x := &w.touched[i]; x.index == ix {
			x.added += added
			x.replaced += replaced
			return
		}
	}
	w.touched = append(w.touched, touched{index: ix, added: added, replaced: replaced})
}

// settleAll settles what a commit has added. What it has replaced has to go first.
func (w *work) settleAll(timestamp uint64) {
	for _, x := range w.touched {
		x.index.settle(timestamp, x.added)
	}
}

// reindex enters what a node has become into the indexes, and notes what is to
// be taken out later. The latch of the node is held.
func (t *Transaction) reindex(slot uint32, before, after version) error {
	s := t.store
	st := s.schema.current.Load()
	if len(st.byLabel) == 0 || s.replaying {
		return nil
	}
	for i, set := range [...]uint32{after.tag &^ deleted, before.tag &^ deleted} {
		for _, l := range s.labelSets.at(set).ids {
			if i > 0 && s.labelSets.at(after.tag&^deleted).has(l) {
				continue // done
			}
			for _, ix := range st.byLabel[l] {
				if err := t.reindexIn(ix, slot, before, after); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// reindexRelationship is reindex for a relationship, whose type never changes.
func (t *Transaction) reindexRelationship(slot uint32, typ TypeID, before, after version) error {
	s := t.store
	st := s.schema.current.Load()
	if len(st.byType) == 0 || s.replaying {
		return nil
	}
	for _, ix := range st.byType[typ] {
		if err := t.reindexIn(ix, slot, before, after); err != nil {
			return err
		}
	}
	return nil
}

func (t *Transaction) reindexIn(ix *Index, slot uint32, before, after version) error {
	s, w := t.store, t.work
	var buf [2][index.MaxKey]byte
	old, had := s.keyOf(ix, before, &w.arena, buf[0][:0])
	now, has := s.keyOf(ix, after, &w.arena, buf[1][:0])
	if had == has && old.equal(now) {
		return nil
	}
	if had {
		w.touch(ix, 0, 1)
		w.replaced = append(w.replaced, garbage{kind: garbageIndex, a: slot, b: ix.number, c: before.props, hash: old.hash})
	}
	if !has {
		return nil
	}
	w.touch(ix, 1, 0)
	w.added = append(w.added, garbage{kind: garbageIndex, a: slot, b: ix.number, c: after.props, hash: now.hash})
	if err := ix.add(now, slot); err != nil {
		return err
	}
	if ix.unique {
		w.unique = append(w.unique, uniqueCheck{index: ix, slot: slot, hash: now.hash})
	}
	return nil
}

func (st *schemaState) numbered(number uint32) *Index {
	for _, ix := range st.indexes {
		if ix.number == number {
			return ix
		}
	}
	return nil
}

// record returns the record that an entry of an index is about, and its latch.
func (s *Store) record(ix *Index, slot uint32) (*head, *sync.Mutex) {
	if ix.spec.Relationships {
		return &s.relationships.At(slot).head, s.relationshipLatches.of(slot)
	}
	return &s.nodes.At(slot).head, s.nodeLatches.of(slot)
}

// recheckEntry removes an entry when no version that anybody can see wants it. If
// one does, whoever made or replaces that version looks at the entry again.
func (s *Store) recheckEntry(g garbage, horizon uint64) {
	ix := s.schema.current.Load().numbered(g.b)
	if ix == nil {
		return
	}
	var arena graph.Arena
	var buf [index.MaxKey]byte
	if k, ok := s.keyOfProperties(ix, g.c, &arena, buf[:0]); ok {
		s.recheckKey(ix, g.a, k, horizon)
	}
	ix.settle(s.newest(), 1)
}

// recheckBuilt is recheckEntry for an entry from building an index, which nobody
// else looks at again. It returns false when the newest version does not want the
// entry, or is not committed, but somebody may still need it.
func (s *Store) recheckBuilt(g garbage, horizon uint64) (done bool) {
	size := keyBlock(int(*(*byte)(s.indexBlocks.Pointer(g.c))))
	ix := s.schema.current.Load().numbered(g.b)
	if ix != nil {
		key := s.indexBlocks.Bytes(g.c, size)[1:]
		if !s.recheckKey(ix, g.a, entryKey{hash: g.hash, key: key}, horizon) {
			return false
		}
		ix.settle(s.newest(), 1)
	}
	s.indexBlocks.Free(g.c, size)
	return true
}

// keyBlock returns the size of a block with a key: its length and its bytes.
func keyBlock(n int) int { return 1 + n }

// newest returns the newest timestamp that a version may have.
func (s *Store) newest() uint64 {
	s.pipeline.append.Lock()
	defer s.pipeline.append.Unlock()
	return max(s.pipeline.last, s.published.Load())
}

// recheckKey removes an entry that nobody wants. It reports whether that is the
// end of it, because there is none now or the newest version wants it and is
// committed.
func (s *Store) recheckKey(ix *Index, slot uint32, k entryKey, horizon uint64) (decided bool) {
	var arena graph.Arena
	var buf [index.MaxKey]byte
	h, latch := s.record(ix, slot)
	latch.Lock()
	defer latch.Unlock()
	var hashed, kept bool
	s.anyVersion(h, horizon, func(v version) bool {
		if other, ok := s.keyOf(ix, v, &arena, buf[:0]); ok {
			hashed = hashed || other.hash == k.hash
			kept = kept || bytes.Equal(other.kept(), k.kept())
		}
		return hashed && kept
	})
	if !kept {
		ix.tree.Remove(k.key, slot)
	}
	if !hashed {
		ix.unhash(k.hash, slot)
		return true
	}
	newest, ok := s.keyOf(ix, h.get(), &arena, buf[:0])
	return ok && !h.load().IsOwned() && newest.hash == k.hash
}

// build enters all records into a registered index, in every version that
// somebody can still see. Changes made meanwhile enter themselves.
func (s *Store) build(ctx context.Context, ix *Index) error {
	if ix.hash == nil {
		return nil
	}
	set := s.labelMembers.find(uint32(ix.spec.Label))
	if ix.spec.Relationships {
		set = s.typeMembers.find(uint32(ix.spec.Type))
	}
	if set == nil {
		return nil
	}
	t := s.Begin(ReadMode) // keeps old versions from being reclaimed
	defer t.Rollback()
	horizon := s.registry.Horizon().Snapshot
	var arena graph.Arena
	var slots [scanBatch]uint32
	for from := uint64(0); ; {
		n, next := set.Next(from, slots[:])
		for _, slot := range slots[:n] {
			if err := s.buildRecord(ix, slot, horizon, &arena); err != nil {
				return err
			}
		}
		ix.scanned.Add(int64(n))
		if n < len(slots) {
			ix.settle(s.newest(), 0)
			return nil
		}
		if err := ctx.Err(); err != nil {
			return &Error{Kind: KindCancelled, Message: "build an index", Err: context.Cause(ctx)}
		}
		from = next
		arena = graph.Arena{}
	}
}

// buildAll builds all indexes, several at once.
func (s *Store) buildAll(ctx context.Context) error {
	indexes := s.schema.current.Load().indexes
	errs := make([]error, len(indexes))
	var group sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, ix := range indexes {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if errs[i] = s.build(ctx, ix); errs[i] == nil {
				ix.online.Store(true)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// length returns how many slots of the records of an index have ever been used.
func (s *Store) length(ix *Index) uint64 {
	if ix.spec.Relationships {
		return s.relationships.Len()
	}
	return s.nodes.Len()
}

func (s *Store) buildRecord(ix *Index, slot uint32, horizon uint64, a *graph.Arena) (err error) {
	if uint64(slot) >= s.length(ix) {
		return nil
	}
	h, latch := s.record(ix, slot)
	latch.Lock()
	defer latch.Unlock()
	newest, owned := h.get(), h.load().IsOwned()
	var buf [index.MaxKey]byte
	s.anyVersion(h, horizon, func(v version) bool {
		k, ok := s.keyOf(ix, v, a, buf[:0])
		if !ok {
			return false
		}
		// Whoever made this version, or the one after it, did not know the
		// index: nobody else will take the entry out.
		if owned || v != newest {
			err = s.remember(ix, k, slot)
		}
		if err == nil {
			err = ix.add(k, slot)
		}
		return err != nil
	})
	return err
}

// remember has the reclaimer look at an entry later.
func (s *Store) remember(ix *Index, k entryKey, slot uint32) error {
	kept := k.kept()
	ref, err := s.indexBlocks.Alloc(keyBlock(len(kept)))
	if err != nil {
		return memoryError(err)
	}
	b := s.indexBlocks.Bytes(ref, keyBlock(len(kept)))
	b[0] = byte(len(kept)) //nolint:gosec // at most index.MaxKey
	copy(b[1:], kept)
	ix.pending.Add(1)
	s.reclaimer.replace(s.published.Load(), []garbage{{kind: garbageBuilt, a: slot, b: ix.number, c: ref, hash: k.hash}})
	return nil
}
