package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/packstream"
)

// decoder returns a request decoder for one version.
func decoder(tb testing.TB, text string) *bolt.RequestDecoder {
	tb.Helper()
	return &bolt.RequestDecoder{Version: version(tb, text), ZoneOffset: paris}
}

// describe shows what was decoded.
func describe(r bolt.Request) string {
	extra := func(x *bolt.TransactionExtra) string {
		s := ""
		if len(x.Bookmarks) > 0 {
			s += fmt.Sprintf(" bookmarks=%q", x.Bookmarks)
		}
		if x.HasTimeout {
			s += fmt.Sprintf(" timeout=%v", x.Timeout)
		}
		if !x.Metadata.IsNull() {
			s += fmt.Sprintf(" metadata=%v", x.Metadata)
		}
		if x.ReadOnly {
			s += " read"
		}
		if x.Database != "" {
			s += " db=" + x.Database
		}
		if x.ImpersonatedUser != "" {
			s += " as=" + x.ImpersonatedUser
		}
		return s + filter(x.Filter)
	}
	switch m := r.(type) {
	case *bolt.Hello:
		s := "HELLO " + m.UserAgent
		if m.Auth.Scheme != "" {
			s += fmt.Sprintf(" auth=%v/%s", m.Auth, m.Auth.Credentials)
		}
		if !m.BoltAgent.IsNull() {
			s += fmt.Sprintf(" agent=%v", m.BoltAgent)
		}
		if !m.Routing.IsNull() {
			s += fmt.Sprintf(" routing=%v", m.Routing)
		}
		if m.PatchUTC {
			s += " utc"
		}
		return s + filter(m.Filter)
	case *bolt.Logon:
		return fmt.Sprintf("LOGON %v/%s %v", m.Auth, m.Auth.Credentials, m.Auth.Parameters)
	case *bolt.Run:
		return fmt.Sprintf("RUN %s %v%s", m.Query, m.Parameters, extra(&m.Extra))
	case *bolt.Begin:
		return "BEGIN" + extra(&m.Extra)
	case *bolt.Pull:
		return fmt.Sprintf("PULL %d of %d", m.N, m.QID)
	case *bolt.Discard:
		return fmt.Sprintf("DISCARD %d of %d", m.N, m.QID)
	case *bolt.Route:
		return fmt.Sprintf("ROUTE %v %q db=%s as=%s address=%s", m.Context, m.Bookmarks, m.Database, m.ImpersonatedUser, m.Address())
	case *bolt.Telemetry:
		return fmt.Sprintf("TELEMETRY %d", m.API)
	default:
		return r.Signature().String()
	}
}

func filter(f bolt.NotificationFilter) string {
	s := ""
	if f.Minimum != 0 {
		s += " minimum=" + f.Minimum.String()
	}
	if f.HasDisabled {
		s += fmt.Sprintf(" disabled=%v", f.Disabled)
	}
	return s
}

func TestRequests(t *testing.T) {
	const agent = `user_agent: "a/1"`
	for _, tt := range []struct{ versions, message, want string }{
		{"1 2", `HELLO "a/1" {scheme: "basic", principal: "p", credentials: "c"}`, `HELLO a/1 auth={scheme: "basic", principal: "p", realm: ""}/c`},
		{"1 2", `ACK_FAILURE`, "ACK_FAILURE"},
		{"1 2", `RUN "RETURN 1" {a: 1}`, `RUN RETURN 1 {a: 1}`},
		{"1 2 3", `PULL`, "PULL -1 of -1"},
		{"1 2 3", `DISCARD`, "DISCARD -1 of -1"},
		{"1 4.4 6.1", `RESET`, "RESET"},
		{"3 5.4", `GOODBYE`, "GOODBYE"},
		{"3 5.4", `COMMIT`, "COMMIT"},
		{"3 5.4", `ROLLBACK`, "ROLLBACK"},
		{"5.1 6.1", `LOGOFF`, "LOGOFF"},

		{"3 4.4 5.0", `HELLO {` + agent + `, scheme: "none"}`, `HELLO a/1 auth={scheme: "none", principal: "", realm: ""}/`},
		{"3 4.4", `HELLO {` + agent + `, scheme: "basic", principal: "p", credentials: "c", realm: "native", routing: null}`, `HELLO a/1 auth={scheme: "basic", principal: "p", realm: "native"}/c`},
		{"4.1", `HELLO {` + agent + `, routing: {address: "h:1", policy: "x"}}`, `HELLO a/1 routing={address: "h:1", policy: "x"}`},
		{"4.4", `HELLO {` + agent + `, routing: {}}`, `HELLO a/1 routing={}`},
		{"4.3 4.4", `HELLO {` + agent + `, patch_bolt: ["new", "utc"]}`, "HELLO a/1 utc"},
		{"4.4", `HELLO {` + agent + `, patch_bolt: ["new"]}`, "HELLO a/1"},
		{"4.4", `HELLO {` + agent + `, patch_bolt: null}`, "HELLO a/1"},
		{"4.2 5.0", `HELLO {` + agent + `, patch_bolt: ["utc"]}`, "HELLO a/1"},
		{"5.1 5.2", `HELLO {` + agent + `, scheme: "basic", principal: "p"}`, "HELLO a/1"},
		{"5.3", `HELLO {` + agent + `, bolt_agent: {product: "p/1", language: "Go"}}`, `HELLO a/1 agent={product: "p/1", language: "Go"}`},
		{"5.2", `HELLO {` + agent + `, bolt_agent: 1}`, "HELLO a/1"},
		{"5.2", `HELLO {` + agent + `, notifications_minimum_severity: "WARNING", notifications_disabled_categories: ["HINT"]}`, "HELLO a/1 minimum=WARNING disabled=[HINT]"},
		{"5.2", `HELLO {` + agent + `, notifications_minimum_severity: null, notifications_disabled_categories: []}`, "HELLO a/1 disabled=[]"},
		{"5.2", `HELLO {` + agent + `, notifications_disabled_classifications: ["x"]}`, "HELLO a/1"},
		{"5.6", `HELLO {` + agent + `, bolt_agent: {product: "p"}, notifications_disabled_classifications: ["HINT", "SCHEMA"], notifications_disabled_categories: [1]}`, `HELLO a/1 agent={product: "p"} disabled=[HINT SCHEMA]`},
		{"4.4", `HELLO {` + agent + `, notifications_minimum_severity: "x", unknown: [1, {a: 2}]}`, "HELLO a/1"},

		{"5.1", `LOGON {scheme: "basic", principal: "p", credentials: "c"}`, `LOGON {scheme: "basic", principal: "p", realm: ""}/c null`},
		{"5.1", `LOGON {scheme: "bearer", credentials: "t", realm: null}`, `LOGON {scheme: "bearer", principal: "", realm: ""}/t null`},
		{"5.1", `LOGON {scheme: "own", parameters: {a: 1}}`, `LOGON {scheme: "own", principal: "", realm: ""}/ {a: 1}`},
		{"5.1", `LOGON {}`, `LOGON {scheme: "", principal: "", realm: ""}/ null`},

		{"3 5.4", `RUN "RETURN $x" {x: "v"} {}`, `RUN RETURN $x {x: "v"}`},
		{"5.4", `RUN "" {} null`, "RUN  {}"},
		{"5.4", `RUN "Q" null {}`, "RUN Q {}"},
		{"3", `RUN "Q" {} {bookmarks: ["a", "b"], tx_timeout: 1500, tx_metadata: {k: 1}, mode: "r", db: "d", imp_user: "u"}`, `RUN Q {} bookmarks=["a" "b"] timeout=1.5s metadata={k: 1} read`},
		{"4.0", `RUN "Q" {} {db: "d", imp_user: "u"}`, "RUN Q {} db=d"},
		{"4.4", `RUN "Q" {} {db: "d", imp_user: "u"}`, "RUN Q {} db=d as=u"},
		{"4.4", `RUN "Q" {} {bookmarks: null, tx_timeout: null, tx_metadata: null, mode: null, db: null, imp_user: null, tx_type: 1}`, "RUN Q {}"},
		{"5.4", `RUN "Q" {} {mode: "w", tx_timeout: 0}`, "RUN Q {} timeout=0s"},
		{"5.4", `RUN "Q" {} {tx_timeout: -1}`, "RUN Q {} timeout=-1ms"},
		{"5.4", `RUN "Q" {} {tx_timeout: 9223372036854775807}`, "RUN Q {} timeout=2562047h47m16.854s"},
		{"5.2", `RUN "Q" {} {notifications_minimum_severity: "OFF"}`, "RUN Q {} minimum=OFF"},
		{"5.4", `RUN "Q" {d: D(1), l: [1, "a"]} {db: "x"}`, `RUN Q {d: DATE(1,0), l: [1, "a"]} db=x`},

		{"3 5.8", `BEGIN {}`, "BEGIN"},
		{"5.8", `BEGIN {mode: "r", db: "d", notifications_disabled_classifications: []}`, "BEGIN read db=d disabled=[]"},

		{"4.0 5.4", `PULL {n: 1000}`, "PULL 1000 of -1"},
		{"4.0", `PULL {n: -1, qid: 3}`, "PULL -1 of 3"},
		{"4.0", `PULL {n: 1, qid: null, other: {}}`, "PULL 1 of -1"},
		{"4.0", `DISCARD {qid: -2, n: -1}`, "DISCARD -1 of -2"},

		{"4.3", `ROUTE {address: "h:1"} ["b"] "d"`, `ROUTE {address: "h:1"} ["b"] db=d as= address=h:1`},
		{"4.3", `ROUTE {} [] null`, `ROUTE {} [] db= as= address=`},
		{"4.4 5.4", `ROUTE {address: 1} [] {db: "d", imp_user: "u", x: 1}`, `ROUTE {address: 1} [] db=d as=u address=`},
		{"4.4", `ROUTE null null null`, `ROUTE {} [] db= as= address=`},

		{"5.4", `TELEMETRY 3`, "TELEMETRY 3"},
	} {
		message, err := bolttest.Parse(tt.message)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.FieldsSeq(tt.versions) {
			got, err := decoder(t, text).Decode(message, false)
			if err != nil {
				t.Errorf("Decode(%s) for %s: %v", tt.message, text, err)
			} else if s := describe(got); s != tt.want {
				t.Errorf("Decode(%s) for %s = %s, want %s", tt.message, text, s, tt.want)
			}
		}
	}
}

func TestRequestErrors(t *testing.T) {
	for _, tt := range []struct {
		versions, message string
		fault             bolt.RequestFault
		text              string
	}{
		{"3 5.4", `ACK_FAILURE`, bolt.RequestUnknown, "0x0E is unknown in Bolt"},
		{"1", `GOODBYE`, bolt.RequestUnknown, "0x02"},
		{"1", `BEGIN {}`, bolt.RequestUnknown, "0x11"},
		{"4.4 5.0", `LOGON {}`, bolt.RequestUnknown, "0x6A"},
		{"4.4 5.3", `TELEMETRY 1`, bolt.RequestUnknown, "0x54"},
		{"4.2", `ROUTE {} [] null`, bolt.RequestUnknown, "0x66"},
		{"5.4", `RECORD []`, bolt.RequestUnknown, "0x71"},
		{"5.4", `SUCCESS {}`, bolt.RequestUnknown, "0x70"},
		{"5.4", `RUN "Q"`, bolt.RequestFieldCount, "Illegal struct size: Expected struct to be 3 fields but got 1"},
		{"1", `RUN "Q" {} {}`, bolt.RequestFieldCount, "2 fields but got 3"},
		{"3", `PULL {n: 1}`, bolt.RequestFieldCount, "0 fields but got 1"},
		{"4.0", `PULL`, bolt.RequestFieldCount, "1 fields but got 0"},
		{"5.4", `RESET 1`, bolt.RequestFieldCount, "0 fields but got 1"},
		{"5.4", `RUN D(1) {} {}`, bolt.RequestType, `Illegal value for field "statement": Unexpected type: Expected STRING but got STRUCT`},
		{"5.4", `RUN null {} {}`, bolt.RequestMissing, `"statement"`},
		{"5.4", `RUN "Q" [] {}`, bolt.RequestType, `Illegal value for field "parameters": Unexpected type: Expected MAP but got LIST`},
		{"5.4", `RUN "Q" {} []`, bolt.RequestType, `field "extra": Unexpected type: Expected MAP but got LIST`},
		{"5.4", `RUN "Q" {n: N(1, [], {}, "x")} {}`, bolt.RequestStructure, "NODE"},
		{"5.4", `RUN "Q" {} {mode: "x"}`, bolt.RequestValue, `"mode"`},
		{"5.4", `RUN "Q" {} {mode: 1}`, bolt.RequestType, `"mode": Unexpected type: Expected STRING but got INT`},
		{"5.4", `RUN "Q" {} {tx_timeout: "1"}`, bolt.RequestType, `"tx_timeout"`},
		{"5.4", `RUN "Q" {} {tx_metadata: []}`, bolt.RequestType, `"tx_metadata"`},
		{"5.4", `RUN "Q" {} {bookmarks: "x"}`, bolt.RequestType, `"bookmarks"`},
		{"5.4", `RUN "Q" {} {bookmarks: [1]}`, bolt.RequestType, `"bookmarks"`},
		{"5.4", `RUN "Q" {} {db: 1}`, bolt.RequestType, `"db"`},
		{"5.4", `RUN "Q" {} {db: "a", db: "b"}`, bolt.RequestDuplicateKey, `Duplicate map key: "db"`},
		{"5.4", `BEGIN {x: 1, x: 2}`, bolt.RequestDuplicateKey, `Duplicate map key: "x"`},
		{"5.2", `BEGIN {notifications_minimum_severity: "LOUD"}`, bolt.RequestValue, "LOUD"},
		{"5.2", `BEGIN {notifications_disabled_categories: ["NONE"]}`, bolt.RequestValue, "NONE"},
		{"5.4", `PULL {}`, bolt.RequestMissing, `"n"`},
		{"5.4", `PULL {n: 0}`, bolt.RequestValue, `Illegal value for field "n": Expecting size to be at least 1, but got: 0`},
		{"5.4", `DISCARD {n: -2}`, bolt.RequestValue, "-2"},
		{"5.4", `PULL {n: "1"}`, bolt.RequestType, `"n"`},
		{"5.4", `PULL {n: 1, qid: 1.5}`, bolt.RequestType, `"qid"`},
		{"5.4", `TELEMETRY 4`, bolt.RequestValue, "Unknown driver interface type 4"},
		{"5.4", `TELEMETRY -1`, bolt.RequestValue, "-1"},
		{"5.4", `TELEMETRY "x"`, bolt.RequestType, `"api"`},
		{"3 5.0", `HELLO {}`, bolt.RequestMissing, `"user_agent"`},
		{"5.0", `HELLO {user_agent: ""}`, bolt.RequestMissing, `"user_agent"`},
		{"1", `HELLO "" {}`, bolt.RequestMissing, `"user_agent"`},
		{"1", `HELLO "a" 1`, bolt.RequestType, `"auth_token"`},
		{"5.3", `HELLO {user_agent: "a"}`, bolt.RequestMissing, `"bolt_agent"`},
		{"5.3", `HELLO {user_agent: "a", bolt_agent: {}}`, bolt.RequestMissing, "product"},
		{"5.3", `HELLO {user_agent: "a", bolt_agent: {product: 1}}`, bolt.RequestValue, "product"},
		{"5.3", `HELLO {user_agent: "a", bolt_agent: "x"}`, bolt.RequestType, `"bolt_agent"`},
		{"5.1", `LOGON {credentials: 1}`, bolt.RequestType, `"credentials"`},
		{"4.4", `ROUTE [] [] {}`, bolt.RequestType, `"routing"`},
		{"4.3", `ROUTE {} [] {}`, bolt.RequestType, `"db"`},
		{"4.4", `ROUTE {} [] "d"`, bolt.RequestType, `"extra"`},
	} {
		message, err := bolttest.Parse(tt.message)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.FieldsSeq(tt.versions) {
			got, err := decoder(t, text).Decode(message, false)
			var r *bolt.RequestError
			if !errors.As(err, &r) || r.Fault != tt.fault || !strings.Contains(r.Message, tt.text) || got != nil {
				t.Errorf("Decode(%s) for %s = %v, %v; want fault %d with %q", tt.message, text, got, err, tt.fault, tt.text)
			} else if r.Fatal() != (tt.fault == bolt.RequestUnknown) {
				t.Errorf("Decode(%s) for %s: Fatal() = %v", tt.message, text, r.Fatal())
			}
		}
	}
}

func TestMalformedRequests(t *testing.T) {
	deep := func(n int) string {
		return "B3 10 81 51 A1 81 78 " + strings.Repeat("91", n) + "C0 A0"
	}
	for _, tt := range []struct {
		name, wire string
		change     func(r *bolt.RequestDecoder)
		fault      bolt.RequestFault // 0: none
		text       string
	}{
		{"nothing", "", nil, bolt.RequestTruncated, "incomplete"},
		{"root is no structure", "2A", nil, bolt.RequestType, "Unexpected type: Expected STRUCT but got INT"},
		{"root is reserved", "C4", nil, bolt.RequestReserved, "Unexpected type: RESERVED"},
		{"no tag", "B0", nil, bolt.RequestTruncated, ""},
		{"cut in a field", "B3 10 8F 51", nil, bolt.RequestTruncated, ""},
		{"cut in parameters", "B3 10 81 51 A1 81", nil, bolt.RequestTruncated, ""},
		{"reserved value", "B3 10 81 51 A1 81 78 C7 A0", nil, bolt.RequestReserved, "Unexpected type: RESERVED"},
		{"UUID below 6.1", "B3 10 81 51 A1 81 78 E0 00112233445566778899AABBCCDDEEFF A0", nil, bolt.RequestReserved, "Unexpected type: UUID"},
		{"UUID at 6.1", "B3 10 81 51 A1 81 78 E0 00112233445566778899AABBCCDDEEFF A0", func(r *bolt.RequestDecoder) { r.Version = version(t, "6.1") }, 0, ""},
		{"key is no string", "B3 10 81 51 A1 2A 01 A0", nil, bolt.RequestType, "Expected STRING but got INT"},
		{"size beyond 2^31-1", "B3 10 D2 80000000 51", nil, bolt.RequestSize, "Value of size 2147483648 exceeded limit of 2147483647"},
		{"structure with a wide header", "DC 00 0F", nil, 0, ""},
		{"bytes behind", "B0 0F 00", nil, 0, ""},
		{"bytes behind, strictly", "B0 0F 00", func(r *bolt.RequestDecoder) { r.Strict = true }, bolt.RequestTrailing, "1 unexpected"},
		{"deep", deep(98), nil, 0, ""},
		{"too deep", deep(99), nil, bolt.RequestTooDeep, "nested deeper than 100"},
		{"too deep before login", deep(15), func(r *bolt.RequestDecoder) { r.Limits.Depth = 16 }, bolt.RequestTooDeep, "16"},
		{"not too deep before login", deep(14), func(r *bolt.RequestDecoder) { r.Limits.Depth = 16 }, 0, ""},
		{"too many items", "B3 10 81 51 A1 81 78 93 01 02 03 A0", func(r *bolt.RequestDecoder) { r.Limits.Items = 5 }, bolt.RequestTooMany, "5"},
		{"parameters are within the budget", "B3 10 81 51 A1 81 78 93 01 02 03 A0", nil, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := decoder(t, "5.4")
			if tt.change != nil {
				tt.change(r)
			}
			_, err := r.Decode(unhex(t, tt.wire), false)
			if tt.fault == 0 {
				if err != nil {
					t.Errorf("Decode(%.60s): %v", tt.wire, err)
				}
				return
			}
			var e *bolt.RequestError
			if !errors.As(err, &e) || e.Fault != tt.fault || !strings.Contains(e.Message, tt.text) {
				t.Errorf("Decode(%.60s): %v, want fault %d with %q", tt.wire, err, tt.fault, tt.text)
			} else if e.Fatal() != (tt.fault == bolt.RequestTruncated) {
				t.Errorf("Decode(%.60s): Fatal() = %v", tt.wire, e.Fatal())
			}
		})
	}
}

// TestRequestAppend decodes what clients of every version append.
func TestRequestAppend(t *testing.T) {
	list, _ := bolt.Versions("", "", true)
	for _, v := range list {
		for _, m := range samples(t, v) {
			wire, err := m.Append(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			r := bolt.RequestDecoder{Version: v, Strict: true}
			got, err := r.Decode(wire, false)
			if err != nil {
				t.Errorf("%s: %s: %v", v, bolttest.Format(wire), err)
				continue
			}
			again, err := got.(appender).Append(nil, v)
			if err != nil || !bytes.Equal(again, wire) {
				t.Errorf("%s: %s became %s, %v", v, bolttest.Format(wire), bolttest.Format(again), err)
			}
		}
	}
}

type appender interface {
	bolt.Request
	Append(dst []byte, v *bolt.Version) ([]byte, error)
}

// samples has one message of every kind that a version knows.
func samples(tb testing.TB, v *bolt.Version) []appender {
	tb.Helper()
	parameters, err := value(tb, `{a: 1, b: [null, "x"]}`, v)
	if err != nil {
		tb.Fatal(err)
	}
	agent, _ := value(tb, `{product: "p/1"}`, v)
	routing, _ := value(tb, `{address: "h:1"}`, v)
	x := bolt.TransactionExtra{
		Bookmarks: []string{"b1"}, Timeout: 1e9, HasTimeout: true, Metadata: parameters, ReadOnly: true,
		Filter: bolt.NotificationFilter{Minimum: bolt.SeverityWarning, Disabled: []string{"HINT"}, HasDisabled: true},
	}
	if !v.Transactions {
		x = bolt.TransactionExtra{}
	}
	if v.Filtering == bolt.FilterNone {
		x.Filter = bolt.NotificationFilter{}
	}
	if v.Databases {
		x.Database = "d"
	}
	if v.Impersonation {
		x.ImpersonatedUser = "u"
	}
	hello := &bolt.Hello{UserAgent: "a/1", Filter: x.Filter}
	if v.Login != bolt.LoginInit {
		hello.Routing = routing
	}
	auth := bolt.Auth{Scheme: "basic", Principal: "p", Credentials: "c", Realm: "r", Parameters: parameters}
	if v.Login != bolt.LoginLogon {
		hello.Auth = auth
	}
	if v.BoltAgent {
		hello.BoltAgent = agent
	}
	hello.PatchUTC = v.PatchUTC
	n, qid := bolt.AllRecords, bolt.LastQuery
	if v.Batches {
		n, qid = 7, 2
	}
	route := &bolt.Route{Context: routing, Bookmarks: []string{"b"}, Database: "d"}
	if v.RouteMap {
		route.ImpersonatedUser = "u"
	}
	all := []appender{
		hello, &bolt.Goodbye{}, &bolt.AckFailure{}, &bolt.Reset{},
		&bolt.Run{Query: "RETURN 1", Parameters: parameters, Extra: x}, &bolt.Begin{Extra: x},
		&bolt.Commit{}, &bolt.Rollback{}, &bolt.Discard{N: n, QID: qid}, &bolt.Pull{N: n, QID: qid},
		&bolt.Telemetry{API: 2}, route, &bolt.Logon{Auth: auth}, &bolt.Logoff{},
	}
	var known []appender
	for _, m := range all {
		if _, ok := v.Fields(m.Signature()); ok {
			known = append(known, m)
		}
	}
	return known
}

// TestRequestsDoNotLeak decodes a full message and then an empty one with the
// same decoder.
func TestRequestsDoNotLeak(t *testing.T) {
	r := decoder(t, "5.4")
	for _, text := range []string{
		`RUN "Q" {a: 1} {bookmarks: ["a"], tx_timeout: 1, tx_metadata: {k: 1}, mode: "r", db: "d", imp_user: "u", notifications_minimum_severity: "OFF", notifications_disabled_categories: ["HINT"]}`,
		`RUN "Q" {} {}`,
		`RUN "Q" {} {db: "d"}`,
		`RUN "Q" {} {db: null}`,
	} {
		message, _ := bolttest.Parse(text)
		got, err := r.Decode(message, false)
		if err != nil {
			t.Fatal(err)
		}
		want, err := decoder(t, "5.4").Decode(message, false)
		if err != nil || describe(got) != describe(want) {
			t.Errorf("Decode(%s) = %s, with a fresh decoder %s, %v", text, describe(got), describe(want), err)
		}
	}
}

func TestAuthHidesCredentials(t *testing.T) {
	a := bolt.Auth{Scheme: "basic", Principal: "ada", Credentials: "secret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, printed := range []any{a, &a, bolt.Logon{Auth: a}, []bolt.Auth{a}} {
			if s := fmt.Sprintf(verb, printed); strings.Contains(s, "secret") {
				t.Errorf("Sprintf(%q) = %s", verb, s)
			}
		}
	}
}

// TestOwnedMessages checks what aliases the message when it may, and that
// nothing does otherwise.
func TestOwnedMessages(t *testing.T) {
	for _, owned := range []bool{false, true} {
		message, _ := bolttest.Parse(`RUN "Q" {key: "text"} {db: "d"}`)
		r := decoder(t, "5.4")
		got, err := r.Decode(message, owned)
		if err != nil {
			t.Fatal(err)
		}
		clear(message)
		run := got.(*bolt.Run)
		f := run.Parameters.Map()[0]
		if run.Query != "Q" || run.Extra.Database != "d" {
			t.Errorf("owned %v: query %q, database %q", owned, run.Query, run.Extra.Database)
		}
		if aliases := f.Value.Str() != "text"; aliases != owned {
			t.Errorf("owned %v: parameter %q after the message is gone", owned, f.Value.Str())
		}
	}
}

func FuzzRequests(f *testing.F) {
	list, _ := bolt.Versions("", "", true)
	for i, v := range list {
		for _, m := range samples(f, v) {
			wire, _ := m.Append(nil, v)
			f.Add(uint8(i), wire)
		}
	}
	f.Fuzz(func(t *testing.T, number uint8, wire []byte) {
		v := list[int(number)%len(list)]
		r := bolt.RequestDecoder{Version: v, ZoneOffset: paris, Limits: packstream.Limits{Items: 10_000}}
		got, err := r.Decode(wire, false)
		if err != nil {
			var e *bolt.RequestError
			if !errors.As(err, &e) || e.Fault == 0 || e.Message == "" {
				t.Fatalf("Decode(%X): %v", wire, err)
			}
			return
		}
		again, err := got.(appender).Append(nil, v)
		if err != nil {
			t.Fatalf("Append(%s): %v", describe(got), err)
		}
		want := describe(got)
		second, err := r.Decode(again, false)
		if err != nil {
			t.Fatalf("Decode(%s), appended from %X: %v", bolttest.Format(again), wire, err)
		}
		if s := describe(second); s != want {
			t.Fatalf("Decode(%X) = %s, appended and decoded %s", wire, want, s)
		}
	})
}

func BenchmarkDecodeRun(b *testing.B) {
	for name, text := range map[string]string{
		"bare":       `RUN "RETURN 1" {} {}`,
		"database":   `RUN "RETURN 1" {} {mode: "r", db: "neo4j"}`,
		"parameters": `RUN "MATCH (n:Person {id: $id}) RETURN n.name" {id: 42, name: "Ada"} {db: "neo4j"}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			message, err := bolttest.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			r := decoder(b, "5.4")
			for b.Loop() {
				if _, err := r.Decode(message, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecodeParameters decodes large parameters, which values may alias,
// as the session does with what the reader gave away.
func BenchmarkDecodeParameters(b *testing.B) {
	numbers := packstream.AppendListHeader(nil, 10_000)
	for i := range 10_000 {
		numbers = packstream.AppendInt(numbers, int64(i))
	}
	rows := packstream.AppendListHeader(nil, 1000)
	for i := range 1000 {
		rows = packstream.AppendMapHeader(rows, 3)
		rows = packstream.AppendInt(packstream.AppendString(rows, "id"), int64(i))
		rows = packstream.AppendString(packstream.AppendString(rows, "name"), "a name of a person")
		rows = packstream.AppendFloat(packstream.AppendString(rows, "score"), float64(i))
	}
	for name, parameter := range map[string][]byte{
		"10000 integers": numbers,
		"1000 rows":      rows,
		"1 MiB string":   packstream.AppendString(nil, strings.Repeat("x", 1<<20)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			message := packstream.AppendStructHeader(nil, byte(bolt.SignatureRun), 3)
			message = packstream.AppendString(message, "RETURN $x")
			message = packstream.AppendString(packstream.AppendMapHeader(message, 1), "x")
			message = append(message, parameter...)
			message = packstream.AppendMapHeader(message, 0)
			b.SetBytes(int64(len(message)))
			r := decoder(b, "5.4")
			for b.Loop() {
				if _, err := r.Decode(message, true); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleRequestDecoder() {
	versions, _ := bolt.Versions("5.4", "5.4", false)
	d := bolt.RequestDecoder{Version: versions[0]}
	request, err := d.Decode([]byte{0xB1, 0x3F, 0xA1, 0x81, 'n', 0x0A}, false)
	if err != nil {
		panic(err)
	}
	switch m := request.(type) {
	case *bolt.Pull:
		fmt.Println("PULL", m.N)
	default:
		fmt.Println(m.Signature())
	}
	// Output: PULL 10
}
