package parser

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// maxInterpolation bounds how deep interpolated strings nest.
const maxInterpolation = 50

// interpolated reads s'…{expression}…'; what is in the braces is cut into
// tokens by the parser.
func (l *lexer) interpolated(start int) token.Token {
	end := skipInterpolated(l.text, start+1, 0)
	if end < 0 {
		return l.fail(start, ast.UnexpectedSyntax, "the string has no end")
	}
	l.pos = end
	return l.span(token.Interpolated, start)
}

// skipInterpolated returns the place behind an interpolated string whose quote
// is at start, -1 when it has no end.
func skipInterpolated(text string, start, depth int) int {
	quote := text[start]
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		case '{':
			end := skipExpression(text, i, depth)
			if end < 0 {
				return -1
			}
			i = end - 1
		}
	}
	return -1
}

// skipExpression returns the place behind the brace that closes the one at
// start, -1 when there is none.
func skipExpression(text string, start, depth int) int {
	if depth == maxInterpolation {
		return -1
	}
	braces := 0
	for i := start; i < len(text); i++ {
		end := i + 1
		switch c := text[i]; c {
		case '{':
			braces++
		case '}':
			if braces--; braces == 0 {
				return end
			}
		case '\'', '"':
			s := i > start+1 && text[i-1]|0x20 == 's' && !identifierPart[text[i-2]]
			if s || text[i-1]|0x20 == 's' && i == start+2 {
				end = skipInterpolated(text, i, depth+1)
			} else {
				end = skipQuoted(text, i)
			}
		case '`':
			end = skipQuoted(text, i)
		}
		if end < 0 {
			return -1
		}
		i = end - 1
	}
	return -1
}

// skipQuoted returns the place behind the text in quotes at start, -1 when it
// has no end.
func skipQuoted(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if text[start] != '`' {
				i++
			}
		case text[start]:
			return i + 1
		}
	}
	return -1
}

// interpolation reads the current token, an interpolated string.
func (p *parser) interpolation() ast.Expr {
	start := p.start()
	t := p.advance()
	e := &ast.Interpolation{Span: p.span(start)}
	if !p.enter() {
		return e
	}
	defer p.leave()
	at, end := int(t.Start)+2, int(t.End)-1
	from := at
	for at < end {
		switch p.text[at] {
		case '\\':
			at += 2
		case '}':
			p.fail(int32(at), ast.UnexpectedSyntax, "there is no opening brace before this closing one") //nolint:gosec // inside of the text
			return e
		case '{':
			p.textPart(e, from, at)
			after := skipExpression(p.text, at, 0)
			p.expressionPart(e, at+1, after-1)
			at, from = after, after
		default:
			at++
		}
		if p.failed() {
			return e
		}
	}
	p.textPart(e, from, end)
	return e
}

// textPart adds the text between two expressions.
func (p *parser) textPart(e *ast.Interpolation, from, to int) {
	if from == to && (len(e.Parts) > 0 || p.text[to] == '{') {
		return
	}
	raw := p.text[from:to]
	// Escaped braces are the only escapes that other strings do not have.
	raw = strings.NewReplacer(`\\`, `\\`, `\{`, "{", `\}`, "}").Replace(raw)
	s, _, fault := unescape(raw)
	if fault != "" {
		p.fail(int32(from), fault, "an escape sequence in this string is not valid") //nolint:gosec // inside of the text
		return
	}
	span := ast.Span{Start: int32(from), End: int32(to)} //nolint:gosec // as above
	addPart(e, &ast.Literal{Span: span, Value: graph.String(s)})
}

// addPart adds a part. Texts that follow each other are one.
func addPart(e *ast.Interpolation, part ast.Expr) {
	text, ok := part.(*ast.Literal)
	if n := len(e.Parts); n > 0 && ok && text.Value.Kind() == graph.KindString {
		if before, ok := e.Parts[n-1].(*ast.Literal); ok && before.Value.Kind() == graph.KindString {
			before.Value = graph.String(before.Value.Str() + text.Value.Str())
			before.End = text.End
			return
		}
	}
	e.Parts = append(e.Parts, part)
}

// expressionPart reads the expression between two places of the text, which is
// inside of a single token.
func (p *parser) expressionPart(e *ast.Interpolation, from, to int) {
	tokens, err := scan(p.text[from:to], nil)
	if err != nil {
		p.fail(int32(from), err.Detail, err.Message) //nolint:gosec // inside of the text
		return
	}
	for i := range tokens {
		tokens[i].Start += int32(from) //nolint:gosec // as above
		tokens[i].End += int32(from)   //nolint:gosec // as above
	}
	outer, pos := p.tokens, p.pos
	p.tokens, p.pos = tokens, 0
	addPart(e, p.unbarred())
	if !p.failed() && p.kind() != token.EOF {
		p.unexpected()
	}
	p.tokens, p.pos = outer, pos
	if !p.failed() {
		return
	}
	if p.err.Message == "" {
		p.err.Message = "an expression in the braces of a string is not well formed"
	}
	p.pos = len(outer) - 1
}
