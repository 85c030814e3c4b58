// Package transactions tests what transactions of the built binary promise each
// other: isolation levels by the anomalies in histories of many sessions, waiting
// and deadlocks, and what is left after the process was killed in the middle.
package transactions
