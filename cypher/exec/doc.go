// Package exec runs physical plans.
//
// A plan is a tree of operators that are pulled: each call of next returns a
// batch of rows, or nil at the end. The first batches are small, so that a
// lookup or a LIMIT 1 pays for one row, and grow to 1,024 rows.
//
// # Ownership
//
// A batch belongs to the operator that returned it until that operator is
// called again. Operators above may add columns to it and drop rows from it in
// place; an operator that needs rows for longer copies them.
//
// # Errors
//
// An operator that fails at row i of a batch returns the i rows before it, and
// the error at the next call, so that records before a failure reach the
// client. After an error an operator is not called again.
//
// # Writes
//
// Reading clauses see the store as it was when their segment of the statement
// started; a barrier ends a segment where a later clause must see all rows of
// an earlier writing clause. An execution is used by one goroutine.
package exec
