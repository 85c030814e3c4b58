package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/stub/script"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
	"github.com/drawbolt/drawbolt/tls"
)

// The exit codes of boltcheck stub beside those of package stub. Programs that
// start a stub tell by them what went wrong.
const (
	exitNotStarted  = 99
	exitInterrupted = 100
	exitKilled      = 130
)

// The flags of boltcheck stub that no other command has.
const (
	flagSeconds  = "timeout"
	flagVerbose  = "verbose"
	flagParse    = "check"
	flagHangups  = "allow-hangups"
	flagClientCA = "client-ca-file"
	flagPhrase   = "client-key-passphrase-file"
)

// envListen is where programs that start a stub put the address.
const envListen = "BOLT_LISTEN_ADDR"

// stubUsage stands above the flags in help.
const stubUsage = `plays scripts against clients, and tells where a client leaves them

  boltcheck stub login.script
  boltcheck stub -v -t 0 -l :7687 login.script
  boltcheck stub -l :9000 router.script reader.script     plays on two ports, 9000 and 9001
  boltcheck stub --client-cert-file=cert.pem --client-key-file=key.pem login.script
  boltcheck stub --check *.script                         only looks for mistakes
  boltcheck stub --github=- login.script                  annotates the script in GitHub Actions

A script is played once; one that says "!: ALLOW RESTART" is played until Ctrl-C.
The flags --listen, --timeout and --verbose are -l, -t and -v for short.
"Listening" is printed when clients can connect. The first Ctrl-C ends what may end,
the second closes all connections, the third kills.

Exit codes: 0 played to the end, 1 a client left its script or a script has a mistake,
2 the time was over, 3 no client came, 99 could not start, 100 and 130 interrupted.

A script:

  !: BOLT 5.4
  A: HELLO
  A: LOGON
  C: RUN "RETURN 1 AS n" {"{}": "*"} {"{}": "*"}
     PULL {"n": {"Z": "*"}}
  S: SUCCESS {"fields": ["n"]}
     RECORD [1]
     SUCCESS {"type": "r"}
  *: RESET
  ?: GOODBYE

The page of boltcheck describes the whole language.`

func stubFlags() []gflags.Flag {
	return append(reportFlags(), []gflags.Flag{
		{
			Name: flagListen, Aliases: []string{"l", "listen-addr"}, Type: gflags.String, Default: ":17687",
			Help: "Address of the first script, HOST:PORT; no host means localhost, port 0 a free one. Further scripts take the next ports. BOLT_LISTEN_ADDR replaces the default.",
		},
		{
			Name: flagSeconds, Aliases: []string{"t"}, Type: gflags.Double, Default: "30", Validate: gflags.InRange(0, 1<<30),
			Help: "Seconds after which the stub ends; 0 means never.",
		},
		{Name: flagVerbose, Aliases: []string{"v"}, Type: gflags.Bool, Help: "Print every message, in colours on a terminal."},
		{Name: flagHangups, Type: gflags.Bool, Help: "Let clients close their connections where the script expects more of them."},
		{Name: flagParse, Type: gflags.Bool, Help: "Read the scripts, report mistakes, and stop."},
		{Name: flagCert, Type: gflags.String, Help: "PEM file of the certificate chain to show to clients; with it they must use TLS."},
		{Name: flagKey, Type: gflags.String, Help: "PEM file of the private key of that certificate."},
		{Name: flagPhrase, Type: gflags.String, Help: "File with the passphrase of the private key."},
		{Name: flagClientCA, Type: gflags.String, Help: "PEM file of authorities: clients must present a certificate of one of them."},
	}...)
}

// runStub is the command boltcheck stub. It looks after signals itself.
func runStub(ctx context.Context, e environment) int {
	set, err := gflags.New(gflags.Options{Program: "boltcheck stub", Usage: stubUsage, AllowArgs: true}, stubFlags())
	if err != nil {
		return e.notStarted(err)
	}
	var complaints bytes.Buffer
	decision, err := set.Parse(gflags.Input{Args: e.args[1:], LookupEnv: e.lookupEnv}, e.stdout, &complaints)
	_, _ = e.stderr.Write(complaints.Bytes())
	switch {
	case err != nil:
		return e.notStarted(err)
	case decision.Exit && complaints.Len() > 0:
		return exitNotStarted
	case decision.Exit: // help
		return stub.CodePlayed
	case len(set.Args()) == 0:
		return e.notStarted(errors.New("name a script; see boltcheck stub --help"))
	}
	scripts, err := readScripts(set.Args())
	if err != nil {
		_, _ = fmt.Fprintln(e.stderr, err)
		return stub.CodeMismatch
	}
	if set.Bool(flagParse) {
		return stub.CodePlayed
	}
	o := stub.Options{
		Scripts: scripts,
		Timeout: time.Duration(set.Double(flagSeconds) * float64(time.Second)),
		Hangups: set.Bool(flagHangups),
	}
	talk := e.stdout
	if reportsToStdout(set) {
		talk = e.stderr
	}
	if set.Bool(flagVerbose) {
		o.Log, o.Color = talk, isTerminal(talk)
	}
	listeners, closeTLS, err := e.listenForScripts(ctx, set, len(scripts))
	if err != nil {
		return e.notStarted(err)
	}
	o.Listeners = listeners
	defer closeTLS() //nolint:errcheck // the process ends
	for i, l := range o.Listeners {
		_, _ = fmt.Fprintf(e.stderr, "%s is played on %s\n", scripts[i].Name, l.Addr())
	}
	select {
	case <-e.signals:
		return exitInterrupted
	default:
	}
	_, _ = fmt.Fprintln(talk, "Listening")
	outcome := e.playStub(ctx, o)
	if outcome == nil {
		return exitKilled
	}
	_, _ = io.WriteString(talk, outcome.String())
	if err := e.writeReports(set, outcome.Machine(scripts)); err != nil {
		return e.notStarted(err)
	}
	return outcome.Code()
}

func (e environment) notStarted(err error) int {
	_ = e.refuse(err)
	return exitNotStarted
}

// readScripts reads all scripts. It reports the mistakes of all of them.
func readScripts(names []string) ([]*script.Script, error) {
	var scripts []*script.Script
	var all error
	for _, name := range names {
		text, err := os.ReadFile(name) //nolint:gosec // the user's own choice
		if err == nil {
			var s *script.Script
			s, err = script.Parse(name, string(text))
			scripts = append(scripts, s)
		}
		all = errors.Join(all, err)
	}
	return scripts, all
}

// listenForScripts opens one listener for each script, on consecutive ports.
func (e environment) listenForScripts(ctx context.Context, set *gflags.Set, count int) ([]net.Listener, func() error, error) {
	address := set.Text(flagListen)
	if env, ok := e.lookupEnv(envListen); ok && env != "" && !set.Given(flagListen) {
		address = env
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, fmt.Errorf("--%s: %w", flagListen, err)
	}
	first, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, nil, fmt.Errorf("--%s: %q is no port", flagListen, port)
	}
	if host == "" {
		host = "localhost"
	}
	wrap, closeTLS, err := stubTLS(set) //nolint:contextcheck // it lives until it is closed
	if err != nil {
		return nil, nil, err
	}
	var list []net.Listener
	var config net.ListenConfig
	for i := range count {
		n := int(first)
		if n != 0 {
			n += i
		}
		l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(n)))
		if err != nil {
			for _, open := range list {
				err = errors.Join(err, open.Close())
			}
			return nil, nil, errors.Join(err, closeTLS())
		}
		list = append(list, wrap(l))
	}
	return list, closeTLS, nil
}

// stubTLS returns what puts TLS over a listener, if there is a certificate.
func stubTLS(set *gflags.Set) (wrap func(net.Listener) net.Listener, closeTLS func() error, err error) {
	cert, key := set.Text(flagCert), set.Text(flagKey)
	switch {
	case (cert == "") != (key == ""):
		return nil, nil, fmt.Errorf("--%s and --%s belong together", flagCert, flagKey)
	case cert == "":
		return func(l net.Listener) net.Listener { return l }, func() error { return nil }, nil
	}
	o := tls.Options{CertFiles: []string{cert}, KeyFiles: []string{key}, PassphraseFile: set.Text(flagPhrase)}
	if ca := set.Text(flagClientCA); ca != "" {
		o.ClientAuth, o.ClientCAFile = tls.ClientAuthRequire, ca
	}
	endpoint, err := tls.Open(o)
	if err != nil {
		return nil, nil, err
	}
	return endpoint.NewListener, endpoint.Close, nil
}

// playStub plays. The result is nil when it was interrupted for the third time.
func (e environment) playStub(ctx context.Context, o stub.Options) *stub.Outcome {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	finish := make(chan struct{})
	o.Finish = finish
	over := make(chan *stub.Outcome, 1)
	go func() { over <- stub.Run(ctx, o) }()
	for interrupts := 0; ; {
		select {
		case outcome := <-over:
			return outcome
		case <-e.signals:
			switch interrupts++; interrupts {
			case 1:
				_, _ = fmt.Fprintln(e.stderr, "Ending what may end; interrupt again to close all connections.")
				close(finish)
			case 2:
				_, _ = fmt.Fprintln(e.stderr, "Closing all connections.")
				stop()
			default:
				return nil
			}
		}
	}
}

// isTerminal reports whether a writer is a terminal, which understands colours.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
