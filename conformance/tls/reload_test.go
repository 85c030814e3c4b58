package tls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// resumption is item 16.
func resumption(c *check) {
	s := serve(c)
	resumed := func() float64 { return s.metric(c, "drawbolt_tls_handshakes_total", `result="ok"`, `resumed="true"`) }
	for _, v := range tlsVersions() {
		config := resumable(s.config(c), v)
		if must(c, s.Address, config).DidResume || !must(c, s.Address, config).DidResume {
			c.Errorf("Go, %s: want a full handshake and then a resumed one", tls.VersionName(v))
		}
	}
	want := 2.0
	if c.tool("openssl") {
		for _, v := range []string{"-tls1_2", "-tls1_3"} {
			ticket := filepath.Join(c.TempDir(), "ticket")
			saveTicket(c, s.Address, ticket, v)
			out := command(c, "", "openssl", "s_client", "-connect", s.Address, v, "-sess_in", ticket)
			if !strings.Contains(out, "Reused, ") {
				c.Errorf("openssl %s does not resume:\n%s", v, out)
			}
			want++
		}
	}
	if c.tool("gnutls-cli") {
		host, port, _ := strings.Cut(s.Address, ":")
		for _, p := range []string{"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"} {
			out := command(c, "", "gnutls-cli", "--insecure", "-r", "--priority", p, "-p", port, host)
			if !strings.Contains(out, "This is a resumed session") {
				c.Errorf("gnutls-cli %s does not resume:\n%s", p, out)
			}
			want++
		}
	}
	cached := with(s.config(c), func(c *tls.Config) {
		c.ServerName, c.ClientSessionCache = "", tls.NewLRUClientSessionCache(4)
	})
	before := resumed()
	for range 2 {
		if err := drive(c, s.URI("bolt+s"), cached); err != nil {
			c.Errorf("driver: %v", err)
		}
	}
	if n := resumed() - before; n < 1 {
		c.Errorf("the driver with a session cache has resumed %v times", n)
	}
	if before < want {
		c.Errorf("the metric counts %v resumed handshakes, want %v", before, want)
	}
}

// ring is item 17.
func ring(c *check) {
	unit(c, "tls", "TestRotation|TestBadTickets")
	s := serve(c)
	for _, v := range tlsVersions() {
		config := resumable(s.config(c), v)
		must(c, s.Address, config)
		if !must(c, s.Address, config).DidResume {
			c.Errorf("%s: no resumption", tls.VersionName(v))
		}
		// The same certificate after a restart, but new keys.
		again := serveWith(c, server.Options{}, s.ca, s.pair)
		if must(c, again.Address, config).DidResume {
			c.Errorf("%s: a ticket works after a restart", tls.VersionName(v))
		}
	}
}

// reloadUnderLoad is item 18.
func reloadUnderLoad(c *check) {
	dir := c.TempDir()
	keys := filepath.Join(dir, "tickets")
	tlstest.Write(c, keys, []byte(strings.Repeat("0a", 32)+"\n"), 0o400)
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"ring", nil},
		{"key file", []string{"--bolt-session-ticket-key-file=" + keys}},
	} {
		c.Run(tt.name, func(t *testing.T) {
			s := serve(c, tt.args...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var running sync.WaitGroup
			var queries atomic.Int64
			for range 100 {
				b := session(t, s.Address, s.config(t))
				running.Go(func() {
					for ctx.Err() == nil {
						if err := b.query("UNWIND range(1, 500) AS x RETURN sum(x)"); err != nil {
							t.Errorf("a query under load: %v", err)
							return
						}
						queries.Add(1)
					}
				})
			}
			config := map[uint16]*tls.Config{}
			for _, v := range tlsVersions() {
				config[v] = resumable(s.config(t), v)
				must(t, s.Address, config[v])
			}
			statement := session(t, s.Address, s.config(t))
			for i, name := range []string{"signal", "statement"} {
				s.pair.Replace(t, s.ca.Issue(t, tlstest.Leaf{CommonName: name}))
				if i == 0 {
					s.hangup(t, "ok")
				} else if err := statement.query("reload BOLT_SERVER tls"); err != nil {
					t.Fatal(err)
				}
				for _, v := range tlsVersions() {
					if state := must(t, s.Address, config[v]); state.DidResume || leaf(state) != name {
						t.Errorf("reload %d, %s: %q, resumed %t", i, tls.VersionName(v), leaf(state), state.DidResume)
					}
				}
			}
			at := queries.Load()
			wait(t, "queries after the reload", func() bool { return queries.Load() > at+100 || t.Failed() })
			cancel()
			running.Wait()
		})
	}
}

// reloads is item 19.
func reloads(c *check) {
	s := serve(c)
	good := s.ca.Issue(c, tlstest.Leaf{CommonName: "good"})
	bad := s.ca.Issue(c, tlstest.Leaf{CommonName: "bad"})
	tlstest.Write(c, s.pair.CertFile, read(c, bad.CertFile), 0o644) // the key stays
	s.hangup(c, "failed")
	before := s.metric(c, "drawbolt_tls_reloads_total", `result="failed"`)
	if err := session(c, s.Address, s.config(c)).query("RELOAD BOLT_SERVER TLS"); !errHas(err, "does not belong") {
		c.Errorf("the statement = %v, want the reason", err)
	}
	if n := s.metric(c, "drawbolt_tls_reloads_total", `result="failed"`); n != before+1 {
		c.Errorf("%v failed reloads are counted, want %v", n, before+1)
	}
	if name := leaf(must(c, s.Address, s.config(c))); name != "leaf" {
		c.Errorf("after a bad reload: %q", name)
	}
	if out := s.Output(); !strings.Contains(out, "was not reloaded") || !strings.Contains(out, "does not belong") {
		c.Errorf("the log does not tell:\n%s", out)
	}
	s.pair.Replace(c, good)
	s.hangup(c, "ok")
	if name := leaf(must(c, s.Address, s.config(c))); name != "good" {
		c.Errorf("after a good reload: %q", name)
	}
	for range 20 { // to a steady state
		s.hangup(c, "ok")
	}
	goroutines := func() float64 { return s.metric(c, "go_goroutines") }
	count, files, memory := goroutines(), descriptors(c, s.PID()), resident(c, s.PID())
	for range 1000 {
		s.hangupQuickly(c)
	}
	if n := goroutines(); n > count+5 {
		c.Errorf("%v goroutines, before %v", n, count)
	}
	if n := descriptors(c, s.PID()); n > files+3 {
		c.Errorf("%d descriptors, before %d", n, files)
	}
	if n := resident(c, s.PID()); n > memory+48<<20 {
		c.Errorf("%d bytes resident, before %d", n, memory)
	}
}

// hangupQuickly asks for a reload and waits for its line in the log, which costs
// the server less than its metrics do.
func (s *site) hangupQuickly(tb testing.TB) {
	tb.Helper()
	const line = "key material reloaded"
	before := strings.Count(s.Output(), line)
	signal(tb, s)
	deadline := time.Now().Add(patience)
	for strings.Count(s.Output(), line) == before {
		if time.Now().After(deadline) {
			tb.Fatal("no reload")
		}
		<-time.After(time.Millisecond)
	}
}

// halfWritten is item 20.
func halfWritten(c *check) {
	s := serve(c)
	next := s.ca.Issue(c, tlstest.Leaf{CommonName: "next"})
	before := s.metric(c, "drawbolt_tls_reloads_total")
	tlstest.Write(c, s.pair.CertFile, read(c, next.CertFile), 0o644)
	signal(c, s)
	<-time.After(30 * time.Millisecond)
	tlstest.Write(c, s.pair.KeyFile, read(c, next.KeyFile), 0o400)
	wait(c, "the reload", func() bool { return s.metric(c, "drawbolt_tls_reloads_total") > before })
	if name := leaf(must(c, s.Address, s.config(c))); name != "next" || s.metric(c, "drawbolt_tls_reloads_total", `result="failed"`) != 0 {
		c.Errorf("certificate %q, failed reloads %v", name, s.metric(c, "drawbolt_tls_reloads_total", `result="failed"`))
	}
}

// encryptedKeys is item 46.
func encryptedKeys(c *check) {
	ca := tlstest.NewCA(c)
	plain := ca.Issue(c, tlstest.Leaf{CommonName: "first"})
	for _, form := range []struct {
		name    string
		encrypt func(p tlstest.Pair, passphrase string) string
		warns   string
	}{
		{"PBKDF2", func(p tlstest.Pair, w string) string {
			return encryptKey(c, p, w, "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256")
		}, ""},
		{"scrypt", func(p tlstest.Pair, w string) string { return encryptKey(c, p, w, "-scrypt") }, ""},
		{"old form", func(p tlstest.Pair, w string) string { return encryptOld(c, p, w) }, "convert it: openssl pkcs8 -topk8"},
	} {
		pair := plain
		if pair.KeyFile = form.encrypt(plain, "one"); pair.KeyFile == "" {
			continue
		}
		pair.CertFile = file(c, read(c, plain.CertFile), 0o644)
		passphrase := file(c, []byte("one\nsecond line\n"), 0o400)
		s := serveWith(c, server.Options{Args: []string{"--bolt-key-passphrase-file=" + passphrase}}, ca, pair)
		if warned := strings.Contains(s.Output(), "old PEM form"); warned != (form.warns != "") || !strings.Contains(s.Output(), form.warns) {
			c.Errorf("%s: warned %t", form.name, warned)
		}
		must(c, s.Address, s.config(c))
		// Another key with another passphrase.
		next := ca.Issue(c, tlstest.Leaf{CommonName: "second"})
		tlstest.Write(c, pair.CertFile, read(c, next.CertFile), 0o644)
		tlstest.Write(c, pair.KeyFile, read(c, form.encrypt(next, "two")), 0o400)
		tlstest.Write(c, passphrase, []byte("two\n"), 0o400)
		s.hangup(c, "ok")
		if name := leaf(must(c, s.Address, s.config(c))); name != "second" {
			c.Errorf("%s: certificate %q after a change of the passphrase", form.name, name)
		}
	}
	if unknown := encryptKey(c, plain, "one", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"); unknown != "" {
		args := []string{
			"--bolt-cert-file=" + plain.CertFile, "--bolt-key-file=" + unknown,
			"--bolt-key-passphrase-file=" + file(c, []byte("one\n"), 0o400),
		}
		refuses(c, "unknown key derivation", args, "not supported", "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256")
	}
}

// ticketFile is item 47.
func ticketFile(c *check) {
	ca := tlstest.NewCA(c)
	pair := ca.Issue(c, tlstest.Leaf{})
	line := func(digit string) string { return strings.Repeat(digit, 64) + "\n" }
	keys := filepath.Join(c.TempDir(), "tickets")
	write := func(text string, mode fs.FileMode) { tlstest.Write(c, keys, []byte(text), mode) }
	write(line("1"), 0o400)
	flag := "--bolt-session-ticket-key-file=" + keys
	start := func(p tlstest.Pair, args ...string) *site {
		return serveWith(c, server.Options{Args: append([]string{flag}, args...)}, ca, p)
	}
	s := start(pair)
	config := map[uint16]*tls.Config{}
	renew := func() {
		for _, v := range tlsVersions() {
			config[v] = resumable(s.config(c), v)
			must(c, s.Address, config[v])
		}
	}
	expect := func(step string, at *site, want bool) {
		c.Helper()
		for _, v := range tlsVersions() {
			// A failed attempt drops the ticket, and a good one brings a new one.
			if got := must(c, at.Address, with(config[v], func(*tls.Config) {})).DidResume; got != want {
				c.Errorf("%s, %s: resumed %t, want %t", step, tls.VersionName(v), got, want)
			}
		}
	}
	renew()
	expect("another process: a restart, or a second server", start(pair), true)
	renew()
	expect("another leaf", start(ca.Issue(c, tlstest.Leaf{})), false)
	renew()
	expect("another set of authorities", start(pair, "--bolt-client-auth=request", "--bolt-client-ca-file="+ca.File), false)
	renew()
	write(line("2")+line("1"), 0o400)
	s.hangup(c, "ok")
	expect("old key still listed", s, true)
	renew()
	write(line("3")+line("1"), 0o400)
	s.hangup(c, "ok")
	expect("its key removed", s, false)
	renew()
	// A reload that fails keeps the keys.
	for _, bad := range []struct {
		name, text string
		mode       fs.FileMode
		want       string
	}{
		{"wide mode", line("3"), 0o444, "mode 0444"},
		{"short line", "33\n", 0o400, "line 1 has 2 characters"},
		{"five lines", strings.Repeat(line("3"), 5), 0o400, "line 5"},
		{"no digits", strings.Repeat("x", 64) + "\n", 0o400, "no hexadecimal digit"},
	} {
		write(bad.text, bad.mode)
		s.hangup(c, "failed")
		expect("after "+bad.name, s, true)
		refuses(c, bad.name, append(pairFlags(pair), flag), "--bolt-session-ticket-key-file", bad.want)
	}
	if out := s.Output(); strings.Contains(out, strings.Repeat("3", 64)) {
		c.Error("a key is in the log")
	}
}

// fileWatch is item 48.
func fileWatch(c *check) {
	ca := tlstest.NewCA(c)
	first := ca.Issue(c, tlstest.Leaf{CommonName: "first"})
	// Files behind symbolic links, as an orchestrator mounts them.
	dir := c.TempDir()
	point := func(p tlstest.Pair) {
		c.Helper()
		for name, target := range map[string]string{"cert": p.CertFile, "key": p.KeyFile} {
			link := filepath.Join(dir, name)
			if err := errors.Join(os.Symlink(target, link+".new"), os.Rename(link+".new", link)); err != nil {
				c.Fatal(err)
			}
		}
	}
	point(first)
	linked := first
	linked.CertFile, linked.KeyFile = filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	off := serveWith(c, server.Options{}, ca, linked)
	s := serveWith(c, server.Options{Args: []string{"--bolt-cert-watch-interval=1"}}, ca, linked)
	serves := func(name string) func() bool {
		return func() bool { return leaf(must(c, s.Address, s.config(c))) == name }
	}
	second := ca.Issue(c, tlstest.Leaf{CommonName: "second"})
	point(second)
	wait(c, "the watch to see swapped links", serves("second"))
	third := ca.Issue(c, tlstest.Leaf{CommonName: "third"})
	second.Replace(c, third)
	wait(c, "the watch to see replaced files", serves("third"))
	// Half a pair is never served.
	fourth := ca.Issue(c, tlstest.Leaf{CommonName: "fourth"})
	tlstest.Write(c, second.CertFile, read(c, fourth.CertFile), 0o644)
	wait(c, "the watch to refuse half a pair", func() bool {
		return s.metric(c, "drawbolt_tls_reloads_total", `trigger="watch"`, `result="failed"`) > 0
	})
	if !serves("third")() {
		c.Error("half a pair is served")
	}
	tlstest.Write(c, second.KeyFile, read(c, fourth.KeyFile), 0o400)
	wait(c, "the watch to see the rest", serves("fourth"))
	if name := leaf(must(c, off.Address, off.config(c))); name != "first" {
		c.Errorf("without the flag: %q", name)
	}
	unit(c, "tls", "TestWatch|TestWatchFor1000Changes") // on a fake clock
}

// expiry is item 49.
func expiry(c *check) {
	unit(c, "tls", "TestExpiry")
	ca := tlstest.NewCA(c)
	pairs := []tlstest.Pair{
		ca.Issue(c, tlstest.Leaf{CommonName: "long", NotAfter: time.Now().Add(90 * 24 * time.Hour)}),
		ca.Issue(c, tlstest.Leaf{CommonName: "soon", Key: "rsa", NotBefore: time.Now().Add(-80 * 24 * time.Hour), NotAfter: time.Now().Add(10 * 24 * time.Hour)}),
		ca.Issue(c, tlstest.Leaf{CommonName: "past", NotBefore: time.Now().Add(-80 * 24 * time.Hour), NotAfter: time.Now().Add(-time.Hour)}),
	}
	s := serveWith(c, server.Options{}, ca, pairs...)
	for _, p := range pairs {
		for name, want := range map[string]time.Time{
			"drawbolt_tls_certificate_not_after_seconds":  p.Cert.NotAfter,
			"drawbolt_tls_certificate_not_before_seconds": p.Cert.NotBefore,
		} {
			if got := s.metric(c, name, `subject="CN=`+p.Cert.Subject.CommonName+`"`); got != float64(want.Unix()) {
				c.Errorf("%s of %s = %v, want %v", name, p.Cert.Subject, got, want.Unix())
			}
		}
	}
	if out := s.Output(); !strings.Contains(out, "expires on") || !strings.Contains(out, "has expired on") {
		c.Errorf("the log does not warn:\n%s", out)
	}
}

// signal sends SIGHUP.
func signal(tb testing.TB, s *site) {
	tb.Helper()
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		tb.Fatal(err)
	}
}
