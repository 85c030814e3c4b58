package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/suite"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The flags of boltcheck suite.
const (
	flagURI      = "uri"
	flagUser     = "user"
	flagPassword = "password"
	flagTLS      = "tls"
	flagCA       = "ca-file"
	flagJudge    = "judge"
	flagVersions = "versions"
	flagRun      = "run"
	flagList     = "list"
	flagTimeout  = "timeout-ms"
	flagParallel = "parallel"
	flagQuiet    = "quiet"
)

// suiteUsage stands above the flags in help.
const suiteUsage = `runs raw-byte checks against a Bolt server

  boltcheck suite --uri=bolt://localhost:7687
  BOLTCHECK_PASSWORD=secret boltcheck suite --uri=bolt+s://db.example.com --user=neo4j
  boltcheck suite --versions=5.0-5.4 --run='^handshake/'
  boltcheck suite --judge=specified --junit=bolt.xml --github=-
  boltcheck suite --list

It writes nodes with labels that begin with BoltCheck, and removes them. The exit code is
0 when all checks passed, 1 when one failed, 2 when there was no server to judge.`

// suiteFlags is the flag table of boltcheck suite.
func suiteFlags() []gflags.Flag {
	return append(reportFlags(), []gflags.Flag{
		uriFlag("bolt://localhost:7687", "Server to check"),
		{Name: flagUser, Type: gflags.String, Help: "User to log in as. Empty means the scheme none."},
		{
			Name: flagPassword, Type: gflags.String, Env: "BOLTCHECK_PASSWORD",
			Help: "Password of the user; better given in BOLTCHECK_PASSWORD.",
		},
		tlsFlag(),
		caFlag(),
		{
			Name: flagJudge, Type: gflags.String,
			Help: "Classes of checks that count, with commas: specified, reference, own. Empty means all for drawbolt and the first two for others.",
		},
		{Name: flagVersions, Type: gflags.String, Help: "Versions to check, such as 4.4,5.0-5.4. Empty means all that the server agrees to."},
		{Name: flagRun, Type: gflags.String, Help: "Regular expression; only checks whose group/name matches are run."},
		{Name: flagList, Type: gflags.Bool, Help: "List the checks and stop."},
		{
			Name: flagTimeout, Type: gflags.Int32, Default: "10000", Validate: gflags.InRange(100, 600000),
			Help: "Milliseconds to wait for an answer.",
		},
		{
			Name: flagParallel, Type: gflags.Int32, Default: "4", Validate: gflags.InRange(1, 64),
			Help: "Number of checks that run at a time.",
		},
		{Name: flagQuiet, Type: gflags.Bool, Help: "Print failures and the table only."},
	}...)
}

// runSuite is the command boltcheck suite.
func runSuite(ctx context.Context, e environment) int {
	set, code := e.parse(gflags.Options{Program: "boltcheck suite", Usage: suiteUsage}, suiteFlags())
	if set == nil {
		return code
	}
	if set.Bool(flagList) {
		return e.list()
	}
	o, err := suiteOptions(set)
	if err != nil {
		return e.refuse(err)
	}
	progress := &progress{w: e.stdout, quiet: set.Bool(flagQuiet)}
	if reportsToStdout(set) {
		progress.w = e.stderr
	}
	o.Done = progress.done
	report, err := suite.Run(ctx, o)
	if err != nil {
		return e.refuse(err)
	}
	if err := errors.Join(e.writeReports(set, report.Machine()), progress.end(report)); err != nil {
		return e.refuse(err)
	}
	if len(report.Failed()) > 0 {
		return exitFailed
	}
	return exitPassed
}

func (e environment) refuse(err error) int {
	_, _ = fmt.Fprintf(e.stderr, "boltcheck: %v\n", err)
	return exitUsage
}

// list prints the checks.
func (e environment) list() int {
	checks, err := suite.Checks()
	if err != nil {
		return e.refuse(err)
	}
	for _, c := range checks {
		if _, err := fmt.Fprintf(e.stdout, "%-9s  %s  (%s)\n", c.Class, c, c.Section); err != nil {
			return exitUsage
		}
	}
	return exitPassed
}

// suiteOptions turns flags into options.
func suiteOptions(set *gflags.Set) (suite.Options, error) {
	o := suite.Options{
		User:     set.Text(flagUser),
		Password: set.Text(flagPassword),
		Versions: set.Text(flagVersions),
		Timeout:  time.Duration(set.Int32(flagTimeout)) * time.Millisecond,
		Parallel: int(set.Int32(flagParallel)),
	}
	for name := range strings.SplitSeq(set.Text(flagJudge), ",") {
		class := suite.Class(strings.TrimSpace(name))
		if class == "" {
			continue
		}
		if !slices.Contains([]suite.Class{suite.Specified, suite.Reference, suite.Own}, class) {
			return o, fmt.Errorf("--judge: %q is no class of checks", name)
		}
		o.Judge = append(o.Judge, class)
	}
	var err error
	if pattern := set.Text(flagRun); pattern != "" {
		if o.Run, err = regexp.Compile(pattern); err != nil {
			return o, fmt.Errorf("--run: %w", err)
		}
	}
	d, err := newDialing(set)
	if err != nil {
		return o, err
	}
	o.Secure, o.DialTCP, o.Dial = d.secure, d.tcp, d.bolt
	return o, nil
}
