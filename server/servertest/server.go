package servertest

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/server"
)

// stopTimeout bounds the clean stop at the end of a test.
const stopTimeout = 5 * time.Second

// A Server is a running server.
type Server struct {
	*server.Server
	// Addr is where it listens on loopback.
	Addr net.Addr
}

// Start runs a server on a free loopback port until the test ends. Options
// without databases get a scripted one.
func Start(tb testing.TB, o server.Options) *Server {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	return StartOn(tb, o, l)
}

// StartOn is Start on a listener of the test's choice.
func StartOn(tb testing.TB, o server.Options, l net.Listener) *Server {
	tb.Helper()
	if o.Databases == nil {
		o.Databases = Only(NewScripted())
	}
	o.Logger = o.Logger.Level(max(o.Logger.GetLevel(), zerolog.DebugLevel))
	s, err := server.New(o)
	if err != nil {
		tb.Fatalf("server.New: %v", err)
	}
	ctx := context.WithoutCancel(tb.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			tb.Logf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, server.ErrClosed) {
			tb.Errorf("Serve = %v, want ErrClosed", err)
		}
	})
	return &Server{Server: s, Addr: l.Addr()}
}

// Dial connects to the server; the connection is closed when the test ends.
func (s *Server) Dial(tb testing.TB) net.Conn {
	tb.Helper()
	conn, err := new(net.Dialer).DialContext(tb.Context(), s.Addr.Network(), s.Addr.String())
	if err != nil {
		tb.Fatalf("dial %v: %v", s.Addr, err)
	}
	tb.Cleanup(func() { conn.Close() }) //nolint:errcheck // the test may have closed it
	return conn
}
