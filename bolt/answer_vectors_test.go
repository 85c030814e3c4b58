package bolt_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A form is one thing that a server says, in the versions from first to last.
type form struct {
	name, first, last string
	append            func(dst []byte, v *bolt.Version) ([]byte, error)
}

// TestAnswerVectors compares testdata/answers.txt with what is sent for every
// form in every version. What it prints is what to change there.
func TestAnswerVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(file)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			got = append(got, line)
		}
	}
	var want []string
	for _, f := range forms() {
		want = append(want, f.lines(t)...)
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("answers.txt lacks\n%s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("answers.txt has, but nothing sends\n%s", line)
		}
	}
}

// lines returns the vectors of a form: one for each run of versions that send the
// same bytes.
func (f form) lines(t *testing.T) []string {
	t.Helper()
	versions, ok := bolt.Versions(f.first, f.last, true) // the newest first
	if !ok {
		t.Fatalf("%s: no versions %s to %s", f.name, f.first, f.last)
	}
	var lines []string
	var last []byte
	var from, to string
	end := func() {
		if last == nil {
			return
		}
		text := bolttest.Format(last)
		if again, err := bolttest.Parse(text); err != nil || !bytes.Equal(again, last) {
			t.Errorf("%s: %s is %X, but written as %X, %v", f.name, text, last, again, err)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %X ; %s", f.name, from, to, last, text))
	}
	for _, v := range slices.Backward(versions) {
		wire, err := f.append(nil, v)
		if err != nil {
			t.Fatalf("%s: Bolt %v: %v", f.name, v, err)
		}
		if !bytes.Equal(wire, last) {
			end()
			last, from = wire, v.Text
		}
		to = v.Text
	}
	end()
	return lines
}

// plain adapts answers that can not fail.
func plain(f func(dst []byte, v *bolt.Version) []byte) func([]byte, *bolt.Version) ([]byte, error) {
	return func(dst []byte, v *bolt.Version) ([]byte, error) { return f(dst, v), nil }
}

// fixed adapts answers that are the same in all versions.
func fixed(f func(dst []byte) []byte) func([]byte, *bolt.Version) ([]byte, error) {
	return func(dst []byte, _ *bolt.Version) ([]byte, error) { return f(dst), nil }
}

// record is a RECORD of values about a small graph.
func record(values ...graph.Value) func([]byte, *bolt.Version) ([]byte, error) {
	g := &fakeGraph{ends: map[graph.RelationshipID][2]graph.NodeID{10: {1, 2}, 11: {3, 1}}}
	return func(dst []byte, v *bolt.Version) (_ []byte, err error) {
		e := bolt.ValueEncoder{Version: v, Entities: g, ZoneOffset: paris}
		dst = bolt.AppendRecordHeader(dst, len(values))
		for _, value := range values {
			if dst, err = e.Append(dst, value); err != nil {
				return nil, err
			}
		}
		return dst, nil
	}
}

func path(nodes []graph.NodeID, relationships ...graph.RelationshipID) graph.Value {
	return graph.NewPath(&graph.Path{Nodes: nodes, Relationships: relationships})
}

const oldest, newest = "1", "6.1"

func forms() []form {
	const server, connection = "Neo4j/5.26.0", "bolt-1"
	hello := func(name, first, last string, m bolt.HelloSuccess) form {
		m.Server, m.ConnectionID = server, connection
		return form{name, first, last, plain(m.Append)}
	}
	address := "localhost:7687"
	return append([]form{
		{"success", oldest, newest, fixed(bolt.AppendSuccess)},
		{"ignored", oldest, newest, fixed(bolt.AppendIgnored)},
		hello("hello", oldest, newest, bolt.HelloSuccess{}),
		hello("hello-timeout", "4.0", newest, bolt.HelloSuccess{ReceiveTimeout: 120}),
		hello("hello-utc", "4.3", "4.4", bolt.HelloSuccess{PatchUTC: true}),
		hello("hello-manifest", "5.7", newest, bolt.HelloSuccess{ByManifest: true}),
		hello("hello-expired", oldest, "5.0", bolt.HelloSuccess{CredentialsExpired: true}),
		{"logon", "5.1", newest, plain((&bolt.LogonSuccess{AdvertisedAddress: address}).Append)},
		{"logon-expired", "5.1", newest, plain((&bolt.LogonSuccess{AdvertisedAddress: address, CredentialsExpired: true}).Append)},
		{"route", "4.3", newest, plain((&bolt.RouteSuccess{TTL: 300, Database: "neo4j", Servers: []bolt.Server{
			{Role: "WRITE", Addresses: []string{address}},
			{Role: "READ", Addresses: []string{address}},
			{Role: "ROUTE", Addresses: []string{address}},
		}}).Append)},
		{"begin", "3", newest, plain((&bolt.BeginSuccess{Database: "neo4j"}).Append)},
		{"commit", "3", newest, plain((&bolt.CommitSuccess{Bookmark: "b:1"}).Append)},
		{"run", oldest, newest, plain((&bolt.RunSuccess{
			Fields: []string{"a", "b"}, AvailableAfter: 2, QID: bolt.LastQuery, Database: "neo4j",
		}).Append)},
		{"run-inside", oldest, newest, plain((&bolt.RunSuccess{Fields: []string{"a"}, AvailableAfter: 2, QID: 1}).Append)},
		{"more", "4.0", newest, fixed(bolt.AppendMore)},
	}, append(summaries(), append(failures(), records()...)...)...)
}

func summaries() []form {
	summary := func(name string, m bolt.Summary) form {
		m.ConsumedAfter, m.Database = 3, "neo4j"
		return form{name, oldest, newest, m.Append}
	}
	operator := func(fields ...graph.Field) graph.Value {
		return graph.Map(append([]graph.Field{
			{Name: "operatorType", Value: graph.String("ProduceResults")},
			{Name: "identifiers", Value: list(graph.String("n"))},
			{Name: "args", Value: graph.Map([]graph.Field{{Name: "EstimatedRows", Value: graph.Float(1)}})},
		}, fields...))
	}
	return []form{
		summary("summary", bolt.Summary{Type: "r", Bookmark: "b:1"}),
		summary("summary-inside", bolt.Summary{Type: "r"}),
		summary("summary-no-record", bolt.Summary{Type: "r", Outcome: bolt.OutcomeNoData}),
		summary("summary-write", bolt.Summary{Type: "w", Bookmark: "b:2", Outcome: bolt.OutcomeOmitted, Counters: bolt.Counters{
			NodesCreated: 1, NodesDeleted: 2, RelationshipsCreated: 3, RelationshipsDeleted: 4,
			PropertiesSet: 5, LabelsAdded: 6, LabelsRemoved: 7,
		}}),
		summary("summary-schema", bolt.Summary{Type: "s", Outcome: bolt.OutcomeOmitted, Counters: bolt.Counters{
			IndexesAdded: 1, IndexesRemoved: 2, ConstraintsAdded: 3, ConstraintsRemoved: 4,
		}}),
		summary("summary-system", bolt.Summary{Type: "s", Outcome: bolt.OutcomeOmitted, Counters: bolt.Counters{SystemUpdates: 1}}),
		summary("summary-notification", bolt.Summary{Type: "r", Notifications: []bolt.Notification{{
			Code: "Neo.ClientNotification.Statement.CartesianProduct", Title: "title", Description: "text",
			Severity: bolt.SeverityInformation, Classification: "PERFORMANCE", Status: "03N90",
			StatusText: "info: cartesian product", Position: &bolt.Position{Offset: 4, Line: 1, Column: 5},
		}}}),
		summary("summary-plan", bolt.Summary{Type: "r", Outcome: bolt.OutcomeOmitted, Plan: operator()}),
		summary("summary-profile", bolt.Summary{Type: "r", Profile: operator(
			graph.Field{Name: "dbHits", Value: graph.Integer(2)}, graph.Field{Name: "rows", Value: graph.Integer(1)})}),
	}
}

func failures() []form {
	at := &bolt.Position{Offset: 7, Line: 1, Column: 8}
	simple := bolt.Failure{
		Code: "Neo.TransientError.Request.NoThreadsAvailable", Message: "text", Status: "51N38",
		Description: "error: text", Record: bolt.DiagnosticRecord{Classification: "TRANSIENT_ERROR"},
	}
	caused := bolt.Failure{
		Code: "Neo.ClientError.Statement.SyntaxError", Message: "text", Status: "42001", Description: "error: outer",
		Record: bolt.DiagnosticRecord{Classification: "CLIENT_ERROR", Position: at},
		Cause: &bolt.Failure{
			Message: "text", Status: "42I06", Description: "error: inner",
			Record: bolt.DiagnosticRecord{Classification: "CLIENT_ERROR", Position: at},
		},
	}
	return []form{
		{"failure", oldest, newest, plain(simple.Append)},
		{"failure-cause", oldest, newest, plain(caused.Append)},
	}
}

func records() []form {
	return []form{
		{"record", oldest, newest, record(
			graph.Null, graph.Boolean(true), graph.Integer(-17), graph.Float(1.5), graph.String("a"),
			list(graph.Integer(1)), graph.Map([]graph.Field{{Name: "k", Value: graph.Integer(1)}}))},
		{"record-empty", oldest, newest, record()},
		{"record-node", oldest, newest, record(graph.Node(1))},
		{"record-relationship", oldest, newest, record(graph.Relationship(10))},
		{"record-path-of-one-node", oldest, newest, record(path([]graph.NodeID{1}))},
		{"record-path", oldest, newest, record(path([]graph.NodeID{1, 2}, 10))},
		{"record-path-against", oldest, newest, record(path([]graph.NodeID{2, 1}, 10))},
		{"record-path-twice", oldest, newest, record(path([]graph.NodeID{1, 2, 1, 3}, 10, 10, 11))},
		{"record-zoned", "2", newest, record(graph.DateTime(1_711_846_800, 5, &graph.Zone{Name: "Europe/Paris", Offset: 7200}))},
		{"record-uuid", oldest, newest, record(graph.UUID([16]byte{0: 1, 15: 2}))},
	}
}
