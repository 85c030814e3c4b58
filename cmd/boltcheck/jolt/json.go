package jolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// maxDepth bounds the nesting of text as the decoder bounds that of bytes.
const maxDepth = packstream.DefaultDepth

// A SyntaxError reports text that is no value in this notation.
type SyntaxError struct {
	Offset int // bytes before the place
	Reason string
}

// Error returns the reason.
func (e *SyntaxError) Error() string { return e.Reason }

// A tree is a JSON text as it stands: keys keep their order and numbers their
// digits.
type tree struct {
	start  int
	source string // the text of it
	kind   byte   // one of {["0tn: object, array, string, number, boolean, null
	text   string // string, digits
	truth  bool
	keys   []string
	items  []*tree
}

// fault returns an error about the tree.
func (t *tree) fault(format string, args ...any) error {
	return &SyntaxError{Offset: t.start, Reason: fmt.Sprintf(format, args...)}
}

// A reader reads JSON texts that stand one behind the other.
type reader struct {
	text string
	dec  *json.Decoder
}

func newReader(text string) *reader {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return &reader{text: text, dec: dec}
}

// fields reads all texts, which blanks must separate.
func fields(text string) ([]*tree, error) {
	r := newReader(text)
	var list []*tree
	for {
		t, err := r.value(0)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && t.start == list[n-1].start+len(list[n-1].source) {
			return nil, t.fault("a blank is missing between two fields")
		}
		list = append(list, t)
	}
}

// value reads the next text. At the end of all it returns [io.EOF].
func (r *reader) value(depth int) (*tree, error) {
	t := &tree{start: r.next()}
	token, err := r.dec.Token()
	switch {
	case errors.Is(err, io.EOF) && depth == 0:
		return nil, io.EOF
	case err != nil:
		return nil, r.fault(err)
	case depth > maxDepth:
		return nil, t.fault("nested deeper than %d", maxDepth)
	}
	switch token := token.(type) {
	case json.Delim:
		if err := r.container(t, token, depth); err != nil {
			return nil, err
		}
	case string:
		t.kind, t.text = '"', token
	case json.Number:
		t.kind, t.text = '0', token.String()
	case bool:
		t.kind, t.truth = 't', token
	default:
		t.kind = 'n'
	}
	t.source = r.text[t.start:r.dec.InputOffset()]
	return t, nil
}

// container reads what follows an opening delimiter.
func (r *reader) container(t *tree, open json.Delim, depth int) error {
	t.kind = byte(open) //nolint:gosec // one of four ASCII characters
	if open != '{' && open != '[' {
		return t.fault("%q closes nothing", rune(open))
	}
	for r.dec.More() {
		if open == '{' {
			start := r.next()
			key, err := r.dec.Token()
			if err != nil {
				return r.fault(err)
			}
			text, ok := key.(string)
			if !ok {
				return &SyntaxError{start, "a key must be a string"}
			}
			t.keys = append(t.keys, text)
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		t.items = append(t.items, item)
	}
	if _, err := r.dec.Token(); err != nil {
		return r.fault(err)
	}
	return nil
}

// next returns where the next token begins.
func (r *reader) next() int {
	at := int(r.dec.InputOffset())
	return at + len(r.text[at:]) - len(strings.TrimLeft(r.text[at:], " \t\r\n,:"))
}

// fault turns an error of the library into ours. Its own offsets count from
// different places.
func (r *reader) fault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &SyntaxError{len(r.text), "the value does not end"}
	}
	return &SyntaxError{r.next(), err.Error()}
}
