package bolt

import "github.com/drawbolt/drawbolt/packstream"

// A Logon logs in, from 5.1 on.
type Logon struct {
	Auth Auth
}

// Signature returns the tag of the message.
func (*Logon) Signature() Signature { return SignatureLogon }

func (m *Logon) decode(r *RequestDecoder) error { return m.Auth.decode(r, "auth") }

// Append appends the message as a client sends it.
func (m *Logon) Append(dst []byte, v *Version) ([]byte, error) {
	dst = packstream.AppendStructHeader(dst, byte(SignatureLogon), 1)
	dst = packstream.AppendMapHeader(dst, m.Auth.entries())
	return m.Auth.appendEntries(dst, v)
}
