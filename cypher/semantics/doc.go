// Package semantics checks what a statement means before it is planned: it
// binds variables, infers types, and reports every error that can be known
// without data.
//
// [Analyze] walks the tree once. It fills the fields of the tree that the
// tree's documentation assigns to the analysis (symbols, expanded stars,
// aggregation marks) and returns what a planner needs to know of the whole
// statement as [Info].
//
// # Scopes
//
// A part of a query has one scope, which WITH replaces. Comprehensions,
// subqueries and quantified paths have scopes inside of it, which see the
// outer one. ORDER BY and WHERE behind a projection see what it projects and,
// unless it aggregates or removes duplicates, what was there before.
//
// # Types
//
// A type is a set of kinds ([ast.Type]). An expression is refused only when
// no value it can have would do: parameters and properties can have any kind,
// and null always does.
//
// # Errors
//
// Errors are of type [*ast.Error]. The first one in the order of evaluation
// is reported. Details are the words of the openCypher compatibility kit.
//
// # Concurrency
//
// A tree must be analysed once, by one goroutine, before it is shared.
package semantics
