package bolt

import (
	"bytes"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Hello opens a session: HELLO, or INIT in Bolt 1 and 2.
type Hello struct {
	UserAgent string
	// Auth is the token where the version logs in with this message.
	Auth Auth
	// BoltAgent describes the driver, a map of strings, from 5.3 on.
	BoltAgent graph.Value
	// Routing is the map that a client sends which wants routing tables, and
	// null otherwise.
	Routing graph.Value
	// PatchUTC: the client of 4.3 or 4.4 asks for UTC date-times.
	PatchUTC bool
	// Filter chooses the notifications of the session.
	Filter NotificationFilter
}

// Signature returns the tag of the message.
func (*Hello) Signature() Signature { return SignatureHello }

func (m *Hello) decode(r *RequestDecoder) error {
	if r.Version.Login == LoginInit {
		return m.decodeInit(r)
	}
	e, err := r.entries("extra")
	if err != nil {
		return err
	}
	for {
		key, more, err := e.next()
		if err != nil {
			return err
		}
		if !more {
			return m.check(r.Version)
		}
		if err := m.entry(r, string(key)); err != nil {
			return err
		}
	}
}

func (m *Hello) decodeInit(r *RequestDecoder) (err error) {
	if m.UserAgent, err = r.str("user_agent", ""); err != nil {
		return err
	}
	if err := m.Auth.decode(r, "auth_token"); err != nil {
		return err
	}
	return m.check(r.Version)
}

func (m *Hello) entry(r *RequestDecoder, key string) (err error) {
	v := r.Version
	switch {
	case key == "user_agent":
		m.UserAgent, err = r.str(key, "")
	case key == "bolt_agent" && v.BoltAgent:
		m.BoltAgent, err = r.mapValue(key)
	case key == "routing":
		m.Routing, err = r.mapValue(key)
	case key == "patch_bolt" && v.PatchUTC:
		m.PatchUTC, err = r.patch(key)
	case v.Filtering != FilterNone && isFilterKey(key):
		err = m.Filter.entry(r, key)
	case v.Login == LoginHello:
		err = m.Auth.entry(r, key)
	default:
		err = r.d.Skip()
	}
	return err
}

// patch reports whether a list of patches has the only one there is.
func (r *RequestDecoder) patch(key string) (utc bool, err error) {
	if r.null() {
		return false, nil
	}
	n, err := r.d.ListHeader()
	if err != nil {
		return false, fieldError(key, err)
	}
	for range n {
		name, err := r.d.StringBytes()
		if err != nil {
			return false, fieldError(key, err)
		}
		utc = utc || bytes.Equal(name, []byte("utc"))
	}
	return utc, nil
}

// check reports what is mandatory and absent.
func (m *Hello) check(v *Version) error {
	if m.UserAgent == "" {
		return missing("user_agent")
	}
	if !v.BoltAgent {
		return nil
	}
	if m.BoltAgent.IsNull() {
		return missing("bolt_agent")
	}
	for _, f := range m.BoltAgent.Map() {
		if f.Value.Kind() != graph.KindString {
			return illegalValue("bolt_agent", "Expected %q to be a string", f.Name)
		}
	}
	if _, ok := m.BoltAgent.Get("product"); !ok {
		return missing("bolt_agent.product")
	}
	return nil
}

// Append appends the message as a client sends it.
func (m *Hello) Append(dst []byte, v *Version) ([]byte, error) {
	if v.Login == LoginInit {
		dst = packstream.AppendStructHeader(dst, byte(SignatureHello), 2)
		dst = packstream.AppendString(dst, m.UserAgent)
		dst = packstream.AppendMapHeader(dst, m.Auth.entries())
		return m.Auth.appendEntries(dst, v)
	}
	n := 1
	auth := v.Login == LoginHello
	if auth {
		n += m.Auth.entries()
	}
	for _, present := range []bool{v.BoltAgent, !m.Routing.IsNull(), v.PatchUTC && m.PatchUTC} {
		if present {
			n++
		}
	}
	n += m.Filter.entries(v)
	dst = packstream.AppendStructHeader(dst, byte(SignatureHello), 1)
	dst = packstream.AppendMapHeader(dst, n)
	dst = appendText(dst, "user_agent", m.UserAgent)
	var err error
	if v.BoltAgent {
		dst = packstream.AppendString(dst, "bolt_agent")
		if dst, err = AppendValue(dst, m.BoltAgent, v, nil); err != nil {
			return dst, err
		}
	}
	if !m.Routing.IsNull() {
		dst = packstream.AppendString(dst, "routing")
		if dst, err = AppendValue(dst, m.Routing, v, nil); err != nil {
			return dst, err
		}
	}
	if v.PatchUTC && m.PatchUTC {
		dst = packstream.AppendString(dst, "patch_bolt")
		dst = packstream.AppendListHeader(dst, 1)
		dst = packstream.AppendString(dst, "utc")
	}
	dst = m.Filter.appendEntries(dst, v)
	if auth {
		return m.Auth.appendEntries(dst, v)
	}
	return dst, nil
}
