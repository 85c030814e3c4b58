package monitor

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Certificate is what the metrics tell about a certificate in use.
type Certificate struct {
	// Use is "server", or "client_authority" for one that client certificates
	// must chain to.
	Use  string
	Path string
	// Subject tells certificates of one file apart.
	Subject             string
	NotBefore, NotAfter time.Time
	// Exposed says that others than the owner can read the key's file.
	Exposed bool
}

// A Handshake is the end of a TLS handshake.
type Handshake struct {
	// Class is "ok", or why it failed in one word.
	Class    string
	Version  string
	Group    string
	Resumed  bool
	Client   bool // with a verified client certificate
	Duration time.Duration
}

// TLSOptions are where the metrics of TLS get what they read.
type TLSOptions struct {
	// Certificates returns what is in use now.
	Certificates func() []Certificate
	// ListsExpire returns when the first revocation list should be replaced;
	// zero without lists. May be nil.
	ListsExpire func() time.Time
}

// TLS are the metrics of TLS: its methods are called by whoever owns the
// endpoint. The labels are from small fixed sets, never from a peer.
type TLS struct {
	opts       TLSOptions
	handshakes *prometheus.CounterVec
	groups     *prometheus.CounterVec
	clients    *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	refused    *prometheus.CounterVec
	reloads    *prometheus.CounterVec
	tickets    *prometheus.CounterVec
	ticketKey  atomic.Int64 // Unix time

	notAfter, notBefore, exposed, listUpdate, keyTime reading
}

var _ prometheus.Collector = (*TLS)(nil)

// NewTLS returns metrics that are to be registered.
func NewTLS(o TLSOptions) *TLS {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Subsystem: "tls", Name: name, Help: help}, labels)
	}
	certificate := []string{"use", "path", "subject"}
	t := &TLS{
		opts:       o,
		handshakes: counter("handshakes_total", "TLS handshakes by how they ended.", "result", "version", "resumed"),
		groups:     counter("key_exchanges_total", "TLS handshakes that succeeded, by key exchange.", "group"),
		clients:    counter("client_certificates_total", "Client certificates by verdict: none, ok, or why one was refused.", "verdict"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "tls", Name: "handshake_seconds", Help: "Time from the first byte to the end of a TLS handshake.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"resumed"}),
		refused:    counter("refused_total", "Peers on the TLS port that did not speak TLS, by what they spoke.", "protocol"),
		reloads:    counter("reloads_total", "Reloads of key material.", "trigger", "result"),
		tickets:    counter("ticket_keys_total", "New session ticket keys, by source.", "source"),
		notAfter:   gaugeOf(namespace, "tls", "certificate_not_after_seconds", "End of a certificate's validity as Unix time.", certificate...),
		notBefore:  gaugeOf(namespace, "tls", "certificate_not_before_seconds", "Begin of a certificate's validity as Unix time.", certificate...),
		exposed:    gaugeOf(namespace, "tls", "key_exposed", "1 when others than its owner can read the key file.", certificate...),
		listUpdate: gaugeOf(namespace, "tls", "revocation_next_update_seconds", "When the first revocation list should be replaced, as Unix time."),
		keyTime:    gaugeOf(namespace, "tls", "ticket_key_created_seconds", "When the newest session ticket key was taken into use, as Unix time."),
	}
	for _, protocol := range []string{"bolt", "http", "tls", "proxy", "other"} {
		t.refused.WithLabelValues(protocol)
	}
	for _, trigger := range []string{"request", "watch"} {
		t.reloads.WithLabelValues(trigger, "ok")
		t.reloads.WithLabelValues(trigger, "failed")
	}
	return t
}

// Handshake counts the end of a handshake.
func (t *TLS) Handshake(h Handshake) {
	resumed := "false"
	if h.Resumed {
		resumed = "true"
	}
	t.handshakes.WithLabelValues(h.Class, h.Version, resumed).Inc()
	if h.Class != "ok" {
		if len(h.Class) > 7 && h.Class[:7] == "client-" {
			t.clients.WithLabelValues(h.Class[7:]).Inc()
		}
		return
	}
	t.seconds.WithLabelValues(resumed).Observe(h.Duration.Seconds())
	t.groups.WithLabelValues(h.Group).Inc()
	verdict := "none"
	if h.Client {
		verdict = "ok"
	}
	t.clients.WithLabelValues(verdict).Inc()
}

// Refused counts a peer that spoke another protocol.
func (t *TLS) Refused(protocol string) { t.refused.WithLabelValues(protocol).Inc() }

// Reloaded counts a reload.
func (t *TLS) Reloaded(trigger string, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	t.reloads.WithLabelValues(trigger, result).Inc()
}

// Tickets counts new session ticket keys.
func (t *TLS) Tickets(source string) {
	t.tickets.WithLabelValues(source).Inc()
	t.ticketKey.Store(time.Now().Unix())
}

func (t *TLS) vectors() []prometheus.Collector {
	return []prometheus.Collector{t.handshakes, t.groups, t.clients, t.seconds, t.refused, t.reloads, t.tickets}
}

// Describe implements [prometheus.Collector].
func (t *TLS) Describe(out chan<- *prometheus.Desc) {
	for _, v := range t.vectors() {
		v.Describe(out)
	}
	for _, r := range []reading{t.notAfter, t.notBefore, t.exposed, t.listUpdate, t.keyTime} {
		out <- r.desc
	}
}

// Collect implements [prometheus.Collector].
func (t *TLS) Collect(out chan<- prometheus.Metric) {
	for _, v := range t.vectors() {
		v.Collect(out)
	}
	type key struct{ use, path, subject string }
	seen := make(map[key]bool)
	for _, c := range t.opts.Certificates() {
		k := key{c.Use, c.Path, c.Subject}
		if seen[k] {
			continue // the same twice would make the whole page an error
		}
		seen[k] = true
		t.notAfter.send(out, float64(c.NotAfter.Unix()), c.Use, c.Path, c.Subject)
		t.notBefore.send(out, float64(c.NotBefore.Unix()), c.Use, c.Path, c.Subject)
		if c.Use == "server" {
			exposed := 0.0
			if c.Exposed {
				exposed = 1
			}
			t.exposed.send(out, exposed, c.Use, c.Path, c.Subject)
		}
	}
	if t.opts.ListsExpire != nil {
		if when := t.opts.ListsExpire(); !when.IsZero() {
			t.listUpdate.send(out, float64(when.Unix()))
		}
	}
	if when := t.ticketKey.Load(); when != 0 {
		t.keyTime.send(out, float64(when))
	}
}
