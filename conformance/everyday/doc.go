// Package everyday runs the statements that people and tools of Neo4j and
// Memgraph send every day, in one session of the Go driver against the built
// binary, and checks every answer. The expected answers were taken from a real
// Neo4j 5.26 where it has the statement, and from Memgraph's documentation
// elsewhere; tests against a real Neo4j keep them honest.
package everyday
