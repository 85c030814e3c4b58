package storage

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/wal"
)

// A link is one end of a relationship: its node, side and type in one number,
// so that many are sorted quickly.
type link struct {
	group        uint64
	relationship uint32
}

func newLink(node uint32, dir Direction, kind, relationship uint32) link {
	return link{group: uint64(node)<<32 | uint64(dir)<<31 | uint64(kind), relationship: relationship}
}

func (l link) node() uint32   { return uint32(l.group >> 32) }
func (l link) dir() Direction { return Direction(l.group >> 31 & 1) }
func (l link) kind() uint32   { return uint32(l.group) &^ (1 << 31) } //nolint:gosec // the low half

func compareLinks(a, b link) int {
	if a.group != b.group {
		return cmp.Compare(a.group, b.group)
	}
	return cmp.Compare(a.relationship, b.relationship)
}

// groupLinks sorts links and calls do for all links of one group at a time.
func groupLinks(links []link, do func(group []link)) {
	if len(links) > 1 {
		slices.SortFunc(links, compareLinks)
	}
	for len(links) > 0 {
		n := 1
		for n < len(links) && links[n].group == links[0].group {
			n++
		}
		do(links[:n])
		links = links[n:]
	}
}

// isIn returns a function that finds relationships in a sorted group.
func isIn(group []link) func(relationship uint32) bool {
	if len(group) == 1 {
		only := group[0].relationship
		return func(r uint32) bool { return r == only }
	}
	return func(r uint32) bool {
		_, found := slices.BinarySearchFunc(group, r, func(l link, r uint32) int {
			return cmp.Compare(l.relationship, r)
		})
		return found
	}
}

// A pipeline takes commits from the log to the readers, in the order of their
// timestamps.
type pipeline struct {
	append sync.Mutex // orders timestamps and log records
	last   uint64     // the newest timestamp given out
	labels int        // tokens that the log defines
	types  int
	keys   int

	mu      sync.Mutex // guards what follows
	queue   []*ticket  // commits on their way, by timestamp
	waiters []waiter   // of WaitFor
	watched map[LabelID]*labelWatch
}

// A ticket is a commit on its way.
type ticket struct {
	timestamp uint64
	owner     uint32
	ready     bool
	work      *work
	done      chan struct{} // closed when the commit is visible
}

type waiter struct {
	timestamp uint64
	done      chan struct{}
}

// Commit makes the changes durable and visible to transactions that begin
// later, and ends the transaction, also when it fails. It returns the position
// of the commit; for a transaction without changes that of its snapshot. ctx
// bounds waits for other transactions, not the flush of the log: from there on
// the outcome would be unknown.
func (t *Transaction) Commit(ctx context.Context) (Position, error) {
	wrote := t.work != nil
	p, err := t.commit(ctx)
	t.Rollback()
	if wrote {
		t.store.reclaimer.help()
	}
	return p, err
}

// CommitOpen commits like [Transaction.Commit], but the transaction stays open
// for reading until Commit or Rollback. Views must be taken anew: what they show
// from then on is the state at its own commit.
func (t *Transaction) CommitOpen(ctx context.Context) (Position, error) {
	if !t.ended {
		t.store.registry.Widen(t.actor)
	}
	p, err := t.commit(ctx)
	if err == nil {
		t.store.registry.Wake(t.actor)
	}
	return p, err
}

// commit makes the changes durable and visible. Afterwards the transaction is one
// for reading, at its own commit; its old snapshot holds back reclamation until
// it ends. After an error it has ended.
func (t *Transaction) commit(ctx context.Context) (Position, error) {
	switch {
	case t.ended:
		return 0, &Error{Kind: KindClosed, Message: "the transaction has ended"}
	case t.failed != nil:
		err := t.failed
		t.Rollback()
		return 0, err
	case !t.HasChanges():
		return t.Snapshot(), nil
	}
	if err := t.writable(); err != nil {
		t.Rollback()
		return 0, err
	}
	if err := errors.Join(t.checkDeletions(ctx), t.checkAllRequired()); err != nil {
		t.Rollback()
		return 0, err
	}
	return t.flush()
}

// flush is the part of commit after the checks.
func (t *Transaction) flush() (Position, error) {
	s := t.store
	k := &ticket{owner: t.owner, work: t.work, done: make(chan struct{})}
	p := &s.pipeline
	p.append.Lock()
	err := t.validate()
	if err == nil && t.work.unlogged && !s.analytical.Load() {
		err = errModeChanged()
	}
	var flush wal.Flush
	if err == nil {
		t.correctSteps()
		flush, err = s.enqueue(k, t.work.redo)
	}
	if err == nil {
		t.noteChanges(k.timestamp)
	}
	p.append.Unlock()
	if err != nil {
		t.Rollback()
		return 0, err
	}

	// While the log is being flushed, the records get their timestamp. It is
	// newer than every snapshot, so that nobody sees them yet.
	t.stamp(k.timestamp)
	if err := flush.Wait(); err != nil {
		err = s.stop(err)
		t.work = nil // still referred to by the pipeline
		t.finish()
		return 0, err
	}
	s.publish(k)
	<-k.done
	t.dropWork()
	t.mode, t.seen = ReadMode, k.timestamp
	t.sight = mvcc.NewSight(t.seen, t.owner, math.MaxUint32)
	return Position(k.timestamp), nil
}

// enqueue appends a commit to the log and to the queue, with the next
// timestamp. The mutex of appending is held.
func (s *Store) enqueue(k *ticket, redo []byte) (wal.Flush, error) {
	p := &s.pipeline
	k.timestamp = p.last + 1
	if k.timestamp > stampMask {
		return nil, &Error{Kind: KindLimit, Message: "out of commit timestamps"}
	}
	flush, err := s.appendRedo(k.timestamp, redo)
	if err != nil {
		return nil, err
	}
	p.last = k.timestamp
	p.mu.Lock()
	p.queue = append(p.queue, k)
	p.mu.Unlock()
	return flush, nil
}

// stamp replaces the owner in all words of the transaction by its timestamp.
func (t *Transaction) stamp(timestamp uint64) {
	s := t.store
	w := mvcc.Committed(timestamp)
	for _, c := range t.work.changes {
		h := s.head(c)
		if c.kind.isNode() {
			s.touchLabels(t.work, h.tag)
		}
		if c.undo != 0 {
			u := s.undo.At(c.undo)
			if c.kind.isNode() {
				s.touchLabels(t.work, u.tag)
			}
			// An intermediate state of this transaction is nobody's.
			if u.load().IsOwned() {
				u.store(w)
			}
		}
		if h.load().IsOwned() {
			h.store(w)
		}
	}
	groupLinks(t.work.links, func(group []link) {
		first := group[0]
		latch := s.nodeLatches.of(first.node())
		latch.Lock()
		list := s.nodes.At(first.node()).side(first.dir())
		s.settle(list, first.kind(), isIn(group), len(group), timestamp)
		latch.Unlock()
	})
}

// head returns the record of a change.
func (s *Store) head(c change) *head {
	if c.kind.isNode() {
		return &s.nodes.At(c.slot).head
	}
	return &s.relationships.At(c.slot).head
}

// publish notes that a commit is durable and stamped, and makes visible what
// waits behind no other commit.
func (s *Store) publish(k *ticket) {
	p := &s.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	k.ready = true
	n := 0
	for n < len(p.queue) && p.queue[n].ready {
		q := p.queue[n]
		for _, c := range q.work.changes {
			if c.undo != 0 {
				kind := garbageRelationshipUndo
				if c.kind.isNode() {
					kind = garbageNodeUndo
				}
				q.work.replaced = append(q.work.replaced, garbage{kind: kind, a: c.undo, b: c.slot})
			}
		}
		q.work.settleAll(q.timestamp)
		s.reclaimer.replace(q.timestamp, q.work.replaced)
		s.statistics.apply(&q.work.delta, q.timestamp)
		p.noteLabels(q.work, q.timestamp)
		s.published.Store(q.timestamp)
		close(q.done)
		n++
	}
	if n == 0 {
		return
	}
	p.queue = slices.Delete(p.queue, 0, n)
	now := s.published.Load()
	p.waiters = slices.DeleteFunc(p.waiters, func(w waiter) bool {
		if w.timestamp <= now {
			close(w.done)
			return true
		}
		return false
	})
}

// Position returns the newest commit that transactions begun now can see.
func (s *Store) Position() Position { return Position(s.published.Load()) }

// WaitFor waits until transactions begun now see the commit at a position, or
// until ctx ends, whose cause it then returns, or the log fails.
func (s *Store) WaitFor(ctx context.Context, position Position) error {
	if s.published.Load() >= uint64(position) {
		return nil
	}
	p := &s.pipeline
	p.mu.Lock()
	if s.published.Load() >= uint64(position) {
		p.mu.Unlock()
		return nil
	}
	if err := s.stopped.Load(); err != nil {
		p.mu.Unlock()
		return err
	}
	w := waiter{timestamp: uint64(position), done: make(chan struct{})}
	p.waiters = append(p.waiters, w)
	p.mu.Unlock()
	select {
	case <-w.done:
		if s.published.Load() < uint64(position) {
			return s.stopped.Load()
		}
		return nil
	case <-ctx.Done():
		p.mu.Lock()
		p.waiters = slices.DeleteFunc(p.waiters, func(o waiter) bool { return o.done == w.done })
		p.mu.Unlock()
		return context.Cause(ctx)
	}
}

// Rollback undoes all changes and ends the transaction. After Commit or
// Rollback it does nothing.
func (t *Transaction) Rollback() {
	if t.ended {
		return
	}
	if t.work != nil {
		t.undo(new(Savepoint))
	}
	t.finish()
}

// restore makes the older version of a changed record its newest again. The word
// goes before the reference: a reader that finds the older reference then sees
// that the owner has given up. The latch keeps the next owner away in between.
func (s *Store) restore(c change, h *head) {
	latch := s.relationshipLatches.of(c.slot)
	if c.kind.isNode() {
		latch = s.nodeLatches.of(c.slot)
	}
	latch.Lock()
	defer latch.Unlock()
	u := s.undo.At(c.undo)
	h.set(u.get())
	old := u.load()
	if !old.IsOwned() {
		old = old.Restored()
	}
	h.store(old)
	atomic.StoreUint32(&h.undo, u.undo)
}

// cutLinks takes created relationships out of the lists of their nodes.
func (t *Transaction) cutLinks(links []link) {
	s := t.store
	groupLinks(links, func(group []link) {
		first := group[0]
		latch := s.nodeLatches.of(first.node())
		latch.Lock()
		defer latch.Unlock()
		list := s.nodes.At(first.node()).side(first.dir())
		// Without memory for that they stay where they are, pending for ever,
		// and their slots must stay dead.
		if s.unlink(list, first.kind(), cut{gone: isIn(group), pending: true}, &t.work.retired) != nil {
			t.work.stuck = true
		}
	})
}

// checkDeletions makes sure that the deleted nodes have no relationships left.
// Nobody can add one any more, but others may have added some before.
func (t *Transaction) checkDeletions(ctx context.Context) error {
	for _, c := range t.work.changes {
		if c.kind != nodeDeleted {
			continue
		}
		n := t.store.nodes.At(c.slot)
		for _, dir := range [...]Direction{Out, In} {
			for ref := atomic.LoadUint32(n.side(dir)); ref != 0; {
				b := t.store.block(ref)
				if err := t.checkGroup(ctx, b); err != nil {
					return err
				}
				ref = atomic.LoadUint32(&b.next)
			}
		}
	}
	return nil
}

// checkGroup returns an error when a group has a relationship that is not
// deleted by this transaction or before.
func (t *Transaction) checkGroup(ctx context.Context, group *block) error {
	s := t.store
	for b := group; ; {
		for i := range b.len() {
			r := &s.relationships.At(b.entry(i).relationship()).head
			for {
				w := r.load()
				gone := r.get().tag&deleted != 0 || w == mvcc.Dead
				if w.IsOwned() && w != mvcc.Dead && w.Owner() != t.owner {
					if err := t.wait(ctx, r, w); err != nil {
						return err
					}
					continue
				}
				if gone {
					break
				}
				if _, visible := s.read(r, &t.sight); visible {
					return &Error{Kind: KindStillConnected, Message: "a deleted node still has relationships"}
				}
				return t.conflictOn(r, "another transaction has connected a deleted node")
			}
		}
		ref := b.more()
		if ref == 0 {
			return nil
		}
		b = s.block(ref)
	}
}

// giveUp wakes those who wait for commits that will not become visible.
func (p *pipeline) giveUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.waiters {
		close(w.done)
	}
	p.waiters = nil
}
