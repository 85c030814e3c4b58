package tls

import (
	"errors"
	"strings"
)

// errRevoked is the reason of a handshake with a revoked client certificate.
var errRevoked = errors.New("tls: client certificate is revoked")

// An Error says why key material was refused: which flag, which file, what was
// wrong and what helps. It never holds the contents of a file.
type Error struct {
	Flag   string // such as "--bolt-key-file"; empty for a client's files
	Path   string // empty when no file is concerned
	What   string // the failed step, such as "Couldn't load server certificate from file"
	Reason string
	Remedy string // empty when the reason says it all
	Err    error  // the cause, or nil
}

// Error returns one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("tls: ")
	if e.Flag != "" {
		b.WriteString(e.Flag + ": ")
	}
	if e.What != "" {
		b.WriteString(e.What)
		if e.Path != "" {
			b.WriteString(" " + e.Path)
		}
		b.WriteString(". Error: ")
	}
	b.WriteString(e.Reason)
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
