package jolt

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
)

// Decode reads one value. It copies what it keeps. Errors are of type
// [*packstream.SyntaxError].
func Decode(d *packstream.Decoder) (Value, error) {
	kind := d.Peek()
	v := Value{Kind: kind}
	var err error
	switch kind {
	case packstream.KindNull:
		err = d.Null()
	case packstream.KindBoolean:
		v.Bool, err = d.Bool()
	case packstream.KindInteger:
		v.Int, err = d.Int()
	case packstream.KindFloat:
		v.Float, err = d.Float()
	case packstream.KindString:
		v.Text, err = d.String()
	case packstream.KindBytes:
		var b []byte
		b, err = d.Bytes()
		v.Bytes = append([]byte{}, b...)
	case packstream.KindUUID:
		var u [16]byte
		u, err = d.UUID()
		v.Bytes = u[:]
	case packstream.KindList:
		var n int
		if n, err = d.ListHeader(); err == nil {
			v.Items, err = decodeItems(d, n)
		}
	case packstream.KindStruct:
		var n int
		if v.Tag, n, err = d.StructHeader(); err == nil {
			v.Items, err = decodeItems(d, n)
		}
	case packstream.KindMap:
		v.Entries, err = decodeEntries(d)
	default: // reserved, or nothing left: Skip says so
		err = d.Skip()
	}
	return v, err
}

func decodeItems(d *packstream.Decoder, n int) ([]Value, error) {
	if err := d.Enter(); err != nil {
		return nil, err
	}
	items := make([]Value, 0, min(n, 64)) // a Value is large, an item may be one byte
	for range n {
		item, err := Decode(d)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	d.Leave()
	return items, nil
}

func decodeEntries(d *packstream.Decoder) ([]Entry, error) {
	n, err := d.MapHeader()
	if err != nil {
		return nil, err
	}
	if err := d.Enter(); err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, min(n, 64))
	for range n {
		key, err := d.String()
		if err != nil {
			return nil, err
		}
		value, err := Decode(d)
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{key, value})
	}
	d.Leave()
	return entries, nil
}

// AppendPackStream appends the value's bytes. A structure must not have more
// than 15 fields.
func (v *Value) AppendPackStream(dst []byte) []byte {
	switch v.Kind {
	case packstream.KindBoolean:
		return packstream.AppendBool(dst, v.Bool)
	case packstream.KindInteger:
		return packstream.AppendInt(dst, v.Int)
	case packstream.KindFloat:
		return packstream.AppendFloat(dst, v.Float)
	case packstream.KindString:
		return packstream.AppendString(dst, v.Text)
	case packstream.KindBytes:
		return packstream.AppendBytes(dst, v.Bytes)
	case packstream.KindUUID:
		return packstream.AppendUUID(dst, [16]byte(v.Bytes))
	case packstream.KindList:
		dst = packstream.AppendListHeader(dst, len(v.Items))
	case packstream.KindStruct:
		dst = packstream.AppendStructHeader(dst, v.Tag, len(v.Items))
	case packstream.KindMap:
		dst = packstream.AppendMapHeader(dst, len(v.Entries))
		for i := range v.Entries {
			dst = packstream.AppendString(dst, v.Entries[i].Key)
			dst = v.Entries[i].Value.AppendPackStream(dst)
		}
	default:
		return packstream.AppendNull(dst)
	}
	for i := range v.Items {
		dst = v.Items[i].AppendPackStream(dst)
	}
	return dst
}

// typeName names a value's type for people.
func (v *Value) typeName() string {
	switch v.Kind {
	case packstream.KindEnd:
		return "nothing"
	case packstream.KindStruct:
		if t := typeOfTag(v.Tag); t != nil {
			return t.name
		}
		return fmt.Sprintf("structure %02X", v.Tag)
	default:
		for i := range types {
			if types[i].kind == v.Kind && len(types[i].tags) == 0 {
				return types[i].name
			}
		}
		return "null"
	}
}
