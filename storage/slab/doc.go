// Package slab keeps very many small records without giving the garbage
// collector anything to look at. A [Table] holds records of one pointer-free
// type under 32-bit slots, a [Blocks] holds byte blocks of any size under
// 32-bit references. Both take their memory from a [Memory], which counts it
// against a limit.
//
// # Where the bytes are
//
// On Linux the memory is anonymous mmap memory in regions of 256 MiB, cut into
// chunks of 2 MiB that ask for huge pages: a record costs one TLB entry less
// than on the Go heap, the collector never marks it, and a large graph does not
// make the collector's heap target grow. Under the race detector and on other
// systems the chunks are slices on the Go heap; nothing else differs.
//
// # Concurrency
//
// Finding a record or a block takes no lock and may happen while others are
// allocated. The caller orders accesses to the contents, and makes sure that
// nobody reads what it frees.
//
// # Limits
//
// 2^32 records a table; 64 GiB of blocks, 128 MiB each.
package slab
