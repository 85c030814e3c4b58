package packstream_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/packstream"
)

const (
	shortText = "Ada"
	longText  = "the quick brown fox jumps over the lazy dog, and then again."
)

// appendRow appends the row of ten mixed values by which the cost of the format
// is compared: two integers, a float, a short and a 60-byte string, a boolean,
// null, a list of three, a map of two, a small integer.
func appendRow(dst []byte) []byte {
	dst = packstream.AppendListHeader(dst, 10)
	dst = packstream.AppendInt(dst, 1_234_567)
	dst = packstream.AppendInt(dst, 9_876_543_210)
	dst = packstream.AppendFloat(dst, 3.14159)
	dst = packstream.AppendString(dst, shortText)
	dst = packstream.AppendString(dst, longText)
	dst = packstream.AppendBool(dst, true)
	dst = packstream.AppendNull(dst)
	dst = packstream.AppendListHeader(dst, 3)
	for i := range 3 {
		dst = packstream.AppendInt(dst, int64(i))
	}
	dst = packstream.AppendMapHeader(dst, 2)
	dst = packstream.AppendString(dst, "since")
	dst = packstream.AppendInt(dst, 2020)
	dst = packstream.AppendString(dst, "tag")
	dst = packstream.AppendString(dst, "x")
	return packstream.AppendInt(dst, 7)
}

func BenchmarkAppendRow(b *testing.B) {
	b.ReportAllocs()
	buf := appendRow(nil)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		buf = appendRow(buf[:0])
	}
}

func BenchmarkSkipRow(b *testing.B) {
	b.ReportAllocs()
	buf := appendRow(nil)
	b.SetBytes(int64(len(buf)))
	d := packstream.NewDecoder(nil)
	for b.Loop() {
		d.Reset(buf)
		if err := d.Skip(); err != nil {
			b.Fatal(err)
		}
	}
}

// A flat value is what a reader without boxing keeps: a kind, a word, bytes
// that point into the message.
type flat struct {
	kind packstream.Kind
	num  uint64
	data []byte
}

func BenchmarkDecodeRow(b *testing.B) {
	b.ReportAllocs()
	buf := appendRow(nil)
	b.SetBytes(int64(len(buf)))
	d := packstream.NewDecoder(nil)
	var row [32]flat
	for b.Loop() {
		d.Reset(buf)
		if n := decodeFlat(d, row[:]); n != 18 {
			b.Fatalf("decoded %d values", n)
		}
	}
}

// decodeFlat decodes everything that is left into dst.
func decodeFlat(d *packstream.Decoder, dst []flat) int {
	n := 0
	for d.Remaining() > 0 {
		v := &dst[n]
		v.kind = d.Peek()
		var err error
		switch v.kind {
		case packstream.KindInteger:
			var i int64
			i, err = d.Int()
			v.num = uint64(i)
		case packstream.KindString:
			v.data, err = d.StringBytes()
		case packstream.KindList:
			_, err = d.ListHeader()
		case packstream.KindMap:
			_, err = d.MapHeader()
		default:
			err = d.Skip()
		}
		if err != nil {
			return -1
		}
		n++
	}
	return n
}
