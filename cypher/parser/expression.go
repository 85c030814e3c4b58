package parser

import (
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// The levels of the binary operators, lowest first; a higher level binds
// tighter. NOT stands between AND and the comparisons, the signs above all.
const (
	levelOr = iota + 1
	levelXor
	levelAnd
	levelNot
	levelComparison
	levelPredicate
	levelAdd
	levelMultiply
	levelPower
)

// infix is the table of the operators that one token spells.
var infix = [...]struct {
	op    ast.Op
	level uint8
}{
	token.Or:           {ast.Or, levelOr},
	token.Xor:          {ast.Xor, levelXor},
	token.And:          {ast.And, levelAnd},
	token.Equal:        {ast.Equal, levelComparison},
	token.NotEqual:     {ast.NotEqual, levelComparison},
	token.BangEqual:    {ast.NotEqual, levelComparison},
	token.Less:         {ast.Less, levelComparison},
	token.LessEqual:    {ast.LessEqual, levelComparison},
	token.Greater:      {ast.Greater, levelComparison},
	token.GreaterEqual: {ast.GreaterEqual, levelComparison},
	token.RegexMatch:   {ast.RegexMatch, levelPredicate},
	token.In:           {ast.InList, levelPredicate},
	token.Contains:     {ast.Contains, levelPredicate},
	token.Starts:       {ast.StartsWith, levelPredicate},
	token.Ends:         {ast.EndsWith, levelPredicate},
	token.Is:           {ast.IsNull, levelPredicate},
	token.DoubleColon:  {ast.IsNull, levelPredicate},
	token.DoublePipe:   {ast.Concat, levelAdd},
	token.Plus:         {ast.Add, levelAdd},
	token.Minus:        {ast.Subtract, levelAdd},
	token.Star:         {ast.Multiply, levelMultiply},
	token.Slash:        {ast.Divide, levelMultiply},
	token.Percent:      {ast.Modulo, levelMultiply},
	token.Caret:        {ast.Power, levelPower},
	token.Yield:        {},
}

// expr reads an expression. It never returns nil.
func (p *parser) expr() ast.Expr {
	if !p.enter() {
		return &ast.Literal{}
	}
	tallest := p.height
	e := p.binary(levelOr)
	p.height = max(tallest, p.height+1)
	p.leave()
	return e
}

// unbarred reads an expression in brackets of its own, where a bar is a label
// operator again.
func (p *parser) unbarred() ast.Expr {
	bars := p.bars
	p.bars = 0
	e := p.expr()
	p.bars = bars
	return e
}

// barred reads an expression that a bar ends.
func (p *parser) barred() ast.Expr {
	p.bars++
	e := p.expr()
	p.bars--
	return e
}

// binary reads an expression of operators of the level and above.
func (p *parser) binary(level uint8) ast.Expr {
	start := p.start()
	var left ast.Expr
	if p.kind() == token.Not && level <= levelNot {
		left = p.not()
	} else {
		left = p.unary()
	}
	return p.operators(start, left, level)
}

// operators reads the operators behind left.
func (p *parser) operators(start int32, left ast.Expr, level uint8) ast.Expr {
	for {
		o := infix[p.kind()]
		if o.op == ast.Subtract || o.level == levelComparison {
			p.plain()
		}
		if o.level < level || o.level == 0 {
			if p.noting {
				p.note("an operator")
			}
			return left
		}
		height := p.height
		switch {
		case o.level == levelComparison:
			left = p.comparison(start, left)
		case o.op == ast.IsNull:
			left = p.is(start, left)
		default:
			left = p.operation(start, left, o.op, o.level)
		}
		p.grow(height)
	}
}

// plain refuses a dash or an angle that is not the ASCII character: those are
// for patterns.
func (p *parser) plain() {
	if t := p.tokens[p.pos]; p.text[t.Start] >= utf8.RuneSelf {
		p.fail(t.Start, ast.InvalidUnicodeCharacter, "the character "+p.text[t.Start:t.End]+" has no meaning outside of a pattern")
	}
}

// grow sets the height of a node whose first operand has the height and whose
// others were read last.
func (p *parser) grow(height int) {
	p.height = max(height, p.height) + 1
	if p.height > maxHeight {
		p.fail(p.start(), ast.LimitExceeded, "the expression has too many operators in a row")
	}
}

func (p *parser) operation(start int32, left ast.Expr, op ast.Op, level uint8) ast.Expr {
	p.advance()
	if op == ast.StartsWith || op == ast.EndsWith {
		p.expect(token.With)
	}
	right := p.binary(level + 1)
	return &ast.Binary{Span: p.span(start), Op: op, Left: left, Right: right}
}

// comparison reads one comparison or a chain of them: a < b <= c.
func (p *parser) comparison(start int32, left ast.Expr) ast.Expr {
	op := infix[p.advance().Kind].op
	right := p.binary(levelPredicate)
	if infix[p.kind()].level != levelComparison {
		return &ast.Binary{Span: p.span(start), Op: op, Left: left, Right: right}
	}
	c := &ast.Comparison{Operands: []ast.Expr{left, right}, Ops: []ast.Op{op}}
	for infix[p.kind()].level == levelComparison {
		height := p.height
		c.Ops = append(c.Ops, infix[p.advance().Kind].op)
		c.Operands = append(c.Operands, p.binary(levelPredicate))
		p.height = max(height, p.height)
	}
	c.Span = p.span(start)
	return c
}

func (p *parser) not() ast.Expr {
	start := p.start()
	p.advance()
	if !p.enter() {
		return &ast.Literal{}
	}
	x := p.binary(levelNot)
	p.leave()
	return &ast.Unary{Span: p.span(start), Op: ast.Not, X: x}
}

// is reads what stands behind IS, and :: alone.
func (p *parser) is(start int32, left ast.Expr) ast.Expr {
	if p.accept(token.DoubleColon) {
		return p.typePredicate(start, left, false)
	}
	p.expect(token.Is)
	not := p.kind() == token.Not
	if not {
		p.advance()
	}
	switch {
	case p.accept(token.Null):
		op := ast.IsNull
		if not {
			op = ast.IsNotNull
		}
		return &ast.Unary{Span: p.span(start), Op: op, X: left}
	case p.accept(token.DoubleColon), p.acceptWord("TYPED"):
		return p.typePredicate(start, left, not)
	}
	if form, ok := p.normalForm(); ok {
		return &ast.Normalized{Span: p.span(start), X: left, Not: not, Form: form}
	}
	if not {
		p.unexpected()
		return left
	}
	labels := p.labelExpr()
	return &ast.LabelPredicate{Span: p.span(start), X: left, Labels: labels}
}

func (p *parser) typePredicate(start int32, left ast.Expr, not bool) ast.Expr {
	t := p.typeName()
	return &ast.TypePredicate{Span: p.span(start), X: left, Not: not, Type: t}
}

// normalForm reads [NFC|NFD|NFKC|NFKD] NORMALIZED.
func (p *parser) normalForm() (string, bool) {
	if p.acceptWord("NORMALIZED") {
		return "NFC", true
	}
	for _, form := range [...]string{"NFC", "NFD", "NFKC", "NFKD"} {
		if p.acceptWords(form, "NORMALIZED") {
			return form, true
		}
	}
	return "", false
}

// unary reads an operand with its signs.
func (p *parser) unary() ast.Expr {
	kind := p.kind()
	if kind != token.Minus && kind != token.Plus {
		return p.postfix()
	}
	start := p.start()
	p.plain()
	if kind == token.Minus && p.plainNumberAhead() {
		p.advance()
		p.height = 0
		return p.numberLiteral(start, true)
	}
	if !p.enter() {
		return &ast.Literal{}
	}
	p.advance()
	x := p.unary()
	p.leave()
	op := ast.Plus
	if kind == token.Minus {
		op = ast.Negate
	}
	p.height++
	return &ast.Unary{Span: p.span(start), Op: op, X: x}
}

// plainNumberAhead reports whether a number follows that no postfix operator
// binds tighter than the sign.
func (p *parser) plainNumberAhead() bool {
	if k := p.ahead(1); k != token.Integer && k != token.Float {
		return false
	}
	k := p.ahead(2)
	return k != token.Dot && k != token.LeftBracket && k != token.Colon
}

// postfix reads an operand and the accesses behind it.
func (p *parser) postfix() ast.Expr {
	start := p.start()
	return p.accesses(start, p.primary())
}

func (p *parser) accesses(start int32, e ast.Expr) ast.Expr {
	for {
		height := p.height
		switch {
		case p.at(token.Dot):
			p.advance()
			key := p.name()
			e = &ast.Property{Span: p.span(start), Subject: e, Key: key}
		case p.at(token.LeftBracket):
			e = p.index(start, e)
		case p.kind() == token.Colon && p.labelAhead():
			p.advance()
			labels := p.labelExpr()
			e = &ast.LabelPredicate{Span: p.span(start), X: e, Labels: labels}
		default:
			return e
		}
		p.grow(height)
	}
}

// labelAhead reports whether a label follows the colon that is the current
// token.
func (p *parser) labelAhead() bool {
	switch k := p.ahead(1); k {
	case token.LeftParen, token.Exclamation, token.Percent, token.Dollar:
		return true
	default:
		return k.Name()
	}
}

// index reads [i] or [from..to].
func (p *parser) index(start int32, e ast.Expr) ast.Expr {
	p.expect(token.LeftBracket)
	var from ast.Expr
	if p.kind() != token.DotDot {
		from = p.unbarred()
		if p.accept(token.RightBracket) {
			return &ast.Index{Span: p.span(start), Subject: e, Index: from}
		}
	}
	p.expect(token.DotDot)
	var to ast.Expr
	if p.kind() != token.RightBracket {
		to = p.unbarred()
	}
	p.expect(token.RightBracket)
	return &ast.Slice{Span: p.span(start), Subject: e, From: from, To: to}
}
