package parser

import (
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

const (
	// maxDepth bounds how deep expressions, patterns and subqueries nest: each
	// level takes a few stack frames here and in every later stage.
	maxDepth = 500
	// maxHeight bounds the height of the tree of one expression, which a chain
	// of operators can reach without nesting: a + b + c + … Later stages
	// descend it recursively.
	maxHeight = 10_000
)

// Parse reads one statement. An error is an [*ast.Error].
func Parse(text string) (*ast.Statement, error) {
	// A token takes about three bytes of text; a text of megabytes is mostly
	// strings.
	tokens, err := scan(text, make([]token.Token, 0, min(len(text)/3+16, 1024)))
	if err != nil {
		return nil, err
	}
	p := parser{text: text, tokens: tokens}
	s := p.statement()
	if p.err == nil {
		return s, nil
	}
	if p.err.Detail == ast.UnexpectedSyntax && p.err.Message == "" {
		return nil, explain(text)
	}
	return nil, p.err
}

// explain parses a text with an unexpected token again and says what was
// expected.
func explain(text string) *ast.Error {
	tokens, err := scan(text, nil)
	if err != nil {
		return err
	}
	p := parser{text: text, tokens: tokens, noting: true}
	p.statement()
	if p.err == nil || p.err.Message != "" {
		return p.err
	}
	slices.Sort(p.expected)
	p.err.Expected = slices.Compact(p.expected)
	p.err.Message = "unexpected " + describe(text, tokens[p.failedAt])
	if len(p.err.Expected) > 0 {
		p.err.Message += ", expected " + alternatives(p.err.Expected)
	}
	return p.err
}

func describe(text string, t token.Token) string {
	switch t.Kind {
	case token.EOF:
		return "end of input"
	case token.Identifier, token.QuotedIdentifier, token.Integer, token.Float, token.String, token.Interpolated:
		const longest = 40
		s := text[t.Start:t.End]
		if len(s) > longest {
			s = strings.ToValidUTF8(s[:longest], "") + "..."
		}
		return t.Kind.String() + " " + s
	default:
		return "'" + text[t.Start:t.End] + "'"
	}
}

// alternatives joins words with commas and "or"; a long list is cut.
func alternatives(words []string) string {
	const most = 12
	if len(words) > most {
		return strings.Join(words[:most], ", ") + ", ..."
	}
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// A parser descends over the tokens of one statement. After a fault err is
// set and the current token is the last one, an EOF, so that every loop ends;
// what the methods return then is thrown away.
type parser struct {
	text   string
	tokens []token.Token
	pos    int
	err    *ast.Error
	// depth is the current nesting, height the height of the expression that
	// was read last; see maxDepth and maxHeight.
	depth, height int
	// bars is positive inside of a comprehension, where | ends an expression
	// and is no label operator.
	bars int
	// pendingHints are hints in front of a query, for its first MATCH.
	pendingHints []*ast.Hint
	// noting turns on the collection of expected, the tokens that were looked
	// for at position expectedAt. failedAt is where the fault is.
	noting     bool
	expected   []string
	expectedAt int
	failedAt   int
}

func (p *parser) kind() token.Kind { return p.tokens[p.pos].Kind }

// ahead returns the kind of a token further on, EOF behind the end.
func (p *parser) ahead(n int) token.Kind {
	if p.pos+n < len(p.tokens) {
		return p.tokens[p.pos+n].Kind
	}
	return token.EOF
}

// start returns the offset of the current token.
func (p *parser) start() int32 { return p.tokens[p.pos].Start }

// span returns the range from start to the end of the token read last.
func (p *parser) span(start int32) ast.Span {
	if p.pos == 0 {
		return ast.Span{Start: start, End: start}
	}
	return ast.Span{Start: start, End: p.tokens[p.pos-1].End}
}

// advance moves to the next token and returns the one it leaves.
func (p *parser) advance() token.Token {
	t := p.tokens[p.pos]
	if t.Kind != token.EOF {
		p.pos++
	}
	return t
}

// at reports whether the current token has the kind.
func (p *parser) at(kind token.Kind) bool {
	if p.tokens[p.pos].Kind == kind {
		return true
	}
	if p.noting {
		p.note(kind.String())
	}
	return false
}

// accept moves behind a token of the kind when it is the current one.
func (p *parser) accept(kind token.Kind) bool {
	if !p.at(kind) {
		return false
	}
	p.pos++
	return true
}

// expect moves behind a token of the kind; anything else is a fault.
func (p *parser) expect(kind token.Kind) {
	if !p.accept(kind) {
		p.unexpected()
	}
}

// atWord reports whether the current token spells an upper-case word that has
// no kind of its own.
func (p *parser) atWord(word string) bool {
	if p.wordAhead(0, word) {
		return true
	}
	if p.noting {
		p.note(word)
	}
	return false
}

func (p *parser) wordAhead(n int, word string) bool {
	if p.pos+n >= len(p.tokens) {
		return false
	}
	t := p.tokens[p.pos+n]
	if int(t.End-t.Start) != len(word) || t.Kind == token.QuotedIdentifier || !t.Kind.Name() {
		return false
	}
	return token.EqualFold(p.text[t.Start:t.End], word)
}

func (p *parser) acceptWord(word string) bool {
	if !p.atWord(word) {
		return false
	}
	p.pos++
	return true
}

// acceptWords moves behind all the words, in this order, or not at all.
func (p *parser) acceptWords(words ...string) bool {
	for i, w := range words {
		if !p.wordAhead(i, w) {
			if p.noting && i == 0 {
				p.note(w)
			}
			return false
		}
	}
	p.pos += len(words)
	return true
}

func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.unexpected()
	}
}

func (p *parser) note(what string) {
	switch {
	case p.err != nil || p.pos < p.expectedAt:
		return
	case p.pos > p.expectedAt:
		p.expected, p.expectedAt = p.expected[:0], p.pos
	}
	p.expected = append(p.expected, what)
}

// unexpected reports the current token as a fault. Its message is written
// when the statement is parsed again.
func (p *parser) unexpected() {
	if p.err == nil {
		p.failedAt = p.pos
		if p.expectedAt != p.pos {
			p.expected = nil
		}
	}
	p.fail(p.start(), ast.UnexpectedSyntax, "")
}

// fail reports a fault, unless there was one before, and moves to the end.
func (p *parser) fail(offset int32, detail ast.Detail, message string) {
	if p.err == nil {
		p.err = ast.NewError(p.text, offset, detail, message)
	}
	p.pos = len(p.tokens) - 1
}

// failed reports whether there was a fault.
func (p *parser) failed() bool { return p.err != nil }

// enter counts a level of nesting; leave must be called when it returns true.
func (p *parser) enter() bool {
	if p.depth == maxDepth {
		p.fail(p.start(), ast.LimitExceeded, "the statement is nested too deeply")
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// name reads a name: an identifier, a quoted one or any keyword.
func (p *parser) name() string {
	t := p.tokens[p.pos]
	if !t.Kind.Name() {
		if p.noting {
			p.note("a name")
		}
		p.unexpected()
		return ""
	}
	p.pos++
	return p.nameOf(t)
}

func (p *parser) nameOf(t token.Token) string {
	if t.Kind != token.QuotedIdentifier {
		return p.text[t.Start:t.End]
	}
	return strings.ReplaceAll(p.text[t.Start+1:t.End-1], "``", "`")
}

// variable reads a name that is bound or used as a variable.
func (p *parser) variable() *ast.Variable {
	start := p.start()
	name := p.name()
	return &ast.Variable{Span: p.span(start), Name: name}
}

// dottedName reads the name of a function or a procedure.
func (p *parser) dottedName() string {
	start := p.pos
	first := p.namePart()
	if p.kind() != token.Dot {
		return first
	}
	parts := []string{first}
	for p.accept(token.Dot) {
		parts = append(parts, p.namePart())
	}
	if p.failed() {
		return ""
	}
	from, to := p.tokens[start].Start, p.tokens[p.pos-1].End
	if text := p.text[from:to]; int(to-from) == joinedLength(parts) {
		return text
	}
	return strings.Join(parts, ".")
}

func joinedLength(parts []string) int {
	n := len(parts) - 1
	for _, s := range parts {
		n += len(s)
	}
	return n
}

// namePart reads one part of a dotted name. A dot inside of backticks would
// make the name ambiguous once the parts are joined.
func (p *parser) namePart() string {
	offset := p.start()
	s := p.name()
	if strings.IndexByte(s, '.') >= 0 {
		p.fail(offset, ast.UnexpectedSyntax, "a part of this name must not contain a dot")
	}
	return s
}
