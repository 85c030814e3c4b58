package tls

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
)

const (
	whatClientCA  = "Couldn't load client certificate authorities from file"
	whatClientCRL = "Couldn't load revocation lists from file"
)

// A revocation names a certificate by issuer and serial number.
type revocation struct{ issuer, serial string }

// loadClientTrust reads the authorities that client certificates must chain to,
// and their revocation lists.
func (l *loader) loadClientTrust(m *material) error {
	if l.opts.ClientCAFile == "" {
		return nil
	}
	data, err := l.read(flagClientCA, whatClientCA, l.opts.ClientCAFile, public)
	if err != nil {
		return err
	}
	fail := func(reason, remedy string, err error) error {
		return &Error{Flag: flagClientCA, What: whatClientCA, Path: l.opts.ClientCAFile, Reason: reason, Remedy: remedy, Err: err}
	}
	m.clientCAs = x509.NewCertPool()
	number := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		number++
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fail(fmt.Sprintf("PEM block %d can not be parsed: %v", number, err), "remove or replace it", err)
		}
		if !c.IsCA {
			return fail(fmt.Sprintf("PEM block %d is not a certificate of an authority", number), "name the authority's certificate, not a client's", nil)
		}
		m.clientCAs.AddCert(c)
		m.authorities = append(m.authorities, c)
		l.checkDates(flagClientCA, l.opts.ClientCAFile, "the client authority "+c.Subject.String(), c)
	}
	if len(m.authorities) == 0 {
		return fail("has no PEM certificate", "name a file with a block BEGIN CERTIFICATE", nil)
	}
	return l.loadRevocations(m)
}

func (l *loader) loadRevocations(m *material) error {
	if l.opts.ClientCRLFile == "" {
		return nil
	}
	data, err := l.read(flagClientCRL, whatClientCRL, l.opts.ClientCRLFile, public)
	if err != nil {
		return err
	}
	fail := func(reason, remedy string, err error) error {
		return &Error{Flag: flagClientCRL, What: whatClientCRL, Path: l.opts.ClientCRLFile, Reason: reason, Remedy: remedy, Err: err}
	}
	m.revoked = make(map[revocation]struct{})
	number, lists := 0, 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		number++
		if block.Type != "X509 CRL" {
			continue
		}
		lists++
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return fail(fmt.Sprintf("PEM block %d can not be parsed: %v", number, err), "fetch the list again", err)
		}
		signed := slices.ContainsFunc(m.authorities, func(ca *x509.Certificate) bool {
			return list.CheckSignatureFrom(ca) == nil
		})
		if !signed {
			return fail(fmt.Sprintf("PEM block %d is not signed by an authority of %s", number, l.opts.ClientCAFile), "name the lists of these authorities", nil)
		}
		if !list.NextUpdate.IsZero() && l.now.After(list.NextUpdate) {
			l.problem(Serious, flagClientCRL, l.opts.ClientCRLFile, "the list of "+list.Issuer.String()+
				" should have been replaced on "+list.NextUpdate.UTC().Format(dateForm)+"; it is used nevertheless")
		}
		if next := list.NextUpdate; !next.IsZero() && (m.nextLists.IsZero() || next.Before(m.nextLists)) {
			m.nextLists = next
		}
		for _, e := range list.RevokedCertificateEntries {
			m.revoked[revocation{string(list.RawIssuer), e.SerialNumber.String()}] = struct{}{}
		}
	}
	if lists == 0 {
		return fail("has no PEM revocation list", "name a file with a block BEGIN X509 CRL", nil)
	}
	return nil
}

// checkRevoked accepts a connection without a client certificate, or with a
// chain in which nothing is revoked. It runs on resumed connections too.
func (m *material) checkRevoked(state tls.ConnectionState) error {
	if len(m.revoked) == 0 || len(state.PeerCertificates) == 0 {
		return nil
	}
	for _, chain := range state.VerifiedChains {
		if !slices.ContainsFunc(chain, m.isRevoked) {
			return nil
		}
	}
	return errRevoked
}

func (m *material) isRevoked(c *x509.Certificate) bool {
	_, found := m.revoked[revocation{string(c.RawIssuer), c.SerialNumber.String()}]
	return found
}

// digest covers what a session ticket vouches for: our leaves and whom we trust.
// Tickets do not outlive a change of it.
func (m *material) digest(mode string) [32]byte {
	h := sha256.New()
	add := func(label string, data []byte) {
		sum := sha256.Sum256(data)
		h.Write([]byte(label))
		h.Write(sum[:])
	}
	for i := range m.certificates {
		add("leaf", m.certificates[i].Leaf.Raw)
	}
	if mode == "" {
		mode = ClientAuthNone
	}
	add("mode", []byte(mode))
	var cas []string
	for _, c := range m.authorities {
		cas = append(cas, string(c.Raw))
	}
	slices.Sort(cas)
	for _, raw := range slices.Compact(cas) {
		add("authority", []byte(raw))
	}
	return [32]byte(h.Sum(nil))
}

// class names the reason of a failed handshake in one word for a metric.
func class(err error) string {
	if err == nil {
		return "ok"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "client-unknown-authority"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		switch invalid.Reason {
		case x509.Expired:
			return "client-not-in-date"
		case x509.IncompatibleUsage:
			return "client-usage"
		default:
			return "client-invalid"
		}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "wrong-protocol"
	}
	switch {
	case isRemoteAlert(err):
		return "alert"
	case errors.Is(err, errRevoked):
		return "client-revoked"
	case isNoCertificate(err):
		return "client-missing"
	case isTimeout(err):
		return "timeout"
	case isClosed(err):
		return "closed"
	default:
		return "protocol"
	}
}
