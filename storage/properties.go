package storage

import (
	"context"
	"slices"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

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
	t.setProperties(&n.head, v, ref, garbage{kind: garbageNodeProperties, a: v.props, b: slot})
	if err := t.reindex(slot, v, version{tag: v.tag, props: ref}); err != nil {
		return t.fail(err)
	}
	return nil
}

// setRelationshipProperties is the same for a relationship.
func (t *Transaction) setRelationshipProperties(r *relationship, slot uint32, v version, ref uint32) error {
	t.setProperties(&r.head, v, ref, garbage{kind: garbageRelationshipProperties, a: v.props, b: slot})
	if err := t.reindexRelationship(slot, TypeID(v.tag), v, version{tag: v.tag, props: ref}); err != nil {
		return t.fail(err)
	}
	return nil
}

// setProperties makes ref the properties of a claimed record. The old ones stay
// for older snapshots, as what they are then.
func (t *Transaction) setProperties(h *head, v version, ref uint32, old garbage) {
	if v.props != 0 {
		t.work.replaced = append(t.work.replaced, old)
	}
	v.props = ref
	h.set(v)
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
	if err := t.setRelationshipProperty(ctx, id, key, value); err != nil {
		return err
	}
	return t.checkUnique(ctx)
}

func (t *Transaction) setRelationshipProperty(ctx context.Context, id graph.RelationshipID, key KeyID, value graph.Value) error {
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
	if err := t.setRelationshipProperties(r, uint32(id), v, ref); err != nil { //nolint:gosec // the low half
		return err
	}
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
	if err := t.replaceRelationshipProperties(ctx, id, props); err != nil {
		return err
	}
	return t.checkUnique(ctx)
}

func (t *Transaction) replaceRelationshipProperties(ctx context.Context, id graph.RelationshipID, props []Property) error {
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
	if err := t.setRelationshipProperties(r, uint32(id), v, ref); err != nil { //nolint:gosec // the low half
		return err
	}
	t.logReplaceProperties(opReplaceRelationshipProperties, uint64(id), t.store.properties(ref))
	return nil
}
