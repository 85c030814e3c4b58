package storage

import (
	"context"
	"math/rand/v2"
	"time"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// turns is how many lines there are for transactions that have met a conflict.
const turns = 256

// A Turn is a place in the line of those who have met a conflict on the same
// record and run again. They begin one after the other: a snapshot taken while
// others still wait for the record would be too old when its turn comes. Who
// stands in line owns nothing, so that a line can not be part of a deadlock.
//
// The zero Turn stands in no line. A Turn belongs to one goroutine.
type Turn struct {
	line  chan struct{}
	pause Pause
}

// A Pause is between two tries of what has met a conflict. The zero Pause has not
// tried yet.
type Pause struct{ tries int }

const (
	// freeTries is how often a transaction runs again at once. The line alone
	// is enough when all that want a record are restarted transactions.
	freeTries = 2
	// firstPause and longestPause bound the pauses after that, which double and
	// are random, so that two transactions do not stay in step.
	firstPause   = 50 * time.Microsecond
	longestPause = 10 * time.Millisecond
)

// Next waits until a transaction that has failed with err may be run again. err
// must be [Error.Restartable], and the transaction must have been rolled back. The
// wait ends as one for a record does, with KindLockTimeout or KindCancelled.
func (t *Turn) Next(ctx context.Context, s *Store, err *Error) error {
	if line := s.lines[err.line]; line != t.line {
		t.Done()
		var expired <-chan time.Time
		if limit := s.options.LockTimeout; limit > 0 {
			timer := time.NewTimer(limit)
			defer timer.Stop()
			expired = timer.C
		}
		select {
		case line <- struct{}{}:
			t.line = line
		case <-expired:
			return waitError(mvcc.ErrTimeout, err.line)
		case <-ctx.Done():
			return waitError(context.Cause(ctx), err.line)
		}
	}
	if err.Kind == KindDeadlock {
		t.pause.tries += freeTries
	}
	return t.pause.Wait(ctx)
}

// Wait pauses, not the first times. The error has KindCancelled: ctx has ended.
func (p *Pause) Wait(ctx context.Context) error {
	p.tries++
	if p.tries <= freeTries {
		return nil
	}
	pause := min(firstPause<<min(p.tries, 16), longestPause)
	timer := time.NewTimer(rand.N(pause)) //nolint:gosec // spreads, protects nothing
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return waitError(context.Cause(ctx), 0)
	}
}

// Done leaves the line. It is called when the transaction has ended.
func (t *Turn) Done() {
	if t.line != nil {
		<-t.line
		t.line = nil
	}
}

// lineOf returns the line for a record: the same for all who want it.
func lineOf(h *head) uint8 {
	return uint8(uintptr(unsafe.Pointer(h)) / unsafe.Sizeof(node{})) //nolint:gosec // the low bits
}

// conflictOn is the error of a transaction that another one has come before.
func (t *Transaction) conflictOn(h *head, message string) error {
	t.store.options.Counters.conflict()
	return &Error{Kind: KindConflict, Message: message, line: lineOf(h)}
}
