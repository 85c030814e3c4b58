package server

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/drawbolt/drawbolt/bolt"
)

const (
	// lingerTime and lingerBytes bound how long and how much is read from a peer
	// that was refused, so that it sees the end of the connection and not a
	// reset, which would throw away what was sent to it.
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 64 << 10
)

// errRefused ends a connection that did not get as far as a session with a
// login. What there was to say has been logged.
var errRefused = errors.New("server: connection refused")

// A caller is the protocol that a peer seems to speak.
type caller uint8

const (
	callerOther caller = iota
	callerBolt
	callerHTTP
	callerTLS
	callerProxy
)

// sniff tells who is calling from the first four bytes, which is all it takes.
func sniff(first []byte) caller {
	starts := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(first, []byte(p)) {
				return true
			}
		}
		return false
	}
	switch {
	case bolt.IsMagic(first):
		return callerBolt
	case starts("GET ", "HEAD", "POST", "PUT ", "OPTI", "DELE", "PATC", "CONN", "TRAC", "PRI "):
		return callerHTTP
	case starts("\x16\x03", "\x15\x03", "\x80"): // hello, alert, hello of SSL 2
		return callerTLS
	case starts("PROX", "\r\n\r\n"):
		return callerProxy
	default:
		return callerOther
	}
}

// turnAway answers a peer that does not speak Bolt, logs it and closes. Only
// HTTP gets an answer: drivers read any other bytes as a Bolt version.
func (s *session) turnAway(who caller) error {
	secure := s.secure()
	switch {
	case who == callerHTTP && secure:
		s.refuse("HTTP client on the Bolt port",
			"use bolt+s:// or bolt+ssc://; WebSocket over TLS is not supported")
		s.answerHTTP("This port speaks Bolt. WebSocket over TLS is not supported.\n")
	case who == callerTLS && !secure:
		s.refuse("TLS client on a plaintext port",
			"use bolt:// or neo4j://, or start the server with --bolt-cert-file and --bolt-key-file")
	case who == callerProxy:
		s.refuse("PROXY protocol on the Bolt port", "the proxy must not send a PROXY header")
	default:
		s.refuse("not a Bolt client", "")
	}
	linger(s.conn)
	return errRefused
}

func (s *session) refuse(mistake, hint string) {
	s.server.refusals.Log(s.raw.RemoteAddr(), mistake, hint)
}

func (s *session) answerHTTP(text string) {
	answer := "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
		strconv.Itoa(len(text)) + "\r\nConnection: close\r\n\r\n" + text
	if _, err := s.conn.Write([]byte(answer)); err != nil {
		s.log(zerolog.DebugLevel).Err(err).Msg("answer to an HTTP client was not sent")
	}
}

// linger ends our side of a connection and reads what still comes, within
// bounds. The caller closes the connection.
func linger(conn net.Conn) {
	if err := conn.SetDeadline(time.Now().Add(lingerTime)); err != nil {
		return
	}
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	io.CopyN(io.Discard, conn, lingerBytes) //nolint:errcheck // whatever ends it, the connection is closed next
}
