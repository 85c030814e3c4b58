package bolt

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	// maxChunk is the largest chunk: with its header it fills four TLS records, and
	// one byte more would be a record of its own.
	maxChunk = 0xFFFE
	// keepOutput is the largest output buffer that is kept after a flush, so that
	// large answers in a row share it, and keepIdle what an idle connection may
	// hold: see Shrink.
	keepOutput = 2 << 20
	keepIdle   = 8 << 10
)

// A Writer collects messages as chunks in one buffer and writes them when told
// to. Between Begin and End the caller appends the message to Buf:
//
//	w.Begin()
//	w.Buf = bolt.AppendIgnored(w.Buf)
//	w.End()
//
// Nothing is copied and, in the steady state, nothing allocated. A Writer is
// used by one goroutine at a time.
type Writer struct {
	// Buf is the buffer, to be appended to between Begin and End only.
	Buf []byte

	dst   io.Writer
	begun int   // where the current message's first chunk header is
	large []int // where messages of more than one chunk begin; their first header stands for the whole message
	sizes []int // and how long they are
}

// NewWriter returns a writer to dst.
func NewWriter(dst io.Writer) *Writer { return &Writer{dst: dst} }

// Begin starts a message.
func (w *Writer) Begin() {
	w.begun = len(w.Buf)
	w.Buf = append(w.Buf, 0, 0)
}

// End finishes the message.
func (w *Writer) End() {
	n := len(w.Buf) - w.begun - 2
	if n <= maxChunk {
		binary.BigEndian.PutUint16(w.Buf[w.begun:], uint16(n)) //nolint:gosec // just compared
	} else {
		w.large = append(w.large, w.begun)
		w.sizes = append(w.sizes, n)
	}
	w.Buf = append(w.Buf, 0, 0)
}

// Abort takes back the message that was begun, so that another can be sent in
// its place.
func (w *Writer) Abort() { w.Buf = w.Buf[:w.begun] }

// Noop adds an empty chunk, which clients of versions with Noops skip.
func (w *Writer) Noop() { w.Buf = append(w.Buf, 0, 0) }

// Append adds bytes outside of any message, for the handshake.
func (w *Writer) Append(b ...byte) { w.Buf = append(w.Buf, b...) }

// Len returns the number of bytes that wait to be written.
func (w *Writer) Len() int { return len(w.Buf) }

// Flush writes all finished messages, small ones together in one write. It must
// not be called between Begin and End. After an error the connection is
// unusable.
func (w *Writer) Flush() error {
	if len(w.Buf) == 0 {
		return nil
	}
	err := w.write()
	w.large, w.sizes = w.large[:0], w.sizes[:0]
	if cap(w.Buf) > keepOutput {
		w.Buf = nil
	}
	w.Buf = w.Buf[:0]
	if err != nil {
		return fmt.Errorf("bolt: write: %w", err)
	}
	return nil
}

// Shrink gives a large buffer back when it is empty. It is to be called before
// waiting for a client that may stay idle.
func (w *Writer) Shrink() {
	if len(w.Buf) == 0 && cap(w.Buf) > keepIdle {
		w.Buf = nil
	}
}

// write splits long messages: when a chunk has gone out, the header of the next
// one takes the place of the two bytes before it, so nothing moves.
func (w *Writer) write() error {
	from := 0
	for i, at := range w.large {
		left := w.sizes[i]
		for {
			n := min(left, maxChunk)
			binary.BigEndian.PutUint16(w.Buf[at:], uint16(n)) //nolint:gosec // at most maxChunk
			left -= n
			if left == 0 {
				break // its end leaves with what follows
			}
			if _, err := w.dst.Write(w.Buf[from : at+2+n]); err != nil {
				return err
			}
			at += n
			from = at
		}
	}
	_, err := w.dst.Write(w.Buf[from:])
	return err
}
