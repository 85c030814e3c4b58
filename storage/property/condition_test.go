package property_test

import (
	"bytes"
	"cmp"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

// relations are all relations with what they mean for decoded values.
var relations = []struct {
	name     string
	relation property.Relation
	holds    func(a, b graph.Value) bool
}{
	{"<", property.Less, ordered(func(c int) bool { return c < 0 })},
	{"<=", property.LessOrEqual, ordered(func(c int) bool { return c <= 0 })},
	{">", property.Greater, ordered(func(c int) bool { return c > 0 })},
	{">=", property.GreaterOrEqual, ordered(func(c int) bool { return c >= 0 })},
	{"=", property.Equals, func(a, b graph.Value) bool { return graph.Equal(a, b) == graph.True }},
	{"STARTS WITH", property.StartsWith, ofText(strings.HasPrefix)},
	{"ENDS WITH", property.EndsWith, ofText(strings.HasSuffix)},
	{"CONTAINS", property.Contains, ofText(strings.Contains)},
}

func ordered(wanted func(int) bool) func(a, b graph.Value) bool {
	return func(a, b graph.Value) bool {
		c, defined := graph.Compare(a, b)
		return defined == graph.True && wanted(cmp.Compare(c, 0))
	}
}

func ofText(holds func(s, t string) bool) func(a, b graph.Value) bool {
	return func(a, b graph.Value) bool {
		return a.Kind() == graph.KindString && b.Kind() == graph.KindString && holds(a.Str(), b.Str())
	}
}

// Conditions on stored bytes mean the same as operators on values.
func TestConditions(t *testing.T) {
	all := []graph.Value{graph.Null}
	for _, v := range values() {
		all = append(all, v.value)
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, math.Copysign(0, -1), 128, 1 << 53, 1 << 63} {
		all = append(all, graph.Float(f))
	}
	for _, n := range []int64{0, 1, 127, 128, 1 << 40, 1<<53 + 1, math.MinInt64} {
		all = append(all, graph.Integer(n))
	}
	for _, s := range []string{"a", "ab", "bc", "c", "ä", "aaaaaaaaaaaaaaaab"} {
		all = append(all, graph.String(s))
	}
	for _, a := range all {
		var stored []byte
		if !a.IsNull() {
			var err error
			if stored, _, err = property.AppendValue(nil, a); err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range all {
			for _, r := range relations {
				c := property.NewCondition(r.relation, b)
				if got, want := c.Holds(stored), r.holds(a, b); got != want {
					t.Errorf("%.60v %s %.60v = %t, want %t", a, r.name, b, got, want)
				}
			}
		}
	}
}

func TestFindAt(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []uint32
		text string
	}{
		{name: "one", keys: []uint32{7}, text: "x"},
		{name: "many", keys: []uint32{0, 1, 5, 9, 200, 255}, text: "some text"},
		{name: "wide keys", keys: []uint32{1, 255, 256, 70_000}, text: "x"},
		{name: "wide values", keys: []uint32{1, 2, 3}, text: strings.Repeat("x", 300)},
	} {
		var b property.Builder
		for i, k := range tt.keys {
			if err := b.Add(k, graph.String(tt.text[:len(tt.text)*(i+1)/len(tt.keys)])); err != nil {
				t.Fatal(err)
			}
		}
		r := property.Record(b.Append(nil))
		for _, key := range append([]uint32{3, 4, 254, 1000}, tt.keys...) {
			for hint := range 8 {
				got, at := property.FindAt(unsafe.Pointer(unsafe.SliceData(r)), key, hint)
				if want := r.Find(key); !bytes.Equal(got, want) || (got == nil) != (want == nil) {
					t.Errorf("%s: FindAt(%d, hint %d) = %q, want %q", tt.name, key, hint, got, want)
				}
				again, _ := property.FindAt(unsafe.Pointer(unsafe.SliceData(r)), key, at)
				if !bytes.Equal(again, got) {
					t.Errorf("%s: FindAt(%d) with its own hint = %q, want %q", tt.name, key, again, got)
				}
			}
		}
	}
}

// A filter keeps the records whose values satisfy the condition, whatever stands
// before them in the record and whatever the hint.
func TestFilter(t *testing.T) {
	operands := []graph.Value{
		graph.Float(1.5), graph.Float(math.NaN()), graph.Float(-2), graph.Integer(1), graph.Integer(1 << 40), graph.Boolean(true), graph.Null,
		graph.String("ab"), graph.String(""), graph.String("a"), graph.String("b"),
	}
	stored := append([]graph.Value{
		graph.Float(2), graph.Float(math.Inf(-1)), graph.Integer(2), graph.Integer(-200), graph.String("abc"), graph.String("x"),
		graph.String("ab" + strings.Repeat("c", 40)), graph.String("x" + strings.Repeat("c", 300)), graph.Boolean(false),
		graph.List([]graph.Value{graph.Integer(1)}),
	}, operands...)
	const key = 9
	type field struct {
		key   uint32
		value graph.Value
	}
	var records []unsafe.Pointer
	var values []graph.Value
	add := func(v graph.Value, properties ...field) {
		var b property.Builder
		for _, p := range properties {
			if err := b.Add(p.key, p.value); err != nil {
				t.Fatal(err)
			}
		}
		records = append(records, unsafe.Pointer(unsafe.SliceData(b.Append(nil))))
		values = append(values, v)
	}
	pad := graph.String("padding")
	for _, v := range stored {
		if v.IsNull() {
			add(v, field{3, pad})
			continue
		}
		mine := field{key, v}
		add(v, mine)
		add(v, field{3, pad}, mine, field{12, pad})
		add(v, field{3, pad}, field{7, graph.String(strings.Repeat("wide", 100))}, mine)
		add(v, mine, field{1000, pad})
	}
	for _, operand := range operands {
		for _, r := range relations {
			for hint := range 4 {
				c := property.NewCondition(r.relation, operand)
				chosen := make([]uint8, len(records))
				var want []uint8
				for i := range chosen {
					chosen[i] = uint8(i)
					if r.holds(values[i], operand) {
						want = append(want, uint8(i))
					}
				}
				n, _ := c.Filter(key, hint, records, chosen)
				if got := chosen[:n]; !bytes.Equal(got, want) {
					t.Errorf("%s %v with hint %d keeps %v, want %v", r.name, operand, hint, got, want)
				}
			}
		}
	}
}

func BenchmarkCondition(b *testing.B) {
	for _, v := range []graph.Value{graph.Integer(1 << 20), graph.Float(2.5), graph.String("a name of some length")} {
		b.Run(v.Kind().String(), func(b *testing.B) {
			b.ReportAllocs()
			stored, _, err := property.AppendValue(nil, v)
			if err != nil {
				b.Fatal(err)
			}
			c := property.NewCondition(property.LessOrEqual, v)
			for b.Loop() {
				if !c.Holds(stored) {
					b.Fatal("the condition does not hold")
				}
			}
		})
	}
}
