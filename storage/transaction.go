package storage

import (
	"math"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
)

// A Transaction is a snapshot of the store with changes of its own. It must end
// with [Transaction.Commit] or [Transaction.Rollback].
type Transaction struct {
	store   *Store
	actor   *mvcc.Actor
	owner   uint32
	seen    uint64 // the snapshot: the newest commit that is visible
	command uint32
	last    uint32 // the newest command ever begun
	sight   mvcc.Sight
	mode    Mode
	ended   bool
	resting bool // see Rest

	isolation Isolation
	reads     *readSet // what a serializable transaction has read; else nil

	failed error // a change failed halfway: only Rollback is left
	work   *work // nil before the first change
}

// A work is what a transaction has done, for undoing, stamping and reclaiming,
// and scratch memory. It is pooled; transactions themselves are not, so that a
// second Rollback can never reach somebody else's.
type work struct {
	changes  []change
	blocks   []uint32     // property records that were written
	replaced []garbage    // what only older snapshots see after the commit
	added    []garbage    // what nobody sees after a rollback
	retired  []retirement // what nobody finds any more
	links    []link       // ends of created relationships, to be settled
	unique   []uniqueCheck
	touched  []touched // indexes
	labels   []LabelID // of the nodes that a commit changes
	tag      uint32    // the last set of labels that is in them
	delta    delta     // statistics
	redo     []byte    // operations for the log
	stuck    bool      // links could not be cut
	unlogged bool      // redo has nothing, because the store was analytical

	reserved  int64 // bytes that are counted against the memory limit
	accountAt int   // changes after which they are counted again

	builder property.Builder
	buffer  []byte
	arena   graph.Arena
}

// A change notes that the transaction owns a record.
type change struct {
	slot uint32
	undo uint32 // the undo record made for it; 0 when the record was created
	kind changeKind
}

// A changeKind says what a change is about.
type changeKind uint8

const (
	nodeCreated changeKind = iota
	nodeChanged
	nodeDeleted
	relationshipCreated
	relationshipChanged
	relationshipDeleted
)

func (k changeKind) isNode() bool { return k <= nodeDeleted }

// Begin starts a transaction at the newest committed state. On a closed store
// it sees an empty graph, and its changes fail.
func (s *Store) Begin(mode Mode) *Transaction {
	a := s.registry.Enter()
	return &Transaction{
		store: s, actor: a, owner: a.Owner(), seen: a.Snapshot(), mode: mode, command: 1, last: 1,
		sight: mvcc.NewSight(a.Snapshot(), a.Owner(), math.MaxUint32),
	}
}

// Command returns the number that changes are stamped with. A transaction
// begins with command 1.
func (t *Transaction) Command() uint32 { return t.command }

// NextCommand begins a new command, larger than all before, and returns it.
// [Transaction.ViewAt] with this number sees what was changed before.
func (t *Transaction) NextCommand() uint32 {
	t.last++
	t.command = t.last
	return t.command
}

// UseCommand stamps the following changes with an earlier command, for clauses
// that write in turns. A record changed by two commands belongs to the one that
// changed it last.
func (t *Transaction) UseCommand(c uint32) { t.command = c }

// Store returns the store that the transaction belongs to.
func (t *Transaction) Store() *Store { return t.store }

// Mode returns what the transaction was begun for.
func (t *Transaction) Mode() Mode { return t.mode }

// Snapshot returns the position of the newest commit that the transaction sees.
func (t *Transaction) Snapshot() Position { return Position(t.seen) }

// HasChanges reports whether the transaction has changed anything.
func (t *Transaction) HasChanges() bool { return t.work != nil && len(t.work.changes) > 0 }

// View returns a view that sees all own changes.
func (t *Transaction) View() View {
	t.resume()
	return View{tx: t, sight: t.reading()}
}

// ViewAt returns a view that sees the own changes of commands before c.
func (t *Transaction) ViewAt(c uint32) View {
	t.resume()
	return View{tx: t, sight: t.reading().At(c)}
}

// Rest says that no view of the transaction is used any more, until one is taken
// anew, so that a transaction that waits for its client keeps nothing from being
// freed but what its snapshot sees. One that has changed something does not rest.
func (t *Transaction) Rest() {
	if t.work == nil && !t.ended && !t.resting {
		t.resting = true
		t.store.registry.Rest(t.actor)
		t.store.reclaimer.poke()
	}
}

func (t *Transaction) resume() {
	if t.resting {
		t.resting = false
		t.store.registry.Resume(t.actor)
	}
}

// writable returns why nothing can be changed, or nil.
func (t *Transaction) writable() error {
	switch {
	case t.ended:
		return &Error{Kind: KindClosed, Message: "the transaction has ended"}
	case t.failed != nil:
		return t.failed
	case t.mode == ReadMode:
		return &Error{Kind: KindReadOnly, Message: "a transaction for reading cannot write"}
	case t.store.closed.Load():
		return errClosed()
	}
	if err := t.store.stopped.Load(); err != nil {
		return err
	}
	if t.work == nil {
		t.resume()
		t.work = t.store.newWork()
		t.work.unlogged = t.store.analytical.Load()
	}
	return t.account()
}

// fail notes that a change was made in part, so that it cannot be committed.
func (t *Transaction) fail(err error) error {
	t.failed = err
	return err
}

// finish ends the transaction. None of its records may be owned any more.
func (t *Transaction) finish() {
	t.ended = true
	t.dropWork()
	if t.reads != nil {
		t.store.unwatch()
	}
	t.store.leave(t.actor)
}

func (t *Transaction) dropWork() {
	if t.work != nil {
		t.store.reclaimer.retire(t.work.retired)
		t.store.freeWork(t.work)
		t.work = nil
	}
}

func (s *Store) newWork() *work {
	if w, ok := s.works.Get().(*work); ok {
		return w
	}
	return &work{accountAt: accountEvery}
}

// freeWork keeps the memory of a work for the next transaction, unless a bulk
// load has made it large.
func (s *Store) freeWork(w *work) {
	const keep = 1 << 12
	s.memory.Unreserve(w.reserved)
	w.reserved, w.accountAt = 0, accountEvery
	if cap(w.changes) > keep || cap(w.redo) > 64*keep || cap(w.buffer) > 64*keep {
		return
	}
	w.changes, w.blocks = w.changes[:0], w.blocks[:0]
	w.replaced, w.added = w.replaced[:0], w.added[:0]
	w.retired, w.links, w.stuck = w.retired[:0], w.links[:0], false
	w.redo, w.buffer = w.redo[:0], w.buffer[:0]
	w.delta.reset()
	w.unique, w.touched = w.unique[:0], w.touched[:0]
	w.labels, w.tag = w.labels[:0], 0
	s.works.Put(w)
}
