package reference

import "syscall"

// dieWithParent makes a child process end with the thread that started it, so
// that a test process that is killed leaves no server behind.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
