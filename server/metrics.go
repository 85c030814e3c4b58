package server

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A statementType is the type of a statement that ran to its end.
type statementType uint8

const (
	typeRead statementType = iota
	typeReadWrite
	typeWrite
	typeSchema
	typeOther
	statementTypes
)

// statementTypeOf reads the type as Bolt spells it.
func statementTypeOf(text string) statementType {
	switch text {
	case "r":
		return typeRead
	case "rw":
		return typeReadWrite
	case "w":
		return typeWrite
	case "s":
		return typeSchema
	default:
		return typeOther
	}
}

// String is the label of metrics.
func (t statementType) String() string {
	return [...]string{"read", "read_write", "write", "schema", "other"}[t]
}

// A failureClass is the second part of a failure's code.
type failureClass uint8

const (
	classClient failureClass = iota
	classTransient
	classDatabase
	failureClasses
)

// String is the label of metrics.
func (c failureClass) String() string { return [...]string{"client", "transient", "database"}[c] }

func failureClassOf(code string) failureClass {
	switch {
	case strings.Contains(code, "ClientError"):
		return classClient
	case strings.Contains(code, "TransientError"):
		return classTransient
	default:
		return classDatabase
	}
}

// metrics count what a server does. A request costs a few atomic additions.
type metrics struct {
	statements [statementTypes]atomic.Uint64
	seconds    [statementTypes]prometheus.Observer
	failures   [failureClasses]atomic.Uint64

	messages, received, sent, rows atomic.Uint64
	committed, rolledBack          atomic.Uint64
	loginsOK, loginsRefused        atomic.Uint64
	refusedAll, refusedLogin       atomic.Uint64 // by the limit that was reached
	webSockets                     atomic.Int64  // open

	latency *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "drawbolt", Name: "statement_seconds",
		Help:    "Time from a statement's arrival until its last row was taken, by type; the client's pauses count.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
	}, []string{"type"})}
	for t := range statementTypes {
		m.seconds[t] = m.latency.WithLabelValues(t.String())
	}
	return m
}

// statement counts one that ran to its end.
func (m *metrics) statement(kind string, took time.Duration) {
	t := statementTypeOf(kind)
	m.statements[t].Add(1)
	m.seconds[t].Observe(took.Seconds())
}

// failure counts a request that is answered with a failure.
func (m *metrics) failure(code string) { m.failures[failureClassOf(code)].Add(1) }

// A sample is one number of a metric; value is read when somebody asks.
type sample struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func() float64
	label []string
}

// A collector shows the metrics of a server, under our names and under those
// that dashboards of Memgraph know.
type collector struct {
	metrics *metrics
	samples []sample
}

// Collector returns the server's metrics for a registry.
func (s *Server) Collector() prometheus.Collector {
	m := s.metrics
	c := &collector{metrics: m}
	c.own(s)
	c.foreign(s)
	return c
}

// family returns a function that adds samples of one metric.
func (c *collector) family(kind prometheus.ValueType, name, help string, labels ...string) func(value func() float64, label ...string) {
	desc := prometheus.NewDesc(name, help, labels, nil)
	return func(value func() float64, label ...string) {
		c.samples = append(c.samples, sample{desc, kind, value, label})
	}
}

func (c *collector) own(s *Server) {
	const counter, gauge = prometheus.CounterValue, prometheus.GaugeValue
	m := c.metrics
	add := c.family(counter, "drawbolt_statements_total", "Statements that ran to their end, by type.", "type")
	for t := range statementTypes {
		add(number(&m.statements[t]), t.String())
	}
	add = c.family(counter, "drawbolt_failures_total", "Requests answered with a failure, by the class of its code.", "class")
	for f := range failureClasses {
		add(number(&m.failures[f]), f.String())
	}
	add = c.family(counter, "drawbolt_transactions_total", "Transactions that ended, those of single statements included.", "outcome")
	add(number(&m.committed), "committed")
	add(number(&m.rolledBack), "rolled_back")
	add = c.family(counter, "drawbolt_logins_total", "Logins by result.", "result")
	add(number(&m.loginsOK), "ok")
	add(number(&m.loginsRefused), "refused")
	add = c.family(counter, "drawbolt_connections_refused_total", "Connections turned away, by the limit that was reached.", "limit")
	add(number(&m.refusedAll), "connections")
	add(number(&m.refusedLogin), "unauthenticated")
	c.family(counter, "drawbolt_bolt_messages_total", "Bolt messages received.")(number(&m.messages))
	c.family(counter, "drawbolt_bolt_received_bytes_total", "Bytes of Bolt messages received, without chunk headers.")(number(&m.received))
	c.family(counter, "drawbolt_bolt_sent_bytes_total", "Bytes of answers sent, before encryption.")(number(&m.sent))
	c.family(counter, "drawbolt_rows_total", "Rows that statements gave to clients.")(number(&m.rows))
	c.family(counter, "drawbolt_connections_accepted_total", "Connections accepted.")(number(&s.lastConnection))
	add = c.family(gauge, "drawbolt_connections", "Open connections by state.", "state")
	add(func() float64 { return float64(s.unauthenticated.inside.Load()) }, "unauthenticated")
	add(func() float64 { return float64(s.connections.inside.Load() - s.unauthenticated.inside.Load()) }, "ready")
	c.family(gauge, "drawbolt_transactions_open", "Transactions that are open.")(s.openTransactions)
}

func (c *collector) foreign(s *Server) {
	const counter, gauge = prometheus.CounterValue, prometheus.GaugeValue
	m := c.metrics
	add := func(kind prometheus.ValueType, name string, value func() float64) {
		c.family(kind, "memgraph_"+name, "As in Memgraph.")(value)
	}
	sessions := func() float64 { return float64(s.connections.inside.Load()) }
	add(gauge, "active_sessions", sessions)
	add(gauge, "active_bolt_sessions", sessions)
	add(gauge, "active_tcp_sessions", func() float64 { return s.sessionsWith(false) })
	add(gauge, "active_ssl_sessions", func() float64 { return s.sessionsWith(true) })
	add(gauge, "active_websocket_sessions", func() float64 { return float64(m.webSockets.Load()) })
	add(gauge, "active_transactions", s.openTransactions)
	add(counter, "bolt_messages_total", number(&m.messages))
	add(counter, "committed_transactions_total", number(&m.committed))
	add(counter, "rolled_back_transactions_total", number(&m.rolledBack))
	add(counter, "read_queries_total", number(&m.statements[typeRead]))
	add(counter, "write_queries_total", number(&m.statements[typeWrite]))
	add(counter, "read_write_queries_total", number(&m.statements[typeReadWrite]))
	add(counter, "successful_queries_total", sum(m.statements[:]))
	add(counter, "failed_queries_total", sum(m.failures[:]))
}

func number(n *atomic.Uint64) func() float64 { return func() float64 { return float64(n.Load()) } }

func sum(list []atomic.Uint64) func() float64 {
	return func() float64 {
		total := uint64(0)
		for i := range list {
			total += list[i].Load()
		}
		return float64(total)
	}
}

func (s *Server) openTransactions() float64 {
	n := 0
	for _, ses := range s.snapshot() {
		if ses.life.since.Load() != 0 {
			n++
		}
	}
	return float64(n)
}

// sessionsWith counts sessions with TLS, or without.
func (s *Server) sessionsWith(secure bool) float64 {
	n := 0
	for _, ses := range s.snapshot() {
		if ses.secure() == secure {
			n++
		}
	}
	return float64(n)
}

// Describe implements [prometheus.Collector].
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	c.metrics.latency.Describe(out)
	seen := make(map[*prometheus.Desc]bool)
	for i := range c.samples {
		if d := c.samples[i].desc; !seen[d] {
			seen[d] = true
			out <- d
		}
	}
}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(out chan<- prometheus.Metric) {
	c.metrics.latency.Collect(out)
	for i := range c.samples {
		x := &c.samples[i]
		out <- prometheus.MustNewConstMetric(x.desc, x.kind, x.value(), x.label...)
	}
}
