package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
)

// An answer to a manifest is a version and a varint.
const (
	minChoice = 4 + 1
	maxChoice = 4 + 10
)

// A handshaker is a connection that has to do something before its first byte,
// such as TLS. It is found by this method alone, so that this package knows
// nothing about TLS.
type handshaker interface {
	HandshakeContext(ctx context.Context) error
}

// A turnTaker is a handshaker that knows when it computes. One that does not
// gets its place for the whole handshake, waiting included.
type turnTaker interface {
	TakeTurns(acquire func(ctx context.Context) error, release func())
}

// secure reports whether the connection is a TLS connection.
func (s *session) secure() bool {
	_, ok := s.raw.(handshaker)
	return ok
}

// transport does the TLS handshake, if there is one, in its turn and in time. The
// deadline is the connection's: a context with one would cost crypto/tls a
// goroutine for each handshake.
func (s *session) transport(limit time.Duration) error {
	h, ok := s.raw.(handshaker)
	if !ok {
		return nil
	}
	deadline := time.Now().Add(limit)
	if err := s.raw.SetDeadline(deadline); err != nil {
		return err
	}
	place := func(context.Context) error {
		return s.server.handshakes.acquire(s.server.base, deadline) //nolint:contextcheck // the handshake's own never ends
	}
	if t, ok := h.(turnTaker); ok {
		t.TakeTurns(place, s.server.handshakes.release)
	} else if err := place(s.server.base); err != nil {
		return fmt.Errorf("wait for a TLS handshake: %w", err)
	} else {
		defer s.server.handshakes.release()
	}
	if err := h.HandshakeContext(context.WithoutCancel(s.server.base)); err != nil {
		return err
	}
	return s.armLogin()
}

// negotiate reads the client's opening and agrees on a version. A peer that is
// no Bolt client, or with which no version is common, gets errRefused. It reads
// exactly what belongs to the handshake.
func (s *session) negotiate() error {
	var first [4]byte
	if _, err := io.ReadFull(s.conn, first[:]); err != nil {
		return fmt.Errorf("read the first bytes: %w", err)
	}
	switch who := sniff(first[:]); {
	case who == callerBolt:
		return s.negotiateVersion()
	case who == callerHTTP && !s.secure() && s.webSocket == nil:
		if err := s.upgrade(first[:]); err != nil {
			return err
		}
		return s.negotiate()
	default:
		return s.turnAway(who)
	}
}

func (s *session) negotiateVersion() error {
	var slots [bolt.HandshakeSize - 4]byte
	if _, err := io.ReadFull(s.conn, slots[:]); err != nil {
		return fmt.Errorf("read the version proposals: %w", err)
	}
	choice := bolt.Negotiate(slots, s.server.versions)
	if choice.Manifest {
		return s.negotiateManifest()
	}
	reply := choice.Reply()
	if _, err := s.conn.Write(reply[:]); err != nil {
		return fmt.Errorf("answer the version proposals: %w", err)
	}
	if choice.Version == nil {
		s.refuse("no common Bolt version", fmt.Sprintf("the client proposes %x; see --min-bolt and --max-bolt", slots))
		return errRefused
	}
	s.version = choice.Version
	return nil
}

func (s *session) negotiateManifest() error {
	// In one write, because some clients parse it out of what comes first.
	if _, err := s.conn.Write(bolt.AppendManifest(nil, s.server.versions)); err != nil {
		return fmt.Errorf("answer with the manifest: %w", err)
	}
	var choice [maxChoice]byte
	for n, need := 0, minChoice; ; need = 1 {
		if _, err := io.ReadFull(s.conn, choice[n:n+need]); err != nil {
			return fmt.Errorf("read the version choice: %w", err)
		}
		n += need
		v, _, err := bolt.ParseChoice(choice[:n], s.server.versions)
		switch {
		case err == nil:
			s.version, s.manifest = v, true
			return nil
		case !errors.Is(err, bolt.ErrShort) || n == maxChoice:
			s.log(zerolog.DebugLevel).Err(err).Msg("version choice refused")
			return errRefused
		}
	}
}

// armLogin sets the deadline for everything before login. It is absolute: a
// client that sends one byte a second must not hold its place for ever.
func (s *session) armLogin() error { return s.raw.SetDeadline(s.loginBy) }
