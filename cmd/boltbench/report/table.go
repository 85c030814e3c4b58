package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Head prints what was measured and how.
func (r *Report) Head(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s, Bolt %s, at %s\ndurability: %s\n", r.Server.Name, r.Server.Protocol, r.Server.URI, r.Server.Durability)
	_, _ = fmt.Fprintf(w, "suite %s: %d nodes, %d relationships, seed %d\n", r.Dataset.Suite, r.Dataset.Nodes, r.Dataset.Relationships, r.Dataset.Seed)
	_, _ = fmt.Fprintf(w, "load: %s\n", r.Load)
	_, _ = fmt.Fprintf(w, "client: boltbench %s, %s, %s\n", r.Version, r.Go, r.Machine)
	if r.Note != "" {
		_, _ = fmt.Fprintln(w, r.Note)
	}
}

// String describes the machine in a line.
func (m Machine) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s/%s, %d cores, %d GiB, %s", m.OS, m.Arch, m.Cores, m.Memory>>30, m.CPU))
}

// String describes the load in a line.
func (l Load) String() string {
	words := []string{l.Mode, l.Cache, l.Client + " client"}
	add := func(when bool, format string, args ...any) {
		if when {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(l.Mix != "", "mix %s", l.Mix)
	add(l.Rate > 0, "open loop at %g/s", l.Rate)
	add(l.Rate == 0, "closed loop")
	add(l.Pipeline > 1, "%d pipelined", l.Pipeline)
	add(l.Count > 0, "%d requests", l.Count)
	add(l.Count == 0, "%g s", l.Duration)
	add(l.Warmup > 0, "after %g s of warm-up", l.Warmup)
	add(l.Ramp > 0, "ramp of %g s", l.Ramp)
	add(l.Think > 0, "think time %g ms", l.Think)
	return strings.Join(words, ", ")
}

// LoadingLine prints one part of the loading.
func LoadingLine(w io.Writer, l *Loading) {
	_, _ = fmt.Fprintf(w, "%-44s %10d rows %10.2f s %12.0f/s\n", l.Name, l.Rows, l.Seconds, l.PerSecond)
}

// TableHead prints the head of the table of measurements.
func TableHead(w io.Writer) {
	_, _ = fmt.Fprintf(w, "\n%-44s %6s %11s %11s %11s %11s %11s %10s\n",
		"latency in µs", "conns", "p50", "p90", "p99", "p99.9", "per second", "server µs")
}

// Line prints a measurement, and the parts of a mix below it.
func (m *Measurement) Line(w io.Writer) {
	switch {
	case m.Wrong != "":
		_, _ = fmt.Fprintf(w, "%-44s WRONG: %.160s\n", m.Query, m.Wrong)
		return
	case m.Failed != "":
		_, _ = fmt.Fprintf(w, "%-44s %6d FAILED: %.160s\n", m.Query, m.Connections, m.Failed)
		return
	}
	l := &m.Latency
	_, _ = fmt.Fprintf(w, "%-44s %6d %11s %11s %11s %11s %11.0f %10s%s\n", m.Query, m.Connections,
		figure(l.P50), figure(l.P90), figure(l.P99), figure(l.P999), m.PerSecond, figure(m.ServerCPU), m.remarks())
	for i, c := range m.Classes {
		if c.Requests > 0 && i < len(m.ClassNames) {
			_, _ = fmt.Fprintf(w, "  %-42s %6s %11s %11s %11s %11s %11.0f\n", m.ClassNames[i], "",
				figure(c.Latency.P50), figure(c.Latency.P90), figure(c.Latency.P99), figure(c.Latency.P999),
				float64(c.Requests)/m.Seconds)
		}
	}
}

// remarks are what a reader of the figures must know.
func (m *Measurement) remarks() string {
	var words []string
	for _, code := range slices.Sorted(maps.Keys(m.Errors)) {
		words = append(words, fmt.Sprintf("%d × %s", m.Errors[code], code))
	}
	// The last one is often due and not sent.
	if m.Missed*100 > m.Requests {
		words = append(words, fmt.Sprintf("overloaded: %d requests were due and not sent", m.Missed))
	}
	if m.Interrupted {
		words = append(words, "interrupted")
	}
	if words == nil {
		return ""
	}
	return "  " + strings.Join(words, ", ")
}

// Foot prints what is known at the end only.
func (r *Report) Foot(w io.Writer) {
	for _, index := range r.Indexes {
		_, _ = fmt.Fprintf(w, "the server refused the index on %s\n", index)
	}
	if r.Server.PeakMemory > 0 {
		_, _ = fmt.Fprintf(w, "\npeak memory of the server: %d MiB\n", r.Server.PeakMemory>>20)
	}
}

// figure prints a time with three or four digits that count.
func figure(v float64) string {
	switch {
	case v == 0:
		return "-"
	case v < 1000:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}
