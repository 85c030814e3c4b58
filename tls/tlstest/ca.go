package tlstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// A CA is a throw-away certificate authority.
type CA struct {
	// File is its certificate, PEM.
	File string
	// Cert is its certificate.
	Cert *x509.Certificate

	key    crypto.Signer
	chain  []*x509.Certificate // sent behind a leaf: intermediates up to, not with, the root
	root   string              // file of the root
	dir    string
	serial *atomic.Int64
}

// A Leaf says what a certificate should look like. The zero Leaf is an ECDSA
// P-256 server certificate for localhost and its addresses, valid for a day.
type Leaf struct {
	// Names are DNS names and IP addresses; nil means localhost, 127.0.0.1
	// and ::1. An empty list gives a certificate without names.
	Names []string
	// CommonName is the subject; empty means "leaf".
	CommonName string
	// Key is "ecdsa", "p384", "p521", "ed25519", "rsa" (2048 bits), "rsa4096" or
	// "rsa1024"; empty means ecdsa.
	Key string
	// NotBefore and NotAfter default to an hour ago and in a day.
	NotBefore, NotAfter time.Time
	// Client makes a client certificate instead of a server's.
	Client bool
}

// A Pair is an issued certificate with its key, in files.
type Pair struct {
	CertFile string // leaf first, then intermediates
	KeyFile  string // PKCS#8, mode 0400
	CAFile   string // the root
	Cert     *x509.Certificate
	Key      crypto.Signer
}

// NewCA makes a root authority in a directory of the test.
func NewCA(tb testing.TB) *CA {
	tb.Helper()
	ca := &CA{dir: tb.TempDir(), serial: new(atomic.Int64)}
	ca.key = newKey(tb, "ecdsa")
	template := ca.authority("root")
	ca.Cert = ca.sign(tb, template, template, ca.key.Public(), ca.key)
	ca.File = filepath.Join(ca.dir, "ca.pem")
	ca.root = ca.File
	writeCerts(tb, ca.File, ca.Cert)
	return ca
}

// Intermediate makes an authority that ca has signed. What it issues brings its
// chain along.
func (ca *CA) Intermediate(tb testing.TB) *CA {
	tb.Helper()
	sub := &CA{dir: tb.TempDir(), serial: ca.serial, root: ca.root, key: newKey(tb, "ecdsa")}
	sub.Cert = ca.sign(tb, ca.authority("intermediate"), ca.Cert, sub.key.Public(), ca.key)
	sub.chain = append([]*x509.Certificate{sub.Cert}, ca.chain...)
	sub.File = filepath.Join(sub.dir, "ca.pem")
	writeCerts(tb, sub.File, sub.Cert)
	return sub
}

// Issue makes a certificate and writes it with its key.
func (ca *CA) Issue(tb testing.TB, leaf Leaf) Pair {
	tb.Helper()
	key := newKey(tb, leaf.Key)
	if leaf.CommonName == "" {
		leaf.CommonName = "leaf"
	}
	template := &x509.Certificate{
		SerialNumber: serialNumber(ca.serial.Add(1)), Subject: pkix.Name{CommonName: leaf.CommonName},
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	if leaf.Client {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	if leaf.Names == nil && !leaf.Client {
		leaf.Names = []string{"localhost", "127.0.0.1", "::1"}
	}
	for _, name := range leaf.Names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	cert := ca.sign(tb, template, ca.Cert, key.Public(), ca.key)
	dir := tb.TempDir()
	p := Pair{
		CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem"), CAFile: ca.root,
		Cert: cert, Key: key,
	}
	writeCerts(tb, p.CertFile, append([]*x509.Certificate{cert}, ca.chain...)...)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	Write(tb, p.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o400)
	return p
}

// Revoke writes a revocation list of ca with the given certificates and returns
// its file. next is the list's next update; zero means in a day.
func (ca *CA) Revoke(tb testing.TB, next time.Time, certs ...*x509.Certificate) string {
	tb.Helper()
	if next.IsZero() {
		next = time.Now().Add(24 * time.Hour)
	}
	list := &x509.RevocationList{
		Number: big.NewInt(ca.serial.Add(1)), ThisUpdate: next.Add(-48 * time.Hour), NextUpdate: next,
	}
	for _, c := range certs {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: c.SerialNumber, RevocationTime: list.ThisUpdate,
		})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, ca.Cert, ca.key)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "crl.pem")
	Write(tb, path, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), 0o644)
	return path
}

// ClientConfig returns a client's configuration that trusts the root, and that
// presents the given pairs.
func (ca *CA) ClientConfig(tb testing.TB, pairs ...Pair) *tls.Config {
	tb.Helper()
	data, err := os.ReadFile(ca.root)
	if err != nil {
		tb.Fatal(err)
	}
	c := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", MinVersion: tls.VersionTLS12}
	c.RootCAs.AppendCertsFromPEM(data)
	for _, p := range pairs {
		pair, err := tls.LoadX509KeyPair(p.CertFile, p.KeyFile)
		if err != nil {
			tb.Fatal(err)
		}
		c.Certificates = append(c.Certificates, pair)
	}
	return c
}

// Replace overwrites p's files with those of other, the certificate first, as an
// operator does before a reload.
func (p Pair) Replace(tb testing.TB, other Pair) {
	tb.Helper()
	for _, f := range []struct {
		from, to string
		mode     fs.FileMode
	}{{other.CertFile, p.CertFile, 0o644}, {other.KeyFile, p.KeyFile, 0o400}} {
		data, err := os.ReadFile(f.from)
		if err != nil {
			tb.Fatal(err)
		}
		Write(tb, f.to, data, f.mode)
	}
}

// Write replaces a file by renaming a new one, so that read-only files can be
// replaced too.
func Write(tb testing.TB, path string, data []byte, mode fs.FileMode) {
	tb.Helper()
	temp := path + ".new"
	if err := os.WriteFile(temp, data, mode); err != nil { //nolint:gosec // tests name their own files
		tb.Fatal(err)
	}
	if err := os.Chmod(temp, mode); err != nil { // whatever the umask is
		tb.Fatal(err)
	}
	if err := os.Rename(temp, path); err != nil {
		tb.Fatal(err)
	}
}

// serialNumber is as long as scanners want it, and different for each n.
func serialNumber(n int64) *big.Int {
	var noise [15]byte
	rand.Read(noise[:])          // never fails
	noise[0] = noise[0]&0x7f | 1 // positive, and no leading zero
	return new(big.Int).Add(new(big.Int).Lsh(new(big.Int).SetBytes(noise[:]), 32), big.NewInt(n))
}

func (ca *CA) authority(name string) *x509.Certificate {
	serial := ca.serial.Add(1)
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: fmt.Sprintf("%s %d of %s", name, serial, filepath.Base(ca.dir))},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func (ca *CA) sign(tb testing.TB, template, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, key)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return cert
}

func newKey(tb testing.TB, kind string) crypto.Signer {
	tb.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "", "ecdsa":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "p521":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rsa":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "rsa4096":
		key, err = rsa.GenerateKey(rand.Reader, 4096)
	case "rsa1024":
		key, err = rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // tests of the warning need a weak key
	default:
		tb.Fatalf("tlstest: no key kind %q", kind)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func writeCerts(tb testing.TB, path string, certs ...*x509.Certificate) {
	tb.Helper()
	var data []byte
	for _, c := range certs {
		data = append(data, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	Write(tb, path, data, 0o644)
}
