package cypher

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// admit refuses what the database with the catalogue does not run: it answers
// administration statements and procedures, and holds no graph.
func (e *Engine) admit(s *ast.Statement) error {
	switch {
	case e.options.Offline:
		return e.admitOffline(s)
	case !e.options.System:
		return nil
	}
	const only = "Not a recognised system command or procedure. This Cypher command can only be executed in a user database: "
	switch body := s.Body.(type) {
	case *ast.Query:
		if s.Use != nil || usesOther(body, SystemDatabase) {
			return nil // it runs elsewhere
		}
		if words := unsupported(body); words != "" {
			return &Error{Kind: KindSemantic, Message: "The following unsupported clauses were used: " + words +
				". \nThe system database supports a restricted set of Cypher clauses. The supported clause structure for procedure calls is: CALL, YIELD, RETURN. " +
				"YIELD and RETURN clauses are optional. The order of the clauses is fixed and each can only occur once."}
		}
		if _, call := body.Parts[0].Clauses[0].(*ast.CallProcedure); !call || len(body.Parts) > 1 {
			return &Error{Kind: KindSemantic, Message: only + s.Text}
		}
	case *ast.Show:
		if s.Use == nil && (strings.HasSuffix(body.Subject, "INDEXES") || strings.HasSuffix(body.Subject, "CONSTRAINTS")) {
			return &Error{Kind: KindSemantic, Message: "The following commands are not allowed on a system database: " + body.Name() + "."}
		}
	case *ast.CreateIndex, *ast.DropIndex, *ast.CreateConstraint, *ast.DropConstraint:
		if s.Use == nil {
			return &Error{Kind: KindSemantic, Message: only + s.Text}
		}
	}
	return nil
}

// admitOffline refuses what needs the graph of a database that is not there.
func (e *Engine) admitOffline(s *ast.Statement) error {
	switch body := s.Body.(type) {
	case *ast.Command:
		return nil
	case *ast.Show:
		if t := e.tables.Find(body.Name()); t == nil || t.System {
			return nil
		}
	case *ast.Query:
		if usesOther(body, e.options.Database) {
			return nil
		}
	default:
		if isAccount(body) {
			return nil
		}
	}
	return &Error{
		Kind:    KindDatabaseOffline,
		Message: "The database '" + e.options.Database + "' is unavailable: it is offline. START DATABASE makes it available.",
	}
}

// usesOther reports whether a query begins with USE of another database.
func usesOther(q *ast.Query, name string) bool {
	u, ok := q.Parts[0].Clauses[0].(*ast.Use)
	if !ok {
		return false
	}
	used, _ := graphName(u.Graph)
	return !strings.EqualFold(used, name)
}

// unsupported returns the words of the clauses that no procedure call has.
func unsupported(q *ast.Query) string {
	var words []string
	for _, part := range q.Parts {
		for _, c := range part.Clauses {
			switch c.(type) {
			case *ast.CallProcedure, *ast.Return, *ast.Use:
			default:
				word, _, _ := strings.Cut(ast.String(c), " ")
				words = append(words, word)
			}
		}
	}
	return strings.Join(words, ", ")
}
