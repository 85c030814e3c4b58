package parser

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// query reads queries with NEXT between.
func (p *parser) query() *ast.Query {
	start := p.start()
	q := p.union()
	if !p.atWord("NEXT") {
		return q
	}
	s := &ast.Sequence{Queries: []*ast.Query{q}}
	for p.acceptWord("NEXT") {
		s.Queries = append(s.Queries, p.union())
	}
	s.Span = p.span(start)
	return queryOf(s)
}

// queryOf returns a query of a single clause.
func queryOf(c ast.Clause) *ast.Query {
	span := c.Range()
	return &ast.Query{Span: span, Parts: []*ast.Part{{Span: span, Clauses: []ast.Clause{c}}}}
}

// union reads parts with UNION between.
func (p *parser) union() *ast.Query {
	start := p.start()
	q := &ast.Query{Parts: []*ast.Part{p.part(ast.CombineNone, start)}}
	for p.at(token.Union) {
		unionStart := p.start()
		p.advance()
		combine := ast.CombineUnion
		if p.accept(token.All) {
			combine = ast.CombineUnionAll
		} else {
			p.accept(token.Distinct)
		}
		q.Parts = append(q.Parts, p.part(combine, unionStart))
	}
	q.Span = p.span(start)
	if s, ok := q.Parts[0].Clauses[0].(*ast.Sequence); ok && len(q.Parts) == 1 && len(s.Queries) == 1 {
		return s.Queries[0] // nothing but braces
	}
	return q
}

func (p *parser) part(combine ast.Combine, start int32) *ast.Part {
	part := &ast.Part{Combine: combine}
	switch p.kind() {
	case token.LeftBrace:
		part.Clauses = append(part.Clauses, &ast.Sequence{Span: p.span(start), Queries: []*ast.Query{p.braced()}})
	case token.When:
		part.Clauses = append(part.Clauses, p.conditional())
	default:
		part.Clauses = p.clauses()
	}
	part.Span = p.span(start)
	return part
}

// clauses reads at least one clause.
func (p *parser) clauses() []ast.Clause {
	var clauses []ast.Clause
	for {
		c := p.clause()
		if c == nil {
			break
		}
		clauses = append(clauses, c)
	}
	if len(clauses) == 0 {
		p.unexpected()
		clauses = append(clauses, &ast.Finish{})
	}
	return clauses
}

// braced reads a query in braces.
func (p *parser) braced() *ast.Query {
	p.expect(token.LeftBrace)
	if !p.enter() {
		return queryOf(&ast.Finish{})
	}
	q := p.query()
	p.leave()
	p.expect(token.RightBrace)
	return q
}

// conditional reads WHEN … THEN … ELSE ….
func (p *parser) conditional() *ast.Conditional {
	start := p.start()
	c := &ast.Conditional{}
	for p.at(token.When) {
		b := &ast.Branch{}
		branch := p.start()
		p.advance()
		b.Cond = p.expr()
		p.expect(token.Then)
		b.Query = p.branch()
		b.Span = p.span(branch)
		c.Branches = append(c.Branches, b)
	}
	if p.accept(token.Else) {
		c.Else = p.branch()
	}
	c.Span = p.span(start)
	return c
}

// branch reads a query in braces or clauses.
func (p *parser) branch() *ast.Query {
	if p.kind() == token.LeftBrace {
		return p.braced()
	}
	start := p.start()
	part := &ast.Part{Clauses: p.clauses()}
	part.Span = p.span(start)
	return &ast.Query{Span: part.Span, Parts: []*ast.Part{part}}
}
