package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// eachForm has one version for every set of value forms.
var eachForm = []string{"1", "2", "3", "4.0", "4.4", "4.4+utc", "5.0", "5.8", "6.0", "6.1"}

// TestEncode encodes values for several versions. A row holds for the versions
// it names, and up to the next row of the same value.
func TestEncode(t *testing.T) {
	zone := &graph.Zone{Name: "Europe/Paris", Offset: 7200}
	g := &fakeGraph{ends: map[graph.RelationshipID][2]graph.NodeID{12: {1, 2}}}
	all := strings.Join(eachForm, " ")
	const (
		utc   = "4.4+utc 5.0 5.8 6.0 6.1"
		local = "2 3 4.0 4.4"
		later = local + " " + utc
		ids   = "5.0 5.8 6.0 6.1"
		noIDs = "1 2 3 4.0 4.4 4.4+utc"
	)
	placeholder := func(name string) string {
		return `{originalType: "` + name + `", reason: "UNKNOWN_TYPE"}`
	}
	vector := graph.NewVector(&graph.Vector{Type: graph.VectorInt8, Data: []byte{1, 2, 3}})
	floats := graph.NewVector(&graph.Vector{Type: graph.VectorFloat64, Data: make([]byte, 8)})
	uuid := graph.UUID([16]byte{0: 0x12, 15: 0x34})
	for _, tt := range []struct {
		value    graph.Value
		versions string
		want     string
	}{
		{graph.Null, all, "null"},
		{graph.Boolean(true), all, "true"},
		{graph.Boolean(false), all, "false"},
		{graph.Integer(math.MinInt64), all, "-9223372036854775808"},
		{graph.Float(1), all, "1.0"},
		{graph.Float(math.Inf(-1)), all, "-Infinity"},
		{graph.String("ä"), all, `"ä"`},
		{graph.String(""), all, `""`},
		{graph.Bytes([]byte{1, 0xFF}), all, "#01FF"},
		{list(), all, "[]"},
		{list(graph.Integer(1), list(graph.Null)), all, "[1, [null]]"},
		{graph.Map([]graph.Field{{Name: "b", Value: graph.Integer(1)}, {Name: "a", Value: list()}}), all, "{b: 1, a: []}"},

		{graph.Node(7), noIDs, `N(7, ["L7"], {n: 7})`},
		{graph.Node(7), ids, `N(7, ["L7"], {n: 7}, "4:0123456789abcdef:7")`},
		{graph.Relationship(12), noIDs, `R(12, 1, 2, "T12", {r: 12})`},
		{graph.Relationship(12), ids, `R(12, 1, 2, "T12", {r: 12}, "5:0123456789abcdef:12", "4:0123456789abcdef:1", "4:0123456789abcdef:2")`},

		{graph.Date(-1), later, "D(-1)"},
		{graph.Date(-1), "1", placeholder("DATE")},
		{graph.LocalTime(86_399_999_999_999), later, "t(86399999999999)"},
		{graph.Time(1, -3600), later, "T(1, -3600)"},
		{graph.LocalDateTime(1, 2), later, "d(1, 2)"},
		{graph.DateTime(100, 5, &graph.Zone{Offset: 3600}), local, "F(3700, 5, 3600)"},
		{graph.DateTime(100, 5, &graph.Zone{Offset: 3600}), utc, "I(100, 5, 3600)"},
		{graph.DateTime(100, 5, zone), local, `f(7300, 5, "Europe/Paris")`},
		{graph.DateTime(100, 5, zone), utc, `i(100, 5, "Europe/Paris")`},
		{graph.DateTime(100, 5, zone), "1", placeholder("ZONED DATETIME")},
		{graph.NewDuration(graph.Duration{Months: 1, Days: -2, Seconds: 3, Nanos: 4}), later, "E(1, -2, 3, 4)"},
		{graph.NewPoint(graph.Point{SRID: 7203, X: 1, Y: 2}), later, "X(7203, 1.0, 2.0)"},
		{graph.NewPoint(graph.Point{SRID: 4979, X: 1, Y: 2, Z: 3}), later, "Y(4979, 1.0, 2.0, 3.0)"},
		{list(graph.NewPoint(graph.Point{SRID: 4326})), "1", "[" + placeholder("POINT") + "]"},

		{vector, "6.0 6.1", "V(#C8, #010203)"},
		{vector, "4.4 5.0 5.8", placeholder("VECTOR(3, INTEGER8)")},
		{floats, "5.8", placeholder("VECTOR(1, FLOAT)")},
		{uuid, "6.1", "uuid(12000000000000000000000000000034)"},
		{uuid, "6.0", `3F("UUID", 6, 1, {})`},
		{list(uuid), "4.4 5.8", "[" + placeholder("UUID") + "]"},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			got, err := bolt.AppendValue(nil, tt.value, version(t, text), g)
			if err != nil || bolttest.FormatValue(got) != tt.want {
				t.Errorf("AppendValue(%v) for %s = %s, %v; want %s",
					tt.value, text, bolttest.FormatValue(got), err, tt.want)
			}
		}
	}
}

func TestUnsupported(t *testing.T) {
	e := bolt.ValueEncoder{Version: version(t, "5.8")}
	values := list(
		graph.UUID([16]byte{}), graph.UUID([16]byte{}), graph.Integer(1),
		graph.NewVector(&graph.Vector{Type: graph.VectorInt8, Data: []byte{1}}),
	)
	if _, err := e.Append(nil, values); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(e.Unsupported()); got != "[VECTOR UUID]" {
		t.Errorf("Unsupported() = %s, want [VECTOR UUID]", got)
	}
	if got := e.Unsupported(); got != nil {
		t.Errorf("Unsupported() once more = %v, want none", got)
	}
	e.Version = version(t, "6.0")
	if _, err := e.Append(nil, values); err != nil || e.Unsupported() != nil {
		t.Error("a version with a structure for what it lacks needs no warning")
	}
}

// TestDecode decodes parameters and encodes them again: want is empty where
// they come back as they were.
func TestDecode(t *testing.T) {
	all := strings.Join(eachForm, " ")
	const (
		utc   = "4.4+utc 5.0 6.1"
		local = "2 4.0 4.4"
		later = local + " " + utc
	)
	for _, tt := range []struct{ versions, value, want string }{
		{all, `null`, ""},
		{all, `[true, false, 1, -17, 300, 1.5, -0.0, NaN, "a", #00FF, [], {}]`, ""},
		{all, `{a: 1, "b c": {a: [null]}}`, ""},
		{all, `{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10}`, ""},
		{later, `D(0)`, ""},
		{later, `D(-365243219162)`, ""},
		{later, `D(365241780471)`, ""},
		{later, `t(86399999999999)`, ""},
		{later, `t(86400000000000)`, `t(0)`},
		{later, `T(-1, 64800)`, `T(86399999999999, 64800)`},
		{later, `d(0, 1000000000)`, `d(1, 0)`},
		{later, `d(0, -1)`, `d(-1, 999999999)`},
		{later, `d(-31557014135596800, 0)`, ""},
		{utc, `I(0, 0, 3600)`, ""},
		{utc, `I(0, 1999999999, -64800)`, `I(1, 999999999, -64800)`},
		{utc, `i(0, 0, "Europe/Paris")`, ""},
		{utc, `i(0, 0, "Z")`, `I(0, 0, 0)`},
		{utc, `i(0, 0, "+01:00")`, `I(0, 0, 3600)`},
		{utc, `i(0, 0, "-17:59:59")`, `I(0, 0, -64799)`},
		{local, `F(3600, 5, 3600)`, ""},
		{local, `f(0, 0, "Europe/Paris")`, ""},
		{local, `f(7200, 0, "+02:00")`, `F(7200, 0, 7200)`},
		{local, `f(1719835200, 0, "Europe/Paris")`, ""}, // summer
		// 02:30 on the day when clocks go from 02:00 to 03:00 is 03:30.
		{local, `f(1711852200, 0, "Europe/Paris")`, `f(1711855800, 0, "Europe/Paris")`},
		// 02:30 on the day when it comes twice is the earlier one, and looks
		// the same on the way back.
		{local, `f(1729996200, 0, "Europe/Paris")`, ""},
		{later, `E(1, 2, 3, 4)`, ""},
		{later, `E(0, 0, 9223372036854775807, 0)`, ""},
		{later, `E(0, 0, -9223372036854775808, 0)`, ""},
		{later, `E(3507324295523, 0, 0, 0)`, ""},
		{later, `E(0, 0, 0, -1)`, `E(0, 0, -1, 999999999)`},
		{later, `E(0, 0, 1, 9223372036854775807)`, `E(0, 0, 9223372037, 854775807)`},
		{later, `E(9223372036854775807, -106751991167300, -9223372036854775808, 0)`, "error"},
		{later, `X(4326, 1.0, -0.0)`, ""},
		{later, `X(7203, NaN, Infinity)`, ""},
		{later, `Y(9157, 1.0, 2.0, 3.0)`, ""},
		{later, `[D(1), {d: E(0, 0, 0, 0)}]`, ""},
		{"6.0 6.1", `V(#C9, #00010002)`, ""},
		{"6.0 6.1", `V(#C6, #7F7FFFFF)`, ""},
		{"6.1", `[uuid(00112233445566778899AABBCCDDEEFF)]`, ""},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			v := version(t, text)
			decoded, err := value(t, tt.value, v)
			got := "error"
			if err == nil {
				wire, _ := bolt.AppendValue(nil, decoded, v, nil)
				got = bolttest.FormatValue(wire)
			}
			want := tt.want
			if want == "" {
				want = tt.value
			}
			if got != want {
				t.Errorf("DecodeValue(%s) for %s = %s, %v; want %s", tt.value, text, got, err, want)
			}
		}
	}
}

// TestDecodeOverlap decodes the clock time that comes twice.
func TestDecodeOverlap(t *testing.T) {
	got, err := value(t, `f(1729996200, 0, "Europe/Paris")`, version(t, "4.0"))
	if err != nil || got.Seconds() != 1729989000 || got.Offset() != 7200 {
		t.Errorf("DecodeValue(2024-10-27T02:30[Europe/Paris]) = %v, %v; want the instant at +02:00", got, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct {
		versions, value string
		fault           bolt.RequestFault
		text            string
	}{
		{"4.4 5.4", `{a: 1, a: 2}`, bolt.RequestDuplicateKey, `Duplicate map key: "a"`},
		{"5.4", `[{a: {b: 1, c: 2, b: 3}}]`, bolt.RequestDuplicateKey, `Duplicate map key: "b"`},
		{"5.4", `{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10, c: 11}`, bolt.RequestDuplicateKey, `Duplicate map key: "c"`},
		{"1 4.4 5.4 6.1", `N(1, [], {})`, bolt.RequestStructure, "NODE"},
		{"5.4", `R(1, 1, 1, "T", {})`, bolt.RequestStructure, "RELATIONSHIP"},
		{"5.4", `P([], [], [])`, bolt.RequestStructure, "PATH"},
		{"5.4", `z()`, bolt.RequestStructure, "0x7A"},
		{"1", `D(1)`, bolt.RequestStructure, "DATE"},
		{"5.0 4.4+utc", `F(0, 0, 0)`, bolt.RequestStructure, "DATE_TIME"},
		{"5.0 4.4+utc", `f(0, 0, "Europe/Paris")`, bolt.RequestStructure, "DATE_TIME"},
		{"4.0 4.4", `I(0, 0, 0)`, bolt.RequestStructure, "DATE_TIME"},
		{"4.0 4.4", `i(0, 0, "Europe/Paris")`, bolt.RequestStructure, "DATE_TIME"},
		{"5.8", `V(#C8, #01)`, bolt.RequestStructure, "VECTOR"},
		{"6.0", `3F("UUID", 6, 1, {})`, bolt.RequestStructure, "UNSUPPORTED"},
		{"5.8 6.0", `uuid(00112233445566778899AABBCCDDEEFF)`, bolt.RequestReserved, "Unexpected type: UUID"},
		{"5.4", `D(1, 2)`, bolt.RequestStructureFields, "1 fields but got 2"},
		{"5.4", `D("x")`, bolt.RequestType, "Expected INT but got STRING"},
		{"5.4", `X(4326, 1, 2.0)`, bolt.RequestType, "Expected FLOAT but got INT"},
		{"5.4", `D(365241780472)`, bolt.RequestTemporal, "365241780472"},
		{"5.4", `D(-365243219163)`, bolt.RequestTemporal, "date"},
		{"5.4", `T(0, 64801)`, bolt.RequestTemporal, "offset"},
		{"5.4", `d(31556889832780800, 0)`, bolt.RequestTemporal, "date-time"},
		{"5.4", `I(9223372036854775807, 9223372036854775807, 0)`, bolt.RequestTemporal, "date-time"},
		{"5.4", `I(0, 0, 9223372036854775807)`, bolt.RequestTemporal, "offset"},
		{"5.4", `i(0, 0, "Europe/paris")`, bolt.RequestZone, "Europe/paris"},
		{"5.4", `i(0, 0, "+1:00")`, bolt.RequestZone, "+1:00"},
		{"5.4", `i(0, 0, "+19:00")`, bolt.RequestZone, "+19:00"},
		{"5.4", `i(0, 0, "+01:60")`, bolt.RequestZone, "+01:60"},
		{"5.4", `i(0, 0, "")`, bolt.RequestZone, `""`},
		{"4.4", `f(0, 0, "Nowhere")`, bolt.RequestZone, "Nowhere"},
		{"5.4", `E(9223372036854775807, 0, 0, 0)`, bolt.RequestDuration, "overflow"},
		{"5.4", `E(0, -9223372036854775808, 0, 0)`, bolt.RequestDuration, "overflow"},
		{"5.4", `E(3507324295524, 0, 0, 0)`, bolt.RequestDuration, "overflow"},
		{"5.4", `E(0, 0, 9223372036854775807, 1000000000)`, bolt.RequestDuration, "overflow"},
		{"5.4", `E(0, 0, -9223372036854775808, -1)`, bolt.RequestDuration, "overflow"},
		{"5.4", `X(1234, 1.0, 2.0)`, bolt.RequestSRID, "1234"},
		{"5.4", `X(4979, 1.0, 2.0)`, bolt.RequestSRID, "4979"},
		{"5.4", `Y(7203, 1.0, 2.0, 3.0)`, bolt.RequestSRID, "7203"},
		{"6.0", `V(#C8, #)`, bolt.RequestVectorSize, "0 dimensions"},
		{"6.0", `V(#C9, #010203)`, bolt.RequestVectorSize, "3 bytes"},
		{"6.0", `V(#C0, #01)`, bolt.RequestVectorSize, "C0"},
		{"6.0", `V(#, #01)`, bolt.RequestVectorSize, "1 bytes"},
		{"6.0", `V(#C8C8, #01)`, bolt.RequestVectorSize, "1 bytes"},
		{"6.0", `V(#C1, #7FF8000000000000)`, bolt.RequestVectorValue, "finite"},
		{"6.0", `V(#C1, #FFF0000000000000)`, bolt.RequestVectorValue, "finite"},
		{"6.0", `V(#C6, #00000000FF800000)`, bolt.RequestVectorValue, "finite"},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			got, err := value(t, tt.value, version(t, text))
			var r *bolt.RequestError
			if !errors.As(err, &r) || r.Fault != tt.fault || !strings.Contains(r.Message, tt.text) || r.Fatal() {
				t.Errorf("DecodeValue(%s) for %s = %v, %v; want fault %d with %q",
					tt.value, text, got, err, tt.fault, tt.text)
			}
		}
	}
}

func TestVectorLimit(t *testing.T) {
	for n, want := range map[int]bool{4096: true, 4097: false} {
		wire := packstream.AppendStructHeader(nil, 'V', 2)
		wire = packstream.AppendBytes(wire, []byte{0xC8})
		wire = packstream.AppendBytes(wire, make([]byte, n))
		_, err := bolt.DecodeValue(packstream.NewDecoder(wire), version(t, "6.0"), nil)
		if (err == nil) != want {
			t.Errorf("a vector of %d dimensions: %v", n, err)
		}
	}
}

// TestInvalidUTF8 checks that ill-formed text is replaced as Java replaces it.
func TestInvalidUTF8(t *testing.T) {
	for _, tt := range []struct{ wire, want string }{
		{"81 FF", "\uFFFD"},
		{"82 C080", "\uFFFD\uFFFD"},
		{"83 41FF42", "A\uFFFDB"},
		{"83 E28241", "\uFFFDA"},                    // two bytes of three
		{"82 E282", "\uFFFD"},                       // the same at the end
		{"83 EDA080", "\uFFFD\uFFFD\uFFFD"},         // a surrogate
		{"83 E08080", "\uFFFD\uFFFD\uFFFD"},         // longer than needed
		{"84 F0908041", "\uFFFDA"},                  // three bytes of four
		{"84 F4908080", "\uFFFD\uFFFD\uFFFD\uFFFD"}, // beyond the last character
		{"81 C3", "\uFFFD"},
		{"83 EFBFBD", "\uFFFD"}, // the replacement itself is valid
	} {
		got, err := bolt.DecodeValue(packstream.NewDecoder(unhex(t, tt.wire)), version(t, "5.4"), nil)
		if err != nil || got.Str() != tt.want {
			t.Errorf("DecodeValue(%s) = %+q, %v; want %+q", tt.wire, got.Str(), err, tt.want)
		}
		key := append(append([]byte{0xA1}, unhex(t, tt.wire)...), 0xC0)
		if got, err := bolt.DecodeValue(packstream.NewDecoder(key), version(t, "5.4"), nil); err != nil ||
			got.Map()[0].Name != tt.want {
			t.Errorf("DecodeValue({%s: null}) = %v, %v", tt.wire, got, err)
		}
	}
}

// TestDecodeOwns checks that a value survives the message it came in, and that
// decoding goes on behind it.
func TestDecodeOwns(t *testing.T) {
	wire := unhex(t, "A1 83 6B6579 CC 02 0102 2A")
	d := packstream.NewDecoder(wire)
	got, err := bolt.DecodeValue(d, version(t, "5.4"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.Int(); n != 42 || err != nil {
		t.Errorf("behind the value: %d, %v; want 42", n, err)
	}
	clear(wire)
	if f := got.Map()[0]; f.Name != "key" || !bytes.Equal(f.Value.Bytes(), []byte{1, 2}) {
		t.Errorf("the value changed with its message: %v", got)
	}
}

// TestStoredProperties encodes nodes whose properties are stored in the forms
// of 6.1, for versions with other forms.
func TestStoredProperties(t *testing.T) {
	const stored = `{a: [I(100, 5, 3600), i(1719835200, 5, "Europe/Paris"), "text", 1.5, #00, null, true, D(1), {x: 300}],` +
		` u: uuid(00112233445566778899AABBCCDDEEFF), v: V(#C8, #0102)}`
	const (
		uuidLost   = `{originalType: "UUID", reason: "UNKNOWN_TYPE"}`
		vectorLost = `{originalType: "VECTOR(2, INTEGER8)", reason: "UNKNOWN_TYPE"}`
	)
	want := map[string]string{
		"6.1": stored,
		"6.0": strings.Replace(stored, "uuid(00112233445566778899AABBCCDDEEFF)", `3F("UUID", 6, 1, {})`, 1),
		"5.8": `{a: [I(100, 5, 3600), i(1719835200, 5, "Europe/Paris"), "text", 1.5, #00, null, true, D(1), {x: 300}], u: ` +
			uuidLost + `, v: ` + vectorLost + `}`,
		"4.4+utc": `{a: [I(100, 5, 3600), i(1719835200, 5, "Europe/Paris"), "text", 1.5, #00, null, true, D(1), {x: 300}], u: ` +
			uuidLost + `, v: ` + vectorLost + `}`,
		"4.4": `{a: [F(3700, 5, 3600), f(1719842400, 5, "Europe/Paris"), "text", 1.5, #00, null, true, D(1), {x: 300}], u: ` +
			uuidLost + `, v: ` + vectorLost + `}`,
		"1": `{a: [{originalType: "ZONED DATETIME", reason: "UNKNOWN_TYPE"}, {originalType: "ZONED DATETIME", reason: "UNKNOWN_TYPE"}, ` +
			`"text", 1.5, #00, null, true, {originalType: "DATE", reason: "UNKNOWN_TYPE"}, {x: 300}], u: ` + uuidLost + `, v: ` + vectorLost + `}`,
	}
	properties, err := bolttest.ParseValue(stored)
	if err != nil {
		t.Fatal(err)
	}
	g := &fakeGraph{properties: properties}
	for text, w := range want {
		e := bolt.ValueEncoder{Version: version(t, text), Entities: g, ZoneOffset: paris}
		for _, v := range []graph.Value{graph.Node(1), graph.Relationship(1)} {
			wire, err := e.Append(nil, v)
			if err != nil || !strings.Contains(bolttest.FormatValue(wire), w) {
				t.Errorf("%v for %s = %s, %v; want properties %s", v, text, bolttest.FormatValue(wire), err, w)
			}
		}
	}
}

// TestPlainProperties sends properties with every width of every type to a
// version that has to look for what it does not know.
func TestPlainProperties(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, text := range []string{
		`{}`,
		`{a: 1, b: -17, c: 300, d: 70000, e: 5000000000, f: 1.5, g: true, h: false, i: null}`,
		`{a: "", b: "short", c: "a string of more than fifteen bytes", d: "` + long + `", e: #, f: #00}`,
		`{a: [], b: [1, "x", [D(1)]], c: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}`,
		`{a: {a: {b: []}}, b: X(7203, 1.0, 2.0), c: I(1, 2, 3), d: E(1, 2, 3, 4)}`,
		`{a: 0, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0, h: 0, i: 0, j: 0, k: 0, l: 0, m: 0, n: 0, o: 0, p: 0}`,
	} {
		properties, err := bolttest.ParseValue(text)
		if err != nil {
			t.Fatal(err)
		}
		e := bolt.ValueEncoder{Version: version(t, "5.8"), Entities: &fakeGraph{properties: properties}}
		wire, err := e.Append(nil, graph.Node(1))
		if err != nil || !bytes.Contains(wire, properties) {
			t.Errorf("properties %s for 5.8 = %s, %v", text, bolttest.FormatValue(wire), err)
		}
	}
}

func TestDamagedProperties(t *testing.T) {
	for _, wire := range []string{
		"A1", "A1 81 61 C4", "A0 A0", "A1 81 61 B1 4E 00", "", "A1 81 61 D0 05 61", "A1 81 61 D1 00",
		"A1 81 61 C9 00", "A1 81 61 B1", "A1 81 61 D6 7FFFFFFF", "A1 81 61 DC 00 44", "A1 81 61 CF",
	} {
		g := &fakeGraph{properties: append([]byte{}, unhex(t, wire)...)}
		e := bolt.ValueEncoder{Version: version(t, "4.4"), Entities: g}
		if _, err := e.Append(nil, graph.Node(1)); err == nil {
			t.Errorf("stored properties %q: no error", wire)
		}
		g.properties = []byte{0xA0}
		if _, err := e.Append(nil, graph.Node(1)); err != nil {
			t.Errorf("after damaged properties: %v", err)
		}
	}
}

func TestEncodeDecodeAgree(t *testing.T) {
	// What a client of 6.1 sends is stored in the same bytes.
	values := `[1, 2.5, "x", D(1), t(1), T(1, 2), d(1, 2), I(1, 2, 3), i(1, 2, "Europe/Paris"), E(1, 2, 3, 4), X(7203, 1.0, 2.0)]`
	v := version(t, "6.1")
	first, err := value(t, values, v)
	if err != nil {
		t.Fatal(err)
	}
	wire, _ := bolt.AppendValue(nil, first, v, nil)
	second, err := bolt.DecodeValue(packstream.NewDecoder(wire), v, paris)
	if err != nil || !graph.Equivalent(first, second) {
		t.Errorf("second = %v, %v; want %v", second, err, first)
	}
	if diff := cmp.Diff(values, bolttest.FormatValue(wire)); diff != "" {
		t.Error(diff)
	}
}

// FuzzStored sends stored properties to versions that have to change some of
// them, and compares with decoding them and encoding the value: whether they
// are copied or changed makes no difference.
func FuzzStored(f *testing.F) {
	for _, text := range []string{
		`{a: [I(100, 5, 3600), i(1719835200, 5, "Europe/Paris"), 1.5, #00, null, true, D(1), {x: 300}]}`,
		`{u: uuid(00112233445566778899AABBCCDDEEFF), v: V(#C8, #0102)}`,
		`{a: "a string of more than fifteen bytes", b: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}`,
	} {
		wire, err := bolttest.ParseValue(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	newest := version(f, "6.1")
	f.Fuzz(func(t *testing.T, stored []byte) {
		d := packstream.NewDecoder(stored)
		v, err := bolt.DecodeValue(d, newest, paris)
		if err != nil || d.Remaining() > 0 {
			return
		}
		// Only what the store would write: smallest forms, normalised.
		if wire, err := bolt.AppendValue(nil, v, newest, nil); err != nil || !bytes.Equal(wire, stored) {
			return
		}
		for _, text := range eachForm {
			ver := version(t, text)
			want, err := bolt.AppendValue([]byte{0xB3, 'N', 1, 0x91, 0x82, 'L', '1'}, v, ver, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := bolt.ValueEncoder{Version: ver, Entities: &fakeGraph{properties: stored}, ZoneOffset: paris}
			got, err := e.Append(nil, graph.Node(1))
			if err != nil || !bytes.Equal(got[1:min(len(want), len(got))], want[1:]) {
				t.Fatalf("%X for %s: %s, %v; want %s", stored, text, bolttest.FormatValue(got), err, bolttest.FormatValue(want))
			}
		}
	})
}
