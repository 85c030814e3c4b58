package storage

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
	"github.com/drawbolt/drawbolt/storage/slab"
)

func ownedBy(owner, command uint32) mvcc.Word { return mvcc.Owned(owner, command) }

func errClosed() error { return &Error{Kind: KindClosed, Message: "the store is closed"} }

// memoryError turns an error of package slab into one of this package.
func memoryError(err error) error {
	if errors.Is(err, slab.ErrLimit) {
		return &Error{Kind: KindMemoryLimit, Message: "memory limit reached", Err: err}
	}
	return &Error{Kind: KindLimit, Message: "out of room", Err: err}
}

func propertyError(err error) error {
	if errors.Is(err, property.ErrTooLarge) {
		return &Error{Kind: KindLimit, Message: "set properties", Err: err}
	}
	return &Error{Kind: KindPropertyType, Message: "set a property", Err: err}
}

func nodeNotFound() error {
	return &Error{Kind: KindNotFound, Message: "the node does not exist"}
}

func relationshipNotFound() error {
	return &Error{Kind: KindNotFound, Message: "the relationship does not exist"}
}

// await takes the latch of a record and returns its newest version, which is
// the own transaction's or committed in its snapshot; whoever else owns the
// record is waited for. find returns the record under the latch, nil when it is
// gone. On error the latch is not held.
func (t *Transaction) await(ctx context.Context, latch *sync.Mutex, find func() *head, missing func() error) (version, error) {
	for {
		latch.Lock()
		h := find()
		if h == nil {
			latch.Unlock()
			return version{}, missing()
		}
		w := h.load()
		switch {
		case w.IsOwned() && w.Owner() == t.owner, !w.IsOwned() && w != 0 && w.Timestamp() <= t.actor.Snapshot():
			v := h.get()
			if v.tag&deleted != 0 {
				latch.Unlock()
				return version{}, missing()
			}
			return v, nil
		case w == mvcc.Dead || w == 0:
			latch.Unlock()
			return version{}, missing()
		}
		latch.Unlock()
		if _, visible := t.store.read(h, &t.sight); !visible {
			return version{}, missing()
		}
		if !w.IsOwned() {
			// This is where a statement whose transaction has shown nothing yet
			// could be started again on a new snapshot.
			return version{}, &Error{Kind: KindConflict, Message: "the record was changed by another transaction"}
		}
		if err := t.wait(ctx, h, w); err != nil {
			return version{}, err
		}
	}
}

// wait waits until the owner of a record's word has ended.
func (t *Transaction) wait(ctx context.Context, h *head, w mvcc.Word) error {
	err := t.store.registry.Wait(ctx, t.actor, &h.word, w, t.store.options.LockTimeout)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mvcc.ErrDeadlock):
		return &Error{Kind: KindDeadlock, Message: "wait for another transaction", Err: err}
	case errors.Is(err, mvcc.ErrTimeout):
		return &Error{Kind: KindLockTimeout, Message: "wait for another transaction", Err: err}
	default:
		return &Error{Kind: KindCancelled, Message: "wait for another transaction", Err: err}
	}
}

func (t *Transaction) awaitNode(ctx context.Context, id graph.NodeID) (*node, *sync.Mutex, version, error) {
	s := t.store
	slot := uint32(id) //nolint:gosec // the low half
	latch := s.nodeLatches.of(slot)
	var n *node
	v, err := t.await(ctx, latch, func() *head {
		if n = s.nodes.Find(uint64(id)); n == nil {
			return nil
		}
		return &n.head
	}, nodeNotFound)
	return n, latch, v, err
}

func (t *Transaction) awaitRelationship(ctx context.Context, id graph.RelationshipID) (*relationship, *sync.Mutex, version, error) {
	s := t.store
	slot := uint32(id) //nolint:gosec // the low half
	latch := s.relationshipLatches.of(slot)
	var r *relationship
	v, err := t.await(ctx, latch, func() *head {
		if r = s.relationships.Find(uint64(id)); r == nil {
			return nil
		}
		return &r.head
	}, relationshipNotFound)
	return r, latch, v, err
}

// claim makes the transaction's current command the owner of a record that
// [Transaction.await] has returned. What the record held before is kept in an
// undo record, unless nobody can tell it from what comes.
func (t *Transaction) claim(h *head, slot uint32, kind changeKind) error {
	mine := ownedBy(t.owner, t.command)
	w := h.load()
	if w == mine {
		if kind == nodeDeleted || kind == relationshipDeleted {
			t.work.changes = append(t.work.changes, change{slot: slot, kind: kind})
		}
		return nil
	}
	u, undo, err := t.store.undo.Alloc()
	if err != nil {
		return memoryError(err)
	}
	undo.store(w)
	undo.set(h.get())
	atomic.StoreUint32(&undo.undo, h.undo)
	atomic.StoreUint32(&h.undo, u)
	h.store(mine)
	t.work.changes = append(t.work.changes, change{slot: slot, undo: u, kind: kind})
	return nil
}

// newProperties writes a property record and returns its reference, 0 for no
// properties. Null values are left out; of a key that is there twice the last
// value stays.
func (t *Transaction) newProperties(props []Property) (uint32, error) {
	b := &t.work.builder
	b.Reset()
	sorted := slices.IsSortedFunc(props, func(x, y Property) int { return int(int64(x.Key) - int64(y.Key)) })
	if !sorted {
		props = slices.Clone(props)
		slices.SortStableFunc(props, func(x, y Property) int { return int(int64(x.Key) - int64(y.Key)) })
	}
	for i, p := range props {
		if p.Value.IsNull() || i+1 < len(props) && props[i+1].Key == p.Key {
			continue
		}
		if err := b.Add(uint32(p.Key), p.Value); err != nil {
			return 0, propertyError(err)
		}
	}
	return t.writeProperties()
}

// changedProperties is [Transaction.newProperties] for an old record with one
// property set, or removed when the value is null.
func (t *Transaction) changedProperties(old property.Record, key KeyID, value graph.Value) (uint32, error) {
	b := &t.work.builder
	b.Reset()
	done := value.IsNull()
	trailers := old.HasTrailers()
	for i := range old.Len() {
		k := old.Key(i)
		if !done && k >= uint32(key) {
			if err := b.Add(uint32(key), value); err != nil {
				return 0, propertyError(err)
			}
			done = true
		}
		if k == uint32(key) {
			continue
		}
		if err := b.AddStored(k, old.Value(i), trailers); err != nil {
			return 0, propertyError(err)
		}
	}
	if !done {
		if err := b.Add(uint32(key), value); err != nil {
			return 0, propertyError(err)
		}
	}
	return t.writeProperties()
}

// writeProperties stores what the builder holds.
func (t *Transaction) writeProperties() (uint32, error) {
	w := t.work
	w.buffer = w.builder.Append(w.buffer[:0])
	if len(w.buffer) == 0 {
		return 0, nil
	}
	ref, err := t.store.propertyBlocks.Alloc(len(w.buffer))
	if err != nil {
		return 0, memoryError(err)
	}
	copy(t.store.propertyBlocks.Bytes(ref, len(w.buffer)), w.buffer)
	w.blocks = append(w.blocks, ref)
	return ref, nil
}

// setNodeProperties is [Transaction.setProperties] for a node, whose indexes
// follow.
func (t *Transaction) setNodeProperties(n *node, slot uint32, v version, ref uint32) error {
	t.setProperties(&n.head, v, ref)
	if err := t.reindex(slot, v, version{tag: v.tag, props: ref}); err != nil {
		return t.fail(err)
	}
	return nil
}

// setProperties makes ref the properties of a claimed record. The old ones stay
// for older snapshots.
func (t *Transaction) setProperties(h *head, v version, ref uint32) {
	if v.props != 0 {
		t.work.replaced = append(t.work.replaced, garbage{kind: garbageProperties, a: v.props})
	}
	v.props = ref
	h.set(v)
}

// CreateNode adds a node and returns its identifier.
func (t *Transaction) CreateNode(ctx context.Context, labels []LabelID, props []Property) (graph.NodeID, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	ref, err := t.newProperties(props)
	if err != nil {
		return 0, err
	}
	slot, n, err := t.store.nodes.Alloc()
	if err != nil {
		return 0, memoryError(err)
	}
	id, err := t.createNode(slot, n, t.store.internSet(labels), ref)
	if err != nil {
		return 0, err
	}
	return id, t.checkUnique(ctx)
}

// internSet returns the number of a set of labels in any order.
func (s *Store) internSet(labels []LabelID) uint32 {
	switch len(labels) {
	case 0:
		return 0
	case 1:
		return s.labelSets.intern(labels)
	}
	ids := slices.Clone(labels)
	slices.Sort(ids)
	return s.labelSets.intern(slices.Compact(ids))
}

// createNode fills a fresh record.
func (t *Transaction) createNode(slot uint32, n *node, set, ref uint32) (graph.NodeID, error) {
	s, w := t.store, t.work
	// The latch keeps the reclaimer from taking out what is put in here, when
	// it still remembers an earlier node of this slot.
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	defer latch.Unlock()
	atomic.StoreUint32(&n.undo, 0)
	atomic.StoreUint32(&n.out, 0)
	atomic.StoreUint32(&n.in, 0)
	n.set(version{tag: set, props: ref})
	n.store(ownedBy(t.owner, t.command))
	w.changes = append(w.changes, change{slot: slot, kind: nodeCreated})
	w.delta.add(statistic{kind: countNodes}, 1)
	ids := s.labelSets.at(set).ids
	for _, l := range ids {
		if err := s.labelMembers.at(uint32(l)).Add(slot); err != nil {
			return 0, t.fail(memoryError(err))
		}
		w.delta.add(statistic{kind: countLabel, label: l}, 1)
	}
	if err := t.reindex(slot, version{}, version{tag: set, props: ref}); err != nil {
		return 0, t.fail(err)
	}
	id := graph.NodeID(s.nodes.ID(slot))
	t.logCreateNode(id, ids, s.properties(ref))
	return id, nil
}

// CreateRelationship adds a relationship from start to end and returns its
// identifier. It waits for whoever is about to delete one of the nodes.
func (t *Transaction) CreateRelationship(ctx context.Context, start, end graph.NodeID, typ TypeID, props []Property) (graph.RelationshipID, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	ref, err := t.newProperties(props)
	if err != nil {
		return 0, err
	}
	slot, r, err := t.store.relationships.Alloc()
	if err != nil {
		return 0, memoryError(err)
	}
	return t.createRelationship(ctx, slot, r, start, end, typ, ref)
}

func (t *Transaction) createRelationship(ctx context.Context, slot uint32, r *relationship, start, end graph.NodeID, typ TypeID, ref uint32) (graph.RelationshipID, error) {
	s, w := t.store, t.work
	atomic.StoreUint32(&r.undo, 0)
	atomic.StoreUint32(&r.start, uint32(start)) //nolint:gosec // the low half
	atomic.StoreUint32(&r.end, uint32(end))     //nolint:gosec // the low half
	r.set(version{tag: uint32(typ), props: ref})
	r.store(ownedBy(t.owner, t.command))
	w.changes = append(w.changes, change{slot: slot, kind: relationshipCreated})
	if err := t.linkEnd(ctx, start, Out, uint32(end), slot, typ); err != nil { //nolint:gosec // the low half
		return 0, t.fail(err)
	}
	if err := t.linkEnd(ctx, end, In, uint32(start), slot, typ); err != nil { //nolint:gosec // the low half
		return 0, t.fail(err)
	}
	if err := s.typeMembers.at(uint32(typ)).Add(slot); err != nil {
		return 0, t.fail(memoryError(err))
	}
	w.delta.add(statistic{kind: countRelationships}, 1)
	w.delta.add(statistic{kind: countType, typ: typ}, 1)
	if start == end {
		w.delta.add(statistic{kind: countSelfLoops, typ: typ}, 1)
		s.selfLoops.Store(true)
	}
	id := graph.RelationshipID(s.relationships.ID(slot))
	t.logCreateRelationship(id, start, end, typ, s.properties(ref))
	return id, nil
}

// linkEnd enters a new relationship at one of its nodes. The node is not
// owned: only its deletion is in the way.
func (t *Transaction) linkEnd(ctx context.Context, id graph.NodeID, dir Direction, neighbour, slot uint32, typ TypeID) error {
	s := t.store
	for {
		n := s.nodes.Find(uint64(id))
		if n == nil {
			return nodeNotFound()
		}
		latch := s.nodeLatches.of(uint32(id)) //nolint:gosec // the low half
		latch.Lock()
		w := n.load()
		tag := atomic.LoadUint32(&n.tag)
		mine := w.IsOwned() && w.Owner() == t.owner
		seen, visible := s.read(&n.head, &t.sight)
		switch {
		case !visible || seen.tag&deleted != 0 || mine && tag&deleted != 0:
			latch.Unlock()
			return nodeNotFound()
		case tag&deleted != 0 && w.IsOwned():
			latch.Unlock()
			if err := t.wait(ctx, &n.head, w); err != nil {
				return err
			}
			continue
		case tag&deleted != 0:
			latch.Unlock()
			return &Error{Kind: KindConflict, Message: "the node was deleted by another transaction"}
		}
		err := s.link(n.side(dir), uint32(typ), newEntry(neighbour, slot), &t.work.retired)
		latch.Unlock()
		if err != nil {
			return err
		}
		t.work.links = append(t.work.links, link{node: uint32(id), dir: dir, kind: uint32(typ), relationship: slot}) //nolint:gosec // the low half
		t.countSteps(dir, typ, seen.tag, 1)
		return nil
	}
}

// countSteps changes the step counts of one end of a relationship.
func (t *Transaction) countSteps(dir Direction, typ TypeID, set uint32, n int64) {
	kind := countStepsOut
	if dir == In {
		kind = countStepsIn
	}
	for _, l := range t.store.labelSets.at(set &^ deleted).ids {
		t.work.delta.add(statistic{kind: kind, label: l, typ: typ}, n)
	}
}

// SetNodeProperty sets one property of a node; null removes it.
func (t *Transaction) SetNodeProperty(ctx context.Context, id graph.NodeID, key KeyID, value graph.Value) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := t.setNodeProperty(ctx, id, key, value); err != nil {
		return err
	}
	return t.checkUnique(ctx)
}

func (t *Transaction) setNodeProperty(ctx context.Context, id graph.NodeID, key KeyID, value graph.Value) error {
	n, latch, v, err := t.awaitNode(ctx, id)
	if err != nil {
		return err
	}
	defer latch.Unlock()
	old := t.store.properties(v.props)
	if value.IsNull() && old.Find(uint32(key)) == nil {
		return nil
	}
	ref, err := t.changedProperties(old, key, value)
	if err != nil {
		return err
	}
	if err := t.claim(&n.head, uint32(id), nodeChanged); err != nil { //nolint:gosec // the low half
		return err
	}
	if err := t.setNodeProperties(n, uint32(id), v, ref); err != nil { //nolint:gosec // the low half
		return err
	}
	t.logSetProperty(opSetNodeProperty, uint64(id), key, t.store.properties(ref))
	return nil
}

// SetRelationshipProperty sets one property of a relationship; null removes it.
func (t *Transaction) SetRelationshipProperty(ctx context.Context, id graph.RelationshipID, key KeyID, value graph.Value) error {
	if err := t.writable(); err != nil {
		return err
	}
	r, latch, v, err := t.awaitRelationship(ctx, id)
	if err != nil {
		return err
	}
	defer latch.Unlock()
	old := t.store.properties(v.props)
	if value.IsNull() && old.Find(uint32(key)) == nil {
		return nil
	}
	ref, err := t.changedProperties(old, key, value)
	if err != nil {
		return err
	}
	if err := t.claim(&r.head, uint32(id), relationshipChanged); err != nil { //nolint:gosec // the low half
		return err
	}
	t.setProperties(&r.head, v, ref)
	t.logSetProperty(opSetRelationshipProperty, uint64(id), key, t.store.properties(ref))
	return nil
}

// ReplaceNodeProperties makes props all the properties of a node.
func (t *Transaction) ReplaceNodeProperties(ctx context.Context, id graph.NodeID, props []Property) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := t.replaceNodeProperties(ctx, id, props); err != nil {
		return err
	}
	return t.checkUnique(ctx)
}

func (t *Transaction) replaceNodeProperties(ctx context.Context, id graph.NodeID, props []Property) error {
	n, latch, v, err := t.awaitNode(ctx, id)
	if err != nil {
		return err
	}
	defer latch.Unlock()
	ref, err := t.newProperties(props)
	if err != nil {
		return err
	}
	if err := t.claim(&n.head, uint32(id), nodeChanged); err != nil { //nolint:gosec // the low half
		return err
	}
	if err := t.setNodeProperties(n, uint32(id), v, ref); err != nil { //nolint:gosec // the low half
		return err
	}
	t.logReplaceProperties(opReplaceNodeProperties, uint64(id), t.store.properties(ref))
	return nil
}

// ReplaceRelationshipProperties makes props all the properties of a
// relationship.
func (t *Transaction) ReplaceRelationshipProperties(ctx context.Context, id graph.RelationshipID, props []Property) error {
	if err := t.writable(); err != nil {
		return err
	}
	r, latch, v, err := t.awaitRelationship(ctx, id)
	if err != nil {
		return err
	}
	defer latch.Unlock()
	ref, err := t.newProperties(props)
	if err != nil {
		return err
	}
	if err := t.claim(&r.head, uint32(id), relationshipChanged); err != nil { //nolint:gosec // the low half
		return err
	}
	t.setProperties(&r.head, v, ref)
	t.logReplaceProperties(opReplaceRelationshipProperties, uint64(id), t.store.properties(ref))
	return nil
}

// AddLabel adds a label to a node and reports whether it was not there before.
func (t *Transaction) AddLabel(ctx context.Context, id graph.NodeID, l LabelID) (changed bool, err error) {
	if err := t.writable(); err != nil {
		return false, err
	}
	if changed, err = t.addLabel(ctx, id, l); err != nil {
		return false, err
	}
	return changed, t.checkUnique(ctx)
}

func (t *Transaction) addLabel(ctx context.Context, id graph.NodeID, l LabelID) (changed bool, err error) {
	n, latch, v, err := t.awaitNode(ctx, id)
	if err != nil {
		return false, err
	}
	defer latch.Unlock()
	s := t.store
	set := s.labelSets.with(v.tag, l)
	if set == v.tag {
		return false, nil
	}
	if err := s.labelMembers.at(uint32(l)).Add(uint32(id)); err != nil { //nolint:gosec // the low half
		return false, memoryError(err)
	}
	if err := t.claim(&n.head, uint32(id), nodeChanged); err != nil { //nolint:gosec // the low half
		return false, err
	}
	n.set(version{tag: set, props: v.props})
	t.work.added = append(t.work.added, garbage{kind: garbageLabel, a: uint32(id), b: uint32(l)}) //nolint:gosec // the low half
	if err := t.reindex(uint32(id), v, version{tag: set, props: v.props}); err != nil {           //nolint:gosec // the low half
		return false, t.fail(err)
	}
	t.countLabel(n, l, 1)
	t.logLabel(opAddLabel, id, l)
	return true, nil
}

// RemoveLabel removes a label from a node and reports whether it was there.
func (t *Transaction) RemoveLabel(ctx context.Context, id graph.NodeID, l LabelID) (changed bool, err error) {
	if err := t.writable(); err != nil {
		return false, err
	}
	n, latch, v, err := t.awaitNode(ctx, id)
	if err != nil {
		return false, err
	}
	defer latch.Unlock()
	set := t.store.labelSets.without(v.tag, l)
	if set == v.tag {
		return false, nil
	}
	if err := t.claim(&n.head, uint32(id), nodeChanged); err != nil { //nolint:gosec // the low half
		return false, err
	}
	n.set(version{tag: set, props: v.props})
	t.work.replaced = append(t.work.replaced, garbage{kind: garbageLabel, a: uint32(id), b: uint32(l)}) //nolint:gosec // the low half
	if err := t.reindex(uint32(id), v, version{tag: set, props: v.props}); err != nil {                 //nolint:gosec // the low half
		return false, t.fail(err)
	}
	t.countLabel(n, l, -1)
	t.logLabel(opRemoveLabel, id, l)
	return true, nil
}

// countLabel changes the counts of a label that a node gains or loses.
func (t *Transaction) countLabel(n *node, l LabelID, by int64) {
	d := &t.work.delta
	d.add(statistic{kind: countLabel, label: l}, by)
	v := t.View()
	for _, side := range []struct {
		dir  Direction
		kind statisticKind
	}{{Out, countStepsOut}, {In, countStepsIn}} {
		for ref := atomic.LoadUint32(n.side(side.dir)); ref != 0; {
			b := t.store.block(ref)
			if k := v.groupDegree(b); k != 0 {
				d.add(statistic{kind: side.kind, label: l, typ: TypeID(b.kind)}, by*int64(k))
			}
			ref = atomic.LoadUint32(&b.next)
		}
	}
}

// DeleteNode deletes a node and reports whether it was there. Its relationships
// must be gone when the transaction commits.
func (t *Transaction) DeleteNode(ctx context.Context, id graph.NodeID) (was bool, err error) {
	if err := t.writable(); err != nil {
		return false, err
	}
	n, latch, v, err := t.awaitNode(ctx, id)
	if isNotFound(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer latch.Unlock()
	if err := t.claim(&n.head, uint32(id), nodeDeleted); err != nil { //nolint:gosec // the low half
		return false, err
	}
	for _, l := range t.store.labelSets.at(v.tag).ids {
		t.countLabel(n, l, -1)
	}
	t.work.delta.add(statistic{kind: countNodes}, -1)
	n.set(version{tag: v.tag | deleted, props: v.props})
	t.work.replaced = append(t.work.replaced, garbage{kind: garbageNode, a: uint32(id)}) //nolint:gosec // the low half
	t.logDelete(opDeleteNode, uint64(id))
	return true, nil
}

func isNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == KindNotFound
}

// DeleteRelationship deletes a relationship and reports whether it was there.
func (t *Transaction) DeleteRelationship(ctx context.Context, id graph.RelationshipID) (was bool, err error) {
	if err := t.writable(); err != nil {
		return false, err
	}
	r, latch, v, err := t.awaitRelationship(ctx, id)
	if isNotFound(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	typ := TypeID(v.tag)
	start, end := atomic.LoadUint32(&r.start), atomic.LoadUint32(&r.end)
	err = t.claim(&r.head, uint32(id), relationshipDeleted) //nolint:gosec // the low half
	if err != nil {
		latch.Unlock()
		return false, err
	}
	// Readers must not skip the look at the relationship from here on. The
	// latches of the nodes are taken after this one is released, and before
	// the deleted bit is set.
	latch.Unlock()
	t.markEnd(start, Out, typ, 1)
	t.markEnd(end, In, typ, 1)
	r.set(version{tag: v.tag | deleted, props: v.props})
	t.work.replaced = append(t.work.replaced, garbage{kind: garbageRelationship, a: uint32(id)}) //nolint:gosec // the low half
	d := &t.work.delta
	d.add(statistic{kind: countRelationships}, -1)
	d.add(statistic{kind: countType, typ: typ}, -1)
	if start == end {
		d.add(statistic{kind: countSelfLoops, typ: typ}, -1)
	}
	t.logDelete(opDeleteRelationship, uint64(id))
	return true, nil
}

// markEnd notes at one node of a relationship that its deletion has begun (by 1)
// or was undone (by -1).
func (t *Transaction) markEnd(slot uint32, dir Direction, typ TypeID, by int) {
	s := t.store
	n := s.nodes.At(slot)
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	s.mark(n.side(dir), uint32(typ), by)
	latch.Unlock()
	if by > 0 {
		if set := t.labelsSeen(n); set&deleted == 0 {
			t.countSteps(dir, typ, set, -1)
		}
	}
}

// labelsSeen returns the label set of a node as the transaction sees it, with
// the deleted bit.
func (t *Transaction) labelsSeen(n *node) uint32 {
	v, _ := t.store.read(&n.head, &t.sight)
	return v.tag
}
