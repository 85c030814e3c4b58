package bolt

import "github.com/drawbolt/drawbolt/packstream"

// AckFailure makes a failed session usable again, in Bolt 1 and 2.
type AckFailure struct{}

// Signature returns the tag of the message.
func (*AckFailure) Signature() Signature { return SignatureAckFailure }

// Append appends the message as a client sends it.
func (*AckFailure) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureAckFailure), 0), nil
}
