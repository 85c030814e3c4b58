package bolt

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// keepStored is the largest scratch buffer that is kept.
const keepStored = 64 << 10

// adapt brings stored properties at the end of dst, from at on, into the forms
// of the version. They are written in those of 6.1; few hold anything that
// another version spells in another way, so they are looked through first.
func (e *ValueEncoder) adapt(dst []byte, at int) []byte {
	if e.Version.UUIDs || e.fits(dst[at:]) {
		return dst
	}
	e.stored = append(e.stored[:0], dst[at:]...)
	dst = dst[:at]
	d := packstream.NewDecoder(e.stored)
	d.SetLimits(packstream.Limits{UUID: true})
	dst, err := e.transcode(dst, d)
	if err == nil && d.Remaining() > 0 {
		err = fmt.Errorf("%d bytes left over", d.Remaining())
	}
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("bolt: stored properties: %w", err)
	}
	if cap(e.stored) > keepStored {
		e.stored = nil
	}
	return dst
}

// fits reports whether one stored value is complete and has the version's forms
// already. What is inside of a container follows its header, so that no nesting
// is needed to walk over it: it is enough to count what is still to come.
func (e *ValueEncoder) fits(b []byte) bool {
	coming := 1
	for ; coming > 0 && len(b) > 0; coming-- {
		m := b[0]
		size := 1
		switch {
		case m < 0x80 || m >= 0xF0 || m == 0xC0 || m == 0xC2 || m == 0xC3:
		case m < 0x90:
			size += int(m & 0x0F)
		case m < 0xA0:
			coming += int(m & 0x0F)
		case m < 0xB0:
			coming += 2 * int(m&0x0F)
		case m < 0xC0:
			if len(b) < 2 || !e.Version.has(b[1]) {
				return false
			}
			size = 2
			coming += int(m & 0x0F)
		case m == 0xC1 || m == 0xCB:
			size = 9
		case m == 0xC8:
			size = 2
		case m == 0xC9:
			size = 3
		case m == 0xCA:
			size = 5
		default:
			var items int
			if size, items = wide(b); size == 0 {
				return false
			}
			coming += items
		}
		if size > len(b) {
			return false
		}
		b = b[size:]
	}
	return coming == 0 && len(b) == 0
}

// wide returns how many bytes a value with a size behind its marker takes, its
// items excepted, and how many items follow it. The size is 0 for what is not
// such a value.
func wide(b []byte) (size, items int) {
	m := b[0]
	if m < 0xCC || m > 0xDA || m&3 == 3 {
		return 0, 0
	}
	width := 1 << (m & 3)
	if len(b) <= width {
		return 0, 0
	}
	n := 0
	for _, c := range b[1 : 1+width] {
		n = n<<8 | int(c)
	}
	switch {
	case m < 0xD3: // bytes and strings
		return 1 + width + n, 0
	case m < 0xD7: // lists
		return 1 + width, n
	default: // maps
		return 1 + width, 2 * n
	}
}

// transcode copies one stored value, changing what the version spells in
// another way.
func (e *ValueEncoder) transcode(dst []byte, d *packstream.Decoder) ([]byte, error) {
	switch d.Peek() {
	case packstream.KindList:
		n, err := d.ListHeader()
		if err != nil {
			return dst, err
		}
		dst = packstream.AppendListHeader(dst, n)
		return e.transcodeItems(dst, d, n)
	case packstream.KindMap:
		return e.transcodeMap(dst, d)
	case packstream.KindStruct, packstream.KindUUID:
		v, err := e.storedStructure(d)
		if err != nil {
			return dst, err
		}
		return e.append(dst, v), nil
	default:
		raw, err := d.Raw()
		return append(dst, raw...), err
	}
}

func (e *ValueEncoder) transcodeItems(dst []byte, d *packstream.Decoder, n int) ([]byte, error) {
	err := d.Enter()
	for range n {
		if err != nil {
			return dst, err
		}
		dst, err = e.transcode(dst, d)
	}
	d.Leave()
	return dst, err
}

func (e *ValueEncoder) transcodeMap(dst []byte, d *packstream.Decoder) ([]byte, error) {
	n, err := d.MapHeader()
	if err != nil {
		return dst, err
	}
	if err := d.Enter(); err != nil {
		return dst, err
	}
	dst = packstream.AppendMapHeader(dst, n)
	for range n {
		key, err := d.StringBytes()
		if err != nil {
			return dst, err
		}
		dst = packstream.AppendStringBytes(dst, key)
		if dst, err = e.transcode(dst, d); err != nil {
			return dst, err
		}
	}
	d.Leave()
	return dst, nil
}

// storedStructure decodes a structure that the store has written.
func (e *ValueEncoder) storedStructure(d *packstream.Decoder) (graph.Value, error) {
	zone := e.ZoneOffset
	if zone == nil {
		// Without time-zone data the local clock can not be told; UTC is
		// wrong by hours but names the right zone.
		zone = func(string, int64) (int32, bool) { return 0, true }
	}
	values := valueDecoder{version: newest(), zone: zone}
	return values.decode(d)
}

// newest returns the row whose forms the store uses.
func newest() *Version { return &versions[len(versions)-1] }
