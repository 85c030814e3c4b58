package main

import (
	"regexp"
	"slices"
	"strings"
)

// A painter colours Cypher.
type painter struct {
	token *regexp.Regexp
	words []string // sorted
}

// colored finds what has a colour: comments, strings, quoted names, parameters,
// labels and types, numbers, words; in this order.
const colored = `(?s)(//[^\n]*|/\*.*?(?:\*/|$))|('(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)|(\x60[^\x60]*\x60?)|(\$\w+)|(:\s*[\pL_]\w*)|(\b\d[\w.]*)|([\pL_]\w*)`

func newPainter() *painter {
	p := &painter{token: regexp.MustCompile(colored), words: keywords()}
	slices.Sort(p.words)
	return p
}

// paint returns text with terminal sequences.
func (p *painter) paint(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), ":") {
		return bold + text + reset
	}
	var b strings.Builder
	end := 0
	for _, at := range p.token.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[end:at[0]])
		token := text[at[0]:at[1]]
		end = at[1]
		if color := p.color(token, at[2:]); color != "" {
			token = color + token + reset
		}
		b.WriteString(token)
	}
	b.WriteString(text[end:])
	return b.String()
}

// color is the colour of a token, by the first group that took part.
func (p *painter) color(token string, groups []int) string {
	colors := [...]string{dim, green, cyan, magenta, cyan, yellow}
	for i, color := range colors {
		if groups[2*i] >= 0 {
			return color
		}
	}
	if _, ok := slices.BinarySearch(p.words, strings.ToUpper(token)); ok {
		return bold + blue
	}
	return ""
}
