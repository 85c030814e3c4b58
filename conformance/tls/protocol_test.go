package tls_test

import (
	"crypto/tls"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// errHas reports whether an error is there and has the text.
func errHas(err error, want string) bool { return err != nil && strings.Contains(err.Error(), want) }

// versions is item 8.
func versions(c *check) {
	s := serve(c)
	for _, tt := range []struct {
		version uint16
		works   bool
	}{
		{tls.VersionTLS10, false},
		{tls.VersionTLS11, false},
		{tls.VersionTLS12, true},
		{tls.VersionTLS13, true},
	} {
		_, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tt.version, tt.version }))
		if tt.works && err != nil || !tt.works && !errHas(err, "protocol version not supported") {
			c.Errorf("%s = %v, want it to work: %t", tls.VersionName(tt.version), err, tt.works)
		}
	}
	// A hello of SSL 3, with one suite that it knows.
	ssl3 := "\x16\x03\x00\x00\x2d\x01\x00\x00\x29\x03\x00" + strings.Repeat("r", 32) + "\x00\x00\x02\x00\x0a\x01\x00"
	if got, _ := exchange(c, s.Address, ssl3); len(got) != 7 || got[0] != 21 || got[5] != 2 || got[6] != 70 {
		c.Errorf("SSL 3 = %x, want the fatal alert protocol_version", got)
	}
	// A hello of SSL 2 looks like no record at all; Go answers it all the same.
	if got, _ := exchange(c, s.Address, "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"+strings.Repeat("r", 40)); len(got) != 7 || got[0] != 21 || got[6] != 70 {
		c.Errorf("SSL 2 = %x, want the fatal alert protocol_version", got)
	}
}

// bothKinds starts a server with an ECDSA and an RSA pair.
func bothKinds(c *check, args ...string) *site {
	c.Helper()
	ca := tlstest.NewCA(c)
	return serveWith(c, server.Options{Args: args}, ca, ca.Issue(c, tlstest.Leaf{CommonName: "ecdsa"}), ca.Issue(c, tlstest.Leaf{CommonName: "rsa", Key: "rsa"}))
}

// mozillaSuites are the suites for TLS 1.2 of Mozilla's guideline 6.0, level
// intermediate.
func mozillaSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// accepted asks for each suite of TLS 1.2 that Go knows, one by one.
func accepted(c *check, s *site) (list []uint16) {
	c.Helper()
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if !slices.Contains(suite.SupportedVersions, tls.VersionTLS12) {
			continue
		}
		_, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{suite.ID}
		}))
		switch {
		case err == nil:
			list = append(list, suite.ID)
		case !errHas(err, "handshake failure") && !errHas(err, "no cipher suite"):
			c.Errorf("%s = %v, want the alert handshake_failure", suite.Name, err)
		}
	}
	return list
}

// suites is item 9.
func suites(c *check) {
	s := bothKinds(c)
	got, want := accepted(c, s), mozillaSuites()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.Errorf("suites for TLS 1.2 = %x, want %x", got, want)
	}
	if !c.tool("openssl") {
		return
	}
	for _, tt := range []struct {
		suite string
		works bool
	}{
		{"TLS_AES_128_GCM_SHA256", true},
		{"TLS_AES_256_GCM_SHA384", true},
		{"TLS_CHACHA20_POLY1305_SHA256", true},
		{"TLS_AES_128_CCM_SHA256", false},
		{"TLS_AES_128_CCM_8_SHA256", false},
	} {
		out := command(c, "", "openssl", "s_client", "-connect", s.Address, "-tls1_3", "-ciphersuites", tt.suite)
		if works := strings.Contains(out, "Cipher is "+tt.suite); works != tt.works {
			c.Errorf("%s works: %t, want %t\n%s", tt.suite, works, tt.works, out)
		}
	}
}

// groups is item 10.
func groups(c *check) {
	s := serve(c)
	for _, tt := range []struct {
		group tls.CurveID
		works bool
	}{
		{tls.X25519MLKEM768, true},
		{tls.SecP256r1MLKEM768, true},
		{tls.X25519, true},
		{tls.CurveP256, true},
		{tls.CurveP384, true},
		{tls.CurveP521, false},
		{tls.SecP384r1MLKEM1024, false},
	} {
		state, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tt.group} }))
		if (err == nil) != tt.works || tt.works && state.CurveID != tt.group {
			c.Errorf("%v = %v with %v, want it to work: %t", tt.group, err, state.CurveID, tt.works)
		}
	}
	// Go sends a key share for P-521 only; the server asks for another.
	state, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) {
		c.CurvePreferences = []tls.CurveID{tls.CurveP521, tls.CurveP384}
	}))
	if err != nil || state.CurveID != tls.CurveP384 {
		c.Errorf("after P-521 = %v with %v, want P-384", err, state.CurveID)
	}
	if state := must(c, s.Address, s.config(c)); state.CurveID != tls.X25519MLKEM768 {
		c.Errorf("Go's own preference gives %v, want the hybrid", state.CurveID)
	}
	if !c.tool("openssl") {
		return
	}
	for _, tt := range []struct{ groups, want string }{
		{"P-521:X25519", "Server Temp Key: X25519"},
		{"P-521:P-256", "Server Temp Key: ECDH, prime256v1"},
	} {
		out := command(c, "", "openssl", "s_client", "-connect", s.Address, "-tls1_3", "-groups", tt.groups, "-msg")
		if !strings.Contains(out, tt.want) || strings.Count(out, "ClientHello") < 2 {
			c.Errorf("groups %s lack a retry that ends with %s\n%s", tt.groups, tt.want, out)
		}
	}
}

// chains is item 11.
func chains(c *check) {
	for _, kind := range []string{"ecdsa", "p384", "rsa", "rsa4096", "ed25519"} {
		ca := tlstest.NewCA(c)
		s := serveWith(c, server.Options{}, ca, ca.Issue(c, tlstest.Leaf{Key: kind}))
		for _, v := range tlsVersions() {
			if _, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) { c.MaxVersion = v })); err != nil {
				c.Errorf("%s, %s: %v", kind, tls.VersionName(v), err)
			}
		}
	}
	root := tlstest.NewCA(c)
	sub := root.Intermediate(c)
	pair := sub.Issue(c, tlstest.Leaf{CommonName: "below"})
	wrong := sub.Issue(c, tlstest.Leaf{CommonName: "wrong order"})
	blocks := strings.SplitAfter(string(read(c, wrong.CertFile)), "-----END CERTIFICATE-----\n")
	tlstest.Write(c, wrong.CertFile, []byte(blocks[1]+blocks[0]), 0o644)
	for _, p := range []tlstest.Pair{pair, wrong} {
		s := serveWith(c, server.Options{}, root, p)
		state := must(c, s.Address, s.config(c))
		if len(state.PeerCertificates) != 2 || leaf(state) != p.Cert.Subject.CommonName {
			c.Errorf("%s: %d certificates, the first %s", p.Cert.Subject, len(state.PeerCertificates), leaf(state))
		}
		if warned := strings.Contains(s.Output(), "wrong order; they are sent leaf first"); warned != (p.CertFile == wrong.CertFile) {
			c.Errorf("%s: warned of the order: %t", p.Cert.Subject, warned)
		}
	}
}

// oldTricks is item 12.
func oldTricks(c *check) {
	s := serve(c)
	if !c.tool("openssl") {
		return
	}
	out := command(c, "R\n", "openssl", "s_client", "-connect", s.Address, "-tls1_2", "-tlsextdebug")
	if !strings.Contains(out, "RENEGOTIATING") || !regexp.MustCompile(`no renegotiation|unexpected message|unexpected_message`).MatchString(out) {
		c.Errorf("renegotiation is not refused:\n%s", out)
	}
	if !strings.Contains(out, "Compression: NONE") || strings.Contains(out, "heartbeat") {
		c.Errorf("compression or heartbeat:\n%s", out)
	}
	out = command(c, "", "openssl", "s_client", "-connect", s.Address, "-tls1_2", "-fallback_scsv")
	if !strings.Contains(out, "inappropriate fallback") {
		c.Errorf("the fallback signal is not honoured:\n%s", out)
	}
	ticket := filepath.Join(c.TempDir(), "ticket")
	saveTicket(c, s.Address, ticket, "-tls1_3")
	early := file(c, []byte(boltMagic+boltSlots), 0o600)
	out = command(c, "", "openssl", "s_client", "-connect", s.Address, "-tls1_3", "-sess_in", ticket, "-early_data", early)
	if strings.Contains(out, "Early data was accepted") || !strings.Contains(out, "Early data was not sent") && !strings.Contains(out, "Early data was rejected") && !strings.Contains(out, "not allowed") {
		c.Errorf("early data:\n%s", out)
	}
}

// saveTicket connects by OpenSSL, speaks a little Bolt, so that a ticket of TLS
// 1.3 is read, and saves the session.
func saveTicket(c *check, address, path string, options ...string) {
	c.Helper()
	command(c, boltMagic+boltSlots, "sh", "-c", `(cat; sleep 1) | exec openssl s_client "$@"`, "sh", "-connect", address, "-sess_out", path, "-quiet", "-no_ign_eof", options[0])
	if _, err := os.Stat(path); err != nil {
		c.Fatalf("openssl has saved no session: %v", err)
	}
}

// scan runs testssl.sh and returns the ids of what it finds at LOW or above.
func scan(c *check, s *site) []string {
	c.Helper()
	out := filepath.Join(c.TempDir(), "testssl.json")
	text := command(c, "", "testssl", "--quiet", "--color", "0", "--warnings", "off", "-p", "-s", "-f", "-S", "-U",
		"--add-ca", s.pair.CAFile, "--jsonfile", out, "localhost:"+s.Address[strings.LastIndexByte(s.Address, ':')+1:])
	var findings []struct{ ID, Severity, Finding string }
	data, err := os.ReadFile(out)
	if err == nil {
		err = json.Unmarshal(data, &findings)
	}
	if err != nil {
		c.Fatalf("testssl: %v\n%s", err, text)
	}
	if len(findings) < 40 {
		c.Errorf("testssl has only %d findings:\n%s", len(findings), text)
	}
	// A ticket's lifetime is a constant in Go; the authority is private; and
	// localhost has no records.
	allowed := []string{"TLS_session_ticket", "cert_revocation", "DNS_CAArecord"}
	var bad []string
	for _, f := range findings {
		if slices.Contains([]string{"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}, f.Severity) && !slices.Contains(allowed, f.ID) {
			bad = append(bad, f.ID+" "+f.Severity+": "+f.Finding)
		}
	}
	return bad
}

// scannable starts a server whose certificate lives as long as scanners want.
func scannable(c *check, args ...string) *site {
	c.Helper()
	ca := tlstest.NewCA(c)
	leaf := tlstest.Leaf{NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	return serveWith(c, server.Options{Args: args}, ca, ca.Issue(c, leaf))
}

// testssl is item 13.
func testssl(c *check) {
	if !c.tool("testssl") {
		return
	}
	if bad := scan(c, scannable(c)); len(bad) > 0 {
		c.Errorf("findings:\n%s", strings.Join(bad, "\n"))
	}
}

// scanners is item 14.
func scanners(c *check) {
	s := bothKinds(c)
	host, port, _ := strings.Cut(s.Address, ":")
	if c.tool("sslscan") {
		out := command(c, "", "sslscan", "--no-colour", s.Address)
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) > 4 && (f[0] == "Accepted" || f[0] == "Preferred") {
				if f[1] != "TLSv1.2" && f[1] != "TLSv1.3" || !regexp.MustCompile(`GCM|CHACHA20`).MatchString(f[4]) {
					c.Errorf("sslscan: %s", line)
				}
			}
		}
		for _, want := range []string{"SSLv2     disabled", "SSLv3     disabled", "TLSv1.0   disabled", "TLSv1.1   disabled", "TLSv1.2   enabled", "TLSv1.3   enabled", "Session renegotiation not supported"} {
			if !strings.Contains(out, want) {
				c.Errorf("sslscan lacks %q", want)
			}
		}
		if strings.Contains(out, "Compression enabled") {
			c.Error("sslscan: compression")
		}
		if c.Failed() {
			c.Log(out)
		}
	}
	if c.tool("nmap") {
		out := command(c, "", "nmap", "-Pn", "-p", port, "--script", "+ssl-enum-ciphers", host)
		if !strings.Contains(out, "least strength: A") {
			c.Errorf("nmap:\n%s", out)
		}
	}
	// Mozilla's guideline 6.0: suites are item 9, versions item 8, and these are
	// the groups; SecP256r1MLKEM768 is the one exception, by name.
	for _, g := range []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256, tls.CurveP384} {
		must(c, s.Address, with(s.config(c), func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{g} }))
	}
	if got := accepted(c, s); len(got) != len(mozillaSuites()) {
		c.Errorf("%d suites, the guideline has %d", len(got), len(mozillaSuites()))
	}
}

// fips is item 15.
func fips(c *check) {
	ca := tlstest.NewCA(c)
	for _, mode := range []string{"on", "only"} {
		s := serveWith(c, server.Options{Env: []string{"GODEBUG=fips140=" + mode}}, ca, ca.Issue(c, tlstest.Leaf{}))
		if err := drive(c, s.URI("bolt+s"), with(s.config(c), func(c *tls.Config) { c.ServerName = "" })); err != nil {
			c.Errorf("fips140=%s: %v", mode, err)
		}
	}
}

// modern is item 44.
func modern(c *check) {
	s := scannable(c, "--bolt-tls-min-version=1.3")
	if _, err := connect(c, s.Address, with(s.config(c), func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })); !errHas(err, "protocol version not supported") {
		c.Errorf("TLS 1.2 = %v, want the alert protocol_version", err)
	}
	if state := must(c, s.Address, s.config(c)); state.Version != tls.VersionTLS13 {
		c.Errorf("version %s", tls.VersionName(state.Version))
	}
	for _, v := range []string{"1.1", "1.0", "1.4", "", "TLS1.3"} {
		refuses(c, "version "+v, append(pairFlags(s.pair), "--bolt-tls-min-version="+v), "bolt_tls_min_version")
	}
	if !c.tool("testssl") {
		return
	}
	if bad := scan(c, s); len(bad) > 0 {
		c.Errorf("findings:\n%s", strings.Join(bad, "\n"))
	}
}

// severalPairs is item 45.
func severalPairs(c *check) {
	s := bothKinds(c)
	rsaOnly := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	two := tlstest.NewCA(c)
	names := serveWith(c, server.Options{}, two,
		two.Issue(c, tlstest.Leaf{CommonName: "first", Names: []string{"first.example"}}),
		two.Issue(c, tlstest.Leaf{CommonName: "second", Names: []string{"second.example"}}))
	for _, tt := range []struct {
		name   string
		site   *site
		server string
		suites []uint16
		want   string
	}{
		{"RSA only, matching name", s, "localhost", rsaOnly, "rsa"},
		{"RSA only, another name", s, "alias.example", rsaOnly, "rsa"},
		{"RSA only, no name", s, "", rsaOnly, "rsa"},
		{"all, matching name", s, "localhost", nil, "ecdsa"},
		{"all, another name", s, "alias.example", nil, "ecdsa"},
		{"all, no name", s, "", nil, "ecdsa"},
		{"first name", names, "first.example", nil, "first"},
		{"second name", names, "second.example", nil, "second"},
		{"unknown name", names, "third.example", nil, "first"},
		{"no name", names, "", nil, "first"},
	} {
		state, err := connect(c, tt.site.Address, with(tt.site.config(c), func(c *tls.Config) {
			// The name that is sent is what counts, so nothing is verified.
			c.ServerName, c.InsecureSkipVerify = tt.server, true
			if tt.suites != nil {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, tt.suites
			}
		}))
		if err != nil || leaf(state) != tt.want {
			c.Errorf("%s = %q, %v, want %q", tt.name, leaf(state), err, tt.want)
		}
	}
}
