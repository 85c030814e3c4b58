// Package conformance looks at the whole program from outside: its tests hold the
// architecture, and its packages run the built binary under real clients.
//
// # Architecture
//
// arch_test.go has the one table of who may import whom. It asks the go command,
// so it has to run with -count=1.
package conformance
