package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// flags is the table of all flags of boltbench.
func flags() []gflags.Flag {
	return []gflags.Flag{
		{Name: "uri", Type: gflags.String, Default: "bolt://127.0.0.1:7687", Section: "server", Help: "Bolt URI of the server."},
		{Name: "user", Type: gflags.String, Section: "server", Help: "User name; empty logs in without credentials."},
		{Name: "password", Type: gflags.String, Section: "server", Env: "BOLTBENCH_PASSWORD", Help: "Password of --user."},
		{Name: "database", Type: gflags.String, Section: "server", Help: "Database; empty is the user's home database."},
		{Name: "server-pid", Type: gflags.Int32, Default: "0", Section: "server", Help: "Process id of a server on this machine, to report its CPU time and memory."},
		{Name: "nodes", Type: gflags.Int32, Default: "20000", Section: "graph", Validate: gflags.InRange(100, 10_000_000), Help: "People in the graph."},
		{Name: "relationships", Type: gflags.Int32, Default: "200000", Section: "graph", Validate: gflags.InRange(100, 100_000_000), Help: "KNOWS relationships in the graph."},
		{Name: "seed", Type: gflags.Uint64, Default: "1", Section: "graph", Help: "Seed of the graph and of the parameters."},
		{Name: "load", Type: gflags.Bool, Default: "true", Section: "graph", Help: "Load the graph first; without it the same graph must be there already."},
		{Name: "sessions", Type: gflags.String, Default: "1,8,64", Section: "measurement", Help: "Comma list of the numbers of sessions to measure."},
		{Name: "duration", Type: gflags.Double, Default: "2", Section: "measurement", Help: "Seconds for each shape and number of sessions."},
		{Name: "shapes", Type: gflags.String, Default: ".", Section: "measurement", Help: "Regular expression that selects shapes by name."},
		{Name: "json", Type: gflags.String, Section: "output", Help: "File for the results, to be compared later."},
		{Name: "note", Type: gflags.String, Section: "output", Help: "What readers must know, above all how durable the server's commits are."},
	}
}

// run executes a command line and returns the exit code: 1 for a wrong command
// line, 2 for a server that fails or answers wrongly.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	set, err := gflags.New(gflags.Options{
		Program: "boltbench", AllowArgs: true, Version: "dev",
		Usage: "load tool and benchmark for Bolt servers: boltbench run [flags] | boltbench compare FILE FILE",
	}, flags())
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "boltbench:", err)
		return 1
	}
	decision, err := set.Parse(gflags.Input{Args: args, LookupEnv: os.LookupEnv}, stdout, stderr)
	if err != nil || decision.Exit {
		return decision.Code
	}
	words := set.Args()
	switch {
	case len(words) == 1 && words[0] == "run":
		err = runSuite(ctx, set, stdout)
	case len(words) == 3 && words[0] == "compare":
		err = compare(words[1], words[2], stdout)
	default:
		_, _ = fmt.Fprintln(stderr, "boltbench: say run, or compare with two result files (--help lists the flags)")
		return 1
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "boltbench:", err)
		return 2
	}
	return 0
}

func runSuite(ctx context.Context, set *gflags.Set, out io.Writer) error {
	pattern, err := regexp.Compile(set.Text("shapes"))
	if err != nil {
		return fmt.Errorf("--shapes: %w", err)
	}
	var sessions []int
	for word := range strings.SplitSeq(set.Text("sessions"), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > 10_000 {
			return fmt.Errorf("--sessions: %q is not a number from 1 to 10000", word)
		}
		sessions = append(sessions, n)
	}
	auth := neo4j.NoAuth()
	if set.Text("user") != "" {
		auth = neo4j.BasicAuth(set.Text("user"), set.Text("password"), "")
	}
	driver, err := neo4j.NewDriverWithContext(set.Text("uri"), auth, func(c *config.Config) {
		c.MaxConnectionPoolSize = 10_000
	})
	if err != nil {
		return err
	}
	defer func() { _ = driver.Close(context.WithoutCancel(ctx)) }()
	b := &bench{
		driver: driver, database: set.Text("database"), pid: int(set.Int32("server-pid")), out: out,
		duration: time.Duration(set.Double("duration") * float64(time.Second)),
		data:     generate(int(set.Int32("nodes")), int(set.Int32("relationships")), set.Uint64("seed")),
		seed:     set.Uint64("seed"),
	}
	report := &report{URI: set.Text("uri"), Note: set.Text("note"), Nodes: b.data.size(), Relationships: len(b.data.pairs)}
	info, err := driver.GetServerInfo(ctx)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", report.URI, err)
	}
	report.Server = fmt.Sprintf("%s, Bolt %d.%d", info.Agent(), info.ProtocolVersion().Major, info.ProtocolVersion().Minor)
	report.printHead(out)
	if set.Bool("load") {
		if err := b.load(ctx, report); err != nil {
			return err
		}
	}
	err = b.measureAll(ctx, pattern, sessions, report)
	report.PeakMemory = b.peakMemory()
	report.printFoot(out)
	if path := set.Text("json"); path != "" {
		data, jsonErr := json.MarshalIndent(report, "", "  ")
		if jsonErr == nil {
			jsonErr = os.WriteFile(path, append(data, '\n'), 0o600)
		}
		err = errors.Join(err, jsonErr)
	}
	return err
}
