// Package parser reads Cypher text into a syntax tree.
//
// The text is cut into an array of tokens first; the parser then descends
// over it by hand, with one table of precedences for the operators. It never
// goes back more than a fixed way: where the language needs to look far ahead
// (is "(a)" an expression or a pattern?), it looks at tokens and builds
// nothing.
//
// # Language
//
// openCypher 9, the everyday language of Neo4j's Cypher 5 and 25, and
// Memgraph's extensions. No word is reserved: a keyword can be used wherever
// a name is expected.
//
// # Errors
//
// Every error is an [ast.Error] with a place, a caret and, for a syntax
// error, what was expected there. To name what was expected the statement is
// parsed a second time, in a mode that notes every token it looks for; only
// texts with errors pay for it.
//
// # Limits
//
// The nesting of a statement and the length of a chain of operators are
// limited, so that no text can exhaust the stack of this or of a later stage.
// There is no limit on the length of a text but 2 GiB: the server limits
// messages.
//
// # Concurrency
//
// [Parse] and [Normalize] keep no state and may be called at once.
package parser
