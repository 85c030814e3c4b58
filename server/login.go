package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Credentials are what a client sends to log in. They are secret: they must not
// be logged, and errors must not contain them.
type Credentials struct {
	// Scheme is none, basic, bearer, kerberos or a custom name. A client that
	// sends none at all gets "none".
	Scheme string
	// Principal is the name of the user.
	Principal string
	// Secret is the password or token.
	Secret string
	// Realm is the provider that the client asks for, often empty.
	Realm string
	// Parameters are those of a custom scheme, a map or null.
	Parameters graph.Value
	// Origin is the connection.
	Origin cypher.Origin
}

// A Login is the outcome of a successful authentication.
type Login struct {
	// User is the name of the user; empty means nobody in particular.
	User string
	// Account is the user's identity, by which statements are allowed; zero is
	// nobody in particular.
	Account cypher.Account
	// Expired means that the password must be changed before anything else.
	Expired bool
}

// An Authenticator decides who may use the server. It is used by many
// connections at once and bounds its own work.
type Authenticator interface {
	// Authenticate returns who the client is. Any error refuses it, and the
	// connection is closed after the answer. Errors that wrap ErrLoginRefused,
	// ErrLoginRate or ErrLoginScheme are the client's fault; others are logged.
	Authenticate(ctx context.Context, c Credentials) (Login, error)
}

// openDoor accepts every login, as long as no users are defined.
type openDoor struct{}

func (openDoor) Authenticate(_ context.Context, c Credentials) (Login, error) {
	return Login{User: c.Principal}, nil
}

// hello answers HELLO or INIT, which is the login of versions without LOGON.
func (s *session) hello(m *bolt.Hello) error {
	s.agent, s.filter, s.address = m.UserAgent, m.Filter, addressIn(m.Routing)
	if s.dialect = cypher.DialectOf(m.UserAgent); s.server.opts.Dialect != nil {
		s.dialect = *s.server.opts.Dialect
	}
	if m.PatchUTC {
		s.version = s.version.WithUTC()
		s.decoder.Version, s.encoder.Version = s.version, s.version
	}
	if s.version.Login == bolt.LoginLogon {
		s.state = stateAuthentication
	} else if ok, err := s.authenticate(&m.Auth); !ok {
		return err
	}
	m.Auth = bolt.Auth{} // the next message may be long in coming
	a := bolt.HelloSuccess{
		Server: *s.server.live.agent.Load(), ConnectionID: s.id(), PatchUTC: m.PatchUTC, ByManifest: s.manifest,
		CredentialsExpired: s.login.Expired, ReceiveTimeout: s.receiveTimeout(),
	}
	s.message()
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// memgraphCodes reports which family of codes the client gets.
func (s *session) memgraphCodes() bool {
	switch s.server.opts.ErrorCodes {
	case CodesNeo4j:
		return false
	case CodesMemgraph:
		return true
	default:
		return s.dialect.MemgraphCodes()
	}
}

// receiveTimeout is after how many seconds of silence the client should give up;
// 0 leaves that to it. Only those that get keep-alives are told.
func (s *session) receiveTimeout() int64 {
	if s.server.opts.KeepAlive <= 0 || !s.version.Noops {
		return 0
	}
	return max(1, int64(hintedSilences*s.server.opts.KeepAlive/time.Second))
}

// logon answers LOGON.
func (s *session) logon(m *bolt.Logon) error {
	if ok, err := s.authenticate(&m.Auth); !ok {
		return err
	}
	m.Auth = bolt.Auth{}
	a := bolt.LogonSuccess{AdvertisedAddress: s.advertised(""), CredentialsExpired: s.login.Expired}
	s.message()
	s.writer.Buf = a.Append(s.writer.Buf, s.version)
	s.sent()
	return nil
}

// authenticate asks the authenticator. When it refuses, the client is told and
// the connection ends. There is no look-ahead meanwhile: the limits of the input
// change with the outcome.
func (s *session) authenticate(a *bolt.Auth) (ok bool, err error) {
	c := Credentials{
		Scheme: a.Scheme, Principal: a.Principal, Secret: a.Credentials, Realm: a.Realm,
		Parameters: a.Parameters, Origin: s.Origin(),
	}
	if c.Scheme == "" {
		c.Scheme = "none"
	}
	ctx, cancel := context.WithTimeout(s.server.base, s.server.opts.Limits.Login)
	defer cancel()
	login, err := s.server.opts.Authenticator.Authenticate(ctx, c)
	if err != nil {
		return false, errors.Join(errRefused, s.fail(s.loginFailure(c, err)))
	}
	s.login = login
	s.account.Store(int64(login.Account))
	s.server.metrics.loginsOK.Add(1)
	if err := s.openUp(); err != nil {
		return false, err
	}
	s.state = stateReady
	s.log(zerolog.InfoLevel).Str("user", login.User).Str("agent", s.agent).Stringer("bolt", s.version).
		Bool("tls", s.secure()).Msg("client connected")
	return true, nil
}

// loginFailure is what a refused client is told; the log gets one line.
func (s *session) loginFailure(c Credentials, err error) error {
	f := &sessionError{kind: failLogin, message: "The client is unauthorized due to authentication failure.", err: err}
	switch {
	case errors.Is(err, ErrLoginRate):
		f.kind = failLoginRate
		f.message = "The client has provided incorrect authentication details too many times in a row."
	case errors.Is(err, ErrLoginScheme):
		f.message = fmt.Sprintf("Unsupported authentication token, scheme '%.32s' is not supported.", c.Scheme)
	case !errors.Is(err, ErrLoginRefused):
		s.log(zerolog.ErrorLevel).Err(err).Msg("login could not be checked")
	}
	s.server.metrics.loginsRefused.Add(1)
	s.log(zerolog.WarnLevel).Str("user", shortened(c.Principal)).Str("scheme", shortened(c.Scheme)).Msg("login refused")
	return f
}

// maxLogged bounds what a client that has not logged in can write to the log.
const maxLogged = 128

func shortened(text string) string {
	if len(text) > maxLogged {
		return text[:maxLogged] + "…"
	}
	return text
}

// openUp gives a session that has logged in its place among the others: the
// limits after login, and no deadline.
func (s *session) openUp() error {
	s.leaveGate()
	l := s.server.opts.Limits
	s.input.setLimit(l.MessageBytes)
	s.decoder.Limits, s.decoder.Strict = packstream.Limits{Depth: l.Depth}, false
	if s.webSocket != nil {
		s.webSocket.SetReadLimit(int64(l.MessageBytes))
	}
	if err := s.raw.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("clear the login deadline: %w", err)
	}
	s.output.Lock()
	s.writeDeadline = time.Time{}
	s.output.Unlock()
	s.noops.Store(s.server.opts.KeepAlive > 0 && s.version.Noops)
	return nil
}

// logoff answers LOGOFF: the limits before login hold again.
func (s *session) logoff() error {
	s.login, s.state = Login{}, stateAuthentication
	s.chosen.Reset()
	s.account.Store(notLoggedIn)
	s.noops.Store(false)
	s.enterGate()
	s.input.setLimit(loginMessageBytes)
	s.decoder.Limits, s.decoder.Strict = packstream.Limits{Depth: loginDepth, Items: loginItems}, true
	s.succeed()
	s.loginBy = time.Now().Add(s.server.opts.Limits.Login)
	return s.armLogin()
}

// notLoggedIn stands for an account in sessions before LOGON and after LOGOFF.
const notLoggedIn = -1

// errAccountGone ends the sessions of a user that was removed.
var errAccountGone = errors.New("server: the account has ended")

// Origin implements [cypher.Client].
func (s *session) Origin() cypher.Origin {
	o := cypher.Origin{Connection: s.id(), Address: s.raw.RemoteAddr().String(), Secure: s.secure()}
	if c, ok := s.raw.(certified); ok {
		_, _, _, o.Subject, _ = c.TLSState()
	}
	return o
}

// A certified connection knows the certificate of its client.
type certified interface {
	TLSState() (version, suite, group, clientSubject string, resumed bool)
}

// StatementOf returns whose statement runs under a context: the name of the user
// and the connection. It is for the audit of what statements do outside of the
// engine.
func StatementOf(ctx context.Context) (user string, origin cypher.Origin) {
	s, ok := ctx.Value(sessionKey{}).(*session)
	if !ok {
		return "", cypher.Origin{}
	}
	return s.login.User, s.Origin()
}

// Become implements [cypher.Client]. It is called while the session executes a
// statement.
func (s *session) Become(account cypher.Account, name string) {
	s.login.Account, s.login.User = account, name
	s.account.Store(int64(account))
}

// EndSessions closes the connections of accounts that have ended. Statements
// that run are cancelled.
func (s *Server) EndSessions(ended func(cypher.Account) bool) {
	for _, ses := range s.snapshot() {
		if a := ses.account.Load(); a != notLoggedIn && ended(cypher.Account(a)) {
			ses.log(zerolog.InfoLevel).Msg("session ends with its account")
			ses.abort(errAccountGone)
		}
	}
}
