package bolt

import (
	"github.com/drawbolt/drawbolt/packstream"
)

// AppendSuccess appends a SUCCESS without metadata.
func AppendSuccess(dst []byte) []byte {
	return packstream.AppendMapHeader(successHeader(dst), 0)
}

func successHeader(dst []byte) []byte {
	return packstream.AppendStructHeader(dst, byte(SignatureSuccess), 1)
}

// HelloSuccess answers HELLO or INIT.
type HelloSuccess struct {
	// Server names the product; official drivers want it to begin with Neo4j/.
	Server string
	// ConnectionID is unique per connection, such as bolt-21.
	ConnectionID string
	// ReceiveTimeout is the hint that makes drivers give up after so many
	// seconds of silence; 0 for none. Whoever sends it must send NOOPs.
	ReceiveTimeout int64
	// PatchUTC confirms that date-times will be sent as UTC instants.
	PatchUTC bool
	// ByManifest: the version was agreed by manifest, and is named again.
	ByManifest bool
	// CredentialsExpired: the password must be changed, where the version logs
	// in with HELLO.
	CredentialsExpired bool
}

// Append appends the message.
func (m *HelloSuccess) Append(dst []byte, v *Version) []byte {
	expired := m.CredentialsExpired && v.Login != LoginLogon
	n := 1
	for _, present := range []bool{
		v.ConnectionID, v.Hints, v.PatchUTC && m.PatchUTC, m.ByManifest, expired,
	} {
		if present {
			n++
		}
	}
	dst = packstream.AppendMapHeader(successHeader(dst), n)
	dst = appendText(dst, "server", m.Server)
	if v.ConnectionID {
		dst = appendText(dst, "connection_id", m.ConnectionID)
	}
	if v.Hints {
		dst = m.appendHints(dst, v)
	}
	if v.PatchUTC && m.PatchUTC {
		dst = packstream.AppendString(dst, "patch_bolt")
		dst = packstream.AppendListHeader(dst, 1)
		dst = packstream.AppendString(dst, "utc")
	}
	if m.ByManifest {
		dst = appendText(dst, "protocol_version", v.Text)
	}
	if expired {
		dst = appendFlag(dst, "credentials_expired", true)
	}
	return dst
}

func (m *HelloSuccess) appendHints(dst []byte, v *Version) []byte {
	n := 0
	if m.ReceiveTimeout > 0 {
		n++
	}
	if v.HomeDatabase {
		n++
	}
	dst = packstream.AppendString(dst, "hints")
	dst = packstream.AppendMapHeader(dst, n)
	if m.ReceiveTimeout > 0 {
		dst = appendNumber(dst, "connection.recv_timeout_seconds", m.ReceiveTimeout)
	}
	if v.HomeDatabase {
		dst = appendFlag(dst, "ssr.enabled", true)
	}
	return dst
}

// LogonSuccess answers LOGON.
type LogonSuccess struct {
	// AdvertisedAddress is where clients reach this server, host:port.
	AdvertisedAddress string
	// CredentialsExpired: the password must be changed.
	CredentialsExpired bool
}

// Append appends the message.
func (m *LogonSuccess) Append(dst []byte, v *Version) []byte {
	address := v.HomeDatabase && m.AdvertisedAddress != ""
	n := 0
	if address {
		n++
	}
	if m.CredentialsExpired {
		n++
	}
	dst = packstream.AppendMapHeader(successHeader(dst), n)
	if address {
		dst = appendText(dst, "advertised_address", m.AdvertisedAddress)
	}
	if m.CredentialsExpired {
		dst = appendFlag(dst, "credentials_expired", true)
	}
	return dst
}

// BeginSuccess answers BEGIN.
type BeginSuccess struct {
	// Database is the database that was chosen because the client named none;
	// empty when it named one.
	Database string
}

// Append appends the message.
func (m *BeginSuccess) Append(dst []byte, v *Version) []byte {
	if !v.HomeDatabase || m.Database == "" {
		return AppendSuccess(dst)
	}
	dst = packstream.AppendMapHeader(successHeader(dst), 1)
	return appendText(dst, "db", m.Database)
}

// CommitSuccess answers COMMIT.
type CommitSuccess struct {
	Bookmark string // may be empty
}

// Append appends the message.
func (m *CommitSuccess) Append(dst []byte, _ *Version) []byte {
	if m.Bookmark == "" {
		return AppendSuccess(dst)
	}
	dst = packstream.AppendMapHeader(successHeader(dst), 1)
	return appendText(dst, "bookmark", m.Bookmark)
}

// RunSuccess answers RUN.
type RunSuccess struct {
	Fields []string // column names
	// AvailableAfter is in milliseconds.
	AvailableAfter int64
	// QID numbers the statement inside of an explicit transaction; LastQuery
	// outside of one.
	QID int64
	// Database is the database that was chosen because the client named none;
	// empty when it named one, and inside of an explicit transaction.
	Database string
}

// Append appends the message.
func (m *RunSuccess) Append(dst []byte, v *Version) []byte {
	qid := v.Batches && m.QID != LastQuery
	database := v.HomeDatabase && m.Database != ""
	n := 2
	if qid {
		n++
	}
	if database {
		n++
	}
	dst = packstream.AppendMapHeader(successHeader(dst), n)
	dst = appendNumber(dst, v.AvailableAfter, m.AvailableAfter)
	dst = packstream.AppendString(dst, "fields")
	dst = appendTexts(dst, m.Fields)
	if qid {
		dst = appendNumber(dst, "qid", m.QID)
	}
	if database {
		dst = appendText(dst, "db", m.Database)
	}
	return dst
}

// AppendMore appends the answer to a PULL or DISCARD that left records behind.
func AppendMore(dst []byte) []byte {
	dst = packstream.AppendMapHeader(successHeader(dst), 1)
	return appendFlag(dst, "has_more", true)
}

// A Server is one line of a routing table.
type Server struct {
	Role      string // WRITE, READ or ROUTE
	Addresses []string
}

// RouteSuccess answers ROUTE.
type RouteSuccess struct {
	TTL      int64 // seconds
	Database string
	Servers  []Server
}

// Append appends the message.
func (m *RouteSuccess) Append(dst []byte, v *Version) []byte {
	n := 2
	if v.RouteMap {
		n++
	}
	dst = packstream.AppendMapHeader(successHeader(dst), 1)
	dst = packstream.AppendString(dst, "rt")
	dst = packstream.AppendMapHeader(dst, n)
	dst = appendNumber(dst, "ttl", m.TTL)
	if v.RouteMap {
		dst = appendText(dst, "db", m.Database)
	}
	dst = packstream.AppendString(dst, "servers")
	dst = packstream.AppendListHeader(dst, len(m.Servers))
	for _, s := range m.Servers {
		dst = packstream.AppendMapHeader(dst, 2)
		dst = packstream.AppendString(dst, "addresses")
		dst = appendTexts(dst, s.Addresses)
		dst = appendText(dst, "role", s.Role)
	}
	return dst
}
