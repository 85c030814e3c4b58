package tck

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// parseValue reads a value as the tables of the kit write it: literals of the
// language, and beside them
//
//	(:Label {p: 1})  [:TYPE {p: 1}]  <(a)-[:TYPE]->(b)<-[:TYPE]-(c)>  NaN
func parseValue(text string) (v value, err error) {
	p := &valueParser{text: text}
	defer func() {
		if e, ok := recover().(valueError); ok {
			err = fmt.Errorf("tck: value %q: %s at %d", text, e, p.pos)
		}
	}()
	v = p.value()
	p.blanks()
	if p.pos != len(text) {
		p.fail("more text")
	}
	return v, nil
}

// A valueError ends the parsing of a value; it is recovered in [parseValue].
type valueError string

type valueParser struct {
	text string
	pos  int
}

func (p *valueParser) fail(reason string) { panic(valueError(reason)) }

func (p *valueParser) blanks() {
	for p.pos < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[p.pos])) {
		p.pos++
	}
}

// peek returns the next byte that is not blank, or 0.
func (p *valueParser) peek() byte {
	p.blanks()
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

func (p *valueParser) accept(token string) bool {
	p.blanks()
	if !strings.HasPrefix(p.text[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

func (p *valueParser) expect(token string) {
	if !p.accept(token) {
		p.fail("no " + token)
	}
}

func (p *valueParser) value() value {
	switch p.peek() {
	case '(':
		return p.node()
	case '<':
		return p.path()
	case '{':
		return value{kind: kindMap, entries: p.entries()}
	case '[':
		start := p.pos
		p.pos++
		if p.peek() == ':' {
			p.pos = start
			return p.relationship()
		}
		return p.list()
	case '\'':
		return value{kind: kindString, text: p.quoted()}
	}
	return p.word()
}

// word reads numbers and names of constants.
func (p *valueParser) word() value {
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune(",]}):| \t\r\n", rune(p.text[p.pos])) {
		p.pos++
	}
	switch word := p.text[start:p.pos]; word {
	case "null":
		return value{}
	case "true", "false":
		return value{kind: kindBoolean, boolean: word == "true"}
	case "NaN":
		return value{kind: kindFloat, float: math.NaN()}
	case "Inf", "Infinity":
		return value{kind: kindFloat, float: math.Inf(1)}
	case "-Inf", "-Infinity":
		return value{kind: kindFloat, float: math.Inf(-1)}
	default:
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			return value{kind: kindInteger, integer: n}
		}
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			p.fail("no value")
		}
		return value{kind: kindFloat, float: f}
	}
}

// quoted reads a string, in which only the quote and the backslash are escaped.
func (p *valueParser) quoted() string {
	p.expect("'")
	var b strings.Builder
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		p.pos++
		switch {
		case c == '\'':
			return b.String()
		case c == '\\' && p.pos < len(p.text) && (p.text[p.pos] == '\'' || p.text[p.pos] == '\\'):
			b.WriteByte(p.text[p.pos])
			p.pos++
		default:
			b.WriteByte(c)
		}
	}
	p.fail("no end of a string")
	return ""
}

// list reads what follows the opening bracket.
func (p *valueParser) list() value {
	v := value{kind: kindList}
	for !p.accept("]") {
		if len(v.items) > 0 {
			p.expect(",")
		}
		v.items = append(v.items, p.value())
	}
	return v
}

func (p *valueParser) entries() map[string]value {
	p.expect("{")
	entries := make(map[string]value)
	for !p.accept("}") {
		if len(entries) > 0 {
			p.expect(",")
		}
		key := p.name()
		p.expect(":")
		entries[key] = p.value()
	}
	return entries
}

func (p *valueParser) name() string {
	p.blanks()
	if p.accept("`") {
		end := strings.IndexByte(p.text[p.pos:], '`')
		if end < 0 {
			p.fail("no end of a name")
		}
		name := p.text[p.pos : p.pos+end]
		p.pos += end + 1
		return name
	}
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune(":,{}()[]<> \t\r\n", rune(p.text[p.pos])) {
		p.pos++
	}
	if start == p.pos {
		p.fail("no name")
	}
	return p.text[start:p.pos]
}

func (p *valueParser) node() value {
	v := value{kind: kindNode, entries: map[string]value{}}
	p.expect("(")
	for p.accept(":") {
		v.labels = append(v.labels, p.name())
	}
	slices.Sort(v.labels)
	if p.peek() == '{' {
		v.entries = p.entries()
	}
	p.expect(")")
	return v
}

func (p *valueParser) relationship() value {
	v := value{kind: kindRelationship, entries: map[string]value{}}
	p.expect("[")
	p.expect(":")
	v.text = p.name()
	if p.peek() == '{' {
		v.entries = p.entries()
	}
	p.expect("]")
	return v
}

func (p *valueParser) path() value {
	p.expect("<")
	v := value{kind: kindPath, items: []value{p.node()}}
	for !p.accept(">") {
		reverse := p.accept("<-")
		if !reverse {
			p.expect("-")
		}
		r := p.relationship()
		r.reverse = reverse
		if reverse {
			p.expect("-")
		} else {
			p.expect("->")
		}
		v.items = append(v.items, r, p.node())
	}
	return v
}
