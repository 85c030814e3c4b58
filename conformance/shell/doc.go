// Package shell tests boltsh as people use it: the built shell against the
// built server, as a script runner and on a pseudo-terminal.
package shell
