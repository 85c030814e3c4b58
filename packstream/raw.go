package packstream

// A RawValue is the bytes of exactly one value, its marker first.
type RawValue []byte

// Raw consumes one whole value, contents included, and returns its bytes, which
// alias the message.
func (d *Decoder) Raw() (RawValue, error) {
	start := d.pos
	if err := d.Skip(); err != nil {
		return nil, err
	}
	return RawValue(d.buf[start:d.pos:d.pos]), nil
}

// Skip consumes one whole value, contents included, under the same checks as
// reading it.
func (d *Decoder) Skip() error {
	switch d.Peek() {
	case KindNull, KindBoolean:
		d.pos++
		return nil
	case KindInteger:
		_, err := d.Int()
		return err
	case KindFloat:
		_, err := d.Float()
		return err
	case KindBytes:
		_, err := d.Bytes()
		return err
	case KindString:
		_, err := d.StringBytes()
		return err
	case KindUUID:
		_, err := d.UUID()
		return err
	case KindList:
		n, err := d.ListHeader()
		if err != nil {
			return err
		}
		return d.skipItems(n)
	case KindStruct:
		_, n, err := d.StructHeader()
		if err != nil {
			return err
		}
		return d.skipItems(n)
	case KindMap:
		return d.skipMap()
	default:
		return d.unexpected(KindNull)
	}
}

func (d *Decoder) skipItems(n int) error {
	if err := d.Enter(); err != nil {
		return err
	}
	for range n {
		if err := d.Skip(); err != nil {
			return err
		}
	}
	d.Leave()
	return nil
}

func (d *Decoder) skipMap() error {
	n, err := d.MapHeader()
	if err != nil {
		return err
	}
	if err := d.Enter(); err != nil {
		return err
	}
	for range n {
		if _, err := d.StringBytes(); err != nil {
			return err
		}
		if err := d.Skip(); err != nil {
			return err
		}
	}
	d.Leave()
	return nil
}
