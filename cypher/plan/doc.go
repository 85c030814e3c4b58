// Package plan turns an analysed statement into a physical plan: a tree of
// operators over slots that package exec runs.
//
// Planning goes clause by clause. Each clause takes the plan of the rows before
// it as its input, so that a pattern with bound variables becomes a nested loop
// over them: an index seek, an expansion, a scan. Within a pattern the order of
// the steps is chosen by cost, from the counters that the store keeps exactly:
// every node that can be an anchor is tried and the rest follows greedily.
//
// # Writes and reads
//
// Reads of a statement see the store as it was before the statement's own
// writes, up to the next barrier. A barrier is planned in front of a clause
// that reads what an earlier clause since the last barrier may have written,
// and nowhere else.
//
// # Plans
//
// A [Plan] is immutable and may be run by many goroutines at once. It is valid
// for the schema version that it was made with. Counts may have drifted since;
// its answers are right all the same.
package plan
