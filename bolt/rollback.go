package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Rollback ends an explicit transaction and undoes what it did.
type Rollback struct{}

// Signature returns the tag of the message.
func (*Rollback) Signature() Signature { return SignatureRollback }

// Append appends the message as a client sends it.
func (*Rollback) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureRollback), 0), nil
}
