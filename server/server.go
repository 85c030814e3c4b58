package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/bolt"
)

// A Server serves Bolt on any number of listeners.
type Server struct {
	opts     Options
	versions []*bolt.Version
	refusals *Refusals
	metrics  *metrics
	live     Live

	connections     gate
	unauthenticated gate
	dismissals      gate // those that are told that there is no room
	handshakes      semaphore
	lastConnection  atomic.Uint64

	// draining: sessions end when they have no transaction.
	draining atomic.Bool

	// base is the parent of every session's context; stop ends them all.
	base context.Context //nolint:containedctx // the sessions' own cancel functions hang on it
	stop context.CancelCauseFunc

	mu        sync.Mutex // guards what follows
	closed    bool
	watching  bool
	listeners map[net.Listener]struct{}
	sessions  map[*session]struct{}
	running   sync.WaitGroup // Serve calls and sessions
}

// New returns a server that waits for Serve. The error lists everything that is
// wrong with the options.
func New(opts Options) (*Server, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	versions, _ := bolt.Versions(opts.MinVersion, opts.MaxVersion, opts.AllowFlawed)
	s := &Server{
		opts:            opts,
		versions:        versions,
		refusals:        NewRefusals(opts.Logger),
		metrics:         newMetrics(),
		connections:     gate{capacity: int64(opts.Limits.Connections)},
		unauthenticated: gate{capacity: int64(opts.Limits.Unauthenticated)},
		dismissals:      gate{capacity: maxDismissals},
		handshakes:      make(semaphore, opts.Limits.Handshakes),
		listeners:       make(map[net.Listener]struct{}),
		sessions:        make(map[*session]struct{}),
	}
	s.live.start(&opts)
	s.base, s.stop = context.WithCancelCause(context.Background())
	return s, nil
}

// Refused lets the owner of a listener report a peer that it turned away itself.
// Like all refusals it is logged once a minute for each address and mistake.
func (s *Server) Refused(peer net.Addr, mistake, hint string) { s.refusals.Log(peer, mistake, hint) }

// Stats are numbers about a server at one moment.
type Stats struct {
	Connections     int64 // open, in all
	Unauthenticated int64 // of these, not logged in
	Accepted        uint64
}

// Stats returns the present numbers.
func (s *Server) Stats() Stats {
	return Stats{
		Connections:     s.connections.inside.Load(),
		Unauthenticated: s.unauthenticated.inside.Load(),
		Accepted:        s.lastConnection.Load(),
	}
}

// add registers a session, unless the server is closed.
func (s *Server) add(ses *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.sessions[ses] = struct{}{}
	return true
}

func (s *Server) remove(ses *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, ses)
}

func (s *Server) snapshot() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*session, 0, len(s.sessions))
	for ses := range s.sessions {
		list = append(list, ses)
	}
	return list
}

// connectionID returns a number that no other connection of the server has.
func (s *Server) connectionID() uint64 { return s.lastConnection.Add(1) }
