// Package show holds the tables that SHOW and the administrative statements
// answer with: their columns in the dialects of Neo4j and Memgraph, and where
// the rows come from.
//
// A table is planned like a procedure, so that YIELD, WHERE and RETURN behind
// it run as in any query. What the store, the functions and the procedures do
// not know (other databases, settings, who is connected) is asked of small
// interfaces that the server implements.
package show
