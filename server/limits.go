package server

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// Limits bound what one peer, and all peers together, can make the server
// spend. Zero fields get the defaults.
type Limits struct {
	// TLSHandshake bounds the TLS handshake; default 5 s. Good clients over bad
	// links need less than 2 s.
	TLSHandshake time.Duration
	// Login bounds everything from accept to the end of the login, TLS included,
	// however the bytes trickle; default 10 s.
	Login time.Duration
	// Write bounds one flush of answers to a client that does not read; default
	// 30 s. Without it such a client could keep a transaction open for ever.
	Write time.Duration
	// Idle closes a connection on which no request arrived for so long. Zero
	// means never.
	Idle time.Duration
	// Connections bounds open connections; default what the limit of open files
	// allows, less a reserve for data files. The next one is answered with a
	// transient failure, so that its driver retries.
	Connections int
	// Unauthenticated bounds connections that are not logged in; default a
	// quarter of Connections, at least 64. One host must not lock out all.
	Unauthenticated int
	// Handshakes bounds TLS handshakes that compute at the same time; default 16
	// a core. Others wait within their deadline, so that running queries get the
	// CPU. A handshake that waits for its peer takes no place.
	Handshakes int
	// MessageBytes bounds one message after login; default 64 MiB.
	MessageBytes int
	// Depth bounds the nesting of values after login; default 100.
	Depth int
	// Queue bounds the requests that the look-ahead reader keeps while a
	// statement runs; default 300.
	Queue int
}

// Bounds before login: a message, its nesting and its number of values. A token
// longer than the message limit is refused with an error of its own.
const (
	loginMessageBytes = 8 << 10
	loginDepth        = 16
	loginItems        = 1000
)

const (
	defaultTLSHandshake  = 5 * time.Second
	defaultLogin         = 10 * time.Second
	defaultWrite         = 30 * time.Second
	defaultMessageBytes  = 64 << 20
	defaultDepth         = 100
	defaultQueue         = 300
	minUnauthenticated   = 64
	handshakesPerCore    = 16
	reservedFiles        = 128     // data files, logs, listeners
	fallbackConnections  = 1 << 10 // when the limit of open files is unknown
	maximumConnections   = 1 << 20 // when it is infinite
	queueBytes           = 4 << 20 // bytes in the look-ahead queue before it pauses
	unauthenticatedShare = 4
)

// withDefaults fills the zero fields.
func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	setInt := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	set(&l.TLSHandshake, defaultTLSHandshake)
	set(&l.Login, defaultLogin)
	set(&l.Write, defaultWrite)
	setInt(&l.MessageBytes, defaultMessageBytes)
	setInt(&l.Depth, defaultDepth)
	setInt(&l.Queue, defaultQueue)
	setInt(&l.Connections, openFiles()-reservedFiles)
	l.Connections = max(l.Connections, 1)
	setInt(&l.Unauthenticated, max(minUnauthenticated, l.Connections/unauthenticatedShare))
	setInt(&l.Handshakes, handshakesPerCore*runtime.GOMAXPROCS(0))
	return l
}

// A gate counts what is inside and refuses beyond its capacity.
type gate struct {
	capacity int64
	inside   atomic.Int64
}

// enter reports whether there was room; then leave must be called once.
func (g *gate) enter() bool {
	if g.inside.Add(1) > g.capacity {
		g.inside.Add(-1)
		return false
	}
	return true
}

func (g *gate) leave() { g.inside.Add(-1) }

// A semaphore lets a bounded number pass; the others wait.
type semaphore chan struct{}

// acquire waits for a place until the deadline, or until ctx ends. Only one that
// has to wait pays for that.
func (s semaphore) acquire(ctx context.Context, deadline time.Time) error {
	select {
	case s <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s semaphore) release() { <-s }
