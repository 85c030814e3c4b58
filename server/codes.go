package server

// The classes of a Neo4j code decide what drivers do: they retry transient
// errors by themselves. Memgraph has one code for each class.
const (
	memgraphClient    = "Memgraph.ClientError.MemgraphError.MemgraphError"
	memgraphTransient = "Memgraph.TransientError.MemgraphError.MemgraphError"
	memgraphDatabase  = "Memgraph.DatabaseError.MemgraphError.MemgraphError"
	memgraphProtocol  = "Memgraph.ExecutionException"
	memgraphLogin     = "Memgraph.ClientError.Security.Unauthenticated"
)

// codes is one row of the table of failures: what a client is told about an
// error besides its text.
type codes struct {
	neo4j    string
	memgraph string
	// statuses are the GQLSTATUS of the error and, behind it, those of its causes:
	// from the general to what is about this error alone.
	statuses []string
}

func coded(neo4j, memgraph string, statuses ...string) codes {
	return codes{neo4j: neo4j, memgraph: memgraph, statuses: statuses}
}

// A failureKind is an error of the session itself; the engine and the store have
// kinds of their own.
type failureKind uint8

const (
	failProtocol    failureKind = iota + 1 // a request in the wrong state
	failRequest                            // a request that makes no sense
	failStatementID                        // a qid that does not exist
	failNoRoute                            // ROUTE for a database that does not exist
	failMessageSize
	failBookmark
	failBookmarkTimeout
	failControl // BEGIN, COMMIT, ROLLBACK as text in the wrong place
	failLogin
	failLoginRate
	failForbidden
	failNoRoom // for one more connection
	failInternal
)

func codesOfFailure(k failureKind) codes {
	switch k {
	case failProtocol:
		return coded("Neo.ClientError.Request.Invalid", memgraphProtocol, "08N06", "08N10")
	case failRequest:
		return coded("Neo.ClientError.Request.Invalid", memgraphProtocol, "08N06")
	case failStatementID:
		return coded("Neo.ClientError.Request.InvalidFormat", memgraphProtocol, "08N06", "22004")
	case failNoRoute:
		return coded("Neo.ClientError.Database.DatabaseNotFound", memgraphClient, "22000", "22N51")
	case failMessageSize:
		return coded("Neo.ClientError.Request.Invalid", memgraphProtocol, "22N56")
	case failBookmark:
		return coded("Neo.ClientError.Transaction.InvalidBookmark", memgraphClient, "08N12")
	case failBookmarkTimeout:
		return coded("Neo.TransientError.Transaction.BookmarkTimeout", memgraphTransient, "08N13")
	case failControl:
		return coded("Neo.ClientError.Statement.SemanticError", memgraphClient, "42000")
	case failLogin:
		return coded("Neo.ClientError.Security.Unauthorized", memgraphLogin, "42NFF")
	case failLoginRate:
		return coded("Neo.ClientError.Security.AuthenticationRateLimit", memgraphLogin, "42NFF")
	case failForbidden:
		return coded("Neo.ClientError.Security.Forbidden", memgraphClient, "42NFF")
	case failNoRoom:
		return coded("Neo.TransientError.Request.NoThreadsAvailable", memgraphTransient, "51N38")
	default:
		return coded("Neo.DatabaseError.General.UnknownError", memgraphDatabase, "50N42")
	}
}
