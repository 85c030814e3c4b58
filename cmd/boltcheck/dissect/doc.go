// Package dissect takes the bytes of a Bolt connection apart for people: what
// a proxy saw, what a capture file holds, what somebody pasted.
//
// # Protocol
//
// A [Conn] is fed with the bytes of either direction, as they come, and answers
// with [Event]s: the handshake, no-operations and messages, each with its place
// in the stream, its chunks and, for answers, the request that it answers. All
// versions of package bolt are known; what is sent by servers is decoded as well
// as what is sent by clients. Without a handshake, and without a version, what
// any version has is accepted. Bolt inside of a WebSocket is taken out of its
// frames; offsets do not count their heads then.
//
// Broken input is described where it is: an event has a [Problem] with the offset,
// and the dissection goes on behind it when the framing still tells where
// that is.
//
// # Limits
//
// Memory grows with bytes that have arrived for one message, up to the limit of
// the options, never with sizes that are announced.
//
// # Concurrency
//
// A Conn belongs to one goroutine at a time.
package dissect
