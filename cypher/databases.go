package cypher

import (
	"context"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// useStatement switches the database of the session.
const useStatement = "USE DATABASE"

// changeOf returns the action of a statement about databases; ok is false for
// other commands.
func changeOf(name string) (change DatabaseChange, ok bool) {
	switch name {
	case "CREATE DATABASE":
		change.Action = CreateDatabase
	case "CREATE OR REPLACE DATABASE":
		change.Action, change.Replace = CreateDatabase, true
	case "DROP DATABASE":
		change.Action = DropDatabase
	case "START DATABASE":
		change.Action = StartDatabase
	case "STOP DATABASE":
		change.Action = StopDatabase
	case "RENAME DATABASE TO":
		change.Action = RenameDatabase
	case "CREATE ALIAS FOR DATABASE":
		change.Action = CreateAlias
	case "CREATE OR REPLACE ALIAS FOR DATABASE":
		change.Action, change.Replace = CreateAlias, true
	case "ALTER ALIAS SET DATABASE TARGET":
		change.Action = AlterAlias
	case "DROP ALIAS FOR DATABASE":
		change.Action = DropAlias
	}
	return change, change.Action != 0
}

// administer runs a statement about databases. In an explicit transaction the
// change is checked, and made when the transaction is committed.
func (e *Engine) administer(ctx context.Context, c *ast.Command, change DatabaseChange, params graph.Value, t *Transaction, r *Result) error {
	if e.options.Databases == nil {
		return refused("the statement %s", c.Name)
	}
	if err := readChange(c, &change, params); err != nil {
		return err
	}
	switch {
	case t == nil:
		changed, err := e.options.Databases.Change(ctx, change)
		if err != nil {
			return err
		}
		if changed {
			r.summary.SystemUpdates = 1
		}
	case t.tx.HasChanges():
		return mixed("an administration command", "a write query")
	default:
		if err := e.options.Databases.Check(change); err != nil {
			return err
		}
		t.changes = append(t.changes, change)
		r.summary.SystemUpdates = 1
	}
	if _, wait := c.Arg("wait"); wait {
		e.reportWait(r)
	}
	return nil
}

// mixed is the error of a transaction with statements that do not go together.
func mixed(now, before string) error {
	return &Error{Kind: KindMixed, Message: "Tried to execute " + now + " after executing " + before}
}

// readChange reads the variable parts of a statement.
func readChange(c *ast.Command, change *DatabaseChange, params graph.Value) error {
	name, target := "database", ""
	switch change.Action {
	case CreateAlias, AlterAlias, DropAlias:
		name, target = "alias", "database"
	case RenameDatabase:
		target = "name"
	default:
	}
	var err error
	if change.Name, err = databaseName(c, name, params); err != nil {
		return err
	}
	if target != "" && change.Action != DropAlias {
		if change.Target, err = databaseName(c, target, params); err != nil {
			return err
		}
	}
	_, change.IfExists = c.Arg("if_exists")
	_, change.IfNotExists = c.Arg("if_not_exists")
	_, change.Keep = c.Arg("dump_data")
	return nil
}

// databaseName reads a name, which may be a parameter. Names have no case.
func databaseName(c *ast.Command, key string, params graph.Value) (string, error) {
	value, _ := c.Arg(key)
	name := ""
	var parameter *ast.Parameter
	switch v := value.(type) {
	case *ast.Parameter:
		parameter = v
	case *ast.Literal:
		if v.Value.Kind() != graph.KindString {
			return "", &Error{Kind: KindSyntax, Message: "a database name is expected, not " + ast.String(v)}
		}
		name = v.Value.Str()
	}
	name, err := nameOf(name, parameter, params)
	return strings.ToLower(name), err
}

// reportWait is the row of a statement that waits until its change is made,
// which all do.
func (e *Engine) reportWait(r *Result) {
	address := ""
	if e.options.Server != nil {
		address = e.options.Server.Address()
	}
	r.answer([]string{"address", "state", "message", "success"},
		graph.String(address), graph.String("CaughtUp"), graph.String("caught up"), graph.Boolean(true))
}

// answer makes one row the result of a command.
func (r *Result) answer(columns []string, row ...graph.Value) {
	r.columns, r.ended = columns, false
	r.rows.columns, r.rows.n = make([]expr.Column, len(row)), 1
	for i, v := range row {
		r.rows.columns[i] = expr.Column{Kind: expr.Values, Values: []graph.Value{v}}
	}
}

// use runs USE DATABASE.
func (e *Engine) use(c *ast.Command, params graph.Value, t *Transaction, o *RunOptions, r *Result) error {
	switch {
	case o.Session == nil || e.options.Databases == nil:
		return refused("the statement %s", c.Name)
	case t != nil:
		return &Error{Kind: KindTransaction, Message: "Multi-database queries are not allowed in multicommand transactions."}
	}
	name, err := databaseName(c, "database", params)
	if err != nil {
		return err
	}
	databases, _ := e.options.Databases.List()
	if !slices.ContainsFunc(databases, func(d Database) bool { return d.Name == name || slices.Contains(d.Aliases, name) }) {
		return &Error{Kind: KindNoDatabase, Message: "Graph not found: " + name + ". The database does not exist"}
	}
	o.Session.database = name
	r.answer([]string{"STATUS"}, graph.String("Using "+name))
	return nil
}
