package dissect

import (
	"slices"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// Hidden stands in the place of credentials.
const Hidden = "*****"

// Redacted returns a message without the secrets of its token: credentials, and
// every parameter of schemes that are not known. Other messages are returned as
// they are; a password in a statement's text stays.
func (m *Message) Redacted() *Message {
	if m.Signature != bolt.SignatureHello && m.Signature != bolt.SignatureLogon || len(m.Fields) == 0 {
		return m
	}
	n := *m
	n.Fields = slices.Clone(m.Fields)
	token := &n.Fields[len(n.Fields)-1].Value
	if token.Kind != packstream.KindMap {
		return m
	}
	token.Entries = slices.Clone(token.Entries)
	for i := range token.Entries {
		if e := &token.Entries[i]; e.Key == "credentials" || e.Key == "parameters" {
			e.Value = jolt.String(Hidden)
		}
	}
	return &n
}
