package ast

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Detail names what is wrong with a statement. The words are those of the
// openCypher compatibility kit, which clients and tests look for; a few name
// what the kit has no word for.
type Detail string

// The details of errors that are found before a statement runs.
const (
	AmbiguousAggregationExpression  Detail = "AmbiguousAggregationExpression"
	ColumnNameConflict              Detail = "ColumnNameConflict"
	CreatingVarLength               Detail = "CreatingVarLength"
	DifferentColumnsInUnion         Detail = "DifferentColumnsInUnion"
	FloatingPointOverflow           Detail = "FloatingPointOverflow"
	IntegerOverflow                 Detail = "IntegerOverflow"
	InvalidAggregation              Detail = "InvalidAggregation"
	InvalidArgumentPassingMode      Detail = "InvalidArgumentPassingMode"
	InvalidArgumentType             Detail = "InvalidArgumentType"
	InvalidArgumentValue            Detail = "InvalidArgumentValue"
	InvalidClauseComposition        Detail = "InvalidClauseComposition"
	InvalidDelete                   Detail = "InvalidDelete"
	InvalidNumberLiteral            Detail = "InvalidNumberLiteral"
	InvalidNumberOfArguments        Detail = "InvalidNumberOfArguments"
	InvalidParameterUse             Detail = "InvalidParameterUse"
	InvalidRelationshipPattern      Detail = "InvalidRelationshipPattern"
	InvalidUnicodeCharacter         Detail = "InvalidUnicodeCharacter"
	InvalidUnicodeLiteral           Detail = "InvalidUnicodeLiteral"
	MissingParameter                Detail = "MissingParameter"
	NegativeIntegerArgument         Detail = "NegativeIntegerArgument"
	NestedAggregation               Detail = "NestedAggregation"
	NoExpressionAlias               Detail = "NoExpressionAlias"
	NonConstantExpression           Detail = "NonConstantExpression"
	NoSingleRelationshipType        Detail = "NoSingleRelationshipType"
	NoVariablesInScope              Detail = "NoVariablesInScope"
	ProcedureNotFound               Detail = "ProcedureNotFound"
	RelationshipUniquenessViolation Detail = "RelationshipUniquenessViolation"
	RequiresDirectedRelationship    Detail = "RequiresDirectedRelationship"
	UndefinedVariable               Detail = "UndefinedVariable"
	UnexpectedSyntax                Detail = "UnexpectedSyntax"
	UnknownFunction                 Detail = "UnknownFunction"
	VariableAlreadyBound            Detail = "VariableAlreadyBound"
	VariableTypeConflict            Detail = "VariableTypeConflict"

	// LimitExceeded reports a statement that is nested too deeply or too long.
	LimitExceeded Detail = "LimitExceeded"
)

// A Class is the kind of an [Error] for a client, independent of its detail.
type Class uint8

// The classes. Almost every error before a statement runs is a syntax error;
// the others have codes of their own on the wire.
const (
	SyntaxError Class = iota
	TypeError
	ProcedureError
	ParameterMissing
)

// String returns the name that the compatibility kit has for the class.
func (c Class) String() string {
	return [...]string{"SyntaxError", "TypeError", "ProcedureError", "ParameterMissing"}[c]
}

// A Position is a place in the source text.
type Position struct {
	// Offset counts bytes from 0.
	Offset int
	// Line and Column count from 1; a column is one character.
	Line, Column int
}

// PositionAt returns the position of a byte of text. An offset beyond the
// text stands for its end.
func PositionAt(text string, offset int32) Position {
	before := text[:min(max(int(offset), 0), len(text))]
	line := strings.LastIndexByte(before, '\n') + 1
	return Position{
		Offset: len(before),
		Line:   strings.Count(before, "\n") + 1,
		Column: utf8.RuneCountInString(before[line:]) + 1,
	}
}

// An Error is a fault of a statement that is found before it runs. The parser
// and the semantic analysis return it.
type Error struct {
	Class   Class
	Detail  Detail
	Message string
	// InOperator says that an operator does not take its operands.
	InOperator bool
	Position
	// Expected lists what the parser could have read instead; nil for the
	// analysis.
	Expected []string
	// Snippet is the line at fault, shortened when it is long, and a caret
	// under the place, separated by a line feed.
	Snippet string
}

// NewError returns an error at a byte of text.
func NewError(text string, offset int32, detail Detail, message string) *Error {
	e := &Error{Detail: detail, Message: message, Position: PositionAt(text, offset)}
	e.Snippet = snippet(text, e.Position)
	return e
}

// Error returns the detail word, the message, the place and the snippet.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Detail))
	b.WriteString(": ")
	b.WriteString(e.Message)
	b.WriteString(" (line ")
	b.WriteString(strconv.Itoa(e.Line))
	b.WriteString(", column ")
	b.WriteString(strconv.Itoa(e.Column))
	b.WriteString(" (offset: ")
	b.WriteString(strconv.Itoa(e.Offset))
	b.WriteString("))")
	if e.Snippet != "" {
		b.WriteByte('\n')
		b.WriteString(e.Snippet)
	}
	return b.String()
}

// snippetWidth is how many characters a snippet shows on each side of the
// fault: enough to recognise the place, short enough for a log line.
const snippetWidth = 60

func snippet(text string, p Position) string {
	start := strings.LastIndexByte(text[:p.Offset], '\n') + 1
	line := text[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	// Control characters, tabs too, would move the caret.
	runes := []rune(strings.Map(blankControl, strings.TrimSuffix(line, "\r")))
	column := min(p.Column-1, len(runes))
	from, to := max(column-snippetWidth, 0), min(column+snippetWidth, len(runes))
	prefix, suffix := "", ""
	if from > 0 {
		prefix = "..."
	}
	if to < len(runes) {
		suffix = "..."
	}
	quoted := `"` + prefix + string(runes[from:to]) + suffix + `"`
	return quoted + "\n" + strings.Repeat(" ", 1+len(prefix)+column-from) + "^"
}

func blankControl(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}
