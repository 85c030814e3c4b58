package ws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// maxHeaderBytes is what net/http gets; it allows 4,096 bytes more.
	maxHeaderBytes = 4096
	// maxHeaderFields bounds the work on a hostile request.
	maxHeaderFields = 64
)

// ErrRefused says that the request was answered with an HTTP error instead of
// an upgrade.
var ErrRefused = errors.New("ws: request is not an acceptable WebSocket upgrade")

// Options say which upgrades are accepted and how the stream behaves.
type Options struct {
	// Text selects text frames; the zero value selects binary ones.
	Text bool
	// Server is the value of the Server header, "Memgraph Bolt WS" on the Bolt
	// port.
	Server string
	// Origins are host patterns of pages that may connect beside pages of the
	// same host.
	Origins []string
	// AnyOrigin lets every web page connect.
	AnyOrigin bool
	// MaxMessage bounds a message in bytes; zero means 1 MiB. It can be raised
	// later with [Conn.SetReadLimit].
	MaxMessage int64
	// HeaderTimeout bounds the time for the request's header; zero means 10 s.
	HeaderTimeout time.Duration
}

// Accept reads the HTTP request at the start of conn and upgrades it. A request
// that is not an acceptable upgrade is answered with a short HTTP error and
// [ErrRefused]. Accept owns conn: it is closed on error, and by closing the
// result. The context bounds the life of the result.
func Accept(ctx context.Context, conn net.Conn, o Options) (*Conn, error) {
	if o.MaxMessage == 0 {
		o.MaxMessage = 1 << 20
	}
	if o.HeaderTimeout == 0 {
		o.HeaderTimeout = 10 * time.Second
	}
	once := newListener(conn)
	h := &handler{ctx: ctx, options: o, upgraded: once.close}
	server := &http.Server{
		Handler:           h,
		MaxHeaderBytes:    maxHeaderBytes,
		ReadHeaderTimeout: o.HeaderTimeout,
		// A refusal is over when its answer is out, which is when net/http
		// closes; an upgrade is over when the handler has the connection.
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				once.close()
			}
		},
	}
	server.SetKeepAlivesEnabled(false)
	_ = server.Serve(once) // ends when once is closed
	if h.conn == nil {
		_ = conn.Close()
		return nil, ErrRefused
	}
	return h.conn, nil
}

// A handler upgrades one request.
type handler struct {
	ctx      context.Context //nolint:containedctx // the life of the connection, which outlives the request
	options  Options
	upgraded func()
	conn     *Conn // set before upgraded is called
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.options.Server != "" {
		w.Header().Set("Server", h.options.Server)
	}
	switch {
	case len(r.Header) > maxHeaderFields:
		http.Error(w, "too many header fields", http.StatusRequestHeaderFieldsTooLarge)
		return
	case r.Header.Get("Upgrade") == "":
		http.Error(w, "this port speaks Bolt, over TCP or WebSocket; it does not serve HTTP", http.StatusBadRequest)
		return
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, "WebSocket version 13 is needed", http.StatusUpgradeRequired)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       []string{"binary"},
		OriginPatterns:     h.options.Origins,
		InsecureSkipVerify: h.options.AnyOrigin,
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return // the library has answered
	}
	kind := websocket.MessageBinary
	if h.options.Text {
		kind = websocket.MessageText
	}
	h.conn = &Conn{Conn: websocket.NetConn(h.ctx, c, kind), ws: c} //nolint:contextcheck // outlives the request
	c.SetReadLimit(h.options.MaxMessage)                           // after NetConn, which removes the limit
	h.upgraded()
}

// A listener hands out one connection and then blocks until it is closed.
type listener struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newListener(conn net.Conn) *listener {
	l := &listener{addr: conn.LocalAddr(), conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conns <- conn
	return l
}

// Accept implements [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) close() { l.once.Do(func() { close(l.closed) }) }

// Close implements [net.Listener].
func (l *listener) Close() error {
	l.close()
	return nil
}

// Addr implements [net.Listener].
func (l *listener) Addr() net.Addr { return l.addr }
