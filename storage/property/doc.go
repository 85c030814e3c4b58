// Package property is the stored form of properties: a packed record of keys
// and values in which a value is found without decoding the others, and already
// has the bytes that a Bolt record needs.
//
// # Layout
//
// A record begins with a form byte. Its low two bits give the width of the
// numbers that follow, 1, 2 or 4 bytes, little-endian; bit 7 tells that some
// value has a trailer.
//
//	form  n  (key end) × n  value × n
//	00    02 05 03 09 07    01 02 03  84 61 62 63
//
// n is the number of properties, sorted by key. The end of a value counts from
// the start of the first one. No properties is no record: zero bytes.
//
// # Values
//
// A value is PackStream as Bolt 5 spells it: structures 'D', 'T', 't', 'd', 'I',
// 'i', 'E', 'X', 'Y', with 'V' for vectors and the marker E0 for UUIDs. A
// date-time of a named zone does not say its offset from UTC on the wire; the
// offsets of all that a value contains, four bytes each, little-endian, follow
// the PackStream bytes as a trailer.
//
// # Limits
//
// The stored form is written by this process or read from files with checksums,
// so damaged bytes are a bug; reading them gives null or an error, never an
// access outside the record.
package property
