package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
)

// maxText is the largest input that is read whole.
const maxText = 256 << 20

// A Connection is one of those that an input holds.
type Connection struct {
	Number int // from 1
	// Client and Server are the addresses; empty when the input has none.
	Client, Server string
}

// A Segment is a piece of one direction of a connection.
type Segment struct {
	Connection *Connection
	Side       dissect.Side
	Time       time.Time // zero when the input has none
	Data       []byte    // valid until the next segment
	// Missing is the number of bytes that are missing before the data;
	// negative when it is not known.
	Missing int64
}

// A Form is a form of input.
type Form uint8

// The forms. FormAuto looks at the first bytes.
const (
	FormAuto Form = iota
	FormHex
	FormRaw
	FormCapture
)

// Options say what is known of an input.
type Options struct {
	Form Form
	// Side is who sent bytes that do not tell it.
	Side dissect.Side
	// Ports are those of servers in captures; connections to them are taken even
	// if they do not begin with a handshake of Bolt. Nil means 7687.
	Ports []uint16
}

// A Summary says what else was in an input.
type Summary struct {
	Packets int // of a capture
	Others  int // TCP connections that are not Bolt
}

// Read reads an input to its end and gives its pieces to take, in order.
func Read(r io.Reader, o Options, take func(Segment) error) (Summary, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	first, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return Summary{}, err
	}
	form := o.Form
	if form == FormAuto {
		form = guess(first)
	}
	if form == FormCapture {
		return readCapture(b, o, take)
	}
	data, err := io.ReadAll(io.LimitReader(b, maxText+1))
	if err != nil {
		return Summary{}, err
	}
	if len(data) > maxText {
		return Summary{}, fmt.Errorf("the input is larger than %d MiB", maxText>>20)
	}
	connection := &Connection{Number: 1}
	if form == FormRaw {
		return Summary{}, take(Segment{Connection: connection, Side: o.Side, Data: data})
	}
	pieces, err := parseHex(data, o.Side)
	if err != nil {
		return Summary{}, err
	}
	for _, p := range pieces {
		if err := take(Segment{Connection: connection, Side: p.side, Data: p.data}); err != nil {
			return Summary{}, err
		}
	}
	return Summary{}, nil
}

// guess finds the form of an input by its first bytes.
func guess(first []byte) Form {
	for _, magic := range captureMagics() {
		if bytes.HasPrefix(first, magic) {
			return FormCapture
		}
	}
	for len(first) > 0 {
		r, n := utf8.DecodeRune(first)
		cut := r == utf8.RuneError && len(first) < utf8.UTFMax
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == utf8.RuneError && n == 1 && !cut {
			return FormRaw
		}
		first = first[n:]
	}
	return FormHex
}

// captureMagics are the first bytes of pcap, of pcapng, and of gzip.
func captureMagics() [][]byte {
	return [][]byte{
		{0xA1, 0xB2, 0xC3, 0xD4},
		{0xD4, 0xC3, 0xB2, 0xA1},
		{0xA1, 0xB2, 0x3C, 0x4D},
		{0x4D, 0x3C, 0xB2, 0xA1},
		{0x0A, 0x0D, 0x0D, 0x0A},
		{0x1F, 0x8B},
	}
}
