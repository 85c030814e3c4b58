package server

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// lookaheadDelay is how long the session may be busy before the look-ahead
// reader starts. Shorter costs a goroutine for statements that end by
// themselves; longer delays a RESET.
const lookaheadDelay = time.Millisecond

// A source hands out complete messages. A message is valid until the next call.
// Only one goroutine uses it at a time.
type source interface {
	Next() ([]byte, error)
	Buffered() bool
	// Detach gives the last message away, if that is cheap.
	Detach() bool
	// SetLimit changes the largest size of messages that have not begun.
	SetLimit(bytes int)
}

// The phases say who may use the source.
const (
	phaseReading   int32 = iota // the session, which may be blocked in it
	phaseExecuting              // nobody: the look-ahead reader may take it
	phaseAhead                  // the look-ahead reader
)

// An input is the stream of a session's requests. The session takes them with
// next and says with executing when it starts to work on one. When it is busy
// for longer than lookaheadDelay, the timer's goroutine becomes the look-ahead
// reader: it moves requests into a queue and calls interrupt for the first RESET,
// for GOODBYE and for the end of the connection. It gives the source back when
// it delivers a request that the session is waiting for.
type input struct {
	source source
	// interrupt is called from the look-ahead reader's goroutine, in the order
	// of the requests and before next returns the request that is the reason.
	interrupt func(cause error)
	// pause is called before the session waits for the peer, resume afterwards.
	pause, resume func()
	// delayed is called from a goroutine of its own when the session has been
	// busy for lookaheadDelay; it must not block.
	delayed  func()
	capacity int

	timer  *time.Timer
	phase  atomic.Int32
	missed atomic.Bool // the timer fired between two requests
	// resets counts RESETs in the queue.
	resets atomic.Int32

	mu      sync.Mutex // guards the rest while phase is phaseAhead
	changed sync.Cond
	queue   []queued
	bytes   int
	end     error // what ended the source; comes after the queue
	limit   int   // for the source, when it is not 0
	waiting bool  // the session waits for the queue
	closed  bool
	running bool // the look-ahead reader has not returned
}

// A queued request is a copy of a message, or the error that stands for it.
type queued struct {
	msg []byte
	err error
}

func newInput(s source, capacity int, interrupt func(error), pause, resume, delayed func()) *input {
	in := &input{source: s, capacity: capacity, interrupt: interrupt, pause: pause, resume: resume, delayed: delayed}
	in.changed.L = &in.mu
	in.timer = time.AfterFunc(time.Hour, in.lookAhead)
	in.timer.Stop()
	return in
}

// ready reports whether next would return without waiting for the peer.
func (in *input) ready() bool {
	// A request is over: the source is the session's again, or the look-ahead
	// reader has it already.
	if !in.phase.CompareAndSwap(phaseExecuting, phaseReading) && in.phase.Load() == phaseAhead {
		in.mu.Lock()
		defer in.mu.Unlock()
		return len(in.queue) > 0 || in.end != nil
	}
	return len(in.queue) > 0 || in.end != nil || in.source.Buffered()
}

// next returns the next request. The message is valid until the following call
// and until executing is called; it is the session's own for ever when owned is
// set. After an error for which recoverable is true the input goes on.
func (in *input) next() (msg []byte, owned bool, err error) {
	if !in.phase.CompareAndSwap(phaseExecuting, phaseReading) && in.phase.Load() == phaseAhead {
		return in.await()
	}
	if len(in.queue) > 0 || in.end != nil {
		return in.kept()
	}
	in.applyLimit()
	if in.source.Buffered() {
		msg, err = in.source.Next()
	} else {
		msg, err = in.wait()
	}
	return msg, err == nil && in.source.Detach(), err
}

// kept takes a request from the queue, or the end that follows it.
//
//go:noinline
func (in *input) kept() (msg []byte, owned bool, err error) {
	if q, ok := in.pop(); ok {
		return q.msg, true, q.err
	}
	return nil, false, in.end
}

// wait takes a message that may have to arrive first.
func (in *input) wait() (msg []byte, err error) {
	in.timer.Stop()
	in.pause()
	defer in.resume()
	msg, err = in.source.Next()
	in.timer.Reset(lookaheadDelay)
	return msg, err
}

// recoverable reports errors of the source that stand for one bad message.
func recoverable(err error) bool {
	_, ok := errors.AsType[*bolt.SizeError](err)
	return ok
}

// lookingAhead reports whether the look-ahead reader is at work, which says that
// the session has been busy for long.
func (in *input) lookingAhead() bool { return in.phase.Load() == phaseAhead }

// expectDelay has delayed called when what the session begins now takes long,
// although the look-ahead reader may be at work already.
func (in *input) expectDelay() {
	if in.lookingAhead() {
		in.timer.Reset(lookaheadDelay)
	}
}

// executing lets the look-ahead reader take the source from now on. Nothing may
// refer to the message that next returned.
func (in *input) executing() {
	if in.phase.Load() == phaseAhead {
		return
	}
	if in.missed.Load() && in.missed.CompareAndSwap(true, false) {
		in.timer.Reset(lookaheadDelay)
	}
	in.phase.Store(phaseExecuting)
}

// pop takes the first queued request. Only the owner of the queue calls it.
func (in *input) pop() (queued, bool) {
	if len(in.queue) == 0 {
		return queued{}, false
	}
	q := in.queue[0]
	in.queue = slices.Delete(in.queue, 0, 1)
	in.bytes -= len(q.msg)
	if q.err == nil && classify(q.msg) == requestReset {
		in.resets.Add(-1)
	}
	return q, true
}

// await takes a request from the look-ahead reader, or takes the source back.
func (in *input) await() (msg []byte, owned bool, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	paused := false
	for {
		if q, ok := in.pop(); ok {
			in.changed.Broadcast() // there is room
			msg, owned, err = q.msg, true, q.err
			break
		}
		if err = in.end; err != nil {
			break
		}
		if !paused {
			paused = true
			in.pause()
		}
		in.waiting = true
		in.changed.Wait()
		in.waiting = false
	}
	if paused {
		in.mu.Unlock() // resume may wait for somebody who interrupts
		in.resume()
		in.mu.Lock()
	}
	return msg, owned, err
}

// pendingResets returns how many RESETs have arrived behind the request in hand.
// Outside look-ahead it moves what has arrived into the queue first.
func (in *input) pendingResets() int32 {
	if in.phase.Load() != phaseAhead {
		for in.end == nil && in.source.Buffered() {
			in.pushNext()
		}
	}
	return in.resets.Load()
}

// pushNext moves one message from the source to the queue and reports whether
// the source goes on.
func (in *input) pushNext() bool {
	msg, err := in.source.Next()
	return in.push(slices.Clone(msg), err)
}

func (in *input) push(msg []byte, err error) bool {
	if err != nil && !recoverable(err) {
		in.end = err
		return false
	}
	in.queue = append(in.queue, queued{msg: msg, err: err})
	in.bytes += len(msg)
	if err == nil && classify(msg) == requestReset {
		in.resets.Add(1)
	}
	return true
}

// lookAhead is the timer's function.
func (in *input) lookAhead() {
	ahead := in.lookingAhead()
	if !ahead && !in.phase.CompareAndSwap(phaseExecuting, phaseAhead) {
		in.missed.Store(true)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.closed {
		in.delayed()
	}
	if ahead {
		return // another goroutine is the reader
	}
	in.running = true
	defer func() {
		in.running = false
		in.changed.Broadcast()
	}()
	for !in.closed {
		if !in.room() {
			in.changed.Wait()
			continue
		}
		in.applyLimit()
		in.mu.Unlock()
		msg, err := in.takeAhead()
		in.mu.Lock()
		before := in.resets.Load()
		goesOn := in.push(msg, err)
		reset := in.resets.Load() > before && before == 0
		goodbye := err == nil && classify(msg) == requestGoodbye
		for reset && goesOn && in.room() && in.source.Buffered() {
			// RESETs that came together are known together.
			msg, err = in.takeAhead()
			goesOn = in.push(msg, err)
			goodbye = goodbye || err == nil && classify(msg) == requestGoodbye
		}
		if reset {
			in.interrupt(errReset)
		}
		if goodbye || !goesOn {
			in.interrupt(errConnectionLost)
		}
		if !goesOn {
			break
		}
		if in.waiting {
			in.phase.Store(phaseReading)
			in.timer.Reset(lookaheadDelay)
			break
		}
		in.changed.Broadcast()
	}
}

func (in *input) room() bool { return len(in.queue) < in.capacity && in.bytes < queueBytes }

// takeAhead takes a copy of a message. A panic here would end the process, so it
// becomes the end of the input.
func (in *input) takeAhead() (msg []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: reading ahead: %v\n%s", errPanic, v, debug.Stack())
		}
	}()
	msg, err = in.source.Next()
	return slices.Clone(msg), err
}

// setLimit changes the largest size of messages that have not begun.
func (in *input) setLimit(bytes int) {
	if in.phase.Load() != phaseAhead {
		in.limit = bytes
		in.applyLimit()
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.limit = bytes
	if in.phase.Load() != phaseAhead { // given back meanwhile
		in.applyLimit()
	}
}

// applyLimit is called by whoever may use the source.
func (in *input) applyLimit() {
	if in.limit != 0 {
		in.source.SetLimit(in.limit)
		in.limit = 0
	}
}

// classify returns the kind of a message that is not decoded yet, or 0.
func classify(msg []byte) request {
	s, ok := bolt.PeekSignature(msg)
	if !ok {
		return 0
	}
	return requestOf(s)
}

// close ends the input after the connection was closed, and waits for the
// look-ahead reader.
func (in *input) close() {
	in.timer.Stop()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.changed.Broadcast()
	for in.running {
		in.changed.Wait()
	}
	in.timer.Stop()
}
