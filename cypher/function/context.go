package function

import (
	"math/rand/v2"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Context is what functions and procedures may use beside their arguments.
// It belongs to one execution and one goroutine. Functions that only compute
// work with the zero Context.
type Context struct {
	// View is what the calling clause sees of the graph.
	View storage.View
	// Store names labels, types and keys, and counts.
	Store *storage.Store
	// Arena holds small strings that are read from the graph; it may be nil.
	Arena *graph.Arena
	// Clock is the time of the transaction and the statement.
	Clock temporal.Clock
	// Random is the source of rand() and its like; nil is the process's own.
	Random *rand.Rand
	// Database is the name of the database that the statement runs in.
	Database string
	// User is the name of the authenticated user, and Roles those that it
	// has; empty when there is none.
	User  string
	Roles []string
	// Account is the user's identity; zero is nobody in particular.
	Account access.Account
	// Metadata is the map that came with the transaction; null without.
	Metadata graph.Value
	// Levels are the isolation levels that the client has chosen.
	Levels storage.Levels
	// Choices are the client's own settings; nil where no client is known.
	Choices *Choices
	// File and Line are where LOAD CSV reads; empty and zero elsewhere.
	File string
	Line int64
	// Changes counts what procedures change; nil where nobody asks.
	Changes *Changes
	// Server answers what the engine itself does not know; it may be nil.
	Server Server
}

// Choices are the values of settings that a client has chosen for itself, by
// name.
type Choices map[string]string

// A Server knows what is around the database: identity, addresses, settings.
// It is implemented where server and engine are wired together.
type Server interface {
	// Components returns the product's name, version and edition.
	Components() (name, version, edition string)
	// Address is where clients reach the server: host and port.
	Address() string
	// Databases are the names of all databases, the default one first.
	Databases() []string
	// Settings lists the configuration as name, value and description.
	Settings() [][3]string
}

func (c *Context) float() float64 {
	if c.Random == nil {
		return rand.Float64() //nolint:gosec // rand() promises no secrecy
	}
	return c.Random.Float64()
}

func (c *Context) intN(n int) int {
	if c.Random == nil {
		return rand.IntN(n) //nolint:gosec // no secrecy is promised
	}
	return c.Random.IntN(n)
}
