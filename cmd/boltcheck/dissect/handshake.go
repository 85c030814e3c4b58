package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
)

// The last bytes of a slot that asks for the manifest.
const (
	manifestMarker  = 0xFF
	manifestVersion = 1
)

// maxRanges is how many ranges of a manifest are believed.
const maxRanges = 256

// begin finds out what a direction's first bytes are.
func (c *Conn) begin(h *half, final bool) bool {
	b := h.buf
	if len(b) == 0 || len(b) < 4 && !final {
		return false
	}
	switch {
	case bytes.HasPrefix(b, []byte{0x16, 0x03}):
		c.close(h, KindEncrypted, "TLS begins; nothing of it can be decoded without its keys")
	case isHTTP(b) && h.frames == nil:
		return c.http(h, final)
	case h.side != Server && bolt.IsMagic(b):
		return c.opening(h)
	case h.side != Client && looksLikeReply(b):
		return c.reply(h)
	case h.side == Server && c.opened && bytes.HasPrefix(b, []byte{0x15, 0x03}):
		c.close(h, KindForeign, "a TLS alert in answer to the handshake: this is a port with TLS")
	case h.side == Server && c.opened:
		c.close(h, KindBroken, "no answer to a handshake")
	default:
		h.state = stateMessages
	}
	return true
}

// looksLikeReply tells a server's answer to the opening from the begin of a
// capture in the middle: an empty chunk and a small message, say.
func looksLikeReply(b []byte) bool {
	message := len(b) > 4 && b[4]&0xF0 == 0xB0
	return len(b) >= 4 && b[0] == 0 && b[1] == 0 && !message
}

// opening tells the magic and the four slots.
func (c *Conn) opening(h *half) bool {
	if len(h.buf) < bolt.HandshakeSize {
		return false
	}
	b := bytes.Clone(h.buf[:bolt.HandshakeSize])
	var offers []string
	for slot := b[4:]; len(slot) >= 4; slot = slot[4:] {
		if offer := describeSlot(slot); offer != "" {
			offers = append(offers, offer)
		}
	}
	text := "offers " + strings.Join(offers, ", ")
	if len(offers) == 0 {
		text = "offers nothing"
	}
	c.emit(h, Event{Side: Client, Kind: KindOpening, Size: bolt.HandshakeSize, Bytes: b, Text: text})
	c.opened = true
	h.state = stateOpened
	return true
}

// describeSlot names what four bytes offer; empty when they offer nothing.
func describeSlot(slot []byte) string {
	count, minor, major := slot[1], slot[2], slot[3]
	switch {
	case major == manifestMarker:
		return fmt.Sprintf("manifest v%d", minor)
	case major == 0:
		return ""
	case count == 0:
		return versionText(major, minor)
	default:
		return versionText(major, minor) + "-" + versionText(major, minor-min(count, minor))
	}
}

// versionText writes versions as people do: 3, but 4.0.
func versionText(major, minor byte) string {
	if major <= 3 && minor == 0 {
		return strconv.Itoa(int(major))
	}
	return fmt.Sprintf("%d.%d", major, minor)
}

// reply tells the server's answer to the slots.
func (c *Conn) reply(h *half) bool {
	b := h.buf
	if b[3] == manifestMarker {
		return c.manifest(h)
	}
	e := Event{Side: Server, Kind: KindReply, Size: 4, Bytes: bytes.Clone(b[:4])}
	if binary.BigEndian.Uint32(b) == 0 {
		e.Text = "refuses all versions"
	} else {
		e.Text = "agrees to Bolt " + versionText(b[3], b[2])
		e.Problem = c.agree(h.offset, b)
	}
	c.agreed = true
	c.emit(h, e)
	h.state = stateMessages
	return true
}

// agree notes the version in four bytes at an offset.
func (c *Conn) agree(at int64, b []byte) *Problem {
	text := versionText(b[3], b[2])
	list, ok := bolt.Versions(text, text, true)
	if !ok {
		return &Problem{Offset: at, Text: fmt.Sprintf("there is no Bolt %s", text)}
	}
	c.version = list[0]
	return nil
}

// manifest tells the server's list of versions.
func (c *Conn) manifest(h *half) bool {
	b := h.buf
	count, size := binary.Uvarint(b[4:])
	switch {
	case b[2] != manifestVersion:
		c.broken(h, 4, h.offset+2, fmt.Sprintf("there is no manifest of version %d", b[2]))
		c.agreed, h.state = true, stateMessages
		return true
	case size == 0 && len(b) < 4+binary.MaxVarintLen64:
		return false
	case size <= 0 || count > maxRanges:
		c.close(h, KindBroken, "a manifest without a sensible number of ranges")
		return true
	}
	end := 4 + size + 4*int(count)
	if len(b) < end+1 {
		return false
	}
	capabilities, n := binary.Uvarint(b[end:])
	if n == 0 && len(b) < end+binary.MaxVarintLen64 {
		return false
	}
	var offers []string
	for ranges := b[4+size : end]; len(ranges) >= 4; ranges = ranges[4:] {
		offers = append(offers, describeSlot(ranges))
	}
	text := "lists " + strings.Join(offers, ", ")
	if capabilities != 0 {
		text += fmt.Sprintf(", capabilities %X", capabilities)
	}
	e := Event{Side: Server, Kind: KindManifest, Text: text, Size: int64(end + max(n, 1))}
	if n < 0 {
		e.Problem = &Problem{Offset: h.offset + int64(end), Text: "the capabilities are longer than 64 bits"}
	}
	e.Bytes = bytes.Clone(b[:e.Size])
	c.agreed, c.byList = true, true
	c.emit(h, e)
	h.state = stateMessages
	if h.side == Either {
		h.state = stateOpened
	}
	return true
}

// choice finds out what follows the opening: the choice out of a manifest, the
// server's reply when both sides are in one stream, or messages.
func (c *Conn) choice(h *half, final bool) bool {
	b := h.buf
	if len(b) < 4 {
		return false
	}
	switch {
	case h.side == Either && !c.agreed && (b[0] != 0 || b[1] != 0):
		c.close(h, KindBroken, "no answer to a handshake")
		return true
	case h.side == Either && !c.agreed:
		return c.reply(h)
	case c.agreed && !c.byList:
	case b[0] == 0 && b[1] == 0 && b[2]&0xF0 != 0xB0 && b[3] != 0:
		capabilities, n := binary.Uvarint(b[4:])
		if n == 0 && len(b) < 4+binary.MaxVarintLen64 && !final {
			return false
		}
		e := Event{
			Side: Client, Kind: KindChoice, Size: int64(4 + max(n, 0)),
			Text: "chooses Bolt " + versionText(b[3], b[2]), Problem: c.agree(h.offset, b),
		}
		if capabilities != 0 {
			e.Text += fmt.Sprintf(", capabilities %X", capabilities)
		}
		if n <= 0 {
			e.Problem = &Problem{Offset: h.offset + 4, Text: "the choice has no capabilities"}
		}
		e.Bytes = bytes.Clone(b[:e.Size])
		c.emit(h, e)
	}
	h.state = stateMessages
	return true
}

// close tells the end of what can be told about a half.
func (c *Conn) close(h *half, kind Kind, text string) {
	e := Event{Kind: kind, Text: text}
	if kind == KindBroken {
		e.Problem, e.Text = &Problem{Offset: h.offset, Text: text}, ""
	}
	c.emit(h, e)
	h.state = stateClosed
}
