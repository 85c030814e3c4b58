package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
)

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := bolt.NewWriter(&out)
	w.Append(0, 0, 4, 4)
	w.Begin()
	w.Buf = bolt.AppendIgnored(w.Buf)
	w.End()
	w.Noop()
	w.Begin()
	w.Buf = append(w.Buf, "half a record"...)
	w.Abort()
	w.Begin()
	w.Buf = bolt.AppendSuccess(w.Buf)
	w.End()
	if out.Len() != 0 {
		t.Errorf("%X was written before Flush", out.Bytes())
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := unhex(t, "00000404 0002 B07E 0000 0000 0003 B170A0 0000")
	if !bytes.Equal(out.Bytes(), want) || w.Len() != 0 {
		t.Errorf("written: %X, want %X; %d bytes are left", out.Bytes(), want, w.Len())
	}
}

// TestWriterSplits writes messages around the sizes of chunks, between others,
// and reads them back.
func TestWriterSplits(t *testing.T) {
	const chunk = 0xFFFF
	sizes := []int{1, chunk - 1, chunk, chunk + 1, 2*chunk - 1, 2 * chunk, 2*chunk + 1, 5*chunk + 7, 3}
	var out bytes.Buffer
	w := bolt.NewWriter(&out)
	want := make([][]byte, len(sizes))
	for round := range 2 {
		for i, n := range sizes {
			want[i] = make([]byte, n)
			for j := range want[i] {
				want[i][j] = byte(j*7 + i + round)
			}
			w.Begin()
			w.Buf = append(w.Buf, want[i]...)
			w.End()
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		r := bolt.NewReader(bytes.NewReader(out.Bytes()), 1<<30)
		for i := range sizes {
			if got, err := r.Next(); err != nil || !bytes.Equal(got, want[i]) {
				t.Fatalf("message of %d bytes: got %d bytes, %v", sizes[i], len(got), err)
			}
		}
		if m, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last message: %X, %v", m, err)
		}
		out.Reset()
	}
}

func TestWriterReportsErrors(t *testing.T) {
	client, server := net.Pipe()
	_ = client.Close()
	w := bolt.NewWriter(server)
	w.Begin()
	w.Buf = append(w.Buf, make([]byte, 200_000)...)
	w.End()
	if err := w.Flush(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Flush() to a closed connection: %v", err)
	}
}

func TestWriterAllocates(t *testing.T) {
	w := bolt.NewWriter(io.Discard)
	allocations := testing.AllocsPerRun(100, func() {
		for range 100 {
			w.Begin()
			w.Buf = bolt.AppendSuccess(w.Buf)
			w.End()
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("writing messages: %v allocations, want 0", allocations)
	}
}

func ExampleWriter() {
	var out bytes.Buffer
	w := bolt.NewWriter(&out)
	w.Begin()
	w.Buf = bolt.AppendSuccess(w.Buf)
	w.End()
	if err := w.Flush(); err != nil {
		panic(err)
	}
	fmt.Printf("% X\n", out.Bytes())
	// Output: 00 03 B1 70 A0 00 00
}
