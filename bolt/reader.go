package bolt

import (
	"encoding/binary"
	"io"
)

const (
	// readWindow is the largest read for small messages. Several pipelined
	// requests fit.
	readWindow = 4 << 10
	// smallWindow is what a connection keeps for input at first, and again when
	// quietReads reads in a row have brought no more than that. A usual request
	// fits.
	smallWindow = 512
	quietReads  = 32
	// keepMessage is the largest buffer that is kept after a message that did
	// not fit into the window. An idle connection holds both.
	keepMessage = 16 << 10
)

// A Reader takes complete messages out of a byte stream. A message is a number
// of chunks, each behind its 16-bit size, and an empty chunk:
//
//	00 03 B1 70 A0 00 00
//
// Empty chunks between messages are no-operations and are skipped. Memory
// grows only with bytes that have arrived, for this message or the last large one
// before it, never with sizes that were announced. In the steady state nothing is allocated. A Reader is used by one
// goroutine at a time.
type Reader struct {
	src   io.Reader
	limit int

	// The window: buf[next:end] is unread. While a message is being put
	// together, its payload so far is buf[start:stop], or in big when that is
	// in use; chunks are joined in place, so stop <= next.
	buf         []byte
	start, stop int
	next, end   int
	big         []byte
	spilled     bool // the message is in big
	skipping    bool // the message was too long: drop the rest of it
	inside      bool // a chunk of the message has begun
	chunk       int  // bytes of the chunk that are still to come
	size        int  // bytes announced by the message so far
	quiet       int  // reads in a row that a small window could take
	large       int  // size of the last message that was in big
}

// NewReader returns a reader of src whose messages may have limit bytes.
func NewReader(src io.Reader, limit int) *Reader {
	return &Reader{src: src, limit: limit, buf: make([]byte, smallWindow)}
}

// SetLimit changes the largest size of a message, for those not begun yet.
func (r *Reader) SetLimit(limit int) { r.limit = limit }

// Raw consumes n bytes outside of any message, at most 4 KiB, for the
// handshake. The result is valid until the next call.
func (r *Reader) Raw(n int) ([]byte, error) {
	for r.end-r.next < n {
		if err := r.fill(); err != nil {
			if err == io.EOF && r.end > r.next { //nolint:errorlint // io.Reader returns it bare
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	b := r.buf[r.next : r.next+n]
	r.next += n
	r.start, r.stop = r.next, r.next
	return b, nil
}

// Next returns the next message. It is valid until the next call. At the end
// of the stream it returns [io.EOF], and [io.ErrUnexpectedEOF] inside of a
// message. After a [*SizeError] the reader goes on behind the message that was
// too long; other errors are final.
func (r *Reader) Next() ([]byte, error) {
	if !r.inside {
		r.release()
	}
	for {
		if r.inside && r.chunk > 0 {
			if err := r.payload(); err != nil {
				return nil, unexpected(err)
			}
			continue
		}
		if r.end-r.next < 2 {
			if err := r.fill(); err != nil {
				if r.inside || r.end > r.next {
					err = unexpected(err)
				}
				return nil, err
			}
			continue
		}
		r.chunk = int(binary.BigEndian.Uint16(r.buf[r.next:]))
		r.next += 2
		if r.chunk == 0 {
			if m, ok := r.finish(); ok {
				return m, nil
			}
			continue
		}
		if err := r.begin(); err != nil {
			return nil, err
		}
	}
}

// begin starts a chunk.
func (r *Reader) begin() error {
	if !r.inside {
		r.inside = true
		r.start, r.stop = r.next, r.next
	}
	if r.skipping {
		return nil
	}
	r.size += r.chunk
	if r.size > r.limit {
		r.skipping = true
		return &SizeError{Size: r.size, Limit: r.limit}
	}
	return nil
}

// finish ends a message; it is false when there was none to end or when it was
// skipped.
func (r *Reader) finish() ([]byte, bool) {
	if !r.inside {
		r.start, r.stop = r.next, r.next
		return nil, false
	}
	skipped := r.skipping
	r.inside, r.skipping, r.size = false, false, 0
	switch {
	case skipped:
		r.release()
		return nil, false
	case r.spilled:
		r.large = len(r.big)
		return r.big, true
	}
	return r.buf[r.start:r.stop:r.stop], true
}

// release forgets the message that was returned last.
func (r *Reader) release() {
	r.start, r.stop = r.next, r.next
	r.spilled = false
	if cap(r.big) > keepMessage {
		r.big = nil
	}
	r.big = r.big[:0]
}

// payload moves bytes of the current chunk to the message, reading if there are
// none.
func (r *Reader) payload() error {
	n := min(r.chunk, r.end-r.next)
	switch {
	case n == 0 && r.spilled && !r.skipping:
		return r.readBig()
	case n == 0:
		return r.fill()
	case r.skipping:
		r.stop = r.start
	case r.spilled:
		r.grow(n)
		r.big = append(r.big, r.buf[r.next:r.next+n]...)
	default:
		if r.stop != r.next {
			copy(r.buf[r.stop:], r.buf[r.next:r.next+n])
		}
		r.stop += n
	}
	r.next += n
	r.chunk -= n
	if r.spilled || r.skipping {
		r.start, r.stop = r.next, r.next
	}
	return nil
}

// readBig reads payload past the window, directly into the big message.
func (r *Reader) readBig() error {
	r.grow(1)
	free := r.big[len(r.big):cap(r.big)]
	n, err := r.src.Read(free[:min(len(free), r.chunk)])
	r.big = r.big[:len(r.big)+n]
	r.chunk -= n
	if n > 0 {
		return nil
	}
	return noProgress(err)
}

// grow makes room for n more bytes of the big message, doubling it, or at once
// for as much as the one before had: large messages often come in rows.
func (r *Reader) grow(n int) {
	if cap(r.big)-len(r.big) >= n {
		return
	}
	bigger := make([]byte, len(r.big), max(2*cap(r.big), len(r.big)+n, 2*readWindow, r.large))
	copy(bigger, r.big)
	r.big = bigger
}

// fill reads more into the window, making room first.
func (r *Reader) fill() error {
	r.resize()
	if r.end == len(r.buf) {
		r.compact()
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		if r.quiet++; n > smallWindow {
			r.quiet = 0
		}
		return nil
	}
	return noProgress(err)
}

// resize makes a full small window large, because more is coming then. An empty
// one starts over, and becomes small when little has come for long.
func (r *Reader) resize() {
	switch {
	case len(r.buf) == smallWindow && r.end == smallWindow:
		bigger := make([]byte, readWindow)
		copy(bigger[r.start:], r.buf[r.start:])
		r.buf, r.quiet = bigger, 0
	case r.next == r.end && r.start == r.stop:
		if len(r.buf) == readWindow && r.quiet >= quietReads {
			r.buf = make([]byte, smallWindow)
		}
		r.start, r.stop, r.next, r.end = 0, 0, 0, 0
	}
}

// compact moves the message so far and what is unread to the window's start. A
// message that fills the window leaves it.
func (r *Reader) compact() {
	held := copy(r.buf, r.buf[r.start:r.stop])
	tail := copy(r.buf[held:], r.buf[r.next:r.end])
	r.start, r.stop, r.next, r.end = 0, held, held, held+tail
	if r.inside && r.end > len(r.buf)/2 {
		r.grow(held)
		r.big = append(r.big, r.buf[:held]...)
		r.spilled = true
		copy(r.buf, r.buf[held:r.end])
		r.start, r.stop, r.next, r.end = 0, 0, 0, tail
	}
}

// noProgress turns a read of nothing into an error.
func noProgress(err error) error {
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

func unexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // io.Reader returns it bare
		return io.ErrUnexpectedEOF
	}
	return err
}

// Buffered reports whether a complete message is there without reading, so that
// a server knows when to flush its answers.
func (r *Reader) Buffered() bool {
	if r.inside {
		return false
	}
	begun := false
	for at := r.next; r.end-at >= 2; {
		n := int(binary.BigEndian.Uint16(r.buf[at:]))
		at += 2 + n
		if n == 0 && begun {
			return true
		}
		begun = begun || n > 0
	}
	return false
}

// Detach gives the buffer of the last message away when the reader would not
// keep it, and reports whether it did: then the message stays valid for ever.
func (r *Reader) Detach() bool {
	if r.inside || !r.spilled || cap(r.big) <= keepMessage {
		return false
	}
	r.big, r.spilled = nil, false
	return true
}
