package fault_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The server waits long, because a loaded machine must not make tests fail, but
// no scenario takes so long. Those that stall take the client's patience whole.
const (
	timeout  = 30 * time.Second
	patience = time.Second
)

// client connects like a careful client of crypto/tls, says hello and runs a
// statement, and returns what went wrong. Without a configuration it does without
// TLS.
func client(address string, config *tls.Config, wait time.Duration) error {
	dialer := net.Dialer{Timeout: timeout}
	raw, err := dialer.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer raw.Close()
	if err := raw.SetDeadline(time.Now().Add(wait)); err != nil {
		return err
	}
	c := raw
	if config != nil {
		c = tls.Client(raw, config)
		defer c.Close()
	}
	if _, err := c.Write(bolttest.Slots(0x00000405)); err != nil {
		return err
	}
	agreed := make([]byte, 4)
	if _, err := io.ReadFull(c, agreed); err != nil {
		return err
	}
	if [4]byte(agreed) != [4]byte{0, 0, 4, 5} {
		return fmt.Errorf("agreed to %X", agreed)
	}
	for _, message := range []string{`HELLO {user_agent: "x", bolt_agent: {product: "x"}}`, `LOGON {scheme: "none"}`, `RUN "RETURN 1" {} {}`} {
		m, err := bolttest.Parse(message)
		if err != nil {
			return err
		}
		if _, err := c.Write(bolttest.Chunks(m, 0xFFFF)); err != nil {
			return err
		}
		if err := answer(c); err != nil {
			return err
		}
	}
	_, err = c.Write([]byte{0, 2, 0xB0, 2, 0, 0}) // GOODBYE
	return err
}

// answer reads one message, which must not be a failure.
func answer(r io.Reader) error {
	size := make([]byte, 2)
	var message []byte
	for {
		if _, err := io.ReadFull(r, size); err != nil {
			return err
		}
		n := int(size[0])<<8 | int(size[1])
		if n == 0 {
			break
		}
		message = append(message, make([]byte, n)...)
		if _, err := io.ReadFull(r, message[len(message)-n:]); err != nil {
			return err
		}
	}
	if text := bolttest.Format(message); strings.HasPrefix(text, "FAILURE") {
		return errors.New(text)
	}
	return nil
}

// TestScenarios plays every scenario with Go's own client: what it must do it
// does, but for the weak key, and the errors say why.
func TestScenarios(t *testing.T) {
	want := map[string]struct {
		errs    []string // of each connection; empty means none
		verdict string   // of the last one; empty means a good one
	}{
		"trusted":              {errs: []string{""}},
		"expired":              {errs: []string{"certificate has expired or is not yet valid"}},
		"not-yet-valid":        {errs: []string{"certificate has expired or is not yet valid"}},
		"wrong-host":           {errs: []string{"valid for wrong.example, not localhost"}},
		"no-name":              {errs: []string{"certificate relies on legacy Common Name field"}},
		"self-signed":          {errs: []string{"certificate signed by unknown authority"}},
		"unknown-root":         {errs: []string{"certificate signed by unknown authority"}},
		"missing-intermediate": {errs: []string{"certificate signed by unknown authority"}},
		"wrong-order":          {errs: []string{""}},
		"fake-authority":       {errs: []string{"parent certificate cannot sign this kind of certificate"}},
		"wrong-usage":          {errs: []string{"certificate specifies an incompatible key usage"}},
		"revoked":              {errs: []string{""}},
		"weak-key":             {errs: []string{""}, verdict: "the client connected, but had to refuse"},
		"weak-signature":       {errs: []string{"insecure algorithm ECDSA-SHA1"}},
		"swap":                 {errs: []string{"", ""}},
		"swap-unknown":         {errs: []string{"", "certificate signed by unknown authority"}},
		"client-certificate":   {errs: []string{""}},

		"tls-1.0":           {errs: []string{"protocol version not supported"}},
		"tls-1.1":           {errs: []string{"protocol version not supported"}},
		"tls-1.2":           {errs: []string{""}},
		"tls-1.3":           {errs: []string{""}},
		"no-common-suite":   {errs: []string{"handshake failure"}},
		"suite-not-offered": {errs: []string{"unconfigured cipher suite"}},
		"downgrade":         {errs: []string{"downgrade attempt detected"}},
		"plaintext-bolt":    {errs: []string{"i/o timeout"}},
		"plaintext-http":    {errs: []string{"first record does not look like a TLS handshake"}},

		"close-at-accept":          {errs: []string{"EOF"}},
		"close-after-client-hello": {errs: []string{"EOF"}},
		"close-after-server-hello": {errs: []string{"EOF"}},
		"close-after-certificate":  {errs: []string{"EOF"}},
		"close-after-key-exchange": {errs: []string{"EOF"}},
		"close-before-finished":    {errs: []string{"EOF"}},
		"alert-after-client-hello": {errs: []string{"internal error"}},
		"alert-after-server-hello": {errs: []string{"internal error"}},
		"alert-after-certificate":  {errs: []string{"internal error"}},
		"alert-after-key-exchange": {errs: []string{"internal error"}},
		"alert-before-finished":    {errs: []string{"internal error"}},
		"close-in-tls-1.3":         {errs: []string{"EOF"}},
		"reset-after-client-hello": {errs: []string{"reset"}},
		"stall-after-client-hello": {errs: []string{"i/o timeout"}},
		"stall-before-finished":    {errs: []string{"i/o timeout"}},
		"slow-handshake":           {errs: []string{""}},
		"fragmented-handshake":     {errs: []string{""}},
		"truncated-handshake":      {errs: []string{"EOF"}},
		"oversized-handshake":      {errs: []string{"oversized record"}},
		"unknown-record":           {errs: []string{"first record does not look like a TLS handshake"}},
		"corrupted-handshake":      {errs: []string{"bad record MAC"}},

		"no-tickets":        {errs: []string{"", ""}},
		"tickets-forgotten": {errs: []string{"", ""}},
		"tickets-refused":   {errs: []string{"", "EOF", ""}},

		"early-close-notify":           {errs: []string{"EOF"}},
		"close-notify-between":         {errs: []string{"EOF"}},
		"missing-close-notify":         {errs: []string{"unexpected EOF"}},
		"missing-close-notify-between": {errs: []string{"EOF"}},
		"reset":                        {errs: []string{"reset"}},
		"stall":                        {errs: []string{"i/o timeout"}},
		"slow":                         {errs: []string{""}},
		"truncated-record":             {errs: []string{"unexpected EOF"}},
		"corrupted-record":             {errs: []string{"bad record MAC"}},
		"oversized-record":             {errs: []string{"oversized record"}},
		"repeated-record":              {errs: []string{"bad record MAC"}},
		"clear-text-record":            {errs: []string{"bad record MAC"}},
		"clear-text-alert":             {errs: []string{"bad record MAC"}},

		"plain-close":   {errs: []string{"EOF"}},
		"plain-reset":   {errs: []string{"reset"}},
		"plain-alert":   {errs: []string{"agreed to 15030300"}},
		"plain-zero":    {errs: []string{"agreed to 00000000"}},
		"plain-http":    {errs: []string{"agreed to 48545450"}},
		"plain-failure": {errs: []string{"This port is for TLS: use bolt+s:// or bolt+ssc://."}},
	}
	dir := t.TempDir()
	authority, err := fault.OpenAuthority(dir, []string{"localhost", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	secure := clientConfig(t, dir)
	scenarios := fault.Scenarios()
	if len(scenarios) != len(want) {
		t.Errorf("%d scenarios, %d are known here", len(scenarios), len(want))
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w, ok := want[s.Name]
			if !ok {
				t.Fatal("what the client does with it is not known here")
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			type outcome struct {
				seen []fault.Observation
				err  error
			}
			done := make(chan outcome, 1)
			go func() {
				seen, err := fault.New(s, fault.Options{Authority: authority, After: 2, Timeout: timeout, Delay: time.Microsecond}).Serve(t.Context(), l, 0)
				done <- outcome{seen, err}
			}()
			var c *tls.Config
			if !s.Plain {
				c = secure.Clone()
				c.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			}
			for i, wantErr := range w.errs {
				wait := timeout
				if strings.Contains(wantErr, "timeout") {
					wait = patience
				}
				err := client(l.Addr().String(), c, wait)
				if (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
					t.Errorf("connection %d: client: %v; want %q", i+1, err, wantErr)
				}
			}
			o := <-done
			if o.err != nil || len(o.seen) != len(w.errs) {
				t.Fatalf("%d connections, %v; want %d", len(o.seen), o.err, len(w.errs))
			}
			for i, seen := range o.seen {
				if last := i == len(o.seen)-1; seen.Good == (last && w.verdict != "") || last && w.verdict != "" && seen.Verdict != w.verdict {
					t.Errorf("connection %d: %+v; want %q", i+1, seen, w.verdict)
				}
			}
		})
	}
}

// clientConfig is that of a client that trusts the authority of a directory and
// has a certificate of it.
func clientConfig(t *testing.T, dir string) *tls.Config {
	t.Helper()
	ca, err := os.ReadFile(filepath.Join(dir, fault.CAFile))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, fault.ClientCertFile), filepath.Join(dir, fault.ClientKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	c := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", Certificates: []tls.Certificate{pair}}
	c.RootCAs.AppendCertsFromPEM(ca)
	return c
}

// TestClients plays clients that are not good.
func TestClients(t *testing.T) {
	dir := t.TempDir()
	authority, err := fault.OpenAuthority(dir, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := fault.OpenAuthority(dir, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, scenario string
		authority      *fault.Authority
		client         func(address string) error
		want           string // verdict
	}{
		{
			name: "accepts everything", scenario: "expired", want: "the client connected, but had to refuse",
			client: func(address string) error { return client(address, &tls.Config{InsecureSkipVerify: true}, timeout) },
		},
		{
			name: "speaks Bolt without TLS", scenario: "trusted", want: "the client speaks Bolt without TLS",
			client: func(address string) error { return send(address, string(bolttest.Slots(0x405))) },
		},
		{
			name: "speaks TLS where it should not", scenario: "plain-close", want: "the client was to speak Bolt without TLS, not TLS",
			client: func(address string) error {
				_ = client(address, clientConfig(t, dir), timeout)
				return nil
			},
		},
		{
			name: "speaks HTTP", scenario: "trusted", want: "the client speaks HTTP without TLS",
			client: func(address string) error { return send(address, "GET / HTTP/1.1\r\n\r\n") },
		},
		{
			name: "does not trust", scenario: "trusted", want: "the client did not connect",
			client: func(address string) error {
				_ = client(address, &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}, timeout)
				return nil
			},
		},
		{
			name: "checks the list of what is revoked", scenario: "revoked", want: "the client did not connect",
			client: func(address string) error {
				config := clientConfig(t, dir)
				config.VerifyConnection = notRevoked(t, dir)
				if err := client(address, config, timeout); err == nil || !strings.Contains(err.Error(), "is revoked") {
					return fmt.Errorf("the client says %w", err)
				}
				return nil
			},
		},
		{
			name: "ends too early", scenario: "reset", want: "the client ended before the fault was due",
			client: func(address string) error {
				c, err := tls.Dial("tcp", address, clientConfig(t, dir))
				if err != nil {
					return err
				}
				_, err = c.Write(bolttest.Slots(0x405))
				return errors.Join(err, c.Close())
			},
		},
		{
			name: "trusts an authority of before", scenario: "trusted", authority: again, want: "the client connected",
			client: func(address string) error { return client(address, clientConfig(t, dir), timeout) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, ok := fault.Find(tt.scenario)
			if !ok {
				t.Fatalf("no scenario %s", tt.scenario)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			verdict := make(chan string, 1)
			o := fault.Options{Authority: authority, After: 2, Timeout: timeout, Done: func(o fault.Observation) { verdict <- o.Verdict }}
			if tt.authority != nil {
				o.Authority = tt.authority
			}
			done := make(chan error, 1)
			go func() {
				_, err := fault.New(s, o).Serve(t.Context(), l, 0)
				done <- err
			}()
			if err := tt.client(l.Addr().String()); err != nil {
				t.Error(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if got := <-verdict; got != tt.want {
				t.Errorf("verdict %q, want %q", got, tt.want)
			}
		})
	}
}

// notRevoked is a check against the list of a directory's authority.
func notRevoked(t *testing.T, dir string) func(tls.ConnectionState) error {
	t.Helper()
	return func(s tls.ConnectionState) error {
		text, err := os.ReadFile(filepath.Join(dir, fault.CRLFile))
		if err != nil {
			return err
		}
		block, _ := pem.Decode(text)
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return err
		}
		chain := s.VerifiedChains[0]
		if err := list.CheckSignatureFrom(chain[len(chain)-1]); err != nil {
			return err
		}
		for _, entry := range list.RevokedCertificateEntries {
			if entry.SerialNumber.Cmp(chain[0].SerialNumber) == 0 {
				return errors.New("the certificate is revoked")
			}
		}
		return nil
	}
}

func send(address, text string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, c)
	return err
}

func TestNobody(t *testing.T) {
	authority, err := fault.OpenAuthority(t.TempDir(), []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := fault.Find("trusted")
	if _, err := fault.New(s, fault.Options{Authority: authority, Timeout: 10 * time.Millisecond}).Serve(t.Context(), l, 0); !errors.Is(err, fault.ErrNobody) {
		t.Errorf("nobody: %v", err)
	}
}
