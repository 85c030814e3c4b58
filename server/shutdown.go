package server

import (
	"context"
	"errors"
	"time"
)

// shutdownTick is how often Shutdown looks for sessions that have become idle.
const shutdownTick = 20 * time.Millisecond

// Shutdown closes the listeners, lets every session finish its transaction and
// closes it then. When ctx ends first, statements are cancelled, transactions
// rolled back and connections closed, and its cause is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	s.closeListeners()
	tick := time.NewTicker(shutdownTick)
	defer tick.Stop()
	for {
		sessions := s.snapshot()
		for _, ses := range sessions {
			ses.closeIfIdle()
		}
		if len(sessions) == 0 {
			return s.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.opts.Logger.Warn().Int("sessions", len(sessions)).Msg("stopping sessions that are still busy")
			return errors.Join(context.Cause(ctx), s.Close())
		}
	}
}

// Close stops everything at once: listeners, statements, connections. It returns
// when all goroutines of the server have ended.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.closeListeners()
	s.stop(errShutdown)
	for _, ses := range s.snapshot() {
		ses.abort(errShutdown)
	}
	s.running.Wait()
	return nil
}

func (s *Server) closeListeners() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.Close() //nolint:errcheck // Serve reports
	}
}
