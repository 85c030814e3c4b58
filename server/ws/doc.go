// Package ws turns an accepted plaintext connection whose client speaks HTTP
// into a stream of bytes over WebSocket, so that nothing above it learns of
// frames.
//
// # Protocol
//
// RFC 6455, version 13, without extensions; the library does the framing. Binary
// frames carry Bolt, text frames the log stream; the boundaries between frames
// mean nothing. The subprotocol "binary" is echoed to clients that offer it.
//
// WebSocket is plaintext only. This package and the one that terminates TLS do
// not know each other, and a test holds that.
//
// # Limits
//
// The request's header block is at most about 8 KiB and 64 fields. A message is
// at most [Options.MaxMessage] bytes; its payload is streamed, so a declared
// length allocates nothing. A page of another origin is refused unless the
// options allow it: otherwise any web site could query a database on localhost.
//
// # Deviation
//
// Payload lengths in a longer form than needed are accepted, although the RFC
// wants the shortest. The size stays bounded.
package ws
