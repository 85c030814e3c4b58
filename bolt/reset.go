package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Reset interrupts what runs and brings the session back to its start.
type Reset struct{}

// Signature returns the tag of the message.
func (*Reset) Signature() Signature { return SignatureReset }

// Append appends the message as a client sends it.
func (*Reset) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureReset), 0), nil
}
