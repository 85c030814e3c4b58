package bolt_test

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// A turn is what the client sends, in one write, and what has to come back.
type turn struct{ send, want []string }

// TestRaw plays sessions in the versions that no driver of ours speaks. One
// server serves them all.
func TestRaw(t *testing.T) {
	s := binary.Start(t, binary.Options{Plaintext: true})
	for _, tt := range []struct {
		version string
		turns   []turn
	}{
		{"1", old},
		{"2", append(slices.Clip(old), turn{
			[]string{`RUN "RETURN $d AS d, $p AS p, $u AS u" {d: D(19000), p: X(7203, 1.0, 2.0), u: F(3600, 5, 3600)}`, "PULL"},
			[]string{"SUCCESS *", "RECORD [D(19000), X(7203, 1.0, 2.0), F(3600, 5, 3600)]", `SUCCESS {type: "r", result_consumed_after: *}`},
		})},
		{"3", three},
		{"4.0", four},
		{"4.1", four},
		{"4.2", four},
		{"6.0", append(slices.Clip(six), turn{
			[]string{`RUN "RETURN $v AS v" {v: V(#C8, #010203)} {}`, "PULL {n: -1}"},
			[]string{"SUCCESS *", "RECORD [V(#C8, #010203)]", "SUCCESS *"},
		})},
		{"6.1", append(slices.Clip(six), turn{
			[]string{`RUN "RETURN $u AS u" {u: uuid(00112233445566778899AABBCCDDEEFF)} {}`, "PULL {n: -1}"},
			[]string{"SUCCESS *", "RECORD [uuid(00112233445566778899AABBCCDDEEFF)]", "SUCCESS *"},
		})},
	} {
		t.Run(tt.version, func(t *testing.T) {
			c := bolttest.Dial(t, s.Address)
			c.Open(tt.version)
			c.Login("", "")
			for _, turn := range tt.turns {
				c.Send(turn.send...)
				c.Expect(turn.want...)
			}
		})
	}
	t.Run("manifest", func(t *testing.T) {
		c := bolttest.Dial(t, s.Address)
		manifest := strings.ToUpper(hex.EncodeToString(c.OpenManifest("6.1")))
		// 6.1 and 6.0, 5.8 to 5.6, 5.4 to 5.0, 4.4 to 4.0, then 3, 2 and 1; no
		// capabilities.
		const want = "000001FF06" + "00010106" + "00020805" + "00040405" + "00040404" + "00000003" + "00000002" + "00000001" + "00"
		if !sameRanges(manifest, want) {
			t.Errorf("manifest = %s, want the ranges of %s", manifest, want)
		}
		c.Login("", "")
		c.Send(`RUN "RETURN 1 AS x" {} {}`, "PULL {n: -1}")
		c.Expect("SUCCESS *", "RECORD [1]", "SUCCESS *")
	})
}

// sameRanges compares the ranges of two manifests in hex, whatever their number.
func sameRanges(got, want string) bool {
	if len(got) != len(want) || len(got) < 12 {
		return false
	}
	return got[:8] == want[:8] && got[10:] == want[10:]
}

// old is a session of Bolt 1 and 2: statements stand for transactions, failures
// are acknowledged.
var old = []turn{ //nolint:gochecknoglobals // a table that rows share
	{
		[]string{`RUN "UNWIND range(1, 2) AS x RETURN x" {}`, "PULL"},
		[]string{`SUCCESS {result_available_after: *, fields: ["x"]}`, "RECORD [1]", "RECORD [2]", `SUCCESS {type: "r", result_consumed_after: *}`},
	},
	{
		[]string{`RUN "BEGIN" {}`, "PULL", `RUN "CREATE (n:Old {a: 1})-[:TO]->(m) RETURN n" {}`, "PULL", `RUN "ROLLBACK" {}`, "PULL"},
		[]string{"SUCCESS *", "SUCCESS *", "SUCCESS *", `RECORD [N(*, ["Old"], {a: 1})]`, `SUCCESS *`, "SUCCESS *", "SUCCESS *"},
	},
	{
		[]string{`RUN "MATCH (n:Old) RETURN count(n) AS n" {}`, "DISCARD"},
		[]string{`SUCCESS {result_available_after: *, fields: ["n"]}`, `SUCCESS {type: "r", result_consumed_after: *}`},
	},
	{
		[]string{`RUN "RETRUN" {}`, "PULL", "ACK_FAILURE", `RUN "RETURN 1 AS x" {}`, "PULL"},
		[]string{
			`FAILURE {code: "Neo.ClientError.Statement.SyntaxError", message: *}`, "IGNORED", "SUCCESS {}",
			"SUCCESS *", "RECORD [1]", "SUCCESS *",
		},
	},
	{
		[]string{`RUN "RETRUN" {}`, "PULL"},
		[]string{"FAILURE *", "IGNORED"},
	},
	{[]string{"RESET"}, []string{"SUCCESS {}"}},
}

// three is a session of Bolt 3.
var three = []turn{ //nolint:gochecknoglobals // a table that rows share
	{
		[]string{`RUN "UNWIND range(1, 2) AS x RETURN x" {} {mode: "r", tx_metadata: {a: 1}, tx_timeout: 5000}`, "PULL"},
		[]string{`SUCCESS {t_first: *, fields: ["x"]}`, "RECORD [1]", "RECORD [2]", `SUCCESS {bookmark: *, type: "r", t_last: *}`},
	},
	{
		[]string{"BEGIN {bookmarks: []}", `RUN "CREATE (n:Three)-[:TO]->(m) RETURN 1 AS x" {} {}`, "PULL", "COMMIT"},
		[]string{"SUCCESS {}", `SUCCESS {t_first: *, fields: ["x"]}`, "RECORD [1]", `SUCCESS {*}`, `SUCCESS {bookmark: *}`},
	},
	{
		[]string{`RUN "UNWIND [1, 0] AS x RETURN 1 / x" {} {}`, "PULL"},
		[]string{"SUCCESS *", "RECORD [1]", `FAILURE {code: "Neo.ClientError.Statement.ArithmeticError", message: *}`},
	},
	{[]string{"RESET", "BEGIN {}", "ROLLBACK"}, []string{"SUCCESS {}", "SUCCESS {}", "SUCCESS {}"}},
}

// four is a session of Bolt 4.0 to 4.2: batches, statement numbers, databases.
var four = []turn{ //nolint:gochecknoglobals // a table that rows share
	{
		[]string{`RUN "UNWIND range(1, 3) AS x RETURN x" {} {db: "neo4j"}`, "PULL {n: 2}", "PULL {n: 1000}"},
		[]string{
			`SUCCESS {t_first: *, fields: ["x"]}`, "RECORD [1]", "RECORD [2]", "SUCCESS {has_more: true}", "RECORD [3]",
			`SUCCESS {has_more: false, bookmark: *, type: "r", t_last: *, db: "neo4j"}`,
		},
	},
	{
		[]string{
			"BEGIN {}", `RUN "UNWIND [1, 2] AS x RETURN x" {} {}`, `RUN "RETURN 3 AS y" {} {}`,
			"PULL {n: -1, qid: 0}", "DISCARD {n: -1, qid: 1}", "COMMIT",
		},
		[]string{
			"SUCCESS {}", `SUCCESS {t_first: *, fields: ["x"], qid: 0}`, `SUCCESS {t_first: *, fields: ["y"], qid: 1}`,
			"RECORD [1]", "RECORD [2]", `SUCCESS {has_more: false, type: "r", t_last: *, db: "neo4j"}`,
			`SUCCESS {has_more: false, type: "r", t_last: *, db: "neo4j"}`, `SUCCESS {bookmark: *}`,
		},
	},
	{
		[]string{`RUN "CALL dbms.routing.getRoutingTable($c, $d)" {c: {}, d: null} {db: "system"}`, "PULL {n: -1}"},
		[]string{
			`SUCCESS {t_first: *, fields: ["ttl", "servers"]}`,
			`RECORD [300, [{addresses: [*], role: "WRITE"}, {addresses: [*], role: "READ"}, {addresses: [*], role: "ROUTE"}]]`,
			"SUCCESS *",
		},
	},
	{
		[]string{`RUN "RETURN $t AS t" {t: F(3600, 5, 3600)} {}`, "PULL {n: -1}"},
		[]string{"SUCCESS *", "RECORD [F(3600, 5, 3600)]", "SUCCESS *"},
	},
}

// six is a session of Bolt 6: statuses, failures with records, UTC instants.
var six = []turn{ //nolint:gochecknoglobals // a table that rows share
	{
		[]string{`RUN "CREATE (n:Six {a: 1})-[r:TO]->() RETURN n, r, $t AS t" {t: I(0, 5, 3600)} {}`, "PULL {n: -1}"},
		[]string{
			`SUCCESS {t_first: *, fields: ["n", "r", "t"], db: "neo4j"}`,
			`RECORD [N(*, ["Six"], {a: 1}, *), R(*, *, *, "TO", {}, *, *, *), I(0, 5, 3600)]`,
			`SUCCESS {*statuses: [{gql_status: "00000", status_description: *}]*}`,
		},
	},
	{
		[]string{`RUN "RETRUN" {} {}`},
		[]string{
			`FAILURE {neo4j_code: "Neo.ClientError.Statement.SyntaxError", message: *, gql_status: "42001", description: *, diagnostic_record: {_classification: "CLIENT_ERROR", _position: *}, cause: {*}}`,
		},
	},
	{[]string{"RESET"}, []string{"SUCCESS {}"}},
	{
		[]string{"LOGOFF", `LOGON {scheme: "none"}`, "TELEMETRY 1", "BEGIN {}", "ROLLBACK", `ROUTE {} [] {}`},
		[]string{
			"SUCCESS {}", `SUCCESS {advertised_address: *}`, "SUCCESS {}", `SUCCESS {db: "neo4j"}`, "SUCCESS {}",
			`SUCCESS {rt: {ttl: 300, db: "neo4j", servers: *}}`,
		},
	},
}

// TestBookmarkSurvivesRestart takes a bookmark, kills the server and uses the
// bookmark with the next one.
func TestBookmarkSurvivesRestart(t *testing.T) {
	s := binary.Start(t, binary.Options{Plaintext: true})
	c := bolttest.Dial(t, s.Address)
	c.Open("5.4")
	c.Login("", "")
	c.Send(`RUN "CREATE (:Kept)" {} {}`, "PULL {n: -1}")
	c.Expect("SUCCESS *")
	mark := regexp.MustCompile(`DB1:[^"]+`).FindString(c.Receive())
	if mark == "" {
		t.Fatal("a write gave no bookmark")
	}
	s.Kill()
	s = binary.Start(t, binary.Options{Plaintext: true, Directory: s.Directory, Args: []string{"--bookmark-timeout-sec=0.2"}})
	c = bolttest.Dial(t, s.Address)
	c.Open("5.4")
	c.Login("", "")
	c.Send(`RUN "MATCH (k:Kept) RETURN count(k)" {} {bookmarks: ["`+mark+`"]}`, "PULL {n: -1}")
	c.Expect("SUCCESS *", "RECORD [1]", "SUCCESS *")
}
