// Package procedure holds the procedures that CALL can run, as one [Table] of
// typed signatures with their implementations. The analysis reads the
// signatures, the executor runs the procedures and SHOW PROCEDURES lists them.
//
// A procedure yields rows of values in the order of its outputs. It reads and
// writes through the transaction of the call only; what the engine itself does
// not know, such as addresses and settings, it asks of [function.Server].
//
// # Test procedures
//
// Conformance tests declare procedures as tables of inputs and outputs. A table
// made with [Options.Testing] has two more procedures that add and remove such
// ones at run time; without it they do not exist.
package procedure
