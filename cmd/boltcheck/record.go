package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/record"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/tls"
)

// The flags of boltcheck record.
const (
	flagListen      = "listen"
	flagOutput      = "output"
	flagTranscript  = "transcript"
	flagCert        = "client-cert-file"
	flagKey         = "client-key-file"
	flagSecrets     = "secrets"
	flagExact       = "exact"
	flagConnections = "connections"
)

// recordUsage stands above the flags in help.
const recordUsage = `writes down what a client and a server say to each other

  boltcheck record --uri=bolt://localhost:7687 -o session.script
  boltcheck record --uri=bolt+s://db.example.com --transcript=session.txt
  boltcheck record --listen=:17687 --client-cert-file=cert.pem --client-key-file=key.pem -o s.script
  boltcheck record --connections=1 -o session.script && boltcheck stub session.script

Connect the client to the address of --listen; Ctrl-C ends the recording. Each
connection becomes a script for boltcheck stub: session.script, session-2.script and
so on. Without -o, or with --transcript, the messages are written as boltcheck decode
shows them, with times. A client that is to speak TLS needs a certificate pair; whether
the server is spoken to in TLS is told by the scheme of the URI.
Use bolt:// in the client: with neo4j:// it goes to the addresses of the server's routing
table, in a cluster past the recording. A single server names the address that the client
has used; such a script is played at the address at which it was recorded.`

func recordFlags() []gflags.Flag {
	return []gflags.Flag{
		uriFlag("bolt://localhost:7687", "Server to pass connections on to"),
		tlsFlag(),
		caFlag(),
		{Name: flagListen, Type: gflags.String, Default: "127.0.0.1:17687", Help: "Address for clients; port 0 takes a free one."},
		{Name: flagOutput, Aliases: []string{"o"}, Type: gflags.String, Help: "File for the script of the first connection; those of others get a number. Existing ones are replaced."},
		{Name: flagTranscript, Type: gflags.String, Help: "File for the transcript; - is standard output, and the default without --output."},
		{Name: flagCert, Type: gflags.String, Help: "PEM file of the certificate chain to show to clients; with it they must use TLS."},
		{Name: flagKey, Type: gflags.String, Help: "PEM file of the private key of that certificate."},
		{Name: flagSecrets, Type: gflags.Bool, Help: "Keep credentials, and statements about passwords, in what is written."},
		{Name: flagExact, Type: gflags.Bool, Help: "Scripts match what clients say about themselves and the address they use, not anything."},
		{
			Name: flagConnections, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 1<<30),
			Help: "End after so many connections; 0 goes on.",
		},
	}
}

// runRecord is the command boltcheck record.
func runRecord(ctx context.Context, e environment) int {
	set, code := e.parse(gflags.Options{Program: "boltcheck record", Usage: recordUsage}, recordFlags())
	if set == nil {
		return code
	}
	d, err := newDialing(set)
	if err != nil {
		return e.refuse(err)
	}
	o := record.Options{
		Dial: d.bolt, Secrets: set.Bool(flagSecrets), Exact: set.Bool(flagExact), Connections: int(set.Int32(flagConnections)),
	}
	if path := set.Text(flagOutput); path != "" {
		o.Script = func(connection int) (io.WriteCloser, error) {
			return os.Create(numbered(path, connection))
		}
	}
	closeTranscript := func() error { return nil }
	switch path := set.Text(flagTranscript); {
	case path == "-" || path == "" && o.Script == nil:
		o.Transcript = e.stdout
	case path != "":
		f, err := os.Create(path) //nolint:gosec // the user's own choice
		if err != nil {
			return e.refuse(err)
		}
		o.Transcript, closeTranscript = f, f.Close
	}
	l, closeTLS, err := listen(ctx, set)
	if err != nil {
		return e.refuse(err)
	}
	if _, err := fmt.Fprintf(e.stderr, "Listening on %s, recording what goes to %s\n", l.Addr(), set.Text(flagURI)); err != nil {
		return e.refuse(errors.Join(err, l.Close()))
	}
	err = record.New(o).Serve(ctx, l)
	if err := errors.Join(err, closeTranscript(), closeTLS()); err != nil {
		_ = e.refuse(err)
		return exitFailed
	}
	return exitPassed
}

// numbered returns the name of the file for a connection.
func numbered(path string, connection int) string {
	if connection == 1 {
		return path
	}
	extension := filepath.Ext(path)
	return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, extension), connection, extension)
}

// listen opens the listener for clients, with TLS when there is a certificate.
func listen(ctx context.Context, set *gflags.Set) (net.Listener, func() error, error) {
	cert, key := set.Text(flagCert), set.Text(flagKey)
	if (cert == "") != (key == "") {
		return nil, nil, fmt.Errorf("--%s and --%s belong together", flagCert, flagKey)
	}
	var config net.ListenConfig
	inner, err := config.Listen(ctx, "tcp", set.Text(flagListen))
	if err != nil {
		return nil, nil, err
	}
	if cert == "" {
		return inner, func() error { return nil }, nil
	}
	endpoint, err := tls.Open(tls.Options{CertFiles: []string{cert}, KeyFiles: []string{key}}) //nolint:contextcheck // it lives until Close
	if err != nil {
		return nil, nil, errors.Join(err, inner.Close())
	}
	return endpoint.NewListener(inner), endpoint.Close, nil
}
