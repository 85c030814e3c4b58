// Package catalog keeps the databases of a server: which there are, what else
// they are called, and a store and an engine for each.
//
// # Files
//
// Below the data directory:
//
//	lock            held by the process
//	system/         the store of database system: the catalogue itself
//	databases/X/    one store each; X begins with the name the database was
//	                created under, and nothing is read from it
//	dumps/X/        what DROP DATABASE … DUMP DATA has left
//	.backup/        what a start without recovery has set aside
//
// The catalogue is a graph in the store system: a node with the label Database
// or Alias each. A statement that changes it is durable when it is answered, as
// every commit is, and after a crash it has happened or it has not: a directory
// is made before, and removed after, the commit that decides, and what is left
// of it is removed at the next start.
//
// No statement can read that store. The engine of database system runs on an
// empty one.
//
// # Concurrency
//
// A Catalog may be used by any number of goroutines. Finding a database takes no
// lock; changes are made one at a time.
package catalog
