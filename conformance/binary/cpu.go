package binary

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// clockTick is the unit of the times in /proc/PID/stat: Linux gives user space
// 100 ticks a second on every architecture that Go supports.
const clockTick = 10 * time.Millisecond

// ProcessCPU returns the user and system time of a process, in steps of 10 ms.
func ProcessCPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The command name may hold blanks and parentheses; the fixed fields
	// follow the last closing one, where utime and stime are 11 and 12.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	var total int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		total += n
	}
	return time.Duration(total) * clockTick, nil
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
