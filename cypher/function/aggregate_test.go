package function_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func days(n int64) graph.Value { return graph.NewDuration(graph.Duration{Days: n}) }

func TestAggregates(t *testing.T) {
	table := function.NewTable()
	for _, tt := range []struct {
		name   string
		values []graph.Value
		second graph.Value // the other argument of percentiles
		want   string
	}{
		{"count", list(i(1), null, s("a")), null, "2"},
		{"count", nil, null, "0"},
		{"collect", list(i(1), null, s("a")), null, `[1, "a"]`},
		{"collect", nil, null, "[]"},
		{"sum", list(i(1), i(2), null), null, "3"},
		{"sum", list(i(1), f(2.5), i(1)), null, "4.5"},
		{"sum", nil, null, "0"},
		{"sum", list(days(1), days(2)), null, "duration{Months:0 Days:3 Seconds:0 Nanos:0}"},
		{"sum", list(days(1), i(2)), null, "!InvalidArgumentType"},
		{"sum", list(i(2), days(1)), null, "!InvalidArgumentType"},
		{"sum", list(i(math.MaxInt64), i(1)), null, "!IntegerOverflow"},
		{"sum", list(s("a")), null, "!InvalidArgumentType"},
		{"avg", list(i(1), i(2), null), null, "1.5"},
		{"avg", list(i(math.MaxInt64), i(math.MaxInt64)), null, "9.223372036854776e+18"},
		{"avg", list(days(1), days(2)), null, "duration{Months:0 Days:1 Seconds:43200 Nanos:0}"},
		{"avg", nil, null, "null"},
		{"min", list(i(1), s("b"), s("a"), null, l(i(1))), null, "[1]"},
		{"max", list(i(1), s("b"), f(0.2), null), null, "1"},
		{"max", nil, null, "null"},
		{"stDev", list(i(2), i(4), i(4), i(4), i(5), i(5), i(7), i(9)), null, "2.138089935299395"},
		{"stDevP", list(i(2), i(4), i(4), i(4), i(5), i(5), i(7), i(9)), null, "2.0"},
		{"stDev", list(i(2)), null, "0.0"},
		{"percentileDisc", list(f(10), f(20), f(30)), f(0), "10.0"},
		{"percentileDisc", list(f(10), f(20), f(30)), f(0.5), "20.0"},
		{"percentileDisc", list(i(10), i(20), i(30)), f(1), "30"},
		{"percentileCont", list(f(10), f(20), f(30)), f(0.25), "15.0"},
		{"percentileCont", list(f(30), f(10), f(20)), i(1), "30.0"},
		{"percentileCont", nil, f(0.5), "null"},
		{"percentileCont", list(f(1)), f(1.1), "!NumberOutOfRange"},
		{"percentileDisc", list(f(1)), i(-1), "!NumberOutOfRange"},
	} {
		// The group at index 3 gets the values, its neighbours stay empty.
		acc := table.Find(tt.name).New(&function.Context{})
		acc.Grow(2)
		acc.Grow(5)
		var err error
		for _, v := range tt.values {
			args := list(v)
			if !tt.second.IsNull() {
				args = list(v, tt.second)
			}
			if err = acc.Add(3, args); err != nil {
				break
			}
		}
		compareAggregate(t, tt.name, acc, err, tt.want)
		if !tt.second.IsNull() {
			continue
		}
		column := table.Find(tt.name).New(&function.Context{})
		column.Grow(4)
		groups := make([]int32, len(tt.values))
		for n := range groups {
			groups[n] = 3
		}
		n, err := column.AddColumn(groups, tt.values)
		if err == nil && n != len(tt.values) {
			t.Errorf("%s: AddColumn took %d of %d rows", tt.name, n, len(tt.values))
		}
		compareAggregate(t, tt.name+" by column", column, err, tt.want)
	}
}

func compareAggregate(t *testing.T, name string, acc function.Accumulator, err error, want string) {
	t.Helper()
	var got graph.Value
	if err == nil {
		got, err = acc.Result(3)
	}
	if part, ok := strings.CutPrefix(want, "!"); ok {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s = %v, %v, want an error with %q", name, got, err, part)
		}
		return
	}
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%s = %v, %v, want %s", name, got, err, want)
	}
	if acc.Bytes() <= 0 {
		t.Errorf("%s takes %d bytes", name, acc.Bytes())
	}
}

// TestCountStar counts rows when there is no argument.
func TestCountStar(t *testing.T) {
	acc := function.NewTable().Find("count").New(&function.Context{})
	acc.Grow(1)
	for range 3 {
		if err := acc.Add(0, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := acc.Result(0); err != nil || got.Int() != 3 {
		t.Errorf("count(*) = %v, %v, want 3", got, err)
	}
}

func benchmarkColumn(b *testing.B, name string, value func(n int) graph.Value) {
	b.Helper()
	acc := function.NewTable().Find(name).New(&function.Context{})
	acc.Grow(64)
	groups := make([]int32, 1024)
	values := make([]graph.Value, 1024)
	for n := range values {
		groups[n] = int32(n % 64)
		values[n] = value(n)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := acc.AddColumn(groups, values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSumColumn(b *testing.B) {
	benchmarkColumn(b, "sum", func(n int) graph.Value { return graph.Integer(int64(n)) })
}

func BenchmarkAvgColumn(b *testing.B) {
	benchmarkColumn(b, "avg", func(n int) graph.Value { return graph.Float(float64(n)) })
}

func BenchmarkMaxColumn(b *testing.B) {
	benchmarkColumn(b, "max", func(n int) graph.Value { return graph.Integer(int64(n)) })
}

func BenchmarkSubstring(b *testing.B) {
	fn := function.NewTable().Find("substring")
	args := list(s("a longer text of plain characters"), i(2), i(8))
	c := &function.Context{}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fn.Invoke(c, args); err != nil {
			b.Fatal(err)
		}
	}
}
