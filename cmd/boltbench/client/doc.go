// Package client talks to the measured server: by the official Go driver, as an
// application would, or by a raw client that costs little itself and can send
// several requests in one write.
//
// # Concurrency
//
// A Target may be used by several goroutines at once, a Conn by one.
package client
