package tls_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/youmark/pkcs8"

	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

func TestValidate(t *testing.T) {
	pair := func(f func(*tls.Options)) tls.Options {
		o := tls.Options{CertFiles: []string{"c"}, KeyFiles: []string{"k"}}
		f(&o)
		return o
	}
	for _, tt := range []struct {
		name string
		opts tls.Options
		want []string // lines of the error
	}{
		{"off", tls.Options{}, nil},
		{"off with explicit defaults", tls.Options{MinVersion: "1.2", ClientAuth: "none"}, nil},
		{"on", pair(func(*tls.Options) {}), nil},
		{"certificate only", tls.Options{CertFiles: []string{"c"}}, []string{"tls: --bolt-key-file: is missing although --bolt-cert-file is set; set both for TLS or none for plaintext"}},
		{"key only", tls.Options{KeyFiles: []string{"k"}}, []string{"tls: --bolt-cert-file: is missing although --bolt-key-file is set; set both for TLS or none for plaintext"}},
		{"two and one", pair(func(o *tls.Options) { o.CertFiles = []string{"a", "b"} }), []string{"tls: --bolt-cert-file: names 2 files, but --bolt-key-file names 1; entry n of one list belongs to entry n of the other"}},
		{"empty entry", pair(func(o *tls.Options) { o.KeyFiles = []string{""} }), []string{"tls: --bolt-key-file: has an empty entry; separate paths with single commas"}},
		{"version", pair(func(o *tls.Options) { o.MinVersion = "1.1" }), []string{`tls: --bolt-tls-min-version: is "1.1"; use 1.2 or 1.3`}},
		{"watch", pair(func(o *tls.Options) { o.WatchInterval = -1 }), []string{"tls: --bolt-cert-watch-interval: is negative; use 0 to switch the watch off"}},
		{"mode", pair(func(o *tls.Options) { o.ClientAuth = "any" }), []string{`tls: --bolt-client-auth: is "any"; use none, request or require`}},
		{"require without authorities", pair(func(o *tls.Options) { o.ClientAuth = "require" }), []string{"tls: --bolt-client-auth: is require, but --bolt-client-ca-file is not set; name the authorities to trust"}},
		{"authorities and lists without mode", pair(func(o *tls.Options) { o.ClientCAFile, o.ClientCRLFile = "a", "l" }), []string{
			"tls: --bolt-client-ca-file: has no effect with --bolt-client-auth=none; set --bolt-client-auth to request or require",
			"tls: --bolt-client-crl-file: has no effect with --bolt-client-auth=none; set --bolt-client-auth to request or require",
		}},
		{
			"everything without a pair",
			tls.Options{PassphraseFile: "p", MinVersion: "1.3", ClientAuth: "require", ClientCAFile: "a", ClientCRLFile: "l", WatchInterval: 1, TicketKeyFile: "t"},
			[]string{
				"tls: --bolt-key-passphrase-file: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-tls-min-version: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-client-auth: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-client-ca-file: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-client-crl-file: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-cert-watch-interval: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
				"tls: --bolt-session-ticket-key-file: is set, but TLS is off; set --bolt-cert-file and --bolt-key-file",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.opts.Validate(); err != nil {
				got = err.Error()
			}
			if want := strings.Join(tt.want, "\n"); got != want {
				t.Errorf("Validate = %q; want %q", got, want)
			}
		})
	}
}

func TestOpenNeedsAPair(t *testing.T) {
	if _, err := tls.Open(tls.Options{}); !errHas(err, "--bolt-cert-file: is not set") {
		t.Errorf("Open = %v; want an error that names the flag", err)
	}
}

func write(t *testing.T, data []byte, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	tlstest.Write(t, path, data, mode)
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// encrypt returns p's key as encrypted PKCS#8.
func encrypt(t *testing.T, p tlstest.Pair, passphrase string) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(p.Key, []byte(passphrase), &pkcs8.Opts{
		Cipher: pkcs8.AES256CBC, KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 10, HMACHash: 5},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
}

// encryptOld returns p's key in the form with Proc-Type headers.
func encryptOld(t *testing.T, p tlstest.Pair, passphrase string) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(p.Key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := x509.EncryptPEMBlock(rand.Reader, "PRIVATE KEY", der, []byte(passphrase), x509.PEMCipherAES256) //nolint:staticcheck // the old form is what is tested
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func der(data []byte) []byte {
	block, _ := pem.Decode(data)
	return block.Bytes
}

// TestMaterialErrors opens endpoints with one thing wrong. Every message is one
// line with flag, path, reason and remedy.
func TestMaterialErrors(t *testing.T) {
	ca := tlstest.NewCA(t)
	p, other := ca.Issue(t, tlstest.Leaf{}), ca.Issue(t, tlstest.Leaf{})
	certPEM, keyPEM := read(t, p.CertFile), read(t, p.KeyFile)
	encrypted := encrypt(t, p, "secret word")
	// The object identifier of HMAC-SHA-256, made that of HMAC-SHA-512.
	sha256, sha512 := []byte("\x2a\x86\x48\x86\xf7\x0d\x02\x09"), []byte("\x2a\x86\x48\x86\xf7\x0d\x02\x0b")
	unknownKDF := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: bytes.Replace(der(encrypted), sha256, sha512, 1)})
	cert := func(path string) func(*tls.Options) {
		return func(o *tls.Options) { o.CertFiles = []string{path} }
	}
	key := func(path string) func(*tls.Options) { return func(o *tls.Options) { o.KeyFiles = []string{path} } }
	encryptedKey := func(data []byte, passphrase string) func(*tls.Options) {
		return func(o *tls.Options) {
			o.KeyFiles = []string{write(t, data, 0o400)}
			if passphrase != "" {
				o.PassphraseFile = write(t, []byte(passphrase), 0o400)
			}
		}
	}
	auth := func(caFile, crlFile string) func(*tls.Options) {
		return func(o *tls.Options) { o.ClientAuth, o.ClientCAFile, o.ClientCRLFile = "require", caFile, crlFile }
	}
	tickets := func(text string, mode fs.FileMode) func(*tls.Options) {
		return func(o *tls.Options) { o.TicketKeyFile = write(t, []byte(text), mode) }
	}
	line := strings.Repeat("a1", 32) + "\n"
	for _, tt := range []struct {
		name         string
		change       func(*tls.Options)
		flag, reason string
		remedy       string
	}{
		{"no certificate file", cert("/nonexistent/c.pem"), "--bolt-cert-file", "no such file", "check the path"},
		{"no key file", key("/nonexistent/k.pem"), "--bolt-key-file", "no such file", "check the path"},
		{"directory", cert(t.TempDir()), "--bolt-cert-file", "is a directory", "name a file"},
		{"device", cert(os.DevNull), "--bolt-cert-file", "is not a regular file", "name a file"},
		{"empty certificate", cert(write(t, nil, 0o644)), "--bolt-cert-file", "is empty", ""},
		{"empty key", key(write(t, nil, 0o400)), "--bolt-key-file", "is empty", ""},
		{"swapped: certificate", func(o *tls.Options) { o.CertFiles, o.KeyFiles = o.KeyFiles, o.CertFiles }, "--bolt-cert-file", "found a private key rather than a certificate", "swapped?"},
		{"certificate as key", key(write(t, certPEM, 0o400)), "--bolt-key-file", "found a certificate rather than a private key", "swapped?"},
		{"text as certificate", cert(write(t, []byte("hello"), 0o644)), "--bolt-cert-file", "has no PEM certificate", "BEGIN CERTIFICATE"},
		{"text as key", key(write(t, []byte("hello"), 0o400)), "--bolt-key-file", "has no PEM private key", "BEGIN PRIVATE KEY"},
		{"DER certificate", cert(write(t, der(certPEM), 0o644)), "--bolt-cert-file", "is DER, not PEM", "openssl x509 -inform der"},
		{"DER key", key(write(t, der(keyPEM), 0o400)), "--bolt-key-file", "is DER, not PEM", "openssl pkey -inform der"},
		{"broken certificate", cert(write(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), 0o644)), "--bolt-cert-file", "PEM block 1 can not be parsed", "issue"},
		{"broken key", key(write(t, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), 0o400)), "--bolt-key-file", "the private key can not be parsed", "openssl pkey -check"},
		{"foreign key", key(other.KeyFile), "--bolt-key-file", "the key does not belong to the certificate in " + p.CertFile, "made together"},
		{"P-521", func(o *tls.Options) { *o = optionsFor(ca.Issue(t, tlstest.Leaf{Key: "p521"})) }, "--bolt-key-file", "curve P-521 is not supported", "P-256"},
		{"encrypted, no passphrase file", encryptedKey(encrypted, ""), "--bolt-key-file", "is encrypted", "set --bolt-key-passphrase-file"},
		{"encrypted, wrong passphrase", encryptedKey(encrypted, "secret\n"), "--bolt-key-file", "the passphrase does not decrypt it", "first line of"},
		{"encrypted, unknown derivation", encryptedKey(unknownKDF, "secret word"), "--bolt-key-file", "encryption is not supported", "openssl pkcs8 -topk8"},
		{"old form, no passphrase file", encryptedKey(encryptOld(t, p, "x"), ""), "--bolt-key-file", "is encrypted", "set --bolt-key-passphrase-file"},
		{"old form, wrong passphrase", encryptedKey(encryptOld(t, p, "x"), "y"), "--bolt-key-file", "the ", ""},
		{"no passphrase file", func(o *tls.Options) { o.PassphraseFile = "/nonexistent" }, "--bolt-key-passphrase-file", "no such file", "check the path"},
		{"writable key", key(write(t, keyPEM, 0o666)), "--bolt-key-file", "has mode 0666, so that others can write it", "chmod 400"},
		{"strict: readable key", func(o *tls.Options) {
			o.StrictKeyPermissions, o.KeyFiles = true, []string{write(t, keyPEM, 0o444)}
		}, "--bolt-key-file", "has mode 0444, so that others can read it", "chmod 400"},
		{"no authorities", auth("/nonexistent", ""), "--bolt-client-ca-file", "no such file", "check the path"},
		{"authorities without certificate", auth(p.KeyFile, ""), "--bolt-client-ca-file", "has no PEM certificate", "BEGIN CERTIFICATE"},
		{"leaf as authority", auth(p.CertFile, ""), "--bolt-client-ca-file", "PEM block 1 is not a certificate of an authority", "authority's"},
		{"broken second authority", auth(write(t, append(read(t, ca.File), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"})...), 0o644), ""), "--bolt-client-ca-file", "PEM block 2 can not be parsed", "replace"},
		{"foreign list", auth(ca.File, tlstest.NewCA(t).Revoke(t, time.Time{})), "--bolt-client-crl-file", "PEM block 1 is not signed by an authority of " + ca.File, "lists"},
		{"no list", auth(ca.File, ca.File), "--bolt-client-crl-file", "has no PEM revocation list", "X509 CRL"},
		{"broken list", auth(ca.File, write(t, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL"}), 0o644)), "--bolt-client-crl-file", "PEM block 1 can not be parsed", "fetch"},
		{"tickets: short line", tickets(line+"a1\n", 0o400), "--bolt-session-ticket-key-file", "line 2 has 2 characters instead of 64", "openssl rand -hex 32"},
		{"tickets: not hexadecimal", tickets("g"+line[1:], 0o400), "--bolt-session-ticket-key-file", "line 1 has a character that is no hexadecimal digit", "openssl rand"},
		{"tickets: five lines", tickets(strings.Repeat(line, 5), 0o400), "--bolt-session-ticket-key-file", "line 5 is one key too many", "one to four"},
		{"tickets: readable", tickets(line, 0o444), "--bolt-session-ticket-key-file", "has mode 0444, so that others can read it", "chmod 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := optionsFor(p)
			tt.change(&o)
			e, err := tls.Open(o)
			if err == nil {
				closeAll(t, e)
				t.Fatal("Open succeeds; want an error")
			}
			te, ok := errors.AsType[*tls.Error](err)
			if !ok || te.Flag != tt.flag || !strings.Contains(te.Reason, tt.reason) || !strings.Contains(te.Remedy, tt.remedy) {
				t.Errorf("Open = %v; want flag %s, reason %q, remedy %q", err, tt.flag, tt.reason, tt.remedy)
			}
			if te != nil && te.Path == "" || strings.Contains(err.Error(), "\n") {
				t.Errorf("Open = %q; want one line with the path", err)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "a1a1") {
				t.Errorf("Open = %q; it shows a secret", err)
			}
		})
	}
}

// TestProblems opens endpoints that work but deserve a word.
func TestProblems(t *testing.T) {
	ca := tlstest.NewCA(t)
	p := ca.Issue(t, tlstest.Leaf{})
	keyPEM := read(t, p.KeyFile)
	now := time.Now()
	issue := func(leaf tlstest.Leaf) func(*tls.Options) {
		return func(o *tls.Options) { *o = optionsFor(ca.Issue(t, leaf)) }
	}
	groupReadable := "so that others can read it"
	if os.Getuid() == 0 {
		groupReadable = "" // root's own file may be read by its group
	}
	for _, tt := range []struct {
		name   string
		change func(*tls.Options)
		want   string // empty: nothing is reported
	}{
		{"nothing", func(*tls.Options) {}, ""},
		{"world-readable key", func(o *tls.Options) { o.KeyFiles = []string{write(t, keyPEM, 0o444)} }, "--bolt-key-file: has mode 0444, so that others can read it; chmod 400"},
		{"group-readable key", func(o *tls.Options) { o.KeyFiles = []string{write(t, keyPEM, 0o440)} }, groupReadable},
		{"expired", issue(tlstest.Leaf{NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-time.Hour)}), "SERIOUS --bolt-cert-file: the certificate has expired on"},
		{"not yet valid", issue(tlstest.Leaf{NotBefore: now.Add(time.Hour)}), "SERIOUS --bolt-cert-file: the certificate is not valid before"},
		{"ends soon", issue(tlstest.Leaf{NotBefore: now.Add(-80 * 24 * time.Hour), NotAfter: now.Add(20 * 24 * time.Hour)}), "--bolt-cert-file: the certificate expires on"},
		{"no names", issue(tlstest.Leaf{Names: []string{}}), "no subject alternative name"},
		{"short RSA", issue(tlstest.Leaf{Key: "rsa1024"}), "the RSA key has 1024 bits"},
		{"client's certificate", issue(tlstest.Leaf{Client: true, Names: []string{"x"}}), "extended key usage lacks server authentication"},
		{"idle passphrase file", func(o *tls.Options) { o.PassphraseFile = write(t, []byte("x\n"), 0o400) }, "--bolt-key-passphrase-file: no key is encrypted"},
		{"old encryption", func(o *tls.Options) {
			o.KeyFiles, o.PassphraseFile = []string{write(t, encryptOld(t, p, "x y"), 0o400)}, write(t, []byte("x y\r\nrest\n"), 0o400)
		}, "old PEM form"},
		{"new encryption", func(o *tls.Options) {
			o.KeyFiles, o.PassphraseFile = []string{write(t, encrypt(t, p, "x y"), 0o400)}, write(t, []byte("x y"), 0o400)
		}, ""},
		{"wrong order", func(o *tls.Options) {
			sub := ca.Intermediate(t).Issue(t, tlstest.Leaf{})
			data := read(t, sub.CertFile)
			_, rest := pem.Decode(data)
			o.CertFiles = []string{write(t, append(bytes.Clone(rest), data[:len(data)-len(rest)]...), 0o644)}
			o.KeyFiles = []string{sub.KeyFile}
		}, "wrong order; they are sent leaf first"},
		{"stranger in the chain", func(o *tls.Options) {
			stranger := ca.Issue(t, tlstest.Leaf{})
			o.CertFiles = []string{write(t, append(read(t, p.CertFile), read(t, stranger.CertFile)...), 0o644)}
		}, "1 certificates do not belong to the chain"},
		{"old revocation list", func(o *tls.Options) {
			o.ClientAuth, o.ClientCAFile, o.ClientCRLFile = "request", ca.File, ca.Revoke(t, now.Add(-time.Hour))
		}, "SERIOUS --bolt-client-crl-file: the list of"},
		{"GODEBUG", func(*tls.Options) { t.Setenv("GODEBUG", "x509negativeserial=1,tls10server=1") }, "GODEBUG has tls10server=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRecorder()
			o := optionsFor(p)
			tt.change(&o)
			o.Events = r.events()
			e, err := tls.Open(o)
			if err != nil {
				t.Fatal(err)
			}
			closeAll(t, e)
			got := r.problemTexts()
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("problems = %q; want %q", got, tt.want)
			}
		})
	}
}
