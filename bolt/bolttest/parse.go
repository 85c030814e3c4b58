package bolttest

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
)

// Parse returns the bytes of a message that is written as text.
func Parse(message string) ([]byte, error) {
	p := parser{rest: strings.TrimSpace(message)}
	name := p.word()
	signature, ok := bolt.ParseSignature(name)
	if !ok {
		return nil, fmt.Errorf("bolttest: %q is no message", name)
	}
	var fields []byte
	n := 0
	for p.space(); p.rest != ""; p.space() {
		fields = p.value(fields)
		n++
		if p.err != nil {
			return nil, fmt.Errorf("bolttest: %q: %w", message, p.err)
		}
	}
	return append(packstream.AppendStructHeader(nil, byte(signature), n), fields...), nil
}

// ParseValue returns the PackStream bytes of one value that is written as text.
func ParseValue(text string) ([]byte, error) {
	p := parser{rest: text}
	b := p.value(nil)
	if p.space(); p.err == nil && p.rest != "" {
		p.fail("end")
	}
	if p.err != nil {
		return nil, fmt.Errorf("bolttest: %q: %w", text, p.err)
	}
	return b, nil
}

type parser struct {
	rest string
	err  error
}

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\n") }

func (p *parser) fail(want string) {
	if p.err == nil {
		p.err = fmt.Errorf("expected %s at %q", want, p.rest)
	}
	p.rest = ""
}

// word consumes letters, digits and what numbers and names are made of.
func (p *parser) word() string {
	n := 0
	for n < len(p.rest) && (isLetter(p.rest[n]) || strings.IndexByte("0123456789_-+.", p.rest[n]) >= 0) {
		n++
	}
	w := p.rest[:n]
	p.rest = p.rest[n:]
	return w
}

// take consumes a prefix, if it is there.
func (p *parser) take(prefix string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return ok
}

func (p *parser) value(dst []byte) []byte {
	p.space()
	switch {
	case p.rest == "":
		p.fail("a value")
		return dst
	case p.rest[0] == '"':
		return packstream.AppendString(dst, p.quoted())
	case p.take("#"):
		return packstream.AppendBytes(dst, p.hex(p.word()))
	case p.take("["):
		items, n := p.items("]")
		return append(packstream.AppendListHeader(dst, n), items...)
	case p.take("{"):
		return p.entries(dst)
	}
	word := p.word()
	if strings.HasPrefix(p.rest, "(") {
		return p.structure(dst, word)
	}
	return p.scalar(dst, word)
}

func (p *parser) quoted() string {
	prefix, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		p.fail("a string")
		return ""
	}
	p.rest = p.rest[len(prefix):]
	s, err := strconv.Unquote(prefix)
	if err != nil {
		p.fail("a string")
	}
	return s
}

func (p *parser) hex(digits string) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil {
		p.fail("hex digits")
	}
	return b
}

func (p *parser) items(end string) (items []byte, n int) {
	for !p.take(end) {
		if n > 0 && !p.take(",") {
			p.fail("a comma")
		}
		if p.err != nil {
			return nil, 0
		}
		items = p.value(items)
		n++
	}
	return items, n
}

func (p *parser) entries(dst []byte) []byte {
	var entries []byte
	n := 0
	for !p.take("}") {
		if n > 0 && !p.take(",") {
			p.fail("a comma")
		}
		p.space()
		var key string
		if strings.HasPrefix(p.rest, `"`) {
			key = p.quoted()
		} else {
			key = p.word()
		}
		if !p.take(":") {
			p.fail("a colon")
		}
		if p.err != nil {
			return dst
		}
		entries = packstream.AppendString(entries, key)
		entries = p.value(entries)
		n++
	}
	return append(packstream.AppendMapHeader(dst, n), entries...)
}

func (p *parser) structure(dst []byte, tag string) []byte {
	p.take("(")
	if tag == "uuid" {
		b := p.hex(p.word())
		if !p.take(")") || len(b) != 16 {
			p.fail("16 bytes")
			return dst
		}
		return packstream.AppendUUID(dst, [16]byte(b))
	}
	items, n := p.items(")")
	if len(tag) == 2 {
		if b := p.hex(tag); len(b) == 1 {
			return append(packstream.AppendStructHeader(dst, b[0], n), items...)
		}
	}
	if len(tag) != 1 {
		p.fail("a tag")
		return dst
	}
	return append(packstream.AppendStructHeader(dst, tag[0], n), items...)
}

func (p *parser) scalar(dst []byte, word string) []byte {
	switch word {
	case "null":
		return packstream.AppendNull(dst)
	case "true", "false":
		return packstream.AppendBool(dst, word == "true")
	case "NaN":
		return packstream.AppendFloat(dst, math.NaN())
	case "Infinity":
		return packstream.AppendFloat(dst, math.Inf(1))
	case "-Infinity":
		return packstream.AppendFloat(dst, math.Inf(-1))
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		return packstream.AppendInt(dst, n)
	}
	f, err := strconv.ParseFloat(word, 64)
	if err != nil {
		p.rest = word + p.rest
		p.fail("a value")
	}
	return packstream.AppendFloat(dst, f)
}
