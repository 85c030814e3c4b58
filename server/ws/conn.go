package ws

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/coder/websocket"
)

// A Conn is the stream of bytes inside a WebSocket connection. Each Write is
// one frame. A deadline that hits a pending call closes the connection. As with
// any [net.Conn], one goroutine may read while another writes.
type Conn struct {
	net.Conn

	ws *websocket.Conn
}

// Read reads from the current message, and from the next one at its end. A
// clean close by the client is [io.EOF]; a violation of the protocol closes the
// connection with code 1002.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, context.Canceled) || websocket.CloseStatus(err) != -1 {
		return n, err
	}
	// The library leaves the connection open after some violations, such as a
	// frame without a mask. Where it has closed already this does nothing.
	_ = c.ws.Close(websocket.StatusProtocolError, "")
	return n, errors.Join(err, net.ErrClosed)
}

// SetReadLimit bounds the messages that follow, in bytes.
func (c *Conn) SetReadLimit(n int64) { c.ws.SetReadLimit(n) }

// CloseNow closes the connection without the closing handshake.
func (c *Conn) CloseNow() error { return c.ws.CloseNow() }
