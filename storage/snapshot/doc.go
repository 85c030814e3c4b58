// Package snapshot keeps the state of a store as of one commit in a file, so that
// the log before it is not needed any more. It knows blocks of bytes; what is in
// them is the business of package storage.
//
// # Format
//
// A file is named by its position, 20 decimal digits. It begins with 45 bytes,
// all numbers little-endian:
//
//	magic 8 B   version 1 B   database 16 B   position 8 B   time 8 B   CRC32C 4 B
//
// Then come blocks, and at last an empty one:
//
//	length 4 B   CRC32C 4 B   payload
//
// The checksum of a block covers its number, counted from 0, as 8 bytes, and the
// payload: a block that is missing or moved is found out, and so is the end of a
// file. A file gets its name when all of it is on stable storage.
package snapshot
