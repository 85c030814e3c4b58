package server

// This test is internal because a failure is what the codes of a message are
// made of, without the protocol around it.

import (
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func TestStatusesOfEngineErrors(t *testing.T) {
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	db := FromEngine(cypher.NewEngine(store, cypher.Options{}))
	params := graph.Map([]graph.Field{{Name: "x", Value: graph.Integer(0)}})
	for _, tt := range []struct{ query, code, statuses string }{
		{"RETURN 1 +", "Statement.SyntaxError", "42001 42I06"},
		{"RETURN nobody", "Statement.SyntaxError", "42001 42N62"},
		{"RETURN nofunction(1)", "Statement.SyntaxError", "42001 42N48"},
		{"RETURN 1 + true AND 2", "Statement.SyntaxError", "42001 22NB1"},
		{"RETURN $nothing", "Statement.ParameterMissing", "42001 42N81"},
		{"RETURN 1 / $x", "Statement.ArithmeticError", "22012 22N28"},
		{"RETURN 1 % $x", "Statement.ArithmeticError", "22012 22N28"},
		{"RETURN 9223372036854775807 + 1 + $x", "Statement.ArithmeticError", "22003 22N28"},
		{"UNWIND [1, 'a'] AS a RETURN size(a)", "Statement.TypeError", "22N38 22N01"},
		{"UNWIND [1, 'a'] AS a RETURN a.b", "Statement.TypeError", "22G03 22N27"},
		{"RETURN [1][$x.a]", "Statement.TypeError", "22G03 22N01"},
		{"RETURN 1 AS a, 2 AS a", "Statement.SyntaxError", "42001 42N38"},
		{"RETURN 1 AS a UNION RETURN 2 AS b", "Statement.SyntaxError", "42001 42N39"},
		{"MATCH (n) WHERE count(n) > 1 RETURN n", "Statement.SyntaxError", "42001 42I24"},
		{"RETURN size()", "Statement.SyntaxError", "42001 42I13"},
		{"RETURN 1 LIMIT -1", "Statement.SyntaxError", "42001 42N31"},
		{"WITH 1 RETURN 2", "Statement.SyntaxError", "42001 42N21"},
		{"CREATE ()-[]->()", "Statement.SyntaxError", "42001 42I14"},
		{"MATCH (n) CREATE (n)", "Statement.SyntaxError", "42001 42N59"},
		{"MATCH (n) MATCH ()-[n]->() RETURN n", "Statement.SyntaxError", "22G03 22N27"},
		{"RETURN 9223372036854775808", "Statement.SyntaxError", "22003"},
		{"RETURN date('nonsense')", "Statement.ArgumentError", "22000 22N11"},
		{"RETURN range(1, 2, $x)", "Statement.ArgumentError", "22N38 22N03"},
		{"MERGE ({a: null})", "Statement.SemanticError", "22G03 22N31"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			r, err := db.Run(t.Context(), Statement{Query: tt.query, Parameters: params})
			if err == nil {
				_, err = r.Next(t.Context(), 1)
			}
			got := failureOf(err).codes
			if statuses := strings.Join(got.statuses, " "); got.neo4j != "Neo.ClientError."+tt.code || statuses != tt.statuses {
				t.Errorf("%v: %s %s, want %s %s", err, got.neo4j, statuses, tt.code, tt.statuses)
			}
		})
	}
}

func TestStatusOfNotification(t *testing.T) {
	unknown := func(kind string) *cypher.Notification {
		return &cypher.Notification{Code: "Neo.ClientNotification.Statement." + kind, Subject: "X", Description: "text"}
	}
	for _, tt := range []struct {
		name, database string
		n              *cypher.Notification
		status, text   string
	}{
		{
			"label", "neo4j", unknown("UnknownLabelWarning"), "01N50",
			"warn: label does not exist. The label `X` does not exist in database `neo4j`. Verify that the spelling is correct.",
		},
		{
			"type", "neo4j", unknown("UnknownRelationshipTypeWarning"), "01N51",
			"warn: relationship type does not exist. The relationship type `X` does not exist in database `neo4j`. Verify that the spelling is correct.",
		},
		{
			"property", "", unknown("UnknownPropertyKeyWarning"), "01N52",
			"warn: property key does not exist. The property `X` does not exist. Verify that the spelling is correct.",
		},
		{"deprecated", "neo4j", unknown("FeatureDeprecationWarning"), "01N00", "warn: feature deprecated. text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := notificationOf(tt.n, tt.database); got.Status != tt.status || got.StatusText != tt.text {
				t.Errorf("%s %q, want %s %q", got.Status, got.StatusText, tt.status, tt.text)
			}
		})
	}
}
