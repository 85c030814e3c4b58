package monitor

import "github.com/prometheus/client_golang/prometheus"

// A Store is what the metrics read of the graph store.
type Store interface {
	NodeCount() int64
	RelationshipCount() int64
	// MemoryUsed is bytes of records, properties and indexes.
	MemoryUsed() int64
}

// A store shows a Store.
type store struct {
	from   Store
	memory func() (resident, peak int64)

	nodes, relationships, used           reading
	vertices, edges, resident, peakBytes reading
}

// NewStore returns the metrics of a store, under our names and Memgraph's.
func NewStore(s Store) prometheus.Collector {
	return &store{
		from:          s,
		memory:        residentMemory,
		nodes:         gaugeOf(namespace, "store", "nodes", "Nodes in the graph."),
		relationships: gaugeOf(namespace, "store", "relationships", "Relationships in the graph."),
		used:          gaugeOf(namespace, "store", "memory_bytes", "Memory of records, properties and indexes."),
		vertices:      gaugeOf(foreign, "", "vertex_count", "Nodes in the graph."),
		edges:         gaugeOf(foreign, "", "edge_count", "Relationships in the graph."),
		resident:      gaugeOf(foreign, "", "memory_res_bytes", "Resident memory of the process."),
		peakBytes:     gaugeOf(foreign, "", "peak_memory_res_bytes", "Highest resident memory of the process so far."),
	}
}

// Describe implements [prometheus.Collector].
func (s *store) Describe(out chan<- *prometheus.Desc) {
	for _, r := range []reading{s.nodes, s.relationships, s.used, s.vertices, s.edges, s.resident, s.peakBytes} {
		out <- r.desc
	}
}

// Collect implements [prometheus.Collector].
func (s *store) Collect(out chan<- prometheus.Metric) {
	n, r := float64(s.from.NodeCount()), float64(s.from.RelationshipCount())
	s.nodes.send(out, n)
	s.vertices.send(out, n)
	s.relationships.send(out, r)
	s.edges.send(out, r)
	s.used.send(out, float64(s.from.MemoryUsed()))
	if resident, peak := s.memory(); resident > 0 {
		s.resident.send(out, float64(resident))
		s.peakBytes.send(out, float64(peak))
	}
}
