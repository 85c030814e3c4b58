package semantics_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/parser"
	"github.com/drawbolt/drawbolt/cypher/semantics"
)

func TestSuggestions(t *testing.T) {
	t.Parallel()
	catalog := testCatalog()
	catalog.ProcedureNames = func(yield func(string) bool) { _ = yield("db.labels") && yield("db.propertyKeys") }
	for _, tt := range []struct{ name, query, want string }{
		{"a letter too few in a function", "RETURN toIntger('1')", "did you mean toInteger?"},
		{"two letters swapped", "RETURN szie([1])", "did you mean size?"},
		{"nothing like it", "RETURN apoc.text.join([], '')", ""},
		{"a variable", "MATCH (person) RETURN persn.name", "did you mean person?"},
		{"case of a variable", "MATCH (person) RETURN Person.name", "did you mean person?"},
		{"a variable of one letter", "MATCH (n) RETURN m", ""},
		{"a variable that is out of scope", "MATCH (person) WITH 1 AS one RETURN persn", ""},
		{"a procedure", "CALL db.label()", "did you mean db.labels?"},
		{"no procedure", "CALL apoc.meta.data()", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parser.Parse(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			_, err = semantics.Analyze(s, catalog)
			e, ok := errors.AsType[*ast.Error](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if tt.want == "" && strings.Contains(e.Message, "did you mean") || !strings.Contains(e.Message, tt.want) {
				t.Errorf("%q, want %q", e.Message, tt.want)
			}
		})
	}
}
