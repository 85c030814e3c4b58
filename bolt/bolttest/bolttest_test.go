package bolttest_test

import (
	"net"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
)

// TestNotation parses and prints values; the middle column is empty where they
// are printed as they were written.
func TestNotation(t *testing.T) {
	for _, tt := range []struct{ text, printed, wire string }{
		{"null", "", "C0"},
		{"true", "", "C3"},
		{"-17", "", "C8EF"},
		{"+1", "1", "01"},
		{"1.0", "", "C13FF0000000000000"},
		{"1e3", "1000.0", "C1408F400000000000"},
		{"Infinity", "", "C17FF0000000000000"},
		{"-Infinity", "", "C1FFF0000000000000"},
		{`"a\"b*\x00"`, "", "856122622A00"},
		{"#", "", "CC00"},
		{"#01ff", "#01FF", "CC0201FF"},
		{"[1,[ ],  2]", "[1, [], 2]", "93019002"},
		{`{a: 1, "b c": {}, contains-updates: null}`, "", ""},
		{`N(1, ["A"], {})`, "", "B34E01918141A0"},
		{`3F("UUID", 6, 1, {})`, "", "B43F84555549440601A0"},
		{`i(0, 0, "Europe/Paris")`, "", ""},
		{`uuid(00112233445566778899AABBCCDDEEFF)`, "", "E000112233445566778899AABBCCDDEEFF"},
	} {
		wire, err := bolttest.ParseValue(tt.text)
		if err != nil {
			t.Errorf("ParseValue(%s): %v", tt.text, err)
			continue
		}
		want := tt.printed
		if want == "" {
			want = tt.text
		}
		if got := bolttest.FormatValue(wire); got != want {
			t.Errorf("FormatValue(ParseValue(%s)) = %s, want %s", tt.text, got, want)
		}
		if tt.wire != "" && tt.wire != strings.ToUpper(hexOf(wire)) {
			t.Errorf("ParseValue(%s) = %X, want %s", tt.text, wire, tt.wire)
		}
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789ABCDEF"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

func TestNotationErrors(t *testing.T) {
	for _, text := range []string{
		"", "nil", `"open`, "#1", "[1", "[1 2]", "{a 1}", "{a: }", "N(1", "NN(1)", "uuid(00)", "1 2", "}",
	} {
		if wire, err := bolttest.ParseValue(text); err == nil {
			t.Errorf("ParseValue(%s) = %X, want an error", text, wire)
		}
	}
	for _, text := range []string{"", "NOTHING", `RUN "Q`, `RUN {a}`} {
		if wire, err := bolttest.Parse(text); err == nil {
			t.Errorf("Parse(%s) = %X, want an error", text, wire)
		}
	}
}

func TestFormatShowsDamage(t *testing.T) {
	for _, tt := range []struct{ wire, want string }{
		{"\xB0", "B0 ("},
		{"\xB1\x70", "B170 ("},
		{"\xB1\x70\xC4", "B170C4 ("},
		{"\xB0\x7E\x01", "IGNORED and 01"},
		{"\x01", "01 ("},
		{"\xB0\x00", "Signature(00)"},
	} {
		if got := bolttest.Format([]byte(tt.wire)); !strings.HasPrefix(got, tt.want) {
			t.Errorf("Format(%X) = %s, want %s…", tt.wire, got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		match     bool
	}{
		{"SUCCESS {}", "SUCCESS {}", true},
		{"SUCCESS {}", "SUCCESS {a: 1}", false},
		{"SUCCESS *", "SUCCESS {a: 1}", true},
		{"SUCCESS {a: *, b: 2}", "SUCCESS {a: [1, 2], b: 2}", true},
		{"SUCCESS {a: *, b: 2}", "SUCCESS {a: 1, b: 3}", false},
		{`RECORD ["*"]`, `RECORD ["*"]`, true},
		{`RECORD ["*"]`, `RECORD ["x"]`, false},
		{`FAILURE {code: "a", message: *}`, `FAILURE {code: "a", message: "x ü \"y\""}`, true},
		{`RECORD ["ü*"]`, `RECORD ["ü*"]`, true},
	} {
		if got := bolttest.Match(tt.want, tt.got); got != tt.match {
			t.Errorf("Match(%s, %s) = %v", tt.want, tt.got, got)
		}
	}
}

// TestClient plays a short session with a server of a few lines.
func TestClient(t *testing.T) {
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		r := bolt.NewReader(far, 1<<20)
		if _, err := r.Raw(bolt.HandshakeSize); err != nil {
			return
		}
		w := bolt.NewWriter(far)
		w.Append(0, 0, 4, 5)
		for w.Flush() == nil {
			m, err := r.Next()
			if s, _ := bolt.PeekSignature(m); err != nil || s == bolt.SignatureGoodbye {
				return
			}
			w.Begin()
			w.Buf = bolt.AppendSuccess(w.Buf)
			w.End()
		}
	}()
	c := bolttest.New(t, near)
	c.Open("5.4")
	c.Login("ada", "secret")
	c.Send(`RUN "RETURN 1" {} {}`, `PULL {n: -1}`)
	c.Expect("SUCCESS {}", "SUCCESS *")
	c.WriteHex("0002 B00F 0000")
	if got := c.Receive(); got != "SUCCESS {}" {
		t.Errorf("Receive() = %s", got)
	}
	c.Send("GOODBYE")
	c.ExpectEnd()
	if c.Version.Text != "5.4" {
		t.Errorf("Version = %s", c.Version)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{a: [1, -2.5, "x", #00], "b c": N(1, [], {})}`)
	f.Add(`uuid(00112233445566778899AABBCCDDEEFF)`)
	f.Fuzz(func(t *testing.T, text string) {
		wire, err := bolttest.ParseValue(text)
		if err != nil {
			return
		}
		printed := bolttest.FormatValue(wire)
		again, err := bolttest.ParseValue(printed)
		if err != nil {
			// What is nested deeper than a decoder goes is shown as hex.
			if strings.Contains(printed, "nested deeper") {
				return
			}
			t.Fatalf("ParseValue(%s), from %s: %v", printed, text, err)
		}
		if second := bolttest.FormatValue(again); second != printed {
			t.Fatalf("%s is printed as %s, and then as %s", text, printed, second)
		}
	})
}
