// Package expr evaluates Cypher expressions over batches of rows.
//
// An expression is compiled once for a plan into a closure over a [Context], a
// [Batch] and a row number; the closures are immutable and may run in many
// executions at once. What one execution needs (parameters, the view of the
// store, local variables) is in its Context, which belongs to one goroutine.
//
// # Batches
//
// A [Batch] holds columns by slot. A slot is the place of one variable in a
// statement; which slots hold rows at a point of the plan is known when the
// plan is made. Nodes and relationships that a pattern binds are columns of
// identifiers, everything else is a column of values. Properties are loaded
// where they are used, a column at a time where the expression allows it.
//
// # Errors
//
// Evaluation stops at the first row that fails. [Value.Column] and
// [Predicate.Select] tell how many rows before it are good, so that their
// caller can hand these on before it reports the error.
package expr
