package storage

import (
	"context"
	"strings"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// An Isolation is how much of others a transaction may see. The zero Isolation
// is no choice and means [SnapshotIsolation].
type Isolation uint8

// The levels, weakest first.
const (
	// ReadUncommitted sees what others have not committed, and may see it go
	// again.
	ReadUncommitted Isolation = iota + 1
	// ReadCommitted takes a new snapshot for each statement, see
	// [Transaction.Refresh].
	ReadCommitted
	// SnapshotIsolation sees what was committed when the transaction began.
	// Two transactions may each change what the other has only read (write
	// skew).
	SnapshotIsolation
	// Serializable is a snapshot whose reads must still be true at commit. What
	// is committed could have run in the order of commits, one by one.
	Serializable
)

var isolationNames = [...]string{
	ReadUncommitted: "READ_UNCOMMITTED", ReadCommitted: "READ_COMMITTED",
	SnapshotIsolation: "SNAPSHOT_ISOLATION", Serializable: "SERIALIZABLE",
}

// String returns the name that flags and listings use, such as READ_COMMITTED,
// and "" for no choice.
func (i Isolation) String() string {
	if int(i) < len(isolationNames) {
		return isolationNames[i]
	}
	return ""
}

// ParseIsolation reads the name of a level, with underscores or blanks between
// the words and in any case.
func ParseIsolation(text string) (Isolation, bool) {
	name := strings.ToUpper(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '_' }), "_"))
	for i, known := range isolationNames {
		if known == name && name != "" {
			return Isolation(i), true
		}
	}
	return 0, false
}

// Levels are the isolation levels that a client has chosen. Zero is no choice.
type Levels struct {
	Session Isolation
	Next    Isolation // of the next transaction alone
}

// Take returns the level for a new transaction, for which the choice of the next
// one is used up. global holds where nothing is chosen.
func (l *Levels) Take(global Isolation) Isolation {
	for _, level := range [...]Isolation{l.Next, l.Session} {
		if level != 0 {
			l.Next = 0
			return level
		}
	}
	return global
}

// BeginIsolated is [Store.Begin] at another isolation level. A serializable
// transaction that may write waits for the commits that are on their way, as
// long as ctx allows.
func (s *Store) BeginIsolated(ctx context.Context, mode Mode, level Isolation) (*Transaction, error) {
	if level != Serializable || mode == ReadMode {
		// Who only reads a snapshot stands where it was taken in the order of
		// commits.
		t := s.Begin(mode)
		t.isolation = level
		return t, nil
	}
	if err := s.watch(ctx); err != nil {
		return nil, err
	}
	t := s.Begin(mode)
	t.isolation, t.reads = level, new(readSet)
	return t, nil
}

// Isolation returns the level that the transaction was begun with.
func (t *Transaction) Isolation() Isolation {
	if t.isolation == 0 {
		return SnapshotIsolation
	}
	return t.isolation
}

// RefreshesReads reports whether every statement has a snapshot of its own.
func (i Isolation) RefreshesReads() bool { return i == ReadCommitted || i == ReadUncommitted }

// Refresh takes the newest snapshot for the next statement, when the level is one
// that has a snapshot for each. hold says that views of earlier statements are
// still in use.
func (t *Transaction) Refresh(hold bool) {
	if t.ended || !t.isolation.RefreshesReads() {
		return
	}
	before := t.sight
	now := t.store.registry.Advance(t.actor)
	if !hold {
		// Not before the counts are right, which the old snapshot takes part in.
		defer t.store.registry.Forget(t.actor, now)
	}
	if now == t.seen {
		return
	}
	if t.HasChanges() {
		at := before.Renewed(now)
		t.correctStepsTo(func(h *head) (version, bool) { return t.store.read(h, &at) })
	}
	t.seen, t.sight = now, before.Renewed(now)
}

// reading returns the sight of views: with what others have not committed, if the
// level is so weak. Changes go by t.sight, because what they count must be right.
func (t *Transaction) reading() mvcc.Sight {
	if t.isolation == ReadUncommitted {
		return t.sight.Dirty()
	}
	return t.sight
}

// seesUncommitted reports whether a version that is not in the snapshot may have
// been seen all the same.
func (t *Transaction) seesUncommitted(w mvcc.Word) bool {
	return t.isolation == ReadUncommitted && w != mvcc.Dead && w != 0
}
