// Package ast is the syntax tree of Cypher: statements, clauses, patterns and
// expressions, their positions, and printing a tree back to source.
//
// The parser builds the tree; the semantic analysis fills the fields whose
// comment says so ([Variable.Symbol], [Projection.Star], …) and changes
// nothing else. After that the tree is read-only and may be shared between
// goroutines.
//
// # Dialects
//
// One tree serves openCypher 9, Neo4j's Cypher 5 and 25 and Memgraph's
// extensions: two spellings of one thing give one node. What only one dialect
// has is a node or a field of its own, so that a later stage that does not
// execute it can refuse it by name.
//
// # Printing
//
// [String] gives a canonical spelling that parses to the same tree, except
// for positions and for [Item.Text].
package ast
