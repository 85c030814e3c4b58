package parser

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// statement reads the whole text.
func (p *parser) statement() *ast.Statement {
	s := &ast.Statement{Text: p.text}
	start := p.start()
	p.prefixes(s)
	p.directives(s)
	if !p.bodyWithUse(s) {
		s.Body = p.body()
	}
	p.memoryDirective(s)
	for p.accept(token.Semicolon) {
		continue
	}
	s.Span = p.span(start)
	if !p.failed() && !p.at(token.EOF) {
		p.unexpected()
	}
	return s
}

// prefixes reads EXPLAIN, PROFILE and CYPHER in any order.
func (p *parser) prefixes(s *ast.Statement) {
	for {
		switch p.kind() {
		case token.Explain:
			p.advance()
			s.Mode = ast.Explain
		case token.Profile:
			p.advance()
			s.Mode = ast.Profile
		case token.Cypher:
			p.advance()
			p.cypherPrefix(s)
		default:
			return
		}
	}
}

// cypherPrefix reads CYPHER [5|25|4.4] [option=value …].
func (p *parser) cypherPrefix(s *ast.Statement) {
	if k := p.kind(); k == token.Integer || k == token.Float {
		t := p.advance()
		s.Version = p.text[t.Start:t.End]
	}
	for p.kind().Name() && p.ahead(1) == token.Equal {
		start := p.start()
		o := ast.Option{Key: p.name()}
		p.expect(token.Equal)
		if p.kind() == token.Integer {
			t := p.advance()
			o.Value = p.text[t.Start:t.End]
		} else {
			o.Value = p.name()
		}
		o.Span = p.span(start)
		s.Options = append(s.Options, o)
	}
}

// directives reads what Memgraph has in front of a query: USING …, several
// with commas between.
func (p *parser) directives(s *ast.Statement) {
	for p.kind() == token.Using {
		p.advance()
		p.directive(s)
		for p.accept(token.Comma) {
			p.directive(s)
		}
	}
}

func (p *parser) directive(s *ast.Statement) {
	start := p.start()
	d := ast.Directive{}
	switch {
	case p.acceptWords("HOPS", "LIMIT"):
		d.Kind = ast.DirectiveHopsLimit
		d.Value = p.primary()
	case p.acceptWords("PERIODIC", "COMMIT"):
		d.Kind = ast.DirectivePeriodicCommit
		if k := p.kind(); k == token.Integer || k == token.Dollar {
			d.Value = p.primary()
		}
	case p.acceptWords("PARALLEL", "EXECUTION"):
		d.Kind = ast.DirectiveParallel
		if k := p.kind(); k == token.Integer || k == token.Dollar {
			d.Value = p.primary()
		}
	case p.acceptWord("INDEX"), p.kind() == token.Colon:
		p.pendingHints = append(p.pendingHints, p.hintTarget(start, ast.HintIndex))
		return
	default:
		p.unexpected()
		return
	}
	d.Span = p.span(start)
	s.Directives = append(s.Directives, d)
}

// memoryDirective reads QUERY MEMORY LIMIT n MB behind a query.
func (p *parser) memoryDirective(s *ast.Statement) {
	start := p.start()
	if !p.wordAhead(0, "QUERY") || !p.wordAhead(1, "MEMORY") {
		return
	}
	p.advance()
	d := ast.Directive{Kind: ast.DirectiveMemoryLimit, Value: p.memoryLimit()}
	d.Span = p.span(start)
	s.Directives = append(s.Directives, d)
}

// memoryLimit reads MEMORY LIMIT n KB|MB|GB as bytes, or MEMORY UNLIMITED as
// nil.
func (p *parser) memoryLimit() ast.Expr {
	p.expectWord("MEMORY")
	if p.acceptWord("UNLIMITED") {
		return nil
	}
	p.expect(token.Limit)
	start := p.start()
	if !p.at(token.Integer) {
		p.unexpected()
		return nil
	}
	n := p.bound()
	unit := int64(1024)
	switch {
	case p.acceptWord("KB"):
	case p.acceptWord("MB"):
		unit *= 1024
	case p.acceptWord("GB"):
		unit *= 1024 * 1024
	default:
		p.unexpected()
	}
	return bytesLiteral(p.span(start), n, unit)
}

// bodyWithUse reads USE with a schema command or SHOW behind it, and reports
// whether that was there. In front of a query USE is a clause.
func (p *parser) bodyWithUse(s *ast.Statement) bool {
	if p.kind() != token.Use {
		return false
	}
	first := p.pos
	u, _ := p.use(p.start()).(*ast.Use)
	switch p.kind() {
	case token.Create, token.Drop:
		s.Body = p.schema()
	case token.Show:
		s.Body = p.show()
	default:
	}
	if s.Body == nil && !p.failed() {
		p.pos = first
		return false
	}
	s.Use = u
	return true
}

func (p *parser) body() ast.Body {
	switch p.kind() {
	case token.Match, token.Optional, token.Return, token.With, token.Unwind, token.Merge, token.Call:
		return p.query()
	case token.Create, token.Drop:
		if b := p.schema(); b != nil {
			return b
		}
	case token.Show:
		return p.show()
	case token.Begin, token.Commit, token.Rollback:
		return p.transaction()
	default:
	}
	if p.ahead(1).Name() {
		if c := p.account(); c != nil || p.failed() {
			return c
		}
		if s := p.terminate(); s != nil {
			return s
		}
		if c := p.command(); c != nil {
			return c
		}
	}
	return p.query()
}

func (p *parser) transaction() ast.Body {
	start := p.start()
	t := &ast.Transaction{}
	switch p.advance().Kind {
	case token.Begin:
		t.Kind = ast.Begin
	case token.Commit:
		t.Kind = ast.Commit
	default:
		t.Kind = ast.Rollback
	}
	p.acceptWord("TRANSACTION")
	t.Span = p.span(start)
	return t
}
