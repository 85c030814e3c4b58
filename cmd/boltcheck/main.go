package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The exit codes.
const (
	exitPassed = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `boltcheck judges Bolt servers.

  boltcheck suite --uri=bolt://host:port   run the checks; see boltcheck suite --help
  boltcheck decode [FILE]                  show the messages in hex or in a capture file
  boltcheck record --uri=bolt://host:port  write down a session as a script and a transcript
  boltcheck stub SCRIPT                    play a script against a client
  boltcheck fault --list                   a server whose TLS is wrong on purpose
  boltcheck tls-fault --help               one TLS connection with your own certificates
`

// An environment is what the command gets from its process.
type environment struct {
	args      []string
	lookupEnv func(string) (string, bool)
	stdin     io.Reader
	stdout    io.Writer
	stderr    io.Writer
	signals   <-chan os.Signal // interrupts; nil for none
}

func main() {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(context.Background(), environment{
		args: os.Args[1:], lookupEnv: os.LookupEnv,
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, signals: signals,
	}))
}

// run performs a command and returns its exit code.
func run(ctx context.Context, e environment) int {
	if len(e.args) > 0 {
		if e.args[0] == "stub" {
			return runStub(ctx, e)
		}
		ctx, stop := untilSignal(ctx, e.signals)
		defer stop()
		switch e.args[0] {
		case "suite":
			return runSuite(ctx, e)
		case "decode":
			return runDecode(ctx, e)
		case "record":
			return runRecord(ctx, e)
		case "fault":
			return runFault(ctx, e)
		case "tls-fault":
			return runEndpoint(ctx, e)
		case "help", "--help", "-h":
			_, _ = io.WriteString(e.stdout, usage)
			return exitPassed
		}
	}
	_, _ = fmt.Fprint(e.stderr, usage)
	return exitUsage
}

// parse reads the flags of a command. The set is nil when the command ends with
// the code already, because it was asked for help or cannot start.
func (e environment) parse(o gflags.Options, table []gflags.Flag) (set *gflags.Set, code int) {
	set, err := gflags.New(o, table)
	if err != nil {
		return nil, e.refuse(err)
	}
	decision, err := set.Parse(gflags.Input{Args: e.args[1:], LookupEnv: e.lookupEnv}, e.stdout, e.stderr)
	if err != nil {
		return nil, e.refuse(err)
	}
	if decision.Exit {
		return nil, decision.Code
	}
	return set, exitPassed
}

// untilSignal returns a context that ends with the first signal.
func untilSignal(ctx context.Context, signals <-chan os.Signal) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		select {
		case <-signals:
			stop()
		case <-ctx.Done():
		}
	}()
	return ctx, stop
}
