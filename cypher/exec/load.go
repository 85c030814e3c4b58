package exec

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/load"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// loadCSV returns a row for each record of a file, and reads no further than
// its rows are asked for.
type loadCSV struct {
	source
	plan     *plan.LoadCSV
	document *load.Document // of the current row; nil before it is opened
	reader   *load.Reader
	headers  []header
	fields   []graph.Value
}

// A header is a column of a file: its name and the place of its field.
type header struct {
	name  string
	field int
}

func (r *Run) newLoadCSV(n *plan.LoadCSV) *loadCSV {
	o := &loadCSV{source: r.newSource(n, r.build(n.Input), n.Slot, n.Line, n.File), plan: n}
	r.loads = append(r.loads, o)
	return o
}

func (o *loadCSV) reset() {
	o.source.reset()
	o.close()
}

func (o *loadCSV) close() {
	if o.document != nil {
		_ = o.document.Close() // it was only read
		o.document, o.reader = nil, nil
	}
}

func (o *loadCSV) next() (*expr.Batch, error) {
	for {
		more, err := o.begin()
		if err != nil || !more {
			return nil, err
		}
		o.resize(o.limit)
		for o.row < o.in.N && o.room() > 0 && err == nil {
			if o.document == nil {
				if err = o.open(); err != nil {
					break
				}
			}
			err = o.record()
		}
		o.resize(len(o.rows))
		if err != nil {
			o.close()
		}
		if len(o.rows) > 0 || err != nil {
			return o.fault.after(o.finish(), err)
		}
	}
}

func (o *loadCSV) resize(n int) {
	for _, slot := range []int{o.plan.Slot, o.plan.Line, o.plan.File} {
		o.out.Columns[slot].Resize(expr.Values, n)
	}
}

// open opens the file of the current row.
func (o *loadCSV) open() error {
	if o.run.sources == nil {
		return &load.Error{Reason: "loading is switched off"}
	}
	address, err := o.plan.From.Eval(o.c, o.in, o.row)
	if err != nil {
		return err
	}
	if address.Kind() != graph.KindString {
		return expr.Errorf(expr.KindType, expr.DetailArgumentType, "%s: LOAD CSV needs a STRING, got %s", expr.DetailArgumentType, address.Kind())
	}
	format := load.Format{IgnoreBad: o.plan.IgnoreBad, Texts: o.plan.Texts}
	if format.Delimiter, err = o.character(o.plan.Delimiter); err != nil {
		return err
	}
	if format.Quote, err = o.character(o.plan.Quote); err != nil {
		return err
	}
	if o.plan.NullIf != nil {
		v, err := o.plan.NullIf.Eval(o.c, o.in, o.row)
		if err != nil {
			return err
		}
		if format.Nulls = v.Kind() == graph.KindString; format.Nulls {
			format.NullIf = v.Str()
		}
	}
	if o.document, err = o.run.sources.Open(o.run.ctx, address.Str()); err != nil {
		return fmt.Errorf("%w", err)
	}
	o.reader = load.NewReader(o.document, format)
	if !o.plan.Headers {
		return nil
	}
	o.headers = o.headers[:0]
	names, err := o.reader.Read(o.fields[:0])
	if err != nil && !errors.Is(err, io.EOF) {
		return o.failure(err)
	}
	for _, name := range names {
		text := ""
		if name.Kind() == graph.KindString {
			text = name.Str()
		}
		o.headers = append(o.headers, header{text, len(o.headers)})
	}
	o.headers = unique(o.headers)
	return nil
}

// unique leaves the last one of the headers with one name.
func unique(headers []header) []header {
	kept := headers[:0]
	for i, h := range headers {
		if !slices.ContainsFunc(headers[i+1:], func(later header) bool { return later.name == h.name }) {
			kept = append(kept, h)
		}
	}
	return kept
}

// character evaluates an option that is one character, 0 without it.
func (o *loadCSV) character(e *expr.Value) (rune, error) {
	if e == nil {
		return 0, nil
	}
	v, err := e.Eval(o.c, o.in, o.row)
	if err != nil {
		return 0, err
	}
	if v.Kind() != graph.KindString || utf8.RuneCountInString(v.Str()) != 1 {
		return 0, expr.Errorf(expr.KindArgument, expr.DetailArgumentValue,
			"%s: a CSV field terminator or quote can only be one character wide", expr.DetailArgumentValue)
	}
	c, _ := utf8.DecodeRuneInString(v.Str())
	return c, nil
}

// record returns the next record of the file, or ends the current row.
func (o *loadCSV) record() error {
	fields, err := o.reader.Read(o.fields[:0])
	o.fields = fields
	if errors.Is(err, io.EOF) {
		o.close()
		o.row++
		return nil
	}
	if err != nil {
		return o.failure(err)
	}
	at := len(o.rows)
	o.out.Columns[o.plan.Slot].Values[at] = o.value(fields)
	o.out.Columns[o.plan.Line].Values[at] = graph.Integer(o.reader.Number())
	o.out.Columns[o.plan.File].Values[at] = graph.String(o.document.Name)
	o.rows = append(o.rows, int32(o.row)) //nolint:gosec // a row of a batch
	return nil
}

func (o *loadCSV) value(fields []graph.Value) graph.Value {
	if !o.plan.Headers {
		return graph.List(append([]graph.Value(nil), fields...))
	}
	entries := make([]graph.Field, len(o.headers))
	for i, h := range o.headers {
		entries[i].Name = h.name
		if h.field < len(fields) {
			entries[i].Value = fields[h.field]
		}
	}
	return graph.Map(entries)
}

func (o *loadCSV) failure(err error) error {
	return &load.Error{URL: o.document.Name, Reason: err.Error(), Err: err}
}
