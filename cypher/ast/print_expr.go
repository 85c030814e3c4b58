package ast

import (
	"bytes"
	"math"
	"strconv"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// The precedence of expressions, lowest first; each level binds tighter than
// the one before it.
const (
	precLowest = iota
	precOr
	precXor
	precAnd
	precNot
	precComparison
	precPredicate
	precAdd
	precMultiply
	precPower
	precUnary
	precPostfix
	precPrimary
)

var operators = [opEnd]struct {
	text string
	prec int
}{
	Or: {"OR", precOr}, Xor: {"XOR", precXor}, And: {"AND", precAnd}, Not: {"NOT", precNot},
	Equal: {"=", precComparison}, NotEqual: {"<>", precComparison},
	Less: {"<", precComparison}, LessEqual: {"<=", precComparison},
	Greater: {">", precComparison}, GreaterEqual: {">=", precComparison},
	RegexMatch: {"=~", precPredicate}, StartsWith: {"STARTS WITH", precPredicate},
	EndsWith: {"ENDS WITH", precPredicate}, Contains: {"CONTAINS", precPredicate},
	InList: {"IN", precPredicate}, IsNull: {"IS NULL", precPredicate},
	IsNotNull: {"IS NOT NULL", precPredicate},
	Concat:    {"||", precAdd}, Add: {"+", precAdd}, Subtract: {"-", precAdd},
	Multiply: {"*", precMultiply}, Divide: {"/", precMultiply}, Modulo: {"%", precMultiply},
	Power: {"^", precPower}, Plus: {"+", precUnary}, Negate: {"-", precUnary},
}

// String returns the operator as it is written.
func (o Op) String() string {
	if o < opEnd {
		return operators[o].text
	}
	return "?"
}

func precedence(e Expr) int {
	switch e := e.(type) {
	case *Unary:
		return operators[e.Op].prec
	case *Binary:
		return operators[e.Op].prec
	case *Comparison:
		return precComparison
	case *TypePredicate, *Normalized:
		return precPredicate
	case *Property, *Index, *Slice, *LabelPredicate:
		return precPostfix
	case *PatternExpr:
		return precPrimary
	case *Literal:
		// A sign would be read as an operator and a dot as a fraction.
		if k := e.Value.Kind(); k == graph.KindInteger || k == graph.KindFloat {
			return precUnary
		}
	}
	return precPrimary
}

// appendExpr prints e, in parentheses when it binds weaker than least.
func appendExpr(dst []byte, e Expr, least int) []byte {
	if precedence(e) < least {
		return append(e.appendTo(append(dst, '(')), ')')
	}
	return e.appendTo(dst)
}

func (l *Literal) appendTo(dst []byte) []byte {
	switch v := l.Value; v.Kind() {
	case graph.KindBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case graph.KindInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case graph.KindFloat:
		return appendFloat(dst, v.Float())
	case graph.KindString:
		return appendText(dst, v.Str())
	default:
		return append(dst, "null"...)
	}
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 0):
		return append(dst, "Infinity"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	if !bytes.ContainsAny(dst[start:], ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

func (p *Parameter) appendTo(dst []byte) []byte {
	dst = append(dst, '$')
	if p.Name == "" {
		return appendName(dst, p.Name)
	}
	for i := range len(p.Name) {
		if c := p.Name[i]; c < '0' || c > '9' {
			return appendName(dst, p.Name)
		}
	}
	return append(dst, p.Name...)
}

func (v *Variable) appendTo(dst []byte) []byte { return appendName(dst, v.Name) }

func (p *Property) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, p.Subject, precPostfix), '.')
	return appendName(dst, p.Key)
}

func (i *Index) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, i.Subject, precPostfix), '[')
	return append(appendExpr(dst, i.Index, precLowest), ']')
}

func (s *Slice) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, s.Subject, precPostfix), '[')
	dst = append(appendOptional(dst, "", s.From), ".."...)
	return append(appendOptional(dst, "", s.To), ']')
}

func (l *ListLiteral) appendTo(dst []byte) []byte {
	return append(appendExprs(append(dst, '['), l.Items), ']')
}

func (m *MapLiteral) appendTo(dst []byte) []byte {
	dst = append(dst, '{')
	for i := range m.Entries {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendName(dst, m.Entries[i].Key), ": "...)
		dst = appendExpr(dst, m.Entries[i].Value, precLowest)
	}
	return append(dst, '}')
}

func (m *MapProjection) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, m.Subject, precPostfix), " {"...)
	for i := range m.Items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		switch item := &m.Items[i]; {
		case item.All:
			dst = append(dst, ".*"...)
		case item.Value == nil:
			dst = appendName(append(dst, '.'), item.Key)
		default:
			dst = append(appendName(dst, item.Key), ": "...)
			dst = appendExpr(dst, item.Value, precLowest)
		}
	}
	return append(dst, '}')
}

func (u *Unary) appendTo(dst []byte) []byte {
	switch u.Op {
	case IsNull, IsNotNull:
		dst = append(appendExpr(dst, u.X, precPredicate), ' ')
		return append(dst, u.Op.String()...)
	case Not:
		return appendExpr(append(dst, "NOT "...), u.X, precNot)
	default:
		dst = append(dst, u.Op.String()...)
		if _, number := u.X.(*Literal); number {
			// Without parentheses the sign would become part of the number.
			return append(u.X.appendTo(append(dst, '(')), ')')
		}
		return appendExpr(dst, u.X, precUnary)
	}
}

func (b *Binary) appendTo(dst []byte) []byte {
	prec := operators[b.Op].prec
	left := prec
	if prec == precComparison {
		// Otherwise (a < b) < c would print as a chain.
		left++
	}
	dst = append(appendExpr(dst, b.Left, left), ' ')
	dst = append(append(dst, b.Op.String()...), ' ')
	return appendExpr(dst, b.Right, prec+1)
}

func (c *Comparison) appendTo(dst []byte) []byte {
	for i, x := range c.Operands {
		if i > 0 {
			dst = append(append(dst, ' '), c.Ops[i-1].String()...)
			dst = append(dst, ' ')
		}
		dst = appendExpr(dst, x, precComparison+1)
	}
	return dst
}

func (t *TypePredicate) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, t.X, precPredicate), " IS "...)
	if t.Not {
		dst = append(dst, "NOT "...)
	}
	return t.Type.appendTo(append(dst, ":: "...))
}

func (t *TypeName) appendTo(dst []byte) []byte {
	for i, u := range t.Union {
		if i > 0 {
			dst = append(dst, " | "...)
		}
		dst = u.appendTo(dst)
	}
	dst = append(dst, t.Name...)
	if t.Elem != nil {
		dst = append(t.Elem.appendTo(append(dst, '<')), '>')
	}
	if t.NotNull {
		dst = append(dst, " NOT NULL"...)
	}
	return dst
}

func (n *Normalized) appendTo(dst []byte) []byte {
	dst = append(appendExpr(dst, n.X, precPredicate), " IS "...)
	if n.Not {
		dst = append(dst, "NOT "...)
	}
	return append(append(dst, n.Form...), " NORMALIZED"...)
}

func (l *LabelPredicate) appendTo(dst []byte) []byte {
	least := precPostfix
	if _, nested := l.X.(*LabelPredicate); nested {
		// x:A:B is one predicate with two labels.
		least = precPrimary
	}
	dst = append(appendExpr(dst, l.X, least), ':')
	return appendLabelExpr(dst, l.Labels, labelLowest)
}

func (c *Call) appendTo(dst []byte) []byte {
	dst = append(appendPath(dst, c.Name), '(')
	if c.Distinct {
		dst = append(dst, "DISTINCT "...)
	}
	return append(appendExprs(dst, c.Args), ')')
}

func (*CountStar) appendTo(dst []byte) []byte { return append(dst, "count(*)"...) }

func (c *Case) appendTo(dst []byte) []byte {
	dst = appendOptional(append(dst, "CASE"...), " ", c.Subject)
	for i := range c.Whens {
		dst = append(dst, " WHEN "...)
		dst = appendExprs(dst, c.Whens[i].Conds)
		dst = appendExpr(append(dst, " THEN "...), c.Whens[i].Then, precLowest)
	}
	dst = appendOptional(dst, " ELSE ", c.Else)
	return append(dst, " END"...)
}

// A CaseSubject prints as nothing: the condition begins with its operator.
func (*CaseSubject) appendTo(dst []byte) []byte { return dst }

func (l *ListComprehension) appendTo(dst []byte) []byte {
	dst = append(l.Var.appendTo(append(dst, '[')), " IN "...)
	dst = appendExpr(dst, l.List, precLowest)
	dst = appendBarred(dst, l.Where)
	dst = appendOptional(dst, " | ", l.Map)
	return append(dst, ']')
}

// appendBarred prints the WHERE of a comprehension, in parentheses so that a
// label in it can not take the bar behind it.
func appendBarred(dst []byte, where Expr) []byte {
	if where == nil {
		return dst
	}
	return append(appendExpr(append(dst, " WHERE ("...), where, precLowest), ')')
}

func (p *PatternComprehension) appendTo(dst []byte) []byte {
	dst = appendBarred(p.Path.appendTo(append(dst, '[')), p.Where)
	return append(appendExpr(append(dst, " | "...), p.Map, precLowest), ']')
}

func (p *PatternExpr) appendTo(dst []byte) []byte { return p.Path.appendTo(dst) }

var listPredicateWords = [...]string{AllOf: "all", AnyOf: "any", NoneOf: "none", SingleOf: "single"}

// String returns the name of the quantifier.
func (k ListPredicateKind) String() string { return listPredicateWords[k] }

func (l *ListPredicate) appendTo(dst []byte) []byte {
	dst = append(append(dst, listPredicateWords[l.Kind]...), '(')
	dst = append(l.Var.appendTo(dst), " IN "...)
	dst = appendExpr(dst, l.List, precLowest)
	return append(appendOptional(dst, " WHERE ", l.Where), ')')
}

func (r *Reduce) appendTo(dst []byte) []byte {
	word := "reduce("
	if r.All != nil {
		word = "allReduce("
	}
	dst = append(r.Acc.appendTo(append(dst, word...)), " = "...)
	dst = append(appendExpr(dst, r.Init, precLowest), ", "...)
	dst = append(r.Var.appendTo(dst), " IN "...)
	dst = append(appendExpr(dst, r.List, precLowest), " | "...)
	return append(appendOptional(appendExpr(dst, r.Expr, precLowest), ", ", r.All), ')')
}

func (i *Interpolation) appendTo(dst []byte) []byte {
	dst = append(dst, "s'"...)
	for _, part := range i.Parts {
		if l, ok := part.(*Literal); ok && l.Value.Kind() == graph.KindString {
			text := appendText(nil, l.Value.Str())
			for _, c := range text[1 : len(text)-1] {
				if c == '{' || c == '}' {
					dst = append(dst, '\\')
				}
				dst = append(dst, c)
			}
			continue
		}
		dst = append(appendExpr(append(dst, '{'), part, precLowest), '}')
	}
	return append(dst, '\'')
}

var subqueryWords = [...]string{Exists: "EXISTS", Count: "COUNT", Collect: "COLLECT"}

// String returns the keyword in upper case.
func (k SubqueryKind) String() string { return subqueryWords[k] }

func (s *Subquery) appendTo(dst []byte) []byte {
	dst = append(append(dst, subqueryWords[s.Kind]...), " { "...)
	return append(s.Query.appendTo(dst), " }"...)
}
