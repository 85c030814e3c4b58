package parser

import (
	"strings"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/token"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// commands is the grammar of the statements that the engine hands on. Words
// in capitals stand for themselves and make the name of the command, <key> is
// a value or a name, <key,> a list of them and <key...> the rest of the text.
// Brackets are optional; brackets without a value make a flag. The first row
// that matches up to the end of the statement wins.
var commands = [...]string{
	"RELOAD BOLT_SERVER TLS",
	"SET DATABASE SETTING <setting> TO <value>",
	"SET SESSION SETTING <setting> TO <value>",
	"RESET SESSION SETTING <setting>",
	"SET SESSION TRACE <value>",
	"SET GLOBAL TRANSACTION ISOLATION LEVEL <level...>",
	"SET SESSION TRANSACTION ISOLATION LEVEL <level...>",
	"SET NEXT TRANSACTION ISOLATION LEVEL <level...>",
	"SET REPLICATION ROLE TO <role...>",
	"SET GLOBAL PARAMETER <rest...>",
	"SET PARAMETER <rest...>",
	"CREATE DATABASE <database> [IF NOT EXISTS] [WAIT] [NOWAIT]",
	"CREATE OR REPLACE DATABASE <database> [WAIT] [NOWAIT]",
	"DROP DATABASE <database> [IF EXISTS] [RESTRICT] [DUMP DATA] [DESTROY DATA] [WAIT] [NOWAIT]",
	"START DATABASE <database> [WAIT] [NOWAIT]",
	"STOP DATABASE <database> [WAIT] [NOWAIT]",
	"RENAME DATABASE <database> TO <name>",
	"USE DATABASE <database>",
	"STORAGE MODE <mode>",
	"DROP GRAPH",
	"EDGE IMPORT MODE <mode>",
	"CREATE SNAPSHOT",
	"RECOVER SNAPSHOT <path> [FORCE]",
	"LOCK DATA DIRECTORY",
	"UNLOCK DATA DIRECTORY",
	"DATA DIRECTORY LOCK STATUS",
	"FREE MEMORY",
	"DUMP DATABASE",
	"ANALYZE GRAPH [ON LABELS <labels...>]",
	"CREATE TRIGGER <rest...>",
	"DROP TRIGGER <trigger>",
	"CREATE STREAM <rest...>",
	"CREATE KAFKA STREAM <rest...>",
	"CREATE PULSAR STREAM <rest...>",
	"START STREAM <rest...>",
	"STOP STREAM <rest...>",
	"CHECK STREAM <rest...>",
	"DROP STREAM <stream>",
	"REGISTER REPLICA <rest...>",
	"DROP REPLICA <replica>",
	"REGISTER INSTANCE <rest...>",
	"ADD COORDINATOR <rest...>",
	"CREATE ENUM <rest...>",
	"ALTER ENUM <rest...>",
	"DROP ENUM <enum>",
	"ENABLE TTL <rest...>",
	"DISABLE TTL",
	"CREATE ALIAS <alias> [IF NOT EXISTS] FOR DATABASE <database>",
	"CREATE OR REPLACE ALIAS <alias> FOR DATABASE <database>",
	"ALTER ALIAS <alias> [IF EXISTS] SET DATABASE TARGET <database>",
	"DROP ALIAS <alias> [IF EXISTS] FOR DATABASE",
	"CREATE ALIAS <rest...>",
	"ALTER ALIAS <rest...>",
	"CREATE SERVER <rest...>",
	"ENABLE SERVER <rest...>",
}

// shows is the grammar of what stands behind SHOW, in the same notation. A
// row with an arrow gives the name behind it.
var shows = [...]string{
	"INDEXES", "INDEX -> INDEXES", "ALL INDEXES -> INDEXES", "ALL INDEX -> INDEXES",
	"RANGE INDEXES", "RANGE INDEX -> RANGE INDEXES", "TEXT INDEXES", "TEXT INDEX -> TEXT INDEXES",
	"POINT INDEXES", "POINT INDEX -> POINT INDEXES", "FULLTEXT INDEXES", "FULLTEXT INDEX -> FULLTEXT INDEXES",
	"VECTOR INDEXES", "VECTOR INDEX -> VECTOR INDEXES", "LOOKUP INDEXES", "LOOKUP INDEX -> LOOKUP INDEXES",
	"CONSTRAINTS", "CONSTRAINT -> CONSTRAINTS", "ALL CONSTRAINTS -> CONSTRAINTS",
	"UNIQUE CONSTRAINTS", "UNIQUENESS CONSTRAINTS -> UNIQUE CONSTRAINTS", "NODE UNIQUE CONSTRAINTS",
	"REL UNIQUE CONSTRAINTS", "RELATIONSHIP UNIQUE CONSTRAINTS -> REL UNIQUE CONSTRAINTS",
	"EXISTENCE CONSTRAINTS", "EXIST CONSTRAINTS -> EXISTENCE CONSTRAINTS",
	"NODE EXISTENCE CONSTRAINTS", "REL EXISTENCE CONSTRAINTS", "KEY CONSTRAINTS", "NODE KEY CONSTRAINTS",
	"REL KEY CONSTRAINTS", "PROPERTY TYPE CONSTRAINTS",
	"INDEX INFO", "INDEXES INFO -> INDEX INFO", "CONSTRAINT INFO", "CONSTRAINTS INFO -> CONSTRAINT INFO",
	"STORAGE INFO", "STORAGE INFO ON CURRENT DATABASE", "STORAGE INFO ON DATABASE <database>",
	"BUILD INFO", "NODE_LABELS INFO", "EDGE_TYPES INFO", "METRICS INFO", "METRICS -> METRICS INFO",
	"ACTIVE USERS INFO", "ACTIVE USERS -> ACTIVE USERS INFO", "LICENSE INFO", "MEMORY INFO", "SCHEMA INFO",
	"VERSION", "CONFIG", "QUERY CALLABLE MAPPINGS",
	"DATABASE SETTINGS", "DATABASE SETTING <setting>", "SESSION SETTINGS", "SESSION SETTING <setting>",
	"DATABASES", "DATABASE", "DATABASE <database>", "DEFAULT DATABASE", "HOME DATABASE", "CURRENT DATABASE",
	"FUNCTIONS", "FUNCTION -> FUNCTIONS", "ALL FUNCTIONS -> FUNCTIONS", "BUILT IN FUNCTIONS", "USER DEFINED FUNCTIONS",
	"FUNCTIONS EXECUTABLE", "FUNCTIONS EXECUTABLE BY CURRENT USER -> FUNCTIONS EXECUTABLE",
	"FUNCTIONS EXECUTABLE BY <user>",
	"PROCEDURES", "PROCEDURE -> PROCEDURES", "PROCEDURES EXECUTABLE",
	"PROCEDURES EXECUTABLE BY CURRENT USER -> PROCEDURES EXECUTABLE", "PROCEDURES EXECUTABLE BY <user>",
	"TRANSACTIONS", "TRANSACTION -> TRANSACTIONS", "TRANSACTIONS <ids,>", "TRANSACTION <ids,> -> TRANSACTIONS",
	"SETTINGS", "SETTING -> SETTINGS", "SETTINGS <names,>", "SETTING <names,> -> SETTINGS",
	"CURRENT USER", "USERS", "USER -> USERS", "USERS WITH AUTH", "USERS FOR <role>", "ROLES", "ROLE -> ROLES",
	"ALL ROLES -> ROLES", "POPULATED ROLES", "ROLES WITH USERS", "ALL ROLES WITH USERS -> ROLES WITH USERS",
	"POPULATED ROLES WITH USERS", "ALL ROLES WITH USER -> ROLES WITH USERS", "ROLES WITH USER -> ROLES WITH USERS",
	"ROLE FOR <user>", "ROLES FOR <user> -> ROLE FOR", "CURRENT ROLE", "CURRENT ROLES -> CURRENT ROLE",
	"PRIVILEGES", "ALL PRIVILEGES -> PRIVILEGES", "USER PRIVILEGES", "USER <user> PRIVILEGES", "ROLE <role> PRIVILEGES",
	"PRIVILEGES FOR <user>", "SUPPORTED PRIVILEGES", "SERVERS", "SERVER -> SERVERS",
	"ALIASES FOR DATABASE", "ALIAS <alias> FOR DATABASE",
	"SNAPSHOTS", "NEXT SNAPSHOT", "TRIGGERS", "STREAMS", "REPLICATION ROLE", "REPLICAS", "REPLICATION LAG",
	"INSTANCES", "INSTANCE", "COORDINATOR SETTINGS", "ENUMS", "PARAMETERS", "TRANSACTION ISOLATION LEVEL",
}

// command reads one of the commands; it returns nil when the statement is
// none of them.
func (p *parser) command() ast.Body {
	start, first := p.start(), p.pos
	for _, row := range &commands {
		word, _, _ := strings.Cut(row, " ")
		if !p.wordAhead(0, word) {
			continue
		}
		c := &ast.Command{}
		if p.row(row, &c.Name, &c.Args) && p.ended() {
			c.Span = p.span(start)
			c.Source = p.text[c.Start:c.End]
			return c
		}
		p.pos = first
	}
	return nil
}

// ended reports whether the statement ends here.
func (p *parser) ended() bool { return p.kind() == token.EOF || p.kind() == token.Semicolon }

// show reads SHOW … [YIELD …] [WHERE …] [RETURN …].
func (p *parser) show() ast.Body {
	start := p.start()
	p.expect(token.Show)
	s := &ast.Show{}
	p.showSubject(s, shows[:])
	if s.Subject == "" {
		if p.noting {
			p.note("something that can be shown")
		}
		p.unexpected()
		return s
	}
	p.showTail(s)
	s.Span = p.span(start)
	return s
}

// terminations is the grammar behind TERMINATE.
var terminations = [...]string{"TRANSACTIONS <ids,>", "TRANSACTION <ids,> -> TRANSACTIONS"}

// terminate reads TERMINATE TRANSACTIONS … [YIELD …]; it returns nil when the
// statement is none.
func (p *parser) terminate() ast.Body {
	if !p.wordAhead(0, "TERMINATE") {
		return nil
	}
	start, first := p.start(), p.pos
	p.advance()
	s := &ast.Show{Verb: "TERMINATE"}
	p.showSubject(s, terminations[:])
	if s.Subject == "" {
		p.pos = first
		return nil
	}
	p.showTail(s)
	s.Span = p.span(start)
	return s
}

// showTail reads [YIELD …] [WHERE …] [RETURN …].
func (p *parser) showTail(s *ast.Show) {
	if p.at(token.Yield) {
		s.Yields = true
		s.YieldAll, s.Yield = p.yield()
		s.Order, s.Skip, s.Limit = p.order()
	}
	if p.accept(token.Where) {
		s.Where = p.expr()
	}
	if s.Yields && p.at(token.Return) {
		from := p.start()
		p.advance()
		s.Return = &ast.Return{}
		p.projection(&s.Return.Projection)
		s.Return.Span = p.span(from)
	}
}

// showSubject reads what to show; the longest row that fits wins, which an
// end, YIELD or WHERE behind it tells.
func (p *parser) showSubject(s *ast.Show, rows []string) {
	first, start := p.pos, p.start()
	for _, row := range rows {
		pattern, name, renamed := strings.Cut(row, " -> ")
		subject, args := "", []ast.Arg(nil)
		if p.row(pattern, &subject, &args) &&
			(p.ended() || p.kind() == token.Yield || p.kind() == token.Where) {
			s.Subject = subject
			s.Source = p.text[start:p.span(start).End]
			if renamed {
				s.Subject = name
			}
			s.Args = args
			return
		}
		p.pos = first
	}
}

// row reads one row of a table above. It reports whether all of it was there;
// the position is then behind it.
func (p *parser) row(row string, name *string, args *[]ast.Arg) bool {
	for row != "" && !p.failed() {
		var part string
		if row[0] == '[' {
			part, row, _ = strings.Cut(row[1:], "]")
			p.optionalRow(part, args)
		} else {
			part, row, _ = strings.Cut(row, " ")
			if !p.rowPart(part, name, args) {
				return false
			}
		}
		row = strings.TrimPrefix(row, " ")
	}
	return !p.failed()
}

// optionalRow reads the inside of brackets, all of it or nothing.
func (p *parser) optionalRow(part string, args *[]ast.Arg) {
	first, start, had := p.pos, p.start(), len(*args)
	words := ""
	if !p.row(part, &words, args) {
		p.pos, *args = first, (*args)[:had]
		return
	}
	if len(*args) == had {
		key := strings.ReplaceAll(strings.ToLower(words), " ", "_")
		*args = append(*args, ast.Arg{Span: p.span(start), Key: key})
	}
}

func (p *parser) rowPart(part string, name *string, args *[]ast.Arg) bool {
	start := p.start()
	if part[0] != '<' {
		if !p.wordAhead(0, part) {
			return false
		}
		p.advance()
		if *name != "" {
			*name += " "
		}
		*name += part
		return true
	}
	key := strings.TrimRight(part[1:len(part)-1], ".,")
	var value ast.Expr
	switch part[len(part)-2] {
	case '.':
		value = p.restOfText()
	case ',':
		value = p.commandList()
	default:
		value = p.commandValue()
	}
	if value == nil {
		return false
	}
	*args = append(*args, ast.Arg{Span: p.span(start), Key: key, Value: value})
	return true
}

// commandValue reads a literal, a parameter, or a name as a string literal;
// nil when there is none.
func (p *parser) commandValue() ast.Expr {
	start := p.start()
	switch k := p.kind(); {
	case k == token.String, k == token.Integer, k == token.Float, k == token.Dollar,
		k == token.True, k == token.False, k == token.Null:
		return p.primary()
	case k == token.QuotedIdentifier && p.ahead(1) != token.Dot:
		name := p.name()
		return &ast.Literal{Span: p.span(start), Value: graph.String(name)}
	case k.Name():
		name := p.dottedName()
		return &ast.Literal{Span: p.span(start), Value: graph.String(name)}
	}
	return nil
}

func (p *parser) commandList() ast.Expr {
	start := p.start()
	first := p.commandValue()
	if first == nil {
		return nil
	}
	if p.kind() != token.Comma {
		if _, parameter := first.(*ast.Parameter); parameter {
			return first
		}
	}
	list := &ast.ListLiteral{Items: []ast.Expr{first}}
	for p.accept(token.Comma) {
		item := p.commandValue()
		if item == nil {
			return nil
		}
		list.Items = append(list.Items, item)
	}
	list.Span = p.span(start)
	return list
}

// restOfText reads everything up to the end as one string.
func (p *parser) restOfText() ast.Expr {
	start := p.start()
	if p.ended() {
		return nil
	}
	for !p.ended() {
		p.advance()
	}
	span := p.span(start)
	return &ast.Literal{Span: span, Value: graph.String(p.text[span.Start:span.End])}
}
