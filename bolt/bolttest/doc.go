// Package bolttest is a scripted Bolt client for tests: it sends messages
// written as text, or bytes, and shows what comes back as text.
//
// # Notation
//
// A message is its name and its fields: RUN "RETURN $x" {x: 1} {}. Values are
// written so:
//
//	null true 42 -1.5 NaN Infinity -Infinity
//	"text"               a string, quoted as in Go
//	#0102FF              a byte array
//	[1, [2]]             a list
//	{name: 1, "a b": 2}  a map
//	N(1, ["A"], {})      a structure: its tag and its fields
//	3F("UUID", 6, 1, {}) the same with a tag in hex
//	uuid(00112233445566778899AABBCCDDEEFF)
//
// In an expected message * stands for anything.
//
// # Concurrency
//
// A [Client] is used by one goroutine, that of its test.
package bolttest
