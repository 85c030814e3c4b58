package bolt

import "slices"

// A Login is the way in which a client identifies itself.
type Login uint8

// The ways to log in.
const (
	LoginInit  Login = iota + 1 // INIT(user agent, token)
	LoginHello                  // the token is part of HELLO
	LoginLogon                  // HELLO, then LOGON with the token
)

// A Filtering names the key by which a client chooses its notifications.
type Filtering uint8

// The filtering keys.
const (
	FilterNone            Filtering = iota
	FilterCategories                // notifications_disabled_categories
	FilterClassifications           // notifications_disabled_classifications
)

// A Version is one row of the table of Bolt versions. Its fields answer every
// question of the kind "does this version …?", so that nothing else compares
// version numbers. Rows are shared and must not be changed.
type Version struct {
	Major, Minor uint8
	Text         string // such as "5.4"

	// Flawed marks 5.5, which clients offer but no server ever agreed to. It
	// is negotiated only when asked for.
	Flawed bool

	// fields has one more than the number of fields of each request by its
	// signature; 0 means that the version has no such request.
	fields [128]uint8

	// Login is the way to log in.
	Login Login
	// BoltAgent: HELLO must describe the driver in bolt_agent.
	BoltAgent bool
	// PatchUTC: HELLO may ask for UTC date-times; see [Version.WithUTC].
	PatchUTC bool
	// Filtering is the key to choose notifications in HELLO, RUN and BEGIN.
	Filtering Filtering

	// Transactions: BEGIN, COMMIT and ROLLBACK are messages, RUN has a third
	// field, and bookmarks exist. Without them they are statements.
	Transactions bool
	// Databases: the extra map has db, and summaries name the database.
	Databases bool
	// Impersonation: the extra map has imp_user.
	Impersonation bool
	// Batches: PULL and DISCARD take n and qid, answers have qid and has_more.
	Batches bool
	// RouteMap: the third field of ROUTE is a map, and the table names its db.
	RouteMap bool

	// AvailableAfter and ConsumedAfter are the metadata keys of the
	// milliseconds until the first record and to the end.
	AvailableAfter, ConsumedAfter string
	// ConnectionID: the answer to HELLO has connection_id.
	ConnectionID bool
	// Hints: the answer to HELLO has hints.
	Hints bool
	// Noops: an empty chunk may be sent while a request executes.
	Noops bool
	// HomeDatabase: RUN and BEGIN answer with the database that was chosen for
	// the client, LOGON with the advertised address, HELLO with ssr.enabled.
	HomeDatabase bool
	// ContainsUpdates: stats has contains-updates and contains-system-updates.
	ContainsUpdates bool
	// Statuses: summaries have statuses in place of notifications.
	Statuses bool
	// GQLErrors: FAILURE has neo4j_code, gql_status and what belongs to it.
	GQLErrors bool

	// Temporal: temporal and spatial structures exist.
	Temporal bool
	// ElementIDs: nodes and relationships carry element ids.
	ElementIDs bool
	// UTC: date-times are sent as UTC instants, not as local ones.
	UTC bool
	// Vectors: vector and unsupported-type structures exist.
	Vectors bool
	// UUIDs: the UUID marker exists.
	UUIDs bool
}

// Is reports whether the version has these numbers. It is for tests and texts;
// behaviour belongs into a field.
func (v *Version) Is(major, minor uint8) bool { return v.Major == major && v.Minor == minor }

// String returns the numbers, such as "5.4".
func (v *Version) String() string { return v.Text }

// Fields returns the number of fields of a request, and false when the version
// does not have it.
func (v *Version) Fields(s Signature) (int, bool) {
	if int(s) >= len(v.fields) || v.fields[s] == 0 {
		return 0, false
	}
	return int(v.fields[s]) - 1, true
}

// WithUTC returns the same version with date-times sent as UTC instants, which
// clients of 4.3 and 4.4 may ask for in HELLO. Other versions are returned as
// they are.
func (v *Version) WithUTC() *Version {
	if !v.PatchUTC {
		return v
	}
	for i := range patched {
		if patched[i].Is(v.Major, v.Minor) {
			return &patched[i]
		}
	}
	return v
}

// versions is the table, lowest first.
var versions = buildVersions()

// patched has the rows that a client of 4.3 or 4.4 turns into by asking for UTC
// date-times.
var patched = buildPatched()

// buildVersions lists what each version changes against the one before it.
func buildVersions() []Version {
	changes := []struct {
		major, minor uint8
		text         string
		change       func(v *Version)
	}{
		{1, 0, "1", bolt1},
		{2, 0, "2", func(v *Version) { v.Temporal = true }},
		{3, 0, "3", bolt3},
		{4, 0, "4.0", bolt40},
		{4, 1, "4.1", func(v *Version) { v.Noops = true }},
		{4, 2, "4.2", func(*Version) {}},
		{4, 3, "4.3", func(v *Version) {
			v.PatchUTC = true
			v.request(SignatureRoute, 3)
		}},
		{4, 4, "4.4", func(v *Version) {
			v.Impersonation, v.RouteMap, v.ContainsUpdates = true, true, true
		}},
		{5, 0, "5.0", func(v *Version) {
			v.PatchUTC = false
			v.ElementIDs, v.UTC = true, true
		}},
		{5, 1, "5.1", func(v *Version) {
			v.Login = LoginLogon
			v.request(SignatureLogon, 1)
			v.request(SignatureLogoff, 0)
		}},
		{5, 2, "5.2", func(v *Version) { v.Filtering = FilterCategories }},
		{5, 3, "5.3", func(v *Version) { v.BoltAgent = true }},
		{5, 4, "5.4", func(v *Version) { v.request(SignatureTelemetry, 1) }},
		{5, 5, "5.5", func(v *Version) { v.Flawed = true }},
		{5, 6, "5.6", func(v *Version) {
			v.Flawed = false
			v.Filtering = FilterClassifications
			v.Statuses = true
		}},
		{5, 7, "5.7", func(v *Version) { v.GQLErrors = true }},
		{5, 8, "5.8", func(v *Version) { v.HomeDatabase = true }},
		{6, 0, "6.0", func(v *Version) { v.Vectors = true }},
		{6, 1, "6.1", func(v *Version) { v.UUIDs = true }},
	}
	table := make([]Version, len(changes))
	row := Version{}
	for i, c := range changes {
		row.Major, row.Minor, row.Text = c.major, c.minor, c.text
		c.change(&row)
		table[i] = row
	}
	return table
}

func bolt1(v *Version) {
	v.Login = LoginInit
	v.AvailableAfter, v.ConsumedAfter = "result_available_after", "result_consumed_after"
	v.request(SignatureHello, 2)
	v.request(SignatureAckFailure, 0)
	v.request(SignatureReset, 0)
	v.request(SignatureRun, 2)
	v.request(SignatureDiscard, 0)
	v.request(SignaturePull, 0)
}

func bolt3(v *Version) {
	v.Login, v.ConnectionID, v.Transactions = LoginHello, true, true
	v.AvailableAfter, v.ConsumedAfter = "t_first", "t_last"
	v.fields[SignatureAckFailure] = 0
	v.request(SignatureHello, 1)
	v.request(SignatureGoodbye, 0)
	v.request(SignatureRun, 3)
	v.request(SignatureBegin, 1)
	v.request(SignatureCommit, 0)
	v.request(SignatureRollback, 0)
}

func bolt40(v *Version) {
	v.Batches, v.Databases = true, true
	v.Hints = true // documented from 4.3, sent by servers from 4.0
	v.request(SignatureDiscard, 1)
	v.request(SignaturePull, 1)
}

// request adds a request with its number of fields.
func (v *Version) request(s Signature, fields uint8) { v.fields[s] = fields + 1 }

func buildPatched() []Version {
	var rows []Version
	for _, v := range buildVersions() {
		if v.PatchUTC {
			v.UTC = true
			rows = append(rows, v)
		}
	}
	return rows
}

// Versions returns the versions from minimum to maximum, highest first, each
// given as text such as "4.4"; an empty text means no bound. It is false when a
// text names no version. The flawed 5.5 is left out unless flawed is set.
func Versions(minimum, maximum string, flawed bool) ([]*Version, bool) {
	low, high := 0, len(versions)-1
	named := func(text string) int {
		return slices.IndexFunc(versions, func(v Version) bool { return v.Text == text })
	}
	if minimum != "" {
		low = named(minimum)
	}
	if maximum != "" {
		high = named(maximum)
	}
	if low < 0 || high < 0 {
		return nil, false
	}
	var list []*Version
	for i := high; i >= low; i-- {
		if flawed || !versions[i].Flawed {
			list = append(list, &versions[i])
		}
	}
	return list, true
}
