// Package monitor shows operators what the server does: metrics and health over
// HTTP, and the log as a stream over WebSocket.
//
// # Protocol
//
// [Handler] serves /metrics in Prometheus' text form or as OpenMetrics, whatever
// the scraper asks for. /health and /healthz answer 200 as long as the process
// lives; /ready and /readyz answer 200 when it serves and 503 with the reason
// when it does not. Every other path is 404. Beside our own names the metrics
// have those of Memgraph, so that its dashboards work.
//
// [LogStream] sends one text frame for each line of the log, in Memgraph's form:
//
//	{"event": "log", "level": "info", "message": "…"}
//
// Where users exist, the first frame of a reader must be a JSON object with
// username and password, and nothing is sent before it was accepted. The stream
// is plaintext always: this package knows WebSocket, which never meets TLS. The
// listener of the metrics is whatever its owner hands over, TLS included.
//
// # Limits
//
// A request's header is at most 8 KiB and must be there within 5 s. A reader of
// the log that falls more than 1,024 lines behind is dropped; the others and the
// server do not notice. At most 64 readers are served at a time.
//
// # Security
//
// Nothing here shows the command line or the value of a flag, because the
// endpoints have no login. The default mux of net/http is never served.
//
// # Dashboard
//
// dashboard/drawbolt.json is a Grafana dashboard of these metrics;
// dashboard/alerts.json is a rule file for Prometheus, which reads JSON as YAML,
// with alerts for certificates that expire and for reloads that fail.
//
// # Concurrency
//
// Everything may be used by several goroutines at once.
package monitor
