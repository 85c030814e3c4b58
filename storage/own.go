package storage

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
)

func ownedBy(owner, command uint32) mvcc.Word { return mvcc.Owned(owner, command) }

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
		case w.IsOwned() && w.Owner() == t.owner, !w.IsOwned() && w != 0 && w.Timestamp() <= t.seen:
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
		if _, visible := t.store.read(h, &t.sight); !visible && !t.seesUncommitted(w) {
			return version{}, missing()
		}
		if !w.IsOwned() {
			return version{}, t.conflictOn(h, "the record was changed by another transaction")
		}
		if err := t.wait(ctx, h, w); err != nil {
			return version{}, err
		}
	}
}

// wait waits until the owner of a record's word has ended.
func (t *Transaction) wait(ctx context.Context, h *head, w mvcc.Word) error {
	err := t.store.registry.Wait(ctx, t.actor, &h.word, w, t.store.options.LockTimeout)
	if err == nil {
		return nil
	}
	return waitError(err, lineOf(h))
}

// Owner returns the number of the transaction among those of the store that run
// now.
func (t *Transaction) Owner() uint32 { return t.owner }

// Waiting returns whom the transaction waits for. Any goroutine may call it.
func (t *Transaction) Waiting() mvcc.Waiting { return t.store.registry.Waiting(t.actor) }

// waitError says why a wait has ended.
func waitError(err error, line uint8) error {
	kind := KindCancelled
	switch {
	case errors.Is(err, mvcc.ErrDeadlock):
		kind = KindDeadlock
	case errors.Is(err, mvcc.ErrTimeout):
		kind = KindLockTimeout
	}
	return &Error{Kind: kind, Message: "wait for another transaction", Err: err, line: line}
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
