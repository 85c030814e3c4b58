// Package differential runs the same statements in Drawbolt's engine and beside
// it: the statements of the compatibility kit in the reference interpreter, and
// generated ones in a real Neo4j.
//
// The other differential tests, which need nothing from outside, are in
// cypher/cyphertest.
package differential
