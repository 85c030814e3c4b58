package report_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cmd/boltbench/measure"
	"github.com/drawbolt/drawbolt/cmd/boltbench/report"
)

// sample returns a report with one row of each kind.
func sample(p50 float64) *report.Report {
	return &report.Report{
		Format: report.Format, Server: report.Server{Name: "Test/1", Durability: "none"},
		Dataset: report.Dataset{Suite: "own", Nodes: 100, Relationships: 300, Seed: 1},
		Load:    report.Load{Mode: "isolated", Duration: 1, Client: "raw"},
		Loading: []report.Loading{{Name: "load-nodes", Rows: 100, Seconds: 2, PerSecond: 50}},
		Measurements: []report.Measurement{
			{Query: "read", Connections: 8, Result: &measure.Result{
				Requests: 10, Seconds: 1, PerSecond: 10, Latency: measure.Latency{P50: p50, P99: 3 * p50},
				Errors: map[string]int64{"Neo.B": 2, "Neo.A": 1},
			}},
			{Query: "bad", Wrong: "1 instead of 2"},
		},
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := sample(10).WriteJSON(path); err != nil {
		t.Fatal(err)
	}
	r, err := report.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Measurements[0].Latency.P50; got != 10 {
		t.Errorf("p50 of the file is %g, want 10", got)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"another format", `{"format": 1}`, "format 1"},
		{"no JSON", `p50`, "invalid"},
	} {
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := report.Read(path); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Read = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*report.Report)
		want   string // a part of the output
		err    string // a part of the error
	}{
		{name: "ratio", want: "10.0 !       25.0 !    2.50", change: func(*report.Report) {}},
		{name: "loading", want: "50/s        100/s    2.00", change: func(r *report.Report) { r.Loading[0].PerSecond = 100 }},
		{name: "wrong in both", want: "wrong        wrong       -", change: func(*report.Report) {}},
		{name: "servers may differ", want: "B: Other, durability: full", change: func(r *report.Report) {
			r.Server.Name, r.Server.Durability = "Other", "full"
		}},
		{name: "suite", err: "suite differs: own and pokec", change: func(r *report.Report) { r.Dataset.Suite = "pokec" }},
		{name: "size", err: "number of nodes", change: func(r *report.Report) { r.Dataset.Nodes = 7 }},
		{name: "seed", err: "seed differs: 1 and 2", change: func(r *report.Report) { r.Dataset.Seed = 2 }},
		{name: "TLS", err: "TLS", change: func(r *report.Report) { r.Server.TLS = true }},
		{name: "client", err: "client differs: raw and driver", change: func(r *report.Report) { r.Load.Client = "driver" }},
		{name: "rate", err: "rate", change: func(r *report.Report) { r.Load.Rate = 5 }},
		{name: "machine", err: "machine", change: func(r *report.Report) { r.Machine.Cores = 64 }},
		{name: "nothing in common", err: "no query", change: func(r *report.Report) { r.Measurements, r.Loading = nil, nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := sample(25)
			tt.change(other)
			var out bytes.Buffer
			err := report.Compare(&out, []*report.Report{sample(10), other})
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Compare = %v, want an error with %q", err, tt.err)
			}
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("Compare prints\n%s\nwithout %q", out.String(), tt.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    report.Measurement
		want string
	}{
		{"errors", sample(10).Measurements[0], "1 × Neo.A, 2 × Neo.B"},
		{"wrong", sample(10).Measurements[1], "WRONG: 1 instead of 2"},
		{"failed", report.Measurement{Query: "q", Failed: "no"}, "FAILED: no"},
		{"overloaded", report.Measurement{Query: "q", Result: &measure.Result{Requests: 10, Missed: 5}}, "5 requests were due"},
		{"interrupted", report.Measurement{Query: "q", Result: &measure.Result{Interrupted: true}}, "interrupted"},
		{
			"mix",
			report.Measurement{Query: "mix", ClassNames: []string{"a", "b"}, Result: &measure.Result{
				Seconds: 2, Classes: []measure.Class{{Requests: 10, Latency: measure.Latency{P50: 7}}, {}},
			}},
			"7.0           -           -           -           5",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			tt.m.Line(&out)
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("Line = %q without %q", out.String(), tt.want)
			}
		})
	}
}

func TestCSV(t *testing.T) {
	var out bytes.Buffer
	if err := report.WriteCSV(&out, []*report.Report{sample(10)}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 {
		t.Fatalf("%d rows, want a head, a loading and two measurements", len(rows))
	}
	for i, name := range rows[0] {
		if name == "p50_us" && rows[2][i] != "10" || name == "errors" && rows[2][i] != "Neo.A=1 Neo.B=2" {
			t.Errorf("column %s is %q", name, rows[2][i])
		}
	}
}

func TestHTML(t *testing.T) {
	r := sample(10)
	r.Note = "<script>alert(1)</script>"
	one := r.Measurements[0]
	more := *one.Result
	more.Series = []measure.Point{{Second: 1, PerSecond: 5, P50: 10, P99: 20}, {Second: 2}, {Second: 3, PerSecond: 5, P50: 12, P99: 50}}
	more.Quantiles = []measure.Quantile{{Percent: 0, Micros: 1}, {Percent: 90, Micros: 20}, {Percent: 100, Micros: 90}}
	r.Measurements[0].Result = &more
	r.Measurements = append(r.Measurements, report.Measurement{Query: "read", Connections: 64, Result: &more})
	var out bytes.Buffer
	if err := report.WriteHTML(&out, []*report.Report{r, r}); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if n := strings.Count(page, "<svg"); n != 3 {
		t.Errorf("%d plots, want percentiles, time and connections", n)
	}
	for _, want := range []string{"wrong answer: 1 instead of 2", "1 × Neo.A", "99.9", "throughput", "&lt;script&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "src=", `href="http`, "@import", "url(http"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q: it must need nothing from elsewhere", bad)
		}
	}
	other := sample(10)
	other.Dataset.Seed = 9
	if err := report.WriteHTML(&out, []*report.Report{r, other}); err == nil {
		t.Error("a page of unlike runs")
	}
}
