package server

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// The causes with which a session's context ends. The engine returns them from
// whatever it was doing; failure.go gives each its code.
var (
	errReset          = errors.New("server: the client has sent RESET")
	errConnectionLost = errors.New("server: the client has gone")
	errShutdown       = errors.New("server: the server is stopping")
	errClientTimeout  = errors.New("server: the client's timeout has passed")
	errDatabaseClosed = errors.New("server: the database was dropped or stopped")
	errServerTimeout  = errors.New("server: the server's timeout has passed")
)

// A lifetime owns the context under which a session's statements run. One
// context serves all statements until something ends it, so that a statement
// costs no context of its own. The session asks for the context; the look-ahead
// reader and the timers end it.
type lifetime struct {
	base  context.Context //nolint:containedctx // the parent of ctx, from the server
	timer *time.Timer     // the client's timeout; nil until first used

	// since is when the present transaction began, in Unix nanoseconds, and 0
	// without one. The server's watch reads it.
	since atomic.Int64

	mu          sync.Mutex      // guards what follows
	ctx         context.Context //nolint:containedctx // replaced when it has ended
	cancel      context.CancelCauseFunc
	interrupted bool   // a RESET has arrived and is not answered
	lost        bool   // there is nobody to answer
	transaction uint64 // number of the present transaction
	armed       bool   // timer runs for it
	activity    activity
}

func newLifetime(base context.Context) *lifetime {
	l := &lifetime{base: base}
	l.ctx, l.cancel = context.WithCancelCause(base)
	return l
}

// begin starts the lifetime of a transaction and returns the context for its
// statements. When timeout is positive, expire runs once it has passed, in a
// goroutine of its own, with the transaction's number.
func (l *lifetime) begin(now time.Time, timeout time.Duration, expire func(transaction uint64)) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil && !l.interrupted && !l.lost {
		l.renewLocked()
	}
	l.transaction++
	l.since.Store(now.UnixNano())
	if timeout > 0 {
		n := l.transaction
		l.armed = true
		if l.timer != nil {
			l.timer.Stop()
		}
		l.timer = time.AfterFunc(timeout, func() { expire(n) })
	}
	return l.ctx
}

func (l *lifetime) renewLocked() { l.ctx, l.cancel = context.WithCancelCause(l.base) }

// end notes that the transaction is over.
func (l *lifetime) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.transaction++
	l.since.Store(0)
	l.activity = activity{}
	if l.armed {
		l.armed = false
		l.timer.Stop()
	}
}

// current returns the context of the present transaction.
func (l *lifetime) current() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ctx
}

// number returns the number of the present transaction.
func (l *lifetime) number() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.transaction
}

// interrupt ends the context: a statement that runs fails with the cause.
func (l *lifetime) interrupt(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(cause, errReset) {
		l.interrupted = true
	} else {
		l.lost = true
	}
	l.cancel(cause)
}

// expire ends the context if the transaction of that number is still there, and
// reports whether it was.
func (l *lifetime) expire(transaction uint64, cause error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.transaction != transaction || l.ctx.Err() != nil {
		return false
	}
	l.cancel(cause)
	return true
}

// overdue returns the number of the present transaction if it began before.
func (l *lifetime) overdue(before time.Time) (transaction uint64, ok bool) {
	if since := l.since.Load(); since == 0 || since > before.UnixNano() {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	since := l.since.Load()
	return l.transaction, since != 0 && since <= before.UnixNano()
}

// reset is the answer to a RESET: the next transaction gets a living context.
func (l *lifetime) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.interrupted = false
	if l.ctx.Err() != nil && !l.lost {
		l.renewLocked()
	}
}

// close ends the context for good.
func (l *lifetime) close(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = true
	l.cancel(cause)
	if l.timer != nil {
		l.timer.Stop()
	}
}
