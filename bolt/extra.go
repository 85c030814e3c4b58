package bolt

import (
	"math"
	"time"

	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A TransactionExtra is the map that describes a transaction, in BEGIN and in a
// RUN outside of one. Entries that a version does not have are ignored.
type TransactionExtra struct {
	Bookmarks []string
	// Timeout is what the client asked for; HasTimeout tells a zero from
	// nothing.
	Timeout    time.Duration
	HasTimeout bool
	// Metadata is a map, or null.
	Metadata graph.Value
	// ReadOnly: the mode is r.
	ReadOnly bool
	// Database is empty for the client's home database.
	Database string
	// ImpersonatedUser is empty when the client acts for itself.
	ImpersonatedUser string
	// Filter overrides the session's choice of notifications.
	Filter NotificationFilter
}

func (x *TransactionExtra) decode(r *RequestDecoder) error {
	e, err := r.entries("extra")
	if err != nil {
		return err
	}
	*x = TransactionExtra{Bookmarks: x.Bookmarks[:0], Database: x.Database}
	database := false
	for {
		key, more, err := e.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		database = database || string(key) == "db"
		if err := x.entry(r, key); err != nil {
			return err
		}
	}
	if !database {
		x.Database = ""
	}
	return nil
}

func (x *TransactionExtra) entry(r *RequestDecoder, key []byte) (err error) {
	v := r.Version
	switch string(key) {
	case "bookmarks":
		x.Bookmarks, err = r.strings("bookmarks", x.Bookmarks)
	case "tx_timeout":
		err = x.timeout(r)
	case "tx_metadata":
		x.Metadata, err = r.mapValue("tx_metadata")
	case "mode":
		err = x.mode(r)
	case "db":
		if !v.Databases {
			return r.d.Skip()
		}
		x.Database, err = r.str("db", x.Database)
	case "imp_user":
		if !v.Impersonation {
			return r.d.Skip()
		}
		x.ImpersonatedUser, err = r.str("imp_user", "")
	default:
		if v.Filtering != FilterNone && isFilterKey(string(key)) {
			return x.Filter.entry(r, string(key))
		}
		err = r.d.Skip()
	}
	return err
}

func (x *TransactionExtra) timeout(r *RequestDecoder) error {
	if r.null() {
		return nil
	}
	ms, err := r.integer("tx_timeout")
	if err != nil {
		return err
	}
	const most = math.MaxInt64 / int64(time.Millisecond)
	x.HasTimeout = true
	x.Timeout = time.Duration(min(max(ms, -most), most)) * time.Millisecond
	return nil
}

func (x *TransactionExtra) mode(r *RequestDecoder) error {
	if r.null() {
		return nil
	}
	b, err := r.d.StringBytes()
	if err != nil {
		return fieldError("mode", err)
	}
	switch string(b) {
	case "r":
		x.ReadOnly = true
	case "w":
		x.ReadOnly = false
	default:
		return illegalValue("mode", "Expected access mode value \"r\" or \"w\" but got %q", text(b))
	}
	return nil
}

func (x *TransactionExtra) append(dst []byte, v *Version) ([]byte, error) {
	n := x.Filter.entries(v)
	for _, present := range []bool{
		len(x.Bookmarks) > 0, x.HasTimeout, !x.Metadata.IsNull(), x.ReadOnly,
		x.Database != "", x.ImpersonatedUser != "",
	} {
		if present {
			n++
		}
	}
	dst = packstream.AppendMapHeader(dst, n)
	if len(x.Bookmarks) > 0 {
		dst = packstream.AppendString(dst, "bookmarks")
		dst = appendTexts(dst, x.Bookmarks)
	}
	if x.HasTimeout {
		dst = appendNumber(dst, "tx_timeout", x.Timeout.Milliseconds())
	}
	if !x.Metadata.IsNull() {
		var err error
		dst = packstream.AppendString(dst, "tx_metadata")
		if dst, err = AppendValue(dst, x.Metadata, v, nil); err != nil {
			return dst, err
		}
	}
	if x.ReadOnly {
		dst = appendText(dst, "mode", "r")
	}
	dst = appendTextUnlessEmpty(dst, "db", x.Database)
	dst = appendTextUnlessEmpty(dst, "imp_user", x.ImpersonatedUser)
	return x.Filter.appendEntries(dst, v), nil
}
