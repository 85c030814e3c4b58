// Boltcheck judges a Bolt server by what it sends.
//
//	boltcheck suite --uri=bolt://localhost:7687
//
// runs some thousand checks of raw bytes against any server: handshakes,
// framing, every marker, every message in every state, errors, limits. A
// failure is shown with the bytes of both sides and the section of the
// documentation that it rests on. It writes TAP and JUnit for CI.
//
// The exit code is 0 when all checks passed, 1 when one failed or a flag was
// refused, 2 when there was no server to judge or no such command.
package main
