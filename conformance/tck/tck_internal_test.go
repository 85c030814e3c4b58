package tck // internal: the values and checks that decide what passes are not exported

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"

	messages "github.com/cucumber/messages/go/v21"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

func TestParseValue(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"null", "null"},
		{" true ", "true"},
		{"-12", "-12"},
		{"1.0", "1.0"},
		{"1e-3", "0.001"},
		{".5", "0.5"},
		{"NaN", "NaN"},
		{`'it\'s \\ \n'`, `'it\'s \\ \\n'`},
		{"[1, ['a'], []]", "[1, ['a'], []]"},
		{"{b: 1, a: {c: null}}", "{a: {c: null}, b: 1}"},
		{"{`a b`: 1}", "{a b: 1}"},
		{"()", "()"},
		{"(:B:A {p: 1})", "(:A:B {p: 1})"},
		{"({p: 1})", "({p: 1})"},
		{"[:T]", "[:T]"},
		{"[ :T {p: 'x'}]", "[:T {p: 'x'}]"},
		{"<(:A)-[:T]->()<-[:U {p: 1}]-({q: 2})>", "<(:A)-[:T]->()<-[:U {p: 1}]-({q: 2})>"},
		{"<()>", "<()>"},
		{"", "!value"},
		{"'open", "!no end"},
		{"[1", "!no ,"},
		{"1 2", "!more text"},
		{"(:)", "!no name"},
		{"<()-[:T]-()>", "!no ->"},
	} {
		v, err := parseValue(tt.text)
		if part, ok := strings.CutPrefix(tt.want, "!"); ok {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("parseValue(%q) = %v, %v; want an error with %q", tt.text, v, err, part)
			}
			continue
		}
		if err != nil || v.String() != tt.want {
			t.Errorf("parseValue(%q) = %v, %v; want %s", tt.text, v, err, tt.want)
		}
	}
}

func FuzzParseValue(f *testing.F) {
	for _, text := range []string{"(:A {p: [1, 'x']})", "<()-[:T]->()>", "[:T]", "{a: -1.5e3}", "'\\''"} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parseValue(text) })
}

// TestEqual compares expected texts with what a driver returns.
func TestEqual(t *testing.T) {
	a := dbtype.Node{ElementId: "a", Labels: []string{"B", "A"}, Props: map[string]any{"p": int64(1)}}
	b := dbtype.Node{ElementId: "b"}
	r := dbtype.Relationship{StartElementId: "a", EndElementId: "b", Type: "T"}
	berlin := time.FixedZone("Europe/Berlin", 3600)
	for _, tt := range []struct {
		name string
		want string
		got  any
		bags bool
		ok   bool
	}{
		{"null", "null", nil, false, true},
		{"null is not false", "null", false, false, false},
		{"integer", "1", int64(1), false, true},
		{"integer is not float", "1", 1.0, false, false},
		{"float is not integer", "1.0", int64(1), false, false},
		{"NaN", "NaN", math.NaN(), false, true},
		{"negative zero", "0.0", math.Copysign(0, -1), false, true},
		{"string", "'a'", "a", false, true},
		{"string is not a list", "[1, 2]", "[1, 2]", false, false},
		{"list", "[1, 2]", []any{int64(1), int64(2)}, false, true},
		{"list in another order", "[2, 1]", []any{int64(1), int64(2)}, false, false},
		{"bag", "[2, 1]", []any{int64(1), int64(2)}, true, true},
		{"bag with another count", "[1, 1, 2]", []any{int64(1), int64(2), int64(2)}, true, false},
		{"map", "{a: 1}", map[string]any{"a": int64(1)}, false, true},
		{"map with more", "{a: 1}", map[string]any{"a": int64(1), "b": nil}, false, false},
		{"node", "(:A:B {p: 1})", a, false, true},
		{"node with another label", "(:A {p: 1})", a, false, false},
		{"node with another property", "(:A:B)", a, false, false},
		{"relationship", "[:T]", r, false, true},
		{"relationship of another type", "[:U]", r, false, false},
		{"path", "<(:A:B {p: 1})-[:T]->()>", dbtype.Path{Nodes: []dbtype.Node{a, b}, Relationships: []dbtype.Relationship{r}}, false, true},
		{"path backwards", "<()<-[:T]-(:A:B {p: 1})>", dbtype.Path{Nodes: []dbtype.Node{b, a}, Relationships: []dbtype.Relationship{r}}, false, true},
		{"path in the wrong direction", "<(:A:B {p: 1})<-[:T]-()>", dbtype.Path{Nodes: []dbtype.Node{a, b}, Relationships: []dbtype.Relationship{r}}, false, false},
		{
			"path that returns", "<(:A:B {p: 1})-[:T]->()<-[:T]-(:A:B {p: 1})>",
			dbtype.Path{Nodes: []dbtype.Node{a, b}, Relationships: []dbtype.Relationship{r, r}},
			false, true,
		},
		{"date", "'1984-10-11'", dbtype.Date(time.Date(1984, 10, 11, 0, 0, 0, 0, time.UTC)), false, true},
		{"date of a large year", "'+12345-01-01'", dbtype.Date(time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)), false, true},
		{"time", "'12:30+01:00'", dbtype.Time(time.Date(0, 1, 1, 12, 30, 0, 0, time.FixedZone("Offset", 3600))), false, true},
		{"local time", "'12:30:00.100'", dbtype.LocalTime(time.Date(0, 1, 1, 12, 30, 0, 1e8, time.Local)), false, true},
		{"local date-time", "'1984-10-11T12:30:05.000000001'", dbtype.LocalDateTime(time.Date(1984, 10, 11, 12, 30, 5, 1, time.Local)), false, true},
		{"date-time", "'1984-10-11T12:30-00:30:15'", time.Date(1984, 10, 11, 12, 30, 0, 0, time.FixedZone("Offset", -1815)), false, true},
		{"zone", "'1984-10-11T12:30+01:00[Europe/Berlin]'", time.Date(1984, 10, 11, 12, 30, 0, 0, berlin), false, true},
		{"zone with the driver's own offset", "'1984-10-11T12:00+00:30[Europe/Berlin]'", time.Date(1984, 10, 11, 12, 30, 0, 0, berlin), false, true},
		{"another instant", "'1984-10-11T12:30+02:00[Europe/Berlin]'", time.Date(1984, 10, 11, 12, 30, 0, 0, berlin), false, false},
		{"another zone", "'1984-10-11T12:30+01:00[Europe/Paris]'", time.Date(1984, 10, 11, 12, 30, 0, 0, berlin), false, false},
		{"duration", "'P1Y2M-3DT-1M-0.001S'", dbtype.Duration{Months: 14, Days: -3, Seconds: -61, Nanos: 999_000_000}, false, true},
		{"empty duration", "'PT0S'", dbtype.Duration{}, false, true},
		{"another duration", "'P1D'", dbtype.Duration{Seconds: 86400}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := parseValue(tt.want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fromDriver(tt.got)
			if err != nil {
				t.Fatal(err)
			}
			if ok := equal(want, got, tt.bags); ok != tt.ok {
				t.Errorf("equal(%s, %s) = %t, want %t", want, got, ok, tt.ok)
			}
		})
	}
}

func TestCompareRows(t *testing.T) {
	for _, tt := range []struct {
		name          string
		want, got     string // lists of rows
		ordered, bags bool
		ok            bool
	}{
		{"any order", "[[1], [2]]", "[[2], [1]]", false, false, true},
		{"in order", "[[1], [2]]", "[[2], [1]]", true, false, false},
		{"fewer", "[[1], [2]]", "[[1]]", false, false, false},
		{"more", "[[1]]", "[[1], [1]]", false, false, false},
		{"other counts", "[[1], [1], [2]]", "[[1], [2], [2]]", false, false, false},
		{"cells keep their places", "[[1, 2]]", "[[2, 1]]", false, true, false},
		{"lists in cells do not", "[[[1, 2], 3]]", "[[[2, 1], 3]]", true, true, true},
		{"none", "[]", "[]", true, false, true},
	} {
		want, err := parseValue(tt.want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseValue(tt.got)
		if err != nil {
			t.Fatal(err)
		}
		if err := compareRows(want.items, got.items, tt.ordered, tt.bags); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want success %t", tt.name, err, tt.ok)
		}
	}
}

func TestCheckError(t *testing.T) {
	failure := &neo4j.Neo4jError{Code: "Neo.ClientError.Statement.SyntaxError", Msg: "UndefinedVariable: x"}
	for _, tt := range []struct {
		name, step string
		err        error
		o          Options
		want       string // part of the reason
	}{
		{name: "any failure", step: "a TypeError should be raised at runtime: InvalidArgumentType", err: failure},
		{name: "none", step: "a TypeError should be raised at runtime: InvalidArgumentType", want: "no error"},
		{name: "type and detail", step: "a SyntaxError should be raised at any time: UndefinedVariable", err: failure, o: Options{Type: true, Detail: true, Phase: true}},
		{name: "any detail", step: "a SyntaxError should be raised at any time: *", err: failure, o: Options{Detail: true}},
		{name: "another type", step: "a TypeError should be raised at any time: UndefinedVariable", err: failure, o: Options{Type: true}, want: "the code is"},
		{name: "another detail", step: "a SyntaxError should be raised at any time: VariableAlreadyBound", err: failure, o: Options{Detail: true}, want: "the message is"},
		{name: "a bug of the server", step: "a SyntaxError should be raised at any time: *", err: &neo4j.Neo4jError{Code: "Neo.DatabaseError.General.UnknownError"}, o: Options{Type: true}, want: "server failed"},
		{name: "a lost connection", step: "a SyntaxError should be raised at any time: *", err: io.ErrUnexpectedEOF, want: "EOF"},
		{name: "unknown words", step: "a SyntaxError should be raised", err: failure, want: "does not know"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{o: tt.o, err: tt.err}
			err := r.checkError(t.Context(), tt.step)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("checkError(%s) = %v, want %q", tt.step, err, tt.want)
			}
		})
	}
}

func TestCheckEffects(t *testing.T) {
	before, after := snapshot{}, snapshot{
		nodes: map[string]bool{"n1": true}, labels: map[string]bool{"A": true},
		properties: map[string]bool{"n1 p 1": true, "n1 q 2": true},
	}
	table := func(cells ...string) *messages.PickleTable {
		out := &messages.PickleTable{}
		for i := 0; i < len(cells); i += 2 {
			out.Rows = append(out.Rows, &messages.PickleTableRow{Cells: []*messages.PickleTableCell{{Value: cells[i]}, {Value: cells[i+1]}}})
		}
		return out
	}
	for _, tt := range []struct {
		name          string
		before, after snapshot
		table         *messages.PickleTable
		ok            bool
	}{
		{"created", before, after, table("+nodes", "1", "+labels", "1", "+properties", "2"), true},
		{"deleted", after, before, table("-nodes", "1", "-labels", "1", "-properties", "2"), true},
		{"nothing", after, after, nil, true},
		{"nothing expected", before, after, nil, false},
		{"one not named", before, after, table("+nodes", "1", "+labels", "1"), false},
		{"another count", before, after, table("+nodes", "2", "+labels", "1", "+properties", "2"), false},
	} {
		r := &runner{before: tt.before, after: tt.after}
		if err := r.checkEffects(tt.table); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want success %t", tt.name, err, tt.ok)
		}
	}
}

// TestScenarios compiles a small feature with a background and examples.
func TestScenarios(t *testing.T) {
	const feature = `Feature: Some
  Background:
    Given an empty graph
  Scenario: [1] One
    When executing query:
      """
      RETURN 1
      """
  Scenario Outline: [2] Two <x>
    When executing query:
      """
      RETURN <x>
      """
    Examples:
      | x |
      | 1 |
      | 2 |
  @ignore
  Scenario: [3] Three
    When executing query:
      """
      RETURN 3
      """
`
	got, err := scenarios("clauses/some/Some1.feature", []byte(feature))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range got {
		ids = append(ids, s.Area+"/"+s.ID)
		if len(s.steps) != 2 || s.steps[0].Text != "an empty graph" {
			t.Errorf("%s has %d steps", s.ID, len(s.steps))
		}
	}
	if list, want := strings.Join(ids, " "), "clauses/some/Some1[1] clauses/some/Some1[2] clauses/some/Some1[2]#2"; list != want {
		t.Errorf("scenarios are %s, want %s", list, want)
	}
}
