package cypher

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/semantics"
	"github.com/drawbolt/drawbolt/cypher/show"
)

// What the engine asks its server for; see [Options].
type (
	// Transactions knows the open transactions of all clients.
	Transactions = show.Transactions
	// An OpenTransaction is one of them.
	OpenTransaction = show.Transaction
	// Process tells what the system knows of the server's process.
	Process = show.Process
	// Settings are the server's configuration.
	Settings = show.Settings
	// A Setting is one value of it.
	Setting = show.Setting
	// Databases is the catalogue of the server's databases.
	Databases = show.Databases
	// A Database is one of them.
	Database = show.Database
	// An Alias is a further name of a database.
	Alias = show.Alias
	// A DatabaseChange is what a statement does to the catalogue.
	DatabaseChange = show.DatabaseChange
	// A DatabaseAction names a DatabaseChange.
	DatabaseAction = show.DatabaseAction
)

// SystemDatabase is the name of the database that holds the catalogue.
const SystemDatabase = show.SystemDatabase

// What a [DatabaseChange] does.
const (
	CreateDatabase = show.CreateDatabase
	DropDatabase   = show.DropDatabase
	StartDatabase  = show.StartDatabase
	StopDatabase   = show.StopDatabase
	RenameDatabase = show.RenameDatabase
	CreateAlias    = show.CreateAlias
	AlterAlias     = show.AlterAlias
	DropAlias      = show.DropAlias
)

// tableColumns tells the analysis the columns of statements that have a table.
func (e *Engine) tableColumns(name string) ([]semantics.Column, bool) {
	table := e.tables.Find(name)
	if table == nil {
		return nil, false
	}
	columns := make([]semantics.Column, len(table.Columns))
	for i := range table.Columns {
		columns[i] = semantics.Column(table.Columns[i])
	}
	return columns, true
}

// planTable plans a statement that has a table.
func (e *Engine) planTable(p *prepared, s *ast.Show, o plan.Options) error {
	table := e.tables.Find(s.Name())
	if table == nil {
		return refused("the statement %s", s.Name())
	}
	keys := make([]string, len(s.Args))
	for i := range s.Args {
		keys[i] = s.Args[i].Key
	}
	var err error
	p.plan, err = plan.NewShow(s, table.Procedure(s.Name(), keys), o)
	p.system, p.alone, p.table = table.System, table.Alone, true
	return err
}
