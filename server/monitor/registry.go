package monitor

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// namespace is the beginning of our metrics' names, foreign that of the names
// that dashboards of Memgraph know.
const (
	namespace = "drawbolt"
	foreign   = "memgraph"
)

// A Registry holds all metrics of a process.
type Registry struct {
	registry *prometheus.Registry
}

// NewRegistry returns a registry with the metrics of the Go runtime and of the
// process. version is what the build metric tells.
func NewRegistry(version string) (*Registry, error) {
	r := &Registry{registry: prometheus.NewRegistry()}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; the label tells the version.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	err := r.Register(build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Register adds metrics. Two with one name are an error.
func (r *Registry) Register(list ...prometheus.Collector) error {
	var errs []error
	for _, c := range list {
		errs = append(errs, r.registry.Register(c))
	}
	return errors.Join(errs...)
}

// A reading is a metric whose value is read when somebody asks.
type reading struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func gaugeOf(space, subsystem, name, help string, labels ...string) reading {
	return reading{
		prometheus.NewDesc(prometheus.BuildFQName(space, subsystem, name), help, labels, nil), prometheus.GaugeValue,
	}
}

func (r reading) send(out chan<- prometheus.Metric, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(r.desc, r.kind, value, labels...)
}
