package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
)

// A measurement is one line of the table: a shape at a number of sessions.
// Times are in microseconds; zero means not measured.
type measurement struct {
	Shape     string  `json:"shape"`
	Sessions  int     `json:"sessions,omitempty"`
	Requests  int     `json:"requests,omitempty"`
	PerSecond float64 `json:"per_second,omitempty"`
	P50       float64 `json:"p50_us,omitempty"`
	P99       float64 `json:"p99_us,omitempty"`
	ServerCPU float64 `json:"server_cpu_us,omitempty"`
	Wrong     string  `json:"wrong,omitempty"`
}

// A report is the result of one run, in the form of its JSON file.
type report struct {
	Server        string        `json:"server"`
	URI           string        `json:"uri"`
	Note          string        `json:"note,omitempty"`
	Nodes         int           `json:"nodes"`
	Relationships int           `json:"relationships"`
	PeakMemory    int64         `json:"peak_memory_bytes,omitempty"`
	Measurements  []measurement `json:"measurements"`
}

func (r *report) printHead(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s at %s\n%d nodes, %d relationships; client: %s, %d cores\n",
		r.Server, r.URI, r.Nodes, r.Relationships, runtime.Version(), runtime.NumCPU())
	if r.Note != "" {
		_, _ = fmt.Fprintln(w, r.Note)
	}
	_, _ = fmt.Fprintf(w, "\n%-24s %8s %12s %12s %12s %12s\n", "shape", "sessions", "p50 µs", "p99 µs", "per second", "server µs")
}

// add keeps a measurement and prints it, so that a long run shows progress.
func (r *report) add(w io.Writer, m measurement) {
	r.Measurements = append(r.Measurements, m)
	if m.Wrong != "" {
		_, _ = fmt.Fprintf(w, "%-24s %8d WRONG: %.120s\n", m.Shape, m.Sessions, m.Wrong)
		return
	}
	_, _ = fmt.Fprintf(w, "%-24s %8d %12s %12s %12.0f %12s\n",
		m.Shape, m.Sessions, figure(m.P50), figure(m.P99), m.PerSecond, figure(m.ServerCPU))
}

func (r *report) printFoot(w io.Writer) {
	if r.PeakMemory > 0 {
		_, _ = fmt.Fprintf(w, "\npeak memory of the server: %d MiB\n", r.PeakMemory>>20)
	}
}

func figure(v float64) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", v)
}

func readReport(path string) (*report, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err
	}
	r := new(report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// compare prints two reports side by side: the p50 of each and their ratio, or
// rows per second where only those were measured.
func compare(first, second string, w io.Writer) error {
	a, err := readReport(first)
	if err != nil {
		return err
	}
	b, err := readReport(second)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "A: %s %s\nB: %s %s\n\n%-24s %8s %14s %14s %8s\n",
		a.Server, a.Note, b.Server, b.Note, "shape", "sessions", "A", "B", "B/A")
	for _, x := range a.Measurements {
		for _, y := range b.Measurements {
			if x.Shape == y.Shape && x.Sessions == y.Sessions {
				_, _ = fmt.Fprintln(w, sideBySide(&x, &y))
			}
		}
	}
	return nil
}

func sideBySide(x, y *measurement) string {
	line := fmt.Sprintf("%-24s %8d", x.Shape, x.Sessions)
	switch {
	case x.Wrong != "" || y.Wrong != "":
		return line + fmt.Sprintf(" %14s %14s", verdict(x), verdict(y))
	case x.P50 > 0 && y.P50 > 0:
		return line + fmt.Sprintf(" %11.1f µs %11.1f µs %8.2f", x.P50, y.P50, y.P50/x.P50)
	default:
		return line + fmt.Sprintf(" %12.0f/s %12.0f/s %8.2f", x.PerSecond, y.PerSecond, y.PerSecond/x.PerSecond)
	}
}

func verdict(m *measurement) string {
	if m.Wrong != "" {
		return "wrong"
	}
	return "right"
}
