// Package stub runs the built boltcheck stub against a real driver: scripts that
// it plays to their end, and one that it leaves.
package stub
