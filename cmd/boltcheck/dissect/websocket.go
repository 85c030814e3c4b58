package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// maxUpgrade is the largest HTTP head that is waited for.
const maxUpgrade = 16 << 10

// Opcodes of WebSocket frames.
const (
	opcodeBinary = 2
	opcodeClose  = 8
)

// isHTTP reports whether a direction begins with HTTP.
func isHTTP(b []byte) bool {
	return bytes.HasPrefix(b, []byte("GET ")) || bytes.HasPrefix(b, []byte("HTTP"))
}

// http takes the head of an HTTP message. Behind an upgrade, what follows are
// frames with Bolt in them; other HTTP stays closed.
func (c *Conn) http(h *half, final bool) bool {
	n := bytes.Index(h.buf, []byte("\r\n\r\n"))
	if n < 0 && len(h.buf) < maxUpgrade && !final {
		return false
	}
	line, _, _ := strings.Cut(string(h.buf[:min(len(h.buf), 100)]), "\r\n")
	head := strings.ToLower(string(h.buf[:max(n, 0)]))
	if !strings.Contains(head, "upgrade: websocket") || h.side == Either {
		c.close(h, KindForeign, fmt.Sprintf("HTTP: %q", line))
		return true
	}
	c.emit(h, Event{Kind: KindForeign, Size: int64(n + 4), Text: fmt.Sprintf("WebSocket: %q", line)})
	rest := h.buf
	h.buf, h.frames = nil, &frames{}
	h.buf = h.frames.take(rest)
	return true
}

// frames takes the payload out of WebSocket frames.
type frames struct {
	head   []byte // of a frame, until it is complete
	left   uint64 // bytes of payload that are still to come
	opcode byte
	mask   []byte // empty when there is none
	at     int    // in the mask
	fault  string // from here on nothing can be told
}

// take returns the payload of the data frames in b.
func (f *frames) take(b []byte) []byte {
	var payload []byte
	for len(b) > 0 && f.fault == "" {
		if f.left == 0 {
			f.head = append(f.head, b[0])
			b = b[1:]
			f.begin()
			continue
		}
		n := min(uint64(len(b)), f.left)
		piece := b[:n]
		b = b[n:]
		f.left -= n
		if f.opcode > opcodeBinary { // ping and pong
			f.at += len(piece)
			continue
		}
		for _, c := range piece {
			if len(f.mask) > 0 {
				c ^= f.mask[f.at%len(f.mask)]
			}
			f.at++
			payload = append(payload, c)
		}
	}
	return payload
}

// begin reads the head of a frame once it is complete.
func (f *frames) begin() {
	if len(f.head) < 2 {
		return
	}
	size := uint64(f.head[1] & 0x7F)
	n := 2
	switch size {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	masked := f.head[1]&0x80 != 0
	whole := n
	if masked {
		whole += 4
	}
	if len(f.head) < whole {
		return
	}
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		size = binary.BigEndian.Uint64(f.head[2:])
	}
	f.opcode = f.head[0] & 0x0F
	f.left, f.at, f.mask = size, 0, nil
	if masked {
		f.mask = bytes.Clone(f.head[n:whole])
	}
	switch {
	case f.head[0]&0x70 != 0:
		f.fault = "the frames of the WebSocket are compressed, or broken"
	case f.opcode == opcodeClose:
		f.fault = "the WebSocket is closed"
	}
	f.head = f.head[:0]
}
