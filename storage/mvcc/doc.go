// Package mvcc is the arithmetic and the bookkeeping of versions: the [Word]
// that says who made the newest version of a record and when, and the
// [Registry] of running transactions, which answers how far back anybody can
// still see and who waits for whom.
//
// # Version words
//
// A record has one word. Committed, it is the commit timestamp, with a count of
// aborts in the low 16 bits; owned, the top bit is set and the word names the
// transaction and the command that made the change:
//
//	0  timestamp (47 bits)   aborts (16 bits)
//	1  owner (31 bits)       command (32 bits)
//
// One comparison tells whether a committed version is visible, and owned words
// are larger than any committed one. The count of aborts makes the word change
// when an owner gives up, so that a reader who loads the word, the fields and
// the word again can not mistake undone fields for committed ones.
//
// # Concurrency
//
// A Registry may be used by any number of goroutines.
package mvcc
