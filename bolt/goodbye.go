package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Goodbye ends the connection. It has no answer.
type Goodbye struct{}

// Signature returns the tag of the message.
func (*Goodbye) Signature() Signature { return SignatureGoodbye }

// Append appends the message as a client sends it.
func (*Goodbye) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureGoodbye), 0), nil
}
