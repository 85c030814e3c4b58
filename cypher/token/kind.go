package token

// A Kind classifies a [Token].
type Kind uint8

// The kinds that carry text: names, numbers and strings. Parameters are the
// kind [Dollar] followed by a name or a number.
const (
	// EOF ends every token array.
	EOF Kind = iota
	// Identifier is an unquoted name that is no keyword.
	Identifier
	// QuotedIdentifier is a name in backticks, which belong to the token.
	QuotedIdentifier
	// Integer is a decimal, hexadecimal or octal integer without its sign.
	Integer
	// Float is a number with a fraction or an exponent, without its sign.
	Float
	// String is a text in single or double quotes, which belong to the token.
	String
	// Interpolated is a text in quotes behind an s, with expressions in braces.
	Interpolated
)

// The punctuation and the operators that are no words.
const (
	// LeftParen is spelled ( in a text.
	LeftParen Kind = iota + Interpolated + 1
	// RightParen is spelled ) in a text.
	RightParen
	// LeftBracket is spelled [ in a text.
	LeftBracket
	// RightBracket is spelled ] in a text.
	RightBracket
	// LeftBrace is spelled { in a text.
	LeftBrace
	// RightBrace is spelled } in a text.
	RightBrace
	// Comma is spelled , in a text.
	Comma
	// Semicolon is spelled ; in a text.
	Semicolon
	// Colon is spelled : in a text.
	Colon
	// DoubleColon is spelled :: in a text.
	DoubleColon
	// Dot is spelled . in a text.
	Dot
	// DotDot is spelled .. in a text.
	DotDot
	// Pipe is spelled | in a text.
	Pipe
	// DoublePipe is spelled || in a text.
	DoublePipe
	// Ampersand is spelled & in a text.
	Ampersand
	// Exclamation is spelled ! in a text.
	Exclamation
	// Percent is spelled % in a text.
	Percent
	// Dollar is spelled $ in a text.
	Dollar
	// Plus is spelled + in a text.
	Plus
	// PlusEqual is spelled += in a text.
	PlusEqual
	// Minus is spelled - in a text.
	Minus
	// Star is spelled * in a text.
	Star
	// Slash is spelled / in a text.
	Slash
	// Caret is spelled ^ in a text.
	Caret
	// Equal is spelled = in a text.
	Equal
	// NotEqual is spelled <> in a text.
	NotEqual
	// BangEqual is spelled != in a text.
	BangEqual
	// Less is spelled < in a text.
	Less
	// LessEqual is spelled <= in a text.
	LessEqual
	// Greater is spelled > in a text.
	Greater
	// GreaterEqual is spelled >= in a text.
	GreaterEqual
	// RegexMatch is spelled =~ in a text.
	RegexMatch
)

// The keywords, in alphabetical order: [Lookup] relies on it.
const (
	// All is the word ALL.
	All Kind = iota + RegexMatch + 1
	// AllShortestPaths is the word ALLSHORTESTPATHS.
	AllShortestPaths
	// And is the word AND.
	And
	// Any is the word ANY.
	Any
	// As is the word AS.
	As
	// Asc is the word ASC.
	Asc
	// Ascending is the word ASCENDING.
	Ascending
	// Begin is the word BEGIN.
	Begin
	// By is the word BY.
	By
	// Call is the word CALL.
	Call
	// Case is the word CASE.
	Case
	// Collect is the word COLLECT.
	Collect
	// Commit is the word COMMIT.
	Commit
	// Contains is the word CONTAINS.
	Contains
	// Count is the word COUNT.
	Count
	// Create is the word CREATE.
	Create
	// Cypher is the word CYPHER.
	Cypher
	// Delete is the word DELETE.
	Delete
	// Desc is the word DESC.
	Desc
	// Descending is the word DESCENDING.
	Descending
	// Detach is the word DETACH.
	Detach
	// Distinct is the word DISTINCT.
	Distinct
	// Drop is the word DROP.
	Drop
	// Else is the word ELSE.
	Else
	// End is the word END.
	End
	// Ends is the word ENDS.
	Ends
	// Exists is the word EXISTS.
	Exists
	// Explain is the word EXPLAIN.
	Explain
	// False is the word FALSE.
	False
	// Finish is the word FINISH.
	Finish
	// Foreach is the word FOREACH.
	Foreach
	// In is the word IN.
	In
	// Insert is the word INSERT.
	Insert
	// Is is the word IS.
	Is
	// Limit is the word LIMIT.
	Limit
	// Load is the word LOAD.
	Load
	// Match is the word MATCH.
	Match
	// Merge is the word MERGE.
	Merge
	// NoDetach is the word NODETACH.
	NoDetach
	// None is the word NONE.
	None
	// Not is the word NOT.
	Not
	// Null is the word NULL.
	Null
	// Offset is the word OFFSET.
	Offset
	// On is the word ON.
	On
	// Optional is the word OPTIONAL.
	Optional
	// Or is the word OR.
	Or
	// Order is the word ORDER.
	Order
	// Profile is the word PROFILE.
	Profile
	// Reduce is the word REDUCE.
	Reduce
	// Remove is the word REMOVE.
	Remove
	// Return is the word RETURN.
	Return
	// Rollback is the word ROLLBACK.
	Rollback
	// Set is the word SET.
	Set
	// ShortestPath is the word SHORTESTPATH.
	ShortestPath
	// Show is the word SHOW.
	Show
	// Single is the word SINGLE.
	Single
	// Skip is the word SKIP.
	Skip
	// Starts is the word STARTS.
	Starts
	// Then is the word THEN.
	Then
	// True is the word TRUE.
	True
	// Union is the word UNION.
	Union
	// Unwind is the word UNWIND.
	Unwind
	// Use is the word USE.
	Use
	// Using is the word USING.
	Using
	// When is the word WHEN.
	When
	// Where is the word WHERE.
	Where
	// With is the word WITH.
	With
	// Xor is the word XOR.
	Xor
	// Yield is the word YIELD.
	Yield

	kindCount
)

// names holds what [Kind.String] prints and, for keywords, the upper-case
// spelling that [Lookup] compares with.
var names = [kindCount]string{
	EOF: "end of input", Identifier: "identifier", QuotedIdentifier: "quoted identifier",
	Integer: "integer", Float: "float", String: "string",
	Interpolated: "string",

	LeftParen:        "(",
	RightParen:       ")",
	LeftBracket:      "[",
	RightBracket:     "]",
	LeftBrace:        "{",
	RightBrace:       "}",
	Comma:            ",",
	Semicolon:        ";",
	Colon:            ":",
	DoubleColon:      "::",
	Dot:              ".",
	DotDot:           "..",
	Pipe:             "|",
	DoublePipe:       "||",
	Ampersand:        "&",
	Exclamation:      "!",
	Percent:          "%",
	Dollar:           "$",
	Plus:             "+",
	PlusEqual:        "+=",
	Minus:            "-",
	Star:             "*",
	Slash:            "/",
	Caret:            "^",
	Equal:            "=",
	NotEqual:         "<>",
	BangEqual:        "!=",
	Less:             "<",
	LessEqual:        "<=",
	Greater:          ">",
	GreaterEqual:     ">=",
	RegexMatch:       "=~",
	All:              "ALL",
	AllShortestPaths: "ALLSHORTESTPATHS",
	And:              "AND",
	Any:              "ANY",
	As:               "AS",
	Asc:              "ASC",
	Ascending:        "ASCENDING",
	Begin:            "BEGIN",
	By:               "BY",
	Call:             "CALL",
	Case:             "CASE",
	Collect:          "COLLECT",
	Commit:           "COMMIT",
	Contains:         "CONTAINS",
	Count:            "COUNT",
	Create:           "CREATE",
	Cypher:           "CYPHER",
	Delete:           "DELETE",
	Desc:             "DESC",
	Descending:       "DESCENDING",
	Detach:           "DETACH",
	Distinct:         "DISTINCT",
	Drop:             "DROP",
	Else:             "ELSE",
	End:              "END",
	Ends:             "ENDS",
	Exists:           "EXISTS",
	Explain:          "EXPLAIN",
	False:            "FALSE",
	Finish:           "FINISH",
	Foreach:          "FOREACH",
	In:               "IN",
	Insert:           "INSERT",
	Is:               "IS",
	Limit:            "LIMIT",
	Load:             "LOAD",
	Match:            "MATCH",
	Merge:            "MERGE",
	NoDetach:         "NODETACH",
	None:             "NONE",
	Not:              "NOT",
	Null:             "NULL",
	Offset:           "OFFSET",
	On:               "ON",
	Optional:         "OPTIONAL",
	Or:               "OR",
	Order:            "ORDER",
	Profile:          "PROFILE",
	Reduce:           "REDUCE",
	Remove:           "REMOVE",
	Return:           "RETURN",
	Rollback:         "ROLLBACK",
	Set:              "SET",
	ShortestPath:     "SHORTESTPATH",
	Show:             "SHOW",
	Single:           "SINGLE",
	Skip:             "SKIP",
	Starts:           "STARTS",
	Then:             "THEN",
	True:             "TRUE",
	Union:            "UNION",
	Unwind:           "UNWIND",
	Use:              "USE",
	Using:            "USING",
	When:             "WHEN",
	Where:            "WHERE",
	With:             "WITH",
	Xor:              "XOR",
	Yield:            "YIELD",
}

// firstKeyword holds, for each letter, the first keyword that is not before
// it in the alphabet; the last entry ends the table.
var firstKeyword = [27]Kind{
	All, Begin, Call, Delete, Else, False,
	In, In, In, Limit, Limit, Limit,
	Match, NoDetach, Offset, Profile, Reduce, Reduce,
	Set, Then, Union, When, When, Xor,
	Yield, kindCount, kindCount,
}
