package cypher_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher"
)

func TestDialectOf(t *testing.T) {
	for agent, want := range map[string]cypher.Dialect{
		"mgclient/1.7.0":             cypher.DialectMemgraph,
		"mg/1.4":                     cypher.DialectMemgraph,
		"pymgclient/1.6.0":           cypher.DialectMemgraph,
		"rsmgclient/4.0.0":           cypher.DialectMemgraph,
		"GQLAlchemy/1.10.0":          cypher.DialectMemgraph,
		"memgraph-lab/2.9":           cypher.DialectMemgraph,
		"Go Driver/5.28.4":           cypher.DialectNeo4j,
		"neo4j-python/5.28.2":        cypher.DialectNeo4j,
		"neo4j-javascript/5.28.3":    cypher.DialectNeo4j,
		"company/mgmt (neo4j-java/)": cypher.DialectNeo4j,
		"":                           cypher.DialectNeo4j,
	} {
		if got := cypher.DialectOf(agent); got != want {
			t.Errorf("DialectOf(%q) = %d, want %d", agent, got, want)
		}
	}
}
