package stub

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
)

var (
	errTimeout = errors.New("stub: the time is over")
	errStopped = errors.New("stub: stopped")
)

// Options say what to play and where.
type Options struct {
	// Scripts are the scripts, and Listeners where each of them is played. Run
	// closes the listeners.
	Scripts   []*script.Script
	Listeners []net.Listener
	// Timeout is how long everything may take; 0 means for ever.
	Timeout time.Duration
	// Finish, when it is closed, makes the stub accept no more connections, and
	// end those whose script allows it.
	Finish <-chan struct{}
	// Log receives a line for each message in either direction; nil means none.
	Log io.Writer
	// Color colours the log.
	Color bool
	// Hangups lets clients close their connection anywhere. Otherwise one that
	// does so where the script expects more has left the script.
	Hangups bool
}

// Run plays scripts until each has been played, or one has failed, or ctx ends.
func Run(ctx context.Context, o Options) *Outcome {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if o.Timeout > 0 {
		timer := time.AfterFunc(o.Timeout, func() { stop(errTimeout) })
		defer timer.Stop()
	}
	outcome := &outcome{stop: stop}
	log := &logger{w: o.Log, color: o.Color}
	var all sync.WaitGroup
	for i, s := range o.Scripts {
		srv := &server{script: s, listener: o.Listeners[i], finish: o.Finish, hangups: o.Hangups, log: log, outcome: outcome}
		all.Go(func() { srv.run(ctx) })
	}
	all.Wait()
	outcome.mu.Lock()
	defer outcome.mu.Unlock()
	outcome.TimedOut = errors.Is(context.Cause(ctx), errTimeout)
	return &outcome.Outcome
}

// An outcome collects from all connections.
type outcome struct {
	stop context.CancelCauseFunc // of everything

	mu sync.Mutex
	Outcome
}

// acted notes that a client came.
func (o *outcome) acted() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Acted = true
}

// fail notes a failure and stops everything. What fails after that is only a
// consequence.
func (o *outcome) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := errors.AsType[*MismatchError](err); ok {
		o.Failures = append(o.Failures, f)
	} else if o.Err == nil {
		o.Err = err
	}
	o.stop(errStopped)
}

// A server plays one script.
type server struct {
	script   *script.Script
	listener net.Listener
	finish   <-chan struct{}
	hangups  bool
	log      *logger
	outcome  *outcome
	running  sync.WaitGroup // connections and their readers
}

// run accepts connections as the script allows.
func (s *server) run(ctx context.Context) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer s.running.Wait()
	s.running.Go(func() {
		select {
		case <-s.finish:
		case <-ctx.Done():
		}
		s.listener.Close() //nolint:errcheck // Accept reports
	})
	for id := 1; ; id++ {
		conn, err := s.listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				s.outcome.fail(err)
			}
			return
		}
		if s.script.Concurrent {
			s.running.Go(func() { s.serve(ctx, conn, id) })
			continue
		}
		if s.serve(ctx, conn, id) && !s.script.Restart {
			stop(errStopped)
			return
		}
	}
}

// serve plays the script with one client. It is false when the client said
// nothing at all, as one does that only looks whether somebody listens.
func (s *server) serve(ctx context.Context, conn net.Conn, id int) bool {
	c := &connection{server: s, script: s.script, Conn: conn, peer: conn.RemoteAddr().String(), id: id}
	err := c.play(ctx)
	if errors.Is(err, errSilent) {
		return false
	}
	s.outcome.acted()
	cause := context.Cause(ctx)
	switch {
	case err == nil, errors.Is(err, errExit), errors.Is(err, errReset):
	case errors.Is(cause, errStopped):
		// It was cut off because another connection ended everything.
	default:
		if f, ok := errors.AsType[*MismatchError](err); ok {
			f.Timeout = errors.Is(cause, errTimeout)
		}
		s.outcome.fail(err)
	}
	return true
}
