package bolt

import "github.com/drawbolt/drawbolt/packstream"

// AppendIgnored appends an IGNORED.
func AppendIgnored(dst []byte) []byte {
	return packstream.AppendStructHeader(dst, byte(SignatureIgnored), 0)
}
