// Boltbench loads a graph into any Bolt server, checks every answer against its
// own computation, and then measures: p50 and p99 latency and throughput at
// several numbers of sessions, and for a local server its CPU time per request
// and its peak memory.
//
//	boltbench run --uri bolt://127.0.0.1:7687 --json ours.json
//	boltbench compare ours.json theirs.json
//
// # Graph
//
// People with an indexed id, an indexed age, a name, one of 50 cities and a
// score; KNOWS relationships with uniform sources and skewed targets, a fifth of
// them in one percent of the people. Seed and sizes decide the whole graph, so
// two servers get the same one. The database must hold no Person before.
//
// # Honesty
//
// A shape whose answer differs from the computed one is reported as wrong and
// not timed. The durability of a server cannot be asked for over Bolt: say it
// with --note, which is printed above the table.
package main
