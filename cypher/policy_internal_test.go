package cypher

// Internal, because the policy has no exported form.

import (
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
)

// everything satisfies whatever the engine asks the server for; nothing is
// called.
type everything struct {
	Transactions
	Settings
}

// TestPolicyIsComplete fails for a statement or a procedure that nobody has
// decided about: it would be for administrators only.
func TestPolicyIsComplete(t *testing.T) {
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	e := NewEngine(store, Options{Transactions: everything{}, Settings: everything{}})
	for _, name := range e.tables.Names() {
		needs := commandNeeds(name)
		if strings.HasPrefix(name, "SHOW ") {
			needs = showNeeds(name)
		}
		if needs == access.All {
			t.Errorf("%s has no row in the policy", name)
		}
	}
	for _, p := range e.procedures.All() {
		name := strings.ToLower(p.Name)
		_, guarded := guardedProcedures[name]
		if p.Mode == procedure.DBMS && !openProcedures[name] && !guarded && name != "dbms.listconfig" {
			t.Errorf("%s is neither open nor guarded", p.Name)
		}
	}
}

func TestNeeds(t *testing.T) {
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	e := NewEngine(store, Options{Transactions: everything{}, Settings: everything{}})
	for _, tt := range []struct {
		query string
		want  access.Privileges
	}{
		{"RETURN 1", 0},
		{"UNWIND range(1, 3) AS x RETURN x", 0},
		{"MATCH (n) RETURN n", access.Of(access.Match)},
		{"RETURN exists { (a)-->(b) }", access.Of(access.Match)},
		{"RETURN [(a)-->(b) | b]", access.Of(access.Match)},
		{"RETURN COUNT { MATCH (n) RETURN n }", access.Of(access.Match)},
		{"CREATE (n:A {x: 1})", access.Of(access.Create)},
		{"CREATE (n {x: COUNT { (m) }})", access.Of(access.Create, access.Match)},
		{"MATCH (a) CREATE (a)-[:R]->(b)", access.Of(access.Match, access.Create)},
		{"MERGE (n:A)", access.Of(access.Merge)},
		{"MERGE (n:A) ON CREATE SET n.x = 1", access.Of(access.Merge, access.Set)},
		{"MATCH (n) SET n.x = 1 REMOVE n.y", access.Of(access.Match, access.Set, access.Remove)},
		{"MATCH (n) DETACH DELETE n", access.Of(access.Match, access.Delete)},
		{"FOREACH (x IN [1] | CREATE (n))", access.Of(access.Create)},
		{"CALL { CREATE (n) RETURN n } RETURN n", access.Of(access.Create)},
		{"RETURN 1 AS x UNION MATCH (n) RETURN n AS x", access.Of(access.Match)},
		{"CALL db.labels()", access.Of(access.Match, access.ModuleRead)},
		{"CALL dbms.components()", 0},
		{"CALL dbms.listConfig()", access.Of(access.Config)},
		{"CREATE INDEX FOR (n:A) ON (n.x)", access.Of(access.Index)},
		{"DROP CONSTRAINT c", access.Of(access.Constraint)},
		{"SHOW INDEXES", access.Of(access.Match)},
		{"SHOW CURRENT USER", 0},
		{"SHOW USERS", access.Of(access.Auth)},
		{"SHOW STORAGE INFO", access.Of(access.Stats)},
		{"DUMP DATABASE", access.Of(access.Dump)},
		{"CREATE USER u SET PASSWORD 'x'", access.Of(access.Auth)},
		{"GRANT ROLE admin TO u", access.Of(access.Auth)},
		{"ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", 0},
		{"RELOAD BOLT_SERVER TLS", access.Of(access.ReloadTLS)},
		{"STORAGE MODE IN_MEMORY_ANALYTICAL", access.Of(access.StorageMode)},
	} {
		p, _, err := e.prepare(tt.query)
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
			continue
		}
		if p.needs != tt.want {
			t.Errorf("%s needs %v; want %v", tt.query, p.needs, tt.want)
		}
	}
}

// TestPasswordsAreNotKept looks for the text in the caches and in errors.
func TestPasswordsAreNotKept(t *testing.T) {
	store, err := storage.Open(t.Context(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	e := NewEngine(store, Options{})
	const secret = "hunter2hunter2"
	for _, tt := range []struct{ query, err string }{
		{query: "CREATE USER u SET PASSWORD '" + secret + "'"},
		{query: "CREATE USER u IDENTIFIED BY '" + secret + "'"},
		{query: "ALTER CURRENT USER SET PASSWORD FROM '" + secret + "' TO '" + secret + "'"},
		{query: "CREATE USER u SET PASSWORD '" + secret + "' CHANGE NEVER", err: "unexpected identifier NEVER"},
		{query: "CREATE USER '" + secret + "' '" + secret + "' PASSWORD", err: "unexpected string '**************'"},
		{query: "CREATE USER u SET PASSWORD \"it\\\"s " + secret + "\" NO", err: "unexpected identifier NO"},
		{query: "CREATE USER u SET PASSWORD 'a\n" + secret + "' NO", err: "unexpected identifier NO"},
		{query: "create user u identified '" + secret + "'", err: "unexpected"},
	} {
		_, _, err := e.prepare(tt.query)
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: error %v; want %q", tt.query, err, tt.err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error has the password: %v", tt.query, err)
		}
	}
	for _, key := range e.plans.Keys() {
		if strings.Contains(key, secret) {
			t.Errorf("the plan cache has %q", key)
		}
	}
	for _, key := range e.shared.Keys() {
		if strings.Contains(key, secret) {
			t.Errorf("the plan cache has %q", key)
		}
	}
}
