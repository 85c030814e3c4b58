package tls

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"time"
)

const (
	// lingerTime bounds how long a refused peer may go on sending before its
	// connection is closed. It has seen the end of our side long before.
	lingerTime = 500 * time.Millisecond
	// lingerBytes bounds how much of it is read.
	lingerBytes = 64 << 10

	httpHint = "This port speaks TLS only: use bolt+s:// or bolt+ssc:// for Bolt, https:// for metrics. WebSocket over TLS is not supported.\n"
)

// A wrongProtocolError is the handshake error of a peer that was turned away.
type wrongProtocolError struct {
	protocol string
	err      error
}

func (e *wrongProtocolError) Error() string {
	if e.protocol == "bolt" {
		return "tls: plaintext Bolt client refused on the TLS port; use bolt+s:// or bolt+ssc://"
	}
	return "tls: peer does not speak TLS but " + e.protocol
}

func (e *wrongProtocolError) Unwrap() []error { return []error{net.ErrClosed, e.err} }

// turnAway answers a connection whose first bytes are not TLS and ends our side
// of it. Plaintext Bolt gets no byte: any answer would make a driver go on, with
// the password in clear. The end is a FIN and not a reset, because drivers turn
// that into their best message: so Close, which the owner calls outside any limit
// on handshakes, first reads what still comes.
func (c *conn) turnAway(header tls.RecordHeaderError) error {
	protocol := protocolOf(header.RecordHeader)
	if f := c.endpoint.opts.Events.Refused; f != nil && !c.beside {
		f(Refused{Peer: c.raw.RemoteAddr(), Protocol: protocol})
	}
	deadline := time.Now().Add(lingerTime)
	if c.raw.SetDeadline(deadline) == nil && c.endSide(protocol) {
		c.linger.Store(&deadline)
	}
	return &wrongProtocolError{protocol: protocol, err: header}
}

// endSide answers HTTP and sends the FIN; it reports whether the peer could go
// on sending.
func (c *conn) endSide(protocol string) bool {
	if protocol == "http" {
		if _, err := c.raw.Write(httpAnswer()); err != nil {
			return false
		}
	}
	half, ok := c.raw.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// closeLingering reads until the peer ends, for a bounded time, and closes.
func (c *conn) closeLingering(deadline time.Time) error {
	if c.raw.SetReadDeadline(deadline) == nil {
		io.CopyN(io.Discard, c.raw, lingerBytes) //nolint:errcheck // whatever ends it, the connection is closed next
	}
	return c.raw.Close()
}

func httpAnswer() []byte {
	return []byte("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
		strconv.Itoa(len(httpHint)) + "\r\nConnection: close\r\n\r\n" + httpHint)
}

// protocolOf tells who is calling from the first five bytes.
func protocolOf(h [5]byte) string {
	starts := func(list ...string) bool {
		for _, p := range list {
			if bytes.HasPrefix(h[:], []byte(p)) {
				return true
			}
		}
		return false
	}
	switch {
	case starts("\x60\x60\xb0\x17"):
		return "bolt"
	case starts("GET ", "HEAD ", "POST ", "PUT ", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE", "PRI *"):
		return "http"
	case starts("\x16\x03", "\x15\x03", "\x80"):
		return "tls" // too old, an alert, or broken
	case starts("PROXY", "\r\n\r\n\x00"):
		return "proxy"
	default:
		return "other"
	}
}
