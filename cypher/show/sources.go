package show

import (
	"time"

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
	User         string
	// Query is the text of the statement, Parameters its map.
	Query      string
	Parameters graph.Value
	// Metadata is the map that the client sent with the transaction, or null.
	Metadata graph.Value
	Started  time.Time
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

// Settings are those that can be changed while the server runs, and the values
// that it started with.
type Settings interface {
	// Configuration lists what the server was started with, sorted by name.
	Configuration() []Setting
	// Runtime lists the settings that SET DATABASE SETTING can change, sorted by
	// name.
	Runtime() []Setting
	// Set changes one of those. The error is for the client.
	Set(name, value string) error
}

// A Setting is one value of the configuration.
type Setting struct {
	Name, Default, Value, Description string
	// Explicit says that somebody has chosen the value.
	Explicit bool
}
