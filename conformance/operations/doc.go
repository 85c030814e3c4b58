// Package operations tests what operators see of the built binary: settings that
// change while it runs, and the log, in which no secret may stand.
package operations
