package tls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// clientSessions is how many servers a client remembers sessions of.
const clientSessions = 64

// ClientOptions are the TLS settings of a client of ours.
type ClientOptions struct {
	// CAFile is a PEM bundle to verify the server with; empty means the
	// system's.
	CAFile string
	// CertFile and KeyFile are the client's certificate, both or none.
	CertFile, KeyFile string
	// PassphraseFile decrypts KeyFile.
	PassphraseFile string
	// ServerName is the name to verify; empty means the name that is dialled.
	ServerName string
	// MinVersion is "1.2" or "1.3"; empty means 1.2.
	MinVersion string
	// Insecure accepts any certificate, as bolt+ssc:// does.
	Insecure bool
}

// NewClientConfig returns the configuration that drivers and dialers take. It
// offers what the server's policy offers, and keeps sessions for resumption.
func NewClientConfig(o ClientOptions) (*tls.Config, error) {
	c := baseConfig(o.MinVersion)
	c.ServerName = o.ServerName
	c.InsecureSkipVerify = o.Insecure
	c.ClientSessionCache = tls.NewLRUClientSessionCache(clientSessions)
	l := &loader{
		opts: &Options{ClientCAFile: o.CAFile, PassphraseFile: o.PassphraseFile},
		now:  time.Now(),
	}
	m := &material{}
	if o.CAFile != "" {
		pool, err := l.loadRoots(o.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = pool
	}
	if (o.CertFile == "") != (o.KeyFile == "") {
		return nil, &Error{Reason: "a client certificate needs both its certificate file and its key file"}
	}
	if o.CertFile != "" {
		passphrase, err := l.passphrase()
		if err != nil {
			return nil, forClient(err)
		}
		defer clear(passphrase)
		if err := l.loadPair(m, o.CertFile, o.KeyFile, passphrase); err != nil {
			return nil, forClient(err)
		}
		c.Certificates = m.certificates
	}
	return c, nil
}

// forClient takes the server's flags out of an error about a client's files.
func forClient(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	e.Flag = ""
	e.What = strings.Replace(e.What, "server ", "client ", 1)
	e.Remedy = strings.NewReplacer(flagPassphrase, "a passphrase file", flagCert, "the certificate file", flagKey, "the key file").Replace(e.Remedy)
	return e
}

// loadRoots reads a bundle to verify servers with. A self-signed certificate that
// is no authority may be in it, so that a server's own certificate can be pinned.
func (l *loader) loadRoots(path string) (*x509.CertPool, error) {
	const what = "Couldn't load certificate authorities from file"
	data, err := l.read("", what, path, public)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, &Error{What: what, Path: path, Reason: "has no PEM certificate", Remedy: "name a file with a block BEGIN CERTIFICATE"}
	}
	return pool, nil
}
