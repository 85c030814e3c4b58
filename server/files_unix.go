//go:build unix

package server

import "syscall"

// openFiles returns the soft limit of open files, which the Go runtime has
// already raised to the hard one.
func openFiles() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return fallbackConnections
	}
	return int(min(r.Cur, maximumConnections))
}
