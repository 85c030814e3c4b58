package tls_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// presenting is a configuration that presents a certificate whatever the server
// says that it wants.
func presenting(tb testing.TB, s *site, p *tlstest.Pair) *tls.Config {
	tb.Helper()
	config := s.config(tb)
	if p == nil {
		return config
	}
	pair, err := tls.LoadX509KeyPair(p.CertFile, p.KeyFile)
	if err != nil {
		tb.Fatal(err)
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	return config
}

// clientCertificates is item 41.
func clientCertificates(c *check) {
	ca, foreign := tlstest.NewCA(c), tlstest.NewCA(c)
	issue := func(from *tlstest.CA, l tlstest.Leaf) *tlstest.Pair {
		p := from.Issue(c, l)
		return &p
	}
	good := issue(ca, tlstest.Leaf{Client: true, CommonName: "good client"})
	revoked := issue(ca, tlstest.Leaf{Client: true})
	lists := ca.Revoke(c, time.Time{}, revoked.Cert)
	day := 24 * time.Hour
	clients := []struct {
		name, verdict string
		pair          *tlstest.Pair
	}{
		{"no certificate", "missing", nil},
		{"foreign authority", "unknown-authority", issue(foreign, tlstest.Leaf{Client: true})},
		{"expired", "not-in-date", issue(ca, tlstest.Leaf{Client: true, NotBefore: time.Now().Add(-3 * day), NotAfter: time.Now().Add(-day)})},
		{"not yet valid", "not-in-date", issue(ca, tlstest.Leaf{Client: true, NotBefore: time.Now().Add(day), NotAfter: time.Now().Add(2 * day)})},
		{"wrong usage", "usage", issue(ca, tlstest.Leaf{Names: []string{"x"}})},
		{"revoked", "revoked", revoked},
	}
	for _, mode := range []string{"none", "request", "require"} {
		args := []string{"--log-level=DEBUG", "--bolt-client-auth=" + mode}
		if mode != "none" {
			args = append(args, "--bolt-client-ca-file="+ca.File, "--bolt-client-crl-file="+lists)
		}
		s := serveWith(c, server.Options{Args: args}, ca, ca.Issue(c, tlstest.Leaf{}))
		for _, client := range clients {
			works := mode == "none" || mode == "request" && client.pair == nil
			for _, v := range tlsVersions() {
				count := func() float64 {
					return s.metric(c, "drawbolt_tls_client_certificates_total", `verdict="`+client.verdict+`"`)
				}
				before, messages := count(), s.metric(c, "drawbolt_bolt_messages_total")
				config := with(presenting(c, s, client.pair), func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v })
				_, err := connect(c, s.Address, config)
				if (err == nil) != works {
					c.Errorf("%s, %s, %s = %v, want it to work: %t", mode, client.name, tls.VersionName(v), err, works)
				}
				if works {
					continue
				}
				wait(c, "the metric of "+client.name, func() bool { return count() > before })
				if !strings.Contains(s.Output(), "class=client-"+client.verdict) {
					c.Errorf("the log lacks the class of %s", client.name)
				}
				if n := s.metric(c, "drawbolt_bolt_messages_total"); n != messages {
					c.Errorf("%s: %v messages were read", client.name, n-messages)
				}
			}
		}
		config := with(presenting(c, s, good), func(c *tls.Config) { c.ServerName = "" })
		if err := drive(c, s.URI("bolt+s"), config); err != nil {
			c.Errorf("%s: driver with a certificate: %v", mode, err)
		}
		// A certificate is no login.
		b, err := dialBolt(c.Context(), s.Address, presenting(c, s, good))
		if err == nil {
			err = b.open()
		}
		if err != nil {
			c.Fatal(err)
		}
		if err := b.query("RETURN 1"); err == nil {
			c.Errorf("%s: a query without a login works", mode)
		}
		b.Close()
	}
	if c.tool("node") {
		unit(c, "conformance/clients", "TestClientCertificate")
	}
}

// contradictions is item 42.
func contradictions(c *check) {
	ca := tlstest.NewCA(c)
	pair := pairFlags(ca.Issue(c, tlstest.Leaf{}))
	existing := file(c, []byte("x\n"), 0o400)
	for _, tt := range []struct {
		name string
		tls  bool
		args []string
		want []string
	}{
		{"passphrase without TLS", false, []string{"--bolt-key-passphrase-file=" + existing}, []string{"--bolt-key-passphrase-file", "TLS is off"}},
		{"version without TLS", false, []string{"--bolt-tls-min-version=1.3"}, []string{"--bolt-tls-min-version", "TLS is off"}},
		{"request without TLS", false, []string{"--bolt-client-auth=request", "--bolt-client-ca-file=" + ca.File}, []string{"--bolt-client-auth", "TLS is off"}},
		{"require without TLS", false, []string{"--bolt-client-auth=require", "--bolt-client-ca-file=" + ca.File}, []string{"--bolt-client-auth", "TLS is off"}},
		{"authorities without TLS", false, []string{"--bolt-client-ca-file=" + ca.File}, []string{"--bolt-client-ca-file", "TLS is off"}},
		{"lists without TLS", false, []string{"--bolt-client-crl-file=" + existing}, []string{"--bolt-client-crl-file", "TLS is off"}},
		{"watch without TLS", false, []string{"--bolt-cert-watch-interval=5"}, []string{"--bolt-cert-watch-interval", "TLS is off"}},
		{"ticket keys without TLS", false, []string{"--bolt-session-ticket-key-file=" + existing}, []string{"--bolt-session-ticket-key-file", "TLS is off"}},
		{"request without authorities", true, []string{"--bolt-client-auth=request"}, []string{"--bolt-client-auth", "--bolt-client-ca-file is not set"}},
		{"require without authorities", true, []string{"--bolt-client-auth=require"}, []string{"--bolt-client-auth", "--bolt-client-ca-file is not set"}},
		{"authorities with none", true, []string{"--bolt-client-ca-file=" + ca.File}, []string{"--bolt-client-ca-file", "has no effect"}},
		{"lists with none", true, []string{"--bolt-client-crl-file=" + existing}, []string{"--bolt-client-crl-file", "has no effect"}},
		{"unknown mode", true, []string{"--bolt-client-auth=maybe"}, []string{"none, request, require"}},
		{"negative watch", true, []string{"--bolt-cert-watch-interval=-1"}, []string{"bolt_cert_watch_interval"}},
	} {
		args := tt.args
		if tt.tls {
			args = append(append([]string(nil), pair...), args...)
		}
		refuses(c, tt.name, args, tt.want...)
	}
	s := serve(c, "--bolt-key-passphrase-file="+existing)
	if !strings.Contains(s.Output(), "no key is encrypted") {
		c.Error("a passphrase file without an encrypted key is no warning")
	}
}

// reloadTrust is item 43.
func reloadTrust(c *check) {
	ca, next := tlstest.NewCA(c), tlstest.NewCA(c)
	for _, tt := range []struct {
		name   string
		change func(authorities, lists string, client tlstest.Pair)
	}{
		{"another set of authorities", func(authorities, lists string, _ tlstest.Pair) {
			tlstest.Write(c, authorities, read(c, next.File), 0o644)
			tlstest.Write(c, lists, read(c, next.Revoke(c, time.Time{})), 0o644)
		}},
		{"revoked", func(_, lists string, client tlstest.Pair) {
			tlstest.Write(c, lists, read(c, ca.Revoke(c, time.Time{}, client.Cert)), 0o644)
		}},
	} {
		authorities := file(c, read(c, ca.File), 0o644)
		lists := file(c, read(c, ca.Revoke(c, time.Time{})), 0o644)
		s := serveWith(c, server.Options{Args: []string{
			"--bolt-client-auth=require", "--bolt-client-ca-file=" + authorities, "--bolt-client-crl-file=" + lists,
		}}, ca, ca.Issue(c, tlstest.Leaf{}))
		client := ca.Issue(c, tlstest.Leaf{Client: true})
		config := map[uint16]*tls.Config{}
		renew := func() {
			c.Helper()
			for _, v := range tlsVersions() {
				config[v] = resumable(s.config(c, client), v)
				if must(c, s.Address, config[v]); !must(c, s.Address, config[v]).DidResume {
					c.Errorf("%s, %s: no resumption", tt.name, tls.VersionName(v))
				}
			}
		}
		renew()
		for _, path := range []string{authorities, lists} {
			good := read(c, path)
			tlstest.Write(c, path, []byte("not PEM\n"), 0o644)
			s.hangup(c, "failed")
			tlstest.Write(c, path, good, 0o644)
			renew() // the old set is in force
		}
		tt.change(authorities, lists, client)
		s.hangup(c, "ok")
		for _, v := range tlsVersions() {
			if state, err := connect(c, s.Address, config[v]); err == nil {
				c.Errorf("%s, %s: the client still connects, resumed %t", tt.name, tls.VersionName(v), state.DidResume)
			}
		}
	}
}
