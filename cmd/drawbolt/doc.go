// Command drawbolt is the graph database server.
//
// It is the only place that knows flags: the table in flags.go is turned into
// the options of the rooms below, and run.go wires them in the order in which a
// mistake must stop the start: flags, logging, key material, data directory,
// recovery, listeners. A mistake in flags or key material ends the process
// before any data is touched.
//
// # Exit codes
//
//	0   clean stop, --version
//	1   flags, key material or configuration refused; --help, as gflags does
//	2   anything else that is fatal
//	12  the data directory belongs to another user
//	13  the log file cannot be written
package main
