// Package bolt is the Bolt protocol without sockets: versions, the handshake,
// messages, the wire form of values, and messages cut into chunks.
//
// # Protocol
//
// Bolt 1, 2, 3, 4.0 to 4.4, 5.0 to 5.8, 6.0 and 6.1. Every version is one row
// of one table, a [Version], whose fields answer what differs; nothing else
// compares version numbers. There is one file per message, named as in the
// Bolt documents. Requests are decoded by a [RequestDecoder], values of records
// are encoded by a [ValueEncoder].
//
// # Limits
//
// A [Reader] is given the largest message, a [RequestDecoder] the nesting and
// the number of items. Neither reserves memory for sizes that are announced
// only.
//
// # Concurrency
//
// Versions are shared and immutable. All other types belong to one session and
// are used by one goroutine at a time.
package bolt
