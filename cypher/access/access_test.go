package access_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher/access"
)

func TestNames(t *testing.T) {
	for _, p := range access.All.List() {
		if got, ok := access.Parse(p.String()); !ok || got != p {
			t.Errorf("Parse(%q) = %v, %v", p, got, ok)
		}
	}
	if p, ok := access.Parse("match"); !ok || p != access.Match {
		t.Errorf("Parse(match) = %v, %v", p, ok)
	}
	if _, ok := access.Parse("EVERYTHING"); ok {
		t.Error("a privilege that does not exist is known")
	}
}

func TestSpelled(t *testing.T) {
	for _, tt := range []struct {
		words, scope string
		want         access.Privileges
		unknown      bool
	}{
		{words: "MATCH", want: access.Of(access.Match)},
		{words: "ALL PRIVILEGES", want: access.All},
		{words: "WRITE", unknown: true}, // needs a scope
		{words: "MATCH", scope: "GRAPH", want: access.Reads},
		{words: "WRITE", scope: "GRAPH", want: access.Writes},
		{words: "MERGE", scope: "GRAPH", want: access.Of(access.Merge, access.Create, access.Set)},
		{words: "ALL GRAPH PRIVILEGES", scope: "GRAPH", want: access.Reads | access.Writes},
		{words: "AUTH", scope: "GRAPH", unknown: true},
		{words: "CREATE INDEX", scope: "DATABASE", want: access.Of(access.Index)},
		{words: "CONSTRAINT MANAGEMENT", scope: "DATABASE", want: access.Of(access.Constraint)},
		{words: "ACCESS", scope: "DATABASE", want: access.Of(access.MultiDatabaseUse)},
		{words: "USER MANAGEMENT", scope: "DBMS", want: access.Of(access.Auth)},
		{words: "EXECUTE PROCEDURE", scope: "DBMS", want: access.Of(access.ModuleRead, access.ModuleWrite)},
		{words: "EXECUTE ORDERS", scope: "DBMS", unknown: true},
		{words: "CREATE DATABASE", scope: "DBMS", want: access.Of(access.MultiDatabaseEdit)},
		{words: "ALL DBMS PRIVILEGES", scope: "DBMS", want: access.All &^ (access.Reads | access.Writes | access.Schema)},
		{words: "MATCH", scope: "PLANET", unknown: true},
	} {
		got, ok := access.Spelled(tt.words, tt.scope)
		if ok == tt.unknown || ok && got != tt.want {
			t.Errorf("Spelled(%q, %q) = %v, %v; want %v, %v", tt.words, tt.scope, got, ok, tt.want, !tt.unknown)
		}
	}
}
