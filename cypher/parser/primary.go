package parser

import (
	"math"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// primary reads an operand without operators.
func (p *parser) primary() ast.Expr {
	p.height = 0
	switch p.kind() {
	case token.Integer, token.Float:
		return p.numberLiteral(p.start(), false)
	case token.String:
		return p.stringLiteral()
	case token.Interpolated:
		return p.interpolation()
	case token.Dollar:
		return p.parameter()
	case token.LeftParen:
		return p.parenthesis()
	case token.LeftBracket:
		return p.bracket()
	case token.LeftBrace:
		return p.mapLiteral()
	case token.Identifier, token.QuotedIdentifier:
		return p.named()
	default:
	}
	if p.kind().Keyword() {
		return p.keyword()
	}
	if p.noting {
		p.note("an expression")
	}
	p.unexpected()
	return &ast.Literal{}
}

func (p *parser) literal(v graph.Value) ast.Expr {
	start := p.start()
	p.advance()
	return &ast.Literal{Span: p.span(start), Value: v}
}

// keyword reads an operand that begins with a keyword: a construct of the
// language where its next token says so, a name otherwise.
func (p *parser) keyword() ast.Expr {
	kind, next := p.kind(), p.ahead(1)
	switch kind {
	case token.True, token.False:
		return p.literal(graph.Boolean(kind == token.True))
	case token.Null:
		return p.literal(graph.Value{})
	case token.Case:
		return p.caseExpr()
	case token.Not:
		// NOT is no operand: a = NOT b has no meaning.
		p.unexpected()
		return &ast.Literal{}
	default:
	}
	switch {
	case next == token.LeftBrace && kind == token.Exists:
		return p.subquery(ast.Exists)
	case next == token.LeftBrace && kind == token.Count:
		return p.subquery(ast.Count)
	case next == token.LeftBrace && kind == token.Collect:
		return p.subquery(ast.Collect)
	case next != token.LeftParen:
		return p.named()
	}
	switch kind {
	case token.All, token.Any, token.None, token.Single:
		if p.ahead(2).Name() && p.ahead(3) == token.In {
			return p.listPredicate()
		}
	case token.Reduce:
		if p.ahead(2).Name() && p.ahead(3) == token.Equal {
			return p.reduce()
		}
	case token.ShortestPath, token.AllShortestPaths:
		start := p.start()
		path := p.pathFunction()
		return &ast.PatternExpr{Span: p.span(start), Path: path}
	default:
	}
	return p.named()
}

// named reads a function call, a map projection, a number that is a word or a
// variable.
func (p *parser) named() ast.Expr {
	switch next := p.ahead(1); {
	case next == token.LeftParen, next == token.Dot && p.callAhead():
		return p.call()
	case next == token.LeftBrace:
		return p.mapProjection()
	}
	if p.kind() == token.Identifier {
		t := p.tokens[p.pos]
		switch word := p.text[t.Start:t.End]; {
		case token.EqualFold(word, "NAN"):
			return p.literal(graph.Float(math.NaN()))
		case token.EqualFold(word, "INF"), token.EqualFold(word, "INFINITY"):
			return p.literal(graph.Float(math.Inf(1)))
		}
	}
	return p.variable()
}

// callAhead reports whether a dotted name with an opening parenthesis follows.
func (p *parser) callAhead() bool {
	n := 1
	for p.ahead(n) == token.Dot && p.ahead(n+1).Name() {
		n += 2
	}
	return p.ahead(n) == token.LeftParen
}

func (p *parser) parameter() ast.Expr {
	start := p.start()
	p.expect(token.Dollar)
	switch t := p.tokens[p.pos]; {
	case t.Start != start+1 && t.Kind != token.EOF:
		p.unexpected()
	case t.Kind.Name():
		p.advance()
		return &ast.Parameter{Span: p.span(start), Name: p.nameOf(t)}
	case t.Kind == token.Integer:
		p.advance()
		return &ast.Parameter{Span: p.span(start), Name: p.text[t.Start:t.End]}
	}
	p.unexpected()
	return &ast.Parameter{}
}

// parenthesis reads an expression in parentheses or a pattern.
func (p *parser) parenthesis() ast.Expr {
	start := p.start()
	if p.patternAhead() {
		path := p.pathElements(nil)
		return &ast.PatternExpr{Span: p.span(start), Path: path}
	}
	p.advance()
	e := p.unbarred()
	p.expect(token.RightParen)
	return e
}

// bracket reads a list, a list comprehension or a pattern comprehension.
func (p *parser) bracket() ast.Expr {
	start := p.start()
	bars := p.bars
	p.bars = 0
	defer func() { p.bars = bars }()
	if p.ahead(1).Name() && p.ahead(2) == token.In && p.comprehensionAhead() {
		return p.listComprehension(start)
	}
	p.advance()
	if p.kind().Name() && p.ahead(1) == token.Equal && p.patternAheadAt(2) {
		v := p.variable()
		p.expect(token.Equal)
		return p.patternComprehension(start, p.pathElements(v))
	}
	list := &ast.ListLiteral{}
	if p.accept(token.RightBracket) {
		list.Span = p.span(start)
		return list
	}
	if p.kind() == token.LeftParen && p.patternAhead() {
		first := p.start()
		path := p.pathElements(nil)
		if p.kind() == token.Where || p.kind() == token.Pipe {
			return p.patternComprehension(start, path)
		}
		// The pattern is the first operand of the first item.
		var e ast.Expr = &ast.PatternExpr{Span: p.span(first), Path: path}
		e = p.operators(first, p.accesses(first, e), levelOr)
		list.Items = append(list.Items, e)
	} else {
		list.Items = append(list.Items, p.expr())
	}
	for p.accept(token.Comma) {
		list.Items = append(list.Items, p.expr())
	}
	p.expect(token.RightBracket)
	list.Span = p.span(start)
	return list
}

// comprehensionAhead reports whether the bracket that is the current token
// holds a comprehension, [x IN list …]. A comma at its own level makes it a
// list whose first item is the condition x IN list.
func (p *parser) comprehensionAhead() bool {
	depth := 0
	for n := 0; ; n++ {
		switch p.ahead(n) {
		case token.LeftBracket, token.LeftParen, token.LeftBrace:
			depth++
		case token.RightBracket, token.RightParen, token.RightBrace:
			if depth--; depth == 0 {
				return true
			}
		case token.Comma:
			if depth == 1 {
				return false
			}
		case token.Pipe, token.Where:
			if depth == 1 {
				return true
			}
		case token.EOF:
			return true
		default:
		}
	}
}

func (p *parser) listComprehension(start int32) ast.Expr {
	p.expect(token.LeftBracket)
	l := &ast.ListComprehension{Var: p.variable()}
	p.expect(token.In)
	l.List = p.barred()
	if p.accept(token.Where) {
		l.Where = p.barred()
	}
	if p.accept(token.Pipe) {
		l.Map = p.expr()
	}
	p.expect(token.RightBracket)
	l.Span = p.span(start)
	return l
}

func (p *parser) patternComprehension(start int32, path *ast.PathPattern) ast.Expr {
	c := &ast.PatternComprehension{Path: path}
	if p.accept(token.Where) {
		c.Where = p.barred()
	}
	p.expect(token.Pipe)
	c.Map = p.expr()
	p.expect(token.RightBracket)
	c.Span = p.span(start)
	return c
}

func (p *parser) mapLiteral() ast.Expr {
	start := p.start()
	p.expect(token.LeftBrace)
	m := &ast.MapLiteral{}
	for p.kind() != token.RightBrace || len(m.Entries) > 0 {
		entry := p.start()
		key := p.name()
		p.expect(token.Colon)
		value := p.unbarred()
		m.Entries = append(m.Entries, ast.MapEntry{Span: p.span(entry), Key: key, Value: value})
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RightBrace)
	m.Span = p.span(start)
	return m
}

func (p *parser) mapProjection() ast.Expr {
	start := p.start()
	m := &ast.MapProjection{Subject: p.variable()}
	p.expect(token.LeftBrace)
	for p.kind() != token.RightBrace || len(m.Items) > 0 {
		m.Items = append(m.Items, p.mapItem())
		if !p.accept(token.Comma) {
			break
		}
	}
	p.expect(token.RightBrace)
	m.Span = p.span(start)
	return m
}

func (p *parser) mapItem() ast.MapItem {
	start := p.start()
	item := ast.MapItem{}
	if p.accept(token.Dot) {
		if p.accept(token.Star) {
			item.All = true
		} else {
			item.Key = p.name()
		}
		item.Span = p.span(start)
		return item
	}
	v := p.variable()
	item.Key, item.Value = v.Name, v
	if p.accept(token.Colon) {
		item.Value = p.unbarred()
	}
	item.Span = p.span(start)
	return item
}

func (p *parser) call() ast.Expr {
	start := p.start()
	if p.kind() == token.Count && p.ahead(2) == token.Star && p.ahead(3) == token.RightParen {
		p.pos += 4
		return &ast.CountStar{Span: p.span(start)}
	}
	if p.wordAhead(0, "ALLREDUCE") && p.ahead(2).Name() && p.ahead(3) == token.Equal {
		return p.reduce()
	}
	c := &ast.Call{Name: p.dottedName()}
	p.expect(token.LeftParen)
	if token.EqualFold(c.Name, "TRIM") && p.trim(c) {
		c.Span = p.span(start)
		return c
	}
	if p.kind() == token.Distinct && p.ahead(1) != token.Comma && p.ahead(1) != token.RightParen {
		p.advance()
		c.Distinct = true
	}
	if !p.accept(token.RightParen) {
		c.Args = append(c.Args, p.unbarred())
		for p.accept(token.Comma) {
			c.Args = append(c.Args, p.unbarred())
		}
		p.expect(token.RightParen)
	}
	if len(c.Args) == 2 && token.EqualFold(c.Name, "NORMALIZE") {
		c.Args[1] = normalForm(c.Args[1])
	}
	c.Span = p.span(start)
	return c
}

// normalForm turns the word that names a normal form into a text.
func normalForm(e ast.Expr) ast.Expr {
	v, ok := e.(*ast.Variable)
	if !ok {
		return e
	}
	for _, form := range [...]string{"NFC", "NFD", "NFKC", "NFKD"} {
		if token.EqualFold(v.Name, form) {
			return &ast.Literal{Span: v.Span, Value: graph.String(form)}
		}
	}
	return e
}

// trim reads [BOTH|LEADING|TRAILING] [characters] FROM text and a closing
// parenthesis as a call of the function that does it. It returns false when the
// arguments of an ordinary call are there; then it has read nothing.
func (p *parser) trim(c *ast.Call) bool {
	mark := p.pos
	name := "btrim"
	if next := p.ahead(1); next.Name() || next == token.String || next == token.Dollar {
		switch {
		case p.acceptWord("BOTH"):
		case p.acceptWord("LEADING"):
			name = "ltrim"
		case p.acceptWord("TRAILING"):
			name = "rtrim"
		}
	}
	var characters []ast.Expr
	if !p.wordAhead(0, "FROM") || p.ahead(1) == token.RightParen || p.ahead(1) == token.Comma {
		characters = append(characters, p.unbarred())
	}
	if p.failed() || !p.acceptWord("FROM") {
		if !p.failed() {
			p.pos = mark
		}
		return p.failed()
	}
	c.Name = name
	c.Args = append([]ast.Expr{p.unbarred()}, characters...)
	p.expect(token.RightParen)
	return true
}

func (p *parser) listPredicate() ast.Expr {
	start := p.start()
	l := &ast.ListPredicate{}
	switch p.advance().Kind {
	case token.All:
		l.Kind = ast.AllOf
	case token.Any:
		l.Kind = ast.AnyOf
	case token.None:
		l.Kind = ast.NoneOf
	default:
		l.Kind = ast.SingleOf
	}
	p.expect(token.LeftParen)
	l.Var = p.variable()
	p.expect(token.In)
	l.List = p.unbarred()
	p.expect(token.Where)
	l.Where = p.unbarred()
	p.expect(token.RightParen)
	l.Span = p.span(start)
	return l
}

func (p *parser) reduce() ast.Expr {
	start := p.start()
	all := p.advance().Kind != token.Reduce
	p.expect(token.LeftParen)
	r := &ast.Reduce{Acc: p.variable()}
	p.expect(token.Equal)
	r.Init = p.unbarred()
	p.expect(token.Comma)
	r.Var = p.variable()
	p.expect(token.In)
	r.List = p.barred()
	p.expect(token.Pipe)
	r.Expr = p.unbarred()
	if all {
		p.expect(token.Comma)
		r.All = p.unbarred()
	}
	p.expect(token.RightParen)
	r.Span = p.span(start)
	return r
}

// caseExpr reads CASE … END.
func (p *parser) caseExpr() ast.Expr {
	start := p.start()
	p.expect(token.Case)
	c := &ast.Case{}
	if p.kind() != token.When {
		c.Subject = p.unbarred()
	}
	for p.at(token.When) || len(c.Whens) == 0 {
		c.Whens = append(c.Whens, p.when(c.Subject != nil))
		if p.failed() {
			return c
		}
	}
	if p.accept(token.Else) {
		c.Else = p.unbarred()
	}
	p.expect(token.End)
	c.Span = p.span(start)
	return c
}

func (p *parser) when(subject bool) ast.When {
	start := p.start()
	p.expect(token.When)
	w := ast.When{}
	w.Conds = append(w.Conds, p.condition(subject))
	for subject && p.accept(token.Comma) {
		w.Conds = append(w.Conds, p.condition(subject))
	}
	p.expect(token.Then)
	w.Then = p.unbarred()
	w.Span = p.span(start)
	return w
}

// condition reads what stands behind WHEN: an expression or, with a subject,
// an operator and its right operand.
func (p *parser) condition(subject bool) ast.Expr {
	if o := infix[p.kind()]; !subject || o.level != levelComparison && o.level != levelPredicate ||
		p.kind() != token.Is && p.ahead(1) == token.Then {
		return p.unbarred()
	}
	start := p.start()
	if !p.enter() {
		return &ast.Literal{}
	}
	e := p.operators(start, &ast.CaseSubject{Span: ast.Span{Start: start, End: start}}, levelComparison)
	p.leave()
	return e
}

// subquery reads EXISTS { … } and its kin. A bare pattern stands for a MATCH.
func (p *parser) subquery(kind ast.SubqueryKind) ast.Expr {
	start := p.start()
	p.advance()
	p.expect(token.LeftBrace)
	s := &ast.Subquery{Kind: kind}
	if !p.enter() {
		return &ast.Literal{}
	}
	bars := p.bars
	p.bars = 0
	if kind != ast.Collect && p.pathAhead() {
		s.Query = p.patternQuery()
	} else {
		s.Query = p.query()
	}
	p.bars = bars
	p.leave()
	p.expect(token.RightBrace)
	s.Span = p.span(start)
	return s
}

// pathAhead reports whether a pattern and no clause follows.
func (p *parser) pathAhead() bool {
	if p.kind() == token.LeftParen {
		return true
	}
	for _, word := range [...]string{"ANY", "ALL", "SHORTEST", "REPEATABLE", "DIFFERENT"} {
		if p.wordAhead(0, word) {
			return true
		}
	}
	next := p.ahead(1)
	if p.kind().Name() && next == token.Equal {
		return true
	}
	return next == token.LeftParen && (p.kind() == token.ShortestPath || p.kind() == token.AllShortestPaths)
}

func (p *parser) patternQuery() *ast.Query {
	start := p.start()
	m := &ast.Match{Mode: p.matchMode()}
	m.Pattern = p.pattern()
	if p.accept(token.Where) {
		m.Where = p.expr()
	}
	m.Span = p.span(start)
	part := &ast.Part{Span: m.Span, Clauses: []ast.Clause{m}}
	return &ast.Query{Span: m.Span, Parts: []*ast.Part{part}}
}
