package bolt

import "github.com/drawbolt/drawbolt/packstream"

// A Begin starts an explicit transaction.
type Begin struct {
	Extra TransactionExtra
}

// Signature returns the tag of the message.
func (*Begin) Signature() Signature { return SignatureBegin }

func (m *Begin) decode(r *RequestDecoder) error { return m.Extra.decode(r) }

// Append appends the message as a client sends it.
func (m *Begin) Append(dst []byte, v *Version) ([]byte, error) {
	dst = packstream.AppendStructHeader(dst, byte(SignatureBegin), 1)
	return m.Extra.append(dst, v)
}
