// Package stub is a Bolt server that plays scripts: it tells a client what the
// script says, and tells people where a client left the script.
//
// # Protocol
//
// A script names one version, from 1 to 6.1, and the handshake is that of the
// servers of its time: before 4.0 only the last byte of a slot counts, before 4.3
// there are no ranges, and from 5.7 on a client may ask for the manifest. A
// connection that begins like HTTP is upgraded to WebSocket.
//
// # Life of a server
//
// A script is played once by one connection. One that allows restarts is played
// again and again until [Options.Finish] is closed, and one that allows
// concurrent connections by many at once. The first failure ends everything.
//
// # Limits
//
// A client's message has at most 64 MiB.
//
// # Concurrency
//
// [Run] starts one goroutine for each script and two for each connection, and
// waits for all of them.
package stub
