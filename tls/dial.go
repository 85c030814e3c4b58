package tls

import (
	"crypto/tls"
	"net"
)

// NewDialer returns a dialer that does the TLS handshake as part of dialling.
// Like its configuration it may be used by several goroutines at once.
func NewDialer(o ClientOptions) (*tls.Dialer, error) {
	c, err := NewClientConfig(o)
	if err != nil {
		return nil, err
	}
	return &tls.Dialer{Config: c}, nil
}

// Resumed reports whether a connection of a Dialer of ours has resumed an
// earlier session.
func Resumed(conn net.Conn) bool {
	c, ok := conn.(*tls.Conn)
	return ok && c.ConnectionState().DidResume
}
