package driver_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/tls/tlstest"
)

// TestSchemes connects by every scheme of the driver.
func TestSchemes(t *testing.T) {
	secure := binary.Start(t, binary.Options{})
	plain := binary.Start(t, binary.Options{Plaintext: true})
	for _, tt := range []struct {
		name   string
		server *binary.Server
		scheme string
		fails  bool
	}{
		{"TLS server, self-signed accepted", secure, "bolt+ssc", false},
		{"TLS server, certificate verified", secure, "bolt+s", false},
		{"TLS server, routing", secure, "neo4j+s", false},
		{"TLS server, plaintext client", secure, "bolt", true},
		{"TLS server, plaintext routing client", secure, "neo4j", true},
		{"plaintext server", plain, "bolt", false},
		{"plaintext server, routing", plain, "neo4j", false},
		{"plaintext server, TLS client", plain, "bolt+ssc", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, tt.server, tt.scheme)
			err := d.VerifyConnectivity(t.Context())
			var connectivity *neo4j.ConnectivityError
			switch {
			case !tt.fails && err != nil:
				t.Errorf("connect: %v", err)
			case tt.fails && !errors.As(err, &connectivity):
				t.Errorf("connect = %v, want a connectivity error", err)
			}
			if !tt.fails {
				if rows := query(t, d, "RETURN 1 AS one", nil); len(rows) != 1 || rows[0][0] != int64(1) {
					t.Errorf("RETURN 1 = %v", rows)
				}
			}
		})
	}
}

// TestPlaintextOnTLSPort checks that a plaintext client gets nothing that it
// could go on with.
func TestPlaintextOnTLSPort(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	const handshake = "6060B017000001FF000808050002040400000003"
	for _, tt := range []struct {
		name, send string
		want       string // beginning of the answer; empty means not a byte
	}{
		{name: "handshake", send: handshake},
		{name: "magic only", send: handshake[:10]},
		{name: "handshake and HELLO blindly", send: handshake + "0003B101A00000"},
		{name: "HTTP", send: hex.EncodeToString([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), want: "HTTP/1.1 400 "},
		{
			name: "WebSocket",
			send: hex.EncodeToString([]byte("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")),
			want: "HTTP/1.1 400 ",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			got := exchange(t, s.Address, tt.send)
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("the server answered %x", got)
			case !bytes.HasPrefix(got, []byte(tt.want)):
				t.Errorf("the server answered %q, want %q", got, tt.want)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("the connection stayed open for %v", took)
			}
		})
	}
	if !strings.Contains(s.Output(), "plaintext Bolt client refused") {
		t.Errorf("the log does not tell:\n%s", s.Output())
	}
}

// exchange sends bytes and returns all that comes back until the end.
func exchange(t *testing.T, address, sent string) []byte {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b, err := hex.DecodeString(sent)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("the connection ended with %v", err)
	}
	return got
}

// TestHalfConfigured checks that wrong key material stops the start before
// anything is touched.
func TestHalfConfigured(t *testing.T) {
	ca := tlstest.NewCA(t)
	good, other := ca.Issue(t, tlstest.Leaf{}), ca.Issue(t, tlstest.Leaf{})
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(t.TempDir(), "absent.pem")
	for _, tt := range []struct {
		name string
		args []string
		want []string // in the message
	}{
		{"certificate only", []string{"--bolt-cert-file=" + good.CertFile}, []string{"--bolt-key-file", "--bolt-cert-file is set"}},
		{"key only", []string{"--bolt-key-file=" + good.KeyFile}, []string{"--bolt-cert-file", "--bolt-key-file is set"}},
		{"lists of unequal length", []string{"--bolt-cert-file=" + good.CertFile + "," + other.CertFile, "--bolt-key-file=" + good.KeyFile}, []string{"--bolt-cert-file", "2 files"}},
		{"missing certificate", []string{"--bolt-cert-file=" + absent, "--bolt-key-file=" + good.KeyFile}, []string{"--bolt-cert-file", absent}},
		{"missing key", []string{"--bolt-cert-file=" + good.CertFile, "--bolt-key-file=" + absent}, []string{"--bolt-key-file", absent}},
		{"directory", []string{"--bolt-cert-file=" + filepath.Dir(good.CertFile), "--bolt-key-file=" + good.KeyFile}, []string{"--bolt-cert-file", filepath.Dir(good.CertFile)}},
		{"empty file", []string{"--bolt-cert-file=" + empty, "--bolt-key-file=" + good.KeyFile}, []string{"--bolt-cert-file", empty}},
		{"swapped", []string{"--bolt-cert-file=" + good.KeyFile, "--bolt-key-file=" + good.CertFile}, []string{"--bolt-cert-file"}},
		{"key of another certificate", []string{"--bolt-cert-file=" + good.CertFile, "--bolt-key-file=" + other.KeyFile}, []string{"--bolt-key-file", other.KeyFile}},
		{"client CA without TLS", []string{"--bolt-client-auth=require", "--bolt-client-ca-file=" + ca.File}, []string{"--bolt-client-auth", "TLS is off"}},
		{"TLS version", []string{"--bolt-cert-file=" + good.CertFile, "--bolt-key-file=" + good.KeyFile, "--bolt-tls-min-version=1.1"}, []string{"bolt_tls_min_version"}},
		{"misspelt flag", []string{"--bolt-cert-fil=" + good.CertFile, "--bolt-key-file=" + good.KeyFile}, []string{"bolt-cert-fil"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			args := append([]string{"--bolt-address=127.0.0.1", "--bolt-port=0", "--data-directory=" + data}, tt.args...)
			code, out := binary.Run(t, args...)
			if code != 1 {
				t.Errorf("exit code = %d, want 1\n%s", code, out)
			}
			for _, w := range tt.want {
				if !strings.Contains(out, w) {
					t.Errorf("the message lacks %q:\n%s", w, out)
				}
			}
			if strings.Contains(out, "listening") {
				t.Errorf("the server listened:\n%s", out)
			}
			if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the data directory was touched: %v", err)
			}
		})
	}
}

// TestStop checks the clean stop: exit code 0, and nothing lost.
func TestStop(t *testing.T) {
	s := binary.Start(t, binary.Options{})
	d := connect(t, s)
	query(t, d, "CREATE (:Kept {n: 1})", nil)
	if code := s.Stop(t); code != 0 {
		t.Errorf("exit code = %d after SIGTERM\n%s", code, s.Output())
	}
	s = binary.Start(t, binary.Options{Directory: s.Directory})
	if rows := query(t, connect(t, s), "MATCH (k:Kept) RETURN k.n", nil); len(rows) != 1 || rows[0][0] != int64(1) {
		t.Errorf("after a stop: %v", rows)
	}
}
