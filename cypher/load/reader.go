package load

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Format says how a file is to be read. Zero characters stand for a comma and
// a double quote.
type Format struct {
	Delimiter, Quote rune
	// IgnoreBad skips records that are not well formed, and those that have
	// another number of fields than the first.
	IgnoreBad bool
	// Texts says that an empty field is an empty text; it is null otherwise.
	Texts bool
	// NullIf, when Nulls is set, is the text that stands for null.
	NullIf string
	Nulls  bool
}

// The bounds of a record.
const (
	maxRecord = 64 << 20
	maxFields = 1 << 16
)

// A Reader reads records.
type Reader struct {
	src     *bufio.Reader
	format  Format
	record  int64 // records read, bad ones too
	width   int   // fields of the first record
	field   []byte
	pending error
}

// NewReader returns a reader of the records of src.
func NewReader(src io.Reader, f Format) *Reader {
	if f.Delimiter == 0 {
		f.Delimiter = ','
	}
	if f.Quote == 0 {
		f.Quote = '"'
	}
	b, ok := src.(*bufio.Reader)
	if !ok {
		b = bufio.NewReaderSize(src, 64<<10)
	}
	return &Reader{src: b, format: f}
}

// Number returns the number of the record that was read last, from 1; blank
// lines do not count.
func (r *Reader) Number() int64 { return r.record }

// Read appends the fields of the next record to dst: texts, and nulls for empty
// fields without quotes. The error is io.EOF behind the last one.
func (r *Reader) Read(dst []graph.Value) ([]graph.Value, error) {
	for {
		fields, err := r.next(dst)
		bad := &RecordError{}
		switch {
		case errors.As(err, &bad) && r.format.IgnoreBad:
			if err := r.skipLine(); err != nil {
				return dst, err
			}
			continue
		case err != nil:
			return dst, err
		}
		if r.width == 0 {
			r.width = len(fields) - len(dst)
		}
		if r.format.IgnoreBad && len(fields)-len(dst) != r.width {
			continue
		}
		return fields, nil
	}
}

func (r *Reader) next(dst []graph.Value) ([]graph.Value, error) {
	c, err := r.rune()
	for err == nil && (c == '\n' || c == '\r') {
		c, err = r.rune()
	}
	if err != nil {
		return dst, err
	}
	r.record++
	size := 0
	for n := 0; ; n++ {
		if n == maxFields {
			return dst, r.bad("it has too many fields")
		}
		quoted := c == r.format.Quote
		end, err := r.readField(c, &size)
		if err != nil {
			return dst, err
		}
		dst = append(dst, r.value(quoted))
		if end != r.format.Delimiter {
			return dst, nil
		}
		if c, err = r.rune(); errors.Is(err, io.EOF) {
			c = '\n' // an empty field at the end
		} else if err != nil {
			return dst, err
		}
	}
}

// readField reads a field whose first character is c and returns what ended
// it: the delimiter, or a line feed for the end of the record.
func (r *Reader) readField(c rune, size *int) (end rune, err error) {
	r.field = r.field[:0]
	if c == r.format.Quote {
		if err := r.readQuoted(size); err != nil {
			return 0, err
		}
		c, err = r.rune()
		switch {
		case errors.Is(err, io.EOF):
			return '\n', nil
		case err != nil:
			return 0, err
		case c != r.format.Delimiter && c != '\n' && c != '\r':
			return 0, r.bad("there are characters behind the closing quote of a field")
		}
		return c, nil
	}
	for c != r.format.Delimiter && c != '\n' && c != '\r' {
		if err := r.add(c, size); err != nil {
			return 0, err
		}
		c, err = r.rune()
		if errors.Is(err, io.EOF) {
			return '\n', nil
		}
		if err != nil {
			return 0, err
		}
	}
	return c, nil
}

// readQuoted reads the inside of quotes. A quote is written twice or behind a
// backslash.
func (r *Reader) readQuoted(size *int) error {
	escaped := false
	for {
		c, err := r.rune()
		if errors.Is(err, io.EOF) {
			return r.bad("the closing quote of a field is missing")
		}
		if err != nil {
			return err
		}
		switch {
		case escaped && c != r.format.Quote:
			if err := r.add('\\', size); err != nil {
				return err
			}
		case !escaped && c == r.format.Quote:
			next, err := r.rune()
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if err != nil || next != r.format.Quote {
				if err == nil {
					err = r.src.UnreadRune()
				} else {
					r.pending, err = err, nil
				}
				return err
			}
		}
		if escaped = c == '\\' && !escaped; escaped {
			continue
		}
		if err := r.add(c, size); err != nil {
			return err
		}
	}
}

func (r *Reader) add(c rune, size *int) error {
	if *size++; *size > maxRecord {
		return r.bad("it is longer than 64 MiB")
	}
	r.field = utf8.AppendRune(r.field, c)
	return nil
}

func (r *Reader) value(quoted bool) graph.Value {
	f := &r.format
	switch {
	case f.Nulls && string(r.field) == f.NullIf:
		return graph.Null
	case len(r.field) == 0 && !quoted && !f.Texts:
		return graph.Null
	}
	return graph.String(string(r.field))
}

func (r *Reader) rune() (rune, error) {
	if r.pending != nil {
		return 0, r.pending
	}
	c, _, err := r.src.ReadRune()
	return c, err
}

func (r *Reader) skipLine() error {
	for {
		c, err := r.rune()
		if err != nil {
			return err
		}
		if c == '\n' {
			return nil
		}
	}
}

func (r *Reader) bad(reason string) error { return &RecordError{Record: r.record, Reason: reason} }
