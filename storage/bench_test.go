package storage_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A benchGraph is a graph of n nodes with one label, four properties and an
// index, and d relationships a node.
type benchGraph struct {
	s       *storage.Store
	label   storage.LabelID
	typ     storage.TypeID
	keys    []storage.KeyID
	ids     []graph.NodeID
	elapsed time.Duration // of creating the relationships
}

func newBenchGraph(b *testing.B, n, d int) *benchGraph {
	b.Helper()
	return newBenchGraphIn(b, open(b, storage.Options{}), n, d)
}

func newBenchGraphIn(b *testing.B, s *storage.Store, n, d int) *benchGraph {
	b.Helper()
	g := &benchGraph{s: s}
	g.label = must[storage.LabelID](b)(g.s.InternLabel("Person"))
	g.typ = must[storage.TypeID](b)(g.s.InternType("KNOWS"))
	for _, name := range []string{"id", "name", "age", "score"} {
		g.keys = append(g.keys, must[storage.KeyID](b)(g.s.InternKey(name)))
	}
	if err := g.s.CreateIndex(b.Context(), storage.IndexSpec{Label: g.label, Keys: g.keys[:1]}); err != nil {
		b.Fatal(err)
	}
	labels := []storage.LabelID{g.label}
	for start := 0; start < n; start += 5000 {
		tx := g.s.Begin(storage.WriteMode)
		for i := start; i < min(n, start+5000); i++ {
			g.ids = append(g.ids, must[graph.NodeID](b)(tx.CreateNode(b.Context(), labels, g.properties(i))))
		}
		must[storage.Position](b)(tx.Commit(b.Context()))
	}
	r := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	for start := 0; start < n*d; start += 5000 {
		tx := g.s.Begin(storage.WriteMode)
		for i := start; i < min(n*d, start+5000); i++ {
			from, to := g.ids[r.IntN(n)], g.ids[r.IntN(n)]
			must[graph.RelationshipID](b)(tx.CreateRelationship(b.Context(), from, to, g.typ, nil))
		}
		must[storage.Position](b)(tx.Commit(b.Context()))
	}
	g.elapsed = time.Since(began)
	g.s.Reclaim()
	return g
}

func (g *benchGraph) properties(i int) []storage.Property {
	return []storage.Property{
		{Key: g.keys[0], Value: graph.Integer(int64(i))},
		{Key: g.keys[1], Value: graph.String("somebody")},
		{Key: g.keys[2], Value: graph.Integer(int64(i % 100))},
		{Key: g.keys[3], Value: graph.Float(float64(i) / 3)},
	}
}

func BenchmarkCreate(b *testing.B) {
	g := newBenchGraph(b, 10_000, 1)
	labels := []storage.LabelID{g.label}
	b.Run("node", func(b *testing.B) {
		tx := g.s.Begin(storage.WriteMode)
		defer tx.Rollback()
		b.ReportAllocs()
		i := 1_000_000
		for b.Loop() {
			must[graph.NodeID](b)(tx.CreateNode(b.Context(), labels, g.properties(i)))
			i++
		}
	})
	b.Run("relationship", func(b *testing.B) {
		tx := g.s.Begin(storage.WriteMode)
		defer tx.Rollback()
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			must[graph.RelationshipID](b)(tx.CreateRelationship(b.Context(), g.ids[i%10_000], g.ids[i*7%10_000], g.typ, nil))
			i++
		}
	})
	b.Run("transaction in memory", func(b *testing.B) {
		b.ReportAllocs()
		i := 10_000_000
		for b.Loop() {
			tx := g.s.Begin(storage.WriteMode)
			must[graph.NodeID](b)(tx.CreateNode(b.Context(), labels, g.properties(i)))
			must[storage.Position](b)(tx.Commit(b.Context()))
			i++
		}
	})
}

func BenchmarkRead(b *testing.B) {
	const n, d = 500_000, 5
	g := newBenchGraph(b, n, d)
	tx := g.s.Begin(storage.ReadMode)
	defer tx.Rollback()
	v := tx.View()
	r := rand.New(rand.NewPCG(3, 4))
	var arena graph.Arena
	b.Run("begin", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			g.s.Begin(storage.ReadMode).Rollback()
		}
	})
	b.Run("property of a random node", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if v.NodeProperty(g.ids[r.IntN(n)], g.keys[2], &arena).IsNull() {
				b.Fatal("null")
			}
		}
	})
	b.Run("property in a scan, per node", func(b *testing.B) {
		var c storage.NodeCursor
		var ids [1024]graph.NodeID
		var values [1024]graph.Value
		b.ReportAllocs()
		left := 0
		for b.Loop() {
			if left == 0 {
				if left = v.ScanLabel(&c, g.label, ids[:]); left == 0 {
					left = v.ScanLabel(&c, g.label, ids[:])
				}
				v.NodeProperties(ids[:left], g.keys[2], values[:left], &arena)
			}
			left--
		}
	})
	b.Run("index lookup", func(b *testing.B) {
		ix, _ := g.s.FindIndex(g.label, g.keys[:1])
		var ids [4]graph.NodeID
		var values [1]graph.Value
		b.ReportAllocs()
		for b.Loop() {
			values[0] = graph.Integer(int64(r.IntN(n)))
			var c storage.IndexCursor
			if v.SeekIndex(&c, ix, values[:], ids[:]) != 1 {
				b.Fatal("not found")
			}
		}
	})
	expandAll := func(b *testing.B, v storage.View) {
		b.Helper()
		var steps [64]storage.Step
		types := []storage.TypeID{g.typ}
		b.ReportAllocs()
		total := 0
		for b.Loop() {
			var c storage.ExpandCursor
			total += v.Expand(&c, g.ids[r.IntN(n)], storage.Out, types, steps[:])
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(1, total)), "ns/relationship")
	}
	b.Run("expand a random node", func(b *testing.B) { expandAll(b, v) })
	b.Run("degree of a random node", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v.Degree(g.ids[r.IntN(n)], storage.Out, nil)
		}
	})
	b.Run("garbage collection, per relationship", func(b *testing.B) {
		runtime.GC()
		for b.Loop() {
			runtime.GC()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n/d, "ns/relationship")
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(n*d/g.elapsed.Seconds(), "relationships/s")
		b.ReportMetric(float64(g.s.MemoryUsed())/n/d, "B/relationship")
	})
}

// BenchmarkCommit creates one node a transaction, durable.
func BenchmarkCommit(b *testing.B) {
	for _, committers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("%d committers", committers), func(b *testing.B) {
			s := open(b, storage.Options{Directory: b.TempDir()})
			key := must[storage.KeyID](b)(s.InternKey("n"))
			var n atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(max(1, committers/runtime.GOMAXPROCS(0)))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					tx := s.Begin(storage.WriteMode)
					must[graph.NodeID](b)(tx.CreateNode(b.Context(), nil, []storage.Property{{Key: key, Value: graph.Integer(n.Add(1))}}))
					must[storage.Position](b)(tx.Commit(b.Context()))
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

// BenchmarkOpen recovers a graph from its log, and from a snapshot.
func BenchmarkOpen(b *testing.B) {
	const n, d = 50_000, 5
	dir := b.TempDir()
	s, err := storage.Open(b.Context(), storage.Options{Directory: dir, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	newBenchGraphIn(b, s, n, d)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	reopen := func(b *testing.B) {
		b.Helper()
		for b.Loop() {
			s, err := storage.Open(b.Context(), storage.Options{Directory: dir})
			if err != nil {
				b.Fatal(err)
			}
			if s.RelationshipCount() != n*d {
				b.Fatalf("%d relationships", s.RelationshipCount())
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*n*d/b.Elapsed().Seconds(), "relationships/s")
	}
	b.Run("log", reopen)
	s, err = storage.Open(b.Context(), storage.Options{Directory: dir, SnapshotOnClose: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("snapshot", reopen)
}
