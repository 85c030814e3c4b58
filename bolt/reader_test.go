package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
)

// messages reads everything and describes it: messages in hex, long ones by
// their length, and what the reader says at the end.
func messages(r *bolt.Reader) string {
	var list []string
	for range 1000 {
		m, err := r.Next()
		var size *bolt.SizeError
		switch {
		case errors.As(err, &size):
			list = append(list, err.Error())
		case err != nil:
			return strings.Join(append(list, err.Error()), ", ")
		case len(m) > 16:
			list = append(list, fmt.Sprintf("%d bytes", len(m)))
		default:
			list = append(list, fmt.Sprintf("%X", m))
		}
	}
	return "no end"
}

func TestReader(t *testing.T) {
	long := strings.Repeat("0005 0102030405 ", 2000)
	for _, tt := range []struct {
		name, wire string
		limit      int
		want       string
	}{
		{"one chunk", "0002 B00F 0000", 100, "B00F, EOF"},
		{"two messages", "0002 B00F 0000 0002 B002 0000", 100, "B00F, B002, EOF"},
		{"chunks anywhere", "0001 B3 0001 10 0003 010203 0000", 100, "B310010203, EOF"},
		{"no-operations", "0000 0000 0002 B00F 0000 0000 0000 0001 01 0000 0000", 100, "B00F, 01, EOF"},
		{"nothing", "", 100, "EOF"},
		{"cut in a size", "00", 100, "unexpected EOF"},
		{"cut in a chunk", "0005 0102", 100, "unexpected EOF"},
		{"cut between chunks", "0002 0102", 100, "unexpected EOF"},
		{"cut in the end", "0002 0102 00", 100, "unexpected EOF"},
		{"at the limit", "0004 01020304 0000", 4, "01020304, EOF"},
		{"above the limit", "0005 0102030405 0000 0001 01 0000", 4, "Value of size 5 exceeded limit of 4, 01, EOF"},
		{"above the limit by chunks", "0003 010203 0002 0405 0001 06 0000 0000 0001 01 0000", 4, "Value of size 5 exceeded limit of 4, 01, EOF"},
		{"cut above the limit", "0005 0102", 4, "Value of size 5 exceeded limit of 4, unexpected EOF"},
		{"longer than the window", long + "0000 0001 07 0000", 1 << 20, "10000 bytes, 07, EOF"},
		{"long and above the limit", long + "0000 0001 07 0000", 9999, "Value of size 10000 exceeded limit of 9999, 07, EOF"},
		{"two long ones", long + "0000" + long + "0000", 1 << 20, "10000 bytes, 10000 bytes, EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wire := unhex(t, tt.wire)
			for name, src := range map[string]io.Reader{
				"at once":      bytes.NewReader(wire),
				"byte by byte": iotest.OneByteReader(bytes.NewReader(wire)),
				"in halves":    iotest.HalfReader(bytes.NewReader(wire)),
				"with the end": iotest.DataErrReader(bytes.NewReader(wire)),
			} {
				if got := messages(bolt.NewReader(src, tt.limit)); got != tt.want {
					t.Errorf("%.80s %s: %s, want %s", tt.wire, name, got, tt.want)
				}
			}
		})
	}
}

func TestReaderRaw(t *testing.T) {
	wire := unhex(t, "6060B017 00000404 00000000 00000000 00000000 0002 B00F 0000 00")
	r := bolt.NewReader(iotest.HalfReader(bytes.NewReader(wire)), 100)
	if b, err := r.Raw(bolt.HandshakeSize); err != nil || !bolt.IsMagic(b) || b[7] != 4 {
		t.Fatalf("Raw(20) = %X, %v", b, err)
	}
	if m, err := r.Next(); err != nil || string(m) != "\xB0\x0F" {
		t.Errorf("Next() after Raw = %X, %v", m, err)
	}
	if _, err := r.Raw(2); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Raw(2) with one byte left: %v", err)
	}
	if _, err := bolt.NewReader(strings.NewReader(""), 100).Raw(4); err != io.EOF { //nolint:errorlint // bare
		t.Errorf("Raw(4) of nothing: %v, want EOF", err)
	}
}

func TestBuffered(t *testing.T) {
	for _, tt := range []struct {
		name, first, second string
		want                bool // after the first message is read
	}{
		{"nothing", "0001 01 0000", "", false},
		{"whole message", "0001 01 0000", "0001 02 0000", true},
		{"message of chunks", "0001 01 0000", "0001 02 0001 03 0000", true},
		{"half a size", "0001 01 0000", "00", false},
		{"no end yet", "0001 01 0000", "0001 02", false},
		{"half an end", "0001 01 0000", "0001 02 00", false},
		{"no-operations only", "0001 01 0000", "0000 0000", false},
		{"no-operation and message", "0001 01 0000", "0000 0001 02 0000", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := bolt.NewReader(bytes.NewReader(unhex(t, tt.first+tt.second)), 100)
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			if got := r.Buffered(); got != tt.want {
				t.Errorf("Buffered() before %q = %v, want %v", tt.second, got, tt.want)
			}
		})
	}
}

func TestDetach(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 200_000)
	wire := append(bolttest.Chunks([]byte("small"), 100), bolttest.Chunks(big, 0xFFFF)...)
	wire = append(wire, bolttest.Chunks(bytes.Repeat([]byte("y"), 200_000), 0xFFFF)...)
	r := bolt.NewReader(bytes.NewReader(wire), 1<<20)
	if _, err := r.Next(); err != nil || r.Detach() {
		t.Fatalf("Detach() of a small message succeeded, or %v", err)
	}
	m, err := r.Next()
	if err != nil || !r.Detach() {
		t.Fatalf("Detach() of a big message failed, or %v", err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m, big) {
		t.Error("a detached message changed when the next one was read")
	}
}

// TestReaderDoesNotReserve gives sizes without the bytes they announce.
func TestReaderDoesNotReserve(t *testing.T) {
	wire := unhex(t, "FFFF 01")
	const runs = 1000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		r := bolt.NewReader(bytes.NewReader(wire), 1<<30)
		if _, err := r.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > 16<<10 {
		t.Errorf("a chunk of 65,535 bytes that did not come: %d bytes allocated", got)
	}
}

func TestReaderAllocates(t *testing.T) {
	wire := bytes.Repeat(bolttest.Chunks(unhex(t, "B1 3F A1 81 6E C9 03E8"), 100), 200)
	src := bytes.NewReader(nil)
	r := bolt.NewReader(src, 8192)
	allocations := testing.AllocsPerRun(20, func() {
		src.Reset(wire)
		for range 200 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocations != 0 {
		t.Errorf("reading messages: %v allocations, want 0", allocations)
	}
}

// simpleMessages cuts a whole stream into messages without any cleverness; what
// is left is returned too.
func simpleMessages(b []byte) (list [][]byte, rest []byte) {
	message, start := []byte(nil), b
	for len(b) >= 2 {
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 {
			b = b[2:]
			if message != nil {
				list = append(list, message)
			}
			message, start = nil, b
			continue
		}
		if len(b) < 2+n {
			break
		}
		message = append(message, b[2:2+n]...)
		b = b[2+n:]
	}
	return list, start
}

func FuzzReader(f *testing.F) {
	f.Add(unhex(f, "0002 B00F 0000 0000 0001 01 0000"), uint64(1))
	f.Add(bolttest.Chunks(bytes.Repeat([]byte("abc"), 9000), 700), uint64(2))
	f.Add(bolttest.Chunks(bytes.Repeat([]byte("abc"), 50), 1), uint64(3))
	f.Fuzz(func(t *testing.T, wire []byte, seed uint64) {
		want, rest := simpleMessages(wire)
		src := &pieces{rest: wire, random: rand.New(rand.NewPCG(seed, 1))}
		r := bolt.NewReader(src, 1<<30)
		for i, w := range want {
			buffered := r.Buffered()
			got, err := r.Next()
			if err != nil || !bytes.Equal(got, w) {
				t.Fatalf("message %d is %X, %v; want %X", i, got, err, w)
			}
			if buffered && src.reads > 0 {
				t.Fatalf("message %d was buffered, but the reader read", i)
			}
			src.reads = 0
		}
		got, err := r.Next()
		end := io.EOF
		if len(rest) > 0 {
			end = io.ErrUnexpectedEOF
		}
		if !errors.Is(err, end) {
			t.Fatalf("after the last message: %X, %v, want %v", got, err, end)
		}
	})
}

// pieces hands out a stream in random pieces.
type pieces struct {
	rest   []byte
	random *rand.Rand
	reads  int
}

func (p *pieces) Read(b []byte) (int, error) {
	p.reads++
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:1+p.random.IntN(len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

func BenchmarkReader(b *testing.B) {
	for _, bb := range []struct {
		name string
		size int
	}{{"small", 60}, {"64KiB", 64 << 10}, {"1MiB", 1 << 20}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			wire := bolttest.Chunks(make([]byte, bb.size), 0xFFFF)
			b.SetBytes(int64(bb.size))
			src := bytes.NewReader(nil)
			r := bolt.NewReader(src, 1<<30)
			for b.Loop() {
				src.Reset(wire)
				if _, err := r.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
