package tls_test

import (
	"context"
	cryptotls "crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// A recorder keeps the events of an endpoint.
type recorder struct {
	mu         sync.Mutex
	problems   []tls.Problem
	handshakes []tls.Handshake
	refused    []string
	tickets    int
	reloads    []string
	changed    chan struct{} // gets a value after each event, when it has room
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1)} }

func (r *recorder) note(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) events() tls.Events {
	return tls.Events{
		Problem:   func(p tls.Problem) { r.note(func() { r.problems = append(r.problems, p) }) },
		Handshake: func(h tls.Handshake) { r.note(func() { r.handshakes = append(r.handshakes, h) }) },
		Refused:   func(f tls.Refused) { r.note(func() { r.refused = append(r.refused, f.Protocol) }) },
		Tickets:   func(string) { r.note(func() { r.tickets++ }) },
		Reloaded: func(trigger string, err error) {
			r.note(func() {
				if err != nil {
					trigger += " failed"
				}
				r.reloads = append(r.reloads, trigger)
			})
		},
	}
}

// wait blocks until the condition holds.
func (r *recorder) wait(t *testing.T, what string, cond func() bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		r.mu.Lock()
		ok := cond()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-r.changed:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// problemTexts returns the texts of all problems so far.
func (r *recorder) problemTexts() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, p := range r.problems {
		if p.Severity == tls.Serious {
			b.WriteString("SERIOUS ")
		}
		b.WriteString(p.Flag + ": " + p.Text + "\n")
	}
	return b.String()
}

func optionsFor(pairs ...tlstest.Pair) tls.Options {
	var o tls.Options
	for _, p := range pairs {
		o.CertFiles = append(o.CertFiles, p.CertFile)
		o.KeyFiles = append(o.KeyFiles, p.KeyFile)
	}
	return o
}

// serve opens an endpoint and an echo server on it.
func serve(t *testing.T, o tls.Options) (*tls.Endpoint, string) {
	t.Helper()
	e, err := tls.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(t, e) })
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := e.NewListener(inner)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { echo(c) })
		}
	})
	t.Cleanup(func() {
		closeAll(t, listener)
		wg.Wait()
	})
	return e, inner.Addr().String()
}

func echo(c net.Conn) {
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if c.(interface{ HandshakeContext(context.Context) error }).HandshakeContext(ctx) != nil {
		return
	}
	io.Copy(c, c)
}

func closeAll(t *testing.T, closers ...io.Closer) {
	t.Helper()
	for _, c := range closers {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// dial handshakes, echoes one byte, so that tickets and late alerts arrive, and
// returns the client's view.
func dial(t *testing.T, addr string, config *cryptotls.Config) (cryptotls.ConnectionState, error) {
	t.Helper()
	d := cryptotls.Dialer{Config: config}
	raw, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		return cryptotls.ConnectionState{}, err
	}
	defer raw.Close()
	if err := raw.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return cryptotls.ConnectionState{}, err
	}
	if _, err := raw.Write([]byte("x")); err != nil {
		return cryptotls.ConnectionState{}, err
	}
	if _, err := io.ReadFull(raw, make([]byte, 1)); err != nil {
		return cryptotls.ConnectionState{}, err
	}
	return raw.(*cryptotls.Conn).ConnectionState(), nil
}

func mustDial(t *testing.T, addr string, config *cryptotls.Config) cryptotls.ConnectionState {
	t.Helper()
	state, err := dial(t, addr, config)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func with(c *cryptotls.Config, f func(*cryptotls.Config)) *cryptotls.Config {
	c = c.Clone()
	f(c)
	return c
}

func TestVersions(t *testing.T) {
	ca := tlstest.NewCA(t)
	pair := ca.Issue(t, tlstest.Leaf{})
	_, intermediate := serve(t, optionsFor(pair))
	modern := optionsFor(pair)
	modern.MinVersion = "1.3"
	_, only13 := serve(t, modern)
	for _, tt := range []struct {
		name, addr string
		version    uint16
		wantErr    string
	}{
		{"1.0", intermediate, cryptotls.VersionTLS10, "protocol version not supported"},
		{"1.1", intermediate, cryptotls.VersionTLS11, "protocol version not supported"},
		{"1.2", intermediate, cryptotls.VersionTLS12, ""},
		{"1.3", intermediate, cryptotls.VersionTLS13, ""},
		{"1.2 to a 1.3 server", only13, cryptotls.VersionTLS12, "protocol version not supported"},
		{"1.3 to a 1.3 server", only13, cryptotls.VersionTLS13, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state, err := dial(t, tt.addr, with(ca.ClientConfig(t), func(c *cryptotls.Config) {
				c.MinVersion, c.MaxVersion = tt.version, tt.version
			}))
			if !errHas(err, tt.wantErr) || (err == nil && state.Version != tt.version) {
				t.Errorf("dial = %x, %v; want %x, error with %q", state.Version, err, tt.version, tt.wantErr)
			}
		})
	}
}

func errHas(err error, want string) bool {
	if want == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), want)
}

// TestSuites offers every suite that Go knows, one by one.
func TestSuites(t *testing.T) {
	ca := tlstest.NewCA(t)
	_, addr := serve(t, optionsFor(ca.Issue(t, tlstest.Leaf{}), ca.Issue(t, tlstest.Leaf{Key: "rsa"})))
	var accepted []string
	for _, s := range append(cryptotls.CipherSuites(), cryptotls.InsecureCipherSuites()...) {
		if !slices.Contains(s.SupportedVersions, cryptotls.VersionTLS12) {
			continue
		}
		_, err := dial(t, addr, with(ca.ClientConfig(t), func(c *cryptotls.Config) {
			c.MaxVersion, c.CipherSuites = cryptotls.VersionTLS12, []uint16{s.ID}
		}))
		if err == nil {
			accepted = append(accepted, s.Name)
		}
	}
	want := []string{
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
		"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
	}
	slices.Sort(accepted)
	if !slices.Equal(accepted, want) {
		t.Errorf("accepted %q; want %q", accepted, want)
	}
}

func TestGroups(t *testing.T) {
	ca := tlstest.NewCA(t)
	_, addr := serve(t, optionsFor(ca.Issue(t, tlstest.Leaf{})))
	for _, tt := range []struct {
		group cryptotls.CurveID
		ok    bool
	}{
		{cryptotls.X25519MLKEM768, true},
		{cryptotls.SecP256r1MLKEM768, true},
		{cryptotls.SecP384r1MLKEM1024, false},
		{cryptotls.X25519, true},
		{cryptotls.CurveP256, true},
		{cryptotls.CurveP384, true},
		{cryptotls.CurveP521, false},
	} {
		t.Run(tt.group.String(), func(t *testing.T) {
			state, err := dial(t, addr, with(ca.ClientConfig(t), func(c *cryptotls.Config) {
				c.CurvePreferences = []cryptotls.CurveID{tt.group}
			}))
			if (err == nil) != tt.ok || (err == nil && state.CurveID != tt.group) {
				t.Errorf("dial = %v, %v; want success %t", state.CurveID, err, tt.ok)
			}
		})
	}
	t.Run("default is the hybrid", func(t *testing.T) {
		if got := mustDial(t, addr, ca.ClientConfig(t)).CurveID; got != cryptotls.X25519MLKEM768 {
			t.Errorf("group = %v; want X25519MLKEM768", got)
		}
	})
	t.Run("retry after a group that is not offered", func(t *testing.T) {
		state := mustDial(t, addr, with(ca.ClientConfig(t), func(c *cryptotls.Config) {
			c.CurvePreferences = []cryptotls.CurveID{cryptotls.CurveP521, cryptotls.CurveP384}
		}))
		if state.CurveID != cryptotls.CurveP384 {
			t.Errorf("group = %v; want P-384", state.CurveID)
		}
	})
}

func TestKeyKindsAndChains(t *testing.T) {
	ca := tlstest.NewCA(t)
	for _, kind := range []string{"ecdsa", "p384", "ed25519", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			_, addr := serve(t, optionsFor(ca.Issue(t, tlstest.Leaf{Key: kind})))
			mustDial(t, addr, ca.ClientConfig(t))
		})
	}
	t.Run("intermediate", func(t *testing.T) {
		sub := ca.Intermediate(t)
		e, addr := serve(t, optionsFor(sub.Issue(t, tlstest.Leaf{})))
		mustDial(t, addr, ca.ClientConfig(t))
		if got := e.Pairs()[0].Chain; got != 2 {
			t.Errorf("chain = %d; want 2", got)
		}
	})
}

// TestChoice checks which of several certificates a client gets.
func TestChoice(t *testing.T) {
	ca := tlstest.NewCA(t)
	_, addr := serve(t, optionsFor(
		ca.Issue(t, tlstest.Leaf{CommonName: "ecdsa"}),
		ca.Issue(t, tlstest.Leaf{CommonName: "rsa", Key: "rsa"}),
		ca.Issue(t, tlstest.Leaf{CommonName: "other", Names: []string{"other.example"}}),
	))
	rsaOnly := []uint16{cryptotls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	for _, tt := range []struct {
		name, server string
		suites       []uint16
		want         string
	}{
		{"known name", "localhost", nil, "ecdsa"},
		{"known name, RSA only", "localhost", rsaOnly, "rsa"},
		{"second name", "other.example", nil, "other"},
		{"alias", "alias.example", nil, "ecdsa"},
		{"alias, RSA only", "alias.example", rsaOnly, "rsa"},
		{"no name", "127.0.0.1", nil, "ecdsa"},
		{"no name, RSA only", "127.0.0.1", rsaOnly, "rsa"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := mustDial(t, addr, &cryptotls.Config{
				ServerName: tt.server, CipherSuites: tt.suites, MaxVersion: cryptotls.VersionTLS12,
				InsecureSkipVerify: true,
			})
			if got := state.PeerCertificates[0].Subject.CommonName; got != tt.want {
				t.Errorf("certificate = %q; want %q", got, tt.want)
			}
		})
	}
}

func TestHandshakeEventAndState(t *testing.T) {
	ca := tlstest.NewCA(t)
	r := newRecorder()
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.Events = r.events()
	_, addr := serve(t, o)
	mustDial(t, addr, ca.ClientConfig(t))
	r.wait(t, "the handshake", func() bool { return len(r.handshakes) == 1 })
	h := r.handshakes[0]
	if h.Version != "TLS 1.3" || h.Group != "X25519MLKEM768" || !strings.HasPrefix(h.Suite, "TLS_") ||
		h.Class != "ok" || h.Resumed || h.Duration <= 0 || h.Peer == nil || h.ClientSubject != "" {
		t.Errorf("handshake = %+v; want a full TLS 1.3 handshake", h)
	}
}

// TestReadHandshakes uses a connection like a server that knows nothing of TLS.
// TestSideListener connects beside a service that wants client certificates.
func TestSideListener(t *testing.T) {
	ca := tlstest.NewCA(t)
	r := newRecorder()
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.Events, o.ClientAuth, o.ClientCAFile = r.events(), "require", ca.File
	e, addr := serve(t, o)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	side := e.NewSideListener(inner)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := side.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { echo(c) })
		}
	})
	config := resumable(t, ca, cryptotls.VersionTLS13)
	for range 2 {
		if state := mustDial(t, side.Addr().String(), config); state.DidResume {
			t.Error("a side listener gives tickets")
		}
	}
	if _, err := dial(t, addr, config); err == nil {
		t.Error("the service lets a client without a certificate in")
	}
	r.wait(t, "the service's handshake", func() bool { return len(r.handshakes) == 1 })
	closeAll(t, side)
	wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.handshakes) != 1 || r.handshakes[0].Class != "client-missing" {
		t.Errorf("reported %+v, want the service's handshake only", r.handshakes)
	}
}

// TestTurns lets silent peers and one that stops half-way be there: they take no
// place, and one place is enough for everybody else.
func TestTurns(t *testing.T) {
	ca := tlstest.NewCA(t)
	e, err := tls.Open(optionsFor(ca.Issue(t, tlstest.Leaf{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(t, e) })
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := e.NewListener(inner)
	places := make(chan struct{}, 1)
	acquire := func(ctx context.Context) error {
		select {
		case places <- struct{}{}:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.(interface {
				TakeTurns(acquire func(context.Context) error, release func())
			}).TakeTurns(acquire, func() { <-places })
			wg.Go(func() { echo(c) })
		}
	})
	var idle []io.Closer
	for i := range 6 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
		if i%2 == 1 { // these send their first message and read the answer only
			read := make(chan struct{})
			go cryptotls.Client(&halfConn{Conn: c, read: read}, ca.ClientConfig(t)).HandshakeContext(t.Context())
			<-read
		}
	}
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			if _, err := dial(t, l.Addr().String(), ca.ClientConfig(t)); err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	closeAll(t, append(idle, l)...)
	wg.Wait()
	if len(places) != 0 {
		t.Error("a place was not given back")
	}
}

// A halfConn sends nothing after it has read.
type halfConn struct {
	net.Conn
	read chan struct{}
	once sync.Once
}

func (c *halfConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.once.Do(func() { close(c.read) })
	return n, err
}

func (c *halfConn) Write(p []byte) (int, error) {
	select {
	case <-c.read:
		return len(p), nil
	default:
		return c.Conn.Write(p)
	}
}

func TestReadHandshakes(t *testing.T) {
	ca := tlstest.NewCA(t)
	e, err := tls.Open(optionsFor(ca.Issue(t, tlstest.Leaf{})))
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, e)
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := e.NewListener(inner)
	defer closeAll(t, l)
	done := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			buf := make([]byte, 1)
			if _, err = io.ReadFull(c, buf); err == nil {
				_, err = c.Write(buf)
			}
			err = errors.Join(err, c.(interface{ CloseWrite() error }).CloseWrite(), c.Close())
		}
		done <- err
	}()
	mustDial(t, inner.Addr().String(), ca.ClientConfig(t))
	if err := <-done; err != nil {
		t.Errorf("server: %v", err)
	}
}

func TestClientConfig(t *testing.T) {
	ca := tlstest.NewCA(t)
	o := optionsFor(ca.Issue(t, tlstest.Leaf{}))
	o.ClientAuth, o.ClientCAFile = tls.ClientAuthRequire, ca.File
	_, addr := serve(t, o)
	client := ca.Issue(t, tlstest.Leaf{Client: true})
	for _, tt := range []struct {
		name    string
		opts    tls.ClientOptions
		wantErr string
	}{
		{"verified", tls.ClientOptions{CAFile: ca.File, CertFile: client.CertFile, KeyFile: client.KeyFile, ServerName: "localhost"}, ""},
		{"insecure", tls.ClientOptions{CertFile: client.CertFile, KeyFile: client.KeyFile, Insecure: true}, ""},
		{"unknown authority", tls.ClientOptions{CertFile: client.CertFile, KeyFile: client.KeyFile, ServerName: "localhost"}, "unknown authority"},
		{"half a pair", tls.ClientOptions{CertFile: client.CertFile}, "both"},
		{"no such bundle", tls.ClientOptions{CAFile: "/nonexistent"}, "no such file"},
		{"swapped", tls.ClientOptions{CertFile: client.KeyFile, KeyFile: client.CertFile}, "Couldn't load client certificate"},
		{"bundle without certificates", tls.ClientOptions{CAFile: client.KeyFile}, "no PEM certificate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config, err := tls.NewClientConfig(tt.opts)
			if err == nil {
				_, err = dial(t, addr, config)
			}
			if !errHas(err, tt.wantErr) {
				t.Errorf("error = %v; want %q", err, tt.wantErr)
			}
			if err != nil && strings.Contains(err.Error(), "--bolt") {
				t.Errorf("error %q names a flag of the server", err)
			}
		})
	}
}

func TestClientAuth(t *testing.T) {
	ca, foreign := tlstest.NewCA(t), tlstest.NewCA(t)
	server := ca.Issue(t, tlstest.Leaf{})
	good := ca.Issue(t, tlstest.Leaf{Client: true, CommonName: "good"})
	revoked := ca.Issue(t, tlstest.Leaf{Client: true, CommonName: "revoked"})
	pairs := map[string][]tlstest.Pair{
		"none":        nil,
		"good":        {good},
		"foreign":     {foreign.Issue(t, tlstest.Leaf{Client: true})},
		"expired":     {ca.Issue(t, tlstest.Leaf{Client: true, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})},
		"not yet":     {ca.Issue(t, tlstest.Leaf{Client: true, NotBefore: time.Now().Add(time.Hour)})},
		"usage":       {ca.Issue(t, tlstest.Leaf{CommonName: "server's"})},
		"revoked":     {revoked},
		"revoked 1.2": {revoked},
	}
	for _, tt := range []struct{ mode, client, class string }{
		{"require", "none", "client-missing"},
		{"require", "good", "ok"},
		{"require", "foreign", "client-unknown-authority"},
		{"require", "expired", "client-not-in-date"},
		{"require", "not yet", "client-not-in-date"},
		{"require", "usage", "client-usage"},
		{"require", "revoked", "client-revoked"},
		{"require", "revoked 1.2", "client-revoked"},
		{"request", "none", "ok"},
		{"request", "good", "ok"},
		{"request", "expired", "client-not-in-date"},
		{"request", "revoked", "client-revoked"},
		{"none", "foreign", "ok"},
	} {
		t.Run(tt.mode+" "+tt.client, func(t *testing.T) {
			r := newRecorder()
			o := optionsFor(server)
			o.ClientAuth, o.Events = tt.mode, r.events()
			if tt.mode != "none" {
				o.ClientCAFile, o.ClientCRLFile = ca.File, ca.Revoke(t, time.Time{}, revoked.Cert)
			}
			_, addr := serve(t, o)
			config := ca.ClientConfig(t, pairs[tt.client]...)
			// A client sends what it has, whatever the server asks for.
			config.GetClientCertificate = func(*cryptotls.CertificateRequestInfo) (*cryptotls.Certificate, error) {
				if len(config.Certificates) == 0 {
					return new(cryptotls.Certificate), nil
				}
				return &config.Certificates[0], nil
			}
			if strings.HasSuffix(tt.client, "1.2") {
				config.MaxVersion = cryptotls.VersionTLS12
			}
			_, err := dial(t, addr, config)
			r.wait(t, "the handshake", func() bool { return len(r.handshakes) == 1 })
			if got := r.handshakes[0].Class; got != tt.class || (err == nil) != (tt.class == "ok") {
				t.Errorf("class = %q, client's error %v; want %q (%v)", got, err, tt.class, r.handshakes[0].Err)
			}
			if tt.client == "good" && r.handshakes[0].ClientSubject != "CN=good" {
				t.Errorf("subject = %q; want CN=good", r.handshakes[0].ClientSubject)
			}
		})
	}
}

func TestCreateSelfSigned(t *testing.T) {
	dir := t.TempDir() + "/sub"
	cert, key := dir+"/cert.pem", dir+"/key.pem"
	if err := tls.CreateSelfSigned(cert, key, tls.SelfSigned{}); err != nil {
		t.Fatal(err)
	}
	if err := tls.CreateSelfSigned(cert, key, tls.SelfSigned{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("CreateSelfSigned over existing files = %v; want fs.ErrExist", err)
	}
	r := newRecorder()
	_, addr := serve(t, tls.Options{CertFiles: []string{cert}, KeyFiles: []string{key}, Events: r.events()})
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		config, err := tls.NewClientConfig(tls.ClientOptions{CAFile: cert, ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		state := mustDial(t, addr, config)
		if leaf := state.PeerCertificates[0]; leaf.IsCA || leaf.PublicKeyAlgorithm != x509.ECDSA {
			t.Errorf("leaf is authority %t with %v; want an ECDSA leaf", leaf.IsCA, leaf.PublicKeyAlgorithm)
		}
	}
	if got := r.problemTexts(); got != "" {
		t.Errorf("problems: %s", got)
	}
}

func TestSelfSignedLife(t *testing.T) {
	for _, tt := range []struct {
		name       string
		life, want time.Duration
	}{
		{"default", 0, 90 * 24 * time.Hour},
		{"chosen", 400 * 24 * time.Hour, 400 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tls.CreateSelfSigned(dir+"/cert", dir+"/key", tls.SelfSigned{Hosts: []string{"host.example"}, Life: tt.life}); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(dir + "/cert")
			if err != nil {
				t.Fatal(err)
			}
			block, _ := pem.Decode(text)
			leaf, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			// It begins an hour ago, for clocks that differ.
			if got := leaf.NotAfter.Sub(leaf.NotBefore) - time.Hour; got != tt.want {
				t.Errorf("valid for %v, want %v", got, tt.want)
			}
			if err := leaf.VerifyHostname("host.example"); err != nil {
				t.Error(err)
			}
		})
	}
}
