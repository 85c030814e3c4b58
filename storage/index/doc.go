// Package index finds the slots of records: a [Bitmap] answers which records
// have a token, a [Hash] which ones have a hash of values, and a [Tree] which
// ones have keys in a range, in their order. None of them knows versions. An entry stands as long as any visible version of the record wants
// it, and the reader checks what it finds against the version it sees.
//
// # Memory
//
// All are free of pointers and take their memory from package slab, so that
// the garbage collector does not walk them and the memory limit counts them.
//
// # Concurrency
//
// Readers of bitmaps and hashes take no lock, those of trees share one with the
// writers for a batch of entries. Writers exclude each other by themselves; the caller
// makes sure that an entry is not removed while somebody adds it again.
package index
