package semantics_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/semantics"
)

// The files in testdata hold statements and what the analysis says:
//
//	symbols  kind, columns, parameters, and the type of each column
//	error    class and error, one statement a line
func TestFiles(t *testing.T) {
	catalog := testCatalog()
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		if strings.Contains(path, "fuzz") {
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			t.Helper()
			var b strings.Builder
			for line := range strings.Lines(d.Input) {
				b.WriteString(answer(t, d.Cmd, strings.TrimSpace(line), catalog))
				b.WriteByte('\n')
			}
			return b.String()
		})
	})
}

func answer(t *testing.T, command, text string, catalog semantics.Catalog) string {
	t.Helper()
	s, err := parser.Parse(text)
	if err != nil {
		return "parser: " + err.Error()
	}
	info, err := semantics.Analyze(s, catalog)
	switch command {
	case "symbols":
		if err != nil {
			return err.Error()
		}
		checkComplete(t, s, info)
		return describe(s, info)
	case "error":
		if e, ok := err.(*ast.Error); ok { //nolint:errorlint // Analyze returns it unwrapped
			return fmt.Sprintf("%s %s at %d: %s", e.Class, e.Detail, e.Offset, e.Message)
		}
		return "no error"
	default:
		return "unknown command " + command
	}
}

func describe(s *ast.Statement, info *semantics.Info) string {
	var b strings.Builder
	b.WriteString(info.Kind.String())
	types := make(map[string]ast.Type)
	ast.Walk(s, func(n ast.Node) bool {
		if r, ok := n.(*ast.Return); ok {
			for _, item := range r.Columns() {
				types[item.Name()] = item.Symbol.Type
			}
		}
		return true
	})
	for _, c := range info.Columns {
		fmt.Fprintf(&b, " %s", c)
		if t, ok := types[c]; ok {
			null := ""
			if t.May(ast.TypeNull) {
				null = "?"
			}
			fmt.Fprintf(&b, ":%s%s", t, null)
		}
	}
	for _, p := range info.Parameters {
		fmt.Fprintf(&b, " $%s", p)
	}
	for _, n := range info.Notifications {
		fmt.Fprintf(&b, " !%d %s", n.Kind, n.Subject)
	}
	return strings.TrimSpace(b.String())
}

// checkComplete fails when the analysis left a variable or a pattern without
// its symbol, or gave two symbols the same number.
func checkComplete(t *testing.T, s *ast.Statement, info *semantics.Info) {
	t.Helper()
	byID := make(map[int]*ast.Symbol)
	check := func(n ast.Node, symbol *ast.Symbol) {
		if symbol == nil {
			t.Errorf("%s: %T %s has no symbol", s.Text, n, ast.String(n))
			return
		}
		if other, ok := byID[symbol.ID]; ok && other != symbol || symbol.ID >= info.Symbols {
			t.Errorf("%s: the symbol %+v is not unique below %d", s.Text, symbol, info.Symbols)
		}
		byID[symbol.ID] = symbol
	}
	ast.Walk(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Use:
			return false
		case *ast.Variable:
			check(n, n.Symbol)
		case *ast.NodePattern:
			check(n, n.Symbol)
		case *ast.RelPattern:
			check(n, n.Symbol)
		case *ast.Item:
			check(n, n.Symbol)
		case *ast.YieldItem:
			check(n, n.Symbol)
		}
		return true
	})
}

// testCatalog has all functions and a few procedures.
func testCatalog() semantics.Catalog {
	text, number := ast.Of(ast.TypeString), ast.Of(ast.TypeInteger)
	procedures := map[string]semantics.Procedure{
		"db.labels": {Signature: &function.Signature{
			Name: "db.labels", Outputs: []function.Output{{Name: "label", Type: text}},
		}},
		"test.find": {Signature: &function.Signature{
			Name:       "test.find",
			Parameters: []function.Parameter{{Name: "name", Type: text}, {Name: "least", Type: ast.Of(ast.TypeFloat), Optional: true}},
			Outputs:    []function.Output{{Name: "node", Type: ast.Of(ast.TypeNode)}, {Name: "score", Type: number}},
		}},
		"test.write": {Writes: true, Signature: &function.Signature{Name: "test.write", Deprecated: "test.newer"}},
	}
	return semantics.Catalog{
		Functions: function.NewTable(),
		Procedure: func(name string) (semantics.Procedure, bool) {
			p, ok := procedures[name]
			return p, ok
		},
		Show: func(statement string) ([]semantics.Column, bool) {
			return []semantics.Column{
				{Output: function.Output{Name: "name", Type: text}},
				{Output: function.Output{Name: "type", Type: text}},
				{Output: function.Output{Name: "options", Type: text}, Extra: true},
			}, statement == "SHOW INDEXES"
		},
	}
}

func FuzzAnalyze(f *testing.F) {
	catalog := testCatalog()
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parser.Parse(text)
		if err != nil {
			return
		}
		info, err := semantics.Analyze(s, catalog)
		if err == nil {
			checkComplete(t, s, info)
		}
		// The printed statement means the same.
		again, parseErr := parser.Parse(s.String())
		if parseErr != nil {
			return
		}
		_, second := semantics.Analyze(again, catalog)
		if (err == nil) != (second == nil) && !aboutNames(err) && !aboutNames(second) {
			t.Errorf("%q: %v\nprinted %q: %v", text, err, s.String(), second)
		}
	})
}

// aboutNames reports whether an error is about the names of columns, which
// are the text of an expression without an alias.
func aboutNames(err error) bool {
	var e *ast.Error
	return errors.As(err, &e) && (e.Detail == ast.ColumnNameConflict || e.Detail == ast.DifferentColumnsInUnion)
}

var seeds = []string{
	"MATCH (a:A)-[r:R*1..3]->(b) WHERE a.x > 1 WITH a, count(b) AS c ORDER BY a.x + c, count(b) RETURN *",
	"MATCH (a) CALL (a) { MATCH (a)-->(b) RETURN b UNION RETURN 1 AS b } RETURN EXISTS { (a)-->(b) }, [x IN [1] | x + 1]",
	"CREATE (a)-[r:R]->(b) MERGE (a)-[:S]->(c) SET a.x = 1 DELETE r FOREACH (i IN [1] | CREATE (:A {x: i}))",
	"MATCH (a)((b)-[r]->(c) WHERE b.x){1,2}(d) RETURN b, r, reduce(s = 0, x IN [1] | s + x), CASE a WHEN 1 THEN 2 END",
	"CALL test.find('a') YIELD node AS n, score WHERE score > 1 RETURN n.x LIMIT $l",
	"UNWIND [1, 2.0, 'a'] AS x WITH DISTINCT x.y AS z WHERE x.y > 1 RETURN z ORDER BY z SKIP 1",
}

func BenchmarkAnalyze(b *testing.B) {
	catalog := testCatalog()
	for _, bb := range []struct{ name, text string }{
		{"point", "MATCH (n:Person {id: $id}) RETURN n"},
		{"aggregation", "MATCH (p:Person)-[:LIVES_IN]->(c:City) WHERE p.age >= 18 AND p.age < 65 WITH c, count(p) AS people, avg(p.age) AS age WHERE people > 10 RETURN c.name AS city, people, age ORDER BY people DESC, city LIMIT 20"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s, err := parser.Parse(bb.text)
				b.StartTimer()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := semantics.Analyze(s, catalog); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The longest chain that the parser lets through must not take long or a deep
// stack here.
func TestLongChains(t *testing.T) {
	sum := "n.x" + strings.Repeat(" + n.x", 9000)
	or := "n.x" + strings.Repeat(" OR n.x", 9000)
	for _, text := range []string{
		"MATCH (n) WHERE " + or + " RETURN " + sum + " AS s",
		"MATCH (n) RETURN n.x AS x, count(*) + " + sum + " AS s",
		"MATCH (n) RETURN DISTINCT n.x AS x ORDER BY " + sum,
	} {
		s, err := parser.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := semantics.Analyze(s, testCatalog()); err != nil {
			t.Errorf("%.60s…: %v", text, err)
		}
	}
}
