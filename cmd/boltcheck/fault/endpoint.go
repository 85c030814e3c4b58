package fault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// An Endpoint takes one connection with key material and versions that the caller
// chooses and waits for a handshake of Bolt: for tests that bring their own
// certificates.
type Endpoint struct {
	CertFile, KeyFile string
	// MinVersion and MaxVersion are the minor versions of TLS 1, from 0 to 3.
	MinVersion, MaxVersion int32
	// Plain expects a client without TLS.
	Plain bool
	// ClientCAFile, when not empty, wants a certificate of the client that is in
	// this file, or was signed by one that is.
	ClientCAFile string
	Timeout      time.Duration
}

// Serve takes the connection and returns nil when a client has sent a handshake
// of Bolt. The listener is closed.
func (e *Endpoint) Serve(ctx context.Context, l net.Listener) error {
	defer l.Close() //nolint:errcheck // nothing is lost with it
	deadline := time.Now().Add(e.Timeout)
	config, err := e.config()
	if err != nil {
		return err
	}
	if d, ok := l.(interface{ SetDeadline(time.Time) error }); ok {
		if err := d.SetDeadline(deadline); err != nil {
			return err
		}
	}
	conn, err := l.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrNobody
	}
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // what counts has been read
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if config != nil {
		c := tls.Server(conn, config)
		if err := c.HandshakeContext(ctx); err != nil {
			return err
		}
		conn = c
	}
	opening := make([]byte, bolt.HandshakeSize)
	if _, err := io.ReadFull(conn, opening); err != nil {
		return err
	}
	if !bolt.IsMagic(opening) {
		return fmt.Errorf("the client sent % X, which is not Bolt", opening)
	}
	return nil
}

// config returns the TLS side; nil means none.
func (e *Endpoint) config() (*tls.Config, error) {
	if e.Plain {
		return nil, nil //nolint:nilnil // said in the comment
	}
	pair, err := tls.LoadX509KeyPair(e.CertFile, e.KeyFile)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS10 + uint16(e.MinVersion), //nolint:gosec // 0 to 3
		MaxVersion:   tls.VersionTLS10 + uint16(e.MaxVersion), //nolint:gosec // 0 to 3
	}
	if e.ClientCAFile != "" {
		pem, err := os.ReadFile(e.ClientCAFile)
		if err != nil {
			return nil, err
		}
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no certificate", e.ClientCAFile)
		}
	}
	return c, nil
}
