package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
)

// DefaultLimit is the largest message that is kept.
const DefaultLimit = 64 << 20

// Options say what is known of a connection in advance.
type Options struct {
	// Version is the agreed version; nil when the handshake is to tell, or what
	// any version has is to be accepted.
	Version *bolt.Version
	// Limit is the largest message that is kept; 0 means DefaultLimit. Of larger
	// ones the size is told.
	Limit int
}

// A Conn takes one connection apart.
type Conn struct {
	version *bolt.Version
	opened  bool // the client's opening was seen
	agreed  bool // the server's answer to the handshake is known
	byList  bool // it was the manifest
	limit   int
	halves  [3]half // by side
	pending []request
	events  []Event
	now     time.Time
}

// A half is one direction, or both when they were not told apart.
type half struct {
	side   Side
	state  state
	buf    []byte
	offset int64 // of buf[0]
	began  time.Time

	// The message that is being put together.
	payload []byte
	chunks  []Chunk
	start   int64
	dropped bool // it was too long: its payload is gone

	skipped int64 // bytes since the last message, while lost

	frames *frames // not nil behind the upgrade to a WebSocket
}

type state uint8

const (
	stateStart    state = iota // nothing has been seen
	stateOpened                // behind the client's opening
	stateMessages              // chunks
	stateLost                  // somewhere in a message; wait for the begin of one
	stateClosed                // nothing can be told of what comes
)

// New returns the dissection of a connection that has just begun.
func New(o Options) *Conn {
	c := &Conn{version: o.Version, limit: o.Limit}
	if c.limit <= 0 {
		c.limit = DefaultLimit
	}
	for i := range c.halves {
		c.halves[i].side = Side(i)
	}
	return c
}

// Version returns the version that is spoken; nil when it is not known.
func (c *Conn) Version() *bolt.Version { return c.version }

// Feed takes bytes that a side has sent at a time and returns what they
// complete. The events are valid until the next call; they alias nothing of b.
func (c *Conn) Feed(side Side, now time.Time, b []byte) []Event {
	c.events, c.now = c.events[:0], now
	h := &c.halves[side]
	if len(h.buf) == 0 && len(h.chunks) == 0 {
		h.began = now
	}
	if h.frames != nil {
		b = h.frames.take(b)
	}
	h.buf = append(h.buf, b...)
	c.advance(h, false)
	return c.events
}

// Gap tells that bytes of a side are missing, n of them, or an unknown number
// when n is negative. What follows is looked through for the begin of a message.
func (c *Conn) Gap(side Side, now time.Time, n int64) []Event {
	c.events, c.now = c.events[:0], now
	h := &c.halves[side]
	c.advance(h, true)
	c.cut(h)
	text := "bytes before are missing"
	if n >= 0 {
		text = fmt.Sprintf("%d bytes are missing", n)
	}
	c.emit(h, Event{Kind: KindGap, Text: text})
	h.offset += max(n, 0)
	if h.state != stateClosed {
		h.state = stateLost
	}
	c.pending = nil // nobody knows what was in there
	return c.events
}

// End tells that nothing more comes and returns what is left over.
func (c *Conn) End() []Event {
	c.events = c.events[:0]
	for i := range c.halves {
		h := &c.halves[i]
		c.advance(h, true)
		c.cut(h)
	}
	return c.events
}

// cut tells what of a half is incomplete and forgets it.
func (c *Conn) cut(h *half) {
	end := h.offset + int64(len(h.buf))
	switch {
	case h.state == stateLost:
		h.skip(len(h.buf))
		c.found(h)
	case h.state == stateClosed || len(h.buf) == 0 && len(h.chunks) == 0:
	case h.state != stateMessages:
		c.broken(h, len(h.buf), end, "it ends here, before anything is complete")
	case len(h.chunks) == 0 && len(h.buf) < 2:
		c.broken(h, len(h.buf), end, "it ends in the size of a chunk")
	default:
		text := "it ends in a message, whose end mark 00 00 is missing"
		if len(h.buf) >= 2 {
			text = fmt.Sprintf("it ends in a chunk of %d bytes, %d of which are there",
				binary.BigEndian.Uint16(h.buf), len(h.buf)-2)
		}
		e := Event{
			Kind: KindBroken, Offset: h.start, Size: end - h.start, Bytes: bytes.Clone(h.payload),
			Chunks: h.chunks, Problem: &Problem{Offset: end, Text: text},
		}
		if len(h.chunks) == 0 {
			e.Offset, e.Size = h.offset, int64(len(h.buf))
		}
		if len(h.buf) > 2 {
			e.Bytes = append(e.Bytes, h.buf[2:]...)
		}
		c.emitAt(h, e)
		h.offset, h.buf = end, nil
	}
	h.payload, h.chunks, h.dropped = nil, nil, false
}

// advance takes apart what is there. Final: no more bytes will come.
func (c *Conn) advance(h *half, final bool) {
	defer c.frameFault(h)
	for more := true; more; {
		switch h.state {
		case stateStart:
			more = c.begin(h, final)
		case stateOpened:
			more = c.choice(h, final)
		case stateMessages:
			more = c.chunk(h)
		case stateLost:
			more = c.find(h)
		case stateClosed:
			h.offset += int64(len(h.buf))
			h.buf, more = nil, false
		}
	}
}

// frameFault tells when the frames of a WebSocket have ended.
func (c *Conn) frameFault(h *half) {
	if h.frames == nil || h.frames.fault == "" || h.state == stateClosed {
		return
	}
	c.cut(h)
	c.close(h, KindForeign, h.frames.fault)
}

// chunk takes one chunk and reports whether there may be another.
func (c *Conn) chunk(h *half) bool {
	if len(h.buf) < 2 {
		return false
	}
	n := int(binary.BigEndian.Uint16(h.buf))
	switch {
	case n == 0 && len(h.chunks) == 0:
		c.emit(h, Event{Side: noopSide(h.side), Kind: KindNoop, Size: 2})
	case n == 0:
		h.take(2)
		c.message(h)
	case len(h.buf) < 2+n:
		return false
	default:
		if len(h.chunks) == 0 {
			h.start = h.offset
		}
		h.chunks = append(h.chunks, Chunk{Offset: h.offset, Size: n})
		if h.dropped = h.dropped || len(h.payload)+n > c.limit; h.dropped {
			h.payload = nil
		} else {
			h.payload = append(h.payload, h.buf[2:2+n]...)
		}
		h.take(2 + n)
	}
	return true
}

// noopSide is who sent an empty chunk: a server, unless it is known better.
func noopSide(side Side) Side {
	if side == Either {
		return Server
	}
	return side
}

// message tells the message that has just ended.
func (c *Conn) message(h *half) {
	e := Event{
		Kind: KindMessage, Offset: h.start, Size: h.offset - h.start, Bytes: h.payload, Chunks: h.chunks,
	}
	if h.dropped {
		e.Problem = &Problem{Offset: h.start, Text: fmt.Sprintf("the message is longer than %d bytes and was not kept", c.limit)}
	} else {
		c.decode(h.side, &e)
	}
	c.emitAt(h, e)
	h.payload, h.chunks, h.dropped = nil, nil, false
}

// find drops bytes until a message begins: a chunk's size, a structure, and a
// signature that this side may send. Capture files lack bytes, and
// begin in the middle.
func (c *Conn) find(h *half) bool {
	const least = 4
	for i := 0; i+least <= len(h.buf); i++ {
		b := h.buf[i:]
		n := int(binary.BigEndian.Uint16(b))
		if n < 2 || b[2]&0xF0 != 0xB0 || !sentBy(h.side, bolt.Signature(b[3])) || int(b[2]&0x0F) > maxFields {
			continue
		}
		h.skip(i)
		c.found(h)
		h.state = stateMessages
		return true
	}
	h.skip(max(0, len(h.buf)-least+1))
	return false
}

// found tells how much had to be left out.
func (c *Conn) found(h *half) {
	if h.skipped > 0 {
		c.emitAt(h, Event{
			Kind: KindGap, Offset: h.offset - h.skipped, Size: h.skipped,
			Text: fmt.Sprintf("%d bytes of a message whose begin is missing", h.skipped),
		})
	}
	h.skipped = 0
}

func (h *half) skip(n int) {
	h.take(n)
	h.skipped += int64(n)
}

// take consumes n bytes.
func (h *half) take(n int) {
	h.buf = h.buf[n:]
	h.offset += int64(n)
}

// emit tells an event that begins at the next byte, and takes its bytes.
func (c *Conn) emit(h *half, e Event) {
	e.Offset = h.offset
	h.take(int(e.Size))
	c.emitAt(h, e)
}

func (c *Conn) emitAt(h *half, e Event) {
	if e.Side == Either {
		e.Side = h.side
	}
	e.Began, e.Time = h.began, c.now
	h.began = c.now
	c.events = append(c.events, e)
}

// broken tells n bytes that mean nothing.
func (c *Conn) broken(h *half, n int, at int64, text string) {
	c.emit(h, Event{
		Kind: KindBroken, Size: int64(n), Bytes: bytes.Clone(h.buf[:n]), Problem: &Problem{Offset: at, Text: text},
	})
}
