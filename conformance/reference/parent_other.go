//go:build !linux

package reference

import "syscall"

// dieWithParent has no counterpart here: only a clean end of the test process
// ends the server.
func dieWithParent() *syscall.SysProcAttr { return nil }
