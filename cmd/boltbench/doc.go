// Boltbench loads a graph into any Bolt server, checks every answer against its
// own computation, and then measures: latencies by histogram, throughput, errors by
// code, and for a local server its CPU time per request and its peak memory.
//
//	boltbench list
//	boltbench run --uri bolt://127.0.0.1:7687 --json ours.json
//	boltbench compare ours.json theirs.json
//
// README.md is the manual.
//
// # Rooms
//
// suite has the graphs, queries and answers; client talks to the server; measure
// makes the load; report shows results. This package reads the command line.
//
// # Honesty
//
// A query whose answer differs from the computed one is reported as wrong and not
// timed. Every result says how durable the server's commits are and where that is
// known from. Runs that differ in more than the server are not compared.
package main
