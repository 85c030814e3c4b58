// Package servertest starts a Bolt server in a test, with a database of the
// test's choice or with a scripted one that needs no engine.
package servertest
