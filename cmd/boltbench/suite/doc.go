// Package suite holds the benchmarks by the field's names: the graph of each,
// how it is loaded, its queries, and the answers that they should have.
//
// # Answers
//
// Every answer is computed here, from the generated graph, and never by a
// server. Sizes and seed decide a graph whole, so that two servers get the same.
//
// # Origin
//
// The queries are written after published shapes: mgbench's query groups on the
// Pokec network, the nine counts of LSQB, the nine queries of the study that
// compared Kuzu with Neo4j, and the interactive reads and updates of LDBC's Social
// Network Benchmark. The graphs are generated, so no result is one of those
// benchmarks; none is an audited LDBC result.
//
// # Concurrency
//
// A workload does not change once it is made; its functions may be called by
// several goroutines at once, each with a random source of its own.
package suite
