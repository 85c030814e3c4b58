package parser

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// account reads a command on users, roles or privileges; it returns nil when the
// statement is none, with the position where it was.
func (p *parser) account() ast.Body {
	start, first := p.start(), p.pos
	switch {
	case p.skipWords("CREATE"):
		replace := p.skipWords("OR", "REPLACE")
		switch {
		case p.ahead(1) == token.Equal: // a path of that name
		case p.skipWords("USER"):
			return p.createUser(start, replace)
		case p.skipWords("ROLE"), p.skipWords("IMMUTABLE", "ROLE"):
			return p.createRole(start, replace)
		}
	case p.skipWords("ALTER", "CURRENT", "USER"):
		return p.alterCurrentUser(start)
	case p.skipWords("ALTER", "USER"):
		return p.alterUser(start)
	case p.skipWords("DROP", "USER"), p.skipWords("DROP", "ROLE"):
		c := &ast.DropAccount{Role: p.behind("ROLE"), Name: p.accountName(), IfExists: p.acceptWords("IF", "EXISTS")}
		c.Span = p.span(start)
		return c
	case p.skipWords("RENAME", "USER"), p.skipWords("RENAME", "ROLE"):
		c := &ast.RenameAccount{Role: p.behind("ROLE"), From: p.accountName(), IfExists: p.acceptWords("IF", "EXISTS")}
		p.expectWord("TO")
		c.To = p.accountName()
		c.Span = p.span(start)
		return c
	case p.skipWords("SET", "PASSWORD"):
		return p.setPassword(start)
	case p.skipWords("SET", "ROLE", "FOR"), p.skipWords("SET", "ROLES", "FOR"):
		c := &ast.GrantRoles{Replace: true, Users: []ast.Expr{p.accountName()}}
		p.expectWord("TO")
		c.Roles = p.accountNames()
		c.Span = p.span(start)
		return c
	case p.skipWords("CLEAR", "ROLE", "FOR"), p.skipWords("CLEAR", "ROLES", "FOR"):
		c := &ast.GrantRoles{Replace: true, Users: []ast.Expr{p.accountName()}}
		c.Span = p.span(start)
		return c
	case p.skipWords("GRANT"):
		return p.grant(start, ast.Grant)
	case p.skipWords("DENY"):
		return p.grant(start, ast.Deny)
	case p.skipWords("REVOKE"):
		return p.grant(start, ast.Revoke)
	}
	if !p.failed() {
		p.pos = first
	}
	return nil
}

// skipWords moves behind all the words or not at all. It does not note them as
// expected: whoever looks for a clause is not helped by commands.
func (p *parser) skipWords(words ...string) bool {
	for i, w := range words {
		if !p.wordAhead(i, w) {
			return false
		}
	}
	p.pos += len(words)
	return true
}

// behind reports whether the token before the current one spells a word.
func (p *parser) behind(word string) bool { return p.wordAhead(-1, word) }

// accountName reads the name of a user or a role: a name, a text, or a
// parameter.
func (p *parser) accountName() ast.Expr {
	if k := p.kind(); k != token.Dollar && k != token.String && !k.Name() {
		p.name() // reports what was expected
		return &ast.Literal{}
	}
	start := p.start()
	if p.kind() == token.QuotedIdentifier {
		name := p.name()
		return &ast.Literal{Span: p.span(start), Value: graph.String(name)}
	}
	e := p.commandValue()
	if e == nil {
		p.unexpected()
		return &ast.Literal{}
	}
	return e
}

func (p *parser) accountNames() []ast.Expr {
	list := []ast.Expr{p.accountName()}
	for p.accept(token.Comma) {
		list = append(list, p.accountName())
	}
	return list
}

// password reads a password: a text or a parameter.
func (p *parser) password() ast.Expr {
	if !p.at(token.String) && !p.at(token.Dollar) {
		p.unexpected()
		return &ast.Literal{}
	}
	return p.primary()
}

func (p *parser) createUser(start int32, replace bool) ast.Body {
	c := &ast.CreateUser{OrReplace: replace, Name: p.accountName(), IfNotExists: p.acceptWords("IF", "NOT", "EXISTS")}
	if p.acceptWords("IDENTIFIED", "BY") {
		c.Password, c.Expired = p.password(), new(false)
	} else {
		p.userAttributes(&c.UserAttributes)
	}
	c.Span = p.span(start)
	return c
}

func (p *parser) alterUser(start int32) ast.Body {
	c := &ast.AlterUser{Name: p.accountName(), IfExists: p.acceptWords("IF", "EXISTS")}
	p.userAttributes(&c.UserAttributes)
	if c.UserAttributes == (ast.UserAttributes{}) && !p.failed() {
		p.fail(start, ast.UnexpectedSyntax, "`ALTER USER` requires at least one clause.")
	}
	c.Span = p.span(start)
	return c
}

// userAttributes reads SET … clauses up to the end.
func (p *parser) userAttributes(a *ast.UserAttributes) {
	for p.acceptWord("SET") {
		switch {
		case p.acceptWord("STATUS"):
			suspended := p.acceptWord("SUSPENDED")
			if !suspended {
				p.expectWord("ACTIVE")
			}
			a.Suspended = &suspended
		case p.acceptWord("AUTH"):
			p.authBlock(a)
		case p.acceptWord("PASSWORD"), p.acceptWords("PLAINTEXT", "PASSWORD"):
			p.passwordClause(a)
		default:
			p.unexpected()
		}
	}
}

// authBlock reads AUTH 'native' { SET … }: no other provider exists.
func (p *parser) authBlock(a *ast.UserAttributes) {
	p.acceptWord("PROVIDER")
	if t := p.tokens[p.pos]; t.Kind != token.String || strings.Trim(p.text[t.Start:t.End], `'"`) != "native" {
		p.fail(p.start(), ast.UnexpectedSyntax, "the only provider of authentication is 'native'")
		return
	}
	p.advance()
	p.expect(token.LeftBrace)
	for p.acceptWord("SET") {
		if !p.acceptWord("PASSWORD") {
			p.unexpected()
		}
		p.passwordClause(a)
	}
	p.expect(token.RightBrace)
}

// passwordClause reads what follows PASSWORD: CHANGE [NOT] REQUIRED, or a
// password with that behind it.
func (p *parser) passwordClause(a *ast.UserAttributes) {
	if !p.wordAhead(0, "CHANGE") {
		a.Password = p.password()
	}
	if p.acceptWord("CHANGE") {
		required := !p.acceptWord("NOT")
		p.expectWord("REQUIRED")
		a.Expired = &required
	}
}

func (p *parser) alterCurrentUser(start int32) ast.Body {
	c := &ast.SetPassword{}
	p.expectWord("SET")
	p.expectWord("PASSWORD")
	p.expectWord("FROM")
	c.Old = p.password()
	p.expectWord("TO")
	c.New = p.password()
	c.Span = p.span(start)
	return c
}

// setPassword reads the rest of SET PASSWORD FOR u TO p, of SET PASSWORD TO p
// REPLACE q, and of SET PASSWORD p.
func (p *parser) setPassword(start int32) ast.Body {
	if p.acceptWord("FOR") {
		c := &ast.AlterUser{Name: p.accountName()}
		p.expectWord("TO")
		c.Password = p.password()
		c.Span = p.span(start)
		return c
	}
	p.acceptWord("TO")
	c := &ast.SetPassword{New: p.password()}
	if p.acceptWord("REPLACE") {
		c.Old = p.password()
	}
	c.Span = p.span(start)
	return c
}

func (p *parser) createRole(start int32, replace bool) ast.Body {
	c := &ast.CreateRole{OrReplace: replace, Name: p.accountName(), IfNotExists: p.acceptWords("IF", "NOT", "EXISTS")}
	if p.acceptWords("AS", "COPY", "OF") {
		c.CopyOf = p.accountName()
	}
	c.Span = p.span(start)
	return c
}

// grant reads what follows GRANT, DENY and REVOKE.
func (p *parser) grant(start int32, action ast.GrantAction) ast.Body {
	p.acceptWord("IMMUTABLE")
	if action == ast.Revoke {
		switch {
		case p.acceptWord("GRANT"):
			action = ast.RevokeGrant
		case p.acceptWord("DENY"):
			action = ast.RevokeDeny
		}
		p.acceptWord("IMMUTABLE")
	}
	toward := "TO"
	if action >= ast.Revoke {
		toward = "FROM"
	}
	if (p.wordAhead(0, "ROLE") || p.wordAhead(0, "ROLES")) && !p.wordAhead(1, "MANAGEMENT") && action != ast.Deny {
		p.advance()
		c := &ast.GrantRoles{Revoke: action != ast.Grant, Roles: p.accountNames()}
		p.expectWord(toward)
		c.Users = p.accountNames()
		c.Span = p.span(start)
		return c
	}
	c := &ast.GrantPrivileges{Action: action, Privileges: []string{p.privilege(toward)}}
	from := p.pos
	narrow := p.narrowing()
	for p.accept(token.Comma) {
		c.Privileges = append(c.Privileges, p.privilege(toward))
	}
	if p.acceptWord("ON") {
		c.Scope = p.grantScope()
		if !narrow {
			from = p.pos
		}
		narrow = p.elements() || narrow
	}
	if narrow {
		c.Part = p.skipTo(from, toward)
	}
	p.expectWord(toward)
	c.To = p.accountNames()
	c.Span = p.span(start)
	return c
}

// privilege reads the words of one privilege.
func (p *parser) privilege(toward string) string {
	var words []string
	for p.kind().Name() && p.kind() != token.QuotedIdentifier && !p.wordAhead(0, "ON") && !p.wordAhead(0, toward) && !p.failed() {
		words = append(words, strings.ToUpper(p.name()))
	}
	if len(words) == 0 {
		if p.noting {
			p.note("a privilege")
		}
		p.unexpected()
	}
	return strings.Join(words, " ")
}

// narrowing reads * or {*} behind a privilege; it reports whether something else
// is there that narrows the privilege.
func (p *parser) narrowing() bool {
	switch {
	case p.accept(token.Star):
		return false
	case p.kind() == token.LeftBrace && p.ahead(1) == token.Star && p.ahead(2) == token.RightBrace:
		p.pos += 3
		return false
	default:
		return p.kind() == token.LeftBrace || p.kind() == token.LeftParen
	}
}

// grantScope reads the place behind ON.
func (p *parser) grantScope() string {
	own := p.acceptWord("HOME") || p.acceptWord("DEFAULT")
	var scope string
	switch {
	case p.acceptWord("GRAPH"), p.acceptWord("GRAPHS"):
		scope = "GRAPH"
	case p.acceptWord("DATABASE"), p.acceptWord("DATABASES"):
		scope = "DATABASE"
	case p.acceptWord("DBMS"):
		return "DBMS"
	default:
		return "" // Memgraph's NODES CONTAINING LABELS, for example
	}
	if !own {
		p.accept(token.Star)
	}
	return scope
}

// elements reads NODES *, RELATIONSHIPS * or ELEMENTS *; it reports whether
// something else is there before the accounts.
func (p *parser) elements() bool {
	for _, word := range [...]string{"NODE", "NODES", "RELATIONSHIP", "RELATIONSHIPS", "ELEMENT", "ELEMENTS"} {
		if p.wordAhead(0, word) && p.ahead(1) == token.Star {
			p.pos += 2
			if p.kind() == token.LeftParen && p.ahead(1) == token.Star && p.ahead(2) == token.RightParen {
				p.pos += 3
			}
			break
		}
	}
	return !p.wordAhead(0, "TO") && !p.wordAhead(0, "FROM")
}

// skipTo moves to a word and returns the text from a token to there.
func (p *parser) skipTo(from int, word string) string {
	start := p.tokens[from].Start
	for !p.ended() && !p.wordAhead(0, word) {
		p.advance()
	}
	span := p.span(start)
	return p.text[start:max(start, span.End)]
}
