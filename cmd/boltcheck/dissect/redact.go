package dissect

import (
	"regexp"
	"slices"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// Hidden stands in the place of secrets.
const Hidden = "*****"

// sensitive finds statements about users and their passwords.
var sensitive = regexp.MustCompile(`(?i)password|identified|secret`)

// Sensitive reports whether a statement may have a password in its text or in
// its parameters.
func Sensitive(query string) bool { return sensitive.MatchString(query) }

// Redact takes the secrets out of an event: credentials, what belongs to an
// unknown scheme, statements that may have a password, and bytes that a client
// sent and nobody understands.
func (e *Event) Redact() {
	m := e.Message
	if m == nil {
		if e.Kind == KindBroken && e.Side != Server {
			e.Bytes = nil
		}
		return
	}
	n := *m
	n.Fields, n.Trailing = slices.Clone(m.Fields), nil
	e.Message = &n
	switch m.Signature {
	case bolt.SignatureHello, bolt.SignatureLogon:
		if len(n.Fields) > 0 {
			redactToken(&n.Fields[len(n.Fields)-1].Value)
		}
	case bolt.SignatureRun:
		if len(n.Fields) > 1 && Sensitive(n.Fields[0].Value.Text) {
			n.Fields[0].Value, n.Fields[1].Value = jolt.String(Hidden), jolt.String(Hidden)
		}
	default: // has no secrets
	}
}

func redactToken(token *jolt.Value) {
	if token.Kind != packstream.KindMap {
		return
	}
	token.Entries = slices.Clone(token.Entries)
	for i := range token.Entries {
		if e := &token.Entries[i]; e.Key == "credentials" || e.Key == "parameters" {
			e.Value = jolt.String(Hidden)
		}
	}
}
