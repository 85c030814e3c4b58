package load

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// FuzzReader compares the rows with those of encoding/csv where that takes the
// text. It is an internal test because rows are not exported.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "\"a\"\"b\",c", "a\r\nb\r\n", "\n\n", "\"a\nb\",c\n", ",\n", "\"", "a\"b\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := newReader(strings.NewReader(text), dialect{delimiter: ',', quote: '"', multiline: true})
		var rows [][]string
		var err error
		for {
			var fields []field
			if fields, err = r.row(); err != nil {
				break
			}
			var row []string
			for _, f := range fields {
				row = append(row, string(f.text))
			}
			rows = append(rows, row)
		}
		c := csv.NewReader(strings.NewReader(text))
		c.FieldsPerRecord = -1
		want, wantErr := c.ReadAll()
		if wantErr != nil || strings.Contains(text, "\r") {
			return // that reader is stricter, and drops carriage returns in fields
		}
		if !errors.Is(err, io.EOF) || !slices.EqualFunc(rows, want, slices.Equal) {
			t.Errorf("rows of %q are %q, %v, want %q", text, rows, err, want)
		}
	})
}
