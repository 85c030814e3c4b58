package suite

import (
	"encoding/binary"
	"fmt"
	"math"
)

// appendNode encodes a value in its smallest form.
func appendNode(dst []byte, n *node) ([]byte, error) {
	switch n.kind {
	case kindNull:
		return append(dst, 0xC0), nil
	case kindBool:
		return append(dst, 0xC2+byte(n.int)), nil //nolint:gosec // 0 or 1
	case kindInt:
		return appendInt(dst, n.int), nil
	case kindFloat:
		return binary.BigEndian.AppendUint64(append(dst, 0xC1), math.Float64bits(n.float)), nil
	case kindBytes:
		return append(appendSize(dst, 0, 0xCC, len(n.data)), n.data...), nil
	case kindString:
		return append(appendSize(dst, 0x80, 0xD0, len(n.text)), n.text...), nil
	case kindList:
		return appendItems(appendSize(dst, 0x90, 0xD4, len(n.items)), n.items)
	case kindStruct:
		return appendItems(append(dst, 0xB0|byte(len(n.items)), n.tag), n.items) //nolint:gosec // small
	case kindUUID:
		return append(append(dst, 0xE0), n.data...), nil
	case kindWire:
		return append(dst, n.data...), nil
	case kindMap:
		dst = appendSize(dst, 0xA0, 0xD8, len(n.items))
		var err error
		for i, v := range n.items {
			name := n.keys[i].name
			dst = append(appendSize(dst, 0x80, 0xD0, len(name)), name...)
			if dst, err = appendNode(dst, v); err != nil {
				return nil, err
			}
		}
		return dst, nil
	default:
		return nil, fmt.Errorf("%s is a pattern and can not be sent", n)
	}
}

func appendItems(dst []byte, items []*node) ([]byte, error) {
	var err error
	for _, item := range items {
		if dst, err = appendNode(dst, item); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func appendInt(dst []byte, i int64) []byte {
	u := uint64(i) //nolint:gosec // two's complement is the format
	switch {
	case i >= -16 && i <= 127:
		return append(dst, byte(u))
	case i >= math.MinInt8 && i <= math.MaxInt8:
		return append(dst, 0xC8, byte(u))
	case i >= math.MinInt16 && i <= math.MaxInt16:
		return append(dst, 0xC9, byte(u>>8), byte(u))
	case i >= math.MinInt32 && i <= math.MaxInt32:
		return binary.BigEndian.AppendUint32(append(dst, 0xCA), uint32(u))
	default:
		return binary.BigEndian.AppendUint64(append(dst, 0xCB), u)
	}
}

// appendSize writes the header of something with a size: tiny is the marker of
// sizes up to 15, 0 when there is none, and wide the one of 8-bit sizes.
func appendSize(dst []byte, tiny, wide byte, n int) []byte {
	switch {
	case tiny != 0 && n < 16:
		return append(dst, tiny|byte(n)) //nolint:gosec // below 16
	case n <= math.MaxUint8:
		return append(dst, wide, byte(n)) //nolint:gosec // in range
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, wide+1), uint16(n))
	default:
		return binary.BigEndian.AppendUint32(append(dst, wide+2), uint32(n)) //nolint:gosec // scripts are small
	}
}

// frame puts a message into chunks of at most size bytes.
func frame(dst, message []byte, size int) []byte {
	for len(message) > 0 {
		n := min(size, len(message), math.MaxUint16)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n)) //nolint:gosec // in range
		dst = append(dst, message[:n]...)
		message = message[n:]
	}
	return append(dst, 0, 0)
}
