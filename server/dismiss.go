package server

import (
	"errors"
	"net"
	"time"
)

// A connection for which there is no room is told so, as the answer to its first
// request: a driver that sees nothing but the end of the connection takes the
// server for dead, while it retries after a transient failure. Telling is bounded
// in number and time, so that it costs the most eager peers little more than
// closing at once, which is what those beyond get.
const (
	maxDismissals = 32
	dismissalTime = 2 * time.Second
)

// admit gives a connection its place, or returns what it is told instead.
func (s *Server) admit(peer net.Addr) *sessionError {
	if !s.connections.enter() {
		s.metrics.refusedAll.Add(1)
		s.refusals.Log(peer, "connection limit reached", "raise --max-connections or close idle clients")
		return &sessionError{kind: failNoRoom, message: "The server has no room for a further connection. " +
			"Retry later, close connections that are idle, or have its operator raise --max-connections."}
	}
	if !s.unauthenticated.enter() {
		s.connections.leave()
		s.metrics.refusedLogin.Add(1)
		s.refusals.Log(peer, "too many connections that are not logged in", "")
		return &sessionError{kind: failNoRoom, message: "Too many clients are logging in at this moment. Retry later."}
	}
	return nil
}

// leave gives the session's place back.
func (s *session) leave() {
	if s.excuse != nil {
		s.server.dismissals.leave()
		return
	}
	s.leaveGate()
	s.server.connections.leave()
}

// dismiss answers the first request with the failure for which there is no room,
// whatever the request is, and ends the session.
func (s *session) dismiss() error {
	if _, _, err := s.input.next(); err != nil && !recoverable(err) {
		return err
	}
	err := errors.Join(errRefused, s.fail(s.excuse), s.flush())
	linger(s.conn)
	return err
}
