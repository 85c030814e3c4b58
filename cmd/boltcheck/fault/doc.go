// Package fault is a server whose TLS is wrong on purpose, one scenario at a time,
// for the authors of clients: bad certificates, weak protocols, handshakes that end
// too early, records that are broken, sessions that can not be resumed.
//
// # Scenarios
//
// A [Scenario] says what the server does and what a good client must do. A [Server]
// plays it and judges what the client did, as far as a server can see: a client
// that must refuse may not send a byte of Bolt, one that must connect has to,
// and one whose connection breaks must notice and close. No client may go on
// without TLS.
//
// Behind the handshake stands a server of Bolt that answers everything with
// success, or a real one, to which the connection is passed on; then faults
// come after a number of the server's messages.
//
// This room uses crypto/tls directly: what it does is what package tls exists to
// forbid.
//
// # Concurrency
//
// A Server plays one connection after the other, as they come.
package fault
