package server

// This test is internal because a failure is what the codes of a message are
// made of, without the protocol around it.

import (
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
	for _, tt := range []struct{ query, code, status, cause string }{
		{"RETURN 1 +", "Statement.SyntaxError", "42001", "42I06"},
		{"RETURN nobody", "Statement.SyntaxError", "42001", "42N62"},
		{"RETURN nofunction(1)", "Statement.SyntaxError", "42001", "42N48"},
		{"RETURN 1 + true AND 2", "Statement.SyntaxError", "42001", "22NB1"},
		{"RETURN $nothing", "Statement.ParameterMissing", "42001", "42N81"},
		{"RETURN 1 / $x", "Statement.ArithmeticError", "22012", ""},
		{"RETURN 1 % $x", "Statement.ArithmeticError", "22012", ""},
		{"RETURN 9223372036854775807 + 1 + $x", "Statement.ArithmeticError", "22003", "22N28"},
		{"UNWIND [1, 'a'] AS a RETURN size(a)", "Statement.TypeError", "22N38", "22N01"},
		{"UNWIND [1, 'a'] AS a RETURN a.b", "Statement.TypeError", "22G03", "22N01"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			r, err := db.Run(t.Context(), Statement{Query: tt.query, Parameters: params})
			if err == nil {
				_, err = r.Next(t.Context(), 1)
			}
			got := failureOf(err).codes
			if got.neo4j != "Neo.ClientError."+tt.code || got.status != tt.status || got.cause != tt.cause {
				t.Errorf("%v: %s %s <- %s, want %s %s <- %s", err, got.neo4j, got.status, got.cause, tt.code, tt.status, tt.cause)
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
