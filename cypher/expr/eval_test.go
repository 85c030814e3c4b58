package expr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/semantics"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// compile makes an expression of a text; a, b, … z are columns of values.
func compile(text string) (*expr.Value, *expr.Compiler, error) {
	s, err := parser.Parse("WITH 1 AS a, 2 AS b, null AS n RETURN " + text + " AS result")
	if err != nil {
		return nil, nil, err
	}
	functions := function.NewTable()
	if _, err := semantics.Analyze(s, semantics.Catalog{Functions: functions}); err != nil {
		return nil, nil, err
	}
	clauses := s.Body.(*ast.Query).Parts[0].Clauses
	slots := make(map[*ast.Symbol]int)
	for i, item := range clauses[0].(*ast.With).Items {
		slots[item.Symbol] = i
	}
	k := &expr.Compiler{
		Slot: func(s *ast.Symbol) (int, expr.ColumnKind, bool) {
			slot, ok := slots[s]
			return slot, expr.Values, ok
		},
		Parameter: func(string) int { return 0 },
		Plan: func(ast.Expr, map[*ast.Symbol]int) (expr.Subplan, error) {
			return expr.Subplan{}, errors.New("no subqueries here")
		},
		Functions: functions,
		Key:       func(name string) *expr.Key { return &expr.Key{Name: name} },
		Label:     func(name string) *expr.Label { return &expr.Label{Name: name} },
		Type:      func(name string) *expr.Type { return &expr.Type{Name: name} },
	}
	v, err := k.Compile(clauses[1].(*ast.Return).Items[0].Expr)
	return v, k, err
}

// rows is two rows: a = 1, b = 2, n = null and a = 3, b = 4, n = null.
func rows() *expr.Batch {
	b := expr.NewBatch(3)
	b.Columns[0], b.Columns[1], b.Columns[2] = column(expr.Values, 1, 3), column(expr.Values, 2, 4), column(expr.Values, 0, 0)
	b.Columns[2].SetNull(0)
	b.Columns[2].SetNull(1)
	b.N = 2
	return b
}

func evaluate(text string) string {
	v, k, err := compile(text)
	if err != nil {
		return "error " + detail(err)
	}
	c := &expr.Context{
		Locals: make([]graph.Value, k.Locals), Function: &function.Context{},
		Parameters: []graph.Value{graph.Integer(9)},
	}
	out := make([]graph.Value, 2)
	if good, err := v.Column(c, rows(), out); err != nil {
		return fmt.Sprintf("%v then error %s", out[:good], detail(err))
	}
	return fmt.Sprint(out)
}

func detail(err error) string {
	if e, ok := errors.AsType[*expr.Error](err); ok {
		return e.Detail
	}
	if e, ok := errors.AsType[*ast.Error](err); ok {
		return string(e.Detail)
	}
	return err.Error()
}

func TestEvaluate(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a + b", "[3 7]"},
		{"a + 0.5", "[1.5 3.5]"},
		{"a - b * 2", "[-3 -5]"},
		{"-a", "[-1 -3]"},
		{"a + n", "[null null]"},
		{"'x' + a", `["x1" "x3"]`},
		{"[a] + b", "[[1, 2] [3, 4]]"},
		{"[1] + null", "[null null]"},
		{"6 / (a - 3)", "[-3] then error DivisionByZero"},
		{"9223372036854775807 * a", "[9223372036854775807] then error IntegerOverflow"},
		{"-9223372036854775807 - a - 1", "[] then error IntegerOverflow"},
		{"7 % a", "[0 1]"},
		{"-9223372036854775808 % -a", "[0 -2]"},
		{"2 ^ a", "[2.0 8.0]"},
		{"a < b", "[true true]"},
		{"a < n", "[null null]"},
		{"a <= 1 < b", "[true false]"},
		{"a = 1.0", "[true false]"},
		{"a <> 1", "[false true]"},
		{"a IN [1, n]", "[true null]"},
		{"a IN []", "[false false]"},
		{"n IS NULL AND a IS NOT NULL", "[true true]"},
		{"a = 1 OR n", "[true null]"},
		{"a = 1 AND n", "[null false]"},
		{"a = 1 XOR b = 2", "[false false]"},
		{"NOT (a = 1)", "[false true]"},
		{"'abc' STARTS WITH 'ab' AND 'abc' ENDS WITH 'bc' AND 'abc' CONTAINS 'b'", "[true true]"},
		{"'abc' STARTS WITH n", "[null null]"},
		{"'abc' =~ 'a.c' AND NOT 'abc' =~ 'a'", "[true true]"},
		{"'a' =~ toString('(')", "[] then error InvalidArgumentValue"},
		{"[10, 20, 30][a]", "[20 null]"},
		{"[10, 20, 30][-a]", "[30 10]"},
		{"[10, 20, 30][a..]", "[[20, 30] []]"},
		{"[10, 20, 30][..-a]", "[[10, 20] []]"},
		{"{k: a}.k", "[1 3]"},
		{"{k: a}['k']", "[1 3]"},
		{"{k: a, k: b}", "[{k: 2} {k: 4}]"},
		{"CASE a WHEN 1 THEN 'one' ELSE 'more' END", `["one" "more"]`},
		{"CASE a WHEN > 2 THEN 'big' END", `[null "big"]`},
		{"CASE WHEN a = 1 THEN b END", "[2 null]"},
		{"CASE a WHEN 1 THEN CASE b WHEN 2 THEN 'x' END WHEN 3 THEN 'y' END", `["x" "y"]`},
		{"[x IN [1, 2, 3] WHERE x > a | x * b]", "[[4, 6] []]"},
		{"[x IN n | x]", "[null null]"},
		{"[x IN [1, 2] | [y IN [a] | x + y]]", "[[[2], [3]] [[4], [5]]]"},
		{"all(x IN [1, 2] WHERE x >= a)", "[true false]"},
		{"any(x IN [1, n] WHERE x = a)", "[true null]"},
		{"none(x IN [1, 2] WHERE x = a)", "[false true]"},
		{"single(x IN [1, 1] WHERE x = a)", "[false false]"},
		{"reduce(s = 0, x IN [1, 2] | s + x * a)", "[3 9]"},
		{"coalesce(n, a)", "[1 3]"},
		{"size([a, b]) + size('ab')", "[4 4]"},
		{"a IS :: INTEGER", "[true true]"},
		{"a IS NOT :: STRING", "[true true]"},
		{"n IS :: INTEGER NOT NULL", "[false false]"},
		{"duration('P1D') * a", "[duration{Months:0 Days:1 Seconds:0 Nanos:0} duration{Months:0 Days:3 Seconds:0 Nanos:0}]"},
		{"date('2020-01-31') + duration({months: a}) > date('2020-03-01')", "[false true]"},
		{"{a: 1} {.a, b: b, .*}", "error UnexpectedSyntax"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got := strings.ReplaceAll(evaluate(tt.text), "  ", " ")
			if got != tt.want {
				t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestReads(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a", "[0]"},
		{"a + b", "[0 1]"},
		{"[x IN [1] | x + b]", "[1]"},
		{"1", "[]"},
	} {
		v, _, err := compile(tt.text)
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		if got := fmt.Sprint(v.Reads()); got != tt.want {
			t.Errorf("Reads(%s) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

// FuzzEvaluate looks for expressions that make the evaluation panic.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		"a + b", "[x IN [a, b, null] WHERE x > 1 | x]", "{a: [1, {b: 2}]}.a[1].b", "CASE a WHEN 1 THEN 2 END",
		"reduce(s = '', x IN ['a'] | s + x)", "[1, 2, 3][a..b]", "duration('P1Y') / 0", "9223372036854775807 + a",
		"toInteger('1') % 0", "date('2020-01-01') + duration('P1M')", "point({x: 1, y: a}).x", "'a' =~ '('",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		evaluate(text)
	})
}

func BenchmarkEvaluate(b *testing.B) {
	for _, text := range []string{"a * 2 + 1 > 3 AND a < 90000", "a + b", "CASE WHEN a = 1 THEN b ELSE a END"} {
		b.Run(text, func(b *testing.B) {
			v, k, err := compile(text)
			if err != nil {
				b.Fatal(err)
			}
			batch := expr.NewBatch(3)
			numbers := make([]int64, expr.MaxRows)
			for i := range numbers {
				numbers[i] = int64(i)
			}
			for i := range batch.Columns {
				batch.Columns[i] = column(expr.Values, numbers...)
			}
			batch.N = expr.MaxRows
			c := &expr.Context{Locals: make([]graph.Value, k.Locals), Function: &function.Context{}}
			out := make([]graph.Value, expr.MaxRows)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Column(c, batch, out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*expr.MaxRows), "ns/row")
		})
	}
}
