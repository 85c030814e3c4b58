package bolt

import (
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Auth is an authentication token. It prints without its credentials.
type Auth struct {
	Scheme      string // none, basic, bearer, kerberos or a custom name
	Principal   string
	Credentials string
	Realm       string
	Parameters  graph.Value // a map, of custom schemes
}

// Format prints the token without what is secret in it.
func (a Auth) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{scheme: %q, principal: %q, realm: %q}", a.Scheme, a.Principal, a.Realm)
}

// decode decodes a token that is a map of its own.
func (a *Auth) decode(r *RequestDecoder, field string) error {
	*a = Auth{}
	e, err := r.entries(field)
	if err != nil {
		return err
	}
	for {
		key, more, err := e.next()
		if err != nil || !more {
			return err
		}
		if err := a.entry(r, string(key)); err != nil {
			return err
		}
	}
}

func (a *Auth) entry(r *RequestDecoder, key string) (err error) {
	switch key {
	case "scheme":
		a.Scheme, err = r.str(key, "")
	case "principal":
		a.Principal, err = r.str(key, "")
	case "credentials":
		a.Credentials, err = r.str(key, "")
	case "realm":
		a.Realm, err = r.str(key, "")
	case "parameters":
		a.Parameters, err = r.mapValue(key)
	default:
		err = r.d.Skip()
	}
	return err
}

func (a *Auth) entries() int {
	n := 1
	for _, s := range []string{a.Principal, a.Credentials, a.Realm} {
		if s != "" {
			n++
		}
	}
	if !a.Parameters.IsNull() {
		n++
	}
	return n
}

func (a *Auth) appendEntries(dst []byte, v *Version) ([]byte, error) {
	dst = appendText(dst, "scheme", a.Scheme)
	dst = appendTextUnlessEmpty(dst, "principal", a.Principal)
	dst = appendTextUnlessEmpty(dst, "credentials", a.Credentials)
	dst = appendTextUnlessEmpty(dst, "realm", a.Realm)
	if a.Parameters.IsNull() {
		return dst, nil
	}
	dst = packstream.AppendString(dst, "parameters")
	return AppendValue(dst, a.Parameters, v, nil)
}
