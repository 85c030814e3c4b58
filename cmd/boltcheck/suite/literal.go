package suite

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// words are the classes of values that patterns name.
func words() []string {
	return []string{"any", "int", "float", "string", "bool", "list", "map", "bytes", "struct", "absent"}
}

// A literalParser reads values and patterns.
type literalParser struct {
	text string
	pos  int
}

// parseLiterals reads values up to the end of a text.
func parseLiterals(text string) ([]*node, error) {
	p := &literalParser{text: text}
	var list []*node
	for {
		p.blanks()
		if p.pos == len(p.text) {
			return list, nil
		}
		n, err := p.choice()
		if err != nil {
			return nil, fmt.Errorf("%w at %q", err, cut(p.text[min(p.pos, len(p.text)):], 20))
		}
		list = append(list, n)
	}
}

// cut shortens a text for a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}

func (p *literalParser) blanks() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// peek returns the next byte that is no blank, or 0.
func (p *literalParser) peek() byte {
	p.blanks()
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

// accept consumes s if it comes next.
func (p *literalParser) accept(s string) bool {
	p.blanks()
	if !strings.HasPrefix(p.text[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	return true
}

// choice = repeated { "|" repeated } .
func (p *literalParser) choice() (*node, error) {
	n, err := p.repeated()
	if err != nil || p.peek() != '|' {
		return n, err
	}
	c := &node{kind: kindChoice, items: []*node{n}}
	for p.accept("|") {
		if n, err = p.repeated(); err != nil {
			return nil, err
		}
		c.items = append(c.items, n)
	}
	return c, nil
}

// repeated = value [ "*" count ] .
func (p *literalParser) repeated() (*node, error) {
	n, err := p.value()
	if err != nil || p.pos >= len(p.text) || p.text[p.pos] != '*' {
		return n, err
	}
	p.pos++
	count, err := strconv.Atoi(p.while(unicode.IsDigit))
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case kindString:
		n.text = strings.Repeat(n.text, count)
	case kindWire, kindBytes:
		n.data = bytes.Repeat(n.data, count)
	case kindList:
		n.items = slices.Repeat(n.items, count)
	default:
		return nil, fmt.Errorf("%s can not be repeated", n)
	}
	// More wire bytes may follow, as in <91>*5<C0>.
	if n.kind == kindWire && p.pos < len(p.text) && p.text[p.pos] == '<' {
		tail, err := p.repeated()
		if err != nil {
			return nil, err
		}
		n.data = append(n.data, tail.data...)
	}
	return n, nil
}

func (p *literalParser) while(ok func(rune) bool) string {
	rest := p.text[p.pos:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !ok(r) })
	if end < 0 {
		end = len(rest)
	}
	p.pos += end
	return rest[:end]
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || r == '.' || r == '+'
}

func (p *literalParser) value() (*node, error) {
	switch c := p.peek(); c {
	case '"', '\'':
		s, err := p.quoted(c)
		return &node{kind: kindString, text: s}, err
	case '/':
		s, err := p.slashed()
		if err != nil {
			return nil, err
		}
		_, err = regexp.Compile(s)
		return &node{kind: kindRegexp, text: s}, err
	case '#':
		p.pos++
		b, err := hex.DecodeString(p.while(isWordRune))
		return &node{kind: kindBytes, data: b}, err
	case '<':
		s, err := p.until('>')
		if err != nil {
			return nil, err
		}
		b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
		return &node{kind: kindWire, data: b}, err
	case '$':
		p.pos++
		return &node{kind: kindVariable, text: p.while(isWordRune)}, nil
	case '[':
		return p.listLiteral()
	case '{':
		return p.mapLiteral()
	case '(':
		return p.structLiteral()
	default:
		return p.word()
	}
}

// until reads what is between two delimiters, the first of which comes next.
func (p *literalParser) until(end byte) (string, error) {
	rest := p.text[p.pos+1:]
	i := strings.IndexByte(rest, end)
	if i < 0 {
		return "", fmt.Errorf("no closing %q", end)
	}
	p.pos += i + 2
	return rest[:i], nil
}

// slashed reads a regular expression, in which \/ stands for a slash.
func (p *literalParser) slashed() (string, error) {
	for end := p.pos + 1; end < len(p.text); end++ {
		switch p.text[end] {
		case '\\':
			end++
		case '/':
			s := p.text[p.pos+1 : end]
			p.pos = end + 1
			return strings.ReplaceAll(s, `\/`, "/"), nil
		}
	}
	return "", fmt.Errorf("no closing %q", '/')
}

// quoted reads a string: double quotes know Go's escapes, single ones none.
func (p *literalParser) quoted(quote byte) (string, error) {
	if quote == '\'' {
		return p.until('\'')
	}
	prefix, err := strconv.QuotedPrefix(p.text[p.pos:])
	if err != nil {
		return "", err
	}
	p.pos += len(prefix)
	return strconv.Unquote(prefix)
}

func (p *literalParser) word() (*node, error) {
	w, dots := strings.CutSuffix(p.while(isWordRune), "...")
	if dots {
		p.pos -= len("...")
	}
	switch {
	case w == "null":
		return &node{kind: kindNull}, nil
	case w == "true":
		return &node{kind: kindBool, int: 1}, nil
	case w == "false":
		return &node{kind: kindBool}, nil
	case w == "uuid":
		p.blanks()
		b, err := hex.DecodeString(p.while(isWordRune))
		return &node{kind: kindUUID, data: b}, err
	case slices.Contains(words(), w):
		return &node{kind: kindWord, text: w}, nil
	case w == "inf", w == "-inf", w == "nan":
		f, err := strconv.ParseFloat(w, 64)
		return &node{kind: kindFloat, float: f}, err
	}
	if i, err := strconv.ParseInt(w, 10, 64); err == nil {
		return &node{kind: kindInt, int: i}, nil
	}
	if f, err := strconv.ParseFloat(w, 64); err == nil && !math.IsInf(f, 0) {
		return &node{kind: kindFloat, float: f}, nil
	}
	return nil, fmt.Errorf("%q is no value", w)
}

// listLiteral = "[" { choice [ "..." ] "," } "]" .
func (p *literalParser) listLiteral() (*node, error) {
	p.accept("[")
	n := &node{kind: kindList}
	for !p.accept("]") {
		item, err := p.choice()
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
		n.open = p.accept("...")
		if !p.accept(",") && p.peek() != ']' {
			return nil, errors.New("expected , or ]")
		}
	}
	return n, nil
}

// structLiteral = "(" tag { choice } ")" .
func (p *literalParser) structLiteral() (*node, error) {
	p.accept("(")
	p.blanks()
	tag, err := strconv.ParseUint(p.while(isWordRune), 16, 8)
	if err != nil {
		return nil, err
	}
	n := &node{kind: kindStruct, tag: byte(tag)}
	for !p.accept(")") {
		item, err := p.choice()
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
		p.accept(",")
	}
	return n, nil
}

// mapLiteral = "{" { ( "..." | ".." name | name [ "?" ] ":" choice ) "," } "}" .
func (p *literalParser) mapLiteral() (*node, error) {
	p.accept("{")
	n := &node{kind: kindMap}
	for !p.accept("}") {
		switch {
		case p.accept("..."):
			n.open = true
		case p.accept(".."):
			n.keys = append(n.keys, key{name: p.while(isWordRune), spread: true})
			n.items = append(n.items, nil)
		default:
			if err := p.entry(n); err != nil {
				return nil, err
			}
		}
		if !p.accept(",") && p.peek() != '}' {
			return nil, errors.New("expected , or }")
		}
	}
	return n, nil
}

func (p *literalParser) entry(n *node) error {
	k := key{}
	var err error
	if p.peek() == '"' {
		k.name, err = p.quoted('"')
	} else {
		k.name = p.while(isWordRune)
	}
	if err != nil {
		return err
	}
	k.optional = p.accept("?")
	if !p.accept(":") {
		return fmt.Errorf("expected : after the key %q", k.name)
	}
	v, err := p.choice()
	if err != nil {
		return err
	}
	n.keys = append(n.keys, k)
	n.items = append(n.items, v)
	return nil
}
