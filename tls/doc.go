// Package tls owns everything about TLS: key material and its checks, policy,
// session tickets, reload, and a net.Listener for the server. The rest of the
// program sees net.Conn only; crypto/tls is imported here and in tests.
//
// # Use
//
// Options.Validate finds contradictions without touching a file. Open loads all
// material and returns an Endpoint; it must be called before data is touched, so
// that a server with a bad certificate never starts. Endpoint.NewListener wraps a
// TCP listener, Endpoint.Reload reads the same files again.
//
// # Connections
//
// Accept never does a handshake. A connection handshakes in HandshakeContext, or
// by itself at the first Read or Write. Besides net.Conn it has the methods
//
//	HandshakeContext(ctx context.Context) error
//	TLSState() (version, suite, group, clientSubject string, resumed bool)
//	CloseWrite() error
//
// which callers find through small interfaces of their own. A peer that does not
// speak TLS is closed without a byte; HTTP gets a short 400.
//
// # Policy
//
// TLS 1.2 with six ECDHE and AEAD suites, and TLS 1.3; X25519MLKEM768 first. The
// settings follow Mozilla's server-side guideline 6.0, intermediate, or modern
// with MinVersion 1.3. There is no switch for anything weaker.
//
// # Limits
//
// A file of key material has at most 8 MiB. Handshakes have no deadline of their
// own: it comes with the context or from SetDeadline.
//
// # Concurrency
//
// An Endpoint and its listeners may be used by many goroutines. It runs one
// goroutine for rotation, expiry and the file watch, which Close ends. Events are
// called from that goroutine and from connections, at the same time.
package tls
