package bolt_test

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	wire "github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
	"github.com/drawbolt/drawbolt/conformance/reference"
	"github.com/drawbolt/drawbolt/packstream"
)

// scripts are sent to both servers, message by message. What belongs to one
// version only is refused by both in the same way in the others.
var scripts = []struct { //nolint:gochecknoglobals // a table
	name     string
	messages []string
}{
	{"statement", []string{`RUN "UNWIND [1, 2.5, 'a', true, null] AS x RETURN x, [x] AS l, {k: x} AS m" {} {}`, "PULL {n: -1}"}},
	{"batches", []string{`RUN "UNWIND range(1, 3) AS x RETURN x" {} {}`, "PULL {n: 2}", "PULL {n: 2}"}},
	{"no rows", []string{`RUN "UNWIND [] AS x RETURN x" {} {}`, "PULL {n: -1}"}},
	{"write", []string{`RUN "CREATE (a:Shape {p: 1})-[r:TO {q: 2}]->(b:Shape) RETURN a, r, b" {} {}`, "PULL {n: -1}"}},
	{"write without rows", []string{`RUN "CREATE (:Shape)" {} {}`, "PULL {n: -1}"}},
	{"path", []string{`RUN "MATCH p = (:Shape)-[:TO]->() RETURN p LIMIT 1" {} {}`, "PULL {n: -1}"}},
	{"transaction", []string{"BEGIN {}", `RUN "RETURN 1 AS x" {} {}`, `RUN "RETURN 2 AS y" {} {}`, "PULL {n: -1, qid: 0}", "DISCARD {n: -1, qid: 1}", "COMMIT"}},
	{"rollback", []string{"BEGIN {}", `RUN "CREATE (:Shape)" {} {}`, "PULL {n: -1}", "ROLLBACK"}},
	{"temporal", []string{`RUN "RETURN date('2026-01-02') AS a, localtime('10:11:12') AS b, time('10:11:12+01:00') AS c, localdatetime('2026-01-02T03:04:05') AS d, datetime('2026-01-02T03:04:05+01:00') AS e, datetime('2026-01-02T03:04:05[Europe/Paris]') AS f, duration('P1M2DT3S') AS g, point({x: 1, y: 2}) AS h, point({latitude: 1, longitude: 2, height: 3}) AS i" {} {}`, "PULL {n: -1}"}},
	{"syntax error", []string{`RUN "RETRUN" {} {}`, "PULL {n: -1}", "RESET"}},
	{"failure while running", []string{`RUN "UNWIND [1, 0] AS x RETURN 1 / x AS y" {} {}`, "PULL {n: -1}", "RESET"}},
	{"failure in a transaction", []string{"BEGIN {}", `RUN "RETURN $missing" {} {}`, "COMMIT", "RESET"}},
	{"unknown database", []string{`RUN "RETURN 1" {} {db: "nope"}`, "RESET"}},
	{"bad bookmark", []string{`RUN "RETURN 1" {} {bookmarks: ["nonsense"]}`, "RESET"}},
	{"unknown statement", []string{"BEGIN {}", "PULL {n: -1, qid: 7}", "RESET"}},
	{"read only", []string{`RUN "CREATE ()" {} {mode: "r"}`, "RESET"}},
	{"fields", []string{"RUN 1 {} {}", "RESET", `RUN "RETURN 1" {a: 1, a: 2} {}`, "RESET"}},
	{"notification", []string{`RUN "MATCH (a:Shape), (b:Shape) RETURN count(*) AS n" {} {}`, "PULL {n: -1}"}},
	{"route", []string{`ROUTE {} [] {}`}},
	{"explain", []string{`RUN "EXPLAIN MATCH (n:Shape) RETURN n" {} {}`, "PULL {n: -1}"}},
	{"telemetry", []string{"TELEMETRY 1"}},
	{"wrong state", []string{"COMMIT"}},
}

// knownDifferences are answers that are not those of the reference server, by
// version and script; bolt/DESIGN.md gives the reasons.
func knownDifferences() []string {
	return []string{"4.0/route", "5.8/transaction"}
}

// TestReferenceScripts sends the same bytes to a real Neo4j and to drawbolt, and
// compares the messages, their keys, the types of their values and their order.
func TestReferenceScripts(t *testing.T) {
	neo4j := reference.Start(t, reference.Options{})
	ours := binary.Start(t, binary.Options{Plaintext: true})
	for _, version := range []string{"4.0", "4.4", "5.0", "5.4", "5.8"} {
		for _, s := range scripts {
			t.Run(version+"/"+strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
				want := play(t, neo4j.Address, version, s.messages)
				got := play(t, ours.Address, version, s.messages)
				for i := range min(len(want), len(got)) {
					if strings.Contains(want[i], "gql_status: 50N42") {
						want[i], got[i] = withoutStatus(want[i]), withoutStatus(got[i])
					}
				}
				diff := cmp.Diff(want, got)
				switch known := slices.Contains(knownDifferences(), version+"/"+s.name); {
				case diff != "" && !known:
					t.Errorf("(-neo4j +drawbolt)\n%s", diff)
				case diff == "" && known:
					t.Error("no difference any more: strike it from the list")
				}
			})
		}
	}
}

// withoutStatus leaves out what comes with a status that the reference server
// has for everything that it has not sorted yet.
func withoutStatus(shape string) string {
	return regexp.MustCompile(`cause, |diagnostic_record: \{(?:[^{}]|\{[^{}]*\})*\}, |gql_status: \w+, `).ReplaceAllString(shape, "")
}

// play sends messages one after the other and returns the shapes of the answers.
func play(t *testing.T, address, version string, messages []string) []string {
	t.Helper()
	c := bolttest.Dial(t, address)
	defer c.Close()
	c.Open(version)
	c.Login("", "")
	r := wire.NewReader(c.Conn, 1<<20)
	var shapes []string
	for _, m := range messages {
		if err := c.Conn.SetDeadline(time.Now().Add(3 * bolttest.Timeout)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Conn.Write(bolttest.Message(t, m)); err != nil {
			return append(shapes, "closed")
		}
		for {
			b, err := r.Next()
			if err, ok := err.(net.Error); ok && err.Timeout() { //nolint:errorlint // bare
				t.Fatalf("%s: no answer to %s", address, m)
			}
			if err != nil {
				return append(shapes, "closed")
			}
			shapes = append(shapes, shapeOf(packstream.NewDecoder(b), ""))
			if tag := b[1]; tag != 0x71 {
				break
			}
		}
	}
	return shapes
}

// shapeOf replaces values by their types, but keeps what has a meaning of its
// own: codes, states and types of statements.
func shapeOf(d *packstream.Decoder, key string) string {
	kind := d.Peek()
	switch kind { //nolint:exhaustive // the others are scalars
	case packstream.KindStruct:
		tag, n, err := d.StructHeader()
		if err != nil {
			return err.Error()
		}
		fields := make([]string, n)
		for i := range fields {
			fields[i] = shapeOf(d, key)
		}
		if tag >= 0x70 && key == "" {
			return wire.Signature(tag).String() + " " + strings.Join(fields, " ")
		}
		return fmt.Sprintf("%c(%s)", tag, strings.Join(fields, ", "))
	case packstream.KindList:
		n, err := d.ListHeader()
		if err != nil {
			return err.Error()
		}
		items := make([]string, n)
		for i := range items {
			items[i] = shapeOf(d, key+".")
		}
		return "[" + strings.Join(items, ", ") + "]"
	case packstream.KindMap:
		return shapeOfMap(d)
	case packstream.KindString:
		text, err := d.String()
		if err != nil {
			return err.Error()
		}
		switch strings.TrimRight(key, ".") {
		case "code", "neo4j_code", "gql_status", "type", "fields", "db", "severity", "category", "role", "_classification", "_severity":
			return text
		}
		return "String"
	}
	if err := d.Skip(); err != nil {
		return err.Error()
	}
	return kind.String()
}

func shapeOfMap(d *packstream.Decoder) string {
	n, err := d.MapHeader()
	if err != nil {
		return err.Error()
	}
	entries := make([]string, 0, n)
	for range n {
		key, err := d.String()
		if err != nil {
			return err.Error()
		}
		switch key {
		case "has_more":
			// We send it always, the reference only when it is true.
			if more, err := d.Bool(); err != nil || more {
				entries = append(entries, key)
			}
		case "plan", "cause":
			// The operators and the finer status are each server's own.
			if err := d.Skip(); err != nil {
				return err.Error()
			}
			entries = append(entries, key)
		default:
			entries = append(entries, key+": "+shapeOf(d, key))
		}
	}
	slices.Sort(entries)
	return "{" + strings.Join(entries, ", ") + "}"
}
