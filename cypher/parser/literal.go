package parser

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// numberLiteral reads the current token, a number, whose sign was read
// before. The sign belongs to the literal: the smallest integer has no
// positive counterpart.
func (p *parser) numberLiteral(start int32, negative bool) *ast.Literal {
	t := p.advance()
	digits := p.text[t.Start:t.End]
	l := &ast.Literal{}
	if t.Kind == token.Float {
		l.Value = p.float(t.Start, digits, negative)
	} else {
		l.Value = p.integer(t.Start, digits, negative)
	}
	l.Span = p.span(start)
	return l
}

func (p *parser) integer(offset int32, digits string, negative bool) graph.Value {
	n, fault := integerValue(digits, negative)
	if fault != "" {
		sign := ""
		if negative {
			sign = "-"
		}
		p.fail(offset, fault, "the integer "+sign+digits+" is "+reasons[fault])
	}
	return graph.Integer(n)
}

var reasons = map[ast.Detail]string{
	ast.InvalidNumberLiteral: "not well formed",
	ast.IntegerOverflow:      "out of the 64-bit range",
}

// integerValue returns the value of a decimal, hexadecimal or octal number,
// or the detail word of its fault.
func integerValue(digits string, negative bool) (int64, ast.Detail) {
	base, rest := uint64(10), digits
	if len(digits) > 1 && digits[0] == '0' {
		switch digits[1] | 0x20 {
		case 'x':
			base, rest = 16, digits[2:]
		case 'o':
			base, rest = 8, digits[2:]
		}
	}
	if rest == "" || rest[0] == '_' || rest[len(rest)-1] == '_' {
		return 0, ast.InvalidNumberLiteral
	}
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	n, overflow := uint64(0), false
	for i := range len(rest) {
		if rest[i] == '_' {
			continue
		}
		d := uint64(digitValue(rest[i]))
		if d >= base {
			return 0, ast.InvalidNumberLiteral
		}
		if n > (limit-d)/base {
			overflow = true
		}
		n = n*base + d
	}
	if overflow {
		return 0, ast.IntegerOverflow
	}
	if negative {
		n = -n
	}
	return int64(n), ""
}

// digitValue returns the value of a hexadecimal digit, 255 for others.
func digitValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	default:
		return 255
	}
}

func (p *parser) float(offset int32, digits string, negative bool) graph.Value {
	f, err := strconv.ParseFloat(strings.ReplaceAll(digits, "_", ""), 64)
	switch {
	case err != nil && math.IsInf(f, 0):
		p.fail(offset, ast.FloatingPointOverflow, "the number "+digits+" is out of the range of 64-bit floats")
	case err != nil:
		p.fail(offset, ast.InvalidNumberLiteral, "the number "+digits+" is not well formed")
	}
	if negative {
		f = -f
	}
	return graph.Float(f)
}

// stringLiteral reads the current token, a string.
func (p *parser) stringLiteral() *ast.Literal {
	start := p.start()
	s := p.stringValue()
	return &ast.Literal{Span: p.span(start), Value: graph.String(s)}
}

// stringValue reads a string token and returns what it stands for.
func (p *parser) stringValue() string {
	if !p.at(token.String) {
		p.unexpected()
		return ""
	}
	t := p.advance()
	raw := p.text[t.Start+1 : t.End-1]
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	s, at, fault := unescape(raw)
	if fault != "" {
		p.fail(t.Start+1+int32(at), fault, "the escape sequence in this string is not valid") //nolint:gosec // at is inside of the token
		return ""
	}
	return s
}

// unescape replaces the escape sequences of a string. A fault comes with its
// place.
func unescape(raw string) (s string, at int, fault ast.Detail) {
	dst := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' {
			dst = append(dst, c)
			continue
		}
		i++
		if i == len(raw) {
			return "", i - 1, ast.UnexpectedSyntax
		}
		switch c := raw[i]; c {
		case 't':
			dst = append(dst, '\t')
		case 'b':
			dst = append(dst, '\b')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 'f':
			dst = append(dst, '\f')
		case '\\', '\'', '"', '`':
			dst = append(dst, c)
		case 'u', 'U':
			r, size := unicodeEscape(raw[i:])
			if size == 0 {
				return "", i - 1, ast.InvalidUnicodeLiteral
			}
			dst = utf8.AppendRune(dst, r)
			i += size - 1
		default:
			return "", i - 1, ast.UnexpectedSyntax
		}
	}
	return string(dst), 0, ""
}

// unicodeEscape reads uXXXX, a pair of such surrogates, or UXXXXXXXX; size is
// 0 when s begins with none of them.
func unicodeEscape(s string) (r rune, size int) {
	width := 4
	if s[0] == 'U' {
		width = 8
	}
	r, ok := hexadecimal(s[1:], width)
	if !ok || r > utf8.MaxRune {
		return 0, 0
	}
	if r >= 0xd800 && r < 0xdc00 && len(s) > 6 && s[5] == '\\' && s[6] == 'u' {
		if low, ok := hexadecimal(s[7:], 4); ok && low >= 0xdc00 && low < 0xe000 {
			return 0x10000 + (r-0xd800)<<10 + (low - 0xdc00), 11
		}
	}
	return r, 1 + width
}

func hexadecimal(s string, width int) (r rune, ok bool) {
	if len(s) < width {
		return 0, false
	}
	for i := range width {
		d := digitValue(s[i])
		if d == 255 || r > 0xfffffff>>4 {
			return 0, false
		}
		r = r<<4 + rune(d)
	}
	return r, true
}
