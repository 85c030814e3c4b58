package clients_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// A mistake is a way to connect that must fail, and a row of the page that helps
// to find out why.
type mistake struct {
	title  string
	scheme string
	remedy string
	// start gives the server's certificate and the authority that the client
	// trusts; both may be missing.
	start func(t *testing.T) (pair *tlstest.Pair, authority string)
	flags []string
	// clients are those to try; the logged text is what the server's log must
	// say of each of them.
	clients []string
	logged  string
	// works are clients that this mistake does not stop, silent those that leave
	// after a complete handshake, which looks like a health check to the server.
	works, silent []string
}

func mistakes() []mistake {
	issue := func(leaf tlstest.Leaf) func(t *testing.T) (*tlstest.Pair, string) {
		return func(t *testing.T) (*tlstest.Pair, string) {
			t.Helper()
			ca := tlstest.NewCA(t)
			pair := ca.Issue(t, leaf)
			return &pair, ca.File
		}
	}
	current := []string{"go5", "javascript6", "python6", "java6", "neo4jrust"}
	all := append(slices.Clone(current), "mgclient")
	// mgclient checks no certificate unless the program does.
	blind := []string{"mgclient"}
	return []mistake{
		{
			title: "An unencrypted scheme on a TLS port", scheme: "bolt", start: issue(tlstest.Leaf{}), clients: all,
			logged: "plaintext Bolt client refused on the TLS port",
			remedy: "Connect with `bolt+s://` or `neo4j+s://`, or with `+ssc` when the certificate is self-signed.",
		},
		{
			title: "A TLS client on a plaintext port", scheme: "bolt+s",
			start:   func(*testing.T) (*tlstest.Pair, string) { return nil, "" },
			clients: all, logged: "TLS client",
			remedy: "Give the server `--bolt-cert-file` and `--bolt-key-file`, or connect with `bolt://`.",
		},
		{
			title: "A certificate of an authority that the client does not know, or a self-signed one", scheme: "bolt+s",
			start: func(t *testing.T) (*tlstest.Pair, string) {
				t.Helper()
				pair, _ := issue(tlstest.Leaf{})(t)
				return pair, ""
			},
			clients: all, works: blind, silent: []string{"javascript6"}, logged: "transport handshake",
			remedy: "Give the client the authority's certificate, or connect with `bolt+ssc://`, which trusts every certificate.",
		},
		{
			title: "A self-signed certificate that is an authority too", scheme: "bolt+s", start: selfSigned,
			clients: all, works: []string{"go5", "javascript6", "python6", "java6", "mgclient"}, logged: "transport handshake",
			remedy: "Clients with rustls refuse what `openssl req -x509` makes unless told otherwise. Add " +
				"`-addext basicConstraints=critical,CA:FALSE` to that command, or issue the certificate from an authority of your own.",
		},
		{
			title: "An expired certificate", scheme: "bolt+s",
			start:   issue(tlstest.Leaf{NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)}),
			clients: all, works: blind, logged: "expired",
			remedy: "Put a new certificate in the place of the old one and send the server SIGHUP.",
		},
		{
			title: "A certificate without the host's name", scheme: "bolt+s", start: issue(tlstest.Leaf{Names: []string{"db.example.com"}}),
			clients: all, works: blind, silent: []string{"javascript6"}, logged: "transport handshake",
			remedy: "Issue a certificate whose subject alternative names hold every name and address that clients use.",
		},
		{
			title: "A client that is too old", scheme: "bolt+s", start: issue(tlstest.Leaf{}), flags: []string{"--min-bolt=5.0"},
			clients: []string{"go4", "javascript4", "python4", "java4", "mgclient"}, logged: "no common",
			remedy: "Lower `--min-bolt`, or use a newer client.",
		},
	}
}

// selfSigned makes the certificate that openssl makes by default, which clients
// get as the authority.
func selfSigned(t *testing.T) (pair *tlstest.Pair, authority string) {
	t.Helper()
	dir := t.TempDir()
	pair = &tlstest.Pair{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	out, err := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", pair.KeyFile, "-out", pair.CertFile).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no openssl")
	}
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	return pair, pair.CertFile
}

// TestMistakes lets clients connect the wrong way and compares what they and the
// server say with the page for troubleshooting.
func TestMistakes(t *testing.T) {
	binary.Build(t)
	page := openPage(t, "TROUBLESHOOTING.md", "Troubleshooting",
		"What clients and the server's log say when a connection fails, to search for.\n"+
			"HOST, PORT, N and TIME stand for what differs from case to case; `ok` means that\n"+
			"a client connects all the same: mgclient checks no certificate. A client that\n"+
			"refuses a certificate after a complete handshake leaves nothing in the log: to\n"+
			"the server it looks like a health check.")
	for _, m := range mistakes() {
		t.Run(strings.ReplaceAll(m.title, " ", "_"), func(t *testing.T) {
			pair, authority := m.start(t)
			flags := slices.Clone(m.flags)
			if pair != nil {
				flags = append(flags, "--bolt-cert-file="+pair.CertFile, "--bolt-key-file="+pair.KeyFile)
			}
			page.section(m.title, m.remedy, "client", "what it says", "what the log says")
			for _, c := range clients() {
				if slices.Contains(m.clients, c.name) && c.selected() {
					m.try(t, &c, flags, authority, page)
				}
			}
		})
	}
	page.close(t)
}

// try connects with one client to a server of its own, which says things that
// recur only once in a while.
func (m *mistake) try(t *testing.T, c *client, flags []string, authority string, page *page) {
	t.Helper()
	run, err := c.prepare(t)
	if err != nil {
		t.Logf("%s does not run: %v", c.name, err)
		return
	}
	s := &stage{server: binary.Start(t, binary.Options{Plaintext: true, Args: flags})}
	said := attempt(t, s, run, m.scheme, authority)
	if works := said == "ok"; works != slices.Contains(m.works, c.name) {
		t.Errorf("%s says %q", c.name, said)
	}
	logged := "nothing"
	if said != "ok" && !slices.Contains(m.silent, c.name) {
		s.logs(t, m.logged)
		for line := range strings.Lines(s.server.Output()) {
			if strings.Contains(line, m.logged) {
				logged = strings.TrimSpace(line)
				break
			}
		}
	}
	page.row(fmt.Sprintf("%s %s", c.library, c.version), code(general(said)), code(general(logged)))
}

// attempt runs a client's program to connect once and returns what a user sees.
func attempt(t *testing.T, s *stage, run command, scheme, authority string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), playTimeout)
	defer cancel()
	args := append(slices.Clone(run.args[1:]), "attempt", scheme)
	cmd := exec.CommandContext(ctx, run.args[0], args...)
	cmd.Env = slices.Concat(os.Environ(), run.env, s.environment(t, authority), env)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

var particular = []*regexp.Regexp{
	regexp.MustCompile(`^\[[^]]*\] \[drawbolt\] `),
	regexp.MustCompile(`127\.0\.0\.1:\d+`),
	regexp.MustCompile(`127\.0\.0\.1`),
	regexp.MustCompile(`connection=\S+`),
	regexp.MustCompile(`\b\d{4}-\d\d-\d\d(T[0-9:]+Z?| [0-9:]+ UTC)`),
	regexp.MustCompile(`path=\S+`),
	regexp.MustCompile(`0x[0-9a-f]+|\b[0-9A-F]{16,}\b|\b\d{5,}\b`),
}

// code writes a text as code, which may hold anything.
func code(text string) string { return "`" + strings.ReplaceAll(text, "`", "'") + "`" }

// general takes addresses, times and numbers of one run out of a text.
func general(text string) string {
	for i, by := range []string{"", "HOST:PORT", "HOST", "connection=bolt-N", "TIME", "path=FILE", "N"} {
		text = particular[i].ReplaceAllString(text, by)
	}
	return strings.Join(strings.Fields(text), " ")
}
