package show

import (
	"context"
	"time"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Transaction is one open transaction of a client.
type Transaction struct {
	// ID is unique in the server: "neo4j-transaction-7".
	ID       string
	Database string
	// QueryID names the statement that runs, "" between statements.
	QueryID string
	// ConnectionID and Address are those of the client: "bolt-3",
	// "192.0.2.1:40000".
	ConnectionID string
	Address      string
	// User is the name that the client has logged in with, Account whose it is.
	User    string
	Account access.Account
	// Query is the text of the statement, Parameters its map.
	Query      string
	Parameters graph.Value
	// Metadata is the map that the client sent with the transaction, or null.
	Metadata graph.Value
	Started  time.Time
	// QueryStarted is when the statement began, or zero.
	QueryStarted time.Time
	// Local is the address that the client has connected to.
	Local string
	// BlockedBy is the ID of the transaction that this one waits for, or empty.
	// Waiting is for how long, Waited how long in all.
	BlockedBy       string
	Waiting, Waited time.Duration
	// Terminated says that the transaction is being ended.
	Terminated bool
}

// Transactions knows the open transactions of all clients.
type Transactions interface {
	// Open lists them.
	Open() []Transaction
	// Terminate ends one. It returns whose it was, or ok false when there is
	// none with that id.
	Terminate(id string) (user string, ok bool)
}

// A Database is one database of the server.
type Database struct {
	Name    string
	Aliases []string // sorted
	ID      [16]byte
	// Default says that clients which name no database get this one.
	Default bool
	// System says that this is the one that holds the catalogue.
	System bool
	// Stopped says that somebody wanted it to be offline. Without, a database
	// that has no store could not be started, and Status tells why.
	Stopped bool
	Status  string
	// Created, LastStart and LastStop are zero when they are not known.
	Created, LastStart, LastStop time.Time
	// Store is nil while the database is offline.
	Store *storage.Store
}

// An Alias is a further name of a database.
type Alias struct{ Name, Database string }

// A DatabaseChange is what a statement does to databases and their names.
type DatabaseChange struct {
	Action DatabaseAction
	// Name is the database or the alias, Target the database that the alias
	// stands for or the new name.
	Name, Target string
	// IfExists, IfNotExists and Replace decide what happens when the name is
	// free or taken.
	IfExists, IfNotExists, Replace bool
	// Keep leaves the files of a database that is dropped.
	Keep bool
}

// A DatabaseAction names a [DatabaseChange].
type DatabaseAction uint8

// The actions.
const (
	CreateDatabase DatabaseAction = iota + 1
	DropDatabase
	StartDatabase
	StopDatabase
	RenameDatabase
	CreateAlias
	AlterAlias
	DropAlias
)

// Databases is the catalogue of the server's databases.
type Databases interface {
	// List returns the databases sorted by name, and the aliases.
	List() ([]Database, []Alias)
	// Check returns why a change can not be made now. The errors of both
	// methods are for the client.
	Check(c DatabaseChange) error
	// Change makes a change, durably, and tells whether anything was to do.
	Change(ctx context.Context, c DatabaseChange) (changed bool, err error)
}

// Process tells what the system knows of the server's process.
type Process interface {
	// Memory returns bytes that are in memory now, at most so far, and of those
	// in memory now the ones of files, such as the program; zeros when unknown.
	Memory() (resident, peak, files int64)
	// MapCount is how many mappings the system allows; 0 when unknown.
	MapCount() int64
}

// Settings are those that can be changed while the server runs, and the values
// that it started with.
type Settings interface {
	// Configuration lists what the server was started with, sorted by name.
	Configuration() []Setting
	// Runtime lists the settings that SET DATABASE SETTING can change, sorted by
	// name.
	Runtime() []Setting
	// Set changes one of those. The error is for the client, as is that of Check,
	// which tells what Set would.
	Set(ctx context.Context, name, value string) error
	Check(name, value string) error
}

// A Setting is one value of the configuration.
type Setting struct {
	Name, Default, Value, Description string
	// Startup is the value that the server started with, Valid the type of values.
	Startup, Valid string
	// Explicit says that somebody has chosen the value.
	Explicit bool
	// Session says that each client may choose a value of its own.
	Session bool
}
