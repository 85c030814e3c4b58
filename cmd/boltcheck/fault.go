package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/fault"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// exitNobody is the exit code of a server to which no client came.
const exitNobody = 3

// The flags of boltcheck fault.
const (
	flagDirectory = "directory"
	flagHosts     = "hosts"
	flagAfter     = "after"
	flagDelay     = "delay-us"
)

// faultUsage stands above the flags in help.
const faultUsage = `a server whose TLS is wrong on purpose

  boltcheck fault --list                        the scenarios, and what a good client must do
  boltcheck fault expired                       play one: connect your driver to 127.0.0.1:17687
  boltcheck fault --directory=certs trusted     keep the authority; clients trust certs/ca.pem
  boltcheck fault --uri=bolt://localhost:7687 --after=5 corrupted-record
                                                pass a client on to a real server, and break the
                                                connection behind the fifth message of the server
  boltcheck fault --json tickets-refused        what the client did, as JSON

The client must trust the authority that is named when the server is ready, and connect
to one of --hosts, in the way of bolt+s://, or of bolt:// for the scenarios plain-….
The exit code is 0 when the client did what a good one does, 1 when it did not, 2 when the
server could not start and 3 when no client came.`

func faultFlags() []gflags.Flag {
	return []gflags.Flag{
		{Name: flagList, Type: gflags.Bool, Help: "List the scenarios and stop; with --json as JSON."},
		{Name: flagJSON, Type: gflags.Bool, Help: "Write one JSON object for each connection."},
		{Name: flagListen, Type: gflags.String, Default: "127.0.0.1:17687", Help: "Address for clients; port 0 takes a free one."},
		uriFlag("", "Server to pass clients on to"),
		tlsFlag(),
		caFlag(),
		{Name: flagDirectory, Type: gflags.String, Help: "Directory of the authority's files, made when it does not exist: " + fault.CAFile + " to trust, " + fault.CRLFile + " of what is revoked, " + fault.ClientCertFile + " and " + fault.ClientKeyFile + " for clients. Empty means a new temporary one."},
		{Name: flagHosts, Type: gflags.String, Default: "localhost,127.0.0.1,::1", Help: "Names and addresses of good certificates, with commas."},
		{
			Name: flagAfter, Type: gflags.Int32, Default: "2", Validate: gflags.InRange(0, 1<<30),
			Help: "Messages of the server that pass before a connection is broken; two are those of the login.",
		},
		{
			Name: flagConnections, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 1<<30),
			Help: "Connections to play; 0 means as many as the scenario needs.",
		},
		{
			Name: flagTimeout, Type: gflags.Int32, Default: "10000", Validate: gflags.InRange(1, 600000),
			Help: "Milliseconds to wait for a client, and for it to do what it must.",
		},
		{
			Name: flagDelay, Type: gflags.Int32, Default: "1000", Validate: gflags.InRange(1, 10000000),
			Help: "Microseconds between bytes where the server is slow.",
		},
	}
}

// runFault is the command boltcheck fault.
func runFault(ctx context.Context, e environment) int {
	set, code := e.parse(gflags.Options{Program: "boltcheck fault", Usage: faultUsage, AllowArgs: true}, faultFlags())
	if set == nil {
		return code
	}
	if set.Bool(flagList) {
		return e.listScenarios(set.Bool(flagJSON))
	}
	if len(set.Args()) != 1 {
		return e.refuse(errors.New("name one scenario; --list shows them"))
	}
	s, ok := fault.Find(set.Args()[0])
	if !ok {
		return e.refuse(fmt.Errorf("there is no scenario %q; --list shows them", set.Args()[0]))
	}
	return e.playScenario(ctx, set, s)
}

func (e environment) playScenario(ctx context.Context, set *gflags.Set, s fault.Scenario) int {
	o := fault.Options{
		After:   int(set.Int32(flagAfter)),
		Timeout: time.Duration(set.Int32(flagTimeout)) * time.Millisecond,
		Delay:   time.Duration(set.Int32(flagDelay)) * time.Microsecond,
	}
	if set.Text(flagURI) != "" {
		d, err := newDialing(set)
		if err != nil {
			return e.refuse(err)
		}
		o.Dial = d.bolt
	}
	directory := set.Text(flagDirectory)
	if directory == "" {
		var err error
		if directory, err = os.MkdirTemp("", "boltcheck-"); err != nil {
			return e.refuse(err)
		}
	}
	var err error
	if o.Authority, err = fault.OpenAuthority(directory, strings.Split(set.Text(flagHosts), ",")); err != nil {
		return e.refuse(err)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", set.Text(flagListen))
	if err != nil {
		return e.refuse(err)
	}
	if _, err := fmt.Fprintf(e.stderr, "Listening on %s, scenario %s, trust %s\nThe server %s.\nA good client must %s.\n",
		l.Addr(), s.Name, filepath.Join(directory, fault.CAFile), s.Server, s.Client); err != nil {
		return e.refuse(errors.Join(err, l.Close()))
	}
	o.Done = func(o fault.Observation) { err = errors.Join(err, e.observation(o, set.Bool(flagJSON))) }
	seen, serveErr := fault.New(s, o).Serve(ctx, l, int(set.Int32(flagConnections)))
	switch {
	case errors.Is(serveErr, fault.ErrNobody):
		_ = e.refuse(serveErr)
		return exitNobody
	case err != nil || serveErr != nil:
		return e.refuse(errors.Join(err, serveErr))
	}
	for _, o := range seen {
		if !o.Good {
			return exitFailed
		}
	}
	return exitPassed
}

// observation prints what a client did.
func (e environment) observation(o fault.Observation, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(o)
	}
	word := "good"
	if !o.Good {
		word = "BAD"
	}
	text := []string{fmt.Sprintf("connection %d: %s: %s", o.Connection, word, o.Verdict)}
	for _, detail := range []struct{ name, value string }{
		{"handshake", o.Handshake},
		{"version", o.Version},
		{"suite", o.Suite},
		{"name", o.Name},
		{"end", o.End},
	} {
		if detail.value != "" {
			text = append(text, detail.name+": "+detail.value)
		}
	}
	if o.Resumed {
		text = append(text, "resumed")
	}
	text = append(text, fmt.Sprintf("messages: %d", o.Messages))
	_, err := fmt.Fprintln(e.stdout, strings.Join(text, "; "))
	return err
}

// listScenarios prints the scenarios.
func (e environment) listScenarios(asJSON bool) int {
	all := fault.Scenarios()
	if asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(all); err != nil {
			return e.refuse(err)
		}
		return exitPassed
	}
	group := ""
	for _, s := range all {
		if s.Group != group {
			group = s.Group
			if _, err := fmt.Fprintf(e.stdout, "%s\n", group); err != nil {
				return exitUsage
			}
		}
		if _, err := fmt.Fprintf(e.stdout, "  %s\n    The server %s.\n    A good client must %s.\n", s.Name, s.Server, s.Client); err != nil {
			return exitUsage
		}
	}
	return exitPassed
}

// The flags of boltcheck tls-fault, as other tools have them.
const (
	flagBind       = "bind"
	flagPlainCert  = "cert"
	flagPlainKey   = "key"
	flagMinTLS     = "minTls"
	flagMaxTLS     = "maxTls"
	flagDisableTLS = "disableTls"
	flagClientCert = "clientCert"
)

// endpointUsage stands above the flags in help.
const endpointUsage = `waits for one client, with the certificate and versions that you choose

  boltcheck tls-fault -bind 0.0.0.0:6666 -cert cert.pem -key key.pem -minTls 2 -maxTls 3
  boltcheck tls-fault -bind 0.0.0.0:6666 --disableTls
  boltcheck tls-fault -bind 0.0.0.0:6666 -cert cert.pem -key key.pem --clientCert client.pem

The exit code is 0 when a client has sent a handshake of Bolt within five seconds. Drop-in
for test suites that bring their own certificates; boltcheck fault has some of its own.`

func endpointFlags() []gflags.Flag {
	return []gflags.Flag{
		{Name: flagBind, Type: gflags.String, Default: "127.0.0.1:6666", Help: "Address for clients; port 0 takes a free one."},
		{Name: flagPlainCert, Type: gflags.String, Help: "PEM file of the certificate chain."},
		{Name: flagPlainKey, Type: gflags.String, Help: "PEM file of the private key."},
		{Name: flagMinTLS, Type: gflags.Int32, Default: "0", Validate: gflags.InRange(0, 3), Help: "Lowest minor version of TLS 1."},
		{Name: flagMaxTLS, Type: gflags.Int32, Default: "3", Validate: gflags.InRange(0, 3), Help: "Highest minor version of TLS 1."},
		{Name: flagDisableTLS, Type: gflags.Bool, Help: "Expect a client without TLS."},
		{Name: flagClientCert, Type: gflags.String, Help: "PEM file of certificates that the client must have, or of their authorities."},
	}
}

// endpointTimeout is how long the client has.
const endpointTimeout = 5 * time.Second

// runEndpoint is the command boltcheck tls-fault.
func runEndpoint(ctx context.Context, e environment) int {
	set, code := e.parse(gflags.Options{Program: "boltcheck tls-fault", Usage: endpointUsage}, endpointFlags())
	if set == nil {
		return code
	}
	endpoint := fault.Endpoint{
		CertFile: set.Text(flagPlainCert), KeyFile: set.Text(flagPlainKey), ClientCAFile: set.Text(flagClientCert),
		MinVersion: set.Int32(flagMinTLS), MaxVersion: set.Int32(flagMaxTLS), Plain: set.Bool(flagDisableTLS), Timeout: endpointTimeout,
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", set.Text(flagBind))
	if err != nil {
		return e.refuse(err)
	}
	if _, err := fmt.Fprintf(e.stdout, "Listening on %s\n", l.Addr()); err != nil {
		return e.refuse(errors.Join(err, l.Close()))
	}
	if err := endpoint.Serve(ctx, l); err != nil {
		_ = e.refuse(err)
		return exitFailed
	}
	return exitPassed
}
