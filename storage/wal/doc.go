// Package wal keeps the records of commits in order. [Log] is the contract; a
// [File] keeps it in files of one directory, through the write-ahead log of
// Pebble, which flushes for many committers at once.
//
// # Format
//
// The files are named by number, 000001.log and so on. A file is a sequence of
// blocks of 32 KiB with checksummed chunks, as Pebble writes them, and notes
// how far it had been flushed; that is how a torn tail is told from damage. A
// record in it is, little-endian:
//
//	position 8 B   count 4 B, always 1   version 1 B   CRC32C 4 B   payload
//
// The checksum covers the position and the payload. The first 12 bytes are what
// Pebble expects there.
//
// # Damage
//
// What follows the last whole record of the last file was never acknowledged
// and is cut off when the log is opened, unless the file ends as a closed one
// does: before that end is written, all of it is flushed. Anything else that does not read is
// damage: reading stops with a [CorruptError] that names file and offset.
//
// # Concurrency
//
// The methods of a Log are called by one goroutine at a time. Waiting for a
// flush is free of that.
package wal
