package bolt

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// copiesProperties reports whether stored properties, which are in the forms of
// 6.1, can be sent as they are.
func (e *ValueEncoder) copiesProperties() bool {
	v := e.Version
	return v.UUIDs || v.UTC && e.PlainProperties
}

// appendStored appends stored properties in the forms of the version.
func (e *ValueEncoder) appendStored(dst, stored []byte) []byte {
	d := packstream.NewDecoder(stored)
	d.SetLimits(packstream.Limits{UUID: true})
	dst, err := e.transcode(dst, d)
	if err == nil && d.Remaining() > 0 {
		err = fmt.Errorf("%d bytes left over", d.Remaining())
	}
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("bolt: stored properties: %w", err)
	}
	return dst
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
