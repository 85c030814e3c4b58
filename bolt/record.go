package bolt

import "github.com/drawbolt/drawbolt/packstream"

// AppendRecordHeader appends the beginning of a RECORD of n values, which the
// caller appends with a [ValueEncoder].
func AppendRecordHeader(dst []byte, n int) []byte {
	dst = packstream.AppendStructHeader(dst, byte(SignatureRecord), 1)
	return packstream.AppendListHeader(dst, n)
}
