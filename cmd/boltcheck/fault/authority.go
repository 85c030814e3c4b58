package fault

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The files of an authority's directory.
const (
	CAFile         = "ca.pem"         // what clients must trust
	caKeyFile      = "ca-key.pem"     // its key
	CRLFile        = "crl.pem"        // what the authority has revoked
	ClientCertFile = "client.pem"     // for clients that must show a certificate
	ClientKeyFile  = "client-key.pem" // its key
)

// A signer is a certificate that others are signed with.
type signer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// An Authority issues the certificates of the scenarios.
type Authority struct {
	hosts []string
	dir   string
	root  signer
}

// OpenAuthority returns the authority of a directory, which is made, with a new
// root, when it has none. The certificates will be for the given hosts.
func OpenAuthority(dir string, hosts []string) (*Authority, error) {
	a := &Authority{hosts: hosts, dir: dir}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, CAFile), filepath.Join(dir, caKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = a.create()
	} else if err == nil {
		key, ok := pair.PrivateKey.(crypto.Signer)
		if !ok || !pair.Leaf.IsCA {
			return nil, fmt.Errorf("%s is no authority", filepath.Join(dir, CAFile))
		}
		a.root = signer{pair.Leaf, key}
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// create makes the root and the pair for clients, and writes them.
func (a *Authority) create() error {
	if err := os.MkdirAll(a.dir, 0o750); err != nil {
		return err
	}
	var err error
	if a.root, err = newRoot("boltcheck root"); err != nil {
		return err
	}
	client, err := a.issue(leaf{name: "boltcheck client", usage: x509.ExtKeyUsageClientAuth, names: []string{}})
	if err != nil {
		return err
	}
	key, ok := client.PrivateKey.(crypto.Signer)
	if !ok {
		return fmt.Errorf("a key of type %T", client.PrivateKey)
	}
	return errors.Join(
		a.write(CAFile, 0o644, "CERTIFICATE", a.root.cert.Raw),
		a.writeKey(caKeyFile, a.root.key),
		a.write(ClientCertFile, 0o644, "CERTIFICATE", client.Certificate...),
		a.writeKey(ClientKeyFile, key),
	)
}

func (a *Authority) write(name string, mode fs.FileMode, block string, contents ...[]byte) error {
	var text []byte
	for _, c := range contents {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: block, Bytes: c})...)
	}
	return os.WriteFile(filepath.Join(a.dir, name), text, mode)
}

func (a *Authority) writeKey(name string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return a.write(name, 0o600, "PRIVATE KEY", der)
}

// revoke writes the list of revoked certificates.
func (a *Authority) revoke(cert *x509.Certificate) error {
	now := time.Now()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(now.UnixNano()), ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(24 * time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: cert.SerialNumber, RevocationTime: now.Add(-time.Hour)}},
	}, a.root.cert, a.root.key)
	if err != nil {
		return err
	}
	return a.write(CRLFile, 0o644, "X509 CRL", der)
}

// A leaf says what a server's certificate is like. The zero leaf is good.
type leaf struct {
	name   string              // of the subject; "boltcheck" when empty
	names  []string            // hosts; nil means those of the authority
	from   time.Duration       // validity, from now; zeros mean from an hour ago for a day
	to     time.Duration       //
	bits   int                 // of an RSA key; 0 means ECDSA
	usage  x509.ExtKeyUsage    // zero means of a server
	by     *signer             // nil means the root
	sha1   bool                // signed with SHA-1
	self   bool                // signed by itself
	behind []*x509.Certificate // sent behind it
}

// issue makes a certificate with its key and chain.
func (a *Authority) issue(l leaf) (tls.Certificate, error) {
	key, err := newKey(l.bits)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "boltcheck"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if l.name != "" {
		template.Subject.CommonName = l.name
	}
	if l.from != 0 || l.to != 0 {
		template.NotBefore, template.NotAfter = now.Add(l.from), now.Add(l.to)
	}
	if l.usage != x509.ExtKeyUsageAny {
		template.ExtKeyUsage = []x509.ExtKeyUsage{l.usage}
	}
	if l.bits > 0 {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	if l.sha1 {
		template.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	names := l.names
	if names == nil {
		names = a.hosts
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	by := signer{template, key}
	switch {
	case l.self:
	case l.by != nil:
		by = *l.by
	default:
		by = a.root
	}
	cert, err := sign(template, by, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	chain := tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
	for _, c := range l.behind {
		chain.Certificate = append(chain.Certificate, c.Raw)
	}
	return chain, nil
}

// newRoot makes a root of its own.
func newRoot(name string) (signer, error) { return newCA(name, nil, true) }

// newCA makes an authority that another one has signed, or a root when there is
// none. One that is not really an authority lacks the mark of it.
func newCA(name string, by *signer, really bool) (signer, error) {
	key, err := newKey(0)
	if err != nil {
		return signer{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0),
		IsCA: really, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if really {
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	if by == nil {
		by = &signer{template, key}
	}
	cert, err := sign(template, *by, key)
	return signer{cert, key}, err
}

func sign(template *x509.Certificate, by signer, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newKey(bits int) (crypto.Signer, error) {
	if bits > 0 {
		return rsa.GenerateKey(rand.Reader, bits)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// serial returns a new serial number of 120 bits.
func serial() *big.Int {
	var b [15]byte
	rand.Read(b[:]) // never fails
	b[0] |= 1
	return new(big.Int).SetBytes(b[:])
}
