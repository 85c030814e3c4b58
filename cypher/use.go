package cypher

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
)

// An OtherDatabaseError is the error of a statement whose USE names another database
// than that of the engine. Whoever knows the databases runs the statement again
// on the engine of that one, with [RunOptions.Using].
type OtherDatabaseError struct{ Name string }

// Error implements error.
func (o *OtherDatabaseError) Error() string { return "cypher: the statement is for database " + o.Name }

// usedDatabase returns the database that the USE clauses of a statement name, in
// lower case, and "" without.
func usedDatabase(s *ast.Statement) (string, error) {
	var (
		name string
		err  error
	)
	ast.Walk(s, func(n ast.Node) bool {
		u, ok := n.(*ast.Use)
		if !ok {
			return err == nil
		}
		used, known := graphName(u.Graph)
		switch used = strings.ToLower(used); {
		case !known:
			err = useError(s, u, "Dynamic graph lookup not allowed here. This feature is only available on composite databases.\nAttempted to access graph "+ast.String(u.Graph))
		case name != "" && name != used:
			err = useError(s, u, "Multiple graphs in the same query not allowed here. This feature is only available on composite databases.\nAttempted to access graph "+used)
		}
		name = used
		return false
	})
	return name, err
}

func useError(s *ast.Statement, u *ast.Use, message string) error {
	return ast.NewError(s.Text, u.Start, ast.InvalidClauseComposition, message)
}

// graphName returns the name that an expression spells: name or name.part.
func graphName(e ast.Expr) (name string, ok bool) {
	switch e := e.(type) {
	case *ast.Variable:
		return e.Name, true
	case *ast.Property:
		name, ok = graphName(e.Subject)
		return name + "." + e.Key, ok
	default:
		return "", false
	}
}

// foreign returns the error that sends a statement to another engine, or nil.
func (e *Engine) foreign(p *prepared, o *RunOptions) error {
	if p.use == "" || strings.EqualFold(p.use, e.options.Database) || strings.EqualFold(p.use, o.Using) {
		return nil
	}
	return &OtherDatabaseError{Name: p.use}
}
