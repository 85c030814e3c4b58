package bolt_test

import (
	"io"
	"math"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestSuccess(t *testing.T) {
	hello := &bolt.HelloSuccess{
		Server: "Neo4j/5.26.0-drawbolt", ConnectionID: "bolt-1", ReceiveTimeout: 120, PatchUTC: true,
	}
	const server = `{server: "Neo4j/5.26.0-drawbolt"`
	for _, tt := range []struct {
		versions string
		append   func(dst []byte, v *bolt.Version) []byte
		want     string
	}{
		{"1 2", hello.Append, server + `}`},
		{"3", hello.Append, server + `, connection_id: "bolt-1"}`},
		{"4.0 4.2 5.0 5.7", hello.Append, server + `, connection_id: "bolt-1", hints: {connection.recv_timeout_seconds: 120}}`},
		{"4.3 4.4 4.4+utc", hello.Append, server + `, connection_id: "bolt-1", hints: {connection.recv_timeout_seconds: 120}, patch_bolt: ["utc"]}`},
		{"5.8 6.1", hello.Append, server + `, connection_id: "bolt-1", hints: {connection.recv_timeout_seconds: 120, ssr.enabled: true}}`},
		{"5.4", (&bolt.HelloSuccess{Server: "s", ConnectionID: "c", ByManifest: true}).Append, `{server: "s", connection_id: "c", hints: {}, protocol_version: "5.4"}`},
		{"5.0", (&bolt.HelloSuccess{Server: "s", ConnectionID: "c", CredentialsExpired: true}).Append, `{server: "s", connection_id: "c", hints: {}, credentials_expired: true}`},
		{"5.1", (&bolt.HelloSuccess{Server: "s", ConnectionID: "c", CredentialsExpired: true}).Append, `{server: "s", connection_id: "c", hints: {}}`},

		{"5.1 5.7", (&bolt.LogonSuccess{AdvertisedAddress: "h:1"}).Append, `{}`},
		{"5.8", (&bolt.LogonSuccess{AdvertisedAddress: "h:1"}).Append, `{advertised_address: "h:1"}`},
		{"5.8", (&bolt.LogonSuccess{AdvertisedAddress: "h:1", CredentialsExpired: true}).Append, `{advertised_address: "h:1", credentials_expired: true}`},
		{"5.8", (&bolt.LogonSuccess{}).Append, `{}`},

		{"5.7", (&bolt.BeginSuccess{Database: "d"}).Append, `{}`},
		{"5.8", (&bolt.BeginSuccess{Database: "d"}).Append, `{db: "d"}`},
		{"5.8", (&bolt.BeginSuccess{}).Append, `{}`},

		{"3 6.1", (&bolt.CommitSuccess{Bookmark: "b"}).Append, `{bookmark: "b"}`},
		{"3 6.1", (&bolt.CommitSuccess{}).Append, `{}`},

		{"1", (&bolt.RunSuccess{Fields: []string{"a"}, AvailableAfter: 2, QID: 1, Database: "d"}).Append, `{result_available_after: 2, fields: ["a"]}`},
		{"3", (&bolt.RunSuccess{AvailableAfter: 2, QID: 1}).Append, `{t_first: 2, fields: []}`},
		{"4.0 5.7", (&bolt.RunSuccess{QID: 1, Database: "d"}).Append, `{t_first: 0, fields: [], qid: 1}`},
		{"4.0 5.8", (&bolt.RunSuccess{QID: bolt.LastQuery}).Append, `{t_first: 0, fields: []}`},
		{"5.8", (&bolt.RunSuccess{Fields: []string{"a", "b"}, QID: bolt.LastQuery, Database: "d"}).Append, `{t_first: 0, fields: ["a", "b"], db: "d"}`},

		{"4.3", routeTable().Append, `{rt: {ttl: 300, servers: [{addresses: ["h:1"], role: "WRITE"}, {addresses: ["h:1", "h:2"], role: "READ"}]}}`},
		{"4.4 5.4", routeTable().Append, `{rt: {ttl: 300, db: "d", servers: [{addresses: ["h:1"], role: "WRITE"}, {addresses: ["h:1", "h:2"], role: "READ"}]}}`},

		{"4.0", func(dst []byte, _ *bolt.Version) []byte { return bolt.AppendMore(dst) }, `{has_more: true}`},
		{"4.0", func(dst []byte, _ *bolt.Version) []byte { return bolt.AppendSuccess(dst) }, `{}`},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			if got := bolttest.Format(tt.append(nil, version(t, text))); got != "SUCCESS "+tt.want {
				t.Errorf("for %s:\n\t%s\nwant\n\tSUCCESS %s", text, got, tt.want)
			}
		}
	}
}

func routeTable() *bolt.RouteSuccess {
	return &bolt.RouteSuccess{TTL: 300, Database: "d", Servers: []bolt.Server{
		{Role: "WRITE", Addresses: []string{"h:1"}}, {Role: "READ", Addresses: []string{"h:1", "h:2"}},
	}}
}

func TestSummary(t *testing.T) {
	plain := bolt.Summary{Type: "r", ConsumedAfter: 3, Database: "d", Bookmark: "b"}
	written := bolt.Summary{
		Type: "w", Outcome: bolt.OutcomeOmitted,
		Counters: bolt.Counters{NodesCreated: 1, PropertiesSet: 2, LabelsAdded: 1},
	}
	system := bolt.Summary{Type: "s", Outcome: bolt.OutcomeOmitted, Counters: bolt.Counters{SystemUpdates: 1}}
	plan := bolt.Summary{Type: "r", Plan: graph.Map([]graph.Field{{Name: "operatorType", Value: graph.String("X")}})}
	profile := bolt.Summary{Type: "r", Profile: graph.Map([]graph.Field{{Name: "rows", Value: graph.Integer(1)}})}
	const (
		success = `{gql_status: "00000", status_description: "note: successful completion"}`
		omitted = `{gql_status: "00001", status_description: "note: successful completion - omitted result"}`
	)
	for _, tt := range []struct {
		versions string
		summary  bolt.Summary
		want     string
	}{
		{"1 2", plain, `{type: "r", result_consumed_after: 3}`},
		{"3", plain, `{bookmark: "b", type: "r", t_last: 3}`},
		{"4.0 5.4", plain, `{has_more: false, bookmark: "b", type: "r", t_last: 3, db: "d"}`},
		{"5.6 6.1", plain, `{has_more: false, bookmark: "b", type: "r", t_last: 3, db: "d", statuses: [` + success + `]}`},
		{"4.3", written, `{has_more: false, type: "w", t_last: 0, stats: {nodes-created: 1, properties-set: 2, labels-added: 1}}`},
		{"4.4 5.4", written, `{has_more: false, type: "w", t_last: 0, stats: {nodes-created: 1, properties-set: 2, labels-added: 1, contains-updates: true}}`},
		{"5.8", written, `{has_more: false, type: "w", t_last: 0, stats: {nodes-created: 1, properties-set: 2, labels-added: 1, contains-updates: true}, statuses: [` + omitted + `]}`},
		{"5.4", system, `{has_more: false, type: "s", t_last: 0, stats: {system-updates: 1, contains-system-updates: true}}`},
		{"5.4", plan, `{has_more: false, type: "r", t_last: 0, plan: {operatorType: "X"}}`},
		{"5.4", profile, `{has_more: false, type: "r", t_last: 0, profile: {rows: 1}}`},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			got, err := tt.summary.Append(nil, version(t, text))
			if s := bolttest.Format(got); err != nil || s != "SUCCESS "+tt.want {
				t.Errorf("for %s:\n\t%s, %v\nwant\n\tSUCCESS %s", text, s, err, tt.want)
			}
		}
	}
}

func TestNotifications(t *testing.T) {
	s := bolt.Summary{Type: "r", Outcome: bolt.OutcomeNoData, Notifications: []bolt.Notification{
		{
			Code: "c3", Title: "t3", Description: "d3", Severity: bolt.SeverityInformation, Classification: "PERFORMANCE",
			Status: "03N90", StatusText: "info: x", Position: &bolt.Position{Offset: 4, Line: 1, Column: 5},
		},
		{
			Code: "c1", Title: "t1", Description: "d1", Severity: bolt.SeverityWarning, Classification: "UNRECOGNIZED",
			Status: "01N50", StatusText: "warn: y",
		},
	}}
	const (
		noData = `{gql_status: "02000", status_description: "note: no data"}`
		first  = `{gql_status: "01N50", status_description: "warn: y", neo4j_code: "c1", title: "t1", description: "d1", ` +
			`diagnostic_record: {_classification: "UNRECOGNIZED", _severity: "WARNING"}}`
		third = `{gql_status: "03N90", status_description: "info: x", neo4j_code: "c3", title: "t3", description: "d3", ` +
			`diagnostic_record: {_classification: "PERFORMANCE", _severity: "INFORMATION", _position: {offset: 4, line: 1, column: 5}}}`
		ok = `{gql_status: "00000", status_description: "note: successful completion"}`
	)
	success := s
	success.Outcome = bolt.OutcomeSuccess
	for _, tt := range []struct {
		version string
		summary bolt.Summary
		want    string
	}{
		{"5.6", s, "statuses: [" + noData + ", " + first + ", " + third + "]"},
		{"5.8", success, "statuses: [" + first + ", " + ok + ", " + third + "]"},
		{
			"5.4", s, `notifications: [` +
				`{code: "c3", title: "t3", description: "d3", severity: "INFORMATION", category: "PERFORMANCE", position: {offset: 4, line: 1, column: 5}}, ` +
				`{code: "c1", title: "t1", description: "d1", severity: "WARNING", category: "UNRECOGNIZED"}]`,
		},
	} {
		got, err := tt.summary.Append(nil, version(t, tt.version))
		if text := bolttest.Format(got); err != nil || !strings.Contains(text, tt.want) {
			t.Errorf("for %s:\n\t%s, %v\nwant\n\t%s", tt.version, text, err, tt.want)
		}
	}
	if s.Notifications[0].Code != "c3" {
		t.Error("Append sorted the caller's notifications")
	}
}

func TestFilter(t *testing.T) {
	warning := &bolt.Notification{Severity: bolt.SeverityWarning, Classification: "HINT"}
	information := &bolt.Notification{Severity: bolt.SeverityInformation, Classification: "PERFORMANCE"}
	hints := bolt.NotificationFilter{Disabled: []string{"HINT"}, HasDisabled: true}
	warnings := bolt.NotificationFilter{Minimum: bolt.SeverityWarning}
	for _, tt := range []struct {
		name                 string
		filter               bolt.NotificationFilter
		warning, information bool
	}{
		{"none", bolt.NotificationFilter{}, true, true},
		{"warnings", warnings, true, false},
		{"off", bolt.NotificationFilter{Minimum: bolt.SeverityOff}, false, false},
		{"no hints", hints, false, true},
		{"both", hints.Or(warnings), false, false},
		{"own severity first", bolt.NotificationFilter{Minimum: bolt.SeverityInformation}.Or(warnings), true, true},
		{"own empty list first", bolt.NotificationFilter{HasDisabled: true}.Or(hints), true, true},
	} {
		if a, b := tt.filter.Allows(warning), tt.filter.Allows(information); a != tt.warning || b != tt.information {
			t.Errorf("%s: %+v allows warning %v, information %v; want %v, %v",
				tt.name, tt.filter, a, b, tt.warning, tt.information)
		}
	}
}

func TestFailure(t *testing.T) {
	failure := &bolt.Failure{
		Code: "Neo.ClientError.Statement.SyntaxError", Message: "m", Status: "42001", Description: "d",
		Record: bolt.DiagnosticRecord{Classification: "CLIENT_ERROR", Position: &bolt.Position{Offset: 1, Line: 2, Column: 3}},
		Cause:  &bolt.Failure{Code: "never sent", Message: "42I06: m2", Status: "42I06", Description: "d2"},
	}
	for _, tt := range []struct{ versions, want string }{
		{"1 4.4 5.6", `{code: "Neo.ClientError.Statement.SyntaxError", message: "m"}`},
		{"5.7 5.8 6.1", `{neo4j_code: "Neo.ClientError.Statement.SyntaxError", message: "m", gql_status: "42001", description: "d", ` +
			`diagnostic_record: {_classification: "CLIENT_ERROR", _position: {offset: 1, line: 2, column: 3}}, ` +
			`cause: {message: "42I06: m2", gql_status: "42I06", description: "d2"}}`},
	} {
		for text := range strings.FieldsSeq(tt.versions) {
			if got := bolttest.Format(failure.Append(nil, version(t, text))); got != "FAILURE "+tt.want {
				t.Errorf("for %s:\n\t%s\nwant\n\tFAILURE %s", text, got, tt.want)
			}
		}
	}
	if got := bolttest.Format(bolt.AppendIgnored(nil)); got != "IGNORED" {
		t.Errorf("AppendIgnored() = %s", got)
	}
}

// row has the ten mixed values by which the cost of a record is compared.
func row() []graph.Value {
	return []graph.Value{
		graph.Integer(1_234_567),
		graph.Integer(9_876_543_210),
		graph.Float(math.Pi),
		graph.String("Ada"),
		graph.String("the quick brown fox jumps over the lazy dog, and then again."),
		graph.Boolean(true),
		graph.Null,
		list(graph.Integer(0), graph.Integer(1), graph.Integer(2)),
		graph.Map([]graph.Field{{Name: "since", Value: graph.Integer(2020)}, {Name: "tag", Value: graph.String("x")}}),
		graph.Integer(7),
	}
}

// BenchmarkRecord encodes records into the output buffer and flushes it now and
// then, as a session does.
func BenchmarkRecord(b *testing.B) {
	g := &quietGraph{}
	for _, bb := range []struct {
		name   string
		values []graph.Value
	}{
		{"mixed", row()},
		{"node", []graph.Value{graph.Node(7)}},
		{"relationship", []graph.Value{graph.Relationship(7)}},
		{"integer", []graph.Value{graph.Integer(1)}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			w := bolt.NewWriter(io.Discard)
			e := bolt.ValueEncoder{Version: version(b, "5.4"), Entities: g}
			for b.Loop() {
				w.Begin()
				w.Buf = bolt.AppendRecordHeader(w.Buf, len(bb.values))
				for i := range bb.values {
					var err error
					if w.Buf, err = e.Append(w.Buf, bb.values[i]); err != nil {
						b.Fatal(err)
					}
				}
				w.End()
				if w.Len() > 16<<10 {
					if err := w.Flush(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func TestRecordAllocates(t *testing.T) {
	w := bolt.NewWriter(io.Discard)
	e := bolt.ValueEncoder{Version: version(t, "5.4"), Entities: &quietGraph{}}
	values := append(row(), graph.Node(1), graph.Relationship(2), graph.Date(1), graph.DateTime(1, 2, &graph.Zone{Name: "Europe/Paris"}))
	allocations := testing.AllocsPerRun(100, func() {
		w.Begin()
		w.Buf = bolt.AppendRecordHeader(w.Buf, len(values))
		for _, v := range values {
			w.Buf, _ = e.Append(w.Buf, v)
		}
		w.End()
		_ = w.Flush()
	})
	if allocations != 0 {
		t.Errorf("encoding a record: %v allocations, want 0", allocations)
	}
}
