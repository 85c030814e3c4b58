package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	minAcceptDelay = 5 * time.Millisecond
	maxAcceptDelay = time.Second
)

// ErrClosed is returned by Serve after Shutdown or Close.
var ErrClosed = fmt.Errorf("server: closed: %w", net.ErrClosed)

// Serve accepts connections on l until the server is shut down, then returns
// ErrClosed, or until ctx ends, then returns its cause; connections that were
// accepted live on. It closes l. Connections of l may have a method
// HandshakeContext(context.Context) error, which is then called first, in the
// connection's goroutine and within the limits.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if !s.track(l) {
		return errors.Join(ErrClosed, l.Close())
	}
	defer s.untrack(l)
	defer context.AfterFunc(ctx, func() {
		l.Close() //nolint:errcheck // Accept reports
	})()
	delay := time.Duration(0)
	for {
		conn, err := l.Accept()
		if err == nil {
			delay = 0
			s.start(conn) //nolint:contextcheck // sessions hang on the server's own context
			continue
		}
		switch {
		case s.stopped():
			return ErrClosed
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, net.ErrClosed):
			return ErrClosed
		}
		// Out of descriptors or memory: the connection waits in the kernel's
		// queue while others end.
		delay = min(max(2*delay, minAcceptDelay), maxAcceptDelay)
		s.opts.Logger.Error().Err(err).Dur("retry_in", delay).Msg("accept failed")
		time.Sleep(delay)
	}
}

func (s *Server) track(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.draining.Load() {
		return false
	}
	if !s.watching {
		s.watching = true
		s.running.Go(s.watch)
	}
	s.listeners[l] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Server) untrack(l net.Listener) {
	s.mu.Lock()
	delete(s.listeners, l)
	s.mu.Unlock()
	l.Close() //nolint:errcheck // closed already where anybody cares
	s.running.Done()
}

func (s *Server) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed || s.draining.Load()
}

// start gives a new connection its goroutine. It closes one that is not even to
// be told that there is no room for it.
func (s *Server) start(conn net.Conn) {
	excuse := s.admit(conn.RemoteAddr())
	if excuse != nil && !s.dismissals.enter() {
		conn.Close() //nolint:errcheck // refused
		return
	}
	ses := newSession(s, conn)
	ses.excuse = excuse
	if !s.add(ses) {
		ses.leave()
		conn.Close() //nolint:errcheck // closed meanwhile
		return
	}
	s.running.Go(func() {
		defer ses.leave()
		defer s.remove(ses)
		ses.serve()
	})
}
