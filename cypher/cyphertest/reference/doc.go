// Package reference runs statements in the simplest way that is right: row by
// row over the analysed tree, on a graph of maps.
//
// It is an oracle for the engine, so it shares as little as possible with it:
// parser and analysis, the functions that compute values from values, and the
// relations of package graph, which have tests of their own. There is no plan,
// no index, no batch, and the graph is not the store.
//
// # Order and choice
//
// The language leaves some things open: the order of rows without ORDER BY, which
// rows LIMIT keeps among equals, the order in which collect sees its rows. A
// [Result] says where that matters, so that two engines can be compared as far
// as both are bound.
//
// # Limits
//
// Matching tries every combination: graphs of some dozens of entities are what
// it is for. Procedures, LOAD CSV, USE and filters of traversals that ask for the way are not part
// of it: such statements fail with [ErrUnsupported].
package reference
