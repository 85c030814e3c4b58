package suite

import (
	"fmt"
	"strings"
)

// errors adds checks of error codes: each statement's code, which clients act
// upon, and its statuses from 5.7 on, where Neo4j's own releases differ.
func (b *builder) errors() {
	b.group, b.section = "errors", "Neo4j Status Codes"
	for _, tt := range []struct {
		name, query, params, code, gql string
		// later is another code and its statuses, of servers that notice the
		// error while they run the statement.
		later string
	}{
		{"no query", "THIS IS NO QUERY", "{}", "Statement.SyntaxError", "42001/42I06", ""},
		{"half a query", "RETURN", "{}", "Statement.SyntaxError", "42001/42I06", ""},
		{"undefined variable", "RETURN nobody", "{}", "Statement.SyntaxError", "42001/42N62", ""},
		{"unknown function", "RETURN nofunction(1)", "{}", "Statement.SyntaxError", "42001/42N48", ""},
		{"static type error", "RETURN 1 + true AND 2", "{}", "Statement.SyntaxError", "42001/22NB1", ""},
		{"parameter missing", "RETURN $nothing", "{}", "Statement.ParameterMissing", "42001/42N81", ""},
		{"division by zero", "RETURN 10 / $x AS y", "{x: 0}", "Statement.ArithmeticError", "22012", ""},
		{"integer overflow", "RETURN 9223372036854775807 + $x AS y", "{x: 1}", "Statement.ArithmeticError", "22003/22N28", ""},
		{"type error in a function", "UNWIND [[1], 1] AS x RETURN size(x) AS y", "{}", "Statement.TypeError", "22N38/22N01", ""},
		{"type of a parameter", "RETURN size($x) AS y", "{x: 1}", "Statement.SyntaxError", "22G03/22N27", "Statement.TypeError 22N38/22N01"},
		{"unknown procedure", "CALL no.such.procedure()", "{}", "Procedure.ProcedureNotFound", "42001/42N08", ""},
	} {
		script := func(failure string) string {
			return fmt.Sprintf(`
				C: RUN %q %s
				C: PULL
				S*: SUCCESS {fields: list, ...}
				S*: RECORD
				S: %s
				S*: IGNORED
				C: RESET
				S: SUCCESS {}
				C: RUN
				C: PULL
				S: SUCCESS
				S: RECORD
				S: SUCCESS`, tt.query, tt.params, failure)
		}
		code := "FAILURE Neo.ClientError." + tt.code
		status := code + " gql:" + tt.gql
		if tt.later != "" {
			later, statusLater, _ := strings.Cut(tt.later, " ")
			code += " OR FAILURE Neo.ClientError." + later
			status += " OR FAILURE Neo.ClientError." + later + " gql:" + statusLater
		}
		b.script(tt.name+" | reference | 3-", script(code))
		b.script(tt.name+", statuses | own | 5.7-", script(status))
	}
	b.section = "Bolt Protocol messages: FAILURE"
	b.script("position of a syntax error | own | 5.7-", `
		C: RUN "RETURN 1 +"
		S: FAILURE {diagnostic_record: {_classification: "CLIENT_ERROR", _position: {offset: int, line: 1, column: int}}, ...}`)
	b.script("delete of a connected node | reference | 3-", `
		C: BEGIN
		C: RUN "CREATE (a:BoltCheck)-[:BOLTCHECK]->(b) DELETE a"
		C: PULL
		C: COMMIT
		S: SUCCESS
		S*: SUCCESS
		S: FAILURE Neo.ClientError.Schema.ConstraintValidationFailed
		S*: IGNORED`)
	b.script("read of a deleted node | reference | 3-", `
		C: BEGIN
		C: RUN "CREATE (a:BoltCheck {p: 1}) DELETE a RETURN a.p"
		C: PULL
		S: SUCCESS
		S*: SUCCESS {fields: list, ...}
		S: FAILURE Neo.ClientError.Statement.EntityNotFound
		S*: IGNORED`)
	b.script("message of a wrong state | reference | 4.0-", `
		C: COMMIT
		S: FAILURE {message: /^Message of type CommitMessage cannot be handled by a session in the READY state\.?$/, ...}
		S: CLOSED`)
}
