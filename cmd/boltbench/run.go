package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/cmd/boltbench/client"
	"github.com/drawbolt/drawbolt/cmd/boltbench/measure"
	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
	"github.com/drawbolt/drawbolt/cmd/boltbench/suite"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// runSuite is the command boltbench run.
func runSuite(ctx context.Context, e environment) error {
	set, err := gflags.New(gflags.Options{
		Program: "boltbench run", Version: version,
		Usage: "loads a graph into a Bolt server, checks its answers and measures them",
	}, flags())
	if err != nil {
		return err
	}
	decision, err := set.Parse(gflags.Input{Args: e.args[1:], LookupEnv: e.lookupEnv}, e.stdout, e.stderr)
	if err != nil || decision.Exit {
		if decision.Code == 0 && err == nil {
			return nil
		}
		return errUsage
	}
	b, err := newBench(set, e)
	if err != nil {
		return err
	}
	if err := b.connect(ctx); err != nil {
		return err
	}
	defer b.driver.Close(ctx)
	b.report.Head(b.out)
	err = b.run(ctx, set.Bool("load"))
	// What there is is written also after a failure or an interruption.
	b.report.Interrupted = ctx.Err() != nil
	b.report.Server.PeakMemory = measure.PeakMemory(b.plan.PID)
	b.report.Foot(b.out)
	return errors.Join(err, b.write(set))
}

// A bench is one run against one server.
type bench struct {
	target      client.Target
	driver      *client.Driver
	work        *suite.Workload
	queries     []suite.Query // the selected ones
	plan        measure.Plan
	mode, cache string
	mix         []share
	raw         bool
	restart     []string // the command of a cold run
	connections []int
	out, bars   io.Writer
	report      report.Report
}

// newBench reads the command line and generates the graph.
func newBench(set *gflags.Set, e environment) (*bench, error) {
	b := &bench{
		target: client.Target{
			URI: set.Text("uri"), User: set.Text("user"), Password: set.Text("password"),
			Database: set.Text("database"), CAFile: set.Text("ca-file"),
		},
		plan: measure.Plan{
			Duration: inSeconds(set.Double("duration")), Count: set.Int64("count"), Rate: set.Double("rate"),
			Warmup: inSeconds(set.Double("warmup")), Ramp: inSeconds(set.Double("ramp")),
			Think:    time.Duration(set.Double("think-ms") * float64(time.Millisecond)),
			Pipeline: int(set.Int32("pipeline")), Seed: set.Uint64("seed"), PID: int(set.Int32("server-pid")),
		},
		mode: set.Text("mode"), cache: set.Text("cache"), raw: set.Text("client") == clientRaw,
		restart: strings.Fields(set.Text("cold-command")), out: e.stdout, bars: e.stderr,
	}
	if b.cache == cacheCold {
		b.plan.Cold, b.plan.Warmup = true, 0
	}
	if b.plan.Count > 0 {
		b.plan.Duration = 0
	}
	pattern, err := regexp.Compile(set.Text("queries"))
	if err != nil {
		return nil, fmt.Errorf("--queries: %w", err)
	}
	if b.connections, err = numbers(set.Text("connections")); err != nil {
		return nil, err
	}
	for _, n := range b.connections {
		b.plan.Connections = n
		if err := b.plan.Validate(); err != nil {
			return nil, err
		}
	}
	if b.plan.Pipeline > 1 && !b.raw {
		return nil, errors.New("--pipeline needs --client=raw")
	}
	if b.mix, err = parseMix(set.Text("mix"), b.mode); err != nil {
		return nil, err
	}
	if err := b.generate(set); err != nil {
		return nil, err
	}
	for _, q := range b.work.Queries {
		if pattern.MatchString(q.FullName()) && (q.Connect == nil || q.Connect.TLS == b.target.Encrypted()) {
			b.queries = append(b.queries, q)
		}
	}
	// Reads come first: their answers are those of the graph as it was loaded.
	slices.SortStableFunc(b.queries, func(x, y suite.Query) int { return x.Kind.Order() - y.Kind.Order() })
	if len(b.queries) == 0 {
		return nil, fmt.Errorf("--queries=%s selects none of the suite's queries", set.Text("queries"))
	}
	if set.Text("mix") == "" {
		b.mix = b.possible()
	}
	b.describe(set, e.args)
	return b, nil
}

// possible returns the shares of the mix for which a query is selected.
func (b *bench) possible() []share {
	return slices.DeleteFunc(b.mix, func(s share) bool {
		return s.kind != measured && !slices.ContainsFunc(b.queries, func(q suite.Query) bool { return q.Kind == s.kind })
	})
}

// generate makes the graph of the suite in the wanted size.
func (b *bench) generate(set *gflags.Set) error {
	s, ok := suite.Find(set.Text("suite"))
	if !ok {
		return fmt.Errorf("--suite: there is no suite %q; boltbench list names them", set.Text("suite"))
	}
	size, ok := s.Size(set.Text("size"))
	if !ok {
		return fmt.Errorf("--size: the suite %s has no size %q", s.Name, set.Text("size"))
	}
	nodes, relationships := int(set.Int32("nodes")), int(set.Int32("relationships"))
	if (nodes != 0 || relationships != 0) && !s.Free {
		return fmt.Errorf("--nodes and --relationships: the suite %s has the sizes of boltbench list only", s.Name)
	}
	if nodes != 0 || relationships != 0 {
		size.Name = "free"
		if nodes != 0 {
			size.Nodes = nodes
		}
		if relationships != 0 {
			size.Relationships = relationships
		}
		if size.Nodes < 100 || size.Relationships > size.Nodes*(size.Nodes-1)/4 {
			return errors.New("--nodes and --relationships: at least 100 nodes, and relationships for at most half of the pairs")
		}
	}
	b.work = s.Make(size, b.plan.Seed)
	b.report.Dataset = report.Dataset{
		Suite: s.Name, Size: size.Name, Nodes: b.work.Nodes, Relationships: b.work.Relationships, Seed: b.plan.Seed,
	}
	return nil
}

// describe fills in what is known before the server is asked.
func (b *bench) describe(set *gflags.Set, args []string) {
	r := &b.report
	r.Format, r.Time, r.Go, r.Note = report.Format, time.Now().UTC().Truncate(time.Second), runtime.Version(), set.Text("note")
	r.Version, r.Driver = versions()
	r.Machine = machine()
	words := []string{"boltbench"}
	for i, arg := range args {
		name, _, assigned := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name == "password" && assigned:
			arg = "--password=..."
		case i > 0 && strings.TrimLeft(args[i-1], "-") == "password":
			arg = "..."
		case strings.ContainsAny(arg, " '\"$|&;<>()*?"):
			arg = strconv.Quote(arg)
		}
		words = append(words, arg)
	}
	r.CommandLine = strings.Join(words, " ")
	r.Server = report.Server{URI: b.target.URI, TLS: b.target.Encrypted()}
	r.Load = report.Load{
		Mode: b.mode, Cache: b.cache, Mix: mixText(b.mix), Client: set.Text("client"), Pipeline: b.plan.Pipeline, Rate: b.plan.Rate,
		Duration: b.plan.Duration.Seconds(), Count: b.plan.Count, Warmup: b.plan.Warmup.Seconds(), Ramp: b.plan.Ramp.Seconds(),
		Think: set.Double("think-ms"),
	}
	r.Server.Durability = set.Text("durability")
}

// connect asks the server for its name and its durability.
func (b *bench) connect(ctx context.Context) error {
	var err error
	if b.driver, err = client.NewDriver(ctx, &b.target); err != nil {
		return err
	}
	b.report.Server.Name, b.report.Server.Protocol = b.driver.Server, b.driver.Protocol
	if b.report.Server.Durability == "" {
		s := b.driver.Session(ctx)
		defer s.Close(ctx)
		b.report.Server.Durability = durability(ctx, s, b.driver.Server)
	}
	return nil
}

// write writes the files that were asked for.
func (b *bench) write(set *gflags.Set) error {
	var errs []error
	if path := set.Text("json"); path != "" {
		errs = append(errs, b.report.WriteJSON(path))
	}
	for flag, write := range map[string]func(io.Writer, []*report.Report) error{"csv": report.WriteCSV, "html": report.WriteHTML} {
		if path := set.Text(flag); path != "" {
			errs = append(errs, toFile(path, func(w io.Writer) error { return write(w, []*report.Report{&b.report}) }))
		}
	}
	return errors.Join(errs...)
}

func toFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func inSeconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }

// numbers reads a comma list of numbers of connections.
func numbers(text string) ([]int, error) {
	var result []int
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > client.MaxConnections {
			return nil, fmt.Errorf("--connections: %q is not a number from 1 to %d", word, client.MaxConnections)
		}
		result = append(result, n)
	}
	return result, nil
}
