package bolt_test

import (
	"fmt"
	"testing"

	"github.com/drawbolt/drawbolt/bolt/bolttest"
	"github.com/drawbolt/drawbolt/conformance/binary"
)

// hello logs a client in under a name, with the version that Memgraph's speak.
func hello(t *testing.T, address, agent string) *bolttest.Client {
	t.Helper()
	c := bolttest.Dial(t, address)
	c.Open("4.4")
	c.Send(fmt.Sprintf(`HELLO {user_agent: %q, scheme: "basic", principal: "root", credentials: "secret123"}`, agent))
	c.Expect("SUCCESS *")
	return c
}

// TestDialects asks a client of each product what it gets where the two differ.
func TestDialects(t *testing.T) {
	const neo4j, memgraph = "neo4j-go/5.28.4", "mgclient/1.4.3"
	env := []string{"MEMGRAPH_USER=root", "MEMGRAPH_PASSWORD=secret123"}
	start := func(args ...string) string {
		return binary.Start(t, binary.Options{Plaintext: true, Env: env, Args: args}).Address
	}
	one, other := start(), start() // what they have in their stores differs
	ask := func(t *testing.T, c *bolttest.Client, query, fields string, rest ...string) {
		t.Helper()
		c.Send(fmt.Sprintf("RUN %q {} {}", query), "PULL {n: -1}")
		c.Expect("SUCCESS {*fields: [" + fields + "]*")
		c.Expect(rest...)
	}
	for _, tt := range []struct {
		query           string
		neo4j, memgraph []string // the names of the columns, then the messages
	}{
		{
			"SHOW USERS",
			[]string{`"user", "roles", "passwordChangeRequired", "suspended", "home"`, `RECORD ["root", ["admin", "PUBLIC"], false, false, null]`, "SUCCESS *"},
			[]string{`"user"`, `RECORD ["root"]`, "SUCCESS *"},
		},
		{
			"SHOW CURRENT USER",
			[]string{`"user", "roles", "passwordChangeRequired", "suspended", "home"`, `RECORD ["root", *`, "SUCCESS *"},
			[]string{`"user"`, `RECORD ["root"]`, "SUCCESS *"},
		},
		{
			"SHOW DATABASES",
			[]string{`"name", "type", *`, `RECORD ["neo4j", *`, `RECORD ["system", *`, "SUCCESS *"},
			[]string{`"Name", "State", "Health"`, `RECORD ["neo4j", "HOT", "healthy"]`, "SUCCESS *"},
		},
		{
			"SHOW DATABASE",
			[]string{`"name", "type", *`, `RECORD ["neo4j", *`, `RECORD ["system", *`, "SUCCESS *"},
			[]string{`"Current"`, `RECORD ["neo4j"]`, "SUCCESS *"},
		},
		{
			"SHOW TRANSACTIONS",
			[]string{`"database", "transactionId", "currentQueryId", *`, "RECORD *", "SUCCESS *"},
			[]string{
				`"username", "transaction_id", "query", "metadata", "status", "start_time", "elapsed_ms"`,
				`RECORD ["root", *, [*], {}, "running", *`, "SUCCESS *",
			},
		},
		{
			"TERMINATE TRANSACTIONS 'neo4j-transaction-99999'",
			[]string{`"transactionId", "username", "message"`, `RECORD ["neo4j-transaction-99999", null, "Transaction not found."]`, "SUCCESS *"},
			[]string{`"transaction_id", "killed"`, `RECORD ["neo4j-transaction-99999", false]`, "SUCCESS *"},
		},
		{
			"SHOW USERS YIELD user, suspended", // Neo4j's language
			[]string{`"user", "suspended"`, `RECORD ["root", false]`, "SUCCESS *"},
			[]string{`"user", "suspended"`, `RECORD ["root", false]`, "SUCCESS *"},
		},
		{
			"EXPLAIN UNWIND [1, 2] AS x RETURN x",
			[]string{`"x"`, "SUCCESS {*plan: {*"},
			[]string{`"QUERY PLAN"`, "RECORD [*]", "RECORD [*]", `RECORD [" * Argument"]`, "SUCCESS {*plan: {*"},
		},
		{
			"PROFILE UNWIND [1, 2] AS x RETURN x",
			[]string{`"x"`, "RECORD [1]", "RECORD [2]", "SUCCESS {*profile: {*"},
			[]string{
				`"OPERATOR", "ACTUAL HITS", "RELATIVE TIME", "ABSOLUTE TIME"`, "RECORD [*, *, null, null]", "RECORD [*", `RECORD [" * Argument", 1, null, null]`,
				"SUCCESS {*profile: {*",
			},
		},
		{
			"PROFILE CREATE (:Profiled) RETURN 1 AS x",
			[]string{`"x"`, "RECORD [1]", "SUCCESS {*nodes-created*profile: {*"},
			[]string{
				`"OPERATOR", "ACTUAL HITS", "RELATIVE TIME", "ABSOLUTE TIME"`, "RECORD [*, *, null, null]", "RECORD [*", "RECORD [*", `RECORD [" * Argument", 1, null, null]`,
				"SUCCESS {*nodes-created*profile: {*",
			},
		},
		{
			"MATCH (a), (b) RETURN a, b LIMIT 0",
			[]string{`"a", "b"`, `SUCCESS {*severity: "INFORMATION"*position*`},
			[]string{`"a", "b"`, `SUCCESS {*severity: "INFO"*`},
		},
		{
			"CREATE INDEX ON :L(p)",
			[]string{"", `SUCCESS {*type: "s"*`},
			[]string{"", `SUCCESS {*code: "CreateIndex", title: "Created index on label L on properties p.", *severity: "INFO"*`},
		},
		{
			"CREATE INDEX ON :L(p)", // once more
			[]string{"", `SUCCESS {*type: "s"*`},
			[]string{"", `SUCCESS {*code: "IndexAlreadyExists", title: "Index on label L on properties p already exists."*`},
		},
		{
			"CREATE CONSTRAINT ON (n:L) ASSERT EXISTS (n.q)",
			[]string{"", `SUCCESS {*type: "s"*`},
			[]string{"", `SUCCESS {*code: "CreateConstraint"*`},
		},
		{
			"DROP CONSTRAINT ON (n:L) ASSERT EXISTS (n.q)",
			[]string{"", `SUCCESS {*type: "s"*`},
			[]string{"", `SUCCESS {*code: "DropConstraint"*`},
		},
		{
			"DROP INDEX ON :L(p)",
			[]string{"", `SUCCESS {*type: "s"*`},
			[]string{"", `SUCCESS {*code: "DropIndex", title: "Dropped index on label L on properties p."*`},
		},
	} {
		t.Run(tt.query, func(t *testing.T) {
			ask(t, hello(t, one, neo4j), tt.query, tt.neo4j[0], tt.neo4j[1:]...)
			ask(t, hello(t, other, memgraph), tt.query, tt.memgraph[0], tt.memgraph[1:]...)
		})
	}
	t.Run("SHOW ROLES", func(t *testing.T) {
		ask(t, hello(t, one, neo4j), "SHOW ROLES", `"role", "immutable"`, `RECORD [*, false]`)
		ask(t, hello(t, other, memgraph), "SHOW ROLES", `"role"`, `RECORD [*]`)
	})
	t.Run("in a transaction", func(t *testing.T) {
		c := hello(t, other, memgraph)
		c.Send("BEGIN {}")
		c.Expect("SUCCESS *")
		ask(t, c, "SHOW USERS", `"user"`, `RECORD ["root"]`, "SUCCESS *")
		ask(t, c, "EXPLAIN RETURN 1", `"QUERY PLAN"`, "RECORD [*]", "RECORD [*]", `RECORD [" * Argument"]`, "SUCCESS *")
		c.Send("COMMIT")
		c.Expect("SUCCESS *")
	})
	const neo4jCode, memgraphCode = `FAILURE {code: "Neo.ClientError.Statement.SyntaxError", *`, `FAILURE {code: "Memgraph.ClientError.MemgraphError.MemgraphError", *`
	for _, tt := range []struct {
		name  string
		args  []string
		agent string
		code  string
		users string // columns of SHOW USERS
	}{
		{"auto, Go driver", nil, neo4j, neo4jCode, `"user", *`},
		{"auto, mgclient", nil, memgraph, memgraphCode, `"user"`},
		{"auto, mgconsole", nil, "mg/1.4", memgraphCode, `"user"`},
		{"auto, Memgraph Lab", nil, "memgraph-lab/2.9", memgraphCode, `"user"`},
		{"memgraph, Go driver", []string{"--client-dialect=memgraph"}, neo4j, memgraphCode, `"user"`},
		{"neo4j, mgclient", []string{"--client-dialect=neo4j"}, memgraph, neo4jCode, `"user", *`},
		{"codes of neo4j, mgclient", []string{"--bolt-error-codes=neo4j"}, memgraph, neo4jCode, `"user"`},
		{"codes of memgraph, Go driver", []string{"--bolt-error-codes=memgraph"}, neo4j, memgraphCode, `"user", *`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address := one
			if tt.args != nil {
				address = start(tt.args...)
			}
			c := hello(t, address, tt.agent)
			ask(t, c, "SHOW USERS", tt.users, `RECORD ["root"*`, "SUCCESS *")
			c.Send(`RUN "RETRUN" {} {}`)
			c.Expect(tt.code)
		})
	}
}
