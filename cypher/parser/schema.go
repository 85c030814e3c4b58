package parser

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
)

// schema reads the definition or the removal of an index or a constraint. It
// returns nil when the statement is something else.
func (p *parser) schema() ast.Body {
	start, first := p.start(), p.pos
	create := p.advance().Kind == token.Create
	replace := create && p.acceptWords("OR", "REPLACE")
	all := !create && p.acceptWord("ALL")
	kind := p.indexKind()
	global := p.acceptWord("GLOBAL")
	edge := p.acceptWord("EDGE")
	vector := p.wordAhead(0, "INDEX") || p.wordAhead(0, "INDEXES")
	switch {
	case vector && create:
		p.advance()
		return p.createIndex(start, &ast.CreateIndex{Kind: kind, OrReplace: replace, Relationship: edge}, global)
	case vector:
		p.advance()
		return p.dropIndex(start, &ast.CreateIndex{Kind: kind, Relationship: edge}, all)
	case p.acceptWord("CONSTRAINT"), all && p.acceptWord("CONSTRAINTS"):
		if create {
			return p.createConstraint(start, replace)
		}
		return p.dropConstraint(start, all)
	}
	p.pos = first
	return nil
}

// indexKind reads the word in front of INDEX. A word without INDEX behind it
// is left alone.
func (p *parser) indexKind() ast.IndexKind {
	if !p.wordAhead(1, "INDEX") && !p.wordAhead(2, "INDEX") {
		return ast.IndexRange
	}
	switch {
	case p.acceptWord("TEXT"):
		return ast.IndexText
	case p.acceptWord("POINT"):
		return ast.IndexPoint
	case p.acceptWord("FULLTEXT"):
		return ast.IndexFulltext
	case p.acceptWord("VECTOR"):
		return ast.IndexVector
	case p.acceptWord("LOOKUP"):
		return ast.IndexLookup
	case p.acceptWord("RANGE"), p.acceptWord("BTREE"):
	}
	return ast.IndexRange
}

// schemaName reads the optional name of an index or a constraint. The words
// that can stand in its place are no names there.
func (p *parser) schemaName() (string, *ast.Parameter) {
	if p.kind() == token.Dollar {
		parameter, _ := p.parameter().(*ast.Parameter)
		return "", parameter
	}
	if !p.kind().Name() || p.kind() == token.On || p.wordAhead(0, "FOR") ||
		p.wordAhead(0, "IF") && (p.ahead(1) == token.Not || p.ahead(1) == token.Exists) {
		return "", nil
	}
	return p.name(), nil
}

func (p *parser) createIndex(start int32, c *ast.CreateIndex, global bool) ast.Body {
	c.Name, c.NameParameter = p.schemaName()
	c.IfNotExists = p.acceptWords("IF", "NOT", "EXISTS")
	if p.kind() == token.On {
		p.advance()
		p.indexTarget(c, global)
		if p.acceptWords("WITH", "CONFIG") {
			c.Options = p.optionMap()
		}
	} else {
		p.expectWord("FOR")
		var v string
		c.Relationship, v, c.Labels = p.entity(c.Kind == ast.IndexLookup)
		p.expect(token.On)
		p.indexKeys(c, v)
	}
	if p.acceptWord("OPTIONS") {
		c.Options = p.optionMap()
	}
	c.Span = p.span(start)
	return c
}

func (p *parser) optionMap() ast.Expr {
	e := p.properties()
	if e == nil {
		p.unexpected()
	}
	return e
}

// indexTarget reads :Label [(key, …)], and :(key) for a global index.
func (p *parser) indexTarget(c *ast.CreateIndex, global bool) {
	p.expect(token.Colon)
	if !global {
		c.Labels = []string{p.name()}
	}
	if global || p.kind() == token.LeftParen {
		p.expect(token.LeftParen)
		c.Keys = p.names()
		p.expect(token.RightParen)
	}
}

// entity reads (n:A|B) or ()-[n:A|B]-().
func (p *parser) entity(bare bool) (relationship bool, variable string, labels []string) {
	p.expect(token.LeftParen)
	if p.accept(token.RightParen) {
		relationship = true
		p.accept(token.Less)
		p.expect(token.Minus)
		p.expect(token.LeftBracket)
	}
	variable = p.name()
	if !bare {
		p.expect(token.Colon)
		labels = append(labels, p.name())
		for p.accept(token.Pipe) {
			labels = append(labels, p.name())
		}
	}
	if relationship {
		p.expect(token.RightBracket)
		p.expect(token.Minus)
		p.accept(token.Greater)
		p.expect(token.LeftParen)
	}
	p.expect(token.RightParen)
	return relationship, variable, labels
}

// indexKeys reads (n.a, n.b), EACH [n.a, n.b], EACH labels(n) and the like.
func (p *parser) indexKeys(c *ast.CreateIndex, variable string) {
	each := p.acceptWord("EACH")
	switch {
	case c.Kind == ast.IndexLookup:
		function := "LABELS"
		if c.Relationship {
			function = "TYPE"
		}
		p.expectWord(function)
		p.expect(token.LeftParen)
		p.sameVariable(variable)
		p.expect(token.RightParen)
	case each:
		p.expect(token.LeftBracket)
		c.Keys = p.propertyKeys(variable)
		p.expect(token.RightBracket)
	case p.accept(token.LeftParen):
		c.Keys = p.propertyKeys(variable)
		p.expect(token.RightParen)
	default:
		c.Keys = p.propertyKeys(variable)
	}
}

// sameVariable reads the variable that the pattern of the command declares.
func (p *parser) sameVariable(variable string) {
	start := p.start()
	if name := p.name(); name != variable && !p.failed() {
		p.fail(start, ast.UndefinedVariable, "the variable "+name+" is not defined")
	}
}

func (p *parser) propertyKey(variable string) string {
	p.sameVariable(variable)
	p.expect(token.Dot)
	return p.name()
}

func (p *parser) propertyKeys(variable string) []string {
	keys := []string{p.propertyKey(variable)}
	for p.accept(token.Comma) {
		keys = append(keys, p.propertyKey(variable))
	}
	return keys
}

func (p *parser) dropIndex(start int32, target *ast.CreateIndex, all bool) ast.Body {
	d := &ast.DropIndex{All: all}
	if !all {
		if p.kind() == token.On {
			p.advance()
			from := p.start()
			p.indexTarget(target, p.ahead(1) == token.LeftParen)
			target.Span = p.span(from)
			d.Target = target
		} else {
			d.Name, d.NameParameter = p.dropName()
			d.IfExists = p.acceptWords("IF", "EXISTS")
		}
	}
	d.Span = p.span(start)
	return d
}

func (p *parser) dropName() (string, *ast.Parameter) {
	name, parameter := p.schemaName()
	if name == "" && parameter == nil {
		p.unexpected()
	}
	return name, parameter
}

func (p *parser) createConstraint(start int32, replace bool) ast.Body {
	c := &ast.CreateConstraint{OrReplace: replace}
	c.Name, c.NameParameter = p.schemaName()
	c.IfNotExists = p.acceptWords("IF", "NOT", "EXISTS")
	p.constraint(c)
	if p.acceptWord("OPTIONS") {
		c.Options = p.optionMap()
	}
	c.Span = p.span(start)
	return c
}

// constraint reads FOR (n:L) REQUIRE … or ON (n:L) ASSERT ….
func (p *parser) constraint(c *ast.CreateConstraint) {
	c.Assert = p.kind() == token.On
	if c.Assert {
		p.advance()
	} else {
		p.expectWord("FOR")
	}
	var variable string
	var labels []string
	c.Relationship, variable, labels = p.entity(false)
	if len(labels) != 1 {
		if !p.failed() {
			p.unexpected()
		}
		return
	}
	c.Label = labels[0]
	if c.Assert {
		p.expectWord("ASSERT")
	} else {
		p.expectWord("REQUIRE")
	}
	exists := p.kind() == token.Exists
	if exists {
		p.advance()
	}
	if p.accept(token.LeftParen) {
		c.Keys = p.propertyKeys(variable)
		p.expect(token.RightParen)
	} else {
		c.Keys = p.propertyKeys(variable)
	}
	if exists {
		c.Kind = ast.ConstraintExists
		return
	}
	p.expect(token.Is)
	p.requirement(c)
}

func (p *parser) requirement(c *ast.CreateConstraint) {
	if p.acceptWords("NOT", "NULL") {
		c.Kind = ast.ConstraintExists
		return
	}
	if p.accept(token.DoubleColon) || p.acceptWord("TYPED") {
		c.Kind = ast.ConstraintType
		c.Type = p.typeName()
		return
	}
	if !p.acceptWord("NODE") && !p.acceptWord("RELATIONSHIP") {
		p.acceptWord("REL")
	}
	switch {
	case p.acceptWord("UNIQUE"):
		c.Kind = ast.ConstraintUnique
	case p.acceptWord("KEY"):
		c.Kind = ast.ConstraintKey
	default:
		p.unexpected()
	}
}

func (p *parser) dropConstraint(start int32, all bool) ast.Body {
	d := &ast.DropConstraint{All: all}
	switch {
	case all:
	case p.kind() == token.On, p.wordAhead(0, "FOR"):
		from := p.start()
		d.Target = &ast.CreateConstraint{}
		p.constraint(d.Target)
		d.Target.Span = p.span(from)
	default:
		d.Name, d.NameParameter = p.dropName()
		d.IfExists = p.acceptWords("IF", "EXISTS")
	}
	d.Span = p.span(start)
	return d
}

// typeNames pairs the spellings of types with the name in the tree. Longer
// spellings come before their beginnings.
var typeNames = [...]struct {
	words []string
	name  string
}{
	{[]string{"BOOLEAN"}, "BOOLEAN"},
	{[]string{"BOOL"}, "BOOLEAN"},
	{[]string{"STRING"}, "STRING"},
	{[]string{"VARCHAR"}, "STRING"},
	{[]string{"INTEGER"}, "INTEGER"},
	{[]string{"SIGNED", "INTEGER"}, "INTEGER"},
	{[]string{"INT"}, "INTEGER"},
	{[]string{"FLOAT"}, "FLOAT"},
	{[]string{"DATE"}, "DATE"},
	{[]string{"LOCAL", "TIME"}, "LOCAL TIME"},
	{[]string{"LOCALTIME"}, "LOCAL TIME"},
	{[]string{"TIME", "WITHOUT", "TIMEZONE"}, "LOCAL TIME"},
	{[]string{"TIME", "WITHOUT", "TIME", "ZONE"}, "LOCAL TIME"},
	{[]string{"ZONED", "TIME"}, "ZONED TIME"},
	{[]string{"ZONEDTIME"}, "ZONED TIME"},
	{[]string{"TIME", "WITH", "TIMEZONE"}, "ZONED TIME"},
	{[]string{"TIME", "WITH", "TIME", "ZONE"}, "ZONED TIME"},
	{[]string{"LOCAL", "DATETIME"}, "LOCAL DATETIME"},
	{[]string{"LOCALDATETIME"}, "LOCAL DATETIME"},
	{[]string{"TIMESTAMP", "WITHOUT", "TIMEZONE"}, "LOCAL DATETIME"},
	{[]string{"TIMESTAMP", "WITHOUT", "TIME", "ZONE"}, "LOCAL DATETIME"},
	{[]string{"ZONED", "DATETIME"}, "ZONED DATETIME"},
	{[]string{"ZONEDDATETIME"}, "ZONED DATETIME"},
	{[]string{"TIMESTAMP", "WITH", "TIMEZONE"}, "ZONED DATETIME"},
	{[]string{"TIMESTAMP", "WITH", "TIME", "ZONE"}, "ZONED DATETIME"},
	{[]string{"DURATION"}, "DURATION"},
	{[]string{"POINT"}, "POINT"},
	{[]string{"NODE"}, "NODE"},
	{[]string{"VERTEX"}, "NODE"},
	{[]string{"ANY", "NODE"}, "NODE"},
	{[]string{"ANY", "VERTEX"}, "NODE"},
	{[]string{"RELATIONSHIP"}, "RELATIONSHIP"},
	{[]string{"EDGE"}, "RELATIONSHIP"},
	{[]string{"ANY", "RELATIONSHIP"}, "RELATIONSHIP"},
	{[]string{"ANY", "EDGE"}, "RELATIONSHIP"},
	{[]string{"MAP"}, "MAP"},
	{[]string{"ANY", "MAP"}, "MAP"},
	{[]string{"PATH"}, "PATH"},
	{[]string{"VECTOR"}, "VECTOR"},
	{[]string{"UUID"}, "UUID"},
	{[]string{"BYTES"}, "BYTES"},
	{[]string{"ENUM"}, "ENUM"},
	{[]string{"NOTHING"}, "NOTHING"},
	{[]string{"NULL"}, "NULL"},
	{[]string{"PROPERTY", "VALUE"}, "PROPERTY VALUE"},
	{[]string{"ANY", "PROPERTY", "VALUE"}, "PROPERTY VALUE"},
	{[]string{"LIST"}, "LIST"},
	{[]string{"ARRAY"}, "LIST"},
	{[]string{"ANY", "VALUE"}, "ANY"},
	{[]string{"ANY"}, "ANY"},
}

// typeName reads a type, or a union of types with bars between.
func (p *parser) typeName() *ast.TypeName {
	start := p.start()
	t := p.singleType()
	if p.kind() != token.Pipe || p.bars > 0 {
		return t
	}
	union := &ast.TypeName{Union: []*ast.TypeName{t}}
	for p.accept(token.Pipe) {
		union.Union = append(union.Union, p.singleType())
	}
	union.Span = p.span(start)
	return union
}

func (p *parser) singleType() *ast.TypeName {
	start := p.start()
	t := &ast.TypeName{}
	if !p.enter() {
		return t
	}
	defer p.leave()
	longest := 0
	for i := range typeNames {
		if n := len(typeNames[i].words); n > longest && p.wordsAhead(typeNames[i].words) {
			t.Name, longest = typeNames[i].name, n
		}
	}
	if longest == 0 {
		if p.noting {
			p.note("a type")
		}
		p.unexpected()
		return t
	}
	p.pos += longest
	if (t.Name == "LIST" || t.Name == "ANY") && p.accept(token.Less) {
		bars := p.bars
		p.bars = 0
		elem := p.typeName()
		p.bars = bars
		if t.Name == "LIST" {
			t.Elem = elem
		} else {
			// ANY<A | B> is another spelling of A | B.
			t.Name, t.Union = "", []*ast.TypeName{elem}
			if elem.Union != nil {
				t.Union = elem.Union
			}
		}
		p.expect(token.Greater)
	}
	t.NotNull = p.acceptWords("NOT", "NULL") || p.accept(token.Exclamation)
	t.Span = p.span(start)
	for n := 0; p.acceptWord("LIST") || p.acceptWord("ARRAY"); n++ {
		if n == maxDepth {
			p.fail(start, ast.LimitExceeded, "the type is nested too deeply")
		}
		t = &ast.TypeName{Span: p.span(start), Name: "LIST", Elem: t}
		t.NotNull = p.acceptWords("NOT", "NULL") || p.accept(token.Exclamation)
		t.Span = p.span(start)
	}
	return t
}

func (p *parser) wordsAhead(words []string) bool {
	for i, w := range words {
		if !p.wordAhead(i, w) {
			return false
		}
	}
	return true
}
