package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxField bounds a field, so that a quote without its end does not eat memory.
const maxField = 16 << 20

// A dialect is how rows are written.
type dialect struct {
	delimiter, quote byte
	multiline        bool // quoted fields may have line ends
}

// A field is one value of a row; it is valid until the next row.
type field struct {
	text   []byte
	quoted bool
}

// A reader reads rows.
type reader struct {
	dialect
	r      *bufio.Reader
	line   int // of the current row, from 1
	next   int // of the next row
	fields []field
	buf    []byte
	ends   []int
}

func newReader(r io.Reader, d dialect) *reader {
	return &reader{dialect: d, r: bufio.NewReaderSize(r, 256<<10), next: 1}
}

var errFieldSize = fmt.Errorf("a field has more than %d bytes", maxField)

// row returns the fields of the next row that is not empty; io.EOF at the end.
func (r *reader) row() ([]field, error) {
	for {
		fields, err := r.readRow()
		if err != nil || len(fields) > 1 || len(fields[0].text) > 0 || fields[0].quoted {
			return fields, err
		}
	}
}

// readRow reads one row. Fields are collected in one buffer that may move, so
// that they are cut out of it at the end.
func (r *reader) readRow() ([]field, error) {
	r.line = r.next
	r.buf, r.ends, r.fields = r.buf[:0], r.ends[:0], r.fields[:0]
	if _, err := r.r.Peek(1); err != nil {
		return nil, err
	}
	for last := false; !last; {
		quoted, end, err := r.readField()
		if err != nil {
			return nil, err
		}
		last = end
		r.ends = append(r.ends, len(r.buf))
		r.fields = append(r.fields, field{quoted: quoted})
	}
	start := 0
	for i, end := range r.ends {
		r.fields[i].text = r.buf[start:end:end]
		start = end
	}
	return r.fields, nil
}

// readField appends one field; last says that the row ends behind it.
func (r *reader) readField() (quoted, last bool, err error) {
	start := len(r.buf)
	c, err := r.r.ReadByte()
	if err == nil && c == r.quote {
		if err := r.readQuoted(start); err != nil {
			return true, false, err
		}
		quoted = true
		c, err = r.r.ReadByte()
	}
	for {
		switch {
		case errors.Is(err, io.EOF):
			return quoted, true, nil
		case err != nil:
			return quoted, false, err
		case c == r.delimiter:
			return quoted, false, nil
		case c == '\n':
			r.next++
			if n := len(r.buf); !quoted && n > start && r.buf[n-1] == '\r' {
				r.buf = r.buf[:n-1]
			}
			return quoted, true, nil
		case quoted && c != '\r':
			return true, false, errors.New("there is text behind the end of a quoted field")
		case !quoted:
			r.buf = append(r.buf, c)
			if len(r.buf)-start > maxField {
				return false, false, errFieldSize
			}
		}
		c, err = r.r.ReadByte()
	}
}

// readQuoted appends a quoted field up to its end. A quote in it is doubled.
func (r *reader) readQuoted(start int) error {
	for {
		c, err := r.r.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return errors.New("a quoted field has no end")
		case err != nil:
			return err
		case c == r.quote:
			if more, err := r.r.Peek(1); err != nil || more[0] != r.quote {
				return nil //nolint:nilerr // the end of the file ends the field too
			}
			if _, err := r.r.Discard(1); err != nil {
				return err
			}
		case c == '\n':
			if !r.multiline {
				return errors.New("a quoted field goes over the end of its line; --multiline-fields allows that")
			}
			r.next++
		}
		r.buf = append(r.buf, c)
		if len(r.buf)-start > maxField {
			return errFieldSize
		}
	}
}

// openFile opens a file, through gzip when its first bytes say so.
func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	b := bufio.NewReader(f)
	if head, _ := b.Peek(2); !bytes.Equal(head, []byte{0x1F, 0x8B}) {
		return file{Reader: b, close: f.Close}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return file{Reader: z, close: func() error { return errors.Join(z.Close(), f.Close()) }}, nil
}

type file struct {
	io.Reader
	close func() error
}

func (f file) Close() error { return f.close() }
