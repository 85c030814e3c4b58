// Package token names the lexical elements of Cypher: the kinds of tokens and
// the table of keywords.
//
// Only words that decide what a statement or an expression is have a keyword
// kind. Words that matter in one place of the grammar only (REQUIRE, HEADERS,
// ROWS) stay identifiers and are compared where they are expected. No keyword
// is reserved: the parser accepts every keyword as a name where a name is
// expected.
//
// # Limits
//
// Positions are 32-bit byte offsets; the parser refuses longer texts.
package token
