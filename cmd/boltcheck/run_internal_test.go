package main

// Internal: a command has no API but its main package.

import (
	"bytes"
	"net"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	// An address at which nobody listens any more.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "bolt://" + l.Addr().String()
	l.Close()
	for _, tt := range []struct {
		name     string
		args     []string
		wantCode int
		wantOut  string // part of stdout
		wantErr  string // part of stderr
	}{
		{name: "nothing", wantCode: exitUsage, wantErr: "boltcheck suite --uri"},
		{name: "unknown", args: []string{"dance"}, wantCode: exitUsage, wantErr: "boltcheck suite --uri"},
		{name: "help", args: []string{"--help"}, wantCode: exitPassed, wantOut: "boltcheck suite --uri"},
		{name: "list", args: []string{"suite", "--list"}, wantCode: exitPassed, wantOut: "specified  handshake/first slot"},
		{name: "suite help", args: []string{"suite", "--help"}, wantCode: exitFailed, wantOut: "--judge=specified --junit=bolt.xml --github=-"},
		{name: "scheme", args: []string{"suite", "--uri=http://x"}, wantCode: exitUsage, wantErr: `"http" is no scheme of Bolt`},
		{name: "class", args: []string{"suite", "--judge=holy"}, wantCode: exitUsage, wantErr: `"holy" is no class`},
		{name: "pattern", args: []string{"suite", "--run=("}, wantCode: exitUsage, wantErr: "--run: error parsing regexp"},
		{name: "nobody", args: []string{"suite", "--uri=" + nobody}, wantCode: exitUsage, wantErr: "connection refused"},
		{name: "flag", args: []string{"suite", "--timeout-ms=1"}, wantCode: exitFailed, wantErr: "to be in range"},
		{name: "scenarios", args: []string{"fault", "--list"}, wantCode: exitPassed, wantOut: "  expired\n    The server shows a certificate that ended yesterday.\n    A good client must refuse"},
		{name: "no scenario", args: []string{"fault"}, wantCode: exitUsage, wantErr: "name one scenario"},
		{name: "unknown scenario", args: []string{"fault", "dance"}, wantCode: exitUsage, wantErr: `no scenario "dance"`},
		{name: "nobody to fault", args: []string{"fault", "--listen=127.0.0.1:0", "--timeout-ms=1", "--directory=" + t.TempDir(), "trusted"}, wantCode: exitNobody, wantErr: "no client came"},
		{name: "half a pair", args: []string{"record", "--client-cert-file=x"}, wantCode: exitUsage, wantErr: "belong together"},
		{name: "record from nowhere", args: []string{"record", "--uri=http://x"}, wantCode: exitUsage, wantErr: `"http" is no scheme`},
		{name: "record at no address", args: []string{"record", "--listen=nowhere"}, wantCode: exitUsage, wantErr: "missing port"},
		{name: "endpoint without files", args: []string{"tls-fault", "-bind", "127.0.0.1:0"}, wantCode: exitFailed, wantOut: "Listening on 127.0.0.1:", wantErr: "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), environment{
				args: tt.args, stdout: &stdout, stderr: &stderr,
				lookupEnv: func(string) (string, bool) { return "", false },
			})
			if code != tt.wantCode || !strings.Contains(stdout.String(), tt.wantOut) || !strings.Contains(stderr.String(), tt.wantErr) {
				t.Errorf("run(%q) = %d, %q, %q; want %d, %q, %q", tt.args, code, stdout.String(), stderr.String(), tt.wantCode, tt.wantOut, tt.wantErr)
			}
		})
	}
}
