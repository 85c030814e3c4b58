package tls_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// promptly checks that a peer is served or refused within a second. A machine that
// runs the whole list at once may be late, so a late answer is asked for again.
func promptly(tb testing.TB, ask func() time.Duration) (asked int) {
	tb.Helper()
	var took time.Duration
	for asked = 1; asked <= 4; asked++ {
		if took = ask(); took <= time.Second {
			return asked
		}
	}
	tb.Errorf("took %v, want a second", took)
	return asked - 1
}

// plaintextBolt is item 1.
func plaintextBolt(c *check) {
	s := serve(c)
	asked := 0
	for _, tt := range []struct{ name, send string }{
		{"all at once", boltMagic + boltSlots},
		{"Go driver", boltMagic + "\x00\x00\x01\xff\x00\x08\x08\x05\x00\x02\x04\x04\x00\x00\x00\x03"},
		{"Java driver", boltMagic + "\x00\x00\x01\xff\x00\x08\x08\x05\x00\x02\x04\x04\x00\x00\x00\x03"},
		{"Python driver", boltMagic + "\x00\x00\x01\xff\x00\x07\x08\x05\x00\x02\x04\x04\x00\x00\x00\x03"},
		{"JavaScript driver", boltMagic + "\x00\x00\x01\xff\x00\x04\x04\x05\x00\x02\x04\x04\x00\x00\x00\x03"},
		{"mgclient", boltMagic + "\x00\x03\x03\x04\x00\x00\x01\x04\x00\x00\x00\x01\x00\x00\x00\x00"},
		{"magic only", boltMagic + "\x00"},
	} {
		for name, parts := range map[string][]string{"": {tt.send}, ", byte by byte": strings.Split(tt.send, "")} {
			c.Run(tt.name+name, func(t *testing.T) {
				asked += promptly(t, func() time.Duration {
					got, took := exchange(t, s.Address, parts...)
					if len(got) > 0 {
						t.Errorf("answer %x, want none", got)
					}
					return took
				})
			})
		}
	}
	if n := s.metric(c, "drawbolt_tls_refused_total", `protocol="bolt"`); n != float64(asked) {
		c.Errorf("the metric counts %v refused clients, want %d", n, asked)
	}
}

// blindHello is item 2.
func blindHello(c *check) {
	s := serve(c)
	got, _ := exchange(c, s.Address, boltMagic+boltSlots+frame(boltHello))
	if len(got) > 0 {
		c.Errorf("answer %x", got)
	}
	if n := s.metric(c, "drawbolt_bolt_messages_total") + s.metric(c, "drawbolt_logins_total"); n != 0 {
		c.Errorf("%v messages and logins are counted", n)
	}
	if out := s.Output(); !strings.Contains(out, "plaintext Bolt client refused") || !strings.Contains(out, "bolt+s://") {
		c.Errorf("the log does not tell the mistake and the remedy:\n%s", out)
	}
}

// httpOnTLS is item 3.
func httpOnTLS(c *check) {
	s := serve(c)
	for _, tt := range []struct{ name, send string }{
		{"GET", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"WebSocket", webSocketUpgrade("Host: x")},
	} {
		promptly(c, func() time.Duration {
			got, took := exchange(c, s.Address, tt.send)
			if !strings.HasPrefix(string(got), "HTTP/1.1 400 ") || !strings.Contains(string(got), "bolt+s://") {
				c.Errorf("%s = %q, want a 400 with a hint", tt.name, got)
			}
			return took
		})
	}
	conn, err := tls.Dial("tcp", s.Address, s.config(c))
	if err != nil {
		c.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, webSocketUpgrade("Host: x")); err != nil {
		c.Fatal(err)
	}
	if got, _ := io.ReadAll(conn); !strings.HasPrefix(string(got), "HTTP/1.1 400 ") {
		c.Errorf("WebSocket inside TLS = %q, want a 400", got)
	}
}

// drive connects by the Go driver and runs a query.
func drive(tb testing.TB, uri string, c *tls.Config) error {
	tb.Helper()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth("neo", "secret", ""), func(o *config.Config) {
		o.TlsConfig = c
		o.SocketConnectTimeout, o.ConnectionAcquisitionTimeout, o.MaxTransactionRetryTime = patience, patience, time.Second
	})
	if err != nil {
		return err
	}
	defer d.Close(tb.Context())
	if err := d.VerifyConnectivity(tb.Context()); err != nil {
		return err
	}
	_, err = neo4j.ExecuteQuery(tb.Context(), d, "RETURN 1", nil, neo4j.EagerResultTransformer)
	return err
}

// driverSchemes is item 4.
func driverSchemes(c *check) {
	s := serve(c)
	for _, tt := range []struct {
		scheme string
		works  bool
	}{
		{"bolt", false},
		{"neo4j", false},
		{"bolt+ssc", true},
		{"bolt+s", true},
		{"neo4j+ssc", true},
		{"neo4j+s", true},
	} {
		err := drive(c, s.URI(tt.scheme), with(s.config(c), func(c *tls.Config) { c.ServerName = "" }))
		connectivity, refused := errors.AsType[*neo4j.ConnectivityError](err)
		if tt.works && err != nil || !tt.works && !refused {
			c.Errorf("%s:// = %v (%v), want it to work: %t", tt.scheme, err, connectivity, tt.works)
		}
	}
	if c.tool("node") {
		unit(c, "conformance/clients", "TestClients", "DRAWBOLT_CLIENTS=javascript6")
	}
}

// tlsOnPlaintext is item 5.
func tlsOnPlaintext(c *check) {
	s := server.Start(c, server.Options{Plaintext: true})
	promptly(c, func() time.Duration {
		got, took := exchange(c, s.Address, "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"+strings.Repeat("x", 200))
		if len(got) > 0 {
			c.Errorf("answer %x, want none", got)
		}
		return took
	})
	if err := drive(c, s.URI("bolt+ssc"), nil); err == nil {
		c.Error("the driver connects with TLS to a plaintext server")
	}
	if out := s.Output(); !strings.Contains(out, "TLS client on a plaintext port") {
		c.Errorf("the log does not tell:\n%s", out)
	}
}

// refuses starts a server that must not start.
func refuses(c *check, name string, args []string, want ...string) {
	c.Helper()
	c.Run(name, func(t *testing.T) {
		data := filepath.Join(t.TempDir(), "data")
		code, out := server.Run(t, append([]string{
			"--bolt-address=127.0.0.1", "--bolt-port=0", "--metrics-port=-1", "--monitoring-port=-1",
			"--log-level=INFO", "--data-directory=" + data,
		}, args...)...)
		if code != 1 {
			t.Errorf("exit code %d, want 1", code)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("the message lacks %q", w)
			}
		}
		if strings.Contains(out, "listening") {
			t.Error("the server listened")
		}
		if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the data directory was touched: %v", err)
		}
		if t.Failed() {
			t.Logf("output:\n%s", out)
		}
	})
}

// file writes a file for a test.
func file(tb testing.TB, data []byte, mode fs.FileMode) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "file.pem")
	tlstest.Write(tb, path, data, mode)
	return path
}

func read(tb testing.TB, path string) []byte {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// wrongMaterial is item 6.
func wrongMaterial(c *check) {
	ca := tlstest.NewCA(c)
	good, other := ca.Issue(c, tlstest.Leaf{}), ca.Issue(c, tlstest.Leaf{})
	cert, key := "--bolt-cert-file="+good.CertFile, "--bolt-key-file="+good.KeyFile
	empty := file(c, nil, 0o400)
	directory := filepath.Dir(good.CertFile)
	certBlock, _ := pem.Decode(read(c, good.CertFile))
	keyBlock, _ := pem.Decode(read(c, good.KeyFile))
	derCert, derKey := file(c, certBlock.Bytes, 0o400), file(c, keyBlock.Bytes, 0o400)
	passphrase, wrong := file(c, []byte("right\n"), 0o400), file(c, []byte("wrong\n"), 0o400)
	encrypted := encryptKey(c, good, "right", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256")
	old := encryptOld(c, good, "right")
	refuses(c, "certificate only", []string{cert}, "--bolt-key-file", "missing")
	refuses(c, "key only", []string{key}, "--bolt-cert-file", "missing")
	refuses(c, "lengths", []string{cert + "," + other.CertFile, key}, "names 2 files")
	refuses(c, "no certificate", []string{cert + ".no", key}, "--bolt-cert-file", good.CertFile+".no", "no such file")
	refuses(c, "no key", []string{cert, key + ".no"}, "--bolt-key-file", "no such file")
	refuses(c, "certificate is a directory", []string{"--bolt-cert-file=" + directory, key}, "is a directory")
	refuses(c, "key is a directory", []string{cert, "--bolt-key-file=" + directory}, "is a directory")
	refuses(c, "empty certificate", []string{"--bolt-cert-file=" + empty, key}, "is empty")
	refuses(c, "empty key", []string{cert, "--bolt-key-file=" + empty}, "is empty")
	refuses(c, "swapped", []string{"--bolt-cert-file=" + good.KeyFile, "--bolt-key-file=" + good.CertFile}, "swapped?")
	refuses(c, "foreign key", []string{cert, "--bolt-key-file=" + other.KeyFile}, "does not belong")
	refuses(c, "DER certificate", []string{"--bolt-cert-file=" + derCert, key}, "is DER, not PEM")
	refuses(c, "DER key", []string{cert, "--bolt-key-file=" + derKey}, "is DER, not PEM")
	for _, form := range []struct{ name, path string }{{"PKCS#8", encrypted}, {"old form", old}} {
		if form.path == "" {
			continue
		}
		k := "--bolt-key-file=" + form.path
		refuses(c, form.name+" without passphrase", []string{cert, k}, "is encrypted", "--bolt-key-passphrase-file")
		refuses(c, form.name+" with a wrong one", []string{cert, k, "--bolt-key-passphrase-file=" + wrong}, "passphrase does not decrypt", wrong)
		refuses(c, form.name+" with no such file", []string{cert, k, "--bolt-key-passphrase-file=" + passphrase + ".no"}, "no such file")
	}
	for _, tt := range []struct {
		name   string
		leaf   tlstest.Leaf
		log    string
		before time.Duration
	}{
		{"expired", tlstest.Leaf{NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-time.Hour)}, "has expired", 0},
		{"not yet valid", tlstest.Leaf{NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(48 * time.Hour)}, "is not valid before", 0},
	} {
		pair := ca.Issue(c, tt.leaf)
		s := serveWith(c, server.Options{}, ca, pair)
		if out := s.Output(); !strings.Contains(out, "[error]") || !strings.Contains(out, tt.log) {
			c.Errorf("%s: the log lacks an error with %q:\n%s", tt.name, tt.log, out)
		}
		if err := drive(c, s.URI("bolt+ssc"), nil); err != nil {
			c.Errorf("%s: %v", tt.name, err)
		}
		if got := s.metric(c, "drawbolt_tls_certificate_not_after_seconds", `use="server"`); got != float64(pair.Cert.NotAfter.Unix()) {
			c.Errorf("%s: the metric says %v, want %v", tt.name, got, pair.Cert.NotAfter.Unix())
		}
	}
}

// encryptKey returns an encrypted copy of a key, made by OpenSSL with the given
// options, or "" without OpenSSL.
func encryptKey(c *check, p tlstest.Pair, passphrase string, options ...string) string {
	c.Helper()
	if !c.tool("openssl") {
		return ""
	}
	out := command(c, "", "openssl", append([]string{"pkcs8", "-topk8", "-in", p.KeyFile, "-passout", "pass:" + passphrase}, options...)...)
	_, block, found := strings.Cut(out, "-----BEGIN")
	if !found {
		c.Fatalf("openssl pkcs8: %s", out)
	}
	return file(c, []byte("-----BEGIN"+block), 0o400)
}

// encryptOld returns a copy of a key in the old form.
func encryptOld(c *check, p tlstest.Pair, passphrase string) string {
	c.Helper()
	block, _ := pem.Decode(read(c, p.KeyFile))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		c.Fatal(err)
	}
	out, err := marshalOld(key, passphrase)
	if err != nil {
		c.Fatal(err)
	}
	return file(c, out, 0o400)
}

// nobody is an unprivileged user.
const nobody = 65534

// keyModes is item 7. Root reads everything, so the server runs as somebody else.
func keyModes(c *check) {
	if os.Getuid() != 0 {
		c.notRun("only root can start the server as another user")
		return
	}
	ca := tlstest.NewCA(c)
	for _, tt := range []struct {
		name        string
		mode        fs.FileMode
		owner       int
		group       int
		starts      bool
		want, metic string
	}{
		{"0400", 0o400, nobody, 0, true, "", "0"},
		{"0600", 0o600, nobody, 0, true, "", "0"},
		{"0440", 0o440, nobody, nobody, true, "others can read it", "1"},
		{"0444", 0o444, nobody, 0, true, "chmod 400", "1"},
		{"0620", 0o620, nobody, nobody, false, "others can write it", ""},
		{"0602", 0o602, nobody, 0, false, "chmod 400", ""},
		{"0400 of root", 0o400, 0, 0, false, "it belongs to uid 0 with mode 0400, this process has uid 65534", ""},
		{"0440 of root and our group", 0o440, 0, nobody, true, "", "0"},
		{"0444 of root", 0o444, 0, 0, true, "others can read it", "1"},
	} {
		c.Run(tt.name, func(t *testing.T) {
			pair := ca.Issue(t, tlstest.Leaf{})
			if err := errors.Join(os.Chmod(pair.KeyFile, tt.mode), os.Chown(pair.KeyFile, tt.owner, tt.group)); err != nil {
				t.Fatal(err)
			}
			opened(t, pair.KeyFile)
			out := startAs(t, pair)
			if started := strings.Contains(out, "successfully started"); started != tt.starts {
				t.Errorf("started = %t, want %t", started, tt.starts)
			}
			if !strings.Contains(out, tt.want) || (tt.want == "" && strings.Contains(out, "key-file")) {
				t.Errorf("the log lacks %q or says too much", tt.want)
			}
			if tt.metic != "" && !strings.Contains(out, "key_exposed="+tt.metic) {
				t.Errorf("the metric is not %s", tt.metic)
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

// opened lets everybody go through the temporary folders above a file.
func opened(tb testing.TB, path string) {
	tb.Helper()
	for dir := filepath.Dir(path); dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			tb.Fatal(err)
		}
	}
}

// startAs runs the server as nobody until it has started or ended, and returns
// its output and the metric of the key.
func startAs(tb testing.TB, pair tlstest.Pair) string {
	tb.Helper()
	data := tb.TempDir()
	opened(tb, filepath.Join(data, "x"))
	if err := os.Chown(data, nobody, nobody); err != nil {
		tb.Fatal(err)
	}
	binary := filepath.Join(data, "server")
	if err := os.WriteFile(binary, read(tb, server.Build(tb)), 0o755); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), binary, append(pairFlags(pair),
		"--bolt-address=127.0.0.1", "--bolt-port=0", "--monitoring-port=-1", "--metrics-address=127.0.0.1", "--metrics-port=0",
		"--log-level=INFO", "--data-directory="+data+"/store")...)
	cmd.Env = []string{"HOME=" + data}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	over := false
	wait(tb, "the start or the end", func() bool {
		select {
		case <-ended:
			over = true
		default:
		}
		return over || strings.Contains(out.String(), "  commits ")
	})
	text := out.String()
	if !over {
		s := &server.Server{}
		_, rest, _ := strings.Cut(text, "metrics at ")
		s.Metrics, _, _ = strings.Cut(rest, "\n")
		exposed := "0"
		if metric(tb, s, "drawbolt_tls_key_exposed") == 1 {
			exposed = "1"
		}
		text += "key_exposed=" + exposed
		if err := cmd.Process.Kill(); err != nil {
			tb.Error(err)
		}
		<-ended
	}
	return text
}
