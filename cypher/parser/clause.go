package parser

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// clause reads a clause; it returns nil when none begins here.
func (p *parser) clause() ast.Clause {
	start := p.start()
	switch p.kind() {
	case token.Match:
		return p.match(start, false)
	case token.Optional:
		p.advance()
		if p.at(token.Call) {
			return p.callClause(start, true)
		}
		return p.match(start, true)
	case token.Return:
		p.advance()
		r := &ast.Return{}
		p.projection(&r.Projection)
		r.Span = p.span(start)
		return r
	case token.With:
		p.advance()
		w := &ast.With{}
		p.projection(&w.Projection)
		if p.accept(token.Where) {
			w.Where = p.expr()
		}
		w.Span = p.span(start)
		return w
	case token.Unwind:
		p.advance()
		u := &ast.Unwind{List: p.expr()}
		p.expect(token.As)
		u.Var = p.variable()
		u.Span = p.span(start)
		return u
	case token.Call:
		return p.callClause(start, false)
	case token.Load:
		return p.loadCSV(start)
	case token.Use:
		return p.use(start)
	case token.Finish:
		p.advance()
		return &ast.Finish{Span: p.span(start)}
	case token.Order, token.Skip, token.Offset, token.Limit, token.Identifier:
		if c := p.linear(start); c != nil {
			return c
		}
	default:
	}
	if c := p.update(); c != nil {
		return c
	}
	if p.noting {
		p.note("a clause")
	}
	return nil
}

// linear reads the clauses that stand for a WITH or an UNWIND: FILTER, LET,
// FOR, and ORDER BY, SKIP and LIMIT on their own. It returns nil when there is
// none.
func (p *parser) linear(start int32) ast.Clause {
	w := &ast.With{Projection: ast.Projection{All: true}}
	switch {
	case p.kind() != token.Identifier:
		w.Order, w.Skip, w.Limit = p.order()
	case p.acceptWord("FILTER"):
		p.accept(token.Where)
		w.Where = p.expr()
	case p.acceptWord("LET"):
		w.Items = append(w.Items, p.letItem())
		for p.accept(token.Comma) {
			w.Items = append(w.Items, p.letItem())
		}
	case p.acceptWord("FOR"):
		u := &ast.Unwind{Var: p.variable()}
		p.expect(token.In)
		u.List = p.expr()
		u.Span = p.span(start)
		return u
	default:
		return nil
	}
	w.Span = p.span(start)
	return w
}

// letItem reads name = expression.
func (p *parser) letItem() *ast.Item {
	start := p.start()
	i := &ast.Item{Alias: p.variable()}
	p.expect(token.Equal)
	i.Expr = p.expr()
	i.Span = p.span(start)
	return i
}

// update reads a clause that FOREACH can hold.
func (p *parser) update() ast.Clause {
	start := p.start()
	switch p.kind() {
	case token.Create, token.Insert:
		insert := p.advance().Kind == token.Insert
		c := &ast.Create{Insert: insert, Pattern: p.pattern()}
		c.Span = p.span(start)
		return c
	case token.Merge:
		return p.merge(start)
	case token.Set:
		p.advance()
		s := &ast.SetClause{Items: p.setItems()}
		s.Span = p.span(start)
		return s
	case token.Remove:
		return p.remove(start)
	case token.Delete, token.Detach, token.NoDetach:
		return p.delete(start)
	case token.Foreach:
		return p.foreach(start)
	default:
	}
	return nil
}

func (p *parser) match(start int32, optional bool) ast.Clause {
	p.expect(token.Match)
	m := &ast.Match{Optional: optional, Mode: p.matchMode()}
	m.Pattern = p.pattern()
	m.Hints, p.pendingHints = p.pendingHints, nil
	for p.at(token.Using) {
		m.Hints = append(m.Hints, p.hint())
	}
	if p.accept(token.Where) {
		m.Where = p.expr()
	}
	for p.at(token.Using) {
		m.Hints = append(m.Hints, p.hint())
	}
	m.Span = p.span(start)
	return m
}

func (p *parser) matchMode() ast.MatchMode {
	if p.kind() == token.LeftParen {
		return ast.MatchDefault
	}
	switch {
	case p.acceptWords("REPEATABLE", "ELEMENTS"), p.acceptWords("REPEATABLE", "ELEMENT", "BINDINGS"),
		p.acceptWords("REPEATABLE", "ELEMENT"):
		return ast.MatchRepeatableElements
	case p.acceptWords("DIFFERENT", "RELATIONSHIPS"), p.acceptWords("DIFFERENT", "RELATIONSHIP", "BINDINGS"),
		p.acceptWords("DIFFERENT", "RELATIONSHIP"):
		return ast.MatchDifferentRelationships
	}
	return ast.MatchDefault
}

// hint reads USING INDEX, SCAN or JOIN.
func (p *parser) hint() *ast.Hint {
	start := p.start()
	p.expect(token.Using)
	for _, kind := range [...]string{"RANGE", "TEXT", "POINT", "BTREE"} {
		if p.wordAhead(1, "INDEX") && p.acceptWord(kind) {
			break
		}
	}
	switch {
	case p.acceptWords("INDEX", "SEEK") && p.kind() != token.Colon:
		return p.hintTarget(start, ast.HintSeek)
	case p.acceptWord("INDEX"):
		return p.hintTarget(start, ast.HintIndex)
	case p.acceptWord("SCAN"):
		return p.hintTarget(start, ast.HintScan)
	case p.acceptWord("JOIN"):
		p.expect(token.On)
		h := &ast.Hint{Kind: ast.HintJoin, Vars: []*ast.Variable{p.variable()}}
		for p.accept(token.Comma) {
			h.Vars = append(h.Vars, p.variable())
		}
		h.Span = p.span(start)
		return h
	}
	p.unexpected()
	return &ast.Hint{}
}

// hintTarget reads [variable] :Label [(key, …)].
func (p *parser) hintTarget(start int32, kind ast.HintKind) *ast.Hint {
	h := &ast.Hint{Kind: kind}
	if p.kind() != token.Colon {
		h.Var = p.variable()
	}
	p.expect(token.Colon)
	h.Label = p.name()
	if p.accept(token.LeftParen) {
		h.Keys = p.names()
		p.expect(token.RightParen)
	}
	h.Span = p.span(start)
	return h
}

// names reads names with commas between.
func (p *parser) names() []string {
	names := []string{p.name()}
	for p.accept(token.Comma) {
		names = append(names, p.name())
	}
	return names
}

// projection reads what stands behind WITH and RETURN.
func (p *parser) projection(into *ast.Projection) {
	if p.kind() == token.Distinct {
		p.advance()
		into.Distinct = true
	}
	if p.accept(token.Star) {
		into.All = true
		for p.accept(token.Comma) {
			into.Items = append(into.Items, p.item())
		}
	} else {
		into.Items = append(into.Items, p.item())
		for p.accept(token.Comma) {
			into.Items = append(into.Items, p.item())
		}
	}
	into.Order, into.Skip, into.Limit = p.order()
}

func (p *parser) item() *ast.Item {
	start := p.start()
	i := &ast.Item{Expr: p.expr()}
	span := p.span(start)
	if p.failed() {
		return i
	}
	i.Text = p.text[span.Start:span.End]
	if p.accept(token.As) {
		i.Alias = p.variable()
	}
	i.Span = p.span(start)
	return i
}

// order reads ORDER BY, SKIP and LIMIT.
func (p *parser) order() (order []*ast.SortItem, skip, limit ast.Expr) {
	if p.accept(token.Order) {
		p.expect(token.By)
		order = append(order, p.sortItem())
		for p.accept(token.Comma) {
			order = append(order, p.sortItem())
		}
	}
	if p.accept(token.Skip) || p.accept(token.Offset) {
		skip = p.expr()
	}
	if p.accept(token.Limit) {
		limit = p.expr()
	}
	return order, skip, limit
}

func (p *parser) sortItem() *ast.SortItem {
	start := p.start()
	s := &ast.SortItem{Expr: p.expr()}
	switch {
	case p.accept(token.Desc), p.accept(token.Descending):
		s.Descending = true
	case p.accept(token.Asc), p.accept(token.Ascending):
	}
	s.Span = p.span(start)
	return s
}

func (p *parser) merge(start int32) ast.Clause {
	p.expect(token.Merge)
	m := &ast.Merge{Path: p.path()}
	for p.at(token.On) {
		m.Actions = append(m.Actions, p.mergeAction())
	}
	m.Span = p.span(start)
	return m
}

func (p *parser) mergeAction() *ast.MergeAction {
	start := p.start()
	p.expect(token.On)
	a := &ast.MergeAction{}
	switch {
	case p.accept(token.Match):
		a.OnMatch = true
	case p.accept(token.Create):
	default:
		p.unexpected()
	}
	p.expect(token.Set)
	a.Items = p.setItems()
	a.Span = p.span(start)
	return a
}

func (p *parser) setItems() []ast.SetItem {
	items := []ast.SetItem{p.setItem()}
	for p.accept(token.Comma) {
		items = append(items, p.setItem())
	}
	return items
}

func (p *parser) setItem() ast.SetItem {
	start := p.start()
	target := p.target()
	switch {
	case p.kind() == token.Colon, p.kind() == token.Is:
		labels := p.labels()
		return &ast.SetLabels{Span: p.span(start), Target: target, Labels: labels}
	case p.accept(token.PlusEqual):
		value := p.expr()
		return &ast.SetProperties{Span: p.span(start), Target: target, Value: value, Add: true}
	}
	p.expect(token.Equal)
	value := p.expr()
	if property(target) {
		return &ast.SetProperty{Span: p.span(start), Target: target, Value: value}
	}
	return &ast.SetProperties{Span: p.span(start), Target: target, Value: value}
}

func property(target ast.Expr) bool {
	switch target.(type) {
	case *ast.Property, *ast.Index:
		return true
	}
	return false
}

// target reads what SET and REMOVE change: a variable or an expression in
// parentheses, and the accesses behind it. Labels are not part of it.
func (p *parser) target() ast.Expr {
	start := p.start()
	var e ast.Expr
	switch {
	case p.kind() == token.LeftParen:
		p.advance()
		e = p.expr()
		p.expect(token.RightParen)
	case p.kind().Name() && p.ahead(1) == token.LeftParen:
		e = p.primary()
	default:
		e = p.variable()
	}
	for {
		switch p.kind() {
		case token.Dot:
			p.advance()
			key := p.name()
			e = &ast.Property{Span: p.span(start), Subject: e, Key: key}
		case token.LeftBracket:
			e = p.index(start, e)
		default:
			return e
		}
	}
}

// labels reads :A:B, IS A and :A&B as a list.
func (p *parser) labels() []*ast.LabelName {
	var labels []*ast.LabelName
	p.accept(token.Is)
	for first := true; p.accept(token.Colon) || !first && p.accept(token.Ampersand) || first; first = false {
		labels = append(labels, p.labelName())
	}
	return labels
}

func (p *parser) remove(start int32) ast.Clause {
	p.expect(token.Remove)
	r := &ast.Remove{Items: []ast.RemoveItem{p.removeItem()}}
	for p.accept(token.Comma) {
		r.Items = append(r.Items, p.removeItem())
	}
	r.Span = p.span(start)
	return r
}

func (p *parser) removeItem() ast.RemoveItem {
	start := p.start()
	target := p.target()
	if property(target) {
		return &ast.RemoveProperty{Span: p.span(start), Target: target}
	}
	if p.kind() != token.Colon && p.kind() != token.Is {
		p.unexpected()
		return &ast.RemoveProperty{}
	}
	labels := p.labels()
	return &ast.RemoveLabels{Span: p.span(start), Target: target, Labels: labels}
}

func (p *parser) delete(start int32) ast.Clause {
	d := &ast.Delete{}
	switch p.kind() {
	case token.Detach:
		p.advance()
		d.Detach = true
	case token.NoDetach:
		p.advance()
		d.NoDetach = true
	default:
	}
	p.expect(token.Delete)
	d.Exprs = append(d.Exprs, p.expr())
	for p.accept(token.Comma) {
		d.Exprs = append(d.Exprs, p.expr())
	}
	d.Span = p.span(start)
	return d
}

func (p *parser) foreach(start int32) ast.Clause {
	f := &ast.Foreach{}
	if !p.enter() {
		return f
	}
	p.expect(token.Foreach)
	p.expect(token.LeftParen)
	f.Var = p.variable()
	p.expect(token.In)
	f.List = p.barred()
	p.expect(token.Pipe)
	for {
		c := p.update()
		if c == nil {
			break
		}
		f.Body = append(f.Body, c)
	}
	if len(f.Body) == 0 {
		p.unexpected()
	}
	p.expect(token.RightParen)
	f.Span = p.span(start)
	p.leave()
	return f
}

func (p *parser) use(start int32) ast.Clause {
	p.expect(token.Use)
	if p.ahead(1).Name() {
		p.acceptWord("GRAPH")
	}
	u := &ast.Use{Graph: p.postfix()}
	u.Span = p.span(start)
	return u
}

// loadCSV reads LOAD CSV in Neo4j's form and in Memgraph's.
func (p *parser) loadCSV(start int32) ast.Clause {
	p.expect(token.Load)
	p.expectWord("CSV")
	l := &ast.LoadCSV{}
	l.Headers = p.acceptWords("WITH", "HEADERS")
	p.expectWord("FROM")
	l.From = p.expr()
	switch {
	case p.acceptWords("WITH", "HEADER"):
		l.Headers, l.Texts = true, true
	case p.acceptWords("NO", "HEADER"):
		l.Texts = true
	}
	l.IgnoreBad = p.acceptWords("IGNORE", "BAD")
	for {
		switch {
		case p.acceptWord("DELIMITER"):
			l.Delimiter = p.expr()
		case p.acceptWord("QUOTE"):
			l.Quote = p.expr()
		case p.acceptWord("NULLIF"):
			l.NullIf = p.expr()
		default:
			p.expect(token.As)
			l.Var = p.variable()
			if p.acceptWord("FIELDTERMINATOR") {
				l.Delimiter = p.expr()
			}
			l.Span = p.span(start)
			return l
		}
	}
}
