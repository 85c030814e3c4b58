package cypher

import (
	"context"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Dialect is the product whose answers a client expects, where the two whose
// clients are served differ. This file has all that depends on it: who speaks
// which, the columns of statements that both spell alike, what EXPLAIN and PROFILE
// return, and the words of notifications. Codes of errors have a column for each
// in the tables of the server, which asks [Dialect.MemgraphCodes].
type Dialect uint8

// The dialects.
const (
	DialectNeo4j Dialect = iota
	DialectMemgraph
)

// DialectOf tells from the name of a client, as it is sent at login, what it
// expects: clients of Memgraph name it, or the library that they are built on.
func DialectOf(agent string) Dialect {
	agent = strings.ToLower(agent)
	for _, prefix := range []string{"mg/", "mgclient", "mgconsole", "pymgclient", "rsmgclient"} {
		if strings.HasPrefix(agent, prefix) {
			return DialectMemgraph
		}
	}
	for _, word := range []string{"memgraph", "gqlalchemy"} {
		if strings.Contains(agent, word) {
			return DialectMemgraph
		}
	}
	return DialectNeo4j
}

// MemgraphCodes reports whether failures have the codes of Memgraph.
func (d Dialect) MemgraphCodes() bool { return d == DialectMemgraph }

// inMemgraph returns what comes behind a statement with rows, given its name, so
// that the columns are those of Memgraph; "" when they are the same, or the other
// product does not know the statement. With a YIELD of its own a statement is Neo4j's.
func inMemgraph(name string) string {
	switch name {
	case "SHOW USERS":
		return "YIELD user"
	case "SHOW CURRENT USER":
		return "YIELD user RETURN head(collect(user)) AS user" // null for nobody
	case "SHOW ROLES":
		return "YIELD role"
	case "SHOW DATABASES":
		return "YIELD name, currentStatus WHERE name <> 'system' RETURN name AS Name, " +
			"CASE currentStatus WHEN 'online' THEN 'HOT' ELSE 'COLD' END AS State, " +
			"CASE currentStatus WHEN 'online' THEN 'healthy' ELSE null END AS Health"
	case "SHOW TRANSACTIONS":
		return "YIELD username, transactionId, currentQuery, metaData, status, startTime, elapsedTime " +
			"RETURN username, transactionId AS transaction_id, [currentQuery] AS query, metaData AS metadata, " +
			"toLower(split(status, ' ')[0]) AS status, startTime AS start_time, elapsedTime.milliseconds AS elapsed_ms"
	case "TERMINATE TRANSACTIONS":
		return "YIELD transactionId, message RETURN transactionId AS transaction_id, " +
			"message = 'Transaction terminated.' AS killed"
	default:
		return ""
	}
}

// translated returns the text of a statement with the columns of Memgraph, or "".
func translated(s *ast.Show) string {
	if s.Yields || s.Where != nil || s.Return != nil {
		return ""
	}
	if s.Name() == "SHOW DATABASE" && len(s.Args) == 0 {
		return "SHOW CURRENT DATABASE"
	}
	if tail := inMemgraph(s.Name()); tail != "" {
		return ast.String(s) + " " + tail
	}
	return ""
}

// prepareFor is prepare for a client of a dialect.
func (e *Engine) prepareFor(query string, d Dialect) (*prepared, []graph.Value, error) {
	p, literals, err := e.prepare(query)
	if err != nil || d != DialectMemgraph || p.memgraph == "" {
		return p, literals, err
	}
	return e.prepare(p.memgraph)
}

// The columns of EXPLAIN and PROFILE in Memgraph.
func explainColumns() []string { return []string{"QUERY PLAN"} }

func profileColumns() []string {
	return []string{"OPERATOR", "ACTUAL HITS", "RELATIVE TIME", "ABSOLUTE TIME"}
}

// explained reports whether a statement returns its plan as rows.
func (p *prepared) explained(d Dialect) bool { return d == DialectMemgraph && p.explain() }

// profiled reports whether a statement returns its profile instead of its rows.
func (p *prepared) profiled(d Dialect) bool { return d == DialectMemgraph && p.mode == profileMode }

// tabulate makes rows of a plan, for EXPLAIN or PROFILE. Times are null: they are
// not measured for each operator.
func (r *Result) tabulate(columns []string) {
	list := make([]expr.Column, len(columns))
	for i := range list {
		list[i].Kind = expr.Values
	}
	n := 0
	r.summary.Plan.draw(" ", func(line string, op *PlanNode) {
		row := [4]graph.Value{graph.String(line)}
		if op != nil {
			row[1] = graph.Integer(op.Hits)
		}
		for i := range list {
			list[i].Values = append(list[i].Values, row[i])
		}
		n++
	})
	r.columns, r.rows, r.ended = columns, stored{columns: list, n: n}, false
}

// runProfile runs a statement to its end for its profile alone.
func (r *Result) runProfile(ctx context.Context) error {
	r.slots = nil
	if err := r.runToEnd(ctx); err != nil {
		return err
	}
	r.tabulate(profileColumns())
	return nil
}

// notifications returns notifications in the words of a dialect.
func (d Dialect) notifications(list []Notification) []Notification {
	if d != DialectMemgraph || len(list) == 0 {
		return list
	}
	list = slices.Clone(list)
	for i := range list {
		if list[i].Severity == severityInformation {
			list[i].Severity = severityInfo
		}
		list[i].Position = ast.Position{} // its console takes every value for a text
	}
	return list
}

// schemaNotification is what Memgraph tells about a schema command: what it has
// done, or why it had nothing to do.
func (d Dialect) schemaNotification(c ast.Body, done *SchemaCounters) []Notification {
	if d != DialectMemgraph {
		return nil
	}
	n := Notification{Severity: severityInfo}
	told := func(changed bool, code, text, otherCode, otherText string) {
		if n.Code, n.Title = code, text; !changed {
			n.Code, n.Title = otherCode, otherText
		}
	}
	switch c := c.(type) {
	case *ast.CreateIndex:
		what := indexText(c)
		told(done.IndexesAdded > 0, "CreateIndex", "Created index"+what+".", "IndexAlreadyExists", "Index"+what+" already exists.")
	case *ast.DropIndex:
		what := " " + c.Name
		if c.Target != nil {
			what = indexText(c.Target)
		}
		told(done.IndexesRemoved > 0, "DropIndex", "Dropped index"+what+".", "NonexistentIndex", "Index"+what+" doesn't exist.")
	case *ast.CreateConstraint:
		told(done.ConstraintsAdded > 0, "CreateConstraint", "Created constraint.", "ExistentConstraint", "Constraint already exists.")
	case *ast.DropConstraint:
		told(done.ConstraintsRemoved > 0, "DropConstraint", "Dropped constraint.", "NonexistentConstraint", "Constraint doesn't exist.")
	}
	return []Notification{n}
}

// indexText says what an index is on.
func indexText(c *ast.CreateIndex) string {
	text := " on label "
	if c.Relationship {
		text = " on edge-type "
	}
	text += strings.Join(c.Labels, ", ")
	if len(c.Keys) > 0 {
		text += " on properties " + strings.Join(c.Keys, ", ")
	}
	return text
}
