package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// magic are the first four bytes of every connection.
const magic = "\x60\x60\xB0\x17"

// manifestSlot asks for the manifest, version 1.
var manifestSlot = [4]byte{0, 0, 0x01, 0xFF} //nolint:gochecknoglobals // a constant

// proposal returns the 20 bytes of a client's handshake.
func proposal(slots ...[4]byte) []byte {
	b := make([]byte, 20)
	copy(b, magic)
	for i, s := range slots {
		copy(b[4+4*i:], s[:])
	}
	return b
}

// agree does the handshake for a version.
func (c *conn) agree(v *version) error {
	if v.manifest {
		return c.agreeByManifest(v)
	}
	if err := c.send(proposal(v.slot)); err != nil {
		return err
	}
	reply, err := c.readRaw(4)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if !bytes.Equal(reply, v.slot[:]) {
		return fmt.Errorf("handshake for %s: reply % X", v, reply)
	}
	return nil
}

func (c *conn) agreeByManifest(v *version) error {
	if err := c.send(proposal(manifestSlot)); err != nil {
		return err
	}
	if _, _, err := c.readManifest(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return c.send(append(v.slot[:], 0))
}

// readManifest reads the server's offer: version ranges and capabilities.
func (c *conn) readManifest() (ranges [][4]byte, capabilities uint64, err error) {
	reply, err := c.readRaw(4)
	if err != nil {
		return nil, 0, err
	}
	if !bytes.Equal(reply, manifestSlot[:]) {
		return nil, 0, fmt.Errorf("reply % X", reply)
	}
	count, err := c.readVarint()
	if err != nil {
		return nil, 0, err
	}
	if count > 100 {
		return nil, 0, fmt.Errorf("%d ranges", count)
	}
	for range count {
		b, err := c.readRaw(4)
		if err != nil {
			return nil, 0, err
		}
		ranges = append(ranges, [4]byte(b))
	}
	capabilities, err = c.readVarint()
	return ranges, capabilities, err
}

// readVarint reads a LEB128 number of at most 64 bits.
func (c *conn) readVarint() (uint64, error) {
	var u uint64
	for shift := 0; shift < 64; shift += 7 {
		b, err := c.readRaw(1)
		if err != nil {
			return 0, err
		}
		u |= uint64(b[0]&0x7F) << shift
		if b[0] < 0x80 {
			return u, nil
		}
	}
	return 0, errors.New("varint of more than 64 bits")
}

// probe finds out which versions the server agrees to.
func (s *session) probe(ctx context.Context) ([]*version, error) {
	var found []*version
	offered, err := s.offered(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range versions() {
		c, err := s.dial(ctx, "")
		if err != nil {
			return nil, err
		}
		err = c.agree(v)
		if err != nil && offered[v.slot] {
			v.manifest, err = true, nil
		}
		_ = c.Close()
		if err == nil {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("the server agrees to no version of Bolt")
	}
	return found, nil
}

// offered returns the versions in the server's manifest, nothing when it has
// none.
func (s *session) offered(ctx context.Context) (map[[4]byte]bool, error) {
	c, err := s.dial(ctx, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	if err := c.send(proposal(manifestSlot)); err != nil {
		return nil, err
	}
	ranges, _, err := c.readManifest()
	if err != nil {
		return map[[4]byte]bool{}, nil // a server without manifest
	}
	set := make(map[[4]byte]bool)
	for _, r := range ranges {
		for i := range min(r[1], r[2]) + 1 {
			set[[4]byte{0, 0, r[2] - i, r[3]}] = true
		}
	}
	return set, nil
}
