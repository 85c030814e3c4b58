package server

import (
	"context"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Databases finds the databases of a server.
type Databases interface {
	// Database returns the database with a name or an alias; the empty name is
	// that of clients which name none. The error is for the client.
	Database(name string) (Database, error)
	// Identified returns the database with an identity; nil and true for one that
	// was there while the server ran and is not any more.
	Identified(id [16]byte) (db Database, known bool)
}

// A Database runs the statements of one database. It is declared here, where it
// is used, so that sessions can be tested without an engine; FromEngine makes
// one of a *cypher.Engine.
//
// Errors are the engine's; failure.go turns them into codes. A context that
// ends cancels the statement, and the error is then the context's cause.
type Database interface {
	// Name is its name on the wire.
	Name() string
	// Run executes a statement in a transaction of its own, which ends with the
	// result. A statement that writes has run to its end when Run returns.
	Run(ctx context.Context, s Statement) (Result, error)
	// Begin starts an explicit transaction.
	Begin(ctx context.Context, o TransactionOptions) (Transaction, error)
	// ID is the database's identity, part of bookmarks and element ids.
	ID() [16]byte
	// Position is the newest commit that is durable.
	Position() storage.Position
	// WaitFor returns when the position is visible to new transactions.
	WaitFor(ctx context.Context, p storage.Position) error
}

// A Statement is one query with what the client sent beside it.
type Statement struct {
	Query string
	// Parameters is a map value.
	Parameters graph.Value
	// Began is when the request came.
	Began time.Time
	TransactionOptions
}

// TransactionOptions describe the transaction that a statement or BEGIN opens.
type TransactionOptions struct {
	// ReadOnly refuses statements that write.
	ReadOnly bool
	// Metadata is the client's map for transaction listings, or null.
	Metadata graph.Value
	// User is who has logged in, or empty, and Account whose that is.
	User    string
	Account cypher.Account
	// Session is what the client's statements leave behind; may be nil.
	Session *cypher.Session
	// Using is what the statement calls the database in its USE clause, when
	// another one was asked first.
	Using string
	// Client is the connection; nil for statements of the server itself.
	Client cypher.Client
	// Trusted statements come from the operator and may do everything.
	Trusted bool
	// Dialect is what the client expects of answers.
	Dialect cypher.Dialect
}

// A Transaction is an explicit transaction, used by one goroutine at a time.
type Transaction interface {
	Run(ctx context.Context, s Statement) (Result, error)
	// Commit makes the transaction durable. Open results are closed first.
	Commit(ctx context.Context) (storage.Position, error)
	// Rollback ends the transaction; after Commit it does nothing.
	Rollback()
}

// A Result is the stream of rows of one statement.
type Result interface {
	Columns() []string
	// Next returns at most limit rows, or nil when there are no more. The batch
	// is valid until the next call.
	Next(ctx context.Context, limit int) (Batch, error)
	// More reports whether Next has anything left to return, be it an error.
	More() bool
	// Summary is complete when More is false.
	Summary() Summary
	// Plan draws the plan, one operator a line; nil when there is none.
	Plan() []string
	// Entities resolves the nodes and relationships in the rows.
	Entities() bolt.Entities
	// Close gives up what is left; nothing of the result is used after it. The
	// error is that of a commit that happens here, because the statement has
	// written.
	Close() error
}

// A Batch is a block of rows.
type Batch interface {
	Len() int
	Value(row, column int) graph.Value
}

// A Summary is what is known about a statement when its rows have ended.
type Summary struct {
	// Type is r, w, rw or s, as in Bolt.
	Type          string
	Counters      bolt.Counters
	Notifications []bolt.Notification
	// Plan and Profile are trees of maps, or null.
	Plan, Profile graph.Value
	// Position is the commit of a statement that has its own transaction; zero
	// when it wrote nothing.
	Position storage.Position
}
