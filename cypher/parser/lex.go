package parser

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// A lexer cuts a text into tokens.
type lexer struct {
	text string
	pos  int
	err  *ast.Error
}

// scan appends the tokens of text to dst, an EOF last.
func scan(text string, dst []token.Token) ([]token.Token, *ast.Error) {
	if len(text) > math.MaxInt32 {
		return nil, ast.NewError("", 0, ast.LimitExceeded, "the statement is longer than 2 GiB")
	}
	l := lexer{text: text}
	for {
		t := l.next()
		if l.err != nil {
			return nil, l.err
		}
		dst = append(dst, t)
		if t.Kind == token.EOF {
			return dst, nil
		}
	}
}

// span returns a token from start to the current position. The conversions
// are safe because scan refuses longer texts.
func (l *lexer) span(kind token.Kind, start int) token.Token {
	return token.Token{Kind: kind, Start: int32(start), End: int32(l.pos)} //nolint:gosec // checked by scan
}

func (l *lexer) fail(offset int, detail ast.Detail, message string) token.Token {
	l.err = ast.NewError(l.text, int32(offset), detail, message) //nolint:gosec // checked by scan
	return token.Token{}
}

// peek returns the byte at a distance, 0 behind the end.
func (l *lexer) peek(distance int) byte {
	if l.pos+distance < len(l.text) {
		return l.text[l.pos+distance]
	}
	return 0
}

func (l *lexer) next() token.Token {
	if !l.skipBlank() {
		return token.Token{}
	}
	start := l.pos
	if start == len(l.text) {
		return l.span(token.EOF, start)
	}
	c := l.text[start]
	switch {
	case identifierStart[c]:
		return l.word(start)
	case c >= '0' && c <= '9', c == '.' && isDigit(l.peek(1)):
		return l.number(start)
	case c == '\'' || c == '"':
		return l.quoted(start, c)
	case c == '`':
		return l.backticks(start)
	case c >= utf8.RuneSelf:
		return l.unicodeWord(start)
	default:
		return l.punctuation(start, c)
	}
}

// skipBlank moves behind white space and comments. It returns false after an
// error.
func (l *lexer) skipBlank() bool {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f:
			l.pos++
		case c == '/' && l.peek(1) == '/':
			end := strings.IndexByte(l.text[l.pos:], '\n')
			if end < 0 {
				l.pos = len(l.text)
			} else {
				l.pos += end + 1
			}
		case c == '/' && l.peek(1) == '*':
			end := strings.Index(l.text[l.pos+2:], "*/")
			if end < 0 {
				l.fail(l.pos, ast.UnexpectedSyntax, "the comment has no end")
				return false
			}
			l.pos += end + 4
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(l.text[l.pos:])
			if !unicode.IsSpace(r) && r != 0xfeff && r != 0x180e {
				return true
			}
			l.pos += size
		default:
			return true
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// identifierStart and identifierPart hold the ASCII characters of names.
var (
	identifierStart = identifierTable(false)
	identifierPart  = identifierTable(true)
)

func identifierTable(digits bool) (table [256]bool) {
	for c := range table {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			table[c] = true
		case c >= '0' && c <= '9':
			table[c] = digits
		}
	}
	return table
}

// word reads a name that begins with an ASCII letter.
func (l *lexer) word(start int) token.Token {
	i := start + 1
	for i < len(l.text) && identifierPart[l.text[i]] {
		i++
	}
	l.pos = i
	if c := l.peek(0); i == start+1 && l.text[start]|0x20 == 's' && (c == '\'' || c == '"') {
		return l.interpolated(start)
	}
	if i < len(l.text) && l.text[i] >= utf8.RuneSelf && l.unicodeTail() {
		return l.span(token.Identifier, start)
	}
	return l.span(token.Lookup(l.text[start:i]), start)
}

// unicodeTail moves behind the rest of a name and reports whether there was
// any.
func (l *lexer) unicodeTail() bool {
	start := l.pos
	for l.pos < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[l.pos:])
		if !unicode.In(r, unicode.L, unicode.Nl, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc) {
			break
		}
		l.pos += size
	}
	return l.pos > start
}

func (l *lexer) unicodeWord(start int) token.Token {
	r, size := utf8.DecodeRuneInString(l.text[start:])
	if kind := arrowPart(r); kind != token.EOF {
		l.pos += size
		return l.span(kind, start)
	}
	if !unicode.In(r, unicode.L, unicode.Nl, unicode.Pc) {
		return l.fail(start, ast.InvalidUnicodeCharacter, "the character "+l.text[start:start+size]+" has no meaning outside of a string")
	}
	l.unicodeTail()
	return l.span(token.Identifier, start)
}

// arrowPart returns the kind of a character that looks like a part of an arrow,
// which patterns may use instead of - < and >.
func arrowPart(r rune) token.Kind {
	switch r {
	case 0xad, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0xfe58, 0xfe63, 0xff0d:
		return token.Minus
	case 0x27e8, 0x3008, 0xfe64, 0xff1c:
		return token.Less
	case 0x27e9, 0x3009, 0xfe65, 0xff1e:
		return token.Greater
	default:
		return token.EOF
	}
}

func (l *lexer) backticks(start int) token.Token {
	for l.pos = start + 1; l.pos < len(l.text); l.pos++ {
		if l.text[l.pos] != '`' {
			continue
		}
		if l.peek(1) == '`' {
			l.pos++
			continue
		}
		l.pos++
		return l.span(token.QuotedIdentifier, start)
	}
	return l.fail(start, ast.UnexpectedSyntax, "the quoted name has no end")
}

// quoted reads a string; its escapes are looked at when its value is needed.
func (l *lexer) quoted(start int, quote byte) token.Token {
	for l.pos = start + 1; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\\':
			l.pos++
		case quote:
			l.pos++
			return l.span(token.String, start)
		}
	}
	return l.fail(start, ast.UnexpectedSyntax, "the string has no end")
}

// number reads an integer or a float without its sign. A letter or a digit
// that does not belong to the number makes it invalid; its value is computed
// by the parser.
func (l *lexer) number(start int) token.Token {
	kind := token.Integer
	if c := l.peek(1) | 0x20; l.text[start] == '0' && (c == 'x' || c == 'o') {
		l.pos += 2
	} else {
		l.digits()
		if l.peek(0) == '.' && isDigit(l.peek(1)) {
			kind = token.Float
			l.pos++
			l.digits()
		}
		if l.peek(0)|0x20 == 'e' {
			sign := 1
			if c := l.peek(1); c == '+' || c == '-' {
				sign = 2
			}
			if isDigit(l.peek(sign)) {
				kind = token.Float
				l.pos += sign
				l.digits()
			}
		}
	}
	for l.pos < len(l.text) && identifierPart[l.text[l.pos]] {
		l.pos++
	}
	return l.span(kind, start)
}

// digits moves behind decimal digits, which may be grouped by underscores.
func (l *lexer) digits() {
	for isDigit(l.peek(0)) || l.peek(0) == '_' && isDigit(l.peek(1)) {
		l.pos++
	}
}

func (l *lexer) punctuation(start int, c byte) token.Token {
	var kind, second token.Kind
	switch c {
	case '(':
		kind = token.LeftParen
	case ')':
		kind = token.RightParen
	case '[':
		kind = token.LeftBracket
	case ']':
		kind = token.RightBracket
	case '{':
		kind = token.LeftBrace
	case '}':
		kind = token.RightBrace
	case ',':
		kind = token.Comma
	case ';':
		kind = token.Semicolon
	case '&':
		kind = token.Ampersand
	case '%':
		kind = token.Percent
	case '$':
		kind = token.Dollar
	case '-':
		kind = token.Minus
	case '*':
		kind = token.Star
	case '/':
		kind = token.Slash
	case '^':
		kind = token.Caret
	default:
		kind, second = pairs(c, l.peek(1))
	}
	switch {
	case second != token.EOF:
		l.pos += 2
		return l.span(second, start)
	case kind != token.EOF:
		l.pos++
		return l.span(kind, start)
	default:
		return l.fail(start, ast.UnexpectedSyntax, "the character "+string(rune(c))+" has no meaning here")
	}
}

// pairs returns the kind of the character alone and, when the next one makes
// a longer token, the kind of both.
func pairs(c, next byte) (kind, second token.Kind) {
	switch {
	case c == ':':
		kind, second = token.Colon, is(next == ':', token.DoubleColon)
	case c == '.':
		kind, second = token.Dot, is(next == '.', token.DotDot)
	case c == '|':
		kind, second = token.Pipe, is(next == '|', token.DoublePipe)
	case c == '!':
		kind, second = token.Exclamation, is(next == '=', token.BangEqual)
	case c == '+':
		kind, second = token.Plus, is(next == '=', token.PlusEqual)
	case c == '=':
		kind, second = token.Equal, is(next == '~', token.RegexMatch)
	case c == '<' && next == '>':
		second = token.NotEqual
	case c == '<':
		kind, second = token.Less, is(next == '=', token.LessEqual)
	case c == '>':
		kind, second = token.Greater, is(next == '=', token.GreaterEqual)
	}
	return kind, second
}

func is(matches bool, kind token.Kind) token.Kind {
	if matches {
		return kind
	}
	return token.EOF
}
