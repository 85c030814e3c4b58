package server

import (
	"time"

	"github.com/rs/zerolog"
)

const (
	minWatchInterval = 10 * time.Millisecond
	maxWatchInterval = time.Second
	watchPrecision   = 20 // looks within one query timeout
	keepAliveShare   = 4  // looks within one keep-alive interval
	// hintedSilences is how many intervals of keep-alive a client is told to
	// wait before it gives up.
	hintedSilences = 2
)

// watch looks at all sessions now and then. That costs less than timers for
// every statement, and what it does is late by one look at most.
func (s *Server) watch() {
	interval := maxWatchInterval
	if limit := time.Duration(s.live.queryTimeout.Load()); limit > 0 {
		interval = min(interval, limit/watchPrecision)
	}
	if limit := s.opts.KeepAlive; limit > 0 {
		interval = min(interval, limit/keepAliveShare)
	}
	tick := time.NewTicker(max(interval, minWatchInterval))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for _, ses := range s.snapshot() {
				s.look(ses, now)
			}
		case <-s.base.Done():
			return
		}
	}
}

// look ends a transaction that is older than the server's timeout, tells a
// client that the server is still at work, and takes buffers back from a session
// that rests.
func (s *Server) look(ses *session, now time.Time) {
	if limit := time.Duration(s.live.queryTimeout.Load()); limit > 0 {
		if n, ok := ses.life.overdue(now.Add(-limit)); ok {
			s.running.Go(func() { ses.expire(n, errServerTimeout) })
		}
	}
	busy := ses.tidy()
	if limit := s.opts.KeepAlive; busy && limit > 0 && ses.silentSince(now.Add(-limit)) {
		s.running.Go(ses.noop)
	}
}

// tidy reports whether the session is at work. When it waits for its client, and
// has waited at the look before, its output buffer is given back.
func (s *session) tidy() (busy bool) {
	if !s.working.TryLock() {
		return true
	}
	defer s.working.Unlock()
	if s.writer == nil {
		return false
	}
	if s.rested {
		s.writer.Shrink()
	}
	s.rested = true
	return false
}

// silentSince reports whether the client should get a sign of life: nothing was
// sent to it since then, and its version understands no-operations.
func (s *session) silentSince(then time.Time) bool {
	return s.noops.Load() && s.spoke.Load() <= then.UnixNano()
}

// noop sends an empty chunk. The session is at work; it writes whole messages
// only, so that the chunk comes between two of them.
func (s *session) noop() {
	s.output.Lock()
	defer s.output.Unlock()
	if s.closing.Load() || !s.noops.Load() {
		return
	}
	now := time.Now()
	s.spoke.Store(now.UnixNano())
	if err := s.armWrite(now); err != nil {
		return // the session meets the same error
	}
	if _, err := s.conn.Write([]byte{0, 0}); err != nil {
		s.log(zerolog.DebugLevel).Err(err).Msg("keep-alive failed")
	}
}

// armWrite sets the deadline for one write; output is held.
func (s *session) armWrite(now time.Time) error {
	limit := s.server.opts.Limits.Write
	if s.writeDeadline.Sub(now) >= limit {
		return nil
	}
	s.writeDeadline = now.Add(limit + limit/deadlineShare)
	return s.conn.SetWriteDeadline(s.writeDeadline)
}

// resume is called when a request has come for which the session has waited.
func (s *session) resume() {
	s.working.Lock()
	s.rested = false
	if s.server.opts.KeepAlive > 0 {
		s.spoke.Store(time.Now().UnixNano())
	}
}
