package parser

import (
	"math"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// pattern reads paths with commas between.
func (p *parser) pattern() *ast.Pattern {
	start := p.start()
	pattern := &ast.Pattern{Paths: []*ast.PathPattern{p.path()}}
	for p.accept(token.Comma) {
		pattern.Paths = append(pattern.Paths, p.path())
	}
	pattern.Span = p.span(start)
	return pattern
}

// path reads [name =] [selector] elements.
func (p *parser) path() *ast.PathPattern {
	start := p.start()
	var v *ast.Variable
	if p.kind().Name() && p.ahead(1) == token.Equal {
		v = p.variable()
		p.expect(token.Equal)
	}
	var path *ast.PathPattern
	if k := p.kind(); (k == token.ShortestPath || k == token.AllShortestPaths) && p.ahead(1) == token.LeftParen {
		path = p.pathFunction()
		path.Var = v
	} else {
		selector := p.selector()
		path = p.pathElements(v)
		path.Selector = selector
	}
	path.Span = p.span(start)
	return path
}

// pathFunction reads shortestPath(…) and allShortestPaths(…).
func (p *parser) pathFunction() *ast.PathPattern {
	start := p.start()
	kind := ast.SelectShortestPathFunction
	if p.advance().Kind == token.AllShortestPaths {
		kind = ast.SelectAllShortestPathsFunction
	}
	p.expect(token.LeftParen)
	path := p.pathElements(nil)
	p.expect(token.RightParen)
	path.Selector.Kind = kind
	path.Span = p.span(start)
	return path
}

// selector reads ANY, ALL and SHORTEST in front of a path.
func (p *parser) selector() ast.Selector {
	s := ast.Selector{}
	switch {
	case p.kind() == token.LeftParen:
		return s
	case p.acceptWords("ALL", "SHORTEST"):
		s.Kind = ast.SelectAllShortest
	case p.acceptWords("ANY", "SHORTEST"):
		s.Kind = ast.SelectShortest
	case p.acceptWord("SHORTEST"):
		s.Kind = ast.SelectShortest
		s.Count = p.selectorCount()
	case p.accept(token.Any):
		s.Kind = ast.SelectAny
		s.Count = p.selectorCount()
	default:
		p.acceptWord("ALL")
	}
	if !p.acceptWord("PATHS") {
		p.acceptWord("PATH")
	}
	if p.atWord("GROUPS") || p.atWord("GROUP") {
		p.advance()
		s.Kind = ast.SelectShortestGroups
	}
	return s
}

func (p *parser) selectorCount() ast.Expr {
	switch p.kind() {
	case token.Integer:
		return p.numberLiteral(p.start(), false)
	case token.Dollar:
		return p.parameter()
	default:
	}
	return nil
}

// pathElements reads nodes, relationships and groups.
func (p *parser) pathElements(v *ast.Variable) *ast.PathPattern {
	path := &ast.PathPattern{Var: v}
	start := p.start()
	if v != nil {
		start = v.Start
	}
	if !p.enter() {
		return path
	}
	defer p.leave()
	group := p.groupAhead()
	path.Elements = append(path.Elements, p.nodeOrGroup(group))
	for {
		switch p.kind() {
		case token.Minus, token.Less:
			rel := p.relationship()
			path.Elements = append(path.Elements, rel)
			// -->+ needs no node behind it, but the tree always has one.
			group = p.groupAhead()
			path.Elements = append(path.Elements, p.nodeOrGroup(group))
		case token.LeftParen:
			// Only a group can stand beside a node or another group.
			next := p.groupAhead()
			if !group && !next {
				p.unexpected()
			}
			group = next
			path.Elements = append(path.Elements, p.nodeOrGroup(group))
		default:
			path.Span = p.span(start)
			return path
		}
	}
}

// groupAhead reports whether the parenthesis that is the current token holds
// a path and no node.
func (p *parser) groupAhead() bool {
	if p.ahead(1) == token.LeftParen {
		return true
	}
	return p.ahead(1).Name() && p.ahead(2) == token.Equal && p.ahead(3) == token.LeftParen
}

func (p *parser) nodeOrGroup(group bool) ast.Element {
	if group {
		return p.group()
	}
	return p.node()
}

func (p *parser) group() *ast.GroupPattern {
	start := p.start()
	p.expect(token.LeftParen)
	g := &ast.GroupPattern{Path: p.path()}
	if p.accept(token.Where) {
		g.Where = p.unbarred()
	}
	p.expect(token.RightParen)
	g.Quantifier = p.quantifier()
	g.Span = p.span(start)
	return g
}

// quantifier reads +, *, {n} and {n,m}; it returns nil when there is none.
func (p *parser) quantifier() *ast.Quantifier {
	start := p.start()
	q := &ast.Quantifier{Max: -1}
	switch {
	case p.accept(token.Plus):
		q.Min = 1
	case p.accept(token.Star):
	case p.accept(token.LeftBrace):
		if p.kind() == token.Integer {
			q.Min = p.bound()
			q.Max = q.Min
		} else if p.kind() != token.Comma {
			p.unexpected()
		}
		if p.accept(token.Comma) {
			q.Max = -1
			if p.kind() == token.Integer {
				q.Max = p.bound()
			}
		}
		p.expect(token.RightBrace)
	default:
		return nil
	}
	q.Span = p.span(start)
	if q.Max >= 0 && (q.Max < q.Min || q.Max == 0) {
		p.fail(start, ast.InvalidRelationshipPattern, "the quantifier needs an upper bound above 0 that is not below the lower one")
	}
	return q
}

func (p *parser) bound() int64 {
	return p.numberLiteral(p.start(), false).Value.Int()
}

func (p *parser) node() *ast.NodePattern {
	start := p.start()
	p.expect(token.LeftParen)
	n := &ast.NodePattern{}
	n.Var, n.Labels = p.filler()
	n.Properties = p.properties()
	if p.accept(token.Where) {
		n.Where = p.unbarred()
	}
	p.expect(token.RightParen)
	n.Span = p.span(start)
	return n
}

// filler reads a variable and labels, which nodes and relationships share.
func (p *parser) filler() (v *ast.Variable, labels ast.LabelExpr) {
	next := p.ahead(1)
	where := p.kind() == token.Where && next != token.Colon && next != token.Where &&
		next != token.RightParen && next != token.RightBracket
	is := p.kind() == token.Is && next.Name() && next != token.Is
	if p.kind().Name() && !where && !is {
		v = p.variable()
	}
	if p.accept(token.Colon) || p.accept(token.Is) {
		labels = p.labelExpr()
	}
	return v, labels
}

// properties reads a map, or a parameter that stands for one.
func (p *parser) properties() ast.Expr {
	switch p.kind() {
	case token.LeftBrace:
		return p.mapLiteral()
	case token.Dollar:
		return p.parameter()
	default:
	}
	return nil
}

func (p *parser) relationship() *ast.RelPattern {
	start := p.start()
	left := p.accept(token.Less)
	p.expect(token.Minus)
	r := &ast.RelPattern{}
	if p.accept(token.LeftBracket) {
		r.Var, r.Types = p.filler()
		p.length(r)
		r.Properties = p.properties()
		if r.Expansion != nil || r.Length != nil && p.at(token.LeftParen) {
			p.lambdas(r)
		}
		if p.accept(token.Where) {
			r.Where = p.unbarred()
		}
		p.expect(token.RightBracket)
	}
	p.expect(token.Minus)
	right := p.accept(token.Greater)
	switch {
	case left && !right:
		r.Direction = ast.In
	case left == right:
		r.Direction = ast.Both
	}
	r.Quantifier = p.quantifier()
	r.Span = p.span(start)
	return r
}

// length reads *, *2, *1..3 and the like, and the names of traversals.
func (p *parser) length(r *ast.RelPattern) {
	start := p.start()
	if p.kind() == token.DotDot {
		p.fail(start, ast.InvalidRelationshipPattern, "a range of lengths needs an asterisk in front")
		return
	}
	if !p.accept(token.Star) {
		return
	}
	if r.Expansion = p.expansion(start); r.Expansion != nil {
		start = p.start()
	}
	l := &ast.Length{}
	l.Min = p.lengthBound()
	switch {
	case p.accept(token.DotDot):
		l.Max = p.lengthBound()
	case l.Min != nil && weighted(r.Expansion):
		l.Min, l.Max = nil, l.Min // of a cheapest path the number is the most
	case l.Min != nil:
		l.Max, l.Exact = l.Min, true
	case r.Expansion != nil:
		p.limit(r.Expansion)
		return
	}
	l.Span = p.span(start)
	r.Length = l
	p.limit(r.Expansion)
}

// weighted reports whether a traversal adds up weights.
func weighted(e *ast.Expansion) bool {
	return e != nil && (e.Kind == ast.ExpandWeightedShortest || e.Kind == ast.ExpandAllShortest)
}

// limit reads the number of paths of *KSHORTEST, before or behind the lengths.
func (p *parser) limit(e *ast.Expansion) {
	if e == nil || e.Kind != ast.ExpandKShortest || e.Limit != nil || !p.accept(token.Pipe) {
		return
	}
	if p.at(token.Dollar) {
		e.Limit = p.parameter()
		return
	}
	e.Limit = p.numberLiteral(p.start(), false)
}

func (p *parser) lengthBound() ast.Expr {
	switch p.kind() {
	case token.Integer:
		return p.numberLiteral(p.start(), false)
	case token.Dollar:
		// A space in front of a parameter makes it the properties.
		if p.tokens[p.pos].Start == p.tokens[p.pos-1].End {
			return p.parameter()
		}
	case token.Minus:
		p.fail(p.start(), ast.InvalidRelationshipPattern, "a length can not be negative")
	default:
	}
	return nil
}

// expansion reads the name of a traversal behind the asterisk.
func (p *parser) expansion(start int32) *ast.Expansion {
	e := &ast.Expansion{}
	switch {
	case p.acceptWord("BFS"):
		e.Kind = ast.ExpandBFS
	case p.acceptWord("DFS"):
		e.Kind = ast.ExpandDFS
	case p.acceptWord("WSHORTEST"):
		e.Kind = ast.ExpandWeightedShortest
	case p.acceptWord("ALLSHORTEST"):
		e.Kind = ast.ExpandAllShortest
	case p.acceptWord("KSHORTEST"):
		e.Kind = ast.ExpandKShortest
		p.limit(e)
	default:
		return nil
	}
	e.Span = p.span(start)
	return e
}

// lambdas reads the weight, the total and the filter of a traversal. An asterisk
// with a filter and no name is a walk in depth.
func (p *parser) lambdas(r *ast.RelPattern) {
	if r.Expansion == nil {
		r.Expansion = &ast.Expansion{Span: r.Length.Span, Kind: ast.ExpandDFS}
		if r.Length.Min == nil && r.Length.Max == nil {
			r.Length = nil
		}
	}
	e := r.Expansion
	if weighted(e) && p.at(token.LeftParen) {
		e.Weight = p.lambda()
		if p.kind().Name() && p.kind() != token.Where {
			e.Total = p.variable()
		}
	}
	if p.at(token.LeftParen) {
		e.Filter = p.lambda()
	}
}

func (p *parser) lambda() *ast.Lambda {
	start := p.start()
	p.expect(token.LeftParen)
	l := &ast.Lambda{Vars: []*ast.Variable{p.variable()}}
	for p.accept(token.Comma) {
		l.Vars = append(l.Vars, p.variable())
	}
	p.expect(token.Pipe)
	l.Expr = p.unbarred()
	p.expect(token.RightParen)
	l.Span = p.span(start)
	return l
}

// labelExpr reads A|B&!C and the older forms :A:B and :A|:B; the first colon
// was read before.
func (p *parser) labelExpr() ast.LabelExpr {
	start := p.start()
	left := p.labelAnd()
	for n := 0; p.kind() == token.Pipe && p.labelBar(); n++ {
		p.limitLabels(n)
		p.advance()
		p.accept(token.Colon)
		right := p.labelAnd()
		left = &ast.LabelOr{Span: p.span(start), Left: left, Right: right}
	}
	return left
}

// limitLabels bounds the height of the tree of a label expression.
func (p *parser) limitLabels(n int) {
	if n == maxHeight {
		p.fail(p.start(), ast.LimitExceeded, "the expression has too many labels")
	}
}

// labelBar reports whether the bar that is the current token joins labels.
// Inside of a comprehension the last bar is the one of the comprehension.
func (p *parser) labelBar() bool {
	if p.bars == 0 {
		return true
	}
	next := p.ahead(1)
	switch {
	case next == token.Colon, next == token.Exclamation, next == token.Percent:
		return true
	case next.Name() && p.ahead(2) == token.Ampersand:
		return true
	case next.Name() && p.ahead(2) == token.Colon:
		return false // x:A | y:B
	case next.Name(), next == token.LeftParen, next == token.Dollar:
		return p.barAhead(1)
	default:
		return false
	}
}

// barAhead reports whether there is a bar between token n and the end of the
// brackets around it, outside of those in between.
func (p *parser) barAhead(n int) bool {
	for depth := 0; ; n++ {
		switch p.ahead(n) {
		case token.LeftParen, token.LeftBracket, token.LeftBrace:
			depth++
		case token.RightParen, token.RightBracket, token.RightBrace:
			if depth--; depth < 0 {
				return false
			}
		case token.Pipe:
			if depth == 0 {
				return true
			}
		case token.EOF:
			return false
		default:
		}
	}
}

func (p *parser) labelAnd() ast.LabelExpr {
	start := p.start()
	left := p.labelTerm()
	for n := 0; ; n++ {
		colon := p.kind() == token.Colon && p.labelAhead()
		if p.kind() != token.Ampersand && !colon {
			return left
		}
		p.limitLabels(n)
		p.advance()
		right := p.labelTerm()
		left = &ast.LabelAnd{Span: p.span(start), Left: left, Right: right, Colon: colon}
	}
}

func (p *parser) labelTerm() ast.LabelExpr {
	start := p.start()
	switch {
	case p.accept(token.Exclamation):
		if !p.enter() {
			return &ast.LabelName{}
		}
		x := p.labelTerm()
		p.leave()
		return &ast.LabelNot{Span: p.span(start), X: x}
	case p.accept(token.Percent):
		return &ast.LabelWildcard{Span: p.span(start)}
	case p.kind() == token.LeftParen:
		return p.labelParenthesis()
	default:
		return p.labelName()
	}
}

func (p *parser) labelParenthesis() ast.LabelExpr {
	if !p.enter() {
		return &ast.LabelName{}
	}
	bars := p.bars
	p.bars = 0
	p.expect(token.LeftParen)
	e := p.labelExpr()
	p.expect(token.RightParen)
	p.bars = bars
	p.leave()
	return e
}

// labelName reads a name, $(expr), $all(expr) or $any(expr).
func (p *parser) labelName() *ast.LabelName {
	start := p.start()
	l := &ast.LabelName{}
	if p.kind() != token.Dollar {
		l.Name = p.name()
		l.Span = p.span(start)
		return l
	}
	p.expect(token.Dollar)
	l.Any = p.kind() == token.Any
	if !p.accept(token.Any) {
		p.accept(token.All)
	}
	p.expect(token.LeftParen)
	l.Dynamic = p.unbarred()
	p.expect(token.RightParen)
	l.Span = p.span(start)
	return l
}

// patternAhead reports whether a pattern with a relationship begins at the
// current token, a parenthesis, rather than an expression.
func (p *parser) patternAhead() bool { return p.patternAheadAt(0) }

func (p *parser) patternAheadAt(n int) bool {
	end := p.nodeAhead(n)
	if end == 0 {
		return false
	}
	switch p.ahead(end) {
	case token.Less:
		// a < -1 is a comparison.
		return p.ahead(end+1) == token.Minus &&
			(p.ahead(end+2) == token.LeftBracket || p.ahead(end+2) == token.Minus)
	case token.Minus:
		switch p.ahead(end + 1) {
		case token.LeftBracket:
			return p.relationshipAhead(end + 1)
		case token.Minus:
			if p.ahead(end+2) == token.Greater {
				return true
			}
			return p.nodeAhead(end+2) > 0
		default:
		}
	default:
	}
	return false
}

// nodeAhead returns how far away the token behind a node pattern is, when one
// begins at token n; 0 when it can be no node.
func (p *parser) nodeAhead(n int) int {
	if p.ahead(n) != token.LeftParen {
		return 0
	}
	next := n + 1
	if p.ahead(next).Name() {
		next++
	}
	switch p.ahead(next) {
	case token.RightParen:
		return next + 1
	case token.Colon, token.LeftBrace, token.Dollar, token.Where, token.Is:
		return p.matching(n)
	default:
	}
	// (IS Label), (WHERE condition): the word was taken for a variable.
	if k := p.ahead(n + 1); k == token.Is || k == token.Where {
		return p.matching(n)
	}
	return 0
}

// relationshipAhead reports whether the bracket at token n is closed and
// followed by a dash: (a)-[b]-(c) is a pattern, (a)-[b] a subtraction.
func (p *parser) relationshipAhead(n int) bool {
	end := p.matching(n)
	return end > 0 && p.ahead(end) == token.Minus &&
		(p.ahead(end+1) == token.Greater || p.ahead(end+1) == token.LeftParen ||
			p.ahead(end+1) == token.LeftBrace || p.ahead(end+1) == token.Plus || p.ahead(end+1) == token.Star)
}

// matching returns how far away the token behind the bracket that closes the
// one at token n is; 0 when there is none.
func (p *parser) matching(n int) int {
	depth := 0
	for {
		switch p.ahead(n) {
		case token.LeftParen, token.LeftBracket, token.LeftBrace:
			depth++
		case token.RightParen, token.RightBracket, token.RightBrace:
			if depth--; depth == 0 {
				return n + 1
			}
		case token.EOF:
			return 0
		default:
		}
		n++
	}
}

// bytesLiteral returns n units of memory as a literal number of bytes.
func bytesLiteral(span ast.Span, n, unit int64) *ast.Literal {
	if n > math.MaxInt64/unit {
		n = math.MaxInt64 / unit
	}
	return &ast.Literal{Span: span, Value: graph.Integer(n * unit)}
}
