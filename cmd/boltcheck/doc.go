// Boltcheck judges a Bolt server by what it sends.
//
//	boltcheck suite --uri=bolt://localhost:7687
//
// runs some thousand checks of raw bytes against any server: handshakes,
// framing, every marker, every message in every state, errors, limits. A
// failure is shown with the bytes of both sides and the section of the
// documentation that it rests on. It writes TAP and JUnit for CI.
//
//	boltcheck decode capture.pcapng
//
// shows the messages of both sides that are in hex, raw bytes or a capture file.
//
//	boltcheck record --uri=bolt://localhost:7687 -o session.script
//
// passes connections on to a server and writes down what is said, as a script for
// the stub server and as a transcript.
//
//	boltcheck stub login.script
//
// is a server that plays a script against a client, and tells where the client
// leaves it.
//
// The exit code is 0 when all checks passed, 1 when one failed, when bytes were
// broken or a flag was refused, 2 when there was nothing to judge or no such
// command. Those of boltcheck stub are in its help.
package main
