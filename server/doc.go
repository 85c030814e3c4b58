// Package server is the connection side of Drawbolt: listeners, Bolt sessions
// and their state machine, login, routing, limits and the clean stop.
//
// # Life of a connection
//
// The accept loop only accepts. Each connection has one goroutine, which shakes
// hands, reads a request, executes it and writes the answer, so that nothing is
// handed to another goroutine on the fast path. Answers collect in one buffer
// and leave it when no complete request is left in the input: a pipelined
// BEGIN, RUN, PULL is one read and one write. When a request takes longer than
// about a millisecond, a look-ahead reader starts beside it, so that RESET,
// GOODBYE and a lost connection cancel it at once. DESIGN.md explains both.
//
// # Protocol
//
// Bolt 1 to 6.1. Package bolt knows messages and versions; this package knows
// when a request is legal and what it does. Errors of the query language and
// the store become codes in failure.go and nowhere else.
//
// # Limits
//
// A peer has five seconds for TLS and ten seconds for everything before login,
// 8 KiB a message, and together with the others that are not logged in at most
// a quarter of all connections. See limits.go.
//
// # Concurrency
//
// A Server may be used by any number of goroutines. A session belongs to its
// connection's goroutine; what the look-ahead reader and the timers may touch
// is named in lookahead.go.
package server
