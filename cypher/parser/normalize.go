package parser

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxLiterals is how many different literals a text may have to be
// normalised. Each literal is compared with those before it, and a text with
// more is hardly sent again with other values.
const maxLiterals = 64

// A Normalizer takes the literals out of a text, so that texts that differ
// only in their values share a plan. Its buffers are reused from text to text;
// the zero value is ready. It must not be used by two goroutines at once.
//
// Equal literals share a slot, and the key tells which are equal: a plan may
// rely on that (a grouping key is found again by its spelling). The key holds
// the kind of each literal as well, so that two texts with the same key have
// the same types and the same errors at compile time.
//
// Numbers stay in the key where a plan or an error depends on their value:
// lengths of paths, quantifiers, LIMIT, and the options of clauses. Booleans
// and null always do.
type Normalizer struct {
	key      []byte
	values   []graph.Value
	literals []literalSlot
	text     string
}

// A literalSlot is where a literal ends in the text, and its slot.
type literalSlot struct {
	end  int32
	slot int32
}

// Key returns the text with markers for its literals. It is valid until the
// next call of Normalize.
func (n *Normalizer) Key() []byte { return n.key }

// Values returns the literals by slot. The slice is valid until the next call
// of Normalize; its strings share memory with the text.
func (n *Normalizer) Values() []graph.Value { return n.values }

// Mark sets the slots of the literals of a statement that was parsed from the
// same text. It returns false, and marks nothing, when the plan must not be
// kept under the key: the statement is no query, or a literal is a part of the
// name of a column, which belongs to the one text.
func (n *Normalizer) Mark(s *ast.Statement) bool {
	q, ok := s.Body.(*ast.Query)
	if !ok || n.namesColumn(q) {
		return false
	}
	ast.Walk(s, func(e ast.Node) bool {
		if l, ok := e.(*ast.Literal); ok {
			if slot, ok := n.slot(l); ok {
				l.Slot, l.Negated = slot+1, n.text[l.Start] == '-'
			}
		}
		return true
	})
	return true
}

// slot finds a literal by its end: a sign is a part of the literal but not of
// its token.
func (n *Normalizer) slot(l *ast.Literal) (int32, bool) {
	i, ok := slices.BinarySearchFunc(n.literals, l.End, func(s literalSlot, end int32) int {
		return cmp.Compare(s.end, end)
	})
	if !ok {
		return 0, false
	}
	return n.literals[i].slot, true
}

// namesColumn reports whether a literal is in a column without an alias.
func (n *Normalizer) namesColumn(q *ast.Query) bool {
	found := false
	for _, part := range q.Parts {
		var r *ast.Return
		switch c := part.Clauses[len(part.Clauses)-1].(type) {
		case *ast.Sequence:
			found = found || n.namesColumn(c.Queries[len(c.Queries)-1])
			continue
		case *ast.Return:
			r = c
		default:
			continue
		}
		for _, item := range r.Items {
			if item.Alias != nil {
				continue
			}
			ast.Walk(item.Expr, func(e ast.Node) bool {
				if l, ok := e.(*ast.Literal); ok && !found {
					_, found = n.slot(l)
				}
				return !found
			})
		}
	}
	return found
}

// Normalize reads a text. It returns false when the text can not be
// normalised: it is no query, has too many literals or none, or is wrong.
func (n *Normalizer) Normalize(text string) bool {
	n.key, n.values, n.literals, n.text = n.key[:0], n.values[:0], n.literals[:0], text
	if len(text) > math.MaxInt32 {
		return false
	}
	l := lexer{text: text}
	current := l.next()
	if l.err != nil || !startsQuery(text, current) {
		return false
	}
	var previous token.Token
	copied := int32(0)
	for current.Kind != token.EOF {
		next := l.next()
		if l.err != nil {
			return false
		}
		if literalKind(current.Kind) && !n.pinned(previous, current, next) {
			n.key = append(n.key, text[copied:current.Start]...)
			if !n.take(current) {
				return false
			}
			copied = current.End
		}
		previous, current = current, next
	}
	n.key = append(n.key, text[copied:]...)
	return len(n.literals) > 0
}

// startsQuery reports whether a first token begins a statement whose literals
// are values. CREATE begins definitions too; their literals are few, and they
// are refused by [Normalizer.Mark].
func startsQuery(text string, t token.Token) bool {
	switch t.Kind {
	case token.Match, token.Optional, token.Unwind, token.Return, token.With, token.Merge, token.Create, token.Call:
		return true
	default:
		return token.EqualFold(text[t.Start:t.End], "USE")
	}
}

func literalKind(k token.Kind) bool {
	return k == token.Integer || k == token.Float || k == token.String
}

// pinned reports whether a literal stays in the key: a number at a place
// where its value decides what the statement means.
func (n *Normalizer) pinned(previous, t, next token.Token) bool {
	if t.Kind == token.String {
		return false
	}
	switch previous.Kind {
	case token.Star, token.DotDot, token.LeftBrace, token.Limit, token.Pipe, token.Dollar, token.In, token.Any:
		return true
	case token.Comma:
		return next.Kind == token.RightBrace
	case token.Identifier:
		word := n.text[previous.Start:previous.End]
		return token.EqualFold(word, "SHORTEST") || token.EqualFold(word, "OF") ||
			token.EqualFold(word, "FOR")
	default:
		return next.Kind == token.DotDot
	}
}

// take gives a literal a slot and appends its marker to the key.
func (n *Normalizer) take(t token.Token) bool {
	v, ok := literalValue(n.text, t)
	if !ok {
		return false
	}
	slot := 0
	for slot < len(n.values) && !sameLiteral(n.values[slot], v) {
		slot++
	}
	if slot == len(n.values) {
		if slot == maxLiterals {
			return false
		}
		n.values = append(n.values, v)
	}
	n.literals = append(n.literals, literalSlot{end: t.End, slot: int32(slot)})
	n.key = append(n.key, 0, byte(t.Kind))
	n.key = binary.AppendUvarint(n.key, uint64(slot))
	return true
}

// literalValue returns the value of a token. A number that does not fit is
// left to the parser.
func literalValue(text string, t token.Token) (graph.Value, bool) {
	raw := text[t.Start:t.End]
	switch t.Kind {
	case token.Integer:
		i, fault := integerValue(raw, false)
		return graph.Integer(i), fault == ""
	case token.Float:
		if strings.IndexByte(raw, '_') >= 0 {
			return graph.Value{}, false
		}
		f, err := strconv.ParseFloat(raw, 64)
		return graph.Float(f), err == nil
	default:
		raw = raw[1 : len(raw)-1]
		if strings.IndexByte(raw, '\\') < 0 {
			return graph.String(raw), true
		}
		s, _, fault := unescape(raw)
		return graph.String(s), fault == ""
	}
}

// sameLiteral reports whether two literals are the same constant.
func sameLiteral(a, b graph.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case graph.KindInteger:
		return a.Int() == b.Int()
	case graph.KindFloat:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	default:
		return a.Str() == b.Str()
	}
}
