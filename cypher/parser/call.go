package parser

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// callClause reads the call of a procedure or of a subquery.
func (p *parser) callClause(start int32, optional bool) ast.Clause {
	p.expect(token.Call)
	if k := p.kind(); k == token.LeftBrace || k == token.LeftParen {
		return p.callSubquery(start, optional)
	}
	c := &ast.CallProcedure{Optional: optional, Name: p.dottedName()}
	if p.accept(token.LeftParen) {
		if p.kind() != token.RightParen {
			c.Args = append(c.Args, p.expr())
			for p.accept(token.Comma) {
				c.Args = append(c.Args, p.expr())
			}
		}
		p.expect(token.RightParen)
	} else {
		c.Implicit = true
	}
	if p.acceptWord("PROCEDURE") {
		c.MemoryLimit = p.memoryLimit()
	}
	if p.at(token.Yield) {
		c.Yields = true
		c.YieldAll, c.Yield = p.yield()
		if p.accept(token.Where) {
			c.Where = p.expr()
		}
	}
	c.Span = p.span(start)
	return c
}

// yield reads YIELD with * or with items.
func (p *parser) yield() (all bool, items []*ast.YieldItem) {
	p.expect(token.Yield)
	if p.accept(token.Star) {
		return true, nil
	}
	items = append(items, p.yieldItem())
	for p.accept(token.Comma) {
		items = append(items, p.yieldItem())
	}
	return false, items
}

func (p *parser) yieldItem() *ast.YieldItem {
	start := p.start()
	y := &ast.YieldItem{Field: p.name()}
	if p.accept(token.As) {
		y.Alias = p.variable()
	}
	y.Span = p.span(start)
	return y
}

func (p *parser) callSubquery(start int32, optional bool) ast.Clause {
	c := &ast.CallSubquery{Optional: optional}
	if !p.enter() {
		return c
	}
	if p.accept(token.LeftParen) {
		c.Scoped = true
		switch {
		case p.accept(token.Star):
			c.ImportAll = true
		case p.kind() != token.RightParen:
			c.Imports = append(c.Imports, p.variable())
			for p.accept(token.Comma) {
				c.Imports = append(c.Imports, p.variable())
			}
		}
		p.expect(token.RightParen)
	}
	p.expect(token.LeftBrace)
	c.Query = p.query()
	p.expect(token.RightBrace)
	p.leave()
	if p.kind() == token.In {
		c.InTransactions = p.inTransactions()
	}
	c.Span = p.span(start)
	return c
}

// inTransactions reads IN [n] [CONCURRENT] TRANSACTIONS and its options, in
// any order.
func (p *parser) inTransactions() *ast.InTransactions {
	start := p.start()
	p.expect(token.In)
	t := &ast.InTransactions{}
	if !p.atWord("TRANSACTIONS") && !p.atWord("CONCURRENT") {
		t.Concurrency = p.primary()
		t.Concurrent = true
		p.expectWord("CONCURRENT")
	} else if p.acceptWord("CONCURRENT") {
		t.Concurrent = true
	}
	p.expectWord("TRANSACTIONS")
	for !p.failed() {
		at := p.start()
		switch {
		case p.acceptWord("OF"):
			p.once(at, t.Rows == nil, "OF … ROWS")
			t.Rows = p.expr()
			if !p.acceptWord("ROWS") {
				p.expectWord("ROW")
			}
		case p.kind() == token.On && p.wordAhead(1, "ERROR"):
			p.pos += 2
			p.once(at, t.OnError == 0, "ON ERROR")
			t.OnError = p.onError(t)
		case p.acceptWords("REPORT", "STATUS"):
			p.once(at, t.Status == nil, "REPORT STATUS")
			p.expect(token.As)
			t.Status = p.variable()
		default:
			t.Span = p.span(start)
			return t
		}
	}
	return t
}

// once refuses an option that was there already.
func (p *parser) once(at int32, first bool, option string) {
	if !first {
		p.fail(at, ast.UnexpectedSyntax, option+" is there twice")
	}
}

func (p *parser) onError(t *ast.InTransactions) ast.OnError {
	switch {
	case p.acceptWord("CONTINUE"):
		return ast.OnErrorContinue
	case p.acceptWord("BREAK"):
		return ast.OnErrorBreak
	case p.acceptWord("FAIL"):
		return ast.OnErrorFail
	}
	p.expectWord("RETRY")
	if p.acceptWord("FOR") {
		t.RetryFor = p.expr()
		if !p.acceptWord("SECONDS") && !p.acceptWord("SECOND") {
			p.acceptWord("SEC")
		}
	}
	if !p.acceptWord("THEN") {
		return ast.OnErrorRetry
	}
	switch {
	case p.acceptWord("CONTINUE"):
		return ast.OnErrorRetryThenContinue
	case p.acceptWord("BREAK"):
		return ast.OnErrorRetryThenBreak
	}
	p.expectWord("FAIL")
	return ast.OnErrorRetryThenFail
}
