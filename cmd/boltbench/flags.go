package main

import (
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The modes of a run.
const (
	modeIsolated  = "isolated"
	modeMixed     = "mixed"
	modeRealistic = "realistic"
)

// The states that a server is measured in.
const (
	cacheHot      = "hot"
	cacheCold     = "cold"
	cacheVulcanic = "vulcanic"
)

// The clients.
const (
	clientDriver = "driver"
	clientRaw    = "raw"
)

// flags is the table of all flags of boltbench run.
func flags() []gflags.Flag {
	return []gflags.Flag{
		{Name: "uri", Type: gflags.String, Default: "bolt://127.0.0.1:7687", Section: "server", Help: "Bolt URI of the server."},
		{Name: "user", Type: gflags.String, Section: "server", Help: "User name; empty logs in without credentials."},
		{Name: "password", Type: gflags.String, Section: "server", Env: "BOLTBENCH_PASSWORD", Secret: true, Help: "Password of --user; better given in BOLTBENCH_PASSWORD."},
		{Name: "database", Type: gflags.String, Section: "server", Help: "Database; empty is the user's home database."},
		{Name: "ca-file", Type: gflags.String, Section: "server", Help: "PEM file of the authorities to verify the server with, in place of the system's."},
		{Name: "server-pid", Type: gflags.Int32, Default: "0", Section: "server", Validate: gflags.InRange(0, 1<<31-1), Help: "Process id of a server on this machine, to report its CPU time and memory."},
		{Name: "durability", Type: gflags.String, Section: "server", Help: "What an answered commit of the server survives, for the report. Empty asks the server, where that is possible."},

		{Name: "suite", Type: gflags.String, Default: "own", Section: "graph", Help: "Suite to run; boltbench list names them."},
		{Name: "size", Type: gflags.String, Section: "graph", Help: "Size of the suite's graph; empty is its first one."},
		{Name: "nodes", Type: gflags.Int32, Default: "0", Section: "graph", Validate: gflags.InRange(0, 10_000_000), Help: "Nodes of the graph, for suites of any size; 0 is that of --size."},
		{Name: "relationships", Type: gflags.Int32, Default: "0", Section: "graph", Validate: gflags.InRange(0, 100_000_000), Help: "Relationships of the graph, for suites of any size; 0 is that of --size."},
		{Name: "seed", Type: gflags.Uint64, Default: "1", Section: "graph", Help: "Seed of the graph and of the parameters."},
		{Name: "load", Type: gflags.Bool, Default: "true", Section: "graph", Help: "Load the graph first; without it the same graph must be there already."},

		{Name: "queries", Aliases: []string{"shapes"}, Type: gflags.String, Default: ".", Section: "load", Help: "Regular expression that selects queries by group/name."},
		{Name: "connections", Aliases: []string{"sessions"}, Type: gflags.String, Default: "1,8,64", Section: "load", Help: "Comma list of the numbers of connections to measure at, 1 to 10000."},
		{Name: "client", Type: gflags.String, Default: clientDriver, Section: "load", Validate: gflags.OneOf("client", clientDriver, clientRaw), Help: "driver is the official Go driver; raw costs little itself and does not decode records."},
		{Name: "duration", Type: gflags.Double, Default: "2", Section: "load", Validate: seconds(0.01), Help: "Seconds to measure each query at each number of connections."},
		{Name: "count", Type: gflags.Int64, Default: "0", Section: "load", Validate: gflags.InRange(0, 1<<40), Help: "Requests to measure in place of --duration."},
		{Name: "warmup", Type: gflags.Double, Default: "0.5", Section: "load", Validate: seconds(0), Help: "Seconds of load before the measured time."},
		{Name: "ramp", Type: gflags.Double, Default: "0", Section: "load", Validate: seconds(0), Help: "Seconds over which the connections are opened."},
		{Name: "rate", Type: gflags.Double, Default: "0", Section: "load", Validate: seconds(0), Help: "Open loop: requests due each second, over all connections. Latencies count from the time a request was due. 0 is the closed loop."},
		{Name: "think-ms", Type: gflags.Double, Default: "0", Section: "load", Validate: seconds(0), Help: "Mean of the exponentially distributed milliseconds between an answer and the next request."},
		{Name: "pipeline", Type: gflags.Int32, Default: "1", Section: "load", Validate: gflags.InRange(1, 10_000), Help: "Requests in one write, with --client=raw."},
		{Name: "mode", Type: gflags.String, Default: modeIsolated, Section: "load", Validate: gflags.OneOf("mode", modeIsolated, modeMixed, modeRealistic), Help: "isolated measures each query alone, mixed each beside others, realistic all at once; see --mix."},
		{Name: "mix", Type: gflags.String, Section: "load", Help: "Shares of the kinds of queries, such as write:30,read:40,update:10,analytical:20; in the mixed mode query is the measured one."},
		{Name: "cache", Type: gflags.String, Default: cacheHot, Section: "load", Validate: gflags.OneOf("cache state", cacheHot, cacheCold, cacheVulcanic), Help: "hot warms each query up; vulcanic runs all selected ones before each; cold has no warm-up, and clears the server's plan caches where it has a procedure for that."},
		{Name: "cold-command", Type: gflags.String, Section: "load", Help: "Program with arguments, split at blanks, that restarts the server before each measurement of a cold run."},

		{Name: "json", Type: gflags.String, Section: "output", Help: "File for the results, to be compared later."},
		{Name: "csv", Type: gflags.String, Section: "output", Help: "File for the results as CSV."},
		{Name: "html", Type: gflags.String, Section: "output", Help: "File for the results as a page with plots."},
		{Name: "note", Type: gflags.String, Section: "output", Help: "What else readers must know."},
	}
}

// seconds returns a validator for numbers from least to a day of seconds.
func seconds(least float64) func(string, gflags.Value) error {
	return func(name string, v gflags.Value) error {
		if f := v.Double(); !(f >= least && f <= 86_400) {
			return gflags.Refusef("--%s must be a number from %g to 86400.", name, least)
		}
		return nil
	}
}
