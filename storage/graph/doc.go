// Package graph is the vocabulary that every layer of Drawbolt shares: the
// 24-byte [Value] with its kinds, and the identifiers of nodes and
// relationships.
//
// A Value is a tagged word pair. Scalars live in the word and keep the pointer
// nil, so that the garbage collector has nothing to follow in a column of
// them; strings, bytes, lists, maps, paths, durations, zones, points, vectors
// and UUIDs stand behind the pointer. Nodes and relationships are identifiers:
// labels and properties are read from a transaction, and only where a result
// leaves the server.
//
// # Relations
//
// Cypher compares values in three different ways, which are three functions:
// [Equal] (the = operator, three-valued), [Compare] (the < operator, undefined
// between most types) and [Order] (ORDER BY, a total order over everything).
// [Equivalent] is the equality of DISTINCT, grouping and [Hash]: null is
// equivalent to null and NaN to NaN, 1 to 1.0.
//
// # Ownership
//
// Values are immutable. A constructor that takes a slice or a pointer keeps it;
// the caller must not change it afterwards. Accessors return the kept memory
// and the caller must not write to it.
//
// # Limits
//
// The sizes of strings, lists and maps are Go lengths; dates reach years
// ±999,999,999, which the packages that parse them enforce.
package graph
