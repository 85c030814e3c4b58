package servertest

import (
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/server"
)

// Only returns a catalogue of one database, which is the default one, with the
// alias memgraph.
func Only(db server.Database) server.Databases { return only{db} }

type only struct{ db server.Database }

// Database implements [server.Databases].
func (o only) Database(name string) (server.Database, error) {
	switch name {
	case "", o.db.Name(), "memgraph":
		return o.db, nil
	}
	return nil, &cypher.Error{Kind: cypher.KindNoDatabase, Message: "Graph not found: " + name + ". The database does not exist"}
}

// Identified implements [server.Databases].
func (o only) Identified(id [16]byte) (server.Database, bool) { return o.db, id == o.db.ID() }
