package packstream_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/packstream"
)

// TestMarkers walks over all 256 markers.
func TestMarkers(t *testing.T) {
	for _, tt := range []struct {
		first, last byte
		want        packstream.Kind
	}{
		{0x00, 0x7F, packstream.KindInteger},
		{0x80, 0x8F, packstream.KindString},
		{0x90, 0x9F, packstream.KindList},
		{0xA0, 0xAF, packstream.KindMap},
		{0xB0, 0xBF, packstream.KindStruct},
		{0xC0, 0xC0, packstream.KindNull},
		{0xC1, 0xC1, packstream.KindFloat},
		{0xC2, 0xC3, packstream.KindBoolean},
		{0xC4, 0xC7, packstream.KindReserved},
		{0xC8, 0xCB, packstream.KindInteger},
		{0xCC, 0xCE, packstream.KindBytes},
		{0xCF, 0xCF, packstream.KindReserved},
		{0xD0, 0xD2, packstream.KindString},
		{0xD3, 0xD3, packstream.KindReserved},
		{0xD4, 0xD6, packstream.KindList},
		{0xD7, 0xD7, packstream.KindReserved},
		{0xD8, 0xDA, packstream.KindMap},
		{0xDB, 0xDB, packstream.KindReserved},
		{0xDC, 0xDD, packstream.KindStruct},
		{0xDE, 0xDF, packstream.KindReserved},
		{0xE0, 0xE0, packstream.KindUUID},
		{0xE1, 0xEF, packstream.KindReserved},
		{0xF0, 0xFF, packstream.KindInteger},
	} {
		for m := int(tt.first); m <= int(tt.last); m++ {
			if got := newDecoder([]byte{byte(m)}).Peek(); got != tt.want {
				t.Errorf("Peek(%02X) = %v, want %v", m, got, tt.want)
			}
		}
	}
	if got := packstream.NewDecoder([]byte{0xE0}).Peek(); got != packstream.KindReserved {
		t.Errorf("Peek(E0) without UUIDs = %v, want RESERVED", got)
	}
	if got := packstream.NewDecoder(nil).Peek(); got != packstream.KindEnd {
		t.Errorf("Peek() of nothing = %v, want END", got)
	}
}

// readers has every typed reader by the kind it is for.
var readers = []struct {
	kind packstream.Kind
	read func(d *packstream.Decoder) error
}{
	{packstream.KindNull, (*packstream.Decoder).Null},
	{packstream.KindBoolean, func(d *packstream.Decoder) error { _, err := d.Bool(); return err }},
	{packstream.KindInteger, func(d *packstream.Decoder) error { _, err := d.Int(); return err }},
	{packstream.KindFloat, func(d *packstream.Decoder) error { _, err := d.Float(); return err }},
	{packstream.KindBytes, func(d *packstream.Decoder) error { _, err := d.Bytes(); return err }},
	{packstream.KindString, func(d *packstream.Decoder) error { _, err := d.String(); return err }},
	{packstream.KindList, func(d *packstream.Decoder) error { _, err := d.ListHeader(); return err }},
	{packstream.KindMap, func(d *packstream.Decoder) error { _, err := d.MapHeader(); return err }},
	{packstream.KindStruct, func(d *packstream.Decoder) error { _, _, err := d.StructHeader(); return err }},
	{packstream.KindUUID, func(d *packstream.Decoder) error { _, err := d.UUID(); return err }},
}

// TestWrongType gives every reader a value of every other kind.
func TestWrongType(t *testing.T) {
	samples := map[packstream.Kind]string{
		packstream.KindNull:    "C0",
		packstream.KindBoolean: "C3",
		packstream.KindInteger: "C9 0100",
		packstream.KindFloat:   "C1 00*8",
		packstream.KindBytes:   "CC 01 00",
		packstream.KindString:  "D0 01 41",
		packstream.KindList:    "D4 01 C0",
		packstream.KindMap:     "D8 01 81 41 C0",
		packstream.KindStruct:  "B1 44 00",
		packstream.KindUUID:    "E0 00*16",
	}
	for _, r := range readers {
		for kind, wire := range samples {
			d := newDecoder(unhex(t, wire))
			err := r.read(d)
			if kind == r.kind {
				if err != nil {
					t.Errorf("reader of %v: %s: %v", r.kind, wire, err)
				}
				continue
			}
			var s *packstream.SyntaxError
			if !errors.As(err, &s) || s.Fault != packstream.FaultType ||
				s.Want != r.kind || s.Got != kind || d.Offset() != 0 {
				t.Errorf("reader of %v: %s: %v at %d, want a type fault at 0", r.kind, wire, err, d.Offset())
			}
		}
		if err := r.read(newDecoder(nil)); err == nil || !strings.Contains(err.Error(), "unexpected end") {
			t.Errorf("reader of %v: nothing: %v, want unexpected end", r.kind, err)
		}
		if err := r.read(newDecoder([]byte{0xC4})); err == nil || !strings.Contains(err.Error(), "RESERVED") {
			t.Errorf("reader of %v: C4: %v, want RESERVED", r.kind, err)
		}
	}
}

func TestUUIDNeedsPermission(t *testing.T) {
	d := packstream.NewDecoder(unhex(t, "E0 00*16"))
	_, err := d.UUID()
	var s *packstream.SyntaxError
	if !errors.As(err, &s) || s.Fault != packstream.FaultReserved || s.Got != packstream.KindUUID {
		t.Errorf("UUID(): %v, want a reserved fault that names UUID", err)
	}
}

func TestLimits(t *testing.T) {
	deep := func(marker string, n int) string { return strings.Repeat(marker+" ", n) + "C0" }
	for _, tt := range []struct {
		name   string
		wire   string
		limits packstream.Limits
		want   packstream.Fault // 0: no error
	}{
		{"lists at the default depth", deep("91", 100), packstream.Limits{}, 0},
		{"lists below the default depth", deep("91", 101), packstream.Limits{}, packstream.FaultDepth},
		{"structures too deep", deep("B1 44", 4), packstream.Limits{Depth: 3}, packstream.FaultDepth},
		{"maps deep enough", deep("A1 80", 3), packstream.Limits{Depth: 3}, 0},
		{"maps too deep", deep("A1 80", 4), packstream.Limits{Depth: 3}, packstream.FaultDepth},
		{"siblings are not deep", "93 91 C0 91 C0 91 C0", packstream.Limits{Depth: 2}, 0},
		{"items at the limit", "93 91 C0 91 C0 91 C0", packstream.Limits{Items: 6}, 0},
		{"items above the limit", "93 91 C0 91 C0 91 C0", packstream.Limits{Items: 5}, packstream.FaultItems},
		{"map entries count", "A2 80 C0 80 C0", packstream.Limits{Items: 1}, packstream.FaultItems},
		{"fields count", "B2 44 C0 C0", packstream.Limits{Items: 1}, packstream.FaultItems},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := packstream.NewDecoder(unhex(t, tt.wire))
			d.SetLimits(tt.limits)
			err := d.Skip()
			var s *packstream.SyntaxError
			if got := errors.As(err, &s); got != (tt.want != 0) || got && s.Fault != tt.want {
				t.Errorf("Skip(%s) with %+v: %v, want fault %d", tt.wire, tt.limits, err, tt.want)
			}
		})
	}
}

func TestAliasing(t *testing.T) {
	wire := unhex(t, "82 4142 CC 02 0102 82 4344")
	d := packstream.NewDecoder(wire)
	text, err := d.StringBytes()
	if err != nil {
		t.Fatal(err)
	}
	data, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	d.Rebase([]byte(string(d.Rest())))
	clear(wire)
	if string(text) != "\x00\x00" || data[1] != 0 {
		t.Errorf("StringBytes, Bytes = %q, %X: they do not alias the message", text, data)
	}
	if s, err := d.String(); s != "CD" || err != nil {
		t.Errorf("String() after Rebase = %q, %v, want CD from the copy", s, err)
	}
	if cap(text) != len(text) {
		t.Errorf("StringBytes() has spare capacity: appending would write over the message")
	}
}

func TestRebaseKeepsTheBudget(t *testing.T) {
	// Ten bytes may announce ten items, wherever they stand.
	wire := unhex(t, "95 C0 94 C0 C0 C0 C0 C0 C0 C0")
	d := packstream.NewDecoder(wire)
	if n, err := d.ListHeader(); n != 5 || err != nil {
		t.Fatalf("ListHeader() = %d, %v", n, err)
	}
	if err := d.Null(); err != nil {
		t.Fatal(err)
	}
	d.Rebase(d.Rest())
	if n, err := d.ListHeader(); n != 4 || err != nil {
		t.Errorf("ListHeader() after Rebase = %d, %v, want 4 without error", n, err)
	}
}
