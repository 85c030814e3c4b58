// Package search finds paths between the nodes of a store: the shortest one
// or all of them, those that come next, and the cheapest.
//
// A search works on a [Graph], which is the store seen along relationships of
// some types in one direction, with a [Judge] that may refuse a step. It
// touches no more of the store than its answer needs: a [Pair] goes from both
// ends in turns, a [Weighted] search in the order of costs, and a [Ranking]
// makes the next path from the ones before it.
//
// # Limits
//
// The memory of a search and its steps are counted by the [Meter] of its graph,
// whose error ends the search.
//
// # Concurrency
//
// A search is used by one goroutine.
package search
