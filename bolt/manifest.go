package bolt

import (
	"encoding/binary"
	"errors"
)

// A slot with these two last bytes asks for the manifest.
const (
	manifestMarker  = 0xFF
	manifestVersion = 1
)

// ErrShort is returned when a choice is not complete yet: read more bytes and
// parse again.
var ErrShort = errors.New("bolt: manifest: choice is incomplete")

// ErrChoice is returned when a client chooses what was not offered. The
// connection must be closed without a word.
var ErrChoice = errors.New("bolt: manifest: choice was not offered")

// AppendManifest appends the whole answer to a client that asked for the
// manifest:
//
//	00 00 01 FF   the slot again
//	02            varint: number of ranges
//	00 02 08 05   5.8, 5.7, 5.6
//	00 04 04 05   5.4 … 5.0
//	00            varint: capabilities, none
//
// It must leave in one write, because some clients parse it out of the first
// bytes that arrive. Supported is in descending order without doubles.
func AppendManifest(dst []byte, supported []*Version) []byte {
	dst = append(dst, 0, 0, manifestVersion, manifestMarker)
	ranges := ranges(supported)
	dst = binary.AppendUvarint(dst, uint64(len(ranges)))
	for _, r := range ranges {
		dst = append(dst, r[:]...)
	}
	return append(dst, 0)
}

// ranges groups versions of one major with adjacent minors into slots.
func ranges(supported []*Version) [][4]byte {
	var list [][4]byte
	for i, v := range supported {
		if i > 0 && supported[i-1].Major == v.Major && supported[i-1].Minor == v.Minor+1 {
			list[len(list)-1][1]++
			continue
		}
		list = append(list, [4]byte{0, 0, v.Minor, v.Major})
	}
	return list
}

// ParseChoice parses what a client answers to the manifest, a version and a
// varint of capabilities, from the start of b. It returns how many bytes that
// were; more may follow. It returns ErrShort when bytes are missing and
// ErrChoice when the version or a capability was not offered. Varints of up to
// ten bytes are accepted, also when fewer would do.
func ParseChoice(b []byte, supported []*Version) (v *Version, n int, err error) {
	if len(b) < 4 {
		return nil, 0, ErrShort
	}
	for _, s := range supported {
		if [4]byte(b[:4]) == [4]byte{0, 0, s.Minor, s.Major} {
			v = s
		}
	}
	if v == nil {
		return nil, 0, ErrChoice
	}
	capabilities, size := binary.Uvarint(b[4:])
	switch {
	case size == 0 && len(b) < 4+binary.MaxVarintLen64:
		return nil, 0, ErrShort
	case size <= 0, capabilities != 0:
		return nil, 0, ErrChoice
	}
	return v, 4 + size, nil
}
