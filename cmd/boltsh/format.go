package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A rowWriter writes one result in a format.
type rowWriter interface {
	head(columns []string) error
	row(values []any) error
	// end ends the result. Formats that programs read add nothing.
	end(rows int64, seconds float64) error
}

// newRowWriter returns the writer of the format of o.
func newRowWriter(w io.Writer, o *options) rowWriter {
	buffered := bufio.NewWriter(w)
	switch o.format {
	case formatCSV:
		if !o.set.Bool("csv-doublequote") {
			return &escapedCSV{w: buffered, delimiter: o.delimiter, escape: o.set.Text("csv-escapechar")}
		}
		c := csv.NewWriter(buffered)
		c.Comma = rune(o.delimiter[0])
		return &csvWriter{w: c, buffered: buffered}
	case formatCypherl:
		return &lines{w: buffered, separator: "\t", bare: true}
	case formatJSON:
		return &jsonLines{w: buffered}
	case formatPlain:
		return &lines{w: buffered, separator: ", ", titles: true}
	default:
		t := &table{w: buffered, wrap: o.set.Bool("wrap"), sample: int(o.set.Int32("sample-rows"))}
		if o.fit {
			t.screen = o.screen
		}
		return &tabular{table: t}
	}
}

// bareText is a value as programs want it: a string without quotes.
func bareText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(appendValue(nil, v))
}

// tabular is the form of tables, with the number of rows and the time below.
type tabular struct{ table *table }

func (t *tabular) head(columns []string) error {
	t.table.head(columns)
	return nil
}

func (t *tabular) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = string(appendValue(nil, v))
	}
	t.table.row(cells)
	return nil
}

func (t *tabular) end(rows int64, seconds float64) error {
	if rows == 0 {
		_, _ = fmt.Fprintf(t.table.w, "Empty set (round trip in %.3f sec)\n", seconds)
	} else {
		t.table.end()
		word := "rows"
		if rows == 1 {
			word = "row"
		}
		_, _ = fmt.Fprintf(t.table.w, "%d %s in set (round trip in %.3f sec)\n", rows, word, seconds)
	}
	return t.table.w.Flush()
}

// lines writes a line a row.
type lines struct {
	w         *bufio.Writer
	separator string
	titles    bool // begin with the names of the columns
	bare      bool // strings without quotes
}

func (l *lines) head(columns []string) error {
	if !l.titles {
		return nil
	}
	_, err := l.w.WriteString(strings.Join(columns, l.separator) + "\n")
	return err
}

func (l *lines) row(values []any) error {
	for i, v := range values {
		if i > 0 {
			_, _ = l.w.WriteString(l.separator)
		}
		if l.bare {
			_, _ = l.w.WriteString(bareText(v))
		} else {
			_, _ = l.w.Write(appendValue(l.w.AvailableBuffer(), v))
		}
	}
	return l.w.WriteByte('\n')
}

func (l *lines) end(int64, float64) error { return l.w.Flush() }

// csvWriter writes RFC 4180.
type csvWriter struct {
	w        *csv.Writer
	buffered *bufio.Writer
	fields   []string
}

func (c *csvWriter) head(columns []string) error { return c.w.Write(columns) }

func (c *csvWriter) row(values []any) error {
	c.fields = c.fields[:0]
	for _, v := range values {
		c.fields = append(c.fields, bareText(v))
	}
	return c.w.Write(c.fields)
}

func (c *csvWriter) end(int64, float64) error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return err
	}
	return c.buffered.Flush()
}

// escapedCSV writes fields in quotes with an escape character in front of the
// quotes within.
type escapedCSV struct {
	w                 *bufio.Writer
	delimiter, escape string
}

func (c *escapedCSV) head(columns []string) error {
	values := make([]any, len(columns))
	for i, name := range columns {
		values[i] = name
	}
	return c.row(values)
}

func (c *escapedCSV) row(values []any) error {
	escape := strings.NewReplacer(c.escape, c.escape+c.escape, `"`, c.escape+`"`)
	for i, v := range values {
		if i > 0 {
			_, _ = c.w.WriteString(c.delimiter)
		}
		_, _ = c.w.WriteString(`"` + escape.Replace(bareText(v)) + `"`)
	}
	return c.w.WriteByte('\n')
}

func (c *escapedCSV) end(int64, float64) error { return c.w.Flush() }

// jsonLines writes an object a row, its keys in the order of the columns.
type jsonLines struct {
	w       *bufio.Writer
	columns [][]byte // as JSON strings
}

func (j *jsonLines) head(columns []string) error {
	for _, name := range columns {
		text, err := json.Marshal(name)
		if err != nil {
			return err
		}
		j.columns = append(j.columns, text)
	}
	return nil
}

func (j *jsonLines) row(values []any) error {
	separator := byte('{')
	for i, v := range values {
		text, err := json.Marshal(jsonValue(v))
		if err != nil {
			return err
		}
		_ = j.w.WriteByte(separator)
		_, _ = j.w.Write(j.columns[i])
		_ = j.w.WriteByte(':')
		_, _ = j.w.Write(text)
		separator = ','
	}
	if len(values) == 0 {
		_ = j.w.WriteByte('{')
	}
	_, err := j.w.WriteString("}\n")
	return err
}

func (j *jsonLines) end(int64, float64) error { return j.w.Flush() }
