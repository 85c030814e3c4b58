package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/drawbolt/drawbolt/cmd/boltcheck/jolt"
)

// A syntaxError reports code that can not be read.
type syntaxError struct {
	offset int
	reason string
}

func (e *syntaxError) Error() string { return e.reason }

// An expression is a node of a condition or of the right side of an assignment.
type expression struct {
	op    string // operator, "" for a constant, "name" for a variable, "list"
	value jolt.Value
	name  string
	args  []*expression // of a chain of comparisons: one more than in chain
	chain []string
	line  int // of the script, at the top only
}

// An assignment is a statement. Without a name its value is thrown away.
type assignment struct {
	name  string
	op    string // of +=: "+"
	value *expression
	line  int
}

// A token is a piece of code. Names and numbers have letters and digits; a
// string keeps its value in text.
type token struct {
	kind   byte // one of n name, 0 number, " string, o operator, 0 at the end
	text   string
	offset int
}

const (
	tokenName     = 'n'
	tokenNumber   = '1'
	tokenString   = '"'
	tokenOperator = 'o'
	tokenEnd      = 0
)

// operators are the operators of more than one character, and all others.
var operators = []string{
	"//=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "//",
	"<", ">", "=", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ";",
}

func isName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// tokens cuts code into pieces.
func tokens(code string) ([]token, error) {
	var list []token
	for at := 0; at < len(code); {
		rest := code[at:]
		word := rest[:len(rest)-len(strings.TrimLeftFunc(rest, isName))]
		switch c := rest[0]; {
		case c == ' ' || c == '\t':
			at++
			continue
		case c == '#':
			at = len(code)
			continue
		case c >= '0' && c <= '9' || c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
			number := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789.eE_"))]
			list = append(list, token{tokenNumber, number, at})
			at += len(number)
			continue
		case c == '"' || c == '\'':
			value, size := quoted(rest)
			if size == 0 {
				return nil, &syntaxError{at, "the string does not end"}
			}
			list = append(list, token{tokenString, value, at})
			at += size
			continue
		case word != "":
			list = append(list, token{tokenName, word, at})
			at += len(word)
			continue
		}
		i := slices.IndexFunc(operators, func(op string) bool { return strings.HasPrefix(rest, op) })
		if i < 0 {
			r, _ := utf8.DecodeRuneInString(rest)
			return nil, &syntaxError{at, fmt.Sprintf("%q is not understood here", r)}
		}
		list = append(list, token{tokenOperator, operators[i], at})
		at += len(operators[i])
	}
	return append(list, token{offset: len(code)}), nil
}

// quoted reads a string at the start of code. Size is 0 when it does not end.
func quoted(code string) (value string, size int) {
	escapes := strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n", `\t`, "\t")
	for i := 1; i < len(code); i++ {
		switch code[i] {
		case '\\':
			i++
		case code[0]:
			return escapes.Replace(code[1:i]), i + 1
		}
	}
	return "", 0
}

// A codeParser reads statements and expressions.
type codeParser struct {
	list  []token
	next  int
	depth int
}

func (c *codeParser) peek() token { return c.list[c.next] }

// take consumes the next token if it is one of the given operators or words.
func (c *codeParser) take(texts ...string) (string, bool) {
	t := c.peek()
	if t.kind != tokenOperator && t.kind != tokenName || !slices.Contains(texts, t.text) {
		return "", false
	}
	c.next++
	return t.text, true
}

func (c *codeParser) fault(format string, args ...any) error {
	return &syntaxError{c.peek().offset, fmt.Sprintf(format, args...)}
}

// parseStatements reads statements that semicolons separate.
func parseStatements(code string) ([]assignment, error) {
	list, err := tokens(code)
	if err != nil {
		return nil, err
	}
	c := &codeParser{list: list}
	var statements []assignment
	for {
		a, err := c.statement()
		if err != nil {
			return nil, err
		}
		statements = append(statements, a)
		_, more := c.take(";")
		switch {
		case c.peek().kind == tokenEnd:
			return statements, nil
		case !more:
			return nil, c.fault("the statement ends before %q", c.peek().text)
		}
	}
}

func (c *codeParser) statement() (assignment, error) {
	var a assignment
	if t := c.peek(); t.kind == tokenName && c.next+1 < len(c.list) && !isKeyword(t.text) {
		c.next++
		if op, ok := c.take("=", "+=", "-=", "*=", "/=", "//=", "%="); ok {
			a.name, a.op = t.text, strings.TrimSuffix(op, "=")
		} else {
			c.next--
		}
	}
	var err error
	a.value, err = c.expression()
	return a, err
}

func isKeyword(name string) bool {
	switch name {
	case "and", "or", "not", "in", "is", "True", "False", "None", "if", "else":
		return true
	}
	return false
}

// parseExpression reads a condition.
func parseExpression(code string) (*expression, error) {
	list, err := tokens(code)
	if err != nil {
		return nil, err
	}
	c := &codeParser{list: list}
	e, err := c.expression()
	if err == nil && c.peek().kind != tokenEnd {
		err = c.fault("the condition ends before %q", c.peek().text)
	}
	return e, err
}

// expression reads `and` and `or`, and what binds closer.
func (c *codeParser) expression() (*expression, error) {
	if c.depth++; c.depth > maxDepth {
		return nil, c.fault("nested deeper than %d", maxDepth)
	}
	defer func() { c.depth-- }()
	return c.binary(func() (*expression, error) {
		return c.binary(c.negation, "and")
	}, "or")
}

// binary reads operands between operators of one rank.
func (c *codeParser) binary(operand func() (*expression, error), ops ...string) (*expression, error) {
	left, err := operand()
	for err == nil {
		op, ok := c.take(ops...)
		if !ok {
			break
		}
		var right *expression
		right, err = operand()
		left = &expression{op: op, args: []*expression{left, right}}
	}
	return left, err
}

func (c *codeParser) negation() (*expression, error) {
	count := 0
	for {
		if _, ok := c.take("not"); !ok {
			break
		}
		count++
	}
	e, err := c.comparison()
	if count%2 == 1 {
		e = &expression{op: "not", args: []*expression{e}}
	} else if count > 0 {
		e = &expression{op: "bool", args: []*expression{e}}
	}
	return e, err
}

// comparison reads a chain such as a < b <= c.
func (c *codeParser) comparison() (*expression, error) {
	first, err := c.sum()
	chain := &expression{op: "compare", args: []*expression{first}}
	for err == nil {
		op, ok := c.take("==", "!=", "<=", ">=", "<", ">", "in", "is", "not")
		if !ok {
			break
		}
		switch op {
		case "is":
			op = "=="
			if _, not := c.take("not"); not {
				op = "!="
			}
		case "not":
			if _, in := c.take("in"); !in {
				return nil, c.fault(`"in" is missing behind "not"`)
			}
			op = "not in"
		}
		var next *expression
		next, err = c.sum()
		chain.chain, chain.args = append(chain.chain, op), append(chain.args, next)
	}
	if len(chain.chain) == 0 {
		return first, err
	}
	return chain, err
}

func (c *codeParser) sum() (*expression, error) {
	return c.binary(func() (*expression, error) {
		return c.binary(c.sign, "*", "//", "/", "%")
	}, "+", "-")
}

func (c *codeParser) sign() (*expression, error) {
	negative := false
	for {
		op, ok := c.take("-", "+")
		if !ok {
			break
		}
		negative = negative != (op == "-")
	}
	e, err := c.atom()
	if negative {
		e = &expression{op: "-", args: []*expression{{value: jolt.Int(0)}, e}}
	}
	return e, err
}

func (c *codeParser) atom() (*expression, error) {
	t := c.peek()
	if _, ok := c.take("("); ok {
		e, err := c.expression()
		if _, ok := c.take(")"); err == nil && !ok {
			err = c.fault("the closing ) is missing")
		}
		return e, err
	}
	if _, ok := c.take("["); ok {
		return c.items()
	}
	if t.kind == tokenEnd {
		return nil, c.fault("a value is missing at the end")
	}
	if t.kind == tokenOperator {
		return nil, c.fault("a value is wanted here, not %q", t.text)
	}
	c.next++
	switch {
	case t.kind == tokenString:
		return &expression{value: jolt.String(t.text)}, nil
	case t.kind == tokenNumber:
		digits := strings.ReplaceAll(t.text, "_", "")
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return &expression{value: jolt.Int(n)}, nil
		}
		f, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return nil, &syntaxError{t.offset, fmt.Sprintf("%s is no number", t.text)}
		}
		return &expression{value: jolt.Float(f)}, nil
	case t.text == "True" || t.text == "False":
		return &expression{value: jolt.Bool(t.text == "True")}, nil
	case t.text == "None":
		return &expression{value: jolt.Null()}, nil
	case isKeyword(t.text):
		return nil, &syntaxError{t.offset, fmt.Sprintf("a value is wanted here, not %q", t.text)}
	case c.peek().kind == tokenOperator && (c.peek().text == "(" || c.peek().text == "["):
		return nil, c.fault("calls and indexes are not part of the language")
	default:
		return &expression{op: "name", name: t.text}, nil
	}
}

// items reads a list behind its opening bracket.
func (c *codeParser) items() (*expression, error) {
	e := &expression{op: "list"}
	for {
		if _, ok := c.take("]"); ok {
			return e, nil
		}
		item, err := c.expression()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, item)
		if _, ok := c.take(","); ok {
			continue
		}
		if _, ok := c.take("]"); !ok {
			return nil, c.fault("the closing ] is missing")
		}
		return e, nil
	}
}
