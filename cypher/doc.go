// Package cypher is the query engine: it runs Cypher statements on a store.
//
// An [Engine] belongs to one database. [Engine.Run] runs a statement in a
// transaction of its own, [Engine.Begin] opens one that several statements
// share. Both give a [Result], which returns rows in batches; values are read
// from a batch as they are, and nodes and relationships as identifiers, whose
// labels and properties [Result.Entities] knows.
//
// # Plans
//
// A statement is parsed, analysed and planned once. Plans are kept by the exact
// text, in an LRU cache, and made again when the schema has changed or the
// graph has grown by an order of magnitude. See DESIGN.md.
//
// # Rows and failures
//
// A reading statement streams: rows that come before a failure are returned,
// and the failure with the next call. A writing statement runs to its end
// inside Run, before its first row is returned.
//
// # Errors
//
// Everything that a client can be told about is an [*Error] with a [Kind].
// Errors of the store pass through, wrapped; cancellation is the cause of the
// context.
//
// # Concurrency
//
// An Engine may be used by many goroutines. A Transaction and its Results
// belong to one goroutine at a time.
package cypher
