// These tests are internal: the tables have no effect of their own outside of
// the operators that use them, and a model of them is the sharpest test.

package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestTableAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	tab := newTable(2)
	model := make(map[string]int)
	b := expr.NewBatch(2)
	slots := []int{0, 1}
	for round := range 50 {
		b.N = 1 + rnd.IntN(100)
		b.Columns[0].Resize(expr.Values, b.N)
		b.Columns[1].Resize(expr.Nodes, b.N)
		for row := range b.N {
			v := graph.Integer(rnd.Int64N(40))
			switch rnd.IntN(4) {
			case 0:
				v = graph.Float(float64(v.Int()))
			case 1:
				v = graph.String(strconv.FormatInt(v.Int(), 10))
			case 2:
				v = graph.Value{}
			}
			b.Columns[0].Set(row, v)
			b.Columns[1].Set(row, graph.Node(graph.NodeID(rnd.IntN(5))))
		}
		sums := tab.hashRows(b, slots)
		for row := range b.N {
			v := b.Value(0, row)
			if v.Kind() == graph.KindFloat {
				v = graph.Integer(int64(v.Float())) // 1 and 1.0 are one key
			}
			key := fmt.Sprint(v, b.Value(1, row))
			want, known := model[key]
			if found := tab.find(b, slots, row, sums[row]); known && found != want || !known && found != -1 {
				t.Fatalf("round %d: find(%s) = %d, want %d, %t", round, key, found, want, known)
			}
			got, added := tab.insert(b, slots, row, sums[row])
			if !known {
				want = len(model)
				model[key] = want
			}
			if got != want || added == known {
				t.Fatalf("round %d: insert(%s) = %d, %t, want %d, %t", round, key, got, added, want, !known)
			}
		}
	}
	if tab.len() != len(model) {
		t.Errorf("len = %d, want %d", tab.len(), len(model))
	}
	tab.reset()
	if sums := tab.hashRows(b, slots); tab.len() != 0 || tab.find(b, slots, 0, sums[0]) != -1 {
		t.Error("reset keeps keys")
	}
}

func TestNodeSetAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var set nodeSet
	model := make(map[graph.NodeID]bool)
	for range 2000 {
		id := graph.NodeID(rnd.Uint64N(500) << (rnd.Uint64N(2) * 32))
		if got, want := set.add(id), !model[id]; got != want {
			t.Fatalf("add(%d) = %t, want %t", id, got, want)
		}
		model[id] = true
	}
	set.clear()
	if !set.add(0) {
		t.Error("clear keeps nodes")
	}
}

func TestRangeLength(t *testing.T) {
	for _, tt := range []struct {
		from, to, step, want int64
	}{
		{1, 3, 1, 3},
		{1, 0, 1, 0},
		{0, 10, 3, 4},
		{10, 0, -3, 4},
		{0, 10, -1, 0},
		{5, 5, 7, 1},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, 3},
		{math.MaxInt64, math.MinInt64, math.MinInt64, 2},
		{math.MinInt64, math.MaxInt64, 1, math.MaxInt64},
	} {
		if got := rangeLength(tt.from, tt.to, tt.step); got != tt.want {
			t.Errorf("rangeLength(%d, %d, %d) = %d, want %d", tt.from, tt.to, tt.step, got, tt.want)
		}
	}
}

func TestDistinctItems(t *testing.T) {
	few := []graph.Value{graph.Integer(1), {}, graph.Float(1), graph.String("a"), graph.Integer(2), graph.String("a")}
	many := few
	for len(many) < 100 {
		many = append(many, few...)
	}
	for _, items := range [][]graph.Value{few, many} {
		if got := fmt.Sprint(distinctItems(items)); got != `[1 "a" 2]` {
			t.Errorf("distinctItems of %d = %s", len(items), got)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	batch := expr.NewBatch(1)
	batch.N = expr.MaxRows
	batch.Columns[0].Resize(expr.Values, batch.N)
	for i := range batch.N {
		batch.Columns[0].Values[i] = graph.Integer(int64(i % 50))
	}
	tab := newTable(1)
	slots := []int{0}
	b.ReportAllocs()
	for b.Loop() {
		sums := tab.hashRows(batch, slots)
		for row := range batch.N {
			tab.insert(batch, slots, row, sums[row])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch.N), "ns/row")
}
