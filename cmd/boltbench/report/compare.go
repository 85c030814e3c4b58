package report

import (
	"errors"
	"fmt"
	"io"
)

// Alike returns why two reports can not be compared: one error for each thing
// that differs and is neither the server nor its durability.
func Alike(a, b *Report) error {
	var errs []error
	for _, d := range []struct {
		what string
		x, y any
	}{
		{"suite", a.Dataset.Suite, b.Dataset.Suite},
		{"number of nodes", a.Dataset.Nodes, b.Dataset.Nodes},
		{"number of relationships", a.Dataset.Relationships, b.Dataset.Relationships},
		{"seed", a.Dataset.Seed, b.Dataset.Seed},
		{"encryption by TLS", a.Server.TLS, b.Server.TLS},
		{"mode", a.Load.Mode, b.Load.Mode},
		{"cache", a.Load.Cache, b.Load.Cache},
		{"mix", a.Load.Mix, b.Load.Mix},
		{"client", a.Load.Client, b.Load.Client},
		{"pipelining", a.Load.Pipeline, b.Load.Pipeline},
		{"rate", a.Load.Rate, b.Load.Rate},
		{"duration", a.Load.Duration, b.Load.Duration},
		{"count", a.Load.Count, b.Load.Count},
		{"warm-up", a.Load.Warmup, b.Load.Warmup},
		{"ramp", a.Load.Ramp, b.Load.Ramp},
		{"think time", a.Load.Think, b.Load.Think},
		{"machine", a.Machine, b.Machine},
		{"version of the driver", a.Driver, b.Driver},
	} {
		if d.x != d.y {
			errs = append(errs, fmt.Errorf("the %s differs: %v and %v", d.what, d.x, d.y))
		}
	}
	return errors.Join(errs...)
}

// Compare prints reports side by side: the p50 of each, and behind the later ones
// how many times that of the first; for loading, rows per second.
func Compare(w io.Writer, reports []*Report) error {
	first := reports[0]
	for _, other := range reports[1:] {
		if err := Alike(first, other); err != nil {
			return fmt.Errorf("these runs can not be compared:\n%w", err)
		}
	}
	for i, r := range reports {
		_, _ = fmt.Fprintf(w, "%c: %s, durability: %s\n", 'A'+i, r.Server.Name, r.Server.Durability)
		if r.Note != "" {
			_, _ = fmt.Fprintf(w, "   %s\n", r.Note)
		}
		if r.Version != first.Version {
			_, _ = fmt.Fprintf(w, "   by boltbench %s, A by %s\n", r.Version, first.Version)
		}
		if r.Interrupted {
			_, _ = fmt.Fprintln(w, "   this run was interrupted")
		}
	}
	_, _ = fmt.Fprintf(w, "\n%-44s %6s", "p50 in µs, ratio to A", "conns")
	for i := range reports {
		_, _ = fmt.Fprintf(w, " %12c", 'A'+i)
		if i > 0 {
			_, _ = fmt.Fprintf(w, " %7s", fmt.Sprintf("%c/A", 'A'+i))
		}
	}
	_, _ = fmt.Fprintln(w)
	rows := compareRows(reports)
	if len(rows) == 0 {
		return errors.New("these runs can not be compared: no query at a number of connections is in all of them")
	}
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, row)
	}
	return nil
}

func compareRows(reports []*Report) []string {
	var rows []string
	for _, x := range reports[0].Loading {
		line, all := fmt.Appendf(nil, "%-44s %6s", x.Name, ""), true
		for i, r := range reports {
			y, ok := r.loading(x.Name)
			all = all && ok
			line = fmt.Appendf(line, " %10.0f/s", y.PerSecond)
			if i > 0 {
				line = append(line, ratio(y.PerSecond, x.PerSecond)...)
			}
		}
		if all {
			rows = append(rows, string(line))
		}
	}
	for i := range reports[0].Measurements {
		x := &reports[0].Measurements[i]
		line, all := fmt.Appendf(nil, "%-44s %6d", x.Query, x.Connections), true
		for i, r := range reports {
			y, ok := r.find(x.Query, x.Connections)
			if !ok {
				all = false
				break
			}
			line = append(append(line, ' '), y.cell()...)
			if i > 0 {
				line = append(line, ratio(y.p50(), x.p50())...)
			}
		}
		if all {
			rows = append(rows, string(line))
		}
	}
	return rows
}

func ratio(x, y float64) string {
	if x == 0 || y == 0 {
		return fmt.Sprintf(" %7s", "-")
	}
	return fmt.Sprintf(" %7.2f", x/y)
}

func (r *Report) loading(name string) (Loading, bool) {
	for _, l := range r.Loading {
		if l.Name == name {
			return l, true
		}
	}
	return Loading{}, false
}

// find returns a measurement. A wrong answer stands for all numbers of
// connections.
func (r *Report) find(query string, connections int) (*Measurement, bool) {
	for i := range r.Measurements {
		m := &r.Measurements[i]
		if m.Query == query && (m.Connections == connections || m.Wrong != "" || connections == 0) {
			return m, true
		}
	}
	return nil, false
}

func (m *Measurement) p50() float64 {
	if m.Result == nil {
		return 0
	}
	return m.Latency.P50
}

func (m *Measurement) cell() string {
	text := "failed"
	switch {
	case m.Wrong != "":
		text = "wrong"
	case m.Result != nil && len(m.Errors) > 0:
		text = figure(m.Latency.P50) + " !"
	case m.Result != nil:
		text = figure(m.Latency.P50)
	}
	return fmt.Sprintf("%12s", text)
}
