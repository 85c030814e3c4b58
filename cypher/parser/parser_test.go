package parser_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// The files in testdata hold statements and what they parse to:
//
//	tree    the tree, by types and fields that are not zero
//	print   the canonical spelling
//	error   the error with its snippet
//
// Each line of the input of tree and print is a statement.
func TestFiles(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		if strings.Contains(path, "fuzz") {
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			if d.Cmd == "error" {
				return faultOf(d.Input) + "\n"
			}
			var b strings.Builder
			for line := range strings.Lines(d.Input) {
				b.WriteString(answer(t, d.Cmd, strings.TrimSpace(line)))
				b.WriteByte('\n')
			}
			return b.String()
		})
	})
}

func answer(t *testing.T, command, text string) string {
	t.Helper()
	s, err := parser.Parse(text)
	if err != nil {
		return err.Error()
	}
	checkRoundTrip(t, s)
	checkSlots(t, text)
	switch command {
	case "tree":
		return dump(s.Body)
	case "print":
		return s.String()
	default:
		return "unknown command " + command
	}
}

func faultOf(text string) string {
	if _, err := parser.Parse(text); err != nil {
		return err.Error()
	}
	return "no error"
}

// checkRoundTrip fails when the printed statement parses to another tree.
func checkRoundTrip(t *testing.T, s *ast.Statement) {
	t.Helper()
	text := s.String()
	again, err := parser.Parse(text)
	if err != nil {
		t.Errorf("%s\nprints as %s\nwhich does not parse: %v", s.Text, text, err)
		return
	}
	if got, want := dump(again), dump(s); got != want {
		t.Errorf("%s\nprints as %s\nwhich parses to %s\nwant %s", s.Text, text, got, want)
	}
}

// dump prints a tree by the names of its types and of the fields that are not
// zero, without positions and source texts.
func dump(node any) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(node))
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dumpValue(b, v.Elem())
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(' ')
			}
			dumpValue(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.Struct:
		dumpStruct(b, v)
	case reflect.String:
		b.WriteString(v.String())
	default:
		if s, ok := reflect.TypeAssert[fmt.Stringer](v); ok {
			b.WriteString(s.String())
			return
		}
		fmt.Fprint(b, v.Interface())
	}
}

// literal prints a constant as it is written.
func literal(v graph.Value) string { return ast.String(&ast.Literal{Value: v}) }

func dumpStruct(b *strings.Builder, v reflect.Value) {
	b.WriteByte('(')
	b.WriteString(v.Type().Name())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "Span" || f.Name == "Text" || f.Name == "Source" {
			continue
		}
		if value, ok := reflect.TypeAssert[graph.Value](v.Field(i)); ok {
			b.WriteByte(' ')
			b.WriteString(literal(value))
			continue
		}
		if v.Field(i).IsZero() {
			continue
		}
		b.WriteByte(' ')
		switch v.Field(i).Kind() {
		case reflect.Bool:
			b.WriteString(f.Name)
		case reflect.Pointer, reflect.Interface, reflect.Struct:
			b.WriteString(f.Name)
			b.WriteByte(':')
			dumpValue(b, v.Field(i))
		default:
			b.WriteString(f.Name)
			b.WriteByte('=')
			dumpValue(b, v.Field(i))
		}
	}
	b.WriteByte(')')
}

func TestErrorFields(t *testing.T) {
	_, err := parser.Parse("MATCH (n)\n  WHERE é =\nRETURN n")
	var e *ast.Error
	if !errors.As(err, &e) {
		t.Fatalf("Parse returned %v, want an *ast.Error", err)
	}
	// RETURN is taken for a variable, so that the fault is the n behind it.
	if e.Line != 3 || e.Column != 8 || e.Offset != 30 {
		t.Errorf("position = %+v, want line 3, column 8, offset 30", e.Position)
	}
	if len(e.Expected) == 0 {
		t.Error("no expected tokens")
	}
	_, err = parser.Parse("RETURN 'é' # 1")
	if !errors.As(err, &e) || e.Column != 12 || e.Offset != 12 {
		t.Errorf("position = %+v, want column 12, offset 12", e.Position)
	}
}

func TestPositionsAndTexts(t *testing.T) {
	s, err := parser.Parse("MATCH (n) RETURN  cOuNt( * ), n . x  AS y")
	if err != nil {
		t.Fatal(err)
	}
	q, ok := s.Body.(*ast.Query)
	if !ok {
		t.Fatalf("body is %T, want a query", s.Body)
	}
	ret, ok := q.Parts[0].Clauses[1].(*ast.Return)
	if !ok {
		t.Fatalf("clause is %T, want RETURN", q.Parts[0].Clauses[1])
	}
	for i, want := range []struct{ text, name string }{{"cOuNt( * )", "cOuNt( * )"}, {"n . x", "y"}} {
		item := ret.Items[i]
		if item.Text != want.text || item.Name() != want.name {
			t.Errorf("item %d: Text = %q, Name() = %q; want %q, %q", i, item.Text, item.Name(), want.text, want.name)
		}
		if r := item.Expr.Range(); s.Text[r.Start:r.End] != want.text {
			t.Errorf("item %d: range covers %q, want %q", i, s.Text[r.Start:r.End], want.text)
		}
	}
}

// Nesting and chains are limited, so that no text exhausts the stack.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name, text string
	}{
		{"parentheses", "RETURN " + strings.Repeat("(", 100_000)},
		{"lists", "RETURN " + strings.Repeat("[", 100_000)},
		{"maps", "RETURN " + strings.Repeat("{a:", 100_000)},
		{"not", "RETURN " + strings.Repeat("NOT ", 100_000) + "true"},
		{"signs", "RETURN " + strings.Repeat("- ", 100_000) + "x"},
		{"sum", "RETURN 1" + strings.Repeat("+1", 100_000)},
		{"properties", "RETURN a" + strings.Repeat(".b", 100_000)},
		{"subqueries", strings.Repeat("CALL {", 100_000)},
		{"exists", "RETURN " + strings.Repeat("EXISTS { MATCH (n) WHERE ", 100_000)},
		{"foreach", strings.Repeat("FOREACH (x IN [] | ", 100_000)},
		{"groups", "MATCH " + strings.Repeat("(", 100_000)},
		{"labels", "MATCH (n:" + strings.Repeat("!", 100_000) + "A)"},
		{"label list", "MATCH (n" + strings.Repeat(":A", 100_000) + ")"},
		{"types", "RETURN 1 IS :: " + strings.Repeat("LIST<", 100_000)},
		{"type suffix", "RETURN 1 IS :: INTEGER" + strings.Repeat(" LIST", 100_000)},
		{"high and nested", "RETURN " + strings.Repeat("(", 400) + "1" + strings.Repeat(strings.Repeat("+1", 5000)+")", 400)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parser.Parse(tt.text)
			var e *ast.Error
			if !errors.As(err, &e) || e.Detail != ast.LimitExceeded {
				t.Errorf("Parse(%.20s…) = %v, want %s", tt.text, err, ast.LimitExceeded)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parser.Parse(text)
		if err != nil {
			var e *ast.Error
			if !errors.As(err, &e) || e.Message == "" || e.Offset > len(text) {
				t.Errorf("Parse(%q) = %#v, want a complete *ast.Error", text, err)
			}
			return
		}
		checkRoundTrip(t, s)
		checkSlots(t, text)
		ast.Walk(s, func(n ast.Node) bool {
			if r := n.Range(); r.Start < 0 || r.End < r.Start || int(r.End) > len(text) {
				t.Errorf("Parse(%q): %T has the range %v", text, n, r)
			}
			return true
		})
	})
}

var seeds = []string{
	"MATCH (n:Person {id: $id}) RETURN n.name AS name",
	"MATCH (a:A)-[r:R*1..3 {x: 1}]->(b) WHERE a.x > 1 AND NOT b:C|D RETURN *, count(*) ORDER BY a.x DESC SKIP 1 LIMIT 2;",
	"UNWIND $rows AS row MERGE (n:N {id: row.id}) ON CREATE SET n += row, n:L ON MATCH SET n.x = 1 WITH DISTINCT n WHERE n.x IS NOT NULL DETACH DELETE n",
	"RETURN [x IN [1, 2] WHERE x > 1 | x ^ 2], [(a)-->(b) | b.x], {a: 'b\\u0041', `c d`: -1.5e3}, CASE x WHEN 1, 2 THEN 3 WHEN > 4 THEN 5 ELSE 6 END",
	"CALL (x) { MATCH (y) RETURN y UNION ALL RETURN 1 AS y } IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE FOREACH (i IN [1] | CREATE (:A))",
	"MATCH p = SHORTEST 2 GROUPS (a)((b)-[:R]->(c) WHERE b.x = c.x){1,3}(d:!A&%), q = shortestPath((a)-[*]->(d)) RETURN EXISTS { (a)-->() }, COUNT { MATCH (a) RETURN a }",
	"CREATE INDEX i IF NOT EXISTS FOR ()-[r:T]-() ON (r.a, r.b) OPTIONS {a: 1}",
	"CREATE CONSTRAINT ON (n:L) ASSERT n.p IS TYPED STRING",
	"SHOW INDEXES YIELD name, type AS t WHERE t = 'RANGE' RETURN *",
	"MATCH (a)-[e:K *WSHORTEST 5 (r, n | r.w) total (r, n | n.x)]->(b) RETURN total",
	"EXPLAIN CYPHER 5 planner=cost USING HOPS LIMIT 5 MATCH (n) RETURN n QUERY MEMORY LIMIT 5 MB",
	"LOAD CSV WITH HEADERS FROM 'x' AS row FIELDTERMINATOR ';' RETURN row.a[1..][..2][0], x IS NOT :: LIST<INTEGER NOT NULL> | STRING",
	"SET DATABASE SETTING 'a' TO 'b'",
	"RETURN 1 < 2 <= 3, all(x IN y WHERE x), reduce(a = 0, x IN y | a + x), n {.a, .*, b: 1, c}, -1, - -1, NaN, 0x1F, 1_0, a STARTS WITH 'b' =~ 'c'",
}
