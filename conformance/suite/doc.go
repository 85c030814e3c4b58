// Package suite runs the checks of boltcheck: against the built server, plain
// and over TLS, and against a real Neo4j, which proves the checks themselves.
//
// A check that drawbolt does not pass yet is in the list of known failures with
// its reason. The test fails when another check fails, and also when one of the
// list has begun to pass: the list only gets shorter.
package suite
