package server

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
)

// Who may use the writer. The session lends it while it executes, so that
// answers to earlier requests can leave although their successor is slow.
const (
	writerKept     int32 = iota // the session
	writerLent                  // nobody: a flusher may take it
	writerFlushing              // a flusher, which holds output
)

// executing says that a request is being worked on, which may take long.
func (s *session) executing() {
	s.input.executing()
	s.lend()
}

// lend lets the answers that have been collected leave when what follows is
// slow. The session takes the writer back with its next message.
func (s *session) lend() {
	if s.lent.Load() == writerKept && s.writer.Len() > 0 {
		s.lent.Store(writerLent)
		s.input.expectDelay()
	}
}

// takeBack waits for a flusher, if there is one.
func (s *session) takeBack() {
	if s.lent.Load() == writerKept || s.lent.CompareAndSwap(writerLent, writerKept) {
		return
	}
	s.output.Lock()
	s.lent.Store(writerKept)
	s.output.Unlock()
}

// delayed is called by the input when a request takes long. The look-ahead
// reader must not wait for a client that does not read, so another goroutine
// writes.
func (s *session) delayed() { s.server.running.Go(s.flushLent) }

// flushLent writes what the session has collected while the session works.
func (s *session) flushLent() {
	s.output.Lock()
	defer s.output.Unlock()
	if !s.lent.CompareAndSwap(writerLent, writerFlushing) {
		return // it writes by itself
	}
	if err := s.write(); err != nil {
		s.log(zerolog.DebugLevel).Err(err).Msg("early answers failed")
		s.life.interrupt(errConnectionLost)
		s.raw.Close() //nolint:errcheck // the session meets the end
	}
}

// message begins an answer; sent ends it.
func (s *session) message() {
	s.takeBack()
	s.composing = true
	s.writer.Begin()
}

func (s *session) sent() {
	s.writer.End()
	s.composing = false
}

// sentNothing takes back the message that was begun.
func (s *session) sentNothing() {
	s.writer.Abort()
	s.composing = false
}

func (s *session) succeed() {
	s.message()
	s.writer.Buf = bolt.AppendSuccess(s.writer.Buf)
	s.sent()
}

func (s *session) ignore() {
	s.message()
	s.writer.Buf = bolt.AppendIgnored(s.writer.Buf)
	s.sent()
}

// flush writes what has been collected.
func (s *session) flush() error {
	if s.writer == nil {
		return nil
	}
	s.takeBack()
	if s.writer.Len() == 0 {
		return nil
	}
	s.output.Lock()
	defer s.output.Unlock()
	return s.write()
}

// flushSlow is flush between the batches of a statement that is slow: the client
// gets what there is. It leaves writes that follow each other quickly to
// flushThreshold, so that they fill the records of TLS.
func (s *session) flushSlow() error {
	s.takeBack()
	if time.Since(s.wrote) < lookaheadDelay {
		return nil
	}
	return s.flush()
}

// write is flush for whoever holds output and may use the writer.
func (s *session) write() error {
	now := time.Now()
	s.wrote = now
	if s.loggedIn {
		if err := s.armWrite(now); err != nil {
			return fmt.Errorf("set the write deadline: %w", err)
		}
	}
	if s.server.opts.KeepAlive > 0 {
		s.spoke.Store(now.UnixNano())
	}
	s.server.metrics.sent.Add(uint64(s.writer.Len())) //nolint:gosec // a length
	return s.writer.Flush()
}
