// Package bolt tests the built binary version by version: the official Go
// driver in every version that it can speak, scripted raw sessions in those that
// it can not, and the memory of idle connections.
package bolt
