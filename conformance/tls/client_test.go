package tls_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	server "github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// patience bounds every wait: generous, because the machine may be busy.
const patience = 45 * time.Second

// A site is a server in TLS mode with what a client needs to trust it.
type site struct {
	*server.Server
	ca   *tlstest.CA
	pair tlstest.Pair // the first one
}

// serve starts a server with a certificate of a new authority.
func serve(c *check, args ...string) *site {
	c.Helper()
	ca := tlstest.NewCA(c)
	return serveWith(c, server.Options{Args: args}, ca, ca.Issue(c, tlstest.Leaf{}))
}

// serveWith starts a server with the given pairs.
func serveWith(c *check, o server.Options, ca *tlstest.CA, pairs ...tlstest.Pair) *site {
	c.Helper()
	o.Plaintext, o.Monitor = true, true // the pairs are ours
	o.Args = append(pairFlags(pairs...), o.Args...)
	return &site{Server: server.Start(c, o), ca: ca, pair: pairs[0]}
}

func pairFlags(pairs ...tlstest.Pair) []string {
	var certs, keys []string
	for _, p := range pairs {
		certs, keys = append(certs, p.CertFile), append(keys, p.KeyFile)
	}
	return []string{"--bolt-cert-file=" + strings.Join(certs, ","), "--bolt-key-file=" + strings.Join(keys, ",")}
}

// config is a client's configuration for the site.
func (s *site) config(tb testing.TB, pairs ...tlstest.Pair) *tls.Config {
	tb.Helper()
	return s.ca.ClientConfig(tb, pairs...)
}

// hangup asks for a reload and waits until it has happened.
func (s *site) hangup(tb testing.TB, result string) {
	tb.Helper()
	before := s.metric(tb, "drawbolt_tls_reloads_total", `trigger="request"`, `result="`+result+`"`)
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		tb.Fatal(err)
	}
	wait(tb, "the reload to be "+result, func() bool {
		return s.metric(tb, "drawbolt_tls_reloads_total", `trigger="request"`, `result="`+result+`"`) > before
	})
}

// page returns the metrics.
func page(tb testing.TB, s *server.Server) string {
	tb.Helper()
	client := http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			DialContext: (&net.Dialer{Timeout: patience}).DialContext,
		},
	}
	answer, err := client.Get(s.Metrics)
	if err != nil {
		tb.Fatalf("metrics: %v", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		tb.Fatalf("metrics: %d %v", answer.StatusCode, err)
	}
	return string(text)
}

// metric returns the sum of a metric's series that have all the labels.
func metric(tb testing.TB, s *server.Server, name string, labels ...string) float64 {
	tb.Helper()
	total := 0.0
	for line := range strings.Lines(page(tb, s)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name)
		if !ok || rest == "" || (rest[0] != '{' && rest[0] != ' ') {
			continue
		}
		matches := true
		for _, l := range labels {
			matches = matches && strings.Contains(rest, l)
		}
		if !matches {
			continue
		}
		v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err != nil {
			tb.Fatalf("metric %s: %v", line, err)
		}
		total += v
	}
	return total
}

func (s *site) metric(tb testing.TB, name string, labels ...string) float64 {
	tb.Helper()
	return metric(tb, s.Server, name, labels...)
}

// wait waits for a condition.
func wait(tb testing.TB, what string, cond func() bool) {
	tb.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// dial connects over TCP.
func dial(tb testing.TB, address string) net.Conn {
	tb.Helper()
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(tb.Context(), "tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		tb.Fatal(err)
	}
	return conn
}

// exchange sends parts, each in a write of its own, and returns all that comes
// back until the end, which must be an end and not a reset.
func exchange(tb testing.TB, address string, parts ...string) (got []byte, took time.Duration) {
	tb.Helper()
	conn := dial(tb, address)
	began := time.Now()
	for i, p := range parts {
		if _, err := io.WriteString(conn, p); err != nil && i == 0 {
			tb.Fatal(err)
		}
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		tb.Errorf("the connection ended with %v, want an end without a reset", err)
	}
	return got, time.Since(began)
}

// connect does a TLS handshake and agrees on a Bolt version, so that the server
// has judged the client and tickets have arrived.
func connect(tb testing.TB, address string, config *tls.Config) (tls.ConnectionState, error) {
	tb.Helper()
	b, err := dialBolt(tb.Context(), address, config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer b.Close()
	err = b.open()
	state := b.Conn.(*tls.Conn).ConnectionState()
	return state, err
}

// must is connect for a client that has to succeed.
func must(tb testing.TB, address string, config *tls.Config) tls.ConnectionState {
	tb.Helper()
	state, err := connect(tb, address, config)
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	return state
}

// with returns a changed copy of a configuration.
func with(c *tls.Config, change func(*tls.Config)) *tls.Config {
	c = c.Clone()
	change(c)
	return c
}

// resumable has a session cache and one version of TLS.
func resumable(c *tls.Config, version uint16) *tls.Config {
	return with(c, func(c *tls.Config) {
		c.MinVersion, c.MaxVersion = version, version
		c.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	})
}

// leaf is the name in the certificate that the server has shown.
func leaf(s tls.ConnectionState) string {
	if len(s.PeerCertificates) == 0 {
		return ""
	}
	return s.PeerCertificates[0].Subject.CommonName
}

// tlsVersions are those that the server speaks.
func tlsVersions() []uint16 { return []uint16{tls.VersionTLS12, tls.VersionTLS13} }

// Bolt 4.4, which has its login in HELLO.
const (
	boltMagic = "\x60\x60\xb0\x17"
	boltSlots = "\x00\x00\x04\x04" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	boltHello = "\xb1\x01\xa4" + "\x8auser_agent\x85tests" + "\x86scheme\x85basic" +
		"\x89principal\x83neo" + "\x8bcredentials\x86secret"
	boltPull = "\xb1\x3f\xa1\x81n\xff"
)

// A boltConn is a client of the simplest kind.
type boltConn struct{ net.Conn }

// dialBolt connects; config is nil for plaintext.
func dialBolt(ctx context.Context, address string, config *tls.Config) (*boltConn, error) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if config == nil {
		return &boltConn{conn}, nil
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &boltConn{secure}, nil
}

// open agrees on version 4.4.
func (b *boltConn) open() error {
	if _, err := io.WriteString(b, boltMagic+boltSlots); err != nil {
		return err
	}
	reply := make([]byte, 4)
	if _, err := io.ReadFull(b, reply); err != nil {
		return err
	}
	if !bytes.Equal(reply, []byte{0, 0, 4, 4}) {
		return fmt.Errorf("version reply %x", reply)
	}
	return nil
}

// frame makes chunks of a message.
func frame(message string) string {
	var out []byte
	for len(message) > 0 {
		n := min(len(message), 0xffff)
		out = binary.BigEndian.AppendUint16(out, uint16(n))
		out = append(out, message[:n]...)
		message = message[n:]
	}
	return string(append(out, 0, 0))
}

// send writes messages at once.
func (b *boltConn) send(messages ...string) error {
	var all strings.Builder
	for _, m := range messages {
		all.WriteString(frame(m))
	}
	_, err := io.WriteString(b, all.String())
	return err
}

// receive returns the next message.
func (b *boltConn) receive() ([]byte, error) {
	var message []byte
	for {
		var size [2]byte
		if _, err := io.ReadFull(b, size[:]); err != nil {
			return nil, err
		}
		n := binary.BigEndian.Uint16(size[:])
		if n == 0 && len(message) > 0 {
			return message, nil
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(b, chunk); err != nil {
			return nil, err
		}
		message = append(message, chunk...)
	}
}

// summary skips records and returns an error unless SUCCESS follows.
func (b *boltConn) summary() error {
	for {
		m, err := b.receive()
		switch {
		case err != nil:
			return err
		case m[1] == 0x71:
			continue
		case m[1] != 0x70:
			return fmt.Errorf("answer %q", m)
		default:
			return nil
		}
	}
}

func (b *boltConn) login() error {
	if err := b.open(); err != nil {
		return err
	}
	if err := b.send(boltHello); err != nil {
		return err
	}
	return b.summary()
}

// text encodes a string of PackStream.
func text(s string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0xd2}, uint32(len(s)))) + s
}

func boltRun(query string) string { return "\xb3\x10" + text(query) + "\xa0\xa0" }

func (b *boltConn) query(q string) error {
	if err := b.send(boltRun(q), boltPull); err != nil {
		return err
	}
	return errors.Join(b.summary(), b.summary())
}

// session returns a client that has logged in.
func session(tb testing.TB, address string, config *tls.Config) *boltConn {
	tb.Helper()
	b, err := dialBolt(tb.Context(), address, config)
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	tb.Cleanup(func() { b.Close() })
	if err := b.login(); err != nil {
		tb.Fatalf("login: %v", err)
	}
	return b
}

// command runs a program and returns all that it prints; stdin stays open after
// the input for as long as the program runs, as a person's would.
func command(tb testing.TB, input, name string, args ...string) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		tb.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// unit runs tests of a package that need a clock of their own, as a process.
func unit(c *check, pkg, run string, env ...string) {
	c.Helper()
	root, err := server.Root(c)
	if err != nil {
		c.Fatal(err)
	}
	cmd := exec.CommandContext(c.Context(), "go", "test", "-count=1", "-run", "^("+run+")$", "-v", "./"+pkg)
	cmd.Dir, cmd.Env = root, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.Fatalf("go test %s: %v\n%s", pkg, err, out)
	}
	for name := range strings.SplitSeq(run, "|") {
		if !bytes.Contains(out, []byte("--- PASS: "+name+" ")) {
			c.Errorf("%s has no test %s", pkg, name)
		}
	}
}

// resident is the resident memory of a process in bytes.
func resident(tb testing.TB, pid int) int64 {
	tb.Helper()
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "VmRSS:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		tb.Fatal(err)
	}
	return kib << 10
}

// descriptors counts the open files of a process.
func descriptors(tb testing.TB, pid int) int {
	tb.Helper()
	list, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		tb.Fatal(err)
	}
	return len(list)
}
