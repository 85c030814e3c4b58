package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Commit ends an explicit transaction and keeps what it did.
type Commit struct{}

// Signature returns the tag of the message.
func (*Commit) Signature() Signature { return SignatureCommit }

// Append appends the message as a client sends it.
func (*Commit) Append(dst []byte, _ *Version) ([]byte, error) {
	return packstream.AppendStructHeader(dst, byte(SignatureCommit), 0), nil
}
