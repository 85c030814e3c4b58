package bolt

import "encoding/binary"

// Magic is the first four bytes of every connection.
const Magic uint32 = 0x6060B017

// HandshakeSize is the length of a client's opening: the magic and four slots.
const HandshakeSize = 20

// A Choice is the outcome of a handshake's first step.
type Choice struct {
	// Version is the agreed version; nil when there is none, or when the
	// client asked for the manifest.
	Version *Version
	// Manifest: the client wants the list of versions and will choose itself.
	Manifest bool
}

// IsMagic reports whether a connection's first bytes are Bolt; there must be at
// least four.
func IsMagic(first []byte) bool {
	return len(first) >= 4 && binary.BigEndian.Uint32(first) == Magic
}

// Negotiate picks the first acceptable of the client's four slots, the 16 bytes
// after the magic:
//
//	00 02 04 04   4.4 and the two minors below it
//	00 00 01 FF   manifest, version 1
//	00 00 00 00   nothing
//
// Within a range the highest minor wins. Supported may be in any order. The
// byte before the range is reserved and means nothing.
func Negotiate(slots [16]byte, supported []*Version) Choice {
	for s := slots[:]; len(s) >= 4; s = s[4:] {
		count, minor, major := s[1], s[2], s[3]
		switch {
		case major == manifestMarker:
			if minor == manifestVersion {
				return Choice{Manifest: true}
			}
		case major != 0:
			if v := highest(supported, major, minor, count); v != nil {
				return Choice{Version: v}
			}
		}
	}
	return Choice{}
}

// highest returns the version with the highest minor in minor-count … minor.
func highest(supported []*Version, major, minor, count uint8) *Version {
	var best *Version
	low := uint8(0)
	if count < minor {
		low = minor - count
	}
	for _, v := range supported {
		if v.Major == major && v.Minor >= low && v.Minor <= minor &&
			(best == nil || v.Minor > best.Minor) {
			best = v
		}
	}
	return best
}

// Reply returns the four bytes that answer the slots when no manifest is
// wanted: the version, or zeros when there is none.
func (c Choice) Reply() [4]byte {
	if c.Version == nil {
		return [4]byte{}
	}
	return [4]byte{0, 0, c.Version.Minor, c.Version.Major}
}
