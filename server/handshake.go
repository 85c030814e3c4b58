package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// maxChoice is the longest answer to a manifest: a version and a varint.
const maxChoice = 4 + 10

// A handshaker is a connection that has to do something before its first byte,
// such as TLS. It is found by this method alone, so that this package knows
// nothing about TLS.
type handshaker interface {
	HandshakeContext(ctx context.Context) error
}

// secure reports whether the connection is a TLS connection.
func (s *session) secure() bool {
	_, ok := s.conn.(handshaker)
	return ok
}

// transport does the TLS handshake, if there is one, in its turn and in time.
func (s *session) transport(ctx context.Context) error {
	h, ok := s.conn.(handshaker)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.server.opts.Limits.TLSHandshake)
	defer cancel()
	if err := s.server.handshakes.acquire(ctx); err != nil {
		return fmt.Errorf("wait for a TLS handshake: %w", err)
	}
	defer s.server.handshakes.release()
	return h.HandshakeContext(ctx)
}

// negotiate reads the client's opening and agrees on a version. A peer that is
// no Bolt client, or with which no version is common, gets errRefused.
func (s *session) negotiate() error {
	first, err := s.reader.Raw(4)
	if err != nil {
		return fmt.Errorf("read the first bytes: %w", err)
	}
	if who := sniff(first); who != callerBolt {
		return s.turnAway(who)
	}
	slots, err := s.reader.Raw(bolt.HandshakeSize - 4)
	if err != nil {
		return fmt.Errorf("read the version proposals: %w", err)
	}
	choice := bolt.Negotiate([16]byte(slots), s.server.versions)
	if choice.Manifest {
		return s.negotiateManifest()
	}
	reply := choice.Reply()
	s.writer.Append(reply[:]...)
	if choice.Version == nil {
		s.log.Debug().Hex("proposals", slots).Msg("no common Bolt version")
		return errors.Join(errRefused, s.flush())
	}
	s.version = choice.Version
	// The client waits for these bytes, HELLO comes after them.
	return s.flush()
}

func (s *session) negotiateManifest() error {
	s.writer.Buf = bolt.AppendManifest(s.writer.Buf, s.server.versions)
	if err := s.flush(); err != nil {
		return err
	}
	var choice [maxChoice]byte
	for n := 0; ; {
		need := 1
		if n == 0 {
			need = 5
		}
		b, err := s.reader.Raw(need)
		if err != nil {
			return fmt.Errorf("read the version choice: %w", err)
		}
		n += copy(choice[n:], b)
		v, _, err := bolt.ParseChoice(choice[:n], s.server.versions)
		switch {
		case err == nil:
			s.version, s.manifest = v, true
			return nil
		case !errors.Is(err, bolt.ErrShort) || n == maxChoice:
			s.log.Debug().Err(err).Msg("version choice refused")
			return errRefused
		}
	}
}

// deadlines for everything before login are absolute: a client that sends one
// byte a second must not hold its place for ever.
func (s *session) armLogin() error {
	return s.conn.SetDeadline(time.Now().Add(s.server.opts.Limits.Login))
}
