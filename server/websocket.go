package server

import (
	"errors"
	"fmt"
	"net"

	"github.com/drawbolt/drawbolt/server/ws"
)

// webSocketServer is the Server header that clients of this family of servers
// expect.
const webSocketServer = "Memgraph Bolt WS"

// upgrade turns the connection of an HTTP client into the stream of bytes inside
// its WebSocket. A request that is none has been answered when it fails.
func (s *session) upgrade(first []byte) error {
	c, err := ws.Accept(s.server.base, &unread{Conn: s.conn, first: first}, ws.Options{
		Server: webSocketServer, Origins: s.server.opts.Origins, AnyOrigin: s.server.opts.AnyOrigin,
		HeaderTimeout: s.server.opts.Limits.Login,
	})
	if err != nil {
		s.refuse("HTTP client on the Bolt port", "use bolt:// or neo4j://, or a WebSocket of an allowed origin")
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	s.conn, s.webSocket = c, c
	s.server.metrics.webSockets.Add(1)
	return s.armLogin() // the HTTP server has cleared the deadline
}

// An unread is a connection whose first bytes were read to find out who calls.
type unread struct {
	net.Conn
	first []byte
}

func (u *unread) Read(p []byte) (int, error) {
	if len(u.first) == 0 {
		return u.Conn.Read(p)
	}
	n := copy(p, u.first)
	u.first = u.first[n:]
	return n, nil
}

// CloseWrite lets the HTTP server end its answer to a peer that is still sending
// with FIN, so that the answer is not lost in a reset.
func (u *unread) CloseWrite() error {
	half, ok := u.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
