package jolt

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/packstream"
)

// Parse parses one value. Errors are of type [*SyntaxError].
func Parse(text string, v Version) (Value, error) {
	list, err := ParseFields(text, v)
	if err == nil && len(list) != 1 {
		err = &SyntaxError{0, "one value is wanted here"}
	}
	if err != nil {
		return Value{}, err
	}
	return list[0], nil
}

// ParseFields parses values that blanks separate. Errors are of type
// [*SyntaxError].
func ParseFields(text string, v Version) ([]Value, error) {
	trees, err := fields(text)
	if err != nil {
		return nil, err
	}
	list := make([]Value, len(trees))
	for i, t := range trees {
		p, err := (&compiler{version: v}).compile(t)
		if err != nil {
			return nil, err
		}
		list[i] = p.exact()
	}
	return list, nil
}

// ParsePatterns parses patterns that blanks separate. Errors are of type
// [*SyntaxError].
func ParsePatterns(text string, v Version) ([]*Pattern, error) {
	trees, err := fields(text)
	if err != nil {
		return nil, err
	}
	list := make([]*Pattern, len(trees))
	for i, t := range trees {
		if list[i], err = (&compiler{version: v, wild: true}).compile(t); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// A compiler turns JSON into patterns. Without wild there are no wildcards and
// no escapes, and the patterns are values.
type compiler struct {
	version Version
	wild    bool
}

// star reports whether a text is the wildcard.
func (c *compiler) star(t *tree) bool { return c.wild && t.kind == '"' && t.text == "*" }

func (c *compiler) compile(t *tree) (*Pattern, error) {
	p := &Pattern{source: t.source}
	switch t.kind {
	case 'n':
		p.value = Null()
	case 't':
		p.value = Bool(t.truth)
	case '"':
		if p.any = c.star(t); !p.any {
			p.value = String(c.unescape(t.text))
		}
	case '0':
		var err error
		if p.value, err = number(t); err != nil {
			return nil, err
		}
	case '[':
		p.value.Kind = packstream.KindList
		return p, c.items(p, t.items)
	default:
		return c.object(p, t)
	}
	return p, nil
}

// object compiles a value with a sigil, or a map.
func (c *compiler) object(p *Pattern, t *tree) (*Pattern, error) {
	if len(t.keys) != 1 {
		return p, c.entries(p, t)
	}
	s, v := sigilOf(t.keys[0], c.version)
	if s == nil {
		return p, c.entries(p, t)
	}
	if c.star(t.items[0]) {
		p.class = s
		return p, nil
	}
	inner := &compiler{version: v, wild: c.wild}
	return p, inner.typed(p, s, t.items[0])
}

// typed compiles what stands behind a sigil.
func (c *compiler) typed(p *Pattern, s *sigil, t *tree) error {
	var err error
	switch s.text {
	case "?":
		p.value, err = boolean(t)
	case "Z":
		p.value, err = integer(t)
	case "R":
		p.value, err = float(t)
	case "U":
		if t.kind != '"' {
			return t.fault("a string is wanted behind %q", s.text)
		}
		p.value = String(c.unescape(t.text))
	case "#":
		var b []byte
		b, err = octets(t)
		p.value = Bytes(b)
	case "[]":
		if t.kind != '[' {
			return t.fault("a list is wanted behind %q", s.text)
		}
		p.value.Kind = packstream.KindList
		return c.items(p, t.items)
	case "{}":
		return c.entries(p, t)
	case "T":
		p.value, err = temporal(t, c.version)
	case "@":
		p.value, err = point(t)
	case "()":
		return c.node(p, t)
	case "->", "<-":
		return c.relationship(p, t, s.text == "<-")
	case "..":
		p.value, err = c.path(t)
	case "V":
		p.value, err = vector(t)
	case "UT":
		return c.unsupported(p, t)
	case "UU":
		p.value, err = uuid(t)
	default:
		return c.structure(p, t)
	}
	return err
}

// items compiles the items of a list or fields of a structure.
func (c *compiler) items(p *Pattern, items []*tree) error {
	p.items = make([]*Pattern, len(items))
	for i, t := range items {
		var err error
		if p.items[i], err = c.compile(t); err != nil {
			return err
		}
	}
	return nil
}

// entries compiles a map, whatever its keys are.
func (c *compiler) entries(p *Pattern, t *tree) error {
	if t.kind != '{' {
		return t.fault("a map is wanted here")
	}
	p.value.Kind = packstream.KindMap
	p.keys = make([]key, len(t.keys))
	for i, name := range t.keys {
		p.keys[i] = key{name: name}
		if c.wild {
			p.keys[i] = parseKey(name)
			if p.position(p.keys[i].name) < i {
				return t.items[i].fault("the key %q stands here twice", p.keys[i].name)
			}
		}
	}
	if err := c.items(p, t.items); err != nil {
		return err
	}
	for i := range p.keys {
		p.items[i].unordered = p.keys[i].unordered
	}
	return nil
}

// unescape removes the escapes of a string in a pattern.
func (c *compiler) unescape(s string) string {
	if !c.wild || !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\*`, `*`).Replace(s)
}

// parseKey reads what the key of a pattern says about its entry.
func parseKey(text string) key {
	var k key
	if strings.HasPrefix(text, "[") && endsIn(text, "]") {
		k.optional, text = true, text[1:len(text)-1]
	}
	if endsIn(text, "{}") {
		k.unordered, text = true, text[:len(text)-2]
	}
	k.name = strings.NewReplacer(`\\`, `\`, `\[`, `[`, `\]`, `]`, `\{`, `{`, `\}`, `}`).Replace(text)
	return k
}

// endsIn reports whether text ends in suffix and no backslash takes its meaning.
func endsIn(text, suffix string) bool {
	before, ok := strings.CutSuffix(text, suffix)
	escapes := len(before) - len(strings.TrimRight(before, `\`))
	return ok && escapes%2 == 0
}

// number reads a plain number: an integer of 32 bits, or a float.
func number(t *tree) (Value, error) {
	if n, err := strconv.ParseInt(t.text, 10, 32); err == nil {
		return Int(n), nil
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		return Value{}, t.fault("%s is too large for a float", t.text)
	}
	return Float(f), nil
}

func boolean(t *tree) (Value, error) {
	if t.kind == 't' {
		return Bool(t.truth), nil
	}
	if t.kind == '"' && (t.text == "true" || t.text == "false") {
		return Bool(t.text == "true"), nil
	}
	return Value{}, t.fault(`true or false is wanted behind "?"`)
}

func integer(t *tree) (Value, error) {
	if t.kind == '"' || t.kind == '0' {
		if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
			return Int(n), nil
		}
	}
	return Value{}, t.fault(`an integer of 64 bits is wanted behind "Z"`)
}

func float(t *tree) (Value, error) {
	switch {
	case t.kind == '"' && strings.TrimLeft(t.text, "+-") == "Infinity" && len(t.text) <= len("+Infinity"):
		sign := 1
		if t.text[0] == '-' {
			sign = -1
		}
		return Float(math.Inf(sign)), nil
	case t.kind == '"' && t.text == "NaN":
		return Float(math.NaN()), nil
	case t.kind == '"' && strings.Trim(t.text, "0123456789+-.eE") == "", t.kind == '0':
		if f, err := strconv.ParseFloat(t.text, 64); err == nil {
			return Float(f), nil
		}
	}
	return Value{}, t.fault(`a float is wanted behind "R"`)
}

// octets reads bytes: hexadecimal digits, or a list of numbers.
func octets(t *tree) ([]byte, error) {
	switch t.kind {
	case '"':
		if b, err := ParseHex(t.text); err == nil {
			return b, nil
		}
	case '[':
		b := make([]byte, 0, len(t.items))
		for _, item := range t.items {
			n, err := strconv.ParseUint(item.text, 10, 8)
			if err != nil || item.kind != '0' {
				return nil, item.fault("a byte is a number from 0 to 255")
			}
			b = append(b, byte(n))
		}
		return b, nil
	}
	return nil, t.fault("bytes are written as hexadecimal digits, or as a list of numbers")
}

// ParseHex reads hexadecimal digits. Blanks may stand between bytes; a digit
// that stands alone, or is left over, is a byte of its own.
func ParseHex(text string) ([]byte, error) {
	var b []byte
	for word := range strings.FieldsSeq(text) {
		whole := len(word) &^ 1
		part, err := hex.DecodeString(word[:whole])
		if err != nil {
			return nil, err
		}
		b = append(b, part...)
		if whole < len(word) {
			last, err := hex.DecodeString("0" + word[whole:])
			if err != nil {
				return nil, err
			}
			b = append(b, last...)
		}
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}

func uuid(t *tree) (Value, error) {
	const form = "00000000-0000-0000-0000-000000000000"
	digits := strings.ReplaceAll(t.text, "-", "")
	b, err := hex.DecodeString(digits)
	if t.kind != '"' || err != nil || len(b) != 16 || len(t.text) != len(form) {
		return Value{}, t.fault("a UUID is written as %s", form)
	}
	for i, c := range form {
		if (c == '-') != (t.text[i] == '-') {
			return Value{}, t.fault("a UUID is written as %s", form)
		}
	}
	return Value{Kind: packstream.KindUUID, Bytes: b}, nil
}
