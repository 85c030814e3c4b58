// Package generator makes statements that are valid, at random.
//
// A [Generator] builds a statement clause by clause: first what the clause is,
// then its patterns and expressions. It keeps account of the variables in scope
// with the kinds of their values, whether they may be null, and what deleting
// has made unusable, so that nearly every statement runs without an error. Labels, types
// and keys are few, so that patterns match.
//
// What the language leaves open is avoided where that is cheap: SET depends on
// the changed entity alone, floats are sums of halves, and lists whose order is
// open are only counted, searched or returned.
//
// # Repeating
//
// Everything follows from the seed: the same seed gives the same graph and the
// same statements.
package generator
