package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Logoff logs out, from 5.1 on. The connection stays and waits for a LOGON.
type Logoff struct{}

// Signature returns the tag of the message.
func (*Logoff) Signature() Signature { return SignatureLogoff }

// Append appends the message as a client sends it.
func (*Logoff) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureLogoff), 0), nil
}
