package tools_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
	"github.com/drawbolt/drawbolt/tls"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// statement runs one with the Go driver, which does not try again.
func statement(t *testing.T, uri string, configure func(*driver.Config)) error {
	t.Helper()
	ctx := t.Context()
	d, err := neo4j.NewDriverWithContext(uri, neo4j.NoAuth(), configure, func(c *driver.Config) {
		c.SocketConnectTimeout = 30 * time.Second
		c.TelemetryDisabled = true
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close(ctx)
	s := d.NewSession(ctx, neo4j.SessionConfig{})
	defer s.Close(ctx)
	result, err := s.Run(ctx, "RETURN 1 AS n", nil)
	if err != nil {
		return err
	}
	_, err = result.Consume(ctx)
	return err
}

// TestFault plays every scenario to the Go driver: the errors that its users see,
// and the exit code that says whether it behaved. It has no timeout for the
// handshake, and takes RSA keys of 1024 bits.
func TestFault(t *testing.T) {
	boltcheck := build(t)
	server := binary.Start(t, binary.Options{Plaintext: true})
	const (
		lost = "ConnectivityError"
		cut  = "unexpected EOF" // as it comes from the connection
	)
	want := map[string]struct {
		errs []string // of each connection; empty means none
		code int      // 0 when empty
	}{
		"trusted":              {errs: []string{""}},
		"expired":              {errs: []string{"certificate has expired or is not yet valid"}},
		"not-yet-valid":        {errs: []string{"certificate has expired or is not yet valid"}},
		"wrong-host":           {errs: []string{"valid for wrong.example, not localhost"}},
		"no-name":              {errs: []string{"legacy Common Name field"}},
		"self-signed":          {errs: []string{"certificate signed by unknown authority"}},
		"unknown-root":         {errs: []string{"certificate signed by unknown authority"}},
		"missing-intermediate": {errs: []string{"certificate signed by unknown authority"}},
		"wrong-order":          {errs: []string{""}},
		"fake-authority":       {errs: []string{"parent certificate cannot sign"}},
		"wrong-usage":          {errs: []string{"incompatible key usage"}},
		"revoked":              {errs: []string{""}},
		"weak-key":             {errs: []string{""}, code: 1},
		"weak-signature":       {errs: []string{"insecure algorithm"}},
		"swap":                 {errs: []string{"", ""}},
		"swap-unknown":         {errs: []string{"", "certificate signed by unknown authority"}},
		"client-certificate":   {errs: []string{""}},

		"tls-1.0":           {errs: []string{"protocol version not supported"}},
		"tls-1.1":           {errs: []string{"protocol version not supported"}},
		"tls-1.2":           {errs: []string{""}},
		"tls-1.3":           {errs: []string{""}},
		"no-common-suite":   {errs: []string{"handshake failure"}},
		"suite-not-offered": {errs: []string{"unconfigured cipher suite"}},
		"downgrade":         {errs: []string{"downgrade attempt"}},
		"plaintext-bolt":    {errs: []string{lost}, code: 1},
		"plaintext-http":    {errs: []string{lost}},

		"close-at-accept":          {errs: []string{lost}},
		"close-after-client-hello": {errs: []string{lost}},
		"close-after-server-hello": {errs: []string{lost}},
		"close-after-certificate":  {errs: []string{lost}},
		"close-after-key-exchange": {errs: []string{lost}},
		"close-before-finished":    {errs: []string{lost}},
		"alert-after-client-hello": {errs: []string{"internal error"}},
		"alert-after-server-hello": {errs: []string{"internal error"}},
		"alert-after-certificate":  {errs: []string{"internal error"}},
		"alert-after-key-exchange": {errs: []string{"internal error"}},
		"alert-before-finished":    {errs: []string{"internal error"}},
		"close-in-tls-1.3":         {errs: []string{lost}},
		"reset-after-client-hello": {errs: []string{lost}},
		"stall-after-client-hello": {errs: []string{lost}, code: 1},
		"stall-before-finished":    {errs: []string{lost}, code: 1},
		"slow-handshake":           {errs: []string{""}},
		"fragmented-handshake":     {errs: []string{""}},
		"truncated-handshake":      {errs: []string{lost}},
		"oversized-handshake":      {errs: []string{lost}},
		"unknown-record":           {errs: []string{lost}},
		"corrupted-handshake":      {errs: []string{lost}},

		"no-tickets":        {errs: []string{"", ""}},
		"tickets-forgotten": {errs: []string{"", ""}},
		"tickets-refused":   {errs: []string{"", lost, ""}},

		"early-close-notify":           {errs: []string{cut}},
		"close-notify-between":         {errs: []string{lost}},
		"missing-close-notify":         {errs: []string{cut}},
		"missing-close-notify-between": {errs: []string{lost}},
		"reset":                        {errs: []string{lost}},
		"stall":                        {errs: []string{cut}},
		"slow":                         {errs: []string{""}},
		"truncated-record":             {errs: []string{cut}},
		"corrupted-record":             {errs: []string{"bad record MAC"}},
		"oversized-record":             {errs: []string{"oversized record"}},
		"repeated-record":              {errs: []string{"bad record MAC"}},
		"clear-text-record":            {errs: []string{"bad record MAC"}},
		"clear-text-alert":             {errs: []string{"bad record MAC"}},

		// The texts of the alert and of HTTP mislead its users.
		"plain-close":   {errs: []string{lost}},
		"plain-reset":   {errs: []string{lost}},
		"plain-alert":   {errs: []string{"did not accept any of the requested Bolt versions"}},
		"plain-zero":    {errs: []string{"did not accept any of the requested Bolt versions"}},
		"plain-http":    {errs: []string{"server responded HTTP"}},
		"plain-failure": {errs: []string{"This port is for TLS: use bolt+s:// or bolt+ssc://."}},
	}
	code, list, _ := boltcheck.run(t, "", "fault", "--list", "--json")
	var scenarios []struct {
		Name, Group string
		Plain       bool
	}
	if err := json.Unmarshal([]byte(list), &scenarios); err != nil || code != 0 {
		t.Fatalf("fault --list: exit %d, %v", code, err)
	}
	if len(scenarios) != len(want) {
		t.Errorf("%d scenarios, %d are known here", len(scenarios), len(want))
	}
	dir := t.TempDir()
	if code, _, errs := boltcheck.run(t, "", "fault", "--listen=127.0.0.1:0", "--directory="+dir, "--timeout-ms=1", "trusted"); code != 3 {
		t.Fatalf("fault without a client: exit %d, %s", code, errs)
	}
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w, ok := want[s.Name]
			if !ok {
				t.Fatal("what the driver does with it is not known here")
			}
			args := []string{"fault", "--listen=127.0.0.1:0", "--directory=" + dir, "--delay-us=1", "--hosts=localhost", "--timeout-ms=30000"}
			if strings.Contains(s.Name, "stall") || s.Name == "plaintext-bolt" {
				args = append(args, "--timeout-ms=3000")
			}
			if s.Group == "connection" {
				args = append(args, "--uri="+server.URI("bolt"))
			}
			p := boltcheck.start(t, append(args, s.Name)...)
			client, err := tls.NewClientConfig(tls.ClientOptions{
				CAFile: filepath.Join(dir, "ca.pem"), CertFile: filepath.Join(dir, "client.pem"), KeyFile: filepath.Join(dir, "client-key.pem"),
			})
			if err != nil {
				t.Fatal(err)
			}
			scheme := "bolt+s"
			if s.Plain {
				scheme = "bolt"
			}
			uri := scheme + "://localhost" + p.address[strings.LastIndex(p.address, ":"):]
			for i, wantErr := range w.errs {
				err := statement(t, uri, func(c *driver.Config) { c.TlsConfig = client })
				if (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
					t.Errorf("connection %d: %v; want %q", i+1, err, wantErr)
				}
			}
			if code := p.wait(); code != w.code {
				t.Errorf("exit %d, want %d: %s", code, w.code, p.rest)
			}
		})
	}
}

// TestReferenceFault breaks connections to a real Neo4j, which are TLS on both
// sides.
func TestReferenceFault(t *testing.T) {
	boltcheck := build(t)
	server := reference.Start(t, reference.Options{TLS: true})
	dir := t.TempDir()
	for _, tt := range []struct{ scenario, after, want string }{
		{"trusted", "2", ""},
		{"slow", "0", ""},
		{"missing-close-notify", "2", "unexpected EOF"},
		{"corrupted-record", "3", "bad record MAC"},
	} {
		t.Run(tt.scenario, func(t *testing.T) {
			p := boltcheck.start(t, "fault", "--listen=127.0.0.1:0", "--directory="+dir, "--delay-us=1", "--after="+tt.after,
				"--uri=bolt+s://"+server.Address, "--ca-file="+server.CAFile, tt.scenario)
			err := statement(t, "bolt+s://"+p.address, trust(t, filepath.Join(dir, "ca.pem")))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("driver: %v; want %q", err, tt.want)
			}
			if code := p.wait(); code != 0 {
				t.Errorf("exit %d: %s", code, p.rest)
			}
		})
	}
}

// TestEndpoint plays the drop-in to the Go driver, which then finds no server
// behind the handshake.
func TestEndpoint(t *testing.T) {
	boltcheck := build(t)
	ca := tlstest.NewCA(t)
	pair, client := ca.Issue(t, tlstest.Leaf{}), ca.Issue(t, tlstest.Leaf{Client: true})
	files := []string{"-cert", pair.CertFile, "-key", pair.KeyFile}
	trusting := tls.ClientOptions{CAFile: pair.CAFile}
	for _, tt := range []struct {
		name   string
		args   []string
		scheme string
		client tls.ClientOptions
		code   int
	}{
		{name: "TLS", args: append(files, "-minTls", "2", "-maxTls", "3"), scheme: "bolt+s", client: trusting},
		{name: "TLS 1.1 only", args: append(files, "-minTls", "1", "-maxTls", "1"), scheme: "bolt+s", client: trusting, code: 1},
		{name: "unknown authority", args: files, scheme: "bolt+s", client: tls.ClientOptions{CAFile: tlstest.NewCA(t).File}, code: 1},
		{name: "no TLS", args: []string{"--disableTls"}, scheme: "bolt"},
		{name: "a client without TLS", args: files, scheme: "bolt", code: 1},
		{
			name: "client certificate", args: append(files, "--clientCert", ca.File), scheme: "bolt+s",
			client: tls.ClientOptions{CAFile: pair.CAFile, CertFile: client.CertFile, KeyFile: client.KeyFile},
		},
		{name: "no client certificate", args: append(files, "--clientCert", ca.File), scheme: "bolt+s", client: trusting, code: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := boltcheck.startOn(t, (*exec.Cmd).StdoutPipe, append([]string{"tls-fault", "-bind", "127.0.0.1:0"}, tt.args...)...)
			config, err := tls.NewClientConfig(tt.client)
			if err != nil {
				t.Fatal(err)
			}
			if err := statement(t, tt.scheme+"://"+p.address, func(c *driver.Config) { c.TlsConfig = config }); err == nil {
				t.Error("the driver found a server")
			}
			if code := p.wait(); code != tt.code {
				t.Errorf("exit %d, want %d: %s", code, tt.code, p.rest)
			}
		})
	}
}
