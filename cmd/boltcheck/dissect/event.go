package dissect

import (
	"fmt"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// A Side is the end of a connection that sent something.
type Side uint8

// The sides. Either is for bytes of which nobody said who sent them: then they
// tell themselves, because no message is sent by both sides.
const (
	Either Side = iota
	Client
	Server
)

// String returns "client", "server" or "either".
func (s Side) String() string {
	switch s {
	case Client:
		return "client"
	case Server:
		return "server"
	default:
		return "either"
	}
}

// A Kind says what an event is.
type Kind uint8

// The kinds of events.
const (
	KindOpening   Kind = iota + 1 // the client's magic and its four slots
	KindReply                     // the server's version, or the refusal
	KindManifest                  // the server's list of versions
	KindChoice                    // the client's choice out of the list
	KindMessage                   // a message with its chunks
	KindNoop                      // an empty chunk between messages
	KindEncrypted                 // TLS, which stays closed
	KindForeign                   // HTTP and other protocols
	KindGap                       // bytes that are not there
	KindBroken                    // bytes that mean nothing
)

// String returns the kind in lower case.
func (k Kind) String() string {
	names := [...]string{
		KindOpening: "opening", KindReply: "reply", KindManifest: "manifest", KindChoice: "choice",
		KindMessage: "message", KindNoop: "noop", KindEncrypted: "encrypted", KindForeign: "foreign",
		KindGap: "gap", KindBroken: "broken",
	}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// A Chunk is a piece of a message.
type Chunk struct {
	Offset int64 // of its size, in its direction
	Size   int   // bytes of the message
}

// A Problem is what is wrong with an event's bytes.
type Problem struct {
	Offset int64 // in the direction's bytes, where it shows
	Text   string
}

// String returns the text with its place.
func (p *Problem) String() string { return fmt.Sprintf("offset %d: %s", p.Offset, p.Text) }

// An Event is one thing that a side did.
type Event struct {
	Side   Side
	Kind   Kind
	Offset int64 // of the first byte in its direction
	Size   int64 // bytes on the wire
	// Began and Time are when the first and the last byte came.
	Began, Time time.Time
	// Text describes everything but messages: versions offered, bytes lost.
	Text string
	// Bytes is a message's payload, or what was read of a handshake.
	Bytes []byte
	// Chunks are a message's pieces.
	Chunks []Chunk
	// Message is what a message's bytes mean; nil when they mean nothing.
	Message *Message
	// Problem is nil when all is well.
	Problem *Problem
}

// A Message is a decoded message.
type Message struct {
	Signature bolt.Signature
	// Name is the name that the version has for it: INIT and PULL_ALL are the
	// HELLO and PULL of old versions.
	Name   string
	Fields []Field
	// Answers names the request that an answer belongs to; empty when it is
	// not known.
	Answers string
	// Trailing are the bytes behind the message.
	Trailing []byte
}

// A Field is one field of a message.
type Field struct {
	Name  string
	Value jolt.Value
}
