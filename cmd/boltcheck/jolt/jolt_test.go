package jolt_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// values are texts with their bytes. Printed is empty where a value is printed
// as it was written.
var values = []struct {
	name    string
	version jolt.Version
	text    string
	wire    string
	printed string
}{
	{"null", jolt.V1, `null`, "C0", ""},
	{"boolean", jolt.V1, `true`, "C3", ""},
	{"boolean by sigil", jolt.V1, `{"?": false}`, "C2", `false`},
	{"integer", jolt.V1, `-17`, "C8EF", ""},
	{"integer by sigil", jolt.V1, `{"Z": "42"}`, "2A", `42`},
	{"integer of 32 bits", jolt.V1, `2147483647`, "CA7FFFFFFF", ""},
	{"integer of 33 bits is a float", jolt.V1, `2147483648`, "C141E0000000000000", `2147483648.0`},
	{"integer of 64 bits", jolt.V1, `{"Z": "-9223372036854775808"}`, "CB8000000000000000", ""},
	{"float", jolt.V1, `1.5`, "C13FF8000000000000", ""},
	{"float with exponent", jolt.V1, `1e3`, "C1408F400000000000", `1000.0`},
	{"float by sigil", jolt.V1, `{"R": "2"}`, "C14000000000000000", `2.0`},
	{"negative zero", jolt.V1, `{"R": "-0"}`, "C18000000000000000", `-0.0`},
	{"not a number", jolt.V1, `{"R": "NaN"}`, "C17FF8000000000001", ""},
	{"infinity", jolt.V1, `{"R": "+Infinity"}`, "C17FF0000000000000", ""},
	{"negative infinity", jolt.V1, `{"R": "-Infinity"}`, "C1FFF0000000000000", ""},
	{"string", jolt.V1, `"a<\"ü\n"`, "86613C22C3BC0A", ""},
	{"string by sigil", jolt.V1, `{"U": "*"}`, "812A", `"*"`},
	{"bytes", jolt.V1, `{"#": "CAFE"}`, "CC02CAFE", ""},
	{"bytes with blanks", jolt.V1, `{"#": "ca f e 012"}`, "CC05CA0F0E0102", `{"#": "CA0F0E0102"}`},
	{"bytes as numbers", jolt.V1, `{"#": [0, 255]}`, "CC0200FF", `{"#": "00FF"}`},
	{"list", jolt.V1, `[1, [], "a"]`, "930190" + "8161", ""},
	{"list by sigil", jolt.V1, `{"[]": [{"Z": "1"}]}`, "9101", `[1]`},
	{"map", jolt.V1, `{"a": 1, "Z": 2}`, "A2816101815A02", ""},
	{"map that looks like a value", jolt.V1, `{"{}": {"#": "no bytes"}}`, "A18123886E6F206279746573", ""},
	{"map with a key of a later version", jolt.V2, `{"UU": 1}`, "A182555501", ""},
	{"large float", jolt.V1, `1e+21`, "C1444B1AE4D6E2EF50", ""},
	{"small float", jolt.V1, `1e-07`, "C13E7AD7F29ABCAF48", ""},

	{"date", jolt.V1, `{"T": "1970-01-11"}`, "B1440A", ""},
	{"month", jolt.V1, `{"T": "1970-02"}`, "B1441F", `{"T": "1970-02-01"}`},
	{"year", jolt.V1, `{"T": "1971"}`, "B144C9016D", `{"T": "1971-01-01"}`},
	{"year before Christ", jolt.V1, `{"T": "-0001-03-01"}`, "B144CAFFF50426", ""},
	{"far year", jolt.V1, `{"T": "+999999999-12-31"}`, "B144CB000000550A1B48F7", ""},
	{"time", jolt.V1, `{"T": "00:00:01+01:30"}`, "B254CA3B9ACA00C91518", ""},
	{"time in UTC", jolt.V2, `{"T": "00:00:01Z"}`, "B254CA3B9ACA0000", ""},
	{"time with a short offset", jolt.V1, `{"T": "00:00-02"}`, "B25400C9E3E0", `{"T": "00:00:00-02:00"}`},
	{"time with seconds of offset", jolt.V1, `{"T": "00:00:00+000001"}`, "B2540001", `{"T": "00:00:00+00:00:01"}`},
	{"local time", jolt.V1, `{"T": "00:00:00.000000001"}`, "B17401", ""},
	{"local date-time", jolt.V1, `{"T": "1970-01-01T00:01:00.5"}`, "B2643CCA1DCD6500", ""},
	{"date-time before UTC", jolt.V1, `{"T": "1970-01-01T01:00:01+01:00"}`, "B346C90E1100C90E10", ""},
	{"date-time", jolt.V2, `{"T": "1970-01-01T01:00:01+01:00"}`, "B3490100C90E10", ""},
	{"date-time of the newer form", jolt.V1, `{"Tv2": "1970-01-01T01:00:01+01:00"}`, "B3490100C90E10", ""},
	{"date-time of the older form", jolt.V2, `{"Tv1": "1970-01-01T01:00:01+01:00"}`, "B346C90E1100C90E10", ""},
	{"date of another version is the same", jolt.V2, `{"Tv1": "1970-01-11"}`, "B1440A", `{"T": "1970-01-11"}`},
	{"zoned before UTC", jolt.V1, `{"T": "1970-01-01T01:00:01+01:00[Europe/Paris]"}`, "B366C90E11008C4575726F70652F5061726973", ""},
	{"zoned", jolt.V2, `{"T": "1970-01-01T01:00:01+01:00[Europe/Paris]"}`, "B36901008C4575726F70652F5061726973", ""},
	{"zoned without offset", jolt.V2, `{"T": "1970-01-01T01:00:01[Europe/Paris]"}`, "B36901008C4575726F70652F5061726973", `{"T": "1970-01-01T01:00:01+01:00[Europe/Paris]"}`},
	{"duration", jolt.V1, `{"T": "P1Y13M2DT18M"}`, "B4451902C9043800", `{"T": "P25M2DT1080S"}`},
	{"duration of weeks", jolt.V1, `{"T": "P2W"}`, "B445000E0000", `{"T": "P14D"}`},
	{"no duration at all", jolt.V1, `{"T": "PT0S"}`, "B44500000000", ""},
	{"negative duration", jolt.V1, `{"T": "PT-0.5S"}`, "B4450000FFCA1DCD6500", ""},
	{"negative duration with seconds", jolt.V1, `{"T": "P-1DT-2.25S"}`, "B44500FFFDCA2CB41780", ""},

	{"point", jolt.V1, `{"@": "SRID=4326;POINT(1 -2.5)"}`, "B358C910E6C13FF0000000000000C1C004000000000000", ""},
	{"point in space", jolt.V1, `{"@": "SRID=9157;POINT Z (1 2 3)"}`, "B459C923C5C13FF0000000000000C14000000000000000C14008000000000000", `{"@": "SRID=9157;POINT(1 2 3)"}`},
	{"point without SRID", jolt.V1, `{"@": "POINT(0 0)"}`, "B358C91C23C10000000000000000C10000000000000000", `{"@": "SRID=7203;POINT(0 0)"}`},

	{"node of Bolt 4", jolt.V1, `{"()": [1, ["A"], {"Z": 2}]}`, "B34E01918141A1815A02", ""},
	{"node", jolt.V2, `{"()": [1, ["A"], {}, "4:x:1"]}`, "B44E01918141A085343A783A31", ""},
	{"node of Bolt 5 in Bolt 4", jolt.V1, `{"()v2": [1, [], {"t": {"T": "1970-01-01T00:00:00Z"}}, "1"]}`, "B44E0190A18174B3490000008131", ""},
	{"node of Bolt 4 in Bolt 5", jolt.V2, `{"()v1": [1, [], {}]}`, "B34E0190A0", ""},
	{"relationship of Bolt 4", jolt.V1, `{"->": [1, 2, "R", 3, {}]}`, "B55201020381" + "52A0", ""},
	{"relationship", jolt.V2, `{"->": [1, 2, "R", 3, {}, "a", "b", "c"]}`, "B8520102038152A0816181628163", ""},
	{"relationship backwards", jolt.V2, `{"<-": [1, 2, "R", 3, {}, "a", "b", "c"]}`, "B8520103028152A0816181638162", `{"->": [1, 3, "R", 2, {}, "a", "c", "b"]}`},
	{"path of Bolt 4", jolt.V1, `{"..": [{"()": [1, [], {}]}, {"->": [9, 2, "R", 1, {}]}, {"()": [2, [], {}]}]}`, "B35092B34E0190A0B34E0290A091B372098152A092FF01", ""},
	{
		"path there and back", jolt.V2,
		`{"..": [{"()": [1, [], {}, "a"]}, {"->": [9, 1, "R", 2, {}, "r", "a", "b"]}, {"()": [2, [], {}, "b"]}, {"->": [9, 1, "R", 2, {}, "r", "a", "b"]}, {"()": [1, [], {}, "a"]}]}`,
		"B35092B44E0190A08161B44E0290A0816291B472098152A081729401" + "01FF00", "",
	},
	{"path of one node", jolt.V2, `{"..": [{"()": [1, [], {}, "a"]}]}`, "B35091B44E0190A081619090", ""},

	{"vector", jolt.V3, `{"V": ["i16", "0001FFFF"]}`, "B256CC01C9CC040001FFFF", ""},
	{"vector as numbers", jolt.V3, `{"V": ["i8", [255, 1]]}`, "B256CC01C8CC02FF01", `{"V": ["i8", "FF01"]}`},
	{"unsupported type", jolt.V3, `{"UT": ["Quantum", 6, 10]}`, "B43F875175616E74756D060AA0", ""},
	{"unsupported type with message", jolt.V3, `{"UT": ["Q", 6, 10, "soon"]}`, "B43F8151060AA1876D65737361676584736F6F6E", ""},
	{"UUID", jolt.V4, `{"UU": "00112233-4455-6677-8899-aabbccddeeff"}`, "E000112233445566778899AABBCCDDEEFF", ""},
	{"UUID in an older script", jolt.V2, `{"UUv4": "00112233-4455-6677-8899-aabbccddeeff"}`, "E000112233445566778899AABBCCDDEEFF", ""},

	{"structure", jolt.V1, `{"<>": ["2A", 1, "x"]}`, "B22A018178", ""},
	{"structure that is no date", jolt.V1, `{"<>": ["44", "x"]}`, "B1448178", ""},
	{"time beyond a day", jolt.V1, `{"<>": ["74", {"Z": "86400000000000"}]}`, "B174CB00004E94914F0000", ""},
	{"zone that is none", jolt.V2, `{"<>": ["69", 0, 0, "Moon/Base"]}`, "B369000089" + "4D6F6F6E2F42617365", ""},
	{"vector of no type", jolt.V3, `{"<>": ["56", {"#": "00"}, {"#": ""}]}`, "B256CC0100CC00", ""},
	{"node with an id of another kind", jolt.V2, `{"<>": ["50", [{"()": [1, [], {}, 1.5]}], [], []]}`, "B35091B44E0190A0C13FF80000000000009090", ""},
	{"path in a node of a path", jolt.V1, `{"<>": ["50", [{"()": [1, [], {"p": {"..": [{"()": [2, [], {}]}]}}]}], [], []]}`, "B35091B34E0190A18170B35091B34E0290A090909090", ""},
	{"path that goes nowhere", jolt.V2, `{"<>": ["50", [{"()": [1, [], {}, "a"]}], [], [1, 0]]}`, "B35091B44E0190A08161" + "90920100", ""},
}

func TestValues(t *testing.T) {
	for _, tt := range values {
		t.Run(tt.name, func(t *testing.T) {
			v, err := jolt.Parse(tt.text, tt.version)
			if err != nil {
				t.Fatalf("Parse(%s): %v", tt.text, err)
			}
			wire := v.AppendPackStream(nil)
			if got := strings.ToUpper(hex.EncodeToString(wire)); got != tt.wire {
				t.Errorf("Parse(%s) has the bytes %s, want %s", tt.text, got, tt.wire)
			}
			want := tt.printed
			if want == "" {
				want = tt.text
			}
			if got := string(v.Append(nil, tt.version)); got != want {
				t.Errorf("Append = %s, want %s", got, want)
			}
			d := packstream.NewDecoder(wire)
			d.SetLimits(packstream.Limits{UUID: true})
			again, err := jolt.Decode(d)
			if err != nil || !jolt.Equal(&v, &again) {
				t.Errorf("Decode(%s) = %s, %v, want %s", tt.wire, again.Append(nil, tt.version), err, want)
			}
		})
	}
}

// TestEveryVersion prints each value in each version; it is always read as the
// same value again.
func TestEveryVersion(t *testing.T) {
	for _, tt := range values {
		v, err := jolt.Parse(tt.text, tt.version)
		if err != nil {
			t.Fatal(err)
		}
		for version := jolt.V1; version <= jolt.V4; version++ {
			roundTrip(t, &v, version)
		}
	}
}

func roundTrip(t *testing.T, v *jolt.Value, version jolt.Version) {
	t.Helper()
	text := string(v.Append(nil, version))
	again, err := jolt.Parse(text, version)
	if err != nil || !jolt.Equal(v, &again) {
		t.Errorf("version %d: %s is read as %s, %v", version, text, again.Append(nil, version), err)
	}
	text = string(v.AppendPattern(nil, version))
	patterns, err := jolt.ParsePatterns(text, version)
	if err != nil || len(patterns) != 1 {
		t.Errorf("version %d: pattern %s: %v", version, text, err)
		return
	}
	if m := patterns[0].Match(v); m != nil {
		t.Errorf("version %d: pattern %s does not match its value: %s", version, text, m)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		offset     int
		want       string
	}{
		{"nothing", ``, 0, "one value is wanted"},
		{"two", `1 2`, 0, "one value is wanted"},
		{"no blank", `{}{}`, 2, "a blank is missing"},
		{"open string", `"abc`, 4, "does not end"},
		{"open list", `[1, `, 4, "does not end"},
		{"open map", `{"a"`, 4, "does not end"},
		{"closing", `]`, 0, "invalid character"},
		{"number as key", `{1: 2}`, 1, "invalid character"},
		{"word", `hello`, 0, "invalid character"},
		{"comment", `1 # one`, 2, "invalid character"},
		{"too large", `1e999`, 0, "too large"},
		{"deep", strings.Repeat("[", 200), 101, "nested deeper than 100"},
		{"boolean", `{"?": 1}`, 6, `behind "?"`},
		{"integer", `{"Z": "1.5"}`, 6, `behind "Z"`},
		{"integer of 65 bits", `{"Z": "9223372036854775808"}`, 6, `behind "Z"`},
		{"float", `{"R": "0x1p4"}`, 6, `behind "R"`},
		{"sign alone", `{"R": "+-Infinity"}`, 6, `behind "R"`},
		{"string", `{"U": 1}`, 6, `a string is wanted behind "U"`},
		{"bytes", `{"#": "XY"}`, 6, "hexadecimal digits"},
		{"byte", `{"#": [1, 256]}`, 10, "from 0 to 255"},
		{"list", `{"[]": {}}`, 7, `a list is wanted behind "[]"`},
		{"map", `{"{}": []}`, 7, "a map is wanted"},
		{"month 13", `{"T": "2026-13-01"}`, 6, "no date"},
		{"day 31 of a short month", `{"T": "2026-04-31"}`, 6, "no date"},
		{"hour 24", `{"T": "24:00:00"}`, 6, "no date or time"},
		{"zone behind a time", `{"T": "12:00:00Z[UTC]"}`, 6, "no date or time"},
		{"unknown zone without offset", `{"Tv2": "2026-01-01T00:00[Moon/Base]"}`, 8, "no date or time"},
		{"temporal number", `{"T": 5}`, 6, `a string is wanted behind "T"`},
		{"empty duration", `{"T": "P"}`, 6, "no duration"},
		{"duration without time", `{"T": "P1DT"}`, 6, "no duration"},
		{"large duration", `{"T": "P9223372036854775807Y"}`, 6, "no duration"},
		{"large sum", `{"T": "PT9223372036854775807S1M"}`, 6, "no duration"},
		{"line", `{"@": "LINE(1 2)"}`, 6, "SRID=7203;POINT(1 2)"},
		{"coordinate", `{"@": "POINT(1 x)"}`, 6, `the coordinate "x"`},
		{"node with an element id in Bolt 4", `{"()": [1, [], {}, "1"]}`, 7, "a node is a list of 3"},
		{"node without properties", `{"()": [1, [], 2]}`, 15, "a map is wanted"},
		{"relationship", `{"->": [1]}`, 7, "a relationship is a list of 5"},
		{"path", `{"..": []}`, 7, "a path is a list"},
		{"path of numbers", `{"..": [1]}`, 8, "a path is a list"},
		{"path of nodes with other ids", `{"..": [{"()": [1.5, [], {}]}]}`, 8, "integers, strings or null"},
		{"path that does not join", `{"..": [{"()": [1, [], {}]}, {"->": [9, 2, "R", 3, {}]}, {"()": [2, [], {}]}]}`, 29, "does not join"},
		{"vector", `{"Vv3": "i8"}`, 8, "a vector is written"},
		{"vector's type", `{"Vv3": ["u8", ""]}`, 9, "the type of a vector"},
		{"unsupported", `{"UTv3": ["x"]}`, 9, "an unsupported type is written"},
		{"UUID", `{"UUv4": "0"}`, 9, "a UUID is written"},
		{"UUID with a dash elsewhere", `{"UUv4": "001122334-455-6677-8899-aabbccddeeff"}`, 9, "a UUID is written"},
		{"structure", `{"<>": []}`, 7, "a structure is written"},
		{"tag", `{"<>": ["123"]}`, 8, "is one byte"},
		{"fields", `{"<>": ["01", 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}`, 7, "at most 15"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := jolt.Parse(tt.text, jolt.V1)
			syntax, ok := errors.AsType[*jolt.SyntaxError](err)
			if !ok || syntax.Offset != tt.offset || !strings.Contains(syntax.Reason, tt.want) {
				t.Errorf("Parse(%s) = %s, %+v; want offset %d and %q", tt.text, v.Append(nil, jolt.V1), err, tt.offset, tt.want)
			}
		})
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		name, pattern, value string
		want                 string // the mismatch; empty for a match
	}{
		{"same", `1`, `1`, ""},
		{"other", `1`, `2`, "expected 1, got integer 2"},
		{"integer is no float", `1`, `1.0`, "expected 1, got float 1.0"},
		{"NaN", `{"R": "NaN"}`, `{"R": "NaN"}`, ""},
		{"anything", `"*"`, `[1, {"a": 2}]`, ""},
		{"a star", `"\\*"`, `"*"`, ""},
		{"a star is not anything", `"\\*"`, `"x"`, `expected "\\*", got string "x"`},
		{"star by sigil is any string", `{"U": "*"}`, `"x"`, ""},
		{"stars inside", `"a*b"`, `"a*b"`, ""},
		{"backslash", `"\\\\x"`, `"\\x"`, ""},
		{"other escapes stay", `"\\d"`, `"\\d"`, ""},
		{"any boolean", `{"?": "*"}`, `true`, ""},
		{"any integer", `{"Z": "*"}`, `7`, ""},
		{"any integer but a float", `{"Z": "*"}`, `7.5`, "expected any integer, got float 7.5"},
		{"any float", `{"R": "*"}`, `7.5`, ""},
		{"any bytes", `{"#": "*"}`, `{"#": "00"}`, ""},
		{"any list", `{"[]": "*"}`, `[1]`, ""},
		{"any map", `{"{}": "*"}`, `{"a": 1}`, ""},
		{"any map but null", `{"{}": "*"}`, `null`, "expected any map, got null"},
		{"any temporal", `[{"T": "*"}, {"T": "*"}]`, `[{"T": "2026-01-01"}, {"T": "P1D"}]`, ""},
		{"any temporal but a point", `{"T": "*"}`, `{"@": "POINT(1 2)"}`, `expected any temporal value, got point {"@": "SRID=7203;POINT(1 2)"}`},
		{"any point", `{"@": "*"}`, `{"@": "POINT(1 2 3)"}`, ""},
		{"any node", `{"()": "*"}`, `{"()": [1, [], {}, "1"]}`, ""},
		{"any relationship", `{"->": "*"}`, `{"->": [1, 2, "R", 3, {}, "a", "b", "c"]}`, ""},
		{"any path", `{"..": "*"}`, `{"..": [{"()": [1, [], {}, "a"]}]}`, ""},
		{"any vector", `{"Vv3": "*"}`, `{"Vv3": ["i8", "01"]}`, ""},
		{"any UUID", `{"UUv4": "*"}`, `{"UUv4": "00112233-4455-6677-8899-aabbccddeeff"}`, ""},
		{"any structure", `{"<>": "*"}`, `{"<>": ["01"]}`, ""},
		{"part of a node", `{"()": ["*", ["A"], {"[x]": 1}, {"U": "*"}]}`, `{"()": [1, ["A"], {}, "1"]}`, ""},
		{"part of a node differs", `{"()": ["*", ["A"], "*", "*"]}`, `{"()": [1, ["B"], {}, "1"]}`, `[1][0]: expected "A", got string "B"`},
		{"node against map", `{"()": ["*", [], "*", "*"]}`, `{}`, `expected {"()": ["*", [], "*", "*"]}, got map {}`},
		{"date", `{"T": "2026-01-01"}`, `{"T": "2026-01-02"}`, `expected {"T": "2026-01-01"}, got temporal value {"T": "2026-01-02"}`},
		{"path", `{"..": [{"()": [1, [], {}, "a"]}]}`, `{"..": [{"()": [1, [], {}, "a"]}]}`, ""},
		{"other path", `{"..": [{"()": [1, [], {}, "a"]}]}`, `{"..": [{"()": [1, [], {}, "b"]}]}`, `expected {"..": [{"()": [1, [], {}, "a"]}]}, got path {"..": [{"()": [1, [], {}, "b"]}]}`},

		{"list", `[1, "*", 3]`, `[1, 2, 3]`, ""},
		{"list is longer", `[1]`, `[1, 2]`, "expected 1 items in [1], got 2 in list [1, 2]"},
		{"list differs inside", `[[1], [2]]`, `[[1], [3]]`, "[1][0]: expected 2, got integer 3"},
		{"map in another order", `{"a": 1, "b": 2}`, `{"b": 2, "a": 1}`, ""},
		{"missing key", `{"a": 1, "b": 2}`, `{"a": 1}`, ".b: expected 2, got no such key"},
		{"extra key", `{"a": 1}`, `{"a": 1, "b-c": 2}`, `["b-c"]: expected no such key, got integer 2`},
		{"value differs", `{"a": {"b": 1}}`, `{"a": {"b": "1"}}`, `.a.b: expected 1, got string "1"`},
		{"optional is there", `{"[a]": 1}`, `{"a": 1}`, ""},
		{"optional is not there", `{"[a]": 1}`, `{}`, ""},
		{"optional differs", `{"[a]": 1}`, `{"a": 2}`, ".a: expected 1, got integer 2"},
		{"optional and another", `{"[n]": 1000}`, `{"n": 1000, "m": 1}`, ".m: expected no such key, got integer 1"},
		{"optional wildcard", `{"[a]": "*"}`, `{"a": null}`, ""},
		{"any order", `{"a{}": [1, 2, 2]}`, `{"a": [2, 1, 2]}`, ""},
		{"any order, other count", `{"a{}": [1, 2, 2]}`, `{"a": [2, 1, 1]}`, ".a: expected [1, 2, 2] in any order, got list [2, 1, 1]"},
		{"any order with a wildcard", `{"a{}": ["*", {"Z": "*"}, 1]}`, `{"a": [1, 2, "x"]}`, ""},
		{"any order inside is in order", `{"a{}": [[1, 2]]}`, `{"a": [[2, 1]]}`, ".a: expected [[1, 2]] in any order, got list [[2, 1]]"},
		{"any order means lists only", `{"a{}": "ab"}`, `{"a": "ba"}`, `.a: expected "ab", got string "ba"`},
		{"any order by sigil", `{"a{}": {"[]": [1, 2]}}`, `{"a": [2, 1]}`, ""},
		{"optional in any order", `{"[a{}]": [1, 2]}`, `{"a": [2, 1]}`, ""},
		{"optional in any order is not there", `{"[a{}]": [1, 2]}`, `{}`, ""},
		{"escaped brackets", `{"\\[a\\]": 1}`, `{"[a]": 1}`, ""},
		{"escaped last bracket", `{"[a\\]": 1}`, `{"[a]": 1}`, ""},
		{"escaped backslash before a bracket", `{"[a\\\\]": 1}`, `{}`, ""},
		{"escaped braces", `{"a\\{\\}": [1, 2]}`, `{"a{}": [1, 2]}`, ""},
		{"optional with braces as they are", `{"[a\\{\\}]": [1, 2]}`, `{}`, ""},
		{"braces in the middle", `{"a{}b": 1}`, `{"a{}b": 1}`, ""},
		{"sigil as a key", `{"{}": {"Z": 1}}`, `{"{}": {"Z": 1}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			patterns, err := jolt.ParsePatterns(tt.pattern, jolt.V2)
			if err != nil || len(patterns) != 1 {
				t.Fatalf("ParsePatterns(%s) = %v, %v", tt.pattern, patterns, err)
			}
			v, err := jolt.Parse(tt.value, jolt.V2)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if m := patterns[0].Match(&v); m != nil {
				got = m.String()
			}
			if got != tt.want {
				t.Errorf("%s against %s: %q, want %q", tt.pattern, tt.value, got, tt.want)
			}
			if patterns[0].String() != tt.pattern {
				t.Errorf("String() = %s, want %s", patterns[0], tt.pattern)
			}
		})
	}
	v, err := jolt.Parse(`{"a": 1, "a": 2}`, jolt.V1)
	if got := string(v.Append(nil, jolt.V1)); err != nil || got != `{"a": 1, "a": 2}` {
		t.Errorf("a key that stands twice in a value: %s, %v", got, err)
	}
	if _, err := jolt.ParsePatterns(`{"a": 1, "[a]": 2}`, jolt.V1); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a key that stands twice in a pattern: %v", err)
	}
}

// TestLongPath: a path that comes by a large node often is written as a structure.
func TestLongPath(t *testing.T) {
	node := jolt.Struct('N', jolt.Int(1), jolt.List(), jolt.Map(jolt.Entry{Key: "text", Value: jolt.String(strings.Repeat("x", 1000))}))
	rel := jolt.Struct('r', jolt.Int(2), jolt.String("SELF"), jolt.Map())
	walk := jolt.List()
	for range 1000 {
		walk.Items = append(walk.Items, jolt.Int(1), jolt.Int(0))
	}
	path := jolt.Struct('P', jolt.List(node), jolt.List(rel), walk)
	if got := len(path.Append(nil, jolt.V1)); got > 20_000 {
		t.Errorf("the text of a path of %d bytes has %d", len(path.AppendPackStream(nil)), got)
	}
	roundTrip(t, &path, jolt.V1)
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`{"a": 1, "b": 2, "c": 3}`, `{"a": 1, "c": 3, "b": 2}`, true},
		{`{"a": 1, "b": 2}`, `{"b": 1, "a": 2}`, false},
		{`{"a": 1, "b": 2}`, `{"a": 1, "c": 2}`, false},
		{`{"a": 1}`, `{}`, false},
		{`1`, `1.0`, false},
		{`[1, {"R": "NaN"}]`, `[1, {"R": "NaN"}]`, true},
		{`[1]`, `[1, 2]`, false},
		{`{"<>": ["01", 1]}`, `{"<>": ["02", 1]}`, false},
	} {
		a, err := jolt.Parse(tt.a, jolt.V1)
		b, err2 := jolt.Parse(tt.b, jolt.V1)
		if got := jolt.Equal(&a, &b); err != nil || err2 != nil || got != tt.want {
			t.Errorf("Equal(%s, %s) = %t", tt.a, tt.b, got)
		}
	}
}

func TestMismatchIsShort(t *testing.T) {
	patterns, err := jolt.ParsePatterns(`"x"`, jolt.V1)
	if err != nil {
		t.Fatal(err)
	}
	v := jolt.String(strings.Repeat("ü", 1000))
	if got := patterns[0].Match(&v).String(); len(got) > 400 || !strings.Contains(got, " … ") {
		t.Errorf("a mismatch of a long string has %d bytes: %s", len(got), got)
	}
}

func TestMessages(t *testing.T) {
	for _, tt := range []struct{ version, wire, text string }{
		{"3", "B310" + "8151" + "A0A0", `RUN "Q" {} {}`},
		{"2", "B2018178A0", `INIT "x" {}`},
		{"3", "B101A0", `HELLO {}`},
		{"3", "B03F", `PULL_ALL`},
		{"4.0", "B13FA0", `PULL {}`},
		{"3", "B02F", `DISCARD_ALL`},
		{"5.4", "B02F", `DISCARD`},
		{"5.4", "B1" + "2A01", `0x2A 1`},
	} {
		list, _ := bolt.Versions(tt.version, tt.version, true)
		wire, err := hex.DecodeString(tt.wire)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jolt.DecodeMessage(wire)
		if err != nil {
			t.Errorf("DecodeMessage(%s): %v", tt.wire, err)
			continue
		}
		if got := string(m.Append(nil, list[0])); got != tt.text {
			t.Errorf("%s in %s is %s, want %s", tt.wire, tt.version, got, tt.text)
		}
		if got := m.AppendPackStream(nil); !slices.Equal(got, wire) {
			t.Errorf("%s is encoded as %X", tt.text, got)
		}
		name, _, _ := strings.Cut(tt.text, " ")
		if s, ok := jolt.ParseMessageName(name); !ok || s != m.Signature {
			t.Errorf("ParseMessageName(%s) = %v, %v", name, s, ok)
		}
	}
	for _, wire := range []string{"", "00", "B1", "B110", "B0" + "0F" + "00", "B1107F" + "00"} {
		b, _ := hex.DecodeString(wire)
		if m, err := jolt.DecodeMessage(b); err == nil {
			t.Errorf("DecodeMessage(%s) = %v, want an error", wire, m)
		}
	}
	for _, name := range []string{"", "run", "0x", "0x123", "Signature(2A)"} {
		if s, ok := jolt.ParseMessageName(name); ok {
			t.Errorf("ParseMessageName(%s) = %v, want none", name, s)
		}
	}
	m := jolt.Message{Signature: bolt.SignatureRun, Fields: []jolt.Value{jolt.String("*"), jolt.Map(jolt.Entry{Key: "[a]", Value: jolt.Int(1)})}}
	if got, want := string(m.AppendPattern(nil, newest(t))), `RUN "\\*" {"\\[a\\]": 1}`; got != want {
		t.Errorf("AppendPattern = %s, want %s", got, want)
	}
}

func newest(t *testing.T) *bolt.Version {
	t.Helper()
	list, ok := bolt.Versions("", "", false)
	if !ok {
		t.Fatal("no versions")
	}
	return list[0]
}

// FuzzNotation reads text and bytes; what it can read must be written so that it
// is read again as it was.
func FuzzNotation(f *testing.F) {
	for _, tt := range values {
		wire, err := hex.DecodeString(tt.wire)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(tt.text, byte(tt.version), append([]byte{0xB1, 0x71}, wire...))
	}
	f.Fuzz(func(t *testing.T, text string, version byte, wire []byte) {
		v := jolt.Version(version%4) + jolt.V1
		values, err := jolt.ParseFields(text, v)
		if syntax, ok := errors.AsType[*jolt.SyntaxError](err); err != nil && (!ok || syntax.Offset < 0 || syntax.Offset > len(text)) {
			t.Errorf("ParseFields(%q): %#v", text, err)
		}
		for i := range values {
			if representable(&values[i]) {
				roundTrip(t, &values[i], v)
			}
		}
		patterns, err := jolt.ParsePatterns(text, v)
		for i := range min(len(values), len(patterns)) {
			if m := patterns[i].Match(&values[i]); err == nil && m != nil {
				_ = m.String()
			}
		}
		m, err := jolt.DecodeMessage(wire)
		if err != nil {
			return
		}
		for i := range m.Fields {
			if representable(&m.Fields[i]) {
				roundTrip(t, &m.Fields[i], v)
			}
		}
	})
}

// representable reports whether a value has a text: strings must be UTF-8, and
// keys may not stand twice, for patterns.
func representable(v *jolt.Value) bool {
	keys := map[string]bool{}
	for _, e := range v.Entries {
		if keys[e.Key] || strings.ToValidUTF8(e.Key, "") != e.Key || !representable(&e.Value) {
			return false
		}
		keys[e.Key] = true
	}
	return (v.Kind != packstream.KindStruct || len(v.Items) < 16) && strings.ToValidUTF8(v.Text, "") == v.Text &&
		!slices.ContainsFunc(v.Items, func(item jolt.Value) bool { return !representable(&item) })
}
