package monitor_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/server/monitor"
)

// fixed is a store with numbers.
type fixed struct{}

func (fixed) NodeCount() int64         { return 3 }
func (fixed) RelationshipCount() int64 { return 5 }
func (fixed) MemoryUsed() int64        { return 7 }

// registry returns a registry with all metrics of this package.
func registry(t *testing.T) (*monitor.Registry, *monitor.TLS) {
	t.Helper()
	r, err := monitor.NewRegistry("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	leaf := monitor.Certificate{
		Use: "server", Path: "/cert.pem", Subject: "CN=leaf", Exposed: true,
		NotBefore: time.Unix(1000, 0), NotAfter: time.Unix(2000, 0),
	}
	authority := leaf
	authority.Use = "client_authority"
	m := monitor.NewTLS(monitor.TLSOptions{
		Certificates: func() []monitor.Certificate { return []monitor.Certificate{leaf, leaf, authority} },
		ListsExpire:  func() time.Time { return time.Unix(3000, 0) },
	})
	stream := monitor.NewLogStream(monitor.StreamOptions{})
	if err := r.Register(m, monitor.NewStores(func() map[string]monitor.Store { return map[string]monitor.Store{"neo4j": fixed{}} }), stream); err != nil {
		t.Fatal(err)
	}
	return r, m
}

func TestHandler(t *testing.T) {
	r, _ := registry(t)
	notReady := errors.New("data is being recovered")
	for _, tt := range []struct {
		method, path string
		ready        error
		status       int
		body         string
	}{
		{"GET", "/metrics", nil, 200, "drawbolt_build_info"},
		{"HEAD", "/metrics", nil, 200, ""},
		{"POST", "/metrics", nil, 405, ""},
		{"GET", "/health", notReady, 200, "ok"},
		{"GET", "/healthz", notReady, 200, "ok"},
		{"GET", "/ready", nil, 200, "ok"},
		{"GET", "/readyz", nil, 200, "ok"},
		{"GET", "/ready", notReady, 503, "data is being recovered"},
		{"GET", "/readyz", notReady, 503, "data is being recovered"},
		{"GET", "/", nil, 404, ""},
		{"GET", "/debug/vars", nil, 404, ""},
		{"GET", "/debug/pprof/", nil, 404, ""},
		{"GET", "/metrics/../debug/vars", nil, 307, ""},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			w := httptest.NewRecorder()
			monitor.Handler(r, func() error { return tt.ready }).ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, http.NoBody))
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("%s %s = %d %q, want %d with %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

// page returns the metrics as text.
func page(t *testing.T, r *monitor.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	monitor.Handler(r, func() error { return nil }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if w.Code != http.StatusOK {
		t.Fatalf("GET /metrics = %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetricsOfTLS(t *testing.T) {
	r, m := registry(t)
	m.Handshake(monitor.Handshake{Class: "ok", Version: "TLS 1.3", Group: "X25519", Duration: time.Millisecond})
	m.Handshake(monitor.Handshake{Class: "ok", Version: "TLS 1.2", Group: "X25519", Resumed: true, Client: true})
	m.Handshake(monitor.Handshake{Class: "client-revoked"})
	m.Handshake(monitor.Handshake{Class: "timeout"})
	m.Refused("bolt")
	m.Reloaded("request", nil)
	m.Reloaded("watch", errors.New("no such file"))
	m.Tickets("ring")
	got := page(t, r)
	for _, line := range []string{
		`drawbolt_tls_handshakes_total{result="ok",resumed="false",version="TLS 1.3"} 1`,
		`drawbolt_tls_handshakes_total{result="ok",resumed="true",version="TLS 1.2"} 1`,
		`drawbolt_tls_handshakes_total{result="client-revoked",resumed="false",version=""} 1`,
		`drawbolt_tls_handshakes_total{result="timeout",resumed="false",version=""} 1`,
		`drawbolt_tls_key_exchanges_total{group="X25519"} 2`,
		`drawbolt_tls_client_certificates_total{verdict="none"} 1`,
		`drawbolt_tls_client_certificates_total{verdict="ok"} 1`,
		`drawbolt_tls_client_certificates_total{verdict="revoked"} 1`,
		`drawbolt_tls_handshake_seconds_count{resumed="false"} 1`,
		`drawbolt_tls_refused_total{protocol="bolt"} 1`,
		`drawbolt_tls_refused_total{protocol="http"} 0`,
		`drawbolt_tls_reloads_total{result="ok",trigger="request"} 1`,
		`drawbolt_tls_reloads_total{result="failed",trigger="watch"} 1`,
		`drawbolt_tls_reloads_total{result="failed",trigger="request"} 0`,
		`drawbolt_tls_ticket_keys_total{source="ring"} 1`,
		`drawbolt_tls_certificate_not_after_seconds{path="/cert.pem",subject="CN=leaf",use="server"} 2000`,
		`drawbolt_tls_certificate_not_before_seconds{path="/cert.pem",subject="CN=leaf",use="client_authority"} 1000`,
		`drawbolt_tls_key_exposed{path="/cert.pem",subject="CN=leaf",use="server"} 1`,
		`drawbolt_tls_revocation_next_update_seconds 3000`,
		`drawbolt_store_nodes{database="neo4j"} 3`, `memgraph_vertex_count 3`,
		`drawbolt_store_relationships{database="neo4j"} 5`, `memgraph_edge_count 5`, `drawbolt_store_memory_bytes{database="neo4j"} 7`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("the page lacks %s", line)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestServe(t *testing.T) {
	r, _ := registry(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- monitor.Serve(ctx, l, monitor.Handler(r, func() error { return nil }))
	}()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + l.Addr().String() + "/health")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	cancel()
	if err := <-served; err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("GET /health = %d, then Serve = %v", answer.StatusCode, err)
	}
}
