package storage

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
)

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
	for i := range len(labels) - 1 {
		if labels[i] >= labels[i+1] {
			ids := slices.Clone(labels)
			slices.Sort(ids)
			return s.labelSets.intern(slices.Compact(ids))
		}
	}
	return s.labelSets.intern(labels)
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
	id, err := t.createRelationship(ctx, slot, r, start, end, typ, ref)
	if err != nil {
		return 0, err
	}
	return id, t.checkUnique(ctx)
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
	latch := s.relationshipLatches.of(slot)
	latch.Lock()
	err := t.reindexRelationship(slot, typ, version{tag: deleted}, r.get())
	latch.Unlock()
	if err != nil {
		return 0, t.fail(err)
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
		unknown := !visible && t.seesUncommitted(w)
		switch {
		case !visible && !unknown || seen.tag&deleted != 0 || mine && tag&deleted != 0:
			latch.Unlock()
			return nodeNotFound()
		case (unknown || tag&deleted != 0) && w.IsOwned():
			latch.Unlock()
			if err := t.wait(ctx, &n.head, w); err != nil {
				return err
			}
			continue
		case unknown || tag&deleted != 0:
			latch.Unlock()
			return t.conflictOn(&n.head, "the node was created or deleted by another transaction")
		}
		err := s.link(n.side(dir), uint32(typ), newEntry(neighbour, slot), &t.work.retired)
		latch.Unlock()
		if err != nil {
			return err
		}
		t.work.links = append(t.work.links, newLink(uint32(id), dir, uint32(typ), slot)) //nolint:gosec // the low half
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
	v := View{tx: t, sight: t.sight}
	for _, side := range []struct {
		dir  Direction
		kind statisticKind
	}{{Out, countStepsOut}, {In, countStepsIn}} {
		for ref := atomic.LoadUint32(n.side(side.dir)); ref != 0; {
			b := t.store.block(ref)
			if k := v.groupDegree(b); k != 0 {
				d.add(statistic{kind: side.kind, label: l, typ: TypeID(b.kind())}, by*int64(k))
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
	gone := version{tag: v.tag | deleted, props: v.props}
	n.set(gone)
	if err := t.reindex(uint32(id), v, gone); err != nil { //nolint:gosec // the low half
		return false, t.fail(err)
	}
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
	gone := version{tag: v.tag | deleted, props: v.props}
	r.set(gone)
	if err := t.reindexRelationship(uint32(id), typ, v, gone); err != nil { //nolint:gosec // the low half
		return false, t.fail(err)
	}
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
