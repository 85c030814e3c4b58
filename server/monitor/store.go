package monitor

import "github.com/prometheus/client_golang/prometheus"

// A Store is what the metrics read of the graph store.
type Store interface {
	NodeCount() int64
	RelationshipCount() int64
	// MemoryUsed is bytes of records, properties and indexes.
	MemoryUsed() int64
}

// stores shows the stores of all databases.
type stores struct {
	from   func() map[string]Store
	memory func() (resident, peak int64)

	nodes, relationships, used           reading
	vertices, edges, resident, peakBytes reading
}

// NewStores returns the metrics of the stores by the names of their databases:
// each under our names, their sums under Memgraph's. from is called whenever
// somebody asks.
func NewStores(from func() map[string]Store) prometheus.Collector {
	return &stores{
		from:          from,
		memory:        residentMemory,
		nodes:         gaugeOf(namespace, "store", "nodes", "Nodes in the graph.", "database"),
		relationships: gaugeOf(namespace, "store", "relationships", "Relationships in the graph.", "database"),
		used:          gaugeOf(namespace, "store", "memory_bytes", "Memory of records, properties and indexes.", "database"),
		vertices:      gaugeOf(foreign, "", "vertex_count", "Nodes in all graphs."),
		edges:         gaugeOf(foreign, "", "edge_count", "Relationships in all graphs."),
		resident:      gaugeOf(foreign, "", "memory_res_bytes", "Resident memory of the process."),
		peakBytes:     gaugeOf(foreign, "", "peak_memory_res_bytes", "Highest resident memory of the process so far."),
	}
}

// Describe implements [prometheus.Collector].
func (s *stores) Describe(out chan<- *prometheus.Desc) {
	for _, r := range []reading{s.nodes, s.relationships, s.used, s.vertices, s.edges, s.resident, s.peakBytes} {
		out <- r.desc
	}
}

// Collect implements [prometheus.Collector].
func (s *stores) Collect(out chan<- prometheus.Metric) {
	var nodes, relationships float64
	for name, from := range s.from() {
		n, r := float64(from.NodeCount()), float64(from.RelationshipCount())
		nodes, relationships = nodes+n, relationships+r
		s.nodes.send(out, n, name)
		s.relationships.send(out, r, name)
		s.used.send(out, float64(from.MemoryUsed()), name)
	}
	s.vertices.send(out, nodes)
	s.edges.send(out, relationships)
	if resident, peak := s.memory(); resident > 0 {
		s.resident.send(out, float64(resident))
		s.peakBytes.send(out, float64(peak))
	}
}
