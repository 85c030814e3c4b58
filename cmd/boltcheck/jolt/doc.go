// Package jolt reads and writes Bolt values as text: JSON whose objects with one
// key that is a sigil stand for the types that JSON does not have.
//
//	null  true  12  1.5  "text"  [1, 2]  {"name": "Ada"}
//	{"Z": "9007199254740993"}  {"R": "NaN"}  {"#": "CAFE"}
//	{"T": "2026-11-25T09:30:00+01:00[Europe/Paris]"}  {"@": "SRID=4326;POINT(1 2)"}
//	{"()": [1, ["Person"], {"name": "Ada"}, "4:x:1"]}
//
// A sigil may name the version of the notation to be used for its value, as in
// {"Tv2": "…"}. One sigil is our own: {"<>": ["58", 1, 2]} is a structure with
// the tag 58 and two fields, for everything that has no other form.
//
// # Values and patterns
//
// A [Value] is what PackStream can hold, structures included, with no opinion on
// what they mean. It is decoded from bytes and encoded into them, parsed from
// text and printed as text that parses to the same value.
//
// A [Pattern] is what a script expects from a client: "*" for anything,
// {"Z": "*"} for any integer, keys in brackets for entries that may be missing,
// keys that end in {} for lists in any order.
//
// A [Message] is a signature with values and is written as its name and fields.
//
// # Limits
//
// Text and bytes nest at most 100 deep. Memory is bounded by a multiple of the
// text or message.
//
// # Concurrency
//
// Values and patterns are not changed once they are made, and may be used by
// many goroutines. The functions keep no state.
package jolt
