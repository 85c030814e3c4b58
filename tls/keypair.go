package tls

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/youmark/pkcs8"
)

// The sentences of the two steps that operators know from the logs of servers
// with the same flags.
const (
	whatCert = "Couldn't load server certificate from file"
	whatKey  = "Couldn't load server private key from file"
)

// material is one generation of everything that was read from files. It does not
// change after load.
type material struct {
	certificates []tls.Certificate
	pairs        []Pair
	clientCAs    *x509.CertPool
	authorities  []*x509.Certificate
	revoked      map[revocation]struct{}
	nextLists    time.Time  // when the first revocation list should be replaced
	ticketKeys   [][32]byte // as in the file, newest first; nil without a file
	trust        [32]byte   // digest of leaves and client trust
}

// A Pair describes a loaded certificate with its key.
type Pair struct {
	CertFile  string
	KeyFile   string
	Algorithm string   // of the key: "RSA 2048", "ECDSA P-256", "Ed25519"
	Names     []string // DNS names and IP addresses of the leaf
	Subject   string
	NotBefore time.Time
	NotAfter  time.Time
	Chain     int // certificates sent, the leaf included
	// Exposed says that others than its owner can read the key file.
	Exposed bool
}

// A loader reads material for one set of options.
type loader struct {
	opts *Options
	now  time.Time
	// encrypted is set when a key needed the passphrase.
	encrypted bool
	// exposed is set when others can read the file of a key.
	exposed bool
	// problems are kept until all is loaded, so that a failed load reports
	// nothing but its error.
	problems []Problem
}

func (l *loader) problem(s Severity, flag, path, text string) {
	l.problems = append(l.problems, Problem{Severity: s, Flag: flag, Path: path, Text: text})
}

// load reads and checks everything that the options name.
func (l *loader) load() (*material, error) {
	m := &material{}
	passphrase, err := l.passphrase()
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	for i := range l.opts.CertFiles {
		if err := l.loadPair(m, l.opts.CertFiles[i], l.opts.KeyFiles[i], passphrase); err != nil {
			return nil, err
		}
	}
	if l.opts.PassphraseFile != "" && !l.encrypted {
		l.problem(Warning, flagPassphrase, l.opts.PassphraseFile, "no key is encrypted, so the file has no effect")
	}
	if err := l.loadClientTrust(m); err != nil {
		return nil, err
	}
	if err := l.loadTicketKeys(m); err != nil {
		return nil, err
	}
	m.trust = m.digest(l.opts.ClientAuth)
	for _, setting := range weakened() {
		l.problem(Warning, "", "", "GODEBUG has "+setting+", which weakens TLS")
	}
	return m, nil
}

// passphrase returns the first line of the passphrase file; the caller clears it.
func (l *loader) passphrase() ([]byte, error) {
	if l.opts.PassphraseFile == "" {
		return nil, nil
	}
	data, err := l.read(flagPassphrase, "Couldn't load key passphrase from file", l.opts.PassphraseFile, private)
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	line = bytes.Clone(bytes.TrimSuffix(line, []byte("\r")))
	clear(data)
	return line, nil
}

func (l *loader) loadPair(m *material, certFile, keyFile string, passphrase []byte) error {
	certPEM, err := l.read(flagCert, whatCert, certFile, public)
	if err != nil {
		return err
	}
	l.exposed = false
	keyPEM, err := l.read(flagKey, whatKey, keyFile, private)
	if err != nil {
		return err
	}
	defer clear(keyPEM)
	certs, err := parseCertificates(certFile, certPEM)
	if err != nil {
		return err
	}
	key, err := l.parseKey(keyFile, keyPEM, passphrase)
	if err != nil {
		return err
	}
	chain, err := l.order(certFile, keyFile, certs, key)
	if err != nil {
		return err
	}
	leaf := chain[0]
	c := tls.Certificate{PrivateKey: key, Leaf: leaf}
	for _, x := range chain {
		c.Certificate = append(c.Certificate, x.Raw)
	}
	if err := trySign(keyFile, key); err != nil {
		return err
	}
	l.inspect(certFile, leaf)
	m.certificates = append(m.certificates, c)
	m.pairs = append(m.pairs, Pair{
		CertFile: certFile, KeyFile: keyFile, Algorithm: algorithm(leaf.PublicKey), Names: names(leaf),
		Subject: leaf.Subject.String(), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, Chain: len(chain),
		Exposed: l.exposed,
	})
	return nil
}

// parseCertificates returns the certificates of a PEM file in its order; other
// blocks are ignored.
func parseCertificates(path string, data []byte) ([]*x509.Certificate, error) {
	fail := func(reason, remedy string, err error) error {
		return &Error{Flag: flagCert, What: whatCert, Path: path, Reason: reason, Remedy: remedy, Err: err}
	}
	var certs []*x509.Certificate
	keys := false
	number := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		number++
		if block.Type != "CERTIFICATE" {
			keys = keys || strings.HasSuffix(block.Type, "PRIVATE KEY")
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fail(fmt.Sprintf("PEM block %d can not be parsed: %v", number, err), "issue the certificate again", err)
		}
		certs = append(certs, c)
	}
	if len(certs) > 0 {
		return certs, nil
	}
	if keys {
		return nil, fail("found a private key rather than a certificate", "are "+flagCert+" and "+flagKey+" swapped?", nil)
	}
	if _, err := x509.ParseCertificate(data); err == nil {
		return nil, fail("is DER, not PEM", "convert it: openssl x509 -inform der -in "+path+" -out cert.pem", nil)
	}
	return nil, fail("has no PEM certificate", "name a file with a block BEGIN CERTIFICATE", nil)
}

// parseKey returns the first private key of a PEM file.
func (l *loader) parseKey(path string, data, passphrase []byte) (crypto.Signer, error) {
	fail := func(reason, remedy string, err error) error {
		return &Error{Flag: flagKey, What: whatKey, Path: path, Reason: reason, Remedy: remedy, Err: err}
	}
	certs := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		certs = certs || block.Type == "CERTIFICATE"
		if block.Type != "PRIVATE KEY" && !strings.HasSuffix(block.Type, " PRIVATE KEY") {
			continue
		}
		key, err := l.decodeKey(path, block, passphrase, fail)
		clear(block.Bytes)
		if err != nil {
			return nil, err
		}
		return checkKey(key, fail)
	}
	if certs {
		return nil, fail("found a certificate rather than a private key", "are "+flagCert+" and "+flagKey+" swapped?", nil)
	}
	if _, err := x509.ParsePKCS8PrivateKey(data); err == nil {
		return nil, fail("is DER, not PEM", "convert it: openssl pkey -inform der -in "+path+" -out key.pem", nil)
	}
	return nil, fail("has no PEM private key", "name a file with a block BEGIN PRIVATE KEY", nil)
}

// decodeKey decrypts a PEM block where needed and parses it.
func (l *loader) decodeKey(path string, block *pem.Block, passphrase []byte, fail func(string, string, error) error) (any, error) {
	const noPassphrase = "is encrypted"
	const setPassphrase = "set " + flagPassphrase
	const wrongPassphrase = "the passphrase does not decrypt it"
	remedyWrong := "correct the first line of " + l.opts.PassphraseFile
	der := block.Bytes
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY":
		if len(passphrase) == 0 {
			return nil, fail(noPassphrase, setPassphrase, nil)
		}
		l.encrypted = true
		key, _, err := pkcs8.ParsePrivateKey(der, passphrase)
		switch {
		case err == nil:
			return key, nil
		case strings.Contains(err.Error(), "incorrect password"):
			return nil, fail(wrongPassphrase, remedyWrong, err)
		default:
			return nil, fail("its encryption is not supported: "+err.Error(),
				"encrypt it again: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in "+path+" -out key.pem", err)
		}
	case x509.IsEncryptedPEMBlock(block): //nolint:staticcheck // the old form still has to load
		if len(passphrase) == 0 {
			return nil, fail(noPassphrase, setPassphrase, nil)
		}
		l.encrypted = true
		plain, err := x509.DecryptPEMBlock(block, passphrase) //nolint:staticcheck // not authenticated, hence the Problem below
		if err != nil {
			return nil, fail(wrongPassphrase, remedyWrong, err)
		}
		defer clear(plain)
		l.problem(Warning, flagKey, path, "is encrypted in the old PEM form, which does not notice changes; convert it: openssl pkcs8 -topk8")
		der = plain
	}
	key, err := parseKeyDER(der)
	if err != nil {
		return nil, fail("the private key can not be parsed", "check it: openssl pkey -check -in "+path, err)
	}
	return key, nil
}

// parseKeyDER tries the three forms that tools write.
func parseKeyDER(der []byte) (any, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	return x509.ParseECPrivateKey(der)
}

// checkKey lets the supported algorithms pass.
func checkKey(key any, fail func(string, string, error) error) (crypto.Signer, error) {
	const remedy = "use ECDSA P-256 or P-384, RSA of 2048 bits or more, or Ed25519"
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, nil
	case *ecdsa.PrivateKey:
		if k.Curve != elliptic.P256() && k.Curve != elliptic.P384() {
			return nil, fail("curve "+k.Curve.Params().Name+" is not supported", remedy, nil)
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	default:
		return nil, fail(fmt.Sprintf("keys of type %T are not supported", key), remedy, nil)
	}
}

// order returns the chain with the leaf, which belongs to the key, in front and
// each certificate signed by the next.
func (l *loader) order(certFile, keyFile string, certs []*x509.Certificate, key crypto.Signer) ([]*x509.Certificate, error) {
	pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	leaf := -1
	for i, c := range certs {
		if ok && pub.Equal(c.PublicKey) {
			leaf = i
			break
		}
	}
	if leaf < 0 {
		return nil, &Error{
			Flag: flagKey, What: whatKey, Path: keyFile,
			Reason: "the key does not belong to the certificate in " + certFile,
			Remedy: "name a certificate and a key that were made together",
		}
	}
	chain := []*x509.Certificate{certs[leaf]}
	used := map[int]bool{leaf: true}
	for grown := true; grown; {
		grown = false
		last := chain[len(chain)-1]
		for i, c := range certs {
			if !used[i] && bytes.Equal(last.RawIssuer, c.RawSubject) && last.CheckSignatureFrom(c) == nil {
				chain, used[i], grown = append(chain, c), true, true
				break
			}
		}
	}
	for i := range chain {
		if chain[i] != certs[i] {
			l.problem(Warning, flagCert, certFile, "the certificates were in the wrong order; they are sent leaf first")
			break
		}
	}
	if len(chain) < len(certs) {
		l.problem(Warning, flagCert, certFile, fmt.Sprintf("%d certificates do not belong to the chain and are not sent", len(certs)-len(chain)))
	}
	return chain, nil
}

// trySign finds keys that parse but that Go refuses to use, such as RSA below
// 1024 bits.
func trySign(path string, key crypto.Signer) error {
	message := sha256.Sum256([]byte("drawbolt"))
	var opts crypto.SignerOpts = crypto.SHA256
	if _, ok := key.(ed25519.PrivateKey); ok {
		opts = crypto.Hash(0)
	}
	if _, err := key.Sign(rand.Reader, message[:], opts); err != nil {
		return &Error{
			Flag: flagKey, What: whatKey, Path: path, Reason: "the key can not sign: " + err.Error(),
			Remedy: "make a new pair", Err: err,
		}
	}
	return nil
}

// inspect reports what clients or scanners will dislike about a leaf.
func (l *loader) inspect(path string, leaf *x509.Certificate) {
	warn := func(text string) { l.problem(Warning, flagCert, path, text) }
	if k, ok := leaf.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
		warn(fmt.Sprintf("the RSA key has %d bits; 2048 are the minimum today", k.N.BitLen()))
	}
	switch leaf.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.MD5WithRSA, x509.DSAWithSHA1:
		warn("the certificate is signed with " + leaf.SignatureAlgorithm.String() + ", which clients refuse")
	default:
	}
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		warn("the certificate has no subject alternative name, so no verifying client accepts it")
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		warn("the certificate's key usage lacks digital signature")
	}
	if len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) > 0 && !allowsServer(leaf) {
		warn("the certificate's extended key usage lacks server authentication")
	}
	l.checkDates(flagCert, path, "the certificate", leaf)
}

func allowsServer(leaf *x509.Certificate) bool {
	for _, u := range leaf.ExtKeyUsage {
		if u == x509.ExtKeyUsageServerAuth || u == x509.ExtKeyUsageAny {
			return true
		}
	}
	return false
}

func algorithm(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	default:
		return fmt.Sprintf("%T", key)
	}
}

func names(leaf *x509.Certificate) []string {
	list := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		list = append(list, ip.String())
	}
	return list
}
