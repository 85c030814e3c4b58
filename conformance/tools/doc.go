// Package tools runs the built boltcheck on what the Go driver and servers say to
// each other: decode, record and fault.
package tools
