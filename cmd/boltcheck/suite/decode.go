package suite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// maxDepth is how deep a server's message may nest: far more than any result
// that the checks ask for.
const maxDepth = 500

var errShort = errors.New("the message ends inside of a value")

// decodeMessage reads a message: one structure, and nothing behind it.
func decodeMessage(b []byte) (*node, error) {
	n, rest, err := decode(b, 0)
	switch {
	case err != nil:
		return nil, err
	case n.kind != kindStruct:
		return nil, fmt.Errorf("the message is no structure but %s", n)
	case len(rest) > 0:
		return nil, fmt.Errorf("%d bytes follow the message's structure", len(rest))
	}
	return n, nil
}

// decode reads one value, marker by marker as in the table of the
// documentation.
func decode(b []byte, depth int) (*node, []byte, error) {
	if len(b) == 0 {
		return nil, nil, errShort
	}
	if depth > maxDepth {
		return nil, nil, errors.New("nested too deep")
	}
	start := b
	m := b[0]
	b = b[1:]
	n := &node{}
	var err error
	switch {
	case m <= 0x7F || m >= 0xF0:
		n.kind, n.int = kindInt, int64(int8(m)) //nolint:gosec // two's complement is the format
	case m < 0x90:
		n.kind = kindString
		n.text, b, err = takeString(b, int(m&0x0F))
	case m < 0xA0:
		b, err = n.list(b, int(m&0x0F), depth)
	case m < 0xB0:
		b, err = n.entries(b, int(m&0x0F), depth)
	case m < 0xC0:
		b, err = n.structure(b, int(m&0x0F), depth)
	default:
		b, err = n.marked(m, b, depth)
	}
	if err != nil {
		return nil, nil, err
	}
	n.wire = start[:len(start)-len(b)]
	return n, b, nil
}

// marked reads what follows a marker from C0 on.
func (n *node) marked(m byte, b []byte, depth int) ([]byte, error) {
	switch m {
	case 0xC0:
		n.kind = kindNull
	case 0xC2, 0xC3:
		n.kind, n.int = kindBool, int64(m-0xC2)
	case 0xC1:
		u, b, err := takeUint(b, 8)
		n.kind, n.float = kindFloat, math.Float64frombits(u)
		return b, err
	case 0xC8, 0xC9, 0xCA, 0xCB:
		width := 1 << (m - 0xC8)
		u, b, err := takeUint(b, width)
		shift := 64 - 8*width
		n.kind, n.int = kindInt, int64(u<<shift)>>shift //nolint:gosec // sign extension
		return b, err
	case 0xCC, 0xCD, 0xCE:
		size, b, err := takeUint(b, 1<<(m-0xCC))
		if err != nil || size > uint64(len(b)) {
			return nil, errShort
		}
		n.kind, n.data = kindBytes, b[:size]
		return b[size:], nil
	case 0xE0:
		if len(b) < 16 {
			return nil, errShort
		}
		n.kind, n.data = kindUUID, b[:16]
		return b[16:], nil
	default:
		return n.sized(m, b, depth)
	}
	return b, nil
}

// sized reads strings, lists and maps with a size of their own.
func (n *node) sized(m byte, b []byte, depth int) ([]byte, error) {
	if m < 0xD0 || m > 0xDA || m&3 == 3 {
		return nil, fmt.Errorf("marker %02X is reserved", m)
	}
	size, b, err := takeUint(b, 1<<(m&3))
	if err != nil || size > uint64(len(b)) {
		return nil, errShort
	}
	switch m & 0xFC {
	case 0xD0:
		n.kind = kindString
		n.text, b, err = takeString(b, int(size)) //nolint:gosec // at most len(b)
	case 0xD4:
		b, err = n.list(b, int(size), depth) //nolint:gosec // at most len(b)
	default:
		b, err = n.entries(b, int(size), depth) //nolint:gosec // at most len(b)
	}
	return b, err
}

func (n *node) list(b []byte, size, depth int) ([]byte, error) {
	n.kind = kindList
	for range size {
		item, rest, err := decode(b, depth+1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
		b = rest
	}
	return b, nil
}

func (n *node) entries(b []byte, size, depth int) ([]byte, error) {
	n.kind = kindMap
	seen := make(map[string]bool, min(size, 16))
	for range size {
		k, rest, err := decode(b, depth+1)
		if err != nil {
			return nil, err
		}
		if k.kind != kindString {
			return nil, fmt.Errorf("map key %s is no string", k)
		}
		if seen[k.text] {
			return nil, fmt.Errorf("map has the key %q twice", k.text)
		}
		seen[k.text] = true
		v, rest, err := decode(rest, depth+1)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, key{name: k.text})
		n.items = append(n.items, v)
		b = rest
	}
	return b, nil
}

func (n *node) structure(b []byte, size, depth int) ([]byte, error) {
	if len(b) == 0 {
		return nil, errShort
	}
	tag := b[0]
	b, err := n.list(b[1:], size, depth)
	n.kind, n.tag = kindStruct, tag
	return b, err
}

func takeString(b []byte, size int) (string, []byte, error) {
	if size > len(b) {
		return "", nil, errShort
	}
	return string(b[:size]), b[size:], nil
}

// takeUint reads a big-endian number of 1, 2, 4 or 8 bytes.
func takeUint(b []byte, width int) (uint64, []byte, error) {
	if len(b) < width {
		return 0, nil, errShort
	}
	var full [8]byte
	copy(full[8-width:], b)
	return binary.BigEndian.Uint64(full[:]), b[width:], nil
}
