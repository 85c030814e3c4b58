// Package cyphertest runs text files of queries with the rows they must give.
//
// A file is a sequence of commands in the form of package datadriven: a command
// line, the statement, ----, the output, a blank line. go test -rewrite fills
// the outputs in; the difference is reviewed like code.
//
// # Commands
//
//   - reset: a new, empty store; no statement
//   - run: runs a statement and shows what it has changed
//   - query: shows the rows, sorted; with the argument ordered as they come
//   - explain: shows the plan
//   - each: as query, but stops at the first error and shows the rows before it
//
// The argument params={…} of run and query gives the parameters as a Cypher
// map; it must be the last argument and written without blanks.
//
// # Values
//
// Values are written as Cypher literals. Nodes are (:Label {key: value}),
// relationships [:TYPE {key: value}], paths the two in turn between angle
// brackets.
package cyphertest
