package ast

import (
	"slices"
	"strconv"
	"strings"

	"github.com/drawbolt/drawbolt/cypher/token"
)

// String returns a canonical spelling of n that parses to the same tree.
func String(n Node) string { return string(n.appendTo(nil)) }

// String returns a canonical spelling of the statement.
func (s *Statement) String() string { return String(s) }

func (s *Statement) appendTo(dst []byte) []byte {
	if s.Version != "" || len(s.Options) > 0 {
		dst = append(dst, "CYPHER "...)
		if s.Version != "" {
			dst = append(append(dst, s.Version...), ' ')
		}
		for i := range s.Options {
			dst = appendName(dst, s.Options[i].Key)
			dst = append(dst, '=')
			dst = append(appendName(dst, s.Options[i].Value), ' ')
		}
	}
	switch s.Mode {
	case Explain:
		dst = append(dst, "EXPLAIN "...)
	case Profile:
		dst = append(dst, "PROFILE "...)
	case Run:
	}
	var limit *Directive
	for i := range s.Directives {
		d := &s.Directives[i]
		if d.Kind == DirectiveMemoryLimit {
			limit = d
			continue
		}
		dst = append(d.appendTo(dst), ' ')
	}
	if s.Use != nil {
		dst = append(s.Use.appendTo(dst), ' ')
	}
	dst = s.Body.appendTo(dst)
	if limit != nil {
		dst = limit.appendTo(append(dst, ' '))
	}
	return dst
}

func (d *Directive) appendTo(dst []byte) []byte {
	switch d.Kind {
	case DirectiveHopsLimit:
		dst = append(dst, "USING HOPS LIMIT"...)
	case DirectivePeriodicCommit:
		dst = append(dst, "USING PERIODIC COMMIT"...)
	case DirectiveParallel:
		dst = append(dst, "USING PARALLEL EXECUTION"...)
	case DirectiveMemoryLimit:
		return appendMemoryLimit(append(dst, "QUERY "...), d.Value)
	}
	if d.Value != nil {
		dst = appendExpr(append(dst, ' '), d.Value, precLowest)
	}
	return dst
}

// appendMemoryLimit prints bytes in the unit that the grammar has.
func appendMemoryLimit(dst []byte, limit Expr) []byte {
	if limit == nil {
		return append(dst, "MEMORY UNLIMITED"...)
	}
	n := int64(0)
	if l, ok := limit.(*Literal); ok {
		n = l.Value.Int()
	}
	dst = append(dst, "MEMORY LIMIT "...)
	return append(strconv.AppendInt(dst, n/1024, 10), " KB"...)
}

func (q *Query) appendTo(dst []byte) []byte {
	for i, p := range q.Parts {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = p.appendTo(dst)
	}
	return dst
}

func (p *Part) appendTo(dst []byte) []byte {
	switch p.Combine {
	case CombineUnion:
		dst = append(dst, "UNION "...)
	case CombineUnionAll:
		dst = append(dst, "UNION ALL "...)
	case CombineNone:
	}
	return appendClauses(dst, p.Clauses)
}

func appendClauses(dst []byte, clauses []Clause) []byte {
	for i, c := range clauses {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = c.appendTo(dst)
	}
	return dst
}

// appendList prints the nodes with commas between.
func appendList[N Node](dst []byte, nodes []N) []byte {
	for i, n := range nodes {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = n.appendTo(dst)
	}
	return dst
}

func appendExprs(dst []byte, exprs []Expr) []byte {
	for i, e := range exprs {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendExpr(dst, e, precLowest)
	}
	return dst
}

func appendNames(dst []byte, names []string) []byte {
	for i, n := range names {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendName(dst, n)
	}
	return dst
}

// appendOptional prints a keyword and an expression, or nothing for nil.
func appendOptional(dst []byte, words string, e Expr) []byte {
	if e == nil {
		return dst
	}
	return appendExpr(append(dst, words...), e, precLowest)
}

// appendName prints a name, in backticks when it is not a plain identifier or
// when it is a word with a meaning.
func appendName(dst []byte, name string) []byte {
	if plainName(name) && token.Lookup(name) == token.Identifier && !literalWord(name) {
		return append(dst, name...)
	}
	return appendQuoted(dst, name)
}

func appendQuoted(dst []byte, name string) []byte {
	dst = append(dst, '`')
	dst = append(dst, strings.ReplaceAll(name, "`", "``")...)
	return append(dst, '`')
}

// literalWord reports whether the parser reads the word as a number.
func literalWord(name string) bool {
	return token.EqualFold(name, "NAN") || token.EqualFold(name, "INF") ||
		token.EqualFold(name, "INFINITY")
}

// plainName reports whether name is an ASCII identifier. Others print in
// backticks, which is always right.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case c >= '0' && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return name != ""
}

// callable keywords are function names too; the others would not be read as
// the name of a function.
var callable = [...]token.Kind{
	token.Count, token.Collect, token.Exists, token.Any, token.All, token.None, token.Single,
}

// appendPath prints the dotted name of a function or a procedure.
func appendPath(dst []byte, name string) []byte {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			dst = append(dst, '.')
		}
		kind := token.Lookup(part)
		if plainName(part) && (kind == token.Identifier || slices.Contains(callable[:], kind)) {
			dst = append(dst, part...)
		} else {
			dst = appendQuoted(dst, part)
		}
	}
	return dst
}

// appendText prints a string literal.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for i := range len(s) {
		switch c := s[i]; c {
		case '\'', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '\'')
}
