// Package function holds the functions that Cypher expressions can call, and
// the signature type that functions and procedures share.
//
// One [Table] maps names to functions; the analysis reads their signatures,
// the evaluation calls them and SHOW FUNCTIONS lists them. Names are found
// without regard to case.
//
// # Calls
//
// A scalar function gets its arguments as values and a [Context] for what is
// not an argument: clocks, the random source, the view of the store. It keeps
// neither the slice of arguments nor the Context. A function that is strict is
// never called with a null argument: see [Function.Invoke].
//
// # Aggregation
//
// An aggregating function makes an [Accumulator], which holds the states of all
// groups of one aggregation side by side, so that a group costs a few words
// and no object of its own.
//
// # Errors
//
// A failing call returns an [*Error], which carries the kind that decides the
// code a client sees and the word by which conformance tests know the error.
package function
