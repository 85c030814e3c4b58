package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
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
`

// An environment is what the command gets from its process.
type environment struct {
	args      []string
	lookupEnv func(string) (string, bool)
	stdin     io.Reader
	stdout    io.Writer
	stderr    io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, environment{args: os.Args[1:], lookupEnv: os.LookupEnv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	os.Exit(code)
}

// run performs a command and returns its exit code.
func run(ctx context.Context, e environment) int {
	if len(e.args) > 0 {
		switch e.args[0] {
		case "suite":
			return runSuite(ctx, e)
		case "decode":
			return runDecode(ctx, e)
		case "record":
			return runRecord(ctx, e)
		case "help", "--help", "-h":
			_, _ = io.WriteString(e.stdout, usage)
			return exitPassed
		}
	}
	_, _ = fmt.Fprint(e.stderr, usage)
	return exitUsage
}
