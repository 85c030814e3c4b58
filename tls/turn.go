package tls

import (
	"context"
	"crypto/tls"
	"net"
)

// A turn bounds how many handshakes compute at the same time. Waiting for the
// peer takes no place: otherwise peers that are silent on purpose could keep all
// places, and nobody else would get in.
type turn struct {
	net.Conn // below TLS

	acquire func(ctx context.Context) error
	release func()
	held    bool // of the goroutine that does the handshake
}

// TakeTurns makes the handshake wait for acquire between the client's first
// message and the answer to it, which is where it computes, and calls release
// afterwards. It must be called before the handshake.
func (c *conn) TakeTurns(acquire func(ctx context.Context) error, release func()) {
	c.turn.acquire, c.turn.release = acquire, release
}

// begin is called when the client's first message is there.
func (t *turn) begin(ctx context.Context) error {
	if t.acquire == nil || t.held {
		return nil
	}
	if err := t.acquire(ctx); err != nil {
		return err
	}
	t.held = true
	return nil
}

// end gives the place back, if there is one.
func (t *turn) end() {
	if t.held {
		t.held = false
		t.release()
	}
}

// Read waits for the peer, so the turn is over.
func (t *turn) Read(p []byte) (int, error) {
	t.end()
	return t.Conn.Read(p)
}

// choose returns the configuration for a connection when its turn has come.
func choose(hello *tls.ClientHelloInfo, config *tls.Config) (*tls.Config, error) {
	if t, ok := hello.Conn.(*turn); ok {
		if err := t.begin(hello.Context()); err != nil {
			return nil, err
		}
	}
	return config, nil
}
