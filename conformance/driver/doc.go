// Package driver tests the built binary through the official Go driver: a real
// graph loaded and queried over TLS, before and after a crash, and everything
// that mandatory TLS promises to a client of that driver.
//
// The real graph is the dependency graph of this module, so the answers can be
// computed in Go from the same input.
package driver
