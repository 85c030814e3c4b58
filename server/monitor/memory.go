package monitor

import (
	"bytes"
	"os"
	"strconv"
)

// Memory reads what Linux tells about the process's memory, in bytes: all that is
// resident, the most so far, and what of it belongs to files, such as the
// program. It returns zeros elsewhere.
func Memory() (resident, peak, files int64) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, 0
	}
	return kibibytes(data, "VmRSS:"), kibibytes(data, "VmHWM:"), kibibytes(data, "RssFile:")
}

func residentMemory() (resident, peak int64) {
	resident, peak, _ = Memory()
	return resident, peak
}

// kibibytes returns the value of a line such as "VmRSS:    1234 kB" in bytes.
func kibibytes(status []byte, name string) int64 {
	_, rest, found := bytes.Cut(status, []byte("\n"+name))
	if !found {
		return 0
	}
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}
