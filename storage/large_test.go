package storage_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// BenchmarkRecoverLarge imports a graph of DRAWBOLT_LARGE_NODES nodes with two
// properties and five relationships each, and opens the store: make bench-large.
func BenchmarkRecoverLarge(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("DRAWBOLT_LARGE_NODES"))
	if n == 0 {
		b.Skip("DRAWBOLT_LARGE_NODES is not set")
	}
	const d = 5
	o := storage.Options{Directory: filepath.Join(b.TempDir(), "data")}
	im := must[*storage.Importer](b)(storage.NewImporter(o))
	label := []storage.LabelID{must[storage.LabelID](b)(im.Label("Person"))}
	typ := must[storage.TypeID](b)(im.Type("KNOWS"))
	id, age := must[storage.KeyID](b)(im.Key("id")), must[storage.KeyID](b)(im.Key("age"))
	for i := range n {
		props := []storage.Property{{Key: id, Value: graph.Integer(int64(i))}, {Key: age, Value: graph.Integer(int64(i % 100))}}
		must[graph.NodeID](b)(im.AddNode(label, props))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range n * d {
		if err := im.AddRelationship(graph.NodeID(random.IntN(n)), graph.NodeID(random.IntN(n)), typ, nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := im.Finish(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := storage.Open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		if s.RelationshipCount() != int64(n*d) {
			b.Fatalf("%d relationships", s.RelationshipCount())
		}
		b.ReportMetric(float64(s.MemoryUsed())/float64(n*d), "B/relationship")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(n*d)/b.Elapsed().Seconds(), "relationships/s")
}
