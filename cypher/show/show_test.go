package show_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A fakeServer has three settings, two of which can be changed, one of them by
// each client for itself, and one open transaction.
type fakeServer struct {
	level  string
	killed []string
}

func (f *fakeServer) Configuration() []cypher.Setting {
	return []cypher.Setting{{Name: "bolt_port", Default: "7687", Value: "7000", Startup: "7000", Valid: "int32", Description: "The port.", Explicit: true}}
}

func (f *fakeServer) Runtime() []cypher.Setting {
	return []cypher.Setting{
		{Name: "log.failed_queries", Default: "false", Value: "false", Session: true},
		{Name: "log.level", Default: "INFO", Value: f.level, Startup: "INFO"},
	}
}

func (f *fakeServer) Check(name, value string) error {
	if value == "bad" {
		return errors.New("Cannot update setting '" + name + "': bad")
	}
	return nil
}

func (f *fakeServer) Set(_ context.Context, name, value string) error {
	if name != "log.level" {
		return errors.New("Unknown setting name '" + name + "'")
	}
	f.level = value
	return nil
}

func (f *fakeServer) Open() []cypher.OpenTransaction {
	start := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	return []cypher.OpenTransaction{{
		ID: "neo4j-transaction-7", Database: "neo4j", QueryID: "query-9", ConnectionID: "bolt-3", Address: "192.0.2.1:40000",
		Local: "192.0.2.9:7687", User: "ann", Query: "RETURN 1", Started: start, QueryStarted: start,
		BlockedBy: "neo4j-transaction-5", Waiting: 3 * time.Second, Waited: 4 * time.Second,
	}}
}

func (f *fakeServer) Terminate(id string) (user string, ok bool) {
	f.killed = append(f.killed, id)
	return "ann", id == "neo4j-transaction-7"
}

func newEngine(t *testing.T) *cypher.Engine {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fakeServer{level: "INFO"}
	return cypher.NewEngine(store, cypher.Options{Database: "neo4j", Transactions: f, Settings: f})
}

// TestStorageStatements runs the statements about files and modes in their order.
func TestStorageStatements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := storage.Open(t.Context(), storage.Options{Directory: dir, SnapshotInterval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	e := cypher.NewEngine(store, cypher.Options{Database: "neo4j"})
	file := dir + "/snapshots/00000000000000000001.snapshot"
	const mode = "SHOW STORAGE INFO YIELD `storage info` AS k, value WHERE k = 'storage_mode' RETURN value"
	for _, tt := range []struct {
		query string
		want  []string
		err   string
	}{
		{query: "CREATE (:A {a: 1})-[:R]->(:B)"},
		{query: "CREATE SNAPSHOT", want: []string{strconv.Quote(file)}},
		{query: "SHOW SNAPSHOTS YIELD path, timestamp", want: []string{strconv.Quote(file) + " | 1"}},
		{query: "SHOW NEXT SNAPSHOT YIELD creation_time RETURN size(creation_time)", want: []string{"26"}},
		{query: "MATCH (n) DETACH DELETE n"},
		{query: "CREATE (:C)"},
		{query: "RECOVER SNAPSHOT '" + file + "'", err: "FORCE"},
		{query: "RECOVER SNAPSHOT '" + file + "' FORCE"},
		{query: "MATCH (n) RETURN labels(n), n.a", want: []string{`["A"] | 1`, `["B"] | null`}},
		{query: "LOCK DATA DIRECTORY", want: []string{`"Data directory is now locked."`}},
		{query: "LOCK DATA DIRECTORY", want: []string{`"Data directory is already locked."`}},
		{query: "DATA DIRECTORY LOCK STATUS", want: []string{`"Data directory is locked."`}},
		{query: "UNLOCK DATA DIRECTORY", want: []string{`"Data directory is now unlocked."`}},
		{query: "STORAGE MODE IN_MEMORY_ANALYTICAL"},
		{query: mode, want: []string{`"IN_MEMORY_ANALYTICAL"`}},
		{query: "STORAGE MODE IN_MEMORY_TRANSACTIONAL"},
		{query: mode, want: []string{`"IN_MEMORY_TRANSACTIONAL"`}},
		{query: "UNWIND range(1, 1000000) AS x RETURN size(collect(x)) QUERY MEMORY LIMIT 1 MB", err: "memory"},
		{query: "UNWIND range(1, 100) AS x RETURN size(collect(x)) QUERY MEMORY LIMIT 1 MB", want: []string{"100"}},
		{query: "UNWIND range(1, 100000) AS x RETURN size(collect(x)) QUERY MEMORY UNLIMITED", want: []string{"100000"}},
	} {
		_, got, err := rows(t, e, tt.query)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %q", tt.query, err, tt.err)
			}
			continue
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v, want %q", tt.query, got, err, tt.want)
		}
	}
}

// rows runs a statement and returns its columns and rows as text.
func rows(t *testing.T, e *cypher.Engine, query string) (columns string, out []string, err error) {
	t.Helper()
	return rowsWith(t, e, query, cypher.RunOptions{})
}

func rowsWith(t *testing.T, e *cypher.Engine, query string, o cypher.RunOptions) (columns string, out []string, err error) {
	t.Helper()
	r, err := e.Run(t.Context(), query, graph.Map(nil), o)
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	columns = strings.Join(r.Columns(), " | ")
	for {
		b, err := r.Next(t.Context(), 100)
		if err != nil || b == nil {
			return columns, out, err
		}
		for i := range b.Len() {
			var row []string
			for c := range r.Columns() {
				row = append(row, written(b.Value(i, c)))
			}
			out = append(out, strings.Join(row, " | "))
		}
	}
}

// written returns a value as text, strings in quotes.
func written(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "null"
	case graph.KindString:
		return strconv.Quote(v.Str())
	case graph.KindList:
		var items []string
		for _, item := range v.List() {
			items = append(items, written(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		text, _ := function.AppendText(nil, v)
		return string(text)
	}
}

func setUp(t *testing.T, e *cypher.Engine, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, _, err := rows(t, e, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

const indexHeader = "id | name | state | populationPercent | type | entityType | labelsOrTypes | properties | indexProvider | owningConstraint | lastRead | readCount"

func TestStatements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, query string
		columns     string
		want        []string // nil: not looked at
		err         string
	}{
		{name: "indexes", query: "SHOW INDEXES", columns: indexHeader},
		{
			name: "all columns of indexes", query: "SHOW INDEX YIELD *",
			columns: indexHeader + " | trackedSince | options | failureMessage | createStatement",
		},
		{
			name: "an extra column", query: "SHOW INDEXES YIELD name, createStatement AS c WHERE name = 'i' RETURN c", columns: "c",
			want: []string{`"CREATE RANGE INDEX ` + "`i` FOR (n:`P`) ON (n.`a`)" + `"`},
		},
		{name: "an extra column without YIELD", query: "SHOW INDEXES WHERE createStatement <> ''", err: "createStatement"},
		{name: "no such column", query: "SHOW INDEXES YIELD nme", err: "nme"},
		{name: "indexes of another kind", query: "SHOW POINT INDEXES YIELD name", columns: "name", want: []string{}},
		{
			name: "unique constraints", query: "SHOW UNIQUE CONSTRAINTS YIELD name, type, ownedIndex",
			columns: "name | type | ownedIndex", want: []string{`"u" | "UNIQUENESS" | "u"`},
		},
		{
			name: "schema info", query: "SHOW SCHEMA INFO", columns: "schema",
			want: []string{strconv.Quote(`{"nodes":[{"labels":["P"],"count":1,"properties":[{"key":"a","count":1,"filling_factor":100,"types":[{"type":"Integer","count":1}]},{"key":"b","count":1,"filling_factor":100,"types":[{"type":"Integer","count":1}]}]},{"labels":["Q"],"count":1,"properties":[]}],"edges":[{"type":"R","start_node_labels":["P"],"end_node_labels":["Q"],"count":1,"properties":[]}],"node_indexes":[{"labels":["P"],"properties":["a"],"count":1}],"edge_indexes":[],"node_constraints":[{"type":"unique","labels":["P"],"properties":["b"]}],"enums":[]}`)},
		},
		{name: "index info", query: "SHOW INDEX INFO", columns: "index type | label | property | count"},
		{
			name: "constraint info", query: "SHOW CONSTRAINT INFO", columns: "constraint type | label | properties | data_type",
			want: []string{`"unique" | "P" | ["b"] | ""`},
		},
		{name: "functions", query: "SHOW FUNCTIONS", columns: "name | category | description"},
		{
			name: "functions in order", query: "SHOW FUNCTIONS YIELD name WHERE name STARTS WITH 'toI' RETURN name ORDER BY name DESC LIMIT 1",
			columns: "name", want: []string{`"toIntegerOrNull"`},
		},
		{name: "procedures", query: "SHOW PROCEDURES", columns: "name | description | mode | worksOnSystem"},
		{
			name: "databases", query: "SHOW DATABASES YIELD name, type, currentStatus, default", columns: "name | type | currentStatus | default",
			want: []string{`"neo4j" | "standard" | "online" | true`},
		},
		{name: "one database", query: "SHOW DATABASE nope YIELD name", columns: "name", want: []string{}},
		{
			name: "the default database", query: "SHOW DEFAULT DATABASE",
			columns: "name | type | aliases | access | address | role | writer | requestedStatus | currentStatus | statusMessage | constituents",
		},
		{
			name: "transactions", query: "SHOW TRANSACTIONS YIELD transactionId, username, currentQuery, startTime, status",
			columns: "transactionId | username | currentQuery | startTime | status",
			want:    []string{`"neo4j-transaction-7" | "ann" | "RETURN 1" | "2026-01-02T03:04:05.006Z" | "Blocked by: [neo4j-transaction-5]"`},
		},
		{
			name: "waiting transactions", query: "SHOW TRANSACTIONS YIELD * RETURN requestUri, currentQueryStartTime, currentQueryStatus, resourceInformation.waitTimeMillis AS ms, waitTime, currentQueryWaitTime, cpuTime",
			columns: "requestUri | currentQueryStartTime | currentQueryStatus | ms | waitTime | currentQueryWaitTime | cpuTime",
			want:    []string{`"192.0.2.9:7687" | "2026-01-02T03:04:05.006Z" | "waiting" | 3000 | PT4S | PT4S | null`},
		},
		{name: "transactions by id", query: "SHOW TRANSACTIONS 'neo4j-transaction-8' YIELD transactionId", columns: "transactionId", want: []string{}},
		{
			name: "termination", query: "TERMINATE TRANSACTIONS 'neo4j-transaction-7', 'neo4j-transaction-8'", columns: "transactionId | username | message",
			want: []string{
				`"neo4j-transaction-7" | "ann" | "Transaction terminated."`,
				`"neo4j-transaction-8" | null | "Transaction not found."`,
			},
		},
		{name: "termination without an id", query: "TERMINATE TRANSACTIONS 'abc'", err: "Could not parse id"},
		{name: "settings", query: "SHOW SETTINGS", columns: "name | value | isDynamic | defaultValue | description"},
		{
			name: "all of the settings", query: "SHOW SETTINGS YIELD *",
			columns: "name | value | isDynamic | defaultValue | description | startupValue | isExplicitlySet | validValues | isDeprecated",
			want: []string{
				`"bolt_port" | "7000" | false | "7687" | "The port." | "7000" | true | "int32" | false`,
				`"log.failed_queries" | "false" | true | "false" | "" | "" | false | "" | false`,
				`"log.level" | "INFO" | true | "INFO" | "" | "INFO" | false | "" | false`,
			},
		},
		{name: "settings that do not exist", query: "SHOW SETTINGS 'nosuch'", columns: "name | value | isDynamic | defaultValue | description", want: []string{}},
		{
			name: "settings by name", query: "SHOW SETTINGS 'bolt_port' YIELD name, value, isExplicitlySet", columns: "name | value | isExplicitlySet",
			want: []string{`"bolt_port" | "7000" | true`},
		},
		{
			name: "configuration", query: "SHOW CONFIG", columns: "name | default_value | current_value | description",
			want: []string{`"bolt_port" | "7687" | "7000" | "The port."`},
		},
		{name: "run-time settings", query: "SHOW DATABASE SETTINGS", columns: "setting_name | setting_value", want: []string{`"log.failed_queries" | "false"`, `"log.level" | "INFO"`}},
		{name: "one run-time setting", query: "SHOW DATABASE SETTING 'log.level'", columns: "setting_value", want: []string{`"INFO"`}},
		{name: "no such setting", query: "SHOW DATABASE SETTING 'x'", err: "Unknown setting name 'x'"},
		{name: "no such setting to change", query: "SET DATABASE SETTING 'x' TO 'y'", err: "Unknown setting name 'x'"},
		{name: "settings of a client", query: "SHOW SESSION SETTINGS", columns: "setting_name | setting_value", want: []string{`"log.failed_queries" | "false"`}},
		{name: "a setting of a client, where none is known", query: "SHOW SESSION SETTING 'log.failed_queries'", err: "There is no session"},
		{name: "a client's setting of all", query: "SHOW SESSION SETTING 'log.level'", err: `Setting "log.level" cannot be set per-session`},
		{name: "current user", query: "SHOW CURRENT USER", columns: "user | roles | passwordChangeRequired | suspended | home", want: []string{}},
		{name: "users", query: "SHOW USERS", columns: "user | roles | passwordChangeRequired | suspended | home", want: []string{}},
		{name: "storage", query: "SHOW STORAGE INFO YIELD `storage info` AS k, value WHERE k = 'vertex_count' RETURN value", columns: "value", want: []string{"2"}},
		{
			name: "storage of the database", query: "SHOW STORAGE INFO ON CURRENT DATABASE YIELD `storage info` AS k, value WHERE k IN ['storage_mode', 'health'] RETURN value",
			columns: "value", want: []string{`"IN_MEMORY_TRANSACTIONAL"`, `"healthy"`},
		},
		{name: "snapshots", query: "SHOW SNAPSHOTS", columns: "path | timestamp | creation_time | size", want: []string{}},
		{name: "next snapshot", query: "SHOW NEXT SNAPSHOT", columns: "path | creation_time", want: []string{}},
		{name: "snapshot of nothing", query: "RECOVER SNAPSHOT '/nonexistent' FORCE", err: "/nonexistent"},
		{name: "files", query: "DATA DIRECTORY LOCK STATUS", columns: "STATUS", want: []string{`"Data directory is not locked."`}},
		{name: "mode on disk", query: "STORAGE MODE ON_DISK_TRANSACTIONAL", err: "not supported"},
		{name: "unknown mode", query: "STORAGE MODE NONE", err: "no storage mode 'NONE'"},
		{name: "build", query: "SHOW BUILD INFO", columns: "build info | value", want: []string{`"build_type" | "Release"`}},
		{name: "labels", query: "SHOW NODE_LABELS INFO", columns: "node labels", want: []string{`"P"`, `"Q"`}},
		{name: "types", query: "SHOW EDGE_TYPES INFO", columns: "edge types", want: []string{`"R"`}},
		{name: "metrics", query: "SHOW METRICS INFO", columns: "name | type | metric type | value"},
		{name: "replication role", query: "SHOW REPLICATION ROLE", columns: "replication role", want: []string{`"main"`}},
		{name: "replicas", query: "SHOW REPLICAS", columns: "name | socket_address | sync_mode | system_info | data_info", want: []string{}},
		{name: "triggers", query: "SHOW TRIGGERS", columns: "trigger name | statement | privilege context | event type | phase | owner", want: []string{}},
		{name: "license", query: "SHOW LICENSE INFO", columns: "license info | value"},
		{
			name: "statistics", query: "ANALYZE GRAPH ON LABELS :P",
			columns: "label | property | num estimation nodes | num groups | avg group size | chi-squared value | avg degree",
			want:    []string{`"P" | ["a"] | 1 | 1 | 1.0 | 0.0 | 1.0`, `"P" | ["b"] | 1 | 1 | 1.0 | 0.0 | 1.0`},
		},
		{name: "memory", query: "FREE MEMORY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			setUp(t, e, "CREATE (:P {a: 1, b: 2})-[:R]->(:Q)", "CREATE INDEX i FOR (n:P) ON (n.a)",
				"CREATE CONSTRAINT u FOR (n:P) REQUIRE n.b IS UNIQUE")
			columns, got, err := rows(t, e, tt.query)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if columns != tt.columns {
				t.Errorf("columns %s\nwant    %s", columns, tt.columns)
			}
			if tt.want != nil && !slices.Equal(got, tt.want) {
				t.Errorf("rows %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestSettingChanges(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	setUp(t, e, "SET DATABASE SETTING 'log.level' TO 'DEBUG'")
	_, got, err := rows(t, e, "SHOW DATABASE SETTING 'log.level'")
	if err != nil || !slices.Equal(got, []string{`"DEBUG"`}) {
		t.Errorf("%q, %v", got, err)
	}
	tx, err := e.Begin(t.Context(), cypher.TransactionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Run(t.Context(), "SET DATABASE SETTING 'log.level' TO 'INFO'", graph.Map(nil), cypher.RunOptions{}); err == nil {
		t.Error("a setting was changed inside of a transaction")
	}
}

// TestSessionSettings lets a client choose a setting for itself.
func TestSessionSettings(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	session := new(cypher.Session)
	for _, tt := range []struct {
		query, want, err string
	}{
		{query: "SHOW SESSION SETTING 'log.failed_queries'", want: `"false"`},
		{query: "SET SESSION SETTING 'log.failed_queries' TO 'true'"},
		{query: "SHOW SESSION SETTING 'log.failed_queries'", want: `"true"`},
		{query: "SHOW SESSION SETTINGS", want: `"log.failed_queries" | "true"`},
		{query: "SHOW DATABASE SETTING 'log.failed_queries'", want: `"false"`},
		{query: "SET SESSION SETTING 'log.failed_queries' TO 'bad'", err: "Cannot update setting 'log.failed_queries': bad"},
		{query: "SET SESSION SETTING 'log.level' TO 'INFO'", err: `Setting "log.level" cannot be set per-session`},
		{query: "SET SESSION SETTING 'x' TO 'y'", err: "Unknown setting name 'x'"},
		{query: "RESET SESSION SETTING 'log.level'", err: `Setting "log.level" cannot be set per-session`},
		{query: "RESET SESSION SETTING 'log.failed_queries'"},
		{query: "SHOW SESSION SETTING 'log.failed_queries'", want: `"false"`},
		{query: "SET SESSION SETTING 'log.failed_queries' TO 'true'"},
	} {
		_, got, err := rowsWith(t, e, tt.query, cypher.RunOptions{Session: session})
		if tt.err != "" && (err == nil || err.Error() != tt.err) || tt.err == "" && err != nil || strings.Join(got, "\n") != tt.want {
			t.Errorf("%s = %q, %v; want %q, %q", tt.query, got, err, tt.want, tt.err)
		}
	}
	if v, ok := session.Choice("log.failed_queries"); !ok || v != "true" {
		t.Errorf("the session has %q, %v", v, ok)
	}
	session.Reset()
	if v, ok := session.Choice("log.failed_queries"); ok {
		t.Errorf("after Reset the session has %q", v)
	}
}

// TestDumpValues plays the dump of every kind of value on an empty graph.
func TestDumpValues(t *testing.T) {
	t.Parallel()
	for _, literal := range []string{
		"0", "-9223372036854775808", "9223372036854775807", "0.0", "-0.0", "5e-324", "1.7976931348623157e308", "-1.5",
		"NaN", "Infinity", "-Infinity", "true", "false", "''", `'\'"\\\n\r\t\b\u0000 ü 漢 😀'`, "toByteString('0x00FFa0')",
		"date('-0001-01-02')", "date('+12345-01-02')", "localtime('10:11:12.000000001')", "time('10:11+18:00')",
		"localdatetime('1900-01-02T03:04:05.5')", "datetime('2020-10-25T02:30+01:00[Europe/Paris]')",
		"datetime('2020-10-25T02:30+02:00[Europe/Paris]')", "datetime('2020-01-02T03:04:05-03:30')",
		"duration('P-1Y14M-2DT3H-4.000000005S')", "duration({seconds: -1, nanoseconds: 1})",
		"point({x: 1, y: -2.5})", "point({x: 1, y: 2, z: 3})", "point({longitude: 1, latitude: 2})",
		"point({longitude: 1, latitude: 2, height: 3})",
		"vector([1, -128], 2, 'INTEGER8')", "vector([-32768], 1, 'INTEGER16')", "vector([2147483647], 1, 'INTEGER32')",
		"vector([9223372036854775807, -9223372036854775808], 2, 'INTEGER')", "vector([0.1, -0.0, 3.4e38, 1e-45], 4, 'FLOAT32')",
		"vector([0.1, 5e-324, 1.7976931348623157e308, -3], 4, 'FLOAT')",
		"[]", "[1, 2.5, 'x', true]", "[date('2020-01-02')]", "[toByteString('0x01')]",
	} {
		e, again := newEngine(t), newEngine(t)
		setUp(t, e, "CREATE (a:`odd ``label` {`odd ``key`: "+literal+"})-[:`odd type` {v: "+literal+"}]->(a)")
		_, dump, err := rows(t, e, "DUMP DATABASE")
		if err != nil {
			t.Errorf("%s: %v", literal, err)
			continue
		}
		for _, q := range dump {
			q, err := strconv.Unquote(q)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := rows(t, again, q); err != nil {
				t.Errorf("%s: %s: %v", literal, q, err)
			}
		}
		want, got := ends(t, e), ends(t, again)
		if !graph.Equivalent(got[0], want[0]) || !graph.Equivalent(got[1], want[1]) || got[0].Kind() != want[0].Kind() {
			t.Errorf("%s: after the dump %v and %v, want %v and %v", literal, got[0], got[1], want[0], want[1])
		}
	}
}

// ends returns the properties of the only relationship and its start.
func ends(t *testing.T, e *cypher.Engine) [2]graph.Value {
	t.Helper()
	r, err := e.Run(t.Context(), "MATCH (a:`odd ``label`)-[r:`odd type`]->(a) RETURN a.`odd ``key`, r.v", graph.Map(nil), cypher.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	b, err := r.Next(t.Context(), 10)
	if err != nil || b == nil || b.Len() != 1 {
		t.Fatalf("there is not one relationship: %v", err)
	}
	return [2]graph.Value{b.Value(0, 0), b.Value(0, 1)}
}

// TestDumpStops: a dump is made while it is read, so that its first row costs
// little, and nothing is left of it when nobody wants the rest.
func TestDumpStops(t *testing.T) {
	e := newEngine(t)
	setUp(t, e, "UNWIND range(1, 20000) AS x CREATE (:N {text: 'some text of some length', x: x})")
	before := runtime.NumGoroutine()
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := e.Run(ctx, "DUMP DATABASE", graph.Map(nil), cypher.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		allocations := testing.AllocsPerRun(1, func() {
			if b, err := r.Next(ctx, 1); err != nil || b.Len() != 1 {
				t.Fatalf("Next() = %v, %v", b, err)
			}
		})
		if allocations > 5000 {
			t.Errorf("two rows of a dump take %.0f allocations", allocations)
		}
		cancel()
		for {
			if b, err := r.Next(ctx, 1000); err != nil || b == nil {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("after the end of the context: %v, %v", b, err)
				}
				break
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
}

// TestDump plays the statements of a dump on an empty graph and expects a graph
// with the same dump.
func TestDump(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	setUp(t, e,
		`CREATE (a:P:`+"`odd ``name`"+` {s: 'it\'s \\ "x"\n', f: 1.0, g: 1e300, i: -5, b: true, l: [1, 2], d: date('2020-01-02'),
			z: datetime('2020-01-02T03:04:05.000000006[Europe/Paris]'), t: time('10:00+01:00'), u: duration('P1M2DT3.5S'),
			p: point({x: 1, y: 2})}), (b:Q), (c), (a)-[:R {w: 0.1}]->(b), (b)-[:R]->(b)`,
		"CREATE INDEX i FOR (n:P) ON (n.i)", "CREATE CONSTRAINT u FOR (n:Q) REQUIRE n.k IS UNIQUE")
	_, first, err := rows(t, e, "DUMP DATABASE")
	if err != nil {
		t.Fatal(err)
	}
	again := newEngine(t)
	for _, q := range first {
		q, err := strconv.Unquote(q)
		if err != nil {
			t.Fatal(err)
		}
		setUp(t, again, q)
	}
	_, second, err := rows(t, again, "DUMP DATABASE")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, second) {
		t.Errorf("first dump\n%s\nsecond\n%s", strings.Join(first, "\n"), strings.Join(second, "\n"))
	}
	if len(first) != 3+2+3+2 {
		t.Errorf("%d statements:\n%s", len(first), strings.Join(first, "\n"))
	}
}

// TestConstraintForms creates and drops constraints in the words of both
// dialects.
func TestConstraintForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, create, drop, kind string }{
		{"unique", "CREATE CONSTRAINT ON (n:P) ASSERT n.a IS UNIQUE", "DROP CONSTRAINT ON (n:P) ASSERT n.a IS UNIQUE", `"UNIQUENESS"`},
		{"exists", "CREATE CONSTRAINT ON (n:P) ASSERT EXISTS (n.a)", "DROP CONSTRAINT ON (n:P) ASSERT EXISTS (n.a)", `"NODE_PROPERTY_EXISTENCE"`},
		{"key", "CREATE CONSTRAINT k FOR (n:P) REQUIRE (n.a, n.b) IS NODE KEY", "DROP CONSTRAINT k", `"NODE_KEY"`},
		{"all", "CREATE CONSTRAINT FOR (n:P) REQUIRE n.a IS UNIQUE", "DROP ALL CONSTRAINTS", `"UNIQUENESS"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			setUp(t, e, tt.create)
			if _, got, err := rows(t, e, "SHOW CONSTRAINTS YIELD type"); err != nil || !slices.Equal(got, []string{tt.kind}) {
				t.Errorf("%q, %v, want %s", got, err, tt.kind)
			}
			setUp(t, e, tt.drop)
			if _, got, err := rows(t, e, "SHOW CONSTRAINTS YIELD type"); err != nil || len(got) != 0 {
				t.Errorf("%q, %v after %s", got, err, tt.drop)
			}
		})
	}
}
