package suite

// Internal, because the notation of check files is no API of its own.

import (
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func literal(tb testing.TB, text string) *node {
	tb.Helper()
	list, err := parseLiterals(text)
	if err != nil || len(list) != 1 {
		tb.Fatalf("parseLiterals(%s) = %d values, %v", text, len(list), err)
	}
	return list[0]
}

// literals are values with the bytes that they stand for.
func literals() []struct{ text, wire string } {
	return []struct{ text, wire string }{
		{"null", "C0"},
		{"true", "C3"},
		{"false", "C2"},
		{"0", "00"},
		{"127", "7F"},
		{"-16", "F0"},
		{"-17", "C8 EF"},
		{"128", "C9 00 80"},
		{"-32769", "CA FF FF 7F FF"},
		{"2147483648", "CB 00 00 00 00 80 00 00 00"},
		{"-9223372036854775808", "CB 80 00 00 00 00 00 00 00"},
		{"1.5", "C1 3F F8 00 00 00 00 00 00"},
		{"-inf", "C1 FF F0 00 00 00 00 00 00"},
		{`"a"`, "81 61"},
		{`'it is "so"'`, "8A 69 74 20 69 73 20 22 73 6F 22"},
		{`"\n"`, "81 0A"},
		{`"ab"*8`, "D0 10 61 62 61 62 61 62 61 62 61 62 61 62 61 62 61 62"},
		{"#0aff", "CC 02 0A FF"},
		{"[]", "90"},
		{"[1, [2]]", "92 01 91 02"},
		{"[0]*16", "D4 10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"},
		{`{a: 1, "b c": null}`, "A2 81 61 01 83 62 20 63 C0"},
		{"(44 1)", "B1 44 01"},
		{"<91>*3<C0>", "91 91 91 C0"},
		{"uuid 000102030405060708090a0b0c0d0e0f", "E0 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F"},
	}
}

func TestEncode(t *testing.T) {
	for _, tt := range literals() {
		t.Run(tt.text, func(t *testing.T) {
			got, err := appendNode(nil, literal(t, tt.text))
			if err != nil || hex.EncodeToString(got) != hex.EncodeToString(unhex(t, tt.wire)) {
				t.Errorf("appendNode(%s) = % X, %v; want %s", tt.text, got, err, tt.wire)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range literals() {
		t.Run(tt.text, func(t *testing.T) {
			wire := unhex(t, tt.wire)
			got, rest, err := decode(wire, 0)
			if err != nil || len(rest) > 0 {
				t.Fatalf("decode(%s) leaves % X, %v", tt.wire, rest, err)
			}
			if err := match(&node{kind: kindWire, data: wire}, got, nil); err != nil {
				t.Errorf("decode(%s): %v", tt.wire, err)
			}
			want := literal(t, tt.text)
			if want.kind == kindWire {
				return
			}
			if err := match(want, got, nil); err != nil {
				t.Errorf("decode(%s): %v", tt.wire, err)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct{ name, wire, want string }{
		{"nothing", "", "ends inside"},
		{"cut integer", "C9 01", "ends inside"},
		{"cut string", "83 61", "ends inside"},
		{"string of 4 GiB", "D2 FF FF FF FF", "ends inside"},
		{"list of 4 G items", "D6 FF FF FF FF", "ends inside"},
		{"cut list", "92 01", "ends inside"},
		{"structure without tag", "B1", "ends inside"},
		{"reserved", "C4", "C4 is reserved"},
		{"wide structure", "DC 01 44 01", "DC is reserved"},
		{"key that is no string", "A1 01 01", "is no string"},
		{"key twice", "A2 81 61 01 81 61 02", "twice"},
		{"deep", strings.Repeat("91", 600) + "C0", "too deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := decode(unhex(t, tt.wire), 0)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("decode(%s) = %v; want %q", tt.wire, err, tt.want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct{ pattern, value, want string }{
		{"any", "[1]", ""},
		{"int", "5", ""},
		{"int", "5.0", "want int"},
		{"float", "5.0", ""},
		{"string", `"x"`, ""},
		{"bool", "null", "want bool"},
		{"null", "null", ""},
		{"1", "2", "2, want 1"},
		{"1", "1.0", "1.0, want 1"},
		{"nan", "nan", ""},
		{"0.0", "-0.0", "want 0.0"},
		{`"a" | "b"`, `"b"`, ""},
		{`"a" | "b"`, `"c"`, `want "a" | "b"`},
		{"/^ne.*j$/", `"neo4j"`, ""},
		{"/^x/", `"neo4j"`, "want /^x/"},
		{`/a\/b/`, `"a/b"`, ""},
		{"<C9 00 80>", "128", ""},
		{"<CA 00 00 00 80>", "128", "bytes <C9 00 80>"},
		{"[1, int]", "[1, 2]", ""},
		{"[1]", "[1, 2]", "2 items"},
		{"[int...]", "[1, 2, 3]", ""},
		{"[int...]", "[]", ""},
		{"[string, int...]", `["x"]`, ""},
		{"[int...]", `[1, "x"]`, "item 1"},
		{"{a: 1}", "{a: 1}", ""},
		{"{a: 1}", "{a: 1, b: 2}", "unexpected key b"},
		{"{a: 1, ...}", "{b: 2, a: 1}", ""},
		{"{...}", "{}", ""},
		{"{a: 1}", "{}", "a: nothing"},
		{"{a?: 1}", "{}", ""},
		{"{a?: 1}", "{a: 2}", "a: 2, want 1"},
		{"{a: absent, ...}", "{b: 1}", ""},
		{"{a: absent, ...}", "{a: 1}", "want absent"},
		{"(44 int)", "(44 1)", ""},
		{"(44 int)", "(54 1)", "want (44 int)"},
		{"[$x, $x]", "[1, 1]", ""},
		{"[$x, $x]", "[1, 2]", "item 1"},
	} {
		t.Run(tt.pattern+" for "+tt.value, func(t *testing.T) {
			wire, err := appendNode(nil, literal(t, tt.value))
			if err != nil {
				t.Fatal(err)
			}
			value, _, err := decode(wire, 0)
			if err != nil {
				t.Fatal(err)
			}
			err = match(literal(t, tt.pattern), value, map[string]*node{})
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("match(%s, %s) = %v; want %q", tt.pattern, tt.value, err, tt.want)
			}
		})
	}
}

func TestLiteralErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"[1", "expected , or ]"},
		{"{a 1}", "expected :"},
		{"{a: 1", "expected , or }"},
		{`"abc`, "invalid syntax"},
		{"'abc", "no closing"},
		{"/a(/", "missing closing"},
		{"/abc", "no closing"},
		{"<0>", "odd length"},
		{"#zz", "invalid byte"},
		{"hello", `"hello" is no value`},
		{"(zz)", "invalid syntax"},
		{"1*3", "can not be repeated"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			_, err := parseLiterals(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("parseLiterals(%s) = %v; want %q", tt.text, err, tt.want)
			}
		})
	}
}

func TestSpan(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"*", "1 2 3 4.0 4.1 4.2 4.3 4.4 5.0 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8 6.0 6.1"},
		{"-3", "1 2 3"},
		{"6.0-", "6.0 6.1"},
		{"4.4", "4.4"},
		{"1, 4.3-5.0, 6.1", "1 4.3 4.4 5.0 6.1"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			set, err := parseSpan(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range versions() {
				if set[v.text] {
					got = append(got, v.text)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("parseSpan(%s) = %s; want %s", tt.text, got, tt.want)
			}
		})
	}
	if _, err := parseSpan("4.9"); err == nil {
		t.Error("parseSpan(4.9) is no error")
	}
}

// FuzzDecode checks that what is decoded can be encoded and decoded again to
// the same value, and that nothing panics.
func FuzzDecode(f *testing.F) {
	for _, tt := range literals() {
		f.Add(unhex(f, tt.wire))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, _, err := decode(b, 0)
		if err != nil {
			return
		}
		again, err := appendNode(nil, n)
		if err != nil {
			t.Fatalf("%s can not be encoded: %v", n, err)
		}
		back, rest, err := decode(again, 0)
		if err != nil || len(rest) > 0 {
			t.Fatalf("decode(% X) leaves % X, %v", again, rest, err)
		}
		if err := match(n, back, nil); err != nil {
			t.Fatalf("% X and % X differ: %v", b, again, err)
		}
	})
}

// FuzzLiterals checks that no text of a check file makes the parser panic.
func FuzzLiterals(f *testing.F) {
	for _, tt := range literals() {
		f.Add(tt.text)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if strings.Contains(text, "*") {
			return // repetitions may be as long as a script wants them
		}
		list, err := parseLiterals(text)
		if err != nil {
			return
		}
		for _, n := range list {
			_ = n.String()
		}
	})
}
