package ast_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func number(n int64) *ast.Literal { return &ast.Literal{Value: graph.Integer(n)} }

func variable(name string) *ast.Variable { return &ast.Variable{Name: name} }

// Parentheses must stand exactly where the tree needs them; the round trips of
// the parser's tests cover the rest of the language.
func TestStringParentheses(t *testing.T) {
	a, b, c := variable("a"), variable("b"), variable("c")
	binary := func(op ast.Op, l, r ast.Expr) ast.Expr { return &ast.Binary{Op: op, Left: l, Right: r} }
	for _, tt := range []struct {
		name string
		node ast.Node
		want string
	}{
		{"left to right", binary(ast.Subtract, binary(ast.Subtract, a, b), c), "a - b - c"},
		{"right first", binary(ast.Subtract, a, binary(ast.Subtract, b, c)), "a - (b - c)"},
		{"tighter inside", binary(ast.Add, a, binary(ast.Multiply, b, c)), "a + b * c"},
		{"looser inside", binary(ast.Multiply, binary(ast.Add, a, b), c), "(a + b) * c"},
		{"no chain", binary(ast.Less, binary(ast.Less, a, b), c), "(a < b) < c"},
		{"chain", &ast.Comparison{Operands: []ast.Expr{a, b, c}, Ops: []ast.Op{ast.Less, ast.LessEqual}}, "a < b <= c"},
		{"not", &ast.Unary{Op: ast.Not, X: binary(ast.And, a, b)}, "NOT (a AND b)"},
		{"negated number", &ast.Unary{Op: ast.Negate, X: number(1)}, "-(1)"},
		{"negative number", number(-1), "-1"},
		{"property of a number", &ast.Property{Subject: number(1), Key: "x"}, "(1).x"},
		{"property of a sum", &ast.Property{Subject: binary(ast.Add, a, b), Key: "x"}, "(a + b).x"},
		{"is null", &ast.Unary{Op: ast.IsNull, X: binary(ast.Or, a, b)}, "(a OR b) IS NULL"},
		{"text", &ast.Literal{Value: graph.String("a'\\\n")}, `'a\'\\\n'`},
		{"whole float", &ast.Literal{Value: graph.Float(2)}, "2.0"},
		{"labels", &ast.LabelAnd{Left: &ast.LabelOr{Left: &ast.LabelName{Name: "A"}, Right: &ast.LabelName{Name: "B"}}, Right: &ast.LabelNot{X: &ast.LabelWildcard{}}}, "(A|B)&!%"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ast.String(tt.node); got != tt.want {
				t.Errorf("String() = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestStringQuotesNames(t *testing.T) {
	for name, want := range map[string]string{
		"n": "n", "_1": "_1", "a b": "`a b`", "a`b": "`a``b`", "1a": "`1a`", "match": "`match`",
		"inf": "`inf`", "å": "`å`", "": "``", "rows": "rows",
	} {
		if got := ast.String(variable(name)); got != want {
			t.Errorf("variable %q prints as %s, want %s", name, got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	for _, tt := range []struct {
		name string
		t    ast.Type
		want string
	}{
		{"nothing", ast.Type{}, "Nothing"},
		{"null", ast.Of(ast.TypeNull), "Null"},
		{"any", ast.Of(ast.TypeAny), "Any"},
		{"one", ast.Of(ast.TypeInteger), "Integer"},
		{"nullable", ast.Of(ast.TypeInteger).Nullable(), "Integer"},
		{"union", ast.Of(ast.TypeNumber).Union(ast.Of(ast.TypeString)), "Integer, Float or String"},
		{"property", ast.Of(ast.TypeProperty).Nullable(), "property value"},
		{"list", ast.ListOf(ast.TypeString), "List<String>"},
		{"any list", ast.Of(ast.TypeList), "List"},
		{"element", ast.ListOf(ast.TypeNode).Element(), "Node"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.t.String(); got != tt.want {
				t.Errorf("String() = %s, want %s", got, tt.want)
			}
		})
	}
	nullable := ast.Of(ast.TypeNode).Nullable()
	if !nullable.Is(ast.TypeEntity) || nullable.Is(ast.TypeRelationship) || !nullable.May(ast.TypeNull) {
		t.Errorf("a nullable node must be an entity that may be null: %v", nullable)
	}
	if ast.Of(ast.TypeNull).Is(ast.TypeNode) {
		t.Error("null alone is no node")
	}
}

func TestErrorText(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tt := range []struct {
		name, text string
		offset     int32
		want       []string
	}{
		{"start", "RETURN", 0, []string{"Detail: message (line 1, column 1 (offset: 0))", `"RETURN"`, ` ^`}},
		{"second line", "RETURN\n\té!", 10, []string{"Detail: message (line 2, column 3 (offset: 10))", `" é!"`, `   ^`}},
		{"end", "ab\r\n", 4, []string{"Detail: message (line 2, column 1 (offset: 4))", `""`, ` ^`}},
		{"beyond the end", "ab", 99, []string{"Detail: message (line 1, column 3 (offset: 2))", `"ab"`, `   ^`}},
		{"long", long + "!" + long, 100, []string{
			"Detail: message (line 1, column 101 (offset: 100))",
			`"...` + long[:60] + "!" + long[:59] + `..."`, strings.Repeat(" ", 64) + "^",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ast.NewError(tt.text, tt.offset, "Detail", "message").Error()
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), got); diff != "" {
				t.Errorf("Error() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWalkOrderAndPruning(t *testing.T) {
	match := &ast.Match{
		Pattern: &ast.Pattern{Paths: []*ast.PathPattern{{Elements: []ast.Element{
			&ast.NodePattern{Var: variable("a"), Properties: &ast.MapLiteral{Entries: []ast.MapEntry{{Key: "x", Value: number(1)}}}},
			&ast.RelPattern{Var: variable("r"), Length: &ast.Length{Min: number(2)}},
			&ast.NodePattern{Var: variable("b")},
		}}}},
		Where: &ast.Subquery{Query: &ast.Query{Parts: []*ast.Part{{Clauses: []ast.Clause{&ast.Return{}}}}}},
	}
	var seen []string
	ast.Walk(match, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Variable:
			seen = append(seen, n.Name)
		case *ast.Literal:
			seen = append(seen, ast.String(n))
		case *ast.Subquery:
			seen = append(seen, "subquery")
			return false
		case *ast.Return:
			seen = append(seen, "return")
		}
		return true
	})
	if diff := cmp.Diff([]string{"a", "1", "r", "2", "b", "subquery"}, seen); diff != "" {
		t.Errorf("Walk (-want +got):\n%s", diff)
	}
}

func TestLabelLists(t *testing.T) {
	a, b := &ast.LabelName{Name: "A"}, &ast.LabelName{Name: "B"}
	for _, tt := range []struct {
		e        ast.LabelExpr
		and, or  int
		andOK    bool
		orOK     bool
		describe string
	}{
		{nil, 0, 0, true, true, "none"},
		{a, 1, 1, true, true, "one"},
		{&ast.LabelAnd{Left: a, Right: b}, 2, 0, true, false, "A&B"},
		{&ast.LabelOr{Left: a, Right: b}, 0, 2, false, true, "A|B"},
		{&ast.LabelNot{X: a}, 0, 0, false, false, "!A"},
	} {
		and, andOK := ast.LabelConjunction(tt.e)
		or, orOK := ast.LabelDisjunction(tt.e)
		if len(and) != tt.and || andOK != tt.andOK || len(or) != tt.or || orOK != tt.orOK {
			t.Errorf("%s: conjunction %d %v, disjunction %d %v; want %d %v, %d %v",
				tt.describe, len(and), andOK, len(or), orOK, tt.and, tt.andOK, tt.or, tt.orOK)
		}
	}
}

func ExampleString() {
	e := &ast.Binary{
		Op:    ast.Greater,
		Left:  &ast.Property{Subject: &ast.Variable{Name: "n"}, Key: "age"},
		Right: &ast.Parameter{Name: "least"},
	}
	fmt.Println(ast.String(e))
	// Output: n.age > $least
}
