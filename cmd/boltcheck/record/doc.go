// Package record is a proxy that writes down what a client and a server say to
// each other: as a script that the stub server can play, and as a transcript for
// people.
//
// # Scripts
//
// There is one script for each connection. It has the version, the client's
// messages as patterns, the server's as they were, its empty chunks, and its end
// when it was the server who closed. Where a client says something about
// itself or the address it has used, and where there were secrets, anything
// matches. What is no message becomes raw bytes.
//
// # Concurrency
//
// A Proxy serves any number of connections at once. Each is written down in the
// order in which bytes arrived at the proxy, before they are passed on, so that an
// answer never stands in front of what caused it.
package record
