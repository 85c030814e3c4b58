package tls

import (
	"crypto/tls"
	"os"
	"strings"
)

// The policy of this package: Mozilla's server-side guideline 6.0.

// suites are the TLS 1.2 cipher suites of the intermediate level. Go's own list
// still has CBC suites, which scanners flag. The order means nothing: Go picks by
// hardware. TLS 1.3 suites can not be configured and need not be.
func suites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// groups are the key exchanges. SecP256r1MLKEM768 is not in the guideline; it is
// Go's, and harmless. P-521 is left out as work without a gain.
func groups() []tls.CurveID {
	return []tls.CurveID{
		tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.X25519, tls.CurveP256, tls.CurveP384,
	}
}

// groupName is the name of a key exchange; empty when there was none.
func groupName(id tls.CurveID) string {
	if id == 0 {
		return ""
	}
	return id.String()
}

// baseConfig has what client and server share.
func baseConfig(minVersion string) *tls.Config {
	c := &tls.Config{
		MinVersion:       tls.VersionTLS12,
		CipherSuites:     suites(),
		CurvePreferences: groups(),
	}
	if minVersion == "1.3" {
		c.MinVersion = tls.VersionTLS13
	}
	return c
}

// serverConfig builds the configuration of one generation of material. NextProtos
// stays empty: no driver sends ALPN. KeyLogWriter is never set.
func serverConfig(o *Options, m *material) *tls.Config {
	c := baseConfig(o.MinVersion)
	c.Certificates = m.certificates
	// Full records from the start: Go begins each connection with small ones,
	// which costs a quarter of the throughput of a stream of rows.
	c.DynamicRecordSizingDisabled = true
	switch o.ClientAuth {
	case ClientAuthRequest:
		c.ClientAuth = tls.VerifyClientCertIfGiven
	case ClientAuthRequire:
		c.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		c.ClientAuth = tls.NoClientCert
	}
	if c.ClientAuth != tls.NoClientCert {
		c.ClientCAs = m.clientCAs
		// VerifyConnection also runs on resumed connections, which
		// VerifyPeerCertificate does not.
		c.VerifyConnection = m.checkRevoked
	}
	if len(m.certificates) > 1 {
		c.GetCertificate = m.chooseCertificate
	}
	return c
}

// sideConfig is the configuration of side listeners. Without tickets nothing
// that a side listener gave out can mean anything to the service.
func sideConfig(o *Options, m *material) *tls.Config {
	c := baseConfig(o.MinVersion)
	c.Certificates = m.certificates
	c.SessionTicketsDisabled = true
	if len(m.certificates) > 1 {
		c.GetCertificate = m.chooseCertificate
	}
	return c
}

// chooseCertificate picks by name and algorithm, then by algorithm alone. Go
// asks it when the client sends a name, and on a nil result falls back to the
// first certificate although its algorithm may not suit the client.
func (m *material) chooseCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	nameless := *hello
	nameless.ServerName = ""
	for _, h := range []*tls.ClientHelloInfo{hello, &nameless} {
		for i := range m.certificates {
			if h.SupportsCertificate(&m.certificates[i]) == nil {
				return &m.certificates[i], nil
			}
		}
	}
	return nil, nil //nolint:nilnil // the documented way to ask for the default
}

// weakened lists the GODEBUG settings of this process that make TLS weaker than
// this policy says.
func weakened() []string {
	var found []string
	for setting := range strings.SplitSeq(os.Getenv("GODEBUG"), ",") {
		switch setting {
		case "tlsrsakex=1", "tls3des=1", "tls10server=1", "tlsmlkem=0", "tlssha1=1":
			found = append(found, setting)
		}
	}
	return found
}
