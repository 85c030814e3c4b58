package packstream_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// A tree is a value as tests see it: read by the package's decoder or by the
// simple one below, printed, and written by the package's append functions.
type tree struct {
	kind  packstream.Kind
	num   uint64 // integer, boolean, or the bits of a float
	data  string // of strings, byte arrays and UUIDs
	tag   byte
	items []tree // of maps: key, value, key, value
}

func (v tree) String() string {
	var b strings.Builder
	switch v.kind {
	case packstream.KindNull:
		return "null"
	case packstream.KindBoolean:
		return strconv.FormatBool(v.num == 1)
	case packstream.KindInteger:
		return strconv.FormatInt(int64(v.num), 10)
	case packstream.KindFloat:
		return fmt.Sprintf("float %016X", v.num)
	case packstream.KindBytes:
		return strings.TrimSpace(fmt.Sprintf("bytes %X", v.data))
	case packstream.KindString:
		return strconv.Quote(v.data)
	case packstream.KindUUID:
		return fmt.Sprintf("uuid %X", v.data)
	case packstream.KindStruct:
		if v.tag > ' ' && v.tag < 0x7F {
			b.WriteByte(v.tag)
		} else {
			fmt.Fprintf(&b, "%02X", v.tag)
		}
		b.WriteString(join("(", v.items, ")"))
	case packstream.KindList:
		b.WriteString(join("[", v.items, "]"))
	case packstream.KindMap:
		b.WriteByte('{')
		for i := 0; i < len(v.items); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(v.items[i].String() + ": " + v.items[i+1].String())
		}
		b.WriteByte('}')
	default:
	}
	return b.String()
}

func join(open string, items []tree, end string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.String()
	}
	return open + strings.Join(texts, ", ") + end
}

// read reads a tree with the package's typed readers.
func read(d *packstream.Decoder) (tree, error) {
	v := tree{kind: d.Peek()}
	switch v.kind {
	case packstream.KindNull:
		return v, d.Null()
	case packstream.KindBoolean:
		b, err := d.Bool()
		if b {
			v.num = 1
		}
		return v, err
	case packstream.KindInteger:
		n, err := d.Int()
		v.num = uint64(n)
		return v, err
	case packstream.KindFloat:
		f, err := d.Float()
		v.num = math.Float64bits(f)
		return v, err
	case packstream.KindBytes:
		b, err := d.Bytes()
		v.data = string(b)
		return v, err
	case packstream.KindString:
		s, err := d.String()
		v.data = s
		return v, err
	case packstream.KindUUID:
		u, err := d.UUID()
		v.data = string(u[:])
		return v, err
	case packstream.KindList:
		n, err := d.ListHeader()
		if err != nil {
			return v, err
		}
		err = readItems(d, &v, n)
		return v, err
	case packstream.KindStruct:
		tag, n, err := d.StructHeader()
		if err != nil {
			return v, err
		}
		v.tag = tag
		err = readItems(d, &v, n)
		return v, err
	case packstream.KindMap:
		return readMap(d)
	default:
		return v, d.Null()
	}
}

func readItems(d *packstream.Decoder, v *tree, n int) error {
	if err := d.Enter(); err != nil {
		return err
	}
	v.items = make([]tree, n)
	for i := range v.items {
		var err error
		if v.items[i], err = read(d); err != nil {
			return err
		}
	}
	d.Leave()
	return nil
}

func readMap(d *packstream.Decoder) (tree, error) {
	v := tree{kind: packstream.KindMap}
	n, err := d.MapHeader()
	if err != nil {
		return v, err
	}
	if err := d.Enter(); err != nil {
		return v, err
	}
	for range n {
		key, err := d.String()
		if err != nil {
			return v, err
		}
		value, err := read(d)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, tree{kind: packstream.KindString, data: key}, value)
	}
	d.Leave()
	return v, nil
}

// write appends a tree with the package's append functions. Structures of more
// than 15 fields, which have no form of their own, are written as lists.
func write(dst []byte, v tree) []byte {
	switch v.kind {
	case packstream.KindBoolean:
		return packstream.AppendBool(dst, v.num == 1)
	case packstream.KindInteger:
		return packstream.AppendInt(dst, int64(v.num))
	case packstream.KindFloat:
		return packstream.AppendFloat(dst, math.Float64frombits(v.num))
	case packstream.KindBytes:
		return packstream.AppendBytes(dst, []byte(v.data))
	case packstream.KindString:
		return packstream.AppendString(dst, v.data)
	case packstream.KindUUID:
		return packstream.AppendUUID(dst, [16]byte([]byte(v.data)))
	case packstream.KindList:
		dst = packstream.AppendListHeader(dst, len(v.items))
	case packstream.KindMap:
		dst = packstream.AppendMapHeader(dst, len(v.items)/2)
	case packstream.KindStruct:
		if len(v.items) > 15 {
			dst = packstream.AppendListHeader(dst, len(v.items))
		} else {
			dst = packstream.AppendStructHeader(dst, v.tag, len(v.items))
		}
	default:
		return packstream.AppendNull(dst)
	}
	for _, item := range v.items {
		dst = write(dst, item)
	}
	return dst
}

var errSimple = errors.New("not a value")

// simple is a second decoder, written from the table of markers alone: no
// limits but the depth, no reuse, nothing shared with the package.
func simple(b []byte, depth int) (v tree, rest []byte, err error) {
	if len(b) == 0 || depth < 0 {
		return v, nil, errSimple
	}
	m := b[0]
	b = b[1:]
	sized := func(width int) (int, bool) {
		if len(b) < width {
			return 0, false
		}
		n := uint64(0)
		for range width {
			n, b = n<<8|uint64(b[0]), b[1:]
		}
		return int(min(n, math.MaxInt32+1)), n <= math.MaxInt32
	}
	width := func(first byte) int { return 1 << (m - first) }
	var kind packstream.Kind
	var n int
	ok := true
	switch {
	case m < 0x80 || m >= 0xF0:
		return tree{kind: packstream.KindInteger, num: uint64(int64(int8(m)))}, b, nil
	case m < 0x90:
		kind, n = packstream.KindString, int(m-0x80)
	case m < 0xA0:
		kind, n = packstream.KindList, int(m-0x90)
	case m < 0xB0:
		kind, n = packstream.KindMap, int(m-0xA0)
	case m < 0xC0:
		kind, n = packstream.KindStruct, int(m-0xB0)
	case m == 0xC0:
		return tree{kind: packstream.KindNull}, b, nil
	case m == 0xC2 || m == 0xC3:
		return tree{kind: packstream.KindBoolean, num: uint64(m - 0xC2)}, b, nil
	case m == 0xC1 && len(b) >= 8:
		return tree{kind: packstream.KindFloat, num: binary.BigEndian.Uint64(b)}, b[8:], nil
	case m >= 0xC8 && m <= 0xCB && len(b) >= width(0xC8):
		w := width(0xC8)
		n := int64(int8(b[0]))
		for _, c := range b[1:w] {
			n = n<<8 | int64(c)
		}
		return tree{kind: packstream.KindInteger, num: uint64(n)}, b[w:], nil
	case m >= 0xCC && m <= 0xCE:
		kind = packstream.KindBytes
		n, ok = sized(width(0xCC))
	case m >= 0xD0 && m <= 0xD2:
		kind = packstream.KindString
		n, ok = sized(width(0xD0))
	case m >= 0xD4 && m <= 0xD6:
		kind = packstream.KindList
		n, ok = sized(width(0xD4))
	case m >= 0xD8 && m <= 0xDA:
		kind = packstream.KindMap
		n, ok = sized(width(0xD8))
	case m == 0xDC || m == 0xDD:
		kind = packstream.KindStruct
		n, ok = sized(width(0xDC))
	case m == 0xE0:
		kind, n = packstream.KindUUID, 16
	default:
		return v, nil, errSimple
	}
	if !ok {
		return v, nil, errSimple
	}
	return simpleContents(kind, n, b, depth)
}

func simpleContents(kind packstream.Kind, n int, b []byte, depth int) (v tree, rest []byte, err error) {
	v.kind = kind
	switch kind {
	case packstream.KindString, packstream.KindBytes, packstream.KindUUID:
		if len(b) < n {
			return v, nil, errSimple
		}
		v.data = string(b[:n])
		return v, b[n:], nil
	case packstream.KindStruct:
		if len(b) == 0 {
			return v, nil, errSimple
		}
		v.tag, b = b[0], b[1:]
	case packstream.KindMap:
		n *= 2
	default:
	}
	if depth == 0 {
		return v, nil, errSimple
	}
	for i := range n {
		var item tree
		if item, b, err = simple(b, depth-1); err != nil {
			return v, nil, err
		}
		if kind == packstream.KindMap && i%2 == 0 && item.kind != packstream.KindString {
			return v, nil, errSimple
		}
		v.items = append(v.items, item)
	}
	return v, b, nil
}
