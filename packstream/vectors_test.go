package packstream_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/packstream"
)

// unhex turns hex with spaces into bytes; 61*20 is the byte 61 twenty times.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	out := []byte{}
	for word := range strings.FieldsSeq(s) {
		digits, times, repeated := strings.Cut(word, "*")
		b, err := hex.DecodeString(digits)
		if err != nil {
			tb.Fatalf("bad hex %q: %v", word, err)
		}
		n := 1
		if repeated {
			if n, err = strconv.Atoi(times); err != nil {
				tb.Fatalf("bad repetition %q: %v", word, err)
			}
		}
		out = append(out, bytes.Repeat(b, n)...)
	}
	return out
}

// A vector is one line of a file in testdata.
type vector struct {
	line int
	wire string
	want string
}

func vectors(tb testing.TB, name string) []vector {
	tb.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	var list []vector
	for i, line := range strings.Split(string(file), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		wire, want, ok := strings.Cut(line, ";")
		if !ok {
			tb.Fatalf("%s:%d: no semicolon", name, i+1)
		}
		list = append(list, vector{i + 1, strings.TrimSpace(wire), strings.TrimSpace(want)})
	}
	if len(list) == 0 {
		tb.Fatalf("%s has no vectors", name)
	}
	return list
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t, "values.txt") {
		wire := unhex(t, v.wire)
		value, err := read(newDecoder(wire))
		if err != nil {
			t.Errorf("values.txt:%d: read(%s): %v", v.line, v.wire, err)
			continue
		}
		if got := value.String(); got != expand(t, v.want) {
			t.Errorf("values.txt:%d: read(%s) = %.80s, want %.80s", v.line, v.wire, got, v.want)
		}
		if got := write(nil, value); !bytes.Equal(got, wire) {
			t.Errorf("values.txt:%d: write(%s) = %.80X, want %s", v.line, v.want, got, v.wire)
		}
	}
}

func TestWiderForms(t *testing.T) {
	for _, v := range vectors(t, "wide.txt") {
		value, err := read(newDecoder(unhex(t, v.wire)))
		if err != nil {
			t.Errorf("wide.txt:%d: read(%s): %v", v.line, v.wire, err)
			continue
		}
		if got, want := write(nil, value), unhex(t, v.want); !bytes.Equal(got, want) {
			t.Errorf("wide.txt:%d: write(read(%s)) = %X, want %X", v.line, v.wire, got, want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, v := range vectors(t, "invalid.txt") {
		want := "packstream: offset " + v.want
		if _, err := read(newDecoder(unhex(t, v.wire))); err == nil || err.Error() != want {
			t.Errorf("invalid.txt:%d: read(%s): %v, want %s", v.line, v.wire, err, want)
		}
		if err := newDecoder(unhex(t, v.wire)).Skip(); err == nil || err.Error() != want {
			t.Errorf("invalid.txt:%d: Skip(%s): %v, want %s", v.line, v.wire, err, want)
		}
	}
}

// newDecoder returns a decoder that allows everything.
func newDecoder(wire []byte) *packstream.Decoder {
	d := packstream.NewDecoder(wire)
	d.SetLimits(packstream.Limits{UUID: true})
	return d
}

// expand writes out the repetitions in a meaning: "a"*15, 00*255, [0*15].
func expand(tb testing.TB, s string) string {
	tb.Helper()
	before, after, ok := strings.Cut(s, "*")
	if !ok {
		return s
	}
	after, bracket := strings.CutSuffix(after, "]")
	n, err := strconv.Atoi(after)
	if err != nil {
		tb.Fatalf("bad repetition %q", s)
	}
	switch {
	case bracket:
		return "[" + strings.TrimSuffix(strings.Repeat("0, ", n), ", ") + "]"
	case strings.HasPrefix(before, "bytes"):
		return "bytes " + strings.Repeat("00", n)
	default:
		return `"` + strings.Repeat("a", n) + `"`
	}
}
