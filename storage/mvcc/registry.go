package mvcc

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// ErrDeadlock is returned by [Registry.Wait] when the wait would close a circle.
var ErrDeadlock = errors.New("mvcc: transactions wait for each other")

// ErrTimeout is returned by [Registry.Wait] when the owner did not end in time.
var ErrTimeout = errors.New("mvcc: the owner of the record did not end in time")

// An Actor is a running transaction. The registry owns its fields.
type Actor struct {
	owner    uint32
	active   bool
	wide     bool // it reads what came after its snapshot, too
	snapshot uint64
	epoch    uint64        // resting when it looks at nothing
	done     chan struct{} // made by the first waiter, closed at the end
	waitsFor *Actor
	waitsOn  chan struct{} // done of waitsFor when the wait began
	since    time.Time     // when it began
	waited   time.Duration // all waits before
}

// resting is the epoch of an actor that looks at nothing.
const resting = math.MaxUint64

// blocker returns whom the actor waits for. An owner that has left meanwhile is
// no blocker, although the waiter may not have woken up yet.
func (a *Actor) blocker() *Actor {
	if a.waitsFor != nil && a.waitsFor.done == a.waitsOn {
		return a.waitsFor
	}
	return nil
}

// Owner returns the number that stands in the words of the actor's versions,
// never 0.
func (a *Actor) Owner() uint32 { return a.owner }

// Snapshot returns the newest timestamp that the actor sees.
func (a *Actor) Snapshot() uint64 { return a.snapshot }

// A Registry knows the running transactions.
type Registry struct {
	clock *atomic.Uint64 // the newest visible timestamp

	mu     sync.Mutex
	actors []*Actor // by owner number; the first is unused
	free   []*Actor
	epoch  uint64
	active int
	last   func() // called when nobody runs any more; nil before Shut
}

// NewRegistry returns a registry of transactions that begin at what clock
// shows.
func NewRegistry(clock *atomic.Uint64) *Registry {
	return &Registry{clock: clock, actors: []*Actor{nil}, epoch: 1}
}

// Enter begins a transaction at the newest visible timestamp.
func (r *Registry) Enter() *Actor {
	r.mu.Lock()
	defer r.mu.Unlock()
	var a *Actor
	if n := len(r.free); n > 0 {
		a = r.free[n-1]
		r.free = r.free[:n-1]
	} else {
		a = &Actor{owner: uint32(len(r.actors))} //nolint:gosec // far fewer than 2^31 run at once
		r.actors = append(r.actors, a)
	}
	a.active, a.wide, a.snapshot, a.epoch, a.waited = true, false, r.clock.Load(), r.epoch, 0
	r.active++
	return a
}

// Advance has a transaction see the newest visible timestamp, too, and returns
// that.
func (r *Registry) Advance(a *Actor) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.wide = true
	return r.clock.Load()
}

// Forget gives up what a transaction could see before a timestamp that Advance
// has returned.
func (r *Registry) Forget(a *Actor, timestamp uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.wide, a.snapshot = false, timestamp
	if a.epoch != resting {
		a.epoch = r.epoch
	}
}

// Widen notes that a transaction goes on to read what comes after its snapshot.
func (r *Registry) Widen(a *Actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.wide = true
}

// Rest notes that a transaction keeps its snapshot but looks at nothing until
// [Registry.Resume], so that it holds up only what the snapshot needs.
func (r *Registry) Rest(a *Actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.epoch = resting
}

// Resume ends that.
func (r *Registry) Resume(a *Actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.epoch = r.epoch
}

// Leave ends a transaction and wakes those who wait for it. No record may be
// owned by it any more. The actor must not be used again.
func (r *Registry) Leave(a *Actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.wake()
	a.active = false
	r.free = append(r.free, a)
	r.active--
	r.callLastLocked()
}

// Wake wakes those who wait for a transaction that goes on but owns no record any
// more.
func (r *Registry) Wake(a *Actor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.wake()
}

func (a *Actor) wake() {
	if a.done != nil {
		close(a.done)
		a.done = nil
	}
}

// Shut has last called as soon as no transaction runs, perhaps at once. It is
// called once, while no transaction can begin; those that begin later run
// beside whatever last has done.
func (r *Registry) Shut(last func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = last
	r.callLastLocked()
}

func (r *Registry) callLastLocked() {
	if r.active == 0 && r.last != nil {
		r.last()
		r.last = func() {}
	}
}

// Retire begins a new epoch and returns it. What nobody could find any more
// when Retire was called may be reused when [Registry.Horizon] has this epoch or
// a later one.
func (r *Registry) Retire() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	return r.epoch
}

// A Waiting is what a transaction waits for.
type Waiting struct {
	Owner uint32 // of the record that it wants; 0 when it does not wait
	Now   time.Duration
	Total time.Duration // with earlier waits
}

// Waiting returns what a transaction waits for.
func (r *Registry) Waiting(a *Actor) Waiting {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := Waiting{Total: a.waited}
	if b := a.blocker(); b != nil {
		w.Owner, w.Now = b.owner, time.Since(a.since)
		w.Total += w.Now
	}
	return w
}

// Wait blocks a until the owner of a record ends. word is the record's word as
// a has seen it; when it has changed meanwhile, Wait returns at once. A timeout
// of 0 is none. The error is [ErrDeadlock], [ErrTimeout] or the cause why ctx
// ended.
func (r *Registry) Wait(ctx context.Context, a *Actor, record *uint64, word Word, timeout time.Duration) error {
	r.mu.Lock()
	// An owner changes its words before it leaves: as long as the word stands,
	// the number in it means the transaction that wrote it.
	if Word(atomic.LoadUint64(record)) != word || int(word.Owner()) >= len(r.actors) {
		r.mu.Unlock()
		return nil
	}
	owner := r.actors[word.Owner()]
	if owner == nil || !owner.active {
		r.mu.Unlock()
		return nil
	}
	for o := owner; o != nil; o = o.blocker() {
		if o == a {
			r.mu.Unlock()
			return ErrDeadlock
		}
	}
	if owner.done == nil {
		owner.done = make(chan struct{})
	}
	done := owner.done
	a.waitsFor, a.waitsOn, a.since = owner, done, time.Now()
	r.mu.Unlock()

	defer func() {
		r.mu.Lock()
		a.waitsFor, a.waitsOn = nil, nil
		a.waited += time.Since(a.since)
		r.mu.Unlock()
	}()
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-done:
		return nil
	case <-expired:
		return ErrTimeout
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
