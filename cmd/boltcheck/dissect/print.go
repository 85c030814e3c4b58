package dissect

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// DefaultWidth is how long a line may get before fields stand on their own.
const DefaultWidth = 120

// slow is how long a message takes that the line tells.
const slow = 10 * time.Millisecond

// A Printer writes events for people: one line each, or one for each field when
// that gets too long.
//
//	0.004120 C @20 [45] RUN "RETURN $x" {"x": 1} {}
//	0.004688 S @70 [22] SUCCESS {"fields": ["x"], "t_first": 1} <- RUN
//
// The numbers are the time, where the bytes begin in their direction, and the
// sizes of the chunks. A message that took long to come says how long.
type Printer struct {
	W io.Writer
	// Start is the time of zero; a zero Start leaves times out.
	Start time.Time
	// Width is the length of a line, DefaultWidth when it is zero.
	Width int

	err error
}

// Err returns the first error of writing.
func (p *Printer) Err() error { return p.err }

// Print writes an event of a connection that speaks a version.
func (p *Printer) Print(e *Event, v *bolt.Version) {
	var b strings.Builder
	if !p.Start.IsZero() && !e.Time.IsZero() {
		fmt.Fprintf(&b, "%.6f ", e.Time.Sub(p.Start).Seconds())
	}
	fmt.Fprintf(&b, "%s @%d ", e.letter(), e.Offset)
	if len(e.Chunks) > 0 {
		b.WriteString("[" + chunkSizes(e.Chunks))
		if took := e.Time.Sub(e.Began); took >= slow {
			fmt.Fprintf(&b, " in %.3f s", took.Seconds())
		}
		b.WriteString("] ")
	}
	switch {
	case e.Message != nil:
		p.message(&b, e.Message, v)
	case e.Kind == KindNoop:
		b.WriteString("NOOP")
	case e.Kind == KindBroken:
		b.WriteString("BROKEN " + cutHex(e.Bytes))
	case e.Text != "":
		b.WriteString(strings.ToUpper(e.Kind.String()) + " " + e.Text)
	default:
		b.WriteString(strings.ToUpper(e.Kind.String()))
	}
	if e.Problem != nil {
		fmt.Fprintf(&b, "\n    ! %v", e.Problem)
	}
	p.write(b.String())
}

// Comment writes a line that is no event.
func (p *Printer) Comment(text string) { p.write("# " + text) }

func (p *Printer) write(line string) {
	if _, err := io.WriteString(p.W, line+"\n"); err != nil && p.err == nil {
		p.err = err
	}
}

// message writes a message behind the begin of its line.
func (p *Printer) message(b *strings.Builder, m *Message, v *bolt.Version) {
	width := p.Width
	if width == 0 {
		width = DefaultWidth
	}
	answers := ""
	if m.Answers != "" {
		answers = " <- " + m.Answers
	}
	values := make([]string, len(m.Fields))
	size := b.Len() + len(m.Name) + len(answers)
	for i := range m.Fields {
		values[i] = valueText(&m.Fields[i].Value, v)
		size += 1 + len(values[i])
	}
	b.WriteString(m.Name)
	if size <= width {
		for _, value := range values {
			b.WriteString(" " + value)
		}
		b.WriteString(answers)
	} else {
		b.WriteString(answers)
		for i, value := range values {
			writeField(b, &m.Fields[i], value, width, v)
		}
	}
}

// writeField writes a field on a line of its own, and a map that is too long for
// one on a line for each entry.
func writeField(b *strings.Builder, f *Field, value string, width int, v *bolt.Version) {
	b.WriteString("\n    " + f.Name)
	if len(f.Value.Entries) == 0 || len(f.Name)+len(value)+5 <= width {
		b.WriteString(" " + value)
		return
	}
	for i := range f.Value.Entries {
		e := &f.Value.Entries[i]
		fmt.Fprintf(b, "\n        %s: %s", strconv.Quote(e.Key), valueText(&e.Value, v))
	}
}

// valueText returns a value in Jolt.
func valueText(value *jolt.Value, v *bolt.Version) string {
	return string(value.Append(nil, notation(v)))
}

// notation is the version of Jolt that belongs to a version of Bolt; the newest
// when that is not known.
func notation(v *bolt.Version) jolt.Version {
	if v == nil {
		return jolt.V4
	}
	return jolt.VersionOf(v)
}

func (e *Event) letter() string {
	switch e.Side {
	case Client:
		return "C"
	case Server:
		return "S"
	default:
		return "?"
	}
}

// chunkSizes writes the sizes of chunks, and of many the first and the last.
func chunkSizes(chunks []Chunk) string {
	const all, ends = 8, 3
	total := 0
	sizes := make([]string, len(chunks))
	for i, c := range chunks {
		sizes[i] = strconv.Itoa(c.Size)
		total += c.Size
	}
	if len(chunks) <= all {
		return strings.Join(sizes, "+")
	}
	return fmt.Sprintf("%d chunks: %s+…+%s = %d", len(chunks),
		strings.Join(sizes[:ends], "+"), strings.Join(sizes[len(sizes)-ends:], "+"), total)
}

// cutHex writes bytes as hex, of many the first.
func cutHex(b []byte) string {
	const most = 64
	if len(b) <= most {
		return fmt.Sprintf("% X", b)
	}
	return fmt.Sprintf("% X … (%d bytes)", b[:most], len(b))
}

// An eventJSON is the form of an event for programs.
type eventJSON struct {
	Connection int             `json:"connection,omitempty"`
	Time       string          `json:"time,omitempty"`
	Side       string          `json:"side"`
	Offset     int64           `json:"offset"`
	Size       int64           `json:"size"`
	Kind       string          `json:"kind"`
	Version    string          `json:"version,omitempty"`
	Text       string          `json:"text,omitempty"`
	Message    string          `json:"message,omitempty"`
	Signature  string          `json:"signature,omitempty"`
	Fields     json.RawMessage `json:"fields,omitempty"`
	Answers    string          `json:"answers,omitempty"`
	Chunks     []int           `json:"chunks,omitempty"`
	Bytes      string          `json:"bytes,omitempty"` // of what is no message
	Trailing   string          `json:"trailing,omitempty"`
	Problem    *problemJSON    `json:"problem,omitempty"`
}

type problemJSON struct {
	Offset int64  `json:"offset"`
	Text   string `json:"text"`
}

// JSON returns an event as one JSON object. Values are in Jolt, which is JSON.
// Connection numbers the connection, from 1; 0 leaves it out.
func (e *Event) JSON(connection int, v *bolt.Version) ([]byte, error) {
	out := eventJSON{
		Connection: connection, Side: e.Side.String(), Offset: e.Offset, Size: e.Size, Kind: e.Kind.String(), Text: e.Text,
	}
	if !e.Time.IsZero() {
		out.Time = e.Time.UTC().Format(time.RFC3339Nano)
	}
	if v != nil {
		out.Version = v.Text
	}
	for _, c := range e.Chunks {
		out.Chunks = append(out.Chunks, c.Size)
	}
	if e.Problem != nil {
		out.Problem = &problemJSON{e.Problem.Offset, e.Problem.Text}
	}
	m := e.Message
	if m == nil {
		out.Bytes = hex.EncodeToString(e.Bytes)
		return json.Marshal(out)
	}
	out.Message, out.Signature, out.Answers = m.Name, fmt.Sprintf("%02X", byte(m.Signature)), m.Answers
	out.Trailing = hex.EncodeToString(m.Trailing)
	fields := []byte{'{'}
	for i := range m.Fields {
		if i > 0 {
			fields = append(fields, ',')
		}
		fields = strconv.AppendQuote(fields, m.Fields[i].Name)
		fields = append(fields, ':')
		fields = m.Fields[i].Value.Append(fields, notation(v))
	}
	fields = append(fields, '}')
	out.Fields = fields
	return json.Marshal(out)
}
