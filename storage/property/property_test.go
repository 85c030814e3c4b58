package property_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// values are named values with their stored form, where it is short.
func values() []struct {
	name, wire string
	value      graph.Value
} {
	zoned := graph.DateTime(1, 2, &graph.Zone{Name: "Europe/Berlin", Offset: 3600})
	return []struct {
		name, wire string
		value      graph.Value
	}{
		{name: "true", wire: "C3", value: graph.Boolean(true)},
		{name: "tiny", wire: "FF", value: graph.Integer(-1)},
		{name: "int8", wire: "C8 80", value: graph.Integer(-128)},
		{name: "int16", wire: "C9 0080", value: graph.Integer(128)},
		{name: "int32", wire: "CA FFFF7FFF", value: graph.Integer(-32769)},
		{name: "int64", wire: "CB 7FFFFFFFFFFFFFFF", value: graph.Integer(math.MaxInt64)},
		{name: "float", wire: "C1 3FF8000000000000", value: graph.Float(1.5)},
		{name: "empty string", wire: "80", value: graph.String("")},
		{name: "string", wire: "83 616263", value: graph.String("abc")},
		{name: "string of 16", wire: "D0 10" + strings.Repeat("61", 16), value: graph.String(strings.Repeat("a", 16))},
		{name: "string of 300", value: graph.String(strings.Repeat("ä", 150))},
		{name: "string of 70,000", value: graph.String(strings.Repeat("x", 70_000))},
		{name: "bytes", wire: "CC 02 0102", value: graph.Bytes([]byte{1, 2})},
		{name: "list", wire: "92 01 C0", value: graph.List([]graph.Value{graph.Integer(1), graph.Null})},
		{name: "map", wire: "A1 81 61 01", value: graph.Map([]graph.Field{{Name: "a", Value: graph.Integer(1)}})},
		{name: "date", wire: "B1 44 0A", value: graph.Date(10)},
		{name: "time", wire: "B2 54 0A C9 0E10", value: graph.Time(10, 3600)},
		{name: "local time", wire: "B1 74 0A", value: graph.LocalTime(10)},
		{name: "local date-time", wire: "B2 64 0A 07", value: graph.LocalDateTime(10, 7)},
		{name: "date-time", wire: "B3 49 0A 07 C9 FC7C", value: graph.DateTime(10, 7, &graph.Zone{Offset: -900})},
		{name: "zoned date-time", wire: "B3 69 01 02 8D 4575726F70652F4265726C696E 100E0000", value: zoned},
		{name: "list of zoned", value: graph.List([]graph.Value{zoned, graph.List([]graph.Value{zoned}), graph.Integer(1)})},
		{name: "duration", wire: "B4 45 01 02 03 04", value: graph.NewDuration(graph.Duration{Months: 1, Days: 2, Seconds: 3, Nanos: 4})},
		{name: "point", value: graph.NewPoint(graph.Point{SRID: graph.SRIDWGS84, X: 1, Y: -2})},
		{name: "point in space", value: graph.NewPoint(graph.Point{SRID: graph.SRIDCartesian3D, X: 1, Y: -2, Z: 3})},
		{name: "vector", wire: "B2 56 CC 01 C8 CC 02 0102", value: graph.NewVector(&graph.Vector{Type: graph.VectorInt8, Data: []byte{1, 2}})},
		{name: "uuid", wire: "E0 000102030405060708090A0B0C0D0E0F", value: graph.UUID([16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})},
	}
}

func TestValues(t *testing.T) {
	for _, tt := range values() {
		t.Run(tt.name, func(t *testing.T) {
			stored, trailer, err := property.AppendValue(nil, tt.value)
			if err != nil {
				t.Fatal(err)
			}
			if want := unhex(t, tt.wire); tt.wire != "" && !bytes.Equal(stored, want) {
				t.Errorf("AppendValue(%v) = %X, want %X", tt.value, stored, want)
			}
			if end, err := property.EndOfValue(stored); err != nil || (end < len(stored)) != trailer {
				t.Errorf("EndOfValue = %d, %v of %d bytes, trailer %v", end, err, len(stored), trailer)
			}
			got, err := property.Decode(stored, new(graph.Arena))
			if err != nil || !graph.Equivalent(got, tt.value) {
				t.Errorf("Decode(%X) = %v, %v, want %v", stored, got, err, tt.value)
			}
			if got.Kind() == graph.KindDateTime && *got.Zone() != *tt.value.Zone() {
				t.Errorf("the zone is %v, want %v", *got.Zone(), *tt.value.Zone())
			}
			if want := graph.Equal(tt.value, tt.value) == graph.True; property.Equal(stored, tt.value) != want {
				t.Errorf("Equal(%v, itself) = %v", tt.value, !want)
			}
		})
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b graph.Value
		want bool
	}{
		{name: "integer and float", a: graph.Integer(1), b: graph.Float(1), want: true},
		{name: "NaN", a: graph.Float(math.NaN()), b: graph.Float(math.NaN())},
		{name: "prefix", a: graph.String("ab"), b: graph.String("abc")},
		{name: "string and integer", a: graph.String("1"), b: graph.Integer(1)},
		{name: "integer and string", a: graph.Integer(1), b: graph.String("1")},
		{name: "null", a: graph.Integer(1), b: graph.Null},
	} {
		stored, _, err := property.AppendValue(nil, tt.a)
		if err != nil {
			t.Fatal(err)
		}
		if got := property.Equal(stored, tt.b); got != tt.want {
			t.Errorf("%s: Equal(%v, %v) = %v", tt.name, tt.a, tt.b, got)
		}
	}
	if property.Equal(nil, graph.Integer(1)) {
		t.Error("no value equals something")
	}
}

func TestRefused(t *testing.T) {
	deep := graph.Integer(1)
	for range 200 {
		deep = graph.List([]graph.Value{deep})
	}
	for _, tt := range []struct {
		name  string
		value graph.Value
		kind  graph.Kind
	}{
		{name: "node", value: graph.Node(1), kind: graph.KindNode},
		{name: "relationship in a list", value: graph.List([]graph.Value{graph.Relationship(1)}), kind: graph.KindRelationship},
		{name: "path in a map", value: graph.Map([]graph.Field{{Name: "p", Value: graph.NewPath(&graph.Path{Nodes: []graph.NodeID{1}})}}), kind: graph.KindPath},
		{name: "too deep", value: deep},
	} {
		var b property.Builder
		err := b.Add(1, tt.value)
		var te *property.TypeError
		if tt.kind != 0 && (!errors.As(err, &te) || te.Kind != tt.kind) || tt.kind == 0 && !errors.Is(err, property.ErrTooDeep) {
			t.Errorf("%s: Add = %v", tt.name, err)
		}
		if got := b.Append(nil); len(got) > 0 {
			t.Errorf("%s: the builder kept %X", tt.name, got)
		}
	}
}

func TestRecord(t *testing.T) {
	for _, tt := range []struct {
		name, wire string
		keys       []uint32
		values     []graph.Value
	}{
		{name: "empty"},
		{
			name: "small", wire: "00 02 05 01 09 05 07 83616263",
			keys: []uint32{5, 9}, values: []graph.Value{graph.Integer(7), graph.String("abc")},
		},
		{name: "large key", wire: "01 0100 0001 0100 07", keys: []uint32{256}, values: []graph.Value{graph.Integer(7)}},
		{name: "larger key", keys: []uint32{1, 70_000}, values: []graph.Value{graph.Integer(7), graph.Integer(8)}},
		{name: "long value", keys: []uint32{1, 2}, values: []graph.Value{graph.String(strings.Repeat("x", 300)), graph.Integer(8)}},
		{name: "longer value", keys: []uint32{1, 2}, values: []graph.Value{graph.String(strings.Repeat("x", 70_000)), graph.Integer(8)}},
		{
			name: "trailer", keys: []uint32{1, 2},
			values: []graph.Value{graph.DateTime(1, 2, &graph.Zone{Name: "Z", Offset: 60}), graph.Integer(8)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b property.Builder
			for i, k := range tt.keys {
				if err := b.Add(k, tt.values[i]); err != nil {
					t.Fatal(err)
				}
			}
			r := property.Record(b.Append(nil))
			if want := unhex(t, tt.wire); tt.wire != "" && !bytes.Equal(r, want) {
				t.Errorf("record is %X, want %X", r, want)
			}
			if r.Len() != len(tt.keys) {
				t.Fatalf("Len() = %d", r.Len())
			}
			for i, k := range tt.keys {
				if r.Key(i) != k {
					t.Errorf("Key(%d) = %d, want %d", i, r.Key(i), k)
				}
				if !bytes.Equal(r.Find(k), r.Value(i)) {
					t.Errorf("Find(%d) = %X, Value(%d) = %X", k, r.Find(k), i, r.Value(i))
				}
				got, err := property.Decode(r.Find(k), new(graph.Arena))
				if err != nil || !graph.Equivalent(got, tt.values[i]) {
					t.Errorf("Find(%d) = %v, %v", k, got, err)
				}
				if r.Find(k+1) != nil && !slices.Contains(tt.keys, k+1) {
					t.Errorf("Find(%d) finds something", k+1)
				}
			}
		})
	}
}

// FuzzDecode reads arbitrary bytes: no panic, and what is read can be stored and
// read again.
func FuzzDecode(f *testing.F) {
	for _, tt := range values() {
		stored, _, err := property.AppendValue(nil, tt.value)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := property.Decode(b, new(graph.Arena))
		if err != nil {
			return
		}
		stored, _, err := property.AppendValue(nil, v)
		if err != nil {
			return // a point or vector that does not exist
		}
		again, err := property.Decode(stored, new(graph.Arena))
		if err != nil {
			t.Fatalf("%v is not read again: %v", v, err)
		}
		if twice, _, _ := property.AppendValue(nil, again); !bytes.Equal(twice, stored) {
			t.Errorf("%v is read again as %v", v, again)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	var builder property.Builder
	for i, v := range []graph.Value{graph.String("a name"), graph.Integer(42), graph.Float(1.5), graph.Boolean(true), graph.String("somewhere")} {
		if err := builder.Add(uint32(i), v); err != nil {
			b.Fatal(err)
		}
	}
	r := property.Record(builder.Append(nil))
	var arena graph.Arena
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := property.Decode(r.Find(1), &arena); v.Int() != 42 {
			b.Fatal(v)
		}
	}
}
