package bolt

import "github.com/drawbolt/drawbolt/packstream"

// Limits bounds what a client may send. A session has tight ones until the
// client has logged in.
type Limits struct {
	// MessageBytes is the largest message, for a [Reader].
	MessageBytes int
	// Values bounds nesting and items, for a [RequestDecoder].
	Values packstream.Limits
}

// LimitsBeforeLogin returns what a stranger may send: enough for any HELLO with
// a token, 8 KiB as real servers, and nothing to exhaust memory with.
func LimitsBeforeLogin() Limits {
	return Limits{
		MessageBytes: 8 << 10,
		Values:       packstream.Limits{Depth: 16, Items: 1000},
	}
}

// LimitsAfterLogin returns the default for clients that have logged in. A value
// costs up to 24 times its bytes in memory, so a much larger message needs a
// larger machine.
func LimitsAfterLogin() Limits {
	return Limits{
		MessageBytes: 64 << 20,
		Values:       packstream.Limits{Depth: packstream.DefaultDepth},
	}
}
