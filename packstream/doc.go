// Package packstream is the binary value format of Bolt: a [Decoder] that reads
// typed values out of one message, and Append functions that write them.
//
// # Protocol
//
// PackStream version 1 as used by Bolt 1 to 6.0, and the UUID marker E0 of Bolt
// 6.1. Numbers are big-endian. The Append functions choose the smallest form;
// the Decoder accepts wider forms. What a structure means is decided by its
// user: here it is a tag with a number of fields.
//
// # Limits
//
// Every length is compared with the bytes that are there before it is
// believed, and all lists and maps together may not announce more items than
// the message has bytes, so memory that a caller reserves by the announced
// counts stays within a multiple of the message. [Limits] bounds nesting and
// item counts beyond that. Lengths reach 2^31-1.
//
// # Concurrency
//
// A Decoder belongs to one goroutine at a time. The functions keep no state.
package packstream
