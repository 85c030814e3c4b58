package client

import (
	"context"
	"errors"
	"net"

	"github.com/drawbolt/drawbolt/tls"
)

// dialer returns what opens connections for the URI: plain ones, or encrypted
// ones that resume sessions or do not.
func (t *Target) dialer(resume bool) (dialFunc, error) {
	if !t.Encrypted() {
		return (&net.Dialer{Timeout: dialTimeout}).DialContext, nil
	}
	d, err := tls.NewDialer(t.trust())
	if err != nil {
		return nil, err
	}
	d.NetDialer = &net.Dialer{Timeout: dialTimeout}
	if !resume {
		d.Config.ClientSessionCache = nil
	}
	return d.DialContext, nil
}

// errNotResumed tells of a server that does not take its own session ticket.
var errNotResumed = errors.New("the TLS session was not resumed")

// Handshakes returns an opener whose requests open a connection of their own and
// close it: TCP, TLS where the URI asks for it, the Bolt handshake and, when
// asked for, the login.
func (t *Target) Handshakes(resume, login bool) Opener {
	return func(context.Context) (Conn, error) {
		// A dialer for each worker, so that tickets are not used by two at once.
		dial, err := t.dialer(resume)
		if err != nil {
			return nil, err
		}
		return &handshakes{target: t, dial: dial, resume: resume, login: login}, nil
	}
}

type handshakes struct {
	target        *Target
	dial          dialFunc
	resume, login bool
	again         bool // not the first connection, which has no ticket yet
}

// Do implements Conn; the request's statement is not looked at.
func (h *handshakes) Do(ctx context.Context, _ *Request) error {
	c, err := h.target.connect(ctx, h.dial, h.login)
	if err != nil {
		return err
	}
	c.Close(ctx)
	if h.resume && h.again && !tls.Resumed(c.conn) {
		return errNotResumed
	}
	h.again = true
	return nil
}

// Close implements Conn.
func (h *handshakes) Close(context.Context) {}
