package clients_test

// A client is one row of the matrix.
type client struct {
	name    string // of the row, and of a folder unless folder says otherwise
	library string
	version string // as in the client's manifest
	bolt    string // the version that it and the server agree on
	fast    bool   // belongs to `make check`
	folder  string
	build   func(b *builder) command
	// lacks are the steps that the client's API has no way to do.
	lacks []string
	// differs are results that are right for this client alone, each with its
	// reason beside it.
	differs map[string]string
}

// clients is the matrix, in the order in which it runs.
func clients() []client {
	return []client{
		{
			name: "go4", library: "neo4j-go-driver", version: "v4.4.8", bolt: "4.4", fast: true, build: goModule(""),
			lacks:   []string{"cancellation"},
			differs: reset("COMMIT: Neo4jError: Neo.ClientError.Statement.SemanticError (No current transaction to commit.)"),
		},
		{name: "go5", library: "neo4j-go-driver", version: "v5.28.4", bolt: "5.8", fast: true, build: goModule("")},
		{name: "go6", library: "neo4j-go-driver", version: "v6.2.0", bolt: "6.1", fast: true, folder: "go5", build: goModule("v6")},
		{
			name: "javascript4", library: "neo4j-driver, Node", version: "4.4.11", bolt: "4.4", fast: true, folder: "javascript", build: node,
			differs: reset("Neo.ClientError.Statement.SemanticError No current transaction to commit."),
		},
		{name: "javascript5", library: "neo4j-driver, Node", version: "5.28.3", bolt: "5.8", fast: true, folder: "javascript", build: node},
		{name: "javascript6", library: "neo4j-driver, Node", version: "6.3.0", bolt: "6.1", fast: true, folder: "javascript", build: node},
	}
}

// reset is the result of a driver that sends RESET whenever a connection goes
// back to its pool, which is after each query: RESET ends a transaction.
func reset(failure string) map[string]string {
	return map[string]string{"transactions as text": "failed: " + failure}
}
