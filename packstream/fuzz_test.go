package packstream_test

import (
	"bytes"
	"testing"

	"github.com/drawbolt/drawbolt/packstream"
)

// FuzzDecoder checks that the decoder and the simple one agree about every
// input, that Skip and Raw agree with reading, that what was read is written
// again as something that reads the same, and that nothing panics.
func FuzzDecoder(f *testing.F) {
	for _, name := range []string{"values.txt", "wide.txt", "invalid.txt"} {
		for _, v := range vectors(f, name) {
			if wire := unhex(f, v.wire); len(wire) < 1<<10 {
				f.Add(wire)
			}
		}
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		d := newDecoder(wire)
		got, err := read(d)
		want, rest, wantErr := simple(wire, packstream.DefaultDepth)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("read(%X): %v, the simple decoder: %v", wire, err, wantErr)
		}
		s := newDecoder(wire)
		raw, rawErr := s.Raw()
		if (rawErr == nil) != (err == nil) {
			t.Fatalf("Raw(%X): %v, read: %v", wire, rawErr, err)
		}
		if err != nil {
			if rawErr.Error() != err.Error() {
				t.Fatalf("Raw(%X): %v, read: %v", wire, rawErr, err)
			}
			return
		}
		if got.String() != want.String() || d.Remaining() != len(rest) {
			t.Fatalf("read(%X) = %v with %d bytes left, the simple decoder: %v with %d",
				wire, got, d.Remaining(), want, len(rest))
		}
		if !bytes.Equal(raw, wire[:d.Offset()]) {
			t.Fatalf("Raw(%X) = %X, but %d bytes were read", wire, raw, d.Offset())
		}
		checkRoundTrip(t, got)
	})
}

func checkRoundTrip(t *testing.T, v tree) {
	t.Helper()
	wire := write(nil, v)
	again, err := read(newDecoder(wire))
	if err != nil {
		t.Fatalf("read(write(%v)): %v", v, err)
	}
	if second := write(nil, again); !bytes.Equal(second, wire) {
		t.Fatalf("write(%v) = %X, and once more %X", v, wire, second)
	}
}

// FuzzAllocation checks that the sizes that headers announce, for which callers
// may allocate, stay within a multiple of the input.
func FuzzAllocation(f *testing.F) {
	f.Add([]byte{0xD6, 0x7F, 0xFF, 0xFF, 0xFF, 0})
	f.Add([]byte{0xD4, 5, 0xD4, 5, 0xD4, 3, 0, 0, 0, 0, 0})
	f.Add([]byte{0xD8, 2, 0x81, 'a', 0xD4, 3, 0, 0, 0, 0x80, 0})
	f.Fuzz(func(t *testing.T, wire []byte) {
		d := newDecoder(wire)
		total := 0
		for d.Remaining() > 0 {
			n, size := 0, 1
			var err error
			switch d.Peek() {
			case packstream.KindList:
				n, err = d.ListHeader()
			case packstream.KindMap:
				n, err = d.MapHeader()
				size = 2
			case packstream.KindStruct:
				_, n, err = d.StructHeader()
			default:
				err = d.Skip()
			}
			if err != nil {
				break
			}
			if n*size > d.Remaining() {
				t.Fatalf("%X: %d items announced with %d bytes left", wire, n, d.Remaining())
			}
			total += n
		}
		if total > len(wire) {
			t.Fatalf("%X: %d items announced in %d bytes", wire, total, len(wire))
		}
	})
}
