package graph_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestSize(t *testing.T) {
	if got := unsafe.Sizeof(graph.Value{}); got != 24 {
		t.Errorf("a Value has %d bytes, want 24: columns of them are the executor's memory", got)
	}
}

// TestAccessors takes every value apart again.
func TestAccessors(t *testing.T) {
	zone := &graph.Zone{Name: "Europe/Paris", Offset: 7200}
	items := []graph.Value{integer(1), null}
	fields := []graph.Field{{Name: "a", Value: integer(1)}, {Name: "b", Value: null}}
	p := &graph.Path{Nodes: []graph.NodeID{1, 2}, Relationships: []graph.RelationshipID{3}}
	bits := math.Float64bits(math.NaN()) | 77
	for _, tt := range []struct {
		name      string
		value     graph.Value
		kind      graph.Kind
		got, want any
	}{
		{"null", graph.Value{}, graph.KindNull, graph.Null.IsNull(), true},
		{"true", graph.Boolean(true), graph.KindBoolean, graph.Boolean(true).Bool(), true},
		{"false", graph.Boolean(false), graph.KindBoolean, graph.Boolean(false).IsTrue(), false},
		{"integer", integer(math.MinInt64), graph.KindInteger, integer(math.MinInt64).Int(), int64(math.MinInt64)},
		{"integer as number", integer(-3), graph.KindInteger, integer(-3).Number(), -3.0},
		{"float", float(0.1), graph.KindFloat, float(0.1).Number(), 0.1},
		{"NaN keeps its bits", graph.Float(math.Float64frombits(bits)), graph.KindFloat, math.Float64bits(graph.Float(math.Float64frombits(bits)).Float()), bits},
		{"string", text("ä"), graph.KindString, text("ä").Str(), "ä"},
		{"length in bytes", text("ä"), graph.KindString, text("ä").Len(), 2},
		{"empty string", text(""), graph.KindString, text("").Str(), ""},
		{"bytes", graph.Bytes([]byte{1}), graph.KindBytes, string(graph.Bytes([]byte{1}).Bytes()), "\x01"},
		{"no bytes", graph.Bytes(nil), graph.KindBytes, graph.Bytes(nil).Len(), 0},
		{"list", graph.List(items), graph.KindList, len(graph.List(items).List()), 2},
		{"no list", graph.List(nil), graph.KindList, graph.List(nil).Len(), 0},
		{"map", graph.Map(fields), graph.KindMap, graph.Map(fields).Map()[0].Name, "a"},
		{"node", graph.Node(math.MaxUint64), graph.KindNode, graph.Node(math.MaxUint64).NodeID(), graph.NodeID(math.MaxUint64)},
		{"relationship", graph.Relationship(5), graph.KindRelationship, graph.Relationship(5).RelationshipID(), graph.RelationshipID(5)},
		{"path", graph.NewPath(p), graph.KindPath, graph.NewPath(p).Path(), p},
		{"date", graph.Date(-7), graph.KindDate, graph.Date(-7).Days(), int64(-7)},
		{"local time", graph.LocalTime(9), graph.KindLocalTime, graph.LocalTime(9).TimeOfDay(), int64(9)},
		{"time", graph.Time(9, -60), graph.KindTime, graph.Time(9, -60).Offset(), int32(-60)},
		{"local date-time", graph.LocalDateTime(-9, 8), graph.KindLocalDateTime, graph.LocalDateTime(-9, 8).Nanos(), int32(8)},
		{"date-time", graph.DateTime(-9, 8, zone), graph.KindDateTime, graph.DateTime(-9, 8, zone).Seconds(), int64(-9)},
		{"offset of a date-time", graph.DateTime(0, 0, zone), graph.KindDateTime, graph.DateTime(0, 0, zone).Offset(), int32(7200)},
		{"zone", graph.DateTime(0, 0, zone), graph.KindDateTime, graph.DateTime(0, 0, zone).Zone(), zone},
		{"duration", duration(1, 2, 3, 4), graph.KindDuration, duration(1, 2, 3, 4).Duration(), graph.Duration{Months: 1, Days: 2, Seconds: 3, Nanos: 4}},
		{"point", point(4979, 1, 2, 3), graph.KindPoint, point(4979, 1, 2, 3).Point(), graph.Point{SRID: 4979, X: 1, Y: 2, Z: 3}},
		{"vector", vector(graph.VectorInt8, 5), graph.KindVector, vector(graph.VectorInt8, 5).Vector().Data[0], byte(5)},
		{"UUID", graph.UUID([16]byte{3: 4}), graph.KindUUID, graph.UUID([16]byte{3: 4}).UUID(), [16]byte{3: 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.value.Kind() != tt.kind || tt.got != tt.want {
				t.Errorf("%v is of kind %v and has %v; want %v and %v", tt.value, tt.value.Kind(), tt.got, tt.kind, tt.want)
			}
		})
	}
}

func TestGet(t *testing.T) {
	m := mapping("a", integer(1), "b", null)
	for _, tt := range []struct {
		name string
		want graph.Value
		ok   bool
	}{{"a", integer(1), true}, {"b", null, true}, {"c", null, false}} {
		if got, ok := m.Get(tt.name); !graph.Equivalent(got, tt.want) || ok != tt.ok {
			t.Errorf("Get(%q) = %v, %v; want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestKindNames(t *testing.T) {
	seen := map[string]bool{}
	for k := graph.KindNull; k <= graph.KindUUID; k++ {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("Kind %d is called %q, as another", k, name)
		} else {
			seen[name] = true
		}
	}
	if got := graph.Kind(200).String(); got != "Kind(200)" {
		t.Errorf("Kind(200) is called %q", got)
	}
}

func TestTruth(t *testing.T) {
	if graph.TruthOf(true) != graph.True || graph.TruthOf(false) != graph.False {
		t.Error("TruthOf is wrong")
	}
	if !graph.Unknown.Value().IsNull() || !graph.True.Value().IsTrue() || graph.False.Value().Kind() != graph.KindBoolean {
		t.Error("Truth.Value is wrong")
	}
}

func TestArena(t *testing.T) {
	var a graph.Arena
	sizes := []int{0, 1, 100, 8192, 8193, 40_000, 32_768, 3}
	values := make([]graph.Value, 0, 20*len(sizes))
	source := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	for round := range 20 {
		for _, n := range sizes {
			values = append(values, a.String(source[round:round+n]))
		}
	}
	for i, v := range values {
		round, n := i/len(sizes), sizes[i%len(sizes)]
		if v.Kind() != graph.KindString || v.Str() != string(source[round:round+n]) {
			t.Fatalf("string %d of %d bytes is %.40q", i, n, v.Str())
		}
	}
	if b := a.Bytes(10); len(b) != 10 || cap(b) != 10 {
		t.Errorf("Bytes(10) has %d bytes and capacity %d: appending would write into the next string", len(b), cap(b))
	}
}

func TestArenaShares(t *testing.T) {
	var a graph.Arena
	small := []byte("a short string")
	allocations := testing.AllocsPerRun(10, func() {
		for range 1000 {
			a.String(small)
		}
	})
	if allocations > 1 {
		t.Errorf("1,000 short strings: %v allocations, want at most 1", allocations)
	}
}

func TestScalarsAllocateNothing(t *testing.T) {
	s := "text"
	allocations := testing.AllocsPerRun(100, func() {
		for _, v := range [...]graph.Value{integer(1), float(2), text(s), graph.Date(3), graph.Time(4, 5), graph.Node(6)} {
			if graph.Equal(v, v) != graph.True || graph.Order(v, v) != 0 {
				t.Fatal(v)
			}
		}
	})
	if allocations != 0 {
		t.Errorf("scalars: %v allocations, want 0", allocations)
	}
}

func TestFormat(t *testing.T) {
	for _, tt := range []struct {
		value graph.Value
		want  string
	}{
		{null, "null"},
		{integer(-1), "-1"},
		{float(1), "1.0"},
		{float(1e300), "1e+300"},
		{text("a\"b"), `"a\"b"`},
		{list(graph.Boolean(true), graph.Bytes([]byte{0xAB})), "[true, 0xab]"},
		{mapping("a", integer(1), "b", list()), "{a: 1, b: []}"},
		{graph.Node(3), "(#3)"},
		{graph.Relationship(4), "[#4]"},
		{path([]graph.NodeID{1, 2}, 3), "path[1 2][3]"},
		{graph.Date(5), "DATE(5,0)"},
		{graph.DateTime(1, 2, &graph.Zone{Name: "Z", Offset: 0}), "datetime(1.000000002 Z+0)"},
		{graph.UUID([16]byte{0xAA}), "uuid(aa000000000000000000000000000000)"},
	} {
		if got := fmt.Sprint(tt.value); got != tt.want {
			t.Errorf("Sprint = %s, want %s", got, tt.want)
		}
	}
}

func TestPointSystems(t *testing.T) {
	for srid, want := range map[int32][2]bool{ // three dimensions, geographic
		graph.SRIDCartesian2D: {false, false},
		graph.SRIDCartesian3D: {true, false},
		graph.SRIDWGS84:       {false, true},
		graph.SRIDWGS84in3D:   {true, true},
	} {
		p := graph.Point{SRID: srid}
		if p.Is3D() != want[0] || p.IsGeographic() != want[1] {
			t.Errorf("SRID %d: Is3D %v, IsGeographic %v; want %v", srid, p.Is3D(), p.IsGeographic(), want)
		}
	}
}

func TestVectorSizes(t *testing.T) {
	for kind, want := range map[graph.VectorType]int{
		graph.VectorInt8: 1, graph.VectorInt16: 2, graph.VectorInt32: 4, graph.VectorInt64: 8,
		graph.VectorFloat32: 4, graph.VectorFloat64: 8, 0: 0, 0xC0: 0,
	} {
		if got := kind.Size(); got != want {
			t.Errorf("VectorType(%X).Size() = %d, want %d", uint8(kind), got, want)
		}
	}
}
