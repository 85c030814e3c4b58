// Boltcheck judges a Bolt server by what it sends.
//
//	boltcheck suite --uri=bolt://localhost:7687
//
// runs some thousand checks of raw bytes against any server: handshakes,
// framing, every marker, every message in every state, errors, limits. A
// failure is shown with the bytes of both sides and the section of the
// documentation that it rests on. It writes TAP, JUnit, JSON
// and the annotations of GitHub Actions for CI.
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
//	boltcheck fault expired
//
// is a server whose TLS is wrong on purpose, one scenario at a time, and that
// judges what a client does with it; fault --list shows all. With --uri it stands
// in front of a real server and breaks connections in their middle.
// boltcheck tls-fault takes one connection with certificates of the caller.
//
// The exit code is 0 when all checks passed, 1 when one failed, when bytes were
// broken or a flag was refused, 2 when there was nothing to judge or no such
// command, 3 when no client came to be judged. Those of
// boltcheck stub are in its help.
package main
