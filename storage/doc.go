// Package storage holds a property graph in memory, in many versions, and makes
// every commit durable in a log. A [Store] is one database. A [Transaction] is
// a snapshot of it together with its own changes; a [View] reads through one,
// in batches, without locks.
//
// # Identifiers
//
// Nodes and relationships are fixed records without pointers, outside the
// garbage collected heap. A [graph.NodeID] is the slot of the record and the
// slot's generation: finding a node is an array access and an identifier is
// never used twice. Labels, relationship types and property keys are numbers
// that are only ever added, so a resolved number stays right for ever.
//
// # Isolation
//
// Transactions have snapshot isolation: they see what was committed when they
// began, and their own changes. A change is stamped with the command that made
// it, and a view of a command sees the changes of earlier commands only. The
// first transaction to change a record owns it until it ends; a second one
// waits for it, and fails with [KindConflict] when the first one commits.
// Creating relationships on one node conflicts with nothing but the deletion of
// that node.
//
// # Durability
//
// A commit returns after its log record is on stable storage, one flush for all
// that wait together, and nobody sees it before. When a flush fails the store
// stops: reads go on, every further commit fails.
//
// # Limits
//
// 2^32 nodes and 2^32 relationships, 2^31 distinct label sets, 2^16
// relationship types, 2^48 commits; the properties of one record take at most 128 MiB.
//
// # Concurrency
//
// A Store may be used by any number of goroutines. A Transaction that writes
// belongs to one goroutine at a time; one that only reads may be used by
// several, each with cursors of its own. Views and cursors must not be used
// after their transaction has ended.
package storage
