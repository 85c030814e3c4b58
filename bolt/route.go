package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Route asks for a routing table, from 4.3 on.
type Route struct {
	Context          graph.Value // a map, with the address that the client used
	Bookmarks        []string
	Database         string // empty for the client's home database
	ImpersonatedUser string // empty when the client acts for itself
}

// Signature returns the tag of the message.
func (*Route) Signature() Signature { return SignatureRoute }

// Address returns the address by which the client reached the server, as it
// says itself, or an empty string.
func (m *Route) Address() string {
	if m.Context.Kind() != graph.KindMap {
		return ""
	}
	if a, ok := m.Context.Get("address"); ok && a.Kind() == graph.KindString {
		return a.Str()
	}
	return ""
}

func (m *Route) decode(r *RequestDecoder) (err error) {
	if m.Context, err = r.mapValue("routing"); err != nil {
		return err
	}
	if m.Context.IsNull() { // as good as an empty one
		m.Context = graph.Map(nil)
	}
	if m.Bookmarks, err = r.strings("bookmarks", nil); err != nil {
		return err
	}
	if !r.Version.RouteMap {
		m.Database, err = r.str("db", "")
		return err
	}
	e, err := r.entries("extra")
	if err != nil {
		return err
	}
	for {
		key, more, err := e.next()
		if err != nil || !more {
			return err
		}
		switch string(key) {
		case "db":
			m.Database, err = r.str("db", "")
		case "imp_user":
			m.ImpersonatedUser, err = r.str("imp_user", "")
		default:
			err = r.d.Skip()
		}
		if err != nil {
			return err
		}
	}
}

// Append appends the message as a client sends it.
func (m *Route) Append(dst []byte, v *Version) ([]byte, error) {
	dst = packstream.AppendStructHeader(dst, byte(SignatureRoute), 3)
	context := m.Context
	if context.IsNull() {
		context = graph.Map(nil)
	}
	dst, err := AppendValue(dst, context, v, nil)
	if err != nil {
		return dst, err
	}
	dst = appendTexts(dst, m.Bookmarks)
	if !v.RouteMap {
		if m.Database == "" {
			return packstream.AppendNull(dst), nil
		}
		return packstream.AppendString(dst, m.Database), nil
	}
	n := 0
	if m.Database != "" {
		n++
	}
	if m.ImpersonatedUser != "" {
		n++
	}
	dst = packstream.AppendMapHeader(dst, n)
	dst = appendTextUnlessEmpty(dst, "db", m.Database)
	return appendTextUnlessEmpty(dst, "imp_user", m.ImpersonatedUser), nil
}
