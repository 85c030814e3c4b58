package graph_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
)

var (
	null = graph.Null
	nan  = graph.Float(math.NaN())
)

func integer(n int64) graph.Value           { return graph.Integer(n) }
func float(f float64) graph.Value           { return graph.Float(f) }
func text(s string) graph.Value             { return graph.String(s) }
func list(items ...graph.Value) graph.Value { return graph.List(items) }

// mapping returns a map of names and values in turn.
func mapping(pairs ...any) graph.Value {
	fields := make([]graph.Field, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, graph.Field{Name: pairs[i].(string), Value: pairs[i+1].(graph.Value)})
	}
	return graph.Map(fields)
}

func duration(months, days, seconds int64, nanos int32) graph.Value {
	return graph.NewDuration(graph.Duration{Months: months, Days: days, Seconds: seconds, Nanos: nanos})
}

func point(srid int32, x, y, z float64) graph.Value {
	return graph.NewPoint(graph.Point{SRID: srid, X: x, Y: y, Z: z})
}

func path(nodes []graph.NodeID, relationships ...graph.RelationshipID) graph.Value {
	return graph.NewPath(&graph.Path{Nodes: nodes, Relationships: relationships})
}

func vector(t graph.VectorType, data ...byte) graph.Value {
	return graph.NewVector(&graph.Vector{Type: t, Data: data})
}

func TestEqual(t *testing.T) {
	paris := &graph.Zone{Name: "Europe/Paris", Offset: 3600}
	for _, tt := range []struct {
		name string
		a, b graph.Value
		want graph.Truth
	}{
		{"null and null", null, null, graph.Unknown},
		{"null and integer", null, integer(1), graph.Unknown},
		{"booleans", graph.Boolean(true), graph.Boolean(true), graph.True},
		{"other booleans", graph.Boolean(true), graph.Boolean(false), graph.False},
		{"boolean and integer", graph.Boolean(true), integer(1), graph.False},
		{"integers", integer(-5), integer(-5), graph.True},
		{"integer and float", integer(1), float(1), graph.True},
		{"integer and near float", integer(1), float(1.5), graph.False},
		{"zeros", float(0), float(math.Copysign(0, -1)), graph.True},
		{"integer and negative zero", integer(0), float(math.Copysign(0, -1)), graph.True},
		{"NaN", nan, nan, graph.False},
		{"NaN and integer", nan, integer(1), graph.False},
		{"infinity", float(math.Inf(1)), float(math.Inf(1)), graph.True},
		{"2^53 as both", integer(1 << 53), float(1 << 53), graph.True},
		{"2^53+1 is not 2^53", integer(1<<53 + 1), float(1 << 53), graph.False},
		{"largest integer is not 2^63", integer(math.MaxInt64), float(1 << 63), graph.False},
		{"smallest integer is -2^63", integer(math.MinInt64), float(-1 << 63), graph.True},
		{"strings", text("a"), text("a"), graph.True},
		{"string and prefix", text("a"), text("ab"), graph.False},
		{"empty strings", text(""), text(""), graph.True},
		{"bytes", graph.Bytes([]byte{1}), graph.Bytes([]byte{1}), graph.True},
		{"bytes and string", graph.Bytes([]byte("a")), text("a"), graph.False},
		{"empty lists", list(), list(), graph.True},
		{"lists", list(integer(1), text("a")), list(float(1), text("a")), graph.True},
		{"lists of other lengths", list(null), list(), graph.False},
		{"lists with null", list(integer(1), null), list(integer(1), integer(2)), graph.Unknown},
		{"lists that differ beside a null", list(null, integer(1)), list(null, integer(2)), graph.False},
		{"lists with NaN", list(nan), list(nan), graph.False},
		{"nested null", list(list(null)), list(list(integer(1))), graph.Unknown},
		{"list and integer", list(integer(1)), integer(1), graph.False},
		{"maps", mapping("a", integer(1), "b", integer(2)), mapping("b", integer(2), "a", integer(1)), graph.True},
		{"maps of other sizes", mapping("a", null), mapping(), graph.False},
		{"maps with other keys", mapping("a", null), mapping("b", null), graph.False},
		{"maps with null", mapping("a", null), mapping("a", null), graph.Unknown},
		{"maps that differ beside a null", mapping("a", null, "b", integer(1)), mapping("a", null, "b", integer(2)), graph.False},
		{"nodes", graph.Node(1), graph.Node(1), graph.True},
		{"other nodes", graph.Node(1), graph.Node(2), graph.False},
		{"node and relationship", graph.Node(1), graph.Relationship(1), graph.False},
		{"paths", path([]graph.NodeID{1, 2}, 7), path([]graph.NodeID{1, 2}, 7), graph.True},
		{"path and its beginning", path([]graph.NodeID{1, 2, 3}, 7, 8), path([]graph.NodeID{1, 2}, 7), graph.False},
		{"paths by other relationships", path([]graph.NodeID{1, 2}, 7), path([]graph.NodeID{1, 2}, 8), graph.False},
		{"dates", graph.Date(1), graph.Date(1), graph.True},
		{"date and local date-time", graph.Date(0), graph.LocalDateTime(0, 0), graph.False},
		{"times", graph.Time(1, 2), graph.Time(1, 2), graph.True},
		{"times at one instant", graph.Time(3600e9, 3600), graph.Time(0, 0), graph.False},
		{"date-times", graph.DateTime(1, 2, paris), graph.DateTime(1, 2, &graph.Zone{Name: "Europe/Paris", Offset: 3600}), graph.True},
		{"date-times whose offset is not filled in", graph.DateTime(1, 2, paris), graph.DateTime(1, 2, &graph.Zone{Name: "Europe/Paris"}), graph.True},
		{"date-times at one instant", graph.DateTime(1, 2, paris), graph.DateTime(1, 2, &graph.Zone{Offset: 3600}), graph.False},
		{"durations", duration(1, 2, 3, 4), duration(1, 2, 3, 4), graph.True},
		{"durations of one length", duration(0, 1, 0, 0), duration(0, 0, 86400, 0), graph.False},
		{"points", point(7203, 1, 2, 0), point(7203, 1, 2, 0), graph.True},
		{"points of other systems", point(7203, 1, 2, 0), point(4326, 1, 2, 0), graph.False},
		{"vectors", vector(graph.VectorInt8, 1), vector(graph.VectorInt8, 1), graph.True},
		{"vectors of other types", vector(graph.VectorInt16, 0, 1), vector(graph.VectorInt8, 0, 1), graph.False},
		{"UUIDs", graph.UUID([16]byte{1}), graph.UUID([16]byte{1}), graph.True},
		{"other UUIDs", graph.UUID([16]byte{1}), graph.UUID([16]byte{2}), graph.False},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := graph.Equal(tt.a, tt.b); got != tt.want {
				t.Errorf("Equal(%v, %v) = %v, want %v", tt.a, tt.b, got.Value(), tt.want.Value())
			}
			if got := graph.Equal(tt.b, tt.a); got != tt.want {
				t.Errorf("Equal(%v, %v) = %v, want %v", tt.b, tt.a, got.Value(), tt.want.Value())
			}
		})
	}
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		name    string
		a, b    graph.Value
		want    int
		defined graph.Truth
	}{
		{"integers", integer(1), integer(2), -1, graph.True},
		{"integer and float", integer(1), float(0.5), 1, graph.True},
		{"float and integer", float(0.5), integer(1), -1, graph.True},
		{"2^53+1 is above 2^53", integer(1<<53 + 1), float(1 << 53), 1, graph.True},
		{"-2^53-1 is below -2^53", integer(-1<<53 - 1), float(-1 << 53), -1, graph.True},
		{"largest integer is below 2^63", integer(math.MaxInt64), float(1 << 63), -1, graph.True},
		{"smallest integer and -2^63", integer(math.MinInt64), float(-1 << 63), 0, graph.True},
		{"smallest integer is above the next float", integer(math.MinInt64), float(math.Nextafter(-1<<63, math.Inf(-1))), 1, graph.True},
		{"integer and fraction below zero", integer(-1), float(-1.5), 1, graph.True},
		{"integer and infinity", integer(math.MaxInt64), float(math.Inf(1)), -1, graph.True},
		{"integer and negative infinity", integer(math.MinInt64), float(math.Inf(-1)), 1, graph.True},
		{"NaN", nan, integer(1), 0, graph.False},
		{"NaN and NaN", nan, nan, 0, graph.False},
		{"NaN and string", nan, text("a"), 0, graph.Unknown},
		{"null", null, integer(1), 0, graph.Unknown},
		{"null and null", null, null, 0, graph.Unknown},
		{"strings by bytes", text("Z"), text("a"), -1, graph.True},
		{"string and integer", text("1"), integer(1), 0, graph.Unknown},
		{"booleans", graph.Boolean(false), graph.Boolean(true), -1, graph.True},
		{"dates", graph.Date(2), graph.Date(1), 1, graph.True},
		{"date and date-time", graph.Date(2), graph.LocalDateTime(0, 0), 0, graph.Unknown},
		{"times by instant", graph.Time(10, 3600), graph.Time(10, 0), -1, graph.True},
		{"date-times by instant", graph.DateTime(0, 1, &graph.Zone{}), graph.DateTime(0, 2, &graph.Zone{Offset: -1}), -1, graph.True},
		{"local date-times", graph.LocalDateTime(1, 0), graph.LocalDateTime(0, 999), 1, graph.True},
		{"lists", list(integer(1), integer(2)), list(integer(1), integer(3)), -1, graph.True},
		{"list and its beginning", list(integer(1)), list(integer(1), null), -1, graph.True},
		{"lists, decided before a null", list(integer(1), null), list(integer(2), null), -1, graph.True},
		{"lists, not decided before a null", list(integer(1), null), list(integer(1), integer(2)), 0, graph.Unknown},
		{"lists of other types", list(integer(1)), list(text("a")), 0, graph.Unknown},
		{"maps", mapping(), mapping(), 0, graph.Unknown},
		{"nodes", graph.Node(1), graph.Node(2), 0, graph.Unknown},
		{"durations", duration(0, 0, 1, 0), duration(0, 0, 2, 0), 0, graph.Unknown},
		{"points", point(7203, 1, 1, 0), point(7203, 2, 2, 0), 0, graph.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if c, defined := graph.Compare(tt.a, tt.b); cmp.Compare(c, 0) != tt.want || defined != tt.defined {
				t.Errorf("Compare(%v, %v) = %d, %v; want %d, %v",
					tt.a, tt.b, c, defined.Value(), tt.want, tt.defined.Value())
			}
			if c, defined := graph.Compare(tt.b, tt.a); cmp.Compare(c, 0) != -tt.want || defined != tt.defined {
				t.Errorf("Compare(%v, %v) = %d, %v; want %d, %v",
					tt.b, tt.a, c, defined.Value(), -tt.want, tt.defined.Value())
			}
		})
	}
}

// ascending has values of every type as ORDER BY sorts them. Values in one line
// are of the same rank.
func ascending() [][]graph.Value {
	utc, west := &graph.Zone{}, &graph.Zone{Offset: -3600}
	return [][]graph.Value{
		{mapping()},
		{mapping("b", integer(0))},
		{mapping("b", integer(1))},
		{mapping("c", integer(0))},
		{mapping("a", integer(2), "b", integer(0)), mapping("b", float(0), "a", float(2))},
		{mapping("a", integer(2), "b", integer(1))},
		{graph.Node(1)},
		{graph.Node(2)},
		{graph.Relationship(0)},
		{graph.Relationship(1 << 40)},
		{list()},
		{list(text("a"))},
		{list(text("a"), integer(1))},
		{list(integer(1)), list(float(1))},
		{list(integer(1), text("a"))},
		{list(integer(1), null)},
		{list(null)},
		{path([]graph.NodeID{1})},
		{path([]graph.NodeID{1, 2}, 3)},
		{path([]graph.NodeID{1, 2, 1}, 3, 4)},
		{path([]graph.NodeID{1, 2}, 4)},
		{point(4326, 9, 9, 0)},
		{point(7203, 0, 1, 0)},
		{point(7203, 1, 0, 0)},
		{point(9157, 0, 0, 0)},
		{graph.DateTime(0, 0, utc)},
		{graph.DateTime(1, 0, west)},
		{graph.DateTime(1, 0, utc)},
		{graph.DateTime(1, 1, west)},
		{graph.LocalDateTime(-1, 999)},
		{graph.LocalDateTime(0, 0)},
		{graph.Date(-1)},
		{graph.Date(0)},
		{graph.Time(0, 3600)},
		{graph.Time(0, 0)},
		{graph.Time(3600e9, 3600)},
		{graph.LocalTime(0)},
		{graph.LocalTime(1)},
		{duration(math.MinInt64, 0, 0, 0)},
		{duration(0, 0, 0, 0)},
		{duration(0, 0, 86400, 0)},
		{duration(0, 1, 0, 0)},
		{duration(0, 1, 0, 1)},
		{duration(1, 0, 0, 0)},
		{duration(math.MaxInt64, 0, 0, 0)},
		{text("")},
		{text("A")},
		{text("a")},
		{text("aa")},
		{text("ä")},
		{graph.Boolean(false)},
		{graph.Boolean(true)},
		{float(math.Inf(-1))},
		{float(math.Nextafter(-1<<63, math.Inf(-1)))},
		{integer(math.MinInt64), float(-1 << 63)},
		{integer(-1<<53 - 1)},
		{integer(-1 << 53), float(-1 << 53)},
		{float(-0.5)},
		{integer(0), float(0), float(math.Copysign(0, -1))},
		{float(math.SmallestNonzeroFloat64)},
		{integer(1), float(1)},
		{integer(1 << 53), float(1 << 53)},
		{integer(1<<53 + 1)},
		{float(1<<53 + 2), integer(1<<53 + 2)},
		{integer(math.MaxInt64)},
		{float(1 << 63)},
		{float(math.Inf(1))},
		{nan, graph.Float(math.Float64frombits(0x7FF8000000000123))},
		{graph.Bytes(nil)},
		{graph.Bytes([]byte{0})},
		{graph.Bytes([]byte{1})},
		{graph.UUID([16]byte{})},
		{graph.UUID([16]byte{15: 1})},
		{vector(graph.VectorFloat64)},
		{vector(graph.VectorInt8, 1)},
		{vector(graph.VectorInt8, 2)},
		{null},
	}
}

// TestOrder compares every value with every other. With it, Equivalent and Hash
// are checked: values of one rank are equivalent and hash alike, all others are
// not equivalent.
func TestOrder(t *testing.T) {
	seed := graph.NewSeed()
	hashes := map[uint64]graph.Value{}
	ranks := ascending()
	for i, a := range ranks {
		for j, b := range ranks {
			for _, x := range a {
				for _, y := range b {
					if got := graph.Order(x, y); cmp.Compare(got, 0) != cmp.Compare(i, j) {
						t.Errorf("Order(%v, %v) = %d, want %d", x, y, got, cmp.Compare(i, j))
					}
					if got := graph.Equivalent(x, y); got != (i == j) {
						t.Errorf("Equivalent(%v, %v) = %v", x, y, got)
					}
					if i == j && seed.Hash(x) != seed.Hash(y) {
						t.Errorf("Hash(%v) and Hash(%v) differ", x, y)
					}
				}
			}
		}
		// With so few values a collision is a fault of the hash.
		h := seed.Hash(a[0])
		if other, ok := hashes[h]; ok {
			t.Errorf("Hash(%v) = Hash(%v)", a[0], other)
		}
		hashes[h] = a[0]
	}
}

// A generator makes random values with many that are equal or nearly so.
type generator struct{ *rand.Rand }

func (g generator) value(depth int) graph.Value {
	small := int64(g.IntN(3))
	switch n := g.IntN(22); n {
	case 0:
		return null
	case 1:
		return graph.Boolean(small == 0)
	case 2:
		return integer(small)
	case 3:
		return float(float64(small))
	case 4:
		return integer(1<<53 + small)
	case 5:
		return float(float64(int64(1<<53) + small))
	case 6:
		return float([]float64{math.NaN(), math.Inf(1), math.Copysign(0, -1), 0.5}[g.IntN(4)])
	case 7:
		return text([]string{"", "a", "b", "ab"}[g.IntN(4)])
	case 8:
		return graph.Bytes([]byte("abc")[:small])
	case 9:
		return graph.Node(graph.NodeID(small))
	case 10:
		return graph.Relationship(graph.RelationshipID(small))
	case 11:
		return path([]graph.NodeID{graph.NodeID(small), 1}, graph.RelationshipID(g.IntN(2)))
	case 12:
		return graph.Date(small)
	case 13:
		return graph.Time(small*3600e9, int32(g.IntN(2)*3600))
	case 14:
		return graph.DateTime(small, int32(g.IntN(2)), &graph.Zone{Offset: int32(g.IntN(2))})
	case 15:
		return duration(int64(g.IntN(2)), int64(g.IntN(2)), small*86400, 0)
	case 16:
		return point(7203, float64(small), float64(g.IntN(2)), 0)
	case 17:
		return vector(graph.VectorInt8, byte(small))
	case 18:
		return graph.UUID([16]byte{byte(small)})
	default:
		if depth == 0 {
			return integer(small)
		}
		if n == 19 {
			fields := []graph.Field{}
			for _, name := range []string{"a", "b"}[:g.IntN(3)] {
				fields = append(fields, graph.Field{Name: name, Value: g.value(depth - 1)})
			}
			g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
			return graph.Map(fields)
		}
		items := make([]graph.Value, g.IntN(3))
		for i := range items {
			items[i] = g.value(depth - 1)
		}
		return list(items...)
	}
}

// TestRelationsAgree checks the laws between the relations on random values.
func TestRelationsAgree(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	seed := graph.NewSeed()
	for range 200_000 {
		a, b, c := g.value(2), g.value(2), g.value(2)
		ab, bc, ac := graph.Order(a, b), graph.Order(b, c), graph.Order(a, c)
		if cmp.Compare(graph.Order(b, a), 0) != -cmp.Compare(ab, 0) {
			t.Fatalf("Order(%v, %v) = %d, and the other way round %d", a, b, ab, graph.Order(b, a))
		}
		if ab <= 0 && bc <= 0 && (ac > 0 || ac == 0 && (ab < 0 || bc < 0)) {
			t.Fatalf("Order is not transitive: %v, %v, %v: %d, %d, %d", a, b, c, ab, bc, ac)
		}
		equivalent := graph.Equivalent(a, b)
		if equivalent != (ab == 0) {
			t.Fatalf("Equivalent(%v, %v) = %v, but Order = %d", a, b, equivalent, ab)
		}
		if equivalent && seed.Hash(a) != seed.Hash(b) {
			t.Fatalf("%v and %v are equivalent, their hashes differ", a, b)
		}
		checkOperators(t, a, b, equivalent)
	}
}

// checkOperators checks = and < against equivalence.
func checkOperators(t *testing.T, a, b graph.Value, equivalent bool) {
	t.Helper()
	equal := graph.Equal(a, b)
	if equal != graph.Equal(b, a) {
		t.Fatalf("Equal(%v, %v) is not symmetric", a, b)
	}
	if equal == graph.True && !equivalent {
		t.Fatalf("%v = %v, but they are not equivalent", a, b)
	}
	if order, defined := graph.Compare(a, b); defined == graph.True && (order == 0) != (equal == graph.True) && equal != graph.Unknown {
		t.Fatalf("Compare(%v, %v) = %d, but Equal is %v", a, b, order, equal.Value())
	}
}

func BenchmarkHash(b *testing.B) {
	seed := graph.NewSeed()
	for name, v := range map[string]graph.Value{
		"integer": integer(42), "float": float(0.5), "string": text("a name of a person"),
		"list": list(integer(1), text("a"), float(2)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				seed.Hash(v)
			}
		})
	}
}

func BenchmarkOrder(b *testing.B) {
	for name, pair := range map[string][2]graph.Value{
		"integers": {integer(1), integer(2)}, "integer and float": {integer(1), float(2)},
		"strings": {text("name of a person"), text("name of a persom")},
		"maps":    {mapping("a", integer(1), "b", integer(2)), mapping("a", integer(1), "b", integer(3))},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				graph.Order(pair[0], pair[1])
			}
		})
	}
}
