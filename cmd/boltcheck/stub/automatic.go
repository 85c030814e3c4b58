package stub

import (
	"fmt"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// agents are the servers that had a version of Bolt first. The minor versions of
// Bolt 4 came with the release of the same number.
var agents = []struct{ version, agent string }{
	{"1", "Neo4j/3.3.0"},
	{"2", "Neo4j/3.4.0"},
	{"3", "Neo4j/3.5.0"},
	{"4.0", "Neo4j/4.0.0"},
	{"4.1", "Neo4j/4.1.0"},
	{"4.2", "Neo4j/4.2.0"},
	{"4.3", "Neo4j/4.3.0"},
	{"4.4", "Neo4j/4.4.0"},
	{"5.0", "Neo4j/5.0.0"},
	{"5.1", "Neo4j/5.5.0"},
	{"5.2", "Neo4j/5.7.0"},
	{"5.3", "Neo4j/5.9.0"},
	{"5.4", "Neo4j/5.13.0"},
	{"5.5", "Neo4j/5.21.0"},
	{"5.6", "Neo4j/5.23.0"},
	{"5.7", "Neo4j/5.24.0"},
	{"5.8", "Neo4j/5.26.0"},
	{"6.0", "Neo4j/2025.10.0"},
	{"6.1", "Neo4j/2026.02.0"},
}

// automatic returns the usual answer to a message: SUCCESS, and to the message
// that opens a session what servers say of themselves.
func automatic(v *bolt.Version, m *jolt.Message, connection int) jolt.Message {
	success := jolt.Message{Signature: bolt.SignatureSuccess, Fields: []jolt.Value{jolt.Map()}}
	if m.Signature != bolt.SignatureHello {
		return success
	}
	var entries []jolt.Entry
	for _, a := range agents {
		if a.version == v.Text {
			entries = append(entries, jolt.Entry{Key: "server", Value: jolt.String(a.agent)})
		}
	}
	if v.ConnectionID {
		id := fmt.Sprintf("bolt-%d", connection)
		entries = append(entries, jolt.Entry{Key: "connection_id", Value: jolt.String(id)})
	}
	if v.Noops { // from 4.1 on, as the clients' routing contexts
		entries = append(entries, jolt.Entry{Key: "routing", Value: jolt.Null()})
	}
	success.Fields[0] = jolt.Map(entries...)
	return success
}
