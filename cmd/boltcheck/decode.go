package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/dissect"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/input"
	"github.com/drawbolt/drawbolt/cmd/internal/gflags"
)

// The flags of boltcheck decode.
const (
	flagBolt   = "bolt"
	flagSide   = "side"
	flagInput  = "input"
	flagBare   = "bare"
	flagPort   = "port"
	flagJSON   = "json"
	flagRedact = "redact"
	flagWidth  = "width"
)

// decodeUsage stands above the flags in help.
const decodeUsage = `shows the messages in bytes of Bolt

  boltcheck decode capture.pcapng           a capture of tcpdump, dumpcap, Wireshark
  tcpdump -i lo -w - port 7687 | boltcheck decode -
  boltcheck decode dump.txt                 hex in any layout: xxd, hexdump -C, C arrays
  echo '60 60 B0 17 00 00 04 04 00 00 00 00 …' | boltcheck decode
  echo 'B1 70 A0' | boltcheck decode --bare --bolt=5.4     a message without chunks
  boltcheck decode --json capture.pcap | jq 'select(.message == "FAILURE")'

Each line has who sent it (C or S), where its bytes begin in their direction, the
sizes of its chunks, the message in Jolt, and what it answers. What is wrong
stands below it behind an exclamation mark with the offset; then the exit code is 1.
In hex, lines may begin with C: or S: to tell who sent them.`

func decodeFlags() []gflags.Flag {
	return []gflags.Flag{
		{Name: flagBolt, Type: gflags.String, Help: "Version of the bytes, such as 5.4. Empty means what the handshake says, or what any version has."},
		{
			Name: flagSide, Type: gflags.String, Default: "both", Validate: gflags.OneOf("side", "client", "server", "both"),
			Help: "Who sent hex or raw bytes that do not tell it; of a capture, whose messages to show.",
		},
		{
			Name: flagInput, Type: gflags.String, Default: "auto", Validate: gflags.OneOf("form of input", "auto", "hex", "raw", "capture"),
			Help: "Form of the input; auto looks at its first bytes.",
		},
		{Name: flagBare, Type: gflags.Bool, Help: "The bytes are one message, or one value, without chunks."},
		{Name: flagPort, Type: gflags.String, Help: "Ports of servers in captures, with commas. Connections to others are shown when they begin with a Bolt handshake. Empty means 7687."},
		{Name: flagJSON, Type: gflags.Bool, Help: "Write one JSON object a line, with values in Jolt."},
		{Name: flagRedact, Type: gflags.Bool, Help: "Leave credentials out, so that the output can be shown to others."},
		{
			Name: flagWidth, Type: gflags.Int32, Default: strconv.Itoa(dissect.DefaultWidth), Validate: gflags.InRange(1, 1<<30),
			Help: "Length of a line beyond which fields stand on lines of their own.",
		},
	}
}

// runDecode is the command boltcheck decode.
func runDecode(_ context.Context, e environment) int {
	set, code := e.parse(gflags.Options{Program: "boltcheck decode", Usage: decodeUsage, AllowArgs: true}, decodeFlags())
	if set == nil {
		return code
	}
	d, o, err := newDecoding(set, e.stdout)
	if err != nil {
		return e.refuse(err)
	}
	in := e.stdin
	switch args := set.Args(); {
	case len(args) > 1:
		return e.refuse(fmt.Errorf("one file at a time, not %d", len(args)))
	case len(args) == 1 && args[0] != "-":
		f, err := os.Open(args[0])
		if err != nil {
			return e.refuse(err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	}
	summary, err := input.Read(in, o, d.segment)
	d.end()
	switch {
	case err != nil && !d.shown:
		return e.refuse(err)
	case err != nil:
		_ = e.refuse(err)
		return exitFailed
	case d.err != nil:
		return e.refuse(d.err)
	case !d.shown:
		return e.refuse(nothing(summary, set))
	case d.broken:
		return exitFailed
	}
	return exitPassed
}

// nothing explains that an input has no bytes of Bolt.
func nothing(s input.Summary, set *gflags.Set) error {
	if s.Packets == 0 {
		return errors.New("there are no bytes in the input")
	}
	text := fmt.Sprintf("there is no Bolt connection in %d packets", s.Packets)
	if s.Others > 0 {
		text += fmt.Sprintf("; %d other TCP connections were left out, --port takes them", s.Others)
	}
	if side := set.Text(flagSide); side != "both" {
		text += ", or nothing from the " + side
	}
	return errors.New(text)
}

// newDecoding turns flags into options.
func newDecoding(set *gflags.Set, w io.Writer) (*decoding, input.Options, error) {
	d := &decoding{
		w: w, json: set.Bool(flagJSON), redact: set.Bool(flagRedact), bare: set.Bool(flagBare),
		printer: dissect.Printer{W: w, Width: int(set.Int32(flagWidth))},
	}
	var o input.Options
	if text := set.Text(flagBolt); text != "" {
		list, ok := bolt.Versions(text, text, true)
		if !ok || len(list) != 1 {
			return nil, o, fmt.Errorf("--bolt: there is no version %q", text)
		}
		d.version = list[0]
	}
	switch set.Text(flagSide) {
	case "client":
		o.Side, d.only = dissect.Client, dissect.Client
	case "server":
		o.Side, d.only = dissect.Server, dissect.Server
	}
	switch set.Text(flagInput) {
	case "hex":
		o.Form = input.FormHex
	case "raw":
		o.Form = input.FormRaw
	case "capture":
		o.Form = input.FormCapture
	}
	for text := range strings.SplitSeq(set.Text(flagPort), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, o, fmt.Errorf("--port: %q is no port", text)
		}
		o.Ports = append(o.Ports, uint16(port))
	}
	return d, o, nil
}

// A decoding takes the connections of an input apart and prints them.
type decoding struct {
	w       io.Writer
	version *bolt.Version
	only    dissect.Side // whose messages to show
	json    bool
	redact  bool
	bare    bool
	printer dissect.Printer

	conns  map[*input.Connection]*dissect.Conn
	order  []*input.Connection
	last   *input.Connection
	shown  bool // something was printed
	broken bool // of which something was wrong
	err    error
}

// segment takes a piece of the input.
func (d *decoding) segment(s input.Segment) error {
	if d.bare {
		d.show(s.Connection, []dissect.Event{dissect.Bare(s.Side, s.Data, d.version)}, d.version)
		return d.err
	}
	c, ok := d.conns[s.Connection]
	if !ok {
		c = dissect.New(dissect.Options{Version: d.version})
		if d.conns == nil {
			d.conns = map[*input.Connection]*dissect.Conn{}
		}
		d.conns[s.Connection] = c
		d.order = append(d.order, s.Connection)
	}
	if d.printer.Start.IsZero() {
		d.printer.Start = s.Time
	}
	if s.Missing != 0 {
		d.show(s.Connection, c.Gap(s.Side, s.Time, s.Missing), c.Version())
	}
	d.show(s.Connection, c.Feed(s.Side, s.Time, s.Data), c.Version())
	return d.err
}

// end tells what is left over in the connections.
func (d *decoding) end() {
	for _, connection := range d.order {
		c := d.conns[connection]
		d.show(connection, c.End(), c.Version())
	}
}

// show prints events of a connection.
func (d *decoding) show(connection *input.Connection, events []dissect.Event, v *bolt.Version) {
	for i := range events {
		e := &events[i]
		if d.only != dissect.Either && e.Side != d.only || d.err != nil {
			continue
		}
		d.shown = true
		d.broken = d.broken || e.Problem != nil
		if d.redact {
			e.Redact()
		}
		if d.json {
			var line []byte
			if line, d.err = e.JSON(connection.Number, v); d.err == nil {
				_, d.err = d.w.Write(append(line, '\n'))
			}
			continue
		}
		if connection != d.last && connection.Client != "" {
			_, d.err = fmt.Fprintf(d.w, "# connection %d: %s to %s\n", connection.Number, connection.Client, connection.Server)
		}
		d.last = connection
		d.printer.Print(e, v)
		if d.err == nil {
			d.err = d.printer.Err()
		}
	}
}
