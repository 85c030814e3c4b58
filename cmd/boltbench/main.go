package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
)

// version is what --version prints.
const version = "dev"

// The exit codes.
const (
	exitUsage       = 1
	exitFailed      = 2
	exitInterrupted = 130
)

const usage = `boltbench loads a graph into any Bolt server, checks every answer against its own
computation, and then measures.

  boltbench list [SUITE]              the suites, or the queries of one
  boltbench run [flags]               load, check and measure; see boltbench run --help
  boltbench compare FILE FILE...      JSON files of runs side by side
  boltbench csv FILE...               JSON files of runs as CSV
  boltbench html FILE...              JSON files of runs as one page with plots

Examples:

  boltbench run --uri bolt+ssc://localhost:7687 --server-pid $(pidof drawbolt) --json ours.json
  boltbench run --suite pokec --mode realistic --connections 64
  boltbench run --queries return-one --client raw --rate 20000 --duration 30
  boltbench run --suite handshakes --uri bolt+ssc://localhost:7687
  boltbench compare ours.json theirs.json
  boltbench html ours.json theirs.json >both.html
`

// An environment is what the command gets from its process.
type environment struct {
	args      []string
	lookupEnv func(string) (string, bool)
	stdout    io.Writer
	stderr    io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, environment{args: os.Args[1:], lookupEnv: os.LookupEnv, stdout: os.Stdout, stderr: os.Stderr})
	stop()
	os.Exit(code)
}

// errUsage is a wrong command line that has been answered already.
var errUsage = errors.New("wrong command line")

// run performs a command and returns its exit code: 1 for a wrong command line, 2
// for a server that fails or answers wrongly, 130 after an interruption.
func run(ctx context.Context, e environment) int {
	command, rest := "", []string(nil)
	if len(e.args) > 0 {
		command, rest = e.args[0], e.args[1:]
	}
	var err error
	switch {
	case command == "run":
		err = runSuite(ctx, e)
	case command == "list" && len(rest) <= 1:
		err = list(e.stdout, rest)
	case command == "compare" && len(rest) >= 2:
		err = compareFiles(e.stdout, rest)
	case command == "csv" && len(rest) >= 1:
		err = convertFiles(e.stdout, rest, report.WriteCSV)
	case command == "html" && len(rest) >= 1:
		err = convertFiles(e.stdout, rest, report.WriteHTML)
	case command == "help", command == "--help", command == "-h":
		_, _ = io.WriteString(e.stdout, usage)
		return 0
	case command == "--version":
		_, _ = fmt.Fprintln(e.stdout, "boltbench version", version)
		return 0
	default:
		_, _ = io.WriteString(e.stderr, usage)
		return exitUsage
	}
	return e.code(ctx, err)
}

func (e environment) code(ctx context.Context, err error) int {
	switch {
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(e.stderr, "boltbench: interrupted")
		return exitInterrupted
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return exitUsage
	default:
		_, _ = fmt.Fprintln(e.stderr, "boltbench:", err)
		return exitFailed
	}
}
