package clients_test

import "fmt"

// A client is one row of the matrix.
type client struct {
	name    string // of the row, and of a folder unless folder says otherwise
	library string
	version string // as in the client's manifest
	bolt    string // the version that it and the server agree on
	fast    bool   // belongs to `make check`
	folder  string
	build   func(b *builder) command
	// plaintext is what a client connects over when that is not TLS.
	plaintext string
	// flags are what the server needs for this client.
	flags []string
	// own tells that a client has steps of its own, in its expected.txt: what its
	// users do every day.
	own bool
	// absent is why a client runs nowhere yet.
	absent string
	// lacks are the steps that the client's API has no way to do.
	lacks []string
	// differs are results that are right for this client alone, each with its
	// reason beside it.
	differs map[string]string
}

// clients is the matrix, in the order in which it runs.
func clients() []client {
	pythonLacks := []string{"value far dates", "cancellation"}
	// The driver gives seconds and nanoseconds one sign.
	pythonDiffers := map[string]string{"value negative duration": "duration 0 0 -1 -1"}
	return []client{
		{
			name: "go4", library: "neo4j-go-driver", version: "v4.4.8", bolt: "4.4", fast: true, build: goModule(""),
			lacks:   []string{"cancellation"},
			differs: reset("COMMIT: Neo4jError: Neo.ClientError.Statement.SemanticError (No current transaction to commit.)"),
		},
		{name: "go5", library: "neo4j-go-driver", version: "v5.28.4", bolt: "5.8", fast: true, build: goModule("")},
		{name: "go6", library: "neo4j-go-driver", version: "v6.2.0", bolt: "6.1", fast: true, folder: "go5", build: goModule("v6")},
		{
			name: "javascript4", library: "neo4j-driver, Node", version: "4.4.11", bolt: "4.4", fast: true, folder: "javascript", build: node("scenario.js"),
			differs: reset("Neo.ClientError.Statement.SemanticError No current transaction to commit."),
		},
		{name: "javascript5", library: "neo4j-driver, Node", version: "5.28.3", bolt: "5.8", fast: true, folder: "javascript", build: node("scenario.js")},
		{name: "javascript6", library: "neo4j-driver, Node", version: "6.3.0", bolt: "6.1", fast: true, folder: "javascript", build: node("scenario.js")},
		{
			name: "python4", library: "Python neo4j", version: "4.4.13", bolt: "4.4", fast: true, folder: "python", build: python(),
			lacks: pythonLacks, differs: pythonDiffers,
		},
		{
			name: "python5", library: "Python neo4j", version: "5.28.8", bolt: "5.8", fast: true, folder: "python", build: python(),
			lacks: pythonLacks, differs: pythonDiffers,
		},
		{
			name: "python6", library: "Python neo4j", version: "6.4.1", bolt: "6.1", fast: true, folder: "python", build: python(),
			lacks: pythonLacks, differs: pythonDiffers,
		},
		{
			name: "python5async", library: "Python neo4j, asyncio", version: "5.28.8", bolt: "5.8", folder: "python", build: python("async"),
			lacks: pythonLacks[:1], differs: pythonDiffers,
		},
		{
			name: "python6async", library: "Python neo4j, asyncio", version: "6.4.1", bolt: "6.1", fast: true, folder: "python", build: python("async"),
			lacks: pythonLacks[:1], differs: pythonDiffers,
		},
		{
			name: "pythonrust5", library: "Python neo4j-rust-ext", version: "5.28.8.0", bolt: "5.8", folder: "python", build: python(),
			lacks: pythonLacks, differs: pythonDiffers,
		},
		{
			name: "pythonrust6", library: "Python neo4j-rust-ext", version: "6.4.1.0", bolt: "6.1", folder: "python", build: python(),
			lacks: pythonLacks, differs: pythonDiffers,
		},
		{
			name: "pymgclient", library: "pymgclient", version: "1.6.0", bolt: "4.4", fast: true, build: python(),
			lacks: []string{
				"connect with the authority", "protocol", "value far dates", "value time", "value extreme offsets", "value point",
				"value point in space", "value place", "value place with height", "bytes", "abandoned rows", "cancellation",
				"bookmark", "timeout", "metadata", "notification", "counters", "summary", "explain", "profile",
			},
			differs: pymgclientDiffers(),
		},
		{
			name: "mgclient", library: "mgclient, C", version: "1.6.0", bolt: "4.4", fast: true,
			build:   mgclient("gcc", "-std=gnu11", "main.c"),
			lacks:   []string{"connect with the authority", "protocol", "bytes", "abandoned rows", "cancellation"},
			differs: mgclientDiffers("client error"),
		},
		{
			name: "mgclientcpp", library: "mgclient, C++", version: "1.6.0", bolt: "4.4", folder: "mgclient",
			build: mgclient("g++", "-std=c++17", "main.cpp"),
			lacks: []string{
				"connect with the authority", "connect without the authority", "protocol", "bytes", "cancellation", "bookmark", "timeout",
				"metadata", "notification", "counters", "summary", "explain", "profile", "routing",
			},
			differs: mgclientcppDiffers(),
		},
		{
			name: "java4", library: "neo4j-java-driver", version: "4.4.22", bolt: "4.4", folder: "java", build: java,
			lacks:   []string{"cancellation"},
			differs: java4Differs(),
		},
		{
			name: "java5", library: "neo4j-java-driver", version: "5.28.15", bolt: "5.8", folder: "java", build: java,
			lacks:   []string{"cancellation"},
			differs: reset("org.neo4j.driver.exceptions.ClientException: No current transaction to commit."),
		},
		{
			name: "java6", library: "neo4j-java-driver", version: "6.2.1", bolt: "6.1", folder: "java", build: java,
			lacks:   []string{"cancellation"},
			differs: reset("org.neo4j.driver.exceptions.ClientException: No current transaction to commit."),
		},
		{
			name: "chromium", library: "neo4j-driver, Chromium", version: "6.3.0", bolt: "6.1", folder: "javascript", build: browser,
			plaintext: "WebSocket on a plaintext port", flags: []string{"--bolt-websocket-origins=127.0.0.1:*"},
		},
		{name: "gqlalchemy", library: "GQLAlchemy", version: "1.10.0", bolt: "4.4", own: true, build: python()},
		{name: "neomodel", library: "neomodel", version: "7.0.0", bolt: "6.0", own: true, build: python()},
		{name: "langchain", library: "langchain-neo4j", version: "0.11.0", bolt: "6.1", own: true, build: python()},
		{name: "py2neo", library: "py2neo", version: "2021.2.4", bolt: "4.3", own: true, build: python()},
		{name: "cyphershell", library: "cypher-shell", version: "5.26.30", bolt: "5.8", own: true, build: shell},
		{name: "lab", library: "statements of Memgraph Lab, neo4j-driver", version: "5.28.3", bolt: "5.8", own: true, build: node("main.js")},
		{name: "mgconsole", library: "statements of mgconsole, pymgclient", version: "1.6.0", bolt: "4.4", own: true, build: python()},
		{name: "graphql", library: "@neo4j/graphql", version: "7.6.3", bolt: "6.1", own: true, build: node("main.js")},
		{name: "neogma", library: "neogma", version: "1.16.1", bolt: "6.1", own: true, build: node("main.js")},
		// What 0.8 loses of the values it loses on Neo4j too.
		{
			name: "neo4rs8", library: "neo4rs, Rust", version: "0.8.0", bolt: "4.1", folder: "neo4rs", own: true, build: cargo,
			lacks: []string{"wrong password"},
		},
		{name: "neo4rs9", library: "neo4rs, Rust", version: "0.9.0-rc.11", bolt: "4.4", folder: "neo4rs", own: true, build: cargo},
		{name: "neo4jrust", library: "neo4j, Rust", version: "0.2.0", bolt: "5.8", own: true, build: cargo},
		{name: "rsmgclient", library: "rsmgclient, Rust", version: "4.0.0", bolt: "4.4", own: true, build: bindings},
		{name: "jdbc", library: "Neo4j JDBC", version: "6.10.5", bolt: "6.0", own: true, build: java},
		{name: "spring", library: "Spring Data Neo4j", version: "7.5.13", bolt: "5.8", own: true, build: java},
		{name: "csharp", library: "Neo4j.Driver, C#", version: "-", bolt: "-", absent: "its packages come from NuGet, and Debian has no dotnet"},
		{name: "php", library: "stefanak-michal/bolt, PHP", version: "-", bolt: "-", absent: "its packages come from Packagist alone"},
	}
}

// reset is the result of a driver that sends RESET whenever a connection goes
// back to its pool, which is after each query: RESET ends a transaction.
func reset(failure string) map[string]string {
	return map[string]string{"transactions as text": "failed: " + failure}
}

// pymgclientDiffers are the results of types that hold microseconds and no
// months, of a protocol without UTC, and of failures without codes.
func pymgclientDiffers() map[string]string {
	differs := map[string]string{
		"value local time":               "localtime 23:59:59.999999000",
		"value local date-time":          "localdatetime 1969-12-31T23:59:59.000000000",
		"value date-time with offset":    "datetime 2024-06-01T12:00:00.123456000 -12600",
		"value date-time in a zone":      "datetime 2024-06-01T12:00:00.123456000 +7200 Europe/Berlin",
		"value overlap of a zone, later": "datetime 2024-10-27T02:30:00.000000000 +7200 Europe/Berlin",
		"value duration":                 "duration 0 -3 3600 0",
		"value negative duration":        "duration 0 -1 86398 999999000",
		"value long duration":            "duration 0 -1 86399 0",
	}
	for name, value := range differs {
		differs[name] = fmt.Sprintf("%s, back %s, 2 values", value, value)
	}
	differs["failure after a row"] = "[10], then DatabaseError"
	differs["wrong password"] = "refused"
	for _, name := range []string{"syntax error", "missing parameter", "constraint"} {
		differs[name] = "DatabaseError, then [1]"
	}
	return differs
}

// mgclientDiffers are the results of a library that reads times with an offset
// but does not write them, leaves the offset of a zone to the program, and tells
// failures of statements apart by kinds only.
func mgclientDiffers(failure string) map[string]string {
	return map[string]string{
		"wrong password":                   "refused",
		"value time":                       "time 12:34:56.000000001 +19800, back failed: tried to send value of type 'time'",
		"value extreme offsets":            "[time 00:00:00.000000000 -64800, time 00:00:00.000000000 +64800], back failed: tried to send value of type 'time'",
		"value date-time in a zone":        "datetime 2024-06-01T12:00:00.123456789 ? Europe/Berlin",
		"value date-time before 1970":      "datetime 1969-07-20T20:17:40.500000000 ? America/New_York",
		"value gap of a zone":              "datetime 2024-03-31T03:30:00.000000000 ? Europe/Berlin",
		"value overlap of a zone, earlier": "datetime 2024-10-27T02:30:00.000000000 ? Europe/Berlin",
		"value overlap of a zone, later":   "datetime 2024-10-27T02:30:00.000000000 ? Europe/Berlin, back datetime 2024-10-27T02:30:00.000000000 ? Europe/Berlin, 2 values",
		"failure after a row":              "[10], then client error",
		"timeout":                          "client error, then [1]",
		"syntax error":                     failure + ", then [1]",
		"missing parameter":                failure + ", then [1]",
		"constraint":                       failure + ", then [1]",
	}
}

// mgclientcppDiffers are the same for an API that hides what was refused.
func mgclientcppDiffers() map[string]string {
	differs := mgclientDiffers("refused")
	differs["value time"], differs["value extreme offsets"] = "failed: refused", "failed: refused"
	return differs
}

// java4Differs adds the overlap of a zone, which a protocol without UTC has no
// way to tell.
func java4Differs() map[string]string {
	differs := reset("org.neo4j.driver.exceptions.ClientException: No current transaction to commit.")
	const earlier = "datetime 2024-10-27T02:30:00.000000000 +7200 Europe/Berlin"
	differs["value overlap of a zone, later"] = fmt.Sprintf("%s, back %s, 2 values", earlier, earlier)
	return differs
}
