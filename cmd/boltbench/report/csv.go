package report

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// WriteCSV writes the measurements of reports, one line each.
func WriteCSV(w io.Writer, reports []*Report) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{ // the error is kept until the end
		"server", "durability", "suite", "nodes", "relationships", "seed", "mode", "cache", "client", "rate", "query", "connections",
		"requests", "seconds", "per_second", "mean_us", "min_us", "p50_us", "p90_us", "p99_us", "p99.9_us", "max_us",
		"server_cpu_us", "missed", "errors", "remark",
	})
	for _, r := range reports {
		head := []string{
			r.Server.Name, r.Server.Durability, r.Dataset.Suite, strconv.Itoa(r.Dataset.Nodes), strconv.Itoa(r.Dataset.Relationships),
			strconv.FormatUint(r.Dataset.Seed, 10), r.Load.Mode, r.Load.Cache, r.Load.Client, number(r.Load.Rate),
		}
		for _, l := range r.Loading {
			_ = c.Write(slices.Concat(head, []string{l.Name, "1", strconv.Itoa(l.Rows), number(l.Seconds), number(l.PerSecond)}, make([]string, 11)))
		}
		for i := range r.Measurements {
			_ = c.Write(slices.Concat(head, r.Measurements[i].fields()))
		}
	}
	c.Flush()
	return c.Error()
}

func (m *Measurement) fields() []string {
	fields := []string{m.Query, strconv.Itoa(m.Connections)}
	if m.Result == nil {
		return slices.Concat(fields, make([]string, 13), []string{m.Wrong + m.Failed})
	}
	l := &m.Latency
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(m.Errors)) {
		codes = append(codes, code+"="+strconv.FormatInt(m.Errors[code], 10))
	}
	remark := ""
	if m.Interrupted {
		remark = "interrupted"
	}
	return append(fields, strconv.FormatInt(m.Requests, 10), number(m.Seconds), number(m.PerSecond),
		number(l.Mean), number(l.Min), number(l.P50), number(l.P90), number(l.P99), number(l.P999), number(l.Max),
		number(m.ServerCPU), strconv.FormatInt(m.Missed, 10), strings.Join(codes, " "), remark)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
