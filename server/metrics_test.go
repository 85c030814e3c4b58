package server_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/drawbolt/drawbolt/server"
)

// numbers returns the metrics of a server whose names begin so.
func numbers(t *testing.T, s *server.Server, prefixes ...string) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(s.Collector()); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			parts := []string{f.GetName()}
			for _, l := range m.GetLabel() {
				parts = append(parts, l.GetValue())
			}
			name := strings.Join(parts, " ")
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			for _, p := range prefixes {
				if strings.HasPrefix(name, p) && value != 0 {
					found[name] = value
				}
			}
		}
	}
	return found
}

// TestMetrics counts a conversation; zeros are left out.
func TestMetrics(t *testing.T) {
	s, _ := start(t, server.Options{})
	c := login(t, s, "5.4")
	c.send(run("rows 3"), pullAll())
	c.want("SUCCESS", "RECORD", "RECORD", "RECORD", "SUCCESS")
	c.send(tx(), run("rows 1"), pullAll())
	c.want("SUCCESS", "SUCCESS", "RECORD", "SUCCESS")
	got := numbers(t, s.Server, "drawbolt_transactions", "memgraph_active")
	want := map[string]float64{
		"drawbolt_transactions_open": 1, "drawbolt_transactions_total committed": 1, "memgraph_active_transactions": 1,
		"memgraph_active_sessions": 1, "memgraph_active_bolt_sessions": 1, "memgraph_active_tcp_sessions": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in a transaction (-want +got):\n%s", diff)
	}
	c.send(run("fail conflict"))
	c.want("FAILURE")
	got = numbers(t, s.Server, "drawbolt_transactions", "drawbolt_failures", "drawbolt_rows", "drawbolt_logins",
		"drawbolt_statement", "drawbolt_bolt_messages", "memgraph_failed", "memgraph_successful", "memgraph_rolled")
	want = map[string]float64{
		"drawbolt_transactions_total committed": 1, "drawbolt_transactions_total rolled_back": 1,
		"drawbolt_failures_total transient": 1, "drawbolt_rows_total": 4, "drawbolt_logins_total ok": 1,
		"drawbolt_statements_total read": 2, "drawbolt_statement_seconds read": 2, "drawbolt_bolt_messages_total": 8,
		"memgraph_failed_queries_total": 1, "memgraph_successful_queries_total": 2, "memgraph_rolled_back_transactions_total": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a failure (-want +got):\n%s", diff)
	}
}
