package tls

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A listener hands out TLS connections over those of another listener.
type listener struct {
	net.Listener
	endpoint *Endpoint
	config   *tls.Config
	beside   bool
}

// NewListener returns a listener whose connections speak TLS over those of
// inner. Accept only accepts. Closing it closes inner.
func (e *Endpoint) NewListener(inner net.Listener) net.Listener {
	return &listener{Listener: inner, endpoint: e, config: e.outer}
}

// NewSideListener returns a listener for a service beside that of the options,
// such as metrics over HTTPS. It shows the same certificates under the same
// policy, but asks nobody for one, keeps no sessions, and does not report its
// handshakes, so that they are not counted among those of the service.
func (e *Endpoint) NewSideListener(inner net.Listener) net.Listener {
	return &listener{Listener: inner, endpoint: e, config: e.beside, beside: true}
}

// Accept returns the next connection, before its handshake.
func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t := &turn{Conn: raw}
	return &conn{raw: raw, turn: t, tls: tls.Server(t, l.config), endpoint: l.endpoint, beside: l.beside}, nil
}

// A conn is a server's connection. It hides the methods of crypto/tls.
type conn struct {
	raw      net.Conn
	turn     *turn // raw, below TLS
	tls      *tls.Conn
	endpoint *Endpoint
	beside   bool // of a side listener: nothing is reported

	ready     atomic.Bool // the handshake has succeeded
	handshake sync.Mutex  // guards err
	err       error       // of the handshake

	linger atomic.Pointer[time.Time] // until when Close reads; nil after TLS
}

var _ net.Conn = (*conn)(nil)

// HandshakeContext does the handshake, once. When ctx ends during it, the
// connection is closed. A peer that does not speak TLS is turned away, and the
// error satisfies errors.Is(err, net.ErrClosed). Close must be called in any case.
func (c *conn) HandshakeContext(ctx context.Context) error {
	if c.ready.Load() {
		return nil
	}
	c.handshake.Lock()
	defer c.handshake.Unlock()
	if c.ready.Load() || c.err != nil {
		return c.err
	}
	start := time.Now()
	err := c.tls.HandshakeContext(ctx)
	c.turn.end()
	c.report(time.Since(start), err)
	if err != nil {
		if header, ok := errors.AsType[tls.RecordHeaderError](err); ok {
			err = c.turnAway(header)
		}
		c.err = err
		return err
	}
	c.ready.Store(true)
	return nil
}

// report tells the endpoint's owner how the handshake went.
func (c *conn) report(took time.Duration, err error) {
	f := c.endpoint.opts.Events.Handshake
	if f == nil || c.beside {
		return
	}
	h := Handshake{Peer: c.raw.RemoteAddr(), Duration: took, Err: err, Class: class(err)}
	if err == nil {
		h.Version, h.Suite, h.Group, h.ClientSubject, h.Resumed = c.TLSState()
	}
	f(h)
}

// TLSState describes the connection after its handshake: for example "TLS 1.3",
// "TLS_AES_128_GCM_SHA256", "X25519MLKEM768", the subject of a verified client
// certificate or "", and whether a session was resumed.
func (c *conn) TLSState() (version, suite, group, clientSubject string, resumed bool) {
	s := c.tls.ConnectionState()
	if len(s.VerifiedChains) > 0 {
		clientSubject = s.PeerCertificates[0].Subject.String()
	}
	return tls.VersionName(s.Version), tls.CipherSuiteName(s.CipherSuite), groupName(s.CurveID), clientSubject, s.DidResume
}

// Read reads decrypted bytes, after the handshake.
func (c *conn) Read(p []byte) (int, error) {
	if !c.ready.Load() {
		if err := c.HandshakeContext(context.Background()); err != nil {
			return 0, err
		}
	}
	return c.tls.Read(p)
}

// Write encrypts p, after the handshake.
func (c *conn) Write(p []byte) (int, error) {
	if !c.ready.Load() {
		if err := c.HandshakeContext(context.Background()); err != nil {
			return 0, err
		}
	}
	return c.tls.Write(p)
}

// CloseWrite tells the peer with close_notify that nothing more will come.
func (c *conn) CloseWrite() error { return c.tls.CloseWrite() }

// Close sends close_notify, waiting 5 seconds at most, and closes. For a peer
// that was turned away it takes up to half a second.
func (c *conn) Close() error {
	if deadline := c.linger.Load(); deadline != nil {
		return c.closeLingering(*deadline)
	}
	return c.tls.Close()
}

func (c *conn) LocalAddr() net.Addr                { return c.raw.LocalAddr() }
func (c *conn) RemoteAddr() net.Addr               { return c.raw.RemoteAddr() }
func (c *conn) SetDeadline(t time.Time) error      { return c.tls.SetDeadline(t) }
func (c *conn) SetReadDeadline(t time.Time) error  { return c.tls.SetReadDeadline(t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.tls.SetWriteDeadline(t) }

// isNoCertificate recognises the failure of crypto/tls that has no type.
func isNoCertificate(err error) bool {
	return strings.Contains(err.Error(), "didn't provide a certificate")
}

func isTimeout(err error) bool {
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return true
	}
	return errors.Is(err, context.DeadlineExceeded)
}

func isClosed(err error) bool {
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, io.ErrClosedPipe, context.Canceled, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// isRemoteAlert reports whether the peer ended the handshake with an alert.
func isRemoteAlert(err error) bool {
	oe, ok := errors.AsType[*net.OpError](err)
	return ok && oe.Op == "remote error"
}
