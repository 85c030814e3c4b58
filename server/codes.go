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
	// status is the GQLSTATUS, cause that of the nested record, or empty.
	status string
	cause  string
}

// A failureKind is an error of the session itself; the engine and the store have
// kinds of their own.
type failureKind uint8

const (
	failProtocol    failureKind = iota + 1 // a request in the wrong state
	failRequest                            // a request that makes no sense
	failStatementID                        // a qid that does not exist
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
		return codes{"Neo.ClientError.Request.Invalid", memgraphProtocol, "08N06", "08N10"}
	case failRequest:
		return codes{"Neo.ClientError.Request.Invalid", memgraphProtocol, "08N06", ""}
	case failStatementID:
		return codes{"Neo.ClientError.Request.InvalidFormat", memgraphProtocol, "08N06", ""}
	case failMessageSize:
		return codes{"Neo.ClientError.Request.Invalid", memgraphProtocol, "22N56", ""}
	case failBookmark:
		return codes{"Neo.ClientError.Transaction.InvalidBookmark", memgraphClient, "08N12", ""}
	case failBookmarkTimeout:
		return codes{"Neo.TransientError.Transaction.BookmarkTimeout", memgraphTransient, "08N13", ""}
	case failControl:
		return codes{"Neo.ClientError.Statement.SemanticError", memgraphClient, "42000", ""}
	case failLogin:
		return codes{"Neo.ClientError.Security.Unauthorized", memgraphLogin, "42NFF", ""}
	case failLoginRate:
		return codes{"Neo.ClientError.Security.AuthenticationRateLimit", memgraphLogin, "42NFF", ""}
	case failForbidden:
		return codes{"Neo.ClientError.Security.Forbidden", memgraphClient, "42NFF", ""}
	case failNoRoom:
		return codes{"Neo.TransientError.Request.NoThreadsAvailable", memgraphTransient, "51N38", ""}
	default:
		return codes{"Neo.DatabaseError.General.UnknownError", memgraphDatabase, "50N42", ""}
	}
}

// conditions are the texts of GQLSTATUS records, without "error: ". Clients must
// not parse them; they help the people who read them.
func condition(status string) string {
	switch status {
	case "08N06":
		return "connection exception - protocol error. General network protocol error."
	case "08N10":
		return "connection exception - invalid server state. Message cannot be handled by session in this state."
	case "08N11":
		return "connection exception - request error. The request is invalid and could not be processed by the server. See cause for further details."
	case "08N12":
		return "connection exception - invalid bookmark. The bookmark could not be parsed."
	case "08N13":
		return "connection exception - database not up to bookmark. The database is not up to the requested bookmark."
	case "08N03":
		return "connection exception - database access failed. Failed to write to the database in read access mode."
	case "08N09":
		return "connection exception - database unavailable. The database is currently unavailable."
	case "22000":
		return "data exception"
	case "22003":
		return "data exception - numeric value out of range."
	case "22012":
		return "data exception - division by zero"
	case "22015":
		return "data exception - interval field overflow"
	case "22G03":
		return "data exception - invalid value type"
	case "22N00":
		return "data exception - unsupported value. The provided value is unsupported and cannot be processed."
	case "22N01":
		return "data exception - unexpected type. A value is of another type than the one expected."
	case "22N04":
		return "data exception - invalid input value. Invalid input."
	case "22N05":
		return "data exception - input failed validation. Invalid input."
	case "22N21":
		return "data exception - unsupported coordinate reference system. Unsupported coordinate reference system (CRS)."
	case "22N27":
		return "data exception - invalid entity type. Invalid input."
	case "22N28":
		return "data exception - overflow error. The result of the operation has caused an overflow."
	case "22N38":
		return "data exception - invalid function argument. Invalid argument, cannot process the function."
	case "22N54":
		return "data exception - invalid map. Multiple conflicting entries specified in the map."
	case "22N56":
		return "data exception - protocol message length limit overflow. Protocol message length limit exceeded."
	case "22N57":
		return "data exception - protocol type structure mismatch. Protocol type is invalid. Invalid number of struct components."
	case "22N63":
		return "data exception - property value cannot be stored. The value cannot be stored as a property."
	case "22N64":
		return "data exception - constraint does not exist. The constraint does not exist."
	case "22N65":
		return "data exception - constraint already exists. An equivalent constraint already exists."
	case "22N69":
		return "data exception - index does not exist. The index does not exist."
	case "22N70":
		return "data exception - index already exists. An equivalent index already exists."
	case "22N71":
		return "data exception - index with name already exists. An index with this name already exists."
	case "22N79":
		return "data exception - property uniqueness constraint violated. Property uniqueness constraint violated."
	case "22N80":
		return "data exception - index entry conflict. An index entry for this value already exists."
	case "22N97":
		return "data exception - unexpected struct tag. Unexpected struct tag."
	case "22NB1":
		return "data exception - type mismatch. Type mismatch."
	case "22NB5":
		return "data exception - invalid zone. The time zone is unknown."
	case "22NBE":
		return "data exception - invalid vector dimension. The dimension of the vector is out of range."
	case "22NBG":
		return "data exception - invalid vector value. A coordinate of the vector is not a finite number."
	}
	return moreConditions(status)
}

func moreConditions(status string) string {
	switch status {
	case "25N01":
		return "invalid transaction state - invalid combination of statement types. The statement cannot be combined with others in this transaction."
	case "25N02":
		return "invalid transaction state - unable to complete transaction. See cause for further details."
	case "25N05":
		return "invalid transaction state - transaction closed. The transaction has been closed."
	case "25N13":
		return "invalid transaction state - entity deleted in this transaction."
	case "25N14":
		return "invalid transaction state - transaction termination client error. The transaction has been terminated due to a client error."
	case "25N15":
		return "invalid transaction state - transaction termination database error. The transaction has been terminated by the database."
	case "25N16":
		return "invalid transaction state - transaction termination transient error. The transaction has been terminated; retry your operation in a new transaction."
	case "2DN01":
		return "invalid transaction termination - commit failed. Failed to commit transaction."
	case "42000":
		return "syntax error or access rule violation"
	case "42001":
		return "syntax error or access rule violation - invalid syntax"
	case "42I06":
		return "syntax error or access rule violation - invalid input. The query cannot be parsed."
	case "42N00":
		return "syntax error or access rule violation - no such database. A database of this name was not found."
	case "42N11":
		return "syntax error or access rule violation - database or alias already exists. A database or an alias of this name exists."
	case "42N02":
		return "syntax error or access rule violation - writing in read access mode. Writing in read access mode is not allowed."
	case "42N08":
		return "syntax error or access rule violation - no such procedure. The procedure was not found."
	case "42N48":
		return "syntax error or access rule violation - no such function. The function was not found."
	case "42N62":
		return "syntax error or access rule violation - variable not defined. A variable is not defined."
	case "42N81":
		return "syntax error or access rule violation - missing request parameter. A parameter is missing."
	case "42NFF":
		return "syntax error or access rule violation - permission/access denied. Access denied, see the security logs for details."
	case "50N00":
		return "general processing exception - internal error. Internal exception raised."
	case "50N05":
		return "general processing exception - deadlock detected. Deadlock detected while trying to acquire locks. See log for more details."
	case "50N10":
		return "general processing exception - index drop failed. Unable to drop the index."
	case "50N12":
		return "general processing exception - constraint drop failed. Unable to drop the constraint."
	case "50N42":
		return "general processing exception - unexpected error. Unexpected error has occurred. See debug log for details."
	case "51N00":
		return "system configuration or operation exception - internal resource exhaustion."
	case "51N38":
		return "system configuration or operation exception - no threads available. There is no room for this connection at the moment."
	case "51N27":
		return "system configuration or operation exception - not supported in this edition. The command is not supported."
	case "51N54":
		return "system configuration or operation exception - max number of databases reached. The limit of databases is reached."
	case "51N72":
		return "system configuration or operation exception - memory pool out of memory. The memory pool limit was exceeded."
	case "G1001":
		return "dependent object error - edges still exist"
	default:
		return "general processing exception"
	}
}
