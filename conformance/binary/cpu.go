package binary

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ProcessCPU returns the user and system time of a process, to the nanosecond.
func ProcessCPU(pid int) (time.Duration, error) {
	// As clock_getcpuclockid(3) makes it: the process, and the scheduler's clock.
	const scheduler = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &t); err != nil { //nolint:gosec // a process id has 22 bits
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// Resident returns the bytes of the server's process that are in memory.
func (s *Server) Resident(tb testing.TB) int64 {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := bytes.Cut(b, []byte("VmRSS:"))
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		tb.Fatalf("no VmRSS in %s", b)
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return n << 10
}
