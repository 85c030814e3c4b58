package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/server/ws"
)

const (
	// flushThreshold is how many bytes of answers are collected before they are
	// written although more follow: two full TLS records. A buffer of twice the
	// size would be given back by the writer after each flush.
	flushThreshold = 32 << 10
	// deadlineShare saves setting the write deadline for every flush: it is set
	// this share of the limit later than needed, and then left for as long.
	deadlineShare = 4
)

var (
	// errFinished ends a session after GOODBYE or a stop of the server.
	errFinished = errors.New("server: session finished")
	// errProtocol ends a session after a failure that the client was told.
	errProtocol = errors.New("server: the client broke the protocol")
	// errPanic ends a session after a bug.
	errPanic = errors.New("server: panic in a session")
)

// A session is one connection. Its goroutine runs serve; what others may touch
// is listed at the fields.
type session struct {
	server *Server
	// raw is the connection that was accepted; anybody may close it. conn is
	// the stream of Bolt, which may be inside a WebSocket.
	raw       net.Conn
	conn      net.Conn
	webSocket *ws.Conn
	number    uint64 // no other connection of the server has it

	reader  *bolt.Reader
	writer  *bolt.Writer
	input   *input
	decoder bolt.RequestDecoder
	encoder bolt.ValueEncoder
	life    *lifetime
	// chosen is what statements have chosen for later ones, until RESET or LOGOFF:
	// a pooled connection must not hand it on.
	chosen cypher.Session
	// composing: a message has been begun and not ended.
	composing bool

	// output is held while bytes leave, because a keep-alive may leave too. It
	// guards writeDeadline. spoke is when something was sent or a request came,
	// in Unix nanoseconds; it moves only when keep-alives are on. noops says that
	// the client may get them now.
	output        sync.Mutex
	writeDeadline time.Time
	spoke         atomic.Int64
	noops         atomic.Bool
	// lent says who may use the writer, see lend. wrote is when whoever might has
	// last flushed it.
	lent  atomic.Int32
	wrote time.Time

	version  *bolt.Version
	manifest bool // the version was agreed by manifest
	loggedIn bool // the session has left the gate of the unauthenticated
	loginBy  time.Time
	excuse   *sessionError // why there is no room for the connection, or nil

	// working is held by the session while it does anything but wait for the
	// peer. The timers and the shutdown take it to end a transaction, or the
	// connection, of a session that waits. It guards the fields below.
	working sync.Mutex
	state   state
	failed  bool
	work    work
	rested  bool // nothing has come since the watch looked

	// closing: the connection was closed by the server.
	closing atomic.Bool
	// account is login.Account for others, or notLoggedIn.
	account atomic.Int64

	marked  mark
	login   Login
	agent   string // the client's name
	dialect cypher.Dialect
	address string // how the client says it has reached us
	filter  bolt.NotificationFilter
}

// connectionPrefix is what the ids of connections begin with.
const connectionPrefix = "bolt-"

func newSession(s *Server, conn net.Conn) *session {
	ses := &session{server: s, raw: conn, conn: conn, number: s.connectionID()}
	ses.life = newLifetime(context.WithValue(s.base, sessionKey{}, ses))
	ses.account.Store(notLoggedIn)
	return ses
}

// id is how clients and operators name the connection.
func (s *session) id() string { return connectionPrefix + strconv.FormatUint(s.number, 10) }

// log begins a line of the log that says whose it is. A logger that knows it would
// be half a KiB for every idle connection.
func (s *session) log(level zerolog.Level) *zerolog.Event {
	e := s.server.opts.Logger.WithLevel(level) //nolint:zerologlint // the caller sends it
	if e.Enabled() {
		e = e.Str("connection", s.id()).Stringer("peer", s.raw.RemoteAddr())
	}
	return e
}

// serve runs the session until the connection ends.
func (s *session) serve() {
	s.working.Lock()
	err := s.guarded()
	s.close()
	s.report(err)
}

// guarded runs the session. A panic is a bug in a statement: it is logged with
// its stack, the client is told, and the process lives.
func (s *session) guarded() (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err = errPanic
		s.log(zerolog.ErrorLevel).Interface("panic", v).Bytes("stack", debug.Stack()).Msg("panic in a session")
		if s.version == nil || s.writer == nil {
			return
		}
		if s.composing {
			s.writer.Abort()
		}
		s.abandon()
		err = errors.Join(err, s.fail(&sessionError{
			kind:    failInternal,
			message: "An unexpected error has occurred; the server's log has the details.",
		}), s.flush())
	}()
	if err := s.agree(); err != nil {
		return err
	}
	if s.excuse != nil {
		return s.dismiss()
	}
	return s.loop()
}

// agree does everything up to the agreed version, under the deadline of the
// login.
func (s *session) agree() error {
	limit := s.server.opts.Limits.Login
	if s.excuse != nil {
		limit = min(limit, dismissalTime)
	}
	s.loginBy = time.Now().Add(limit)
	if err := s.armLogin(); err != nil {
		return err
	}
	if err := s.transport(min(limit, s.server.opts.Limits.TLSHandshake)); err != nil {
		return fmt.Errorf("transport handshake: %w", err)
	}
	if err := s.negotiate(); err != nil {
		return err
	}
	s.reader = bolt.NewReader(s.conn, loginMessageBytes)
	s.writer = bolt.NewWriter(s.conn)
	s.state = stateGreeting
	if s.version.Login == bolt.LoginLogon {
		s.state = stateNegotiation
	}
	s.decoder = bolt.RequestDecoder{
		Version: s.version, ZoneOffset: s.server.opts.ZoneOffset, Strict: true,
		Limits: packstream.Limits{Depth: loginDepth, Items: loginItems},
	}
	s.encoder = bolt.ValueEncoder{Version: s.version, ZoneOffset: s.server.opts.ZoneOffset}
	s.input = newInput(s.reader, s.server.opts.Limits.Queue, s.life.interrupt, s.pause, s.resume, s.delayed)
	return nil
}

// pause is called by the input before it waits for the peer.
func (s *session) pause() {
	if idle := s.server.opts.Limits.Idle; idle > 0 && s.loggedIn {
		s.conn.SetReadDeadline(time.Now().Add(idle)) //nolint:errcheck // the read reports a broken connection
	}
	s.working.Unlock()
}

// loop serves requests. Its frame and those below it are small: they are what the
// stack of an idle connection holds, and the runtime takes half of a stack back
// when less than a quarter of it is in use.
func (s *session) loop() error {
	for {
		if err := s.settle(); err != nil {
			return err
		}
		if err := s.turn(s.input.next()); err != nil {
			return err
		}
	}
}

// settle sends the answers when no complete request is left.
//
//go:noinline
func (s *session) settle() error {
	if s.input.ready() {
		return nil
	}
	if s.server.draining.Load() && s.idle() {
		return errors.Join(errFinished, s.flush())
	}
	return s.flush()
}

// turn answers what the input has returned.
//
//go:noinline
func (s *session) turn(msg []byte, owned bool, err error) error {
	switch {
	case err == nil:
		s.server.metrics.messages.Add(1)
		s.server.metrics.received.Add(uint64(len(msg)))
		err = s.handle(msg, owned)
	case recoverable(err):
		err = s.fail(err)
	}
	if err == nil {
		return nil
	}
	err = errors.Join(err, s.flush())
	if errors.Is(err, errProtocol) || errors.Is(err, errRefused) {
		linger(s.conn) // or the failure may be lost in a reset
	}
	return err
}

// idle reports whether the session has no transaction and no result.
func (s *session) idle() bool { return s.state <= stateReady && s.input.resets.Load() == 0 }

// handle answers one request. The error ends the connection; a request that
// merely failed is answered. Bytes that cannot be decoded are a failure in every
// state, as in the reference server, so they are decoded first.
func (s *session) handle(msg []byte, owned bool) error {
	request, err := s.decoder.Decode(msg, owned)
	if err != nil {
		if e, ok := errors.AsType[*bolt.RequestError](err); ok && e.Fatal() {
			return fmt.Errorf("request: %w", err)
		}
		s.log(zerolog.DebugLevel).Err(err).Msg("request refused")
		return s.fail(err)
	}
	kind := requestOf(request.Signature())
	switch judge(s.state, s.accepts(), s.failed, s.input.resets.Load() > 0, kind) {
	case verdictClose:
		return errFinished
	case verdictIgnore:
		s.ignore()
		return nil
	case verdictRefuse:
		s.log(zerolog.DebugLevel).Stringer("request", kind).Stringer("state", s.state).Msg("request in the wrong state")
		return errors.Join(errProtocol, s.fail(&sessionError{kind: failProtocol, message: fmt.Sprintf(
			"Message of type %sMessage cannot be handled by a session in the %s state.", kind, s.state)}))
	default:
		return s.execute(request)
	}
}

// accepts returns what the session handles in its present state.
func (s *session) accepts() requestSet {
	if s.server.opts.StrictDocs {
		return s.state.documented(len(s.work.streams) > 0 || s.work.control)
	}
	return s.state.accepts()
}

// execute handles a request that is legal in the present state.
func (s *session) execute(r bolt.Request) error {
	switch m := r.(type) {
	case *bolt.Hello:
		return s.hello(m)
	case *bolt.Logon:
		return s.logon(m)
	case *bolt.Logoff:
		return s.logoff()
	case *bolt.AckFailure:
		return s.ackFailure()
	case *bolt.Reset:
		return s.reset()
	case *bolt.Run:
		return s.runStatement(m)
	case *bolt.Pull:
		return s.pull(m.N, m.QID)
	case *bolt.Discard:
		return s.discard(m.N, m.QID)
	case *bolt.Begin:
		return s.begin(m)
	case *bolt.Commit:
		return s.commit()
	case *bolt.Rollback:
		return s.rollback()
	case *bolt.Route:
		return s.route(m)
	case *bolt.Telemetry:
		s.log(zerolog.TraceLevel).Int64("api", m.API).Msg("telemetry")
		s.succeed()
		return nil
	default:
		return s.fail(&sessionError{kind: failInternal, message: "The server does not handle this message."})
	}
}

// fail answers FAILURE. The failed flag is set and an open transaction rolled
// back at once, so that it does not keep locks until the client reacts. Records
// that are in the buffer already stay there, before the failure.
func (s *session) fail(err error) error {
	f := failureOf(err)
	s.server.metrics.failure(f.neo4j)
	if f.internal {
		s.log(zerolog.ErrorLevel).Err(err).Msg("internal failure")
	}
	s.failed = true
	s.abandon()
	s.message()
	m := f.bolt(s.memgraphCodes())
	s.writer.Buf = m.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// reset answers RESET: everything open is closed, and when more RESETs are
// behind this one, only the last is answered with success.
func (s *session) reset() error {
	if s.input.pendingResets() > 0 {
		s.ignore()
		return nil
	}
	s.abandon()
	s.chosen.Reset()
	s.life.reset()
	s.failed = false
	s.state = stateReady
	s.succeed()
	return nil
}

// ackFailure is the way out of a failure in Bolt 1 and 2.
func (s *session) ackFailure() error {
	s.abandon()
	s.failed = false
	s.state = stateReady
	s.succeed()
	return nil
}

// closeIfIdle closes the connection of a session that waits for its client and
// has nothing open.
func (s *session) closeIfIdle() {
	if s.closing.Load() || !s.working.TryLock() {
		return
	}
	defer s.working.Unlock()
	if s.state <= stateReady {
		s.abort(errShutdown)
	}
}

// abort closes the connection from outside; the session ends by itself.
func (s *session) abort(cause error) {
	if s.closing.Swap(true) {
		return
	}
	s.life.close(cause)
	s.raw.Close() //nolint:errcheck // the session reports
}

// close gives back everything that the session holds.
func (s *session) close() {
	s.life.close(errConnectionLost)
	s.abandonQuietly()
	s.working.Unlock()
	s.conn.Close() //nolint:errcheck // nobody is left to be told
	if s.webSocket != nil {
		s.server.metrics.webSockets.Add(-1)
	}
	if s.input != nil {
		s.input.close()
	}
}

// leaveGate notes that the session is not one of the unauthenticated any more.
func (s *session) leaveGate() {
	if !s.loggedIn {
		s.loggedIn = true
		s.server.unauthenticated.leave()
	}
}

// enterGate counts a session that has logged off among the unauthenticated
// again. It is there already, so the gate's capacity is not asked.
func (s *session) enterGate() {
	if s.loggedIn {
		s.loggedIn = false
		s.server.unauthenticated.inside.Add(1)
	}
}

// report logs how the session ended, in proportion to how unusual that is.
func (s *session) report(err error) {
	switch {
	case errors.Is(err, errPanic):
		// logged with its stack
	case err == nil, errors.Is(err, errFinished), errors.Is(err, errRefused), errors.Is(err, io.EOF):
		s.log(zerolog.DebugLevel).Msg("session ended")
	case errors.Is(err, net.ErrClosed), s.closing.Load():
		s.log(zerolog.DebugLevel).Err(err).Msg("session closed")
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.authenticated():
		s.log(zerolog.InfoLevel).Msg("client did not log in in time")
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.log(zerolog.InfoLevel).Err(err).Msg("session timed out")
	default:
		s.log(zerolog.InfoLevel).Err(err).Msg("session ended with an error")
	}
}

func (s *session) authenticated() bool { return s.state.authenticated() }
