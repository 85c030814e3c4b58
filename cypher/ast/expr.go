package ast

import "github.com/drawbolt/drawbolt/storage/graph"

// An Expr is an expression.
type Expr interface {
	Node
	expr()
}

// A Literal is a constant: null, a boolean, a number or a string.
type Literal struct {
	Span
	Value graph.Value
	// Slot is 0 for a constant of the plan. Otherwise the plan is shared by
	// texts with other literals here, and must take the value with the number
	// Slot - 1 from what comes with the run; Value is an example. Negated asks
	// for the negative of that value.
	Slot    int32
	Negated bool
}

// A Parameter is a value that comes with the request: $name.
type Parameter struct {
	Span
	Name string
}

// A Variable is a name that is bound in the statement, at its binding and at
// each use.
type Variable struct {
	Span
	Name string
	// Symbol is what the name is bound to; set by the analysis.
	Symbol *Symbol
}

// A Property reads a property of an entity, an entry of a map or a component
// of a temporal value or a point: subject.key.
type Property struct {
	Span
	Subject Expr
	Key     string
}

// An Index reads an element of a list or a property with a computed name:
// subject[index].
type Index struct {
	Span
	Subject Expr
	Index   Expr
}

// A Slice is a part of a list: subject[from..to]. A missing bound is nil.
type Slice struct {
	Span
	Subject  Expr
	From, To Expr
}

// A ListLiteral is a list: [a, b].
type ListLiteral struct {
	Span
	Items []Expr
}

// A MapLiteral is a map: {a: 1}. A later entry with the same key wins.
type MapLiteral struct {
	Span
	Entries []MapEntry
}

// A MapEntry is one key and value of a [MapLiteral].
type MapEntry struct {
	Span
	Key   string
	Value Expr
}

// A MapProjection takes entries out of a map or an entity: n {.a, .*, b: 1, c}.
type MapProjection struct {
	Span
	Subject Expr
	Items   []MapItem
}

// A MapItem is one entry of a [MapProjection].
type MapItem struct {
	Span
	// All is .*; the other fields are then empty.
	All bool
	// Key is the name in the result.
	Key string
	// Value is nil for .key, the property of the subject with that name; a
	// bare variable v reads as v: v.
	Value Expr
}

// An Op is the operator of a [Unary], [Binary] or [Comparison].
type Op uint8

// The operators.
const (
	Or Op = iota + 1
	Xor
	And
	Not
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	RegexMatch
	StartsWith
	EndsWith
	Contains
	InList
	IsNull
	IsNotNull
	Concat
	Add
	Subtract
	Multiply
	Divide
	Modulo
	Power
	Plus
	Negate
	opEnd
)

// A Unary is NOT x, x IS NULL, x IS NOT NULL, +x or -x. A minus in front of a
// number is part of the literal.
type Unary struct {
	Span
	Op Op
	X  Expr
}

// A Binary is an operator with two operands, single comparisons included.
type Binary struct {
	Span
	Op          Op
	Left, Right Expr
}

// A Comparison is a chain of at least two comparisons, a < b <= c, which
// stands for a < b AND b <= c. Ops has one entry less than Operands.
type Comparison struct {
	Span
	Operands []Expr
	Ops      []Op
}

// A TypePredicate asks for the type of a value: x IS [NOT] :: type.
type TypePredicate struct {
	Span
	X    Expr
	Not  bool
	Type *TypeName
}

// A TypeName is a type as it is written in type predicates and constraints.
type TypeName struct {
	Span
	// Name is upper-case, words separated by one blank: "ZONED DATETIME". A
	// list has the name "LIST" and Elem; a union has Union and no name.
	Name    string
	Elem    *TypeName
	Union   []*TypeName
	NotNull bool
}

// A Normalized asks whether a text is in a Unicode normal form.
type Normalized struct {
	Span
	X   Expr
	Not bool
	// Form is "NFC", "NFD", "NFKC" or "NFKD"; NFC when not given.
	Form string
}

// A LabelPredicate asks for labels of a node or the type of a relationship:
// n:A|B.
type LabelPredicate struct {
	Span
	X      Expr
	Labels LabelExpr
}

// A Call calls a function by its full name.
type Call struct {
	Span
	// Name is as written, parts joined by dots.
	Name     string
	Distinct bool
	Args     []Expr
	// Aggregate is set by the analysis for aggregating functions.
	Aggregate bool
}

// A CountStar is count(*).
type CountStar struct{ Span }

// A Case is CASE … END. Without a subject each condition is a predicate.
type Case struct {
	Span
	Subject Expr
	Whens   []When
	// Else is nil without ELSE: the value is then null.
	Else Expr
}

// A When is one branch of a [Case].
type When struct {
	Span
	// Conds has more than one entry only with a subject. An entry that begins
	// with an operator, WHEN > 3, is a [Binary], [Unary] or the like whose left
	// operand is a [CaseSubject].
	Conds []Expr
	Then  Expr
}

// A CaseSubject stands for the subject of the innermost [Case] in a condition
// that begins with an operator.
type CaseSubject struct{ Span }

// A ListComprehension is [x IN list WHERE cond | expr]. Without a map
// expression the elements stay as they are.
type ListComprehension struct {
	Span
	Var   *Variable
	List  Expr
	Where Expr
	Map   Expr
}

// A PatternComprehension is [(a)-->(b) WHERE cond | expr].
type PatternComprehension struct {
	Span
	Path  *PathPattern
	Where Expr
	Map   Expr
}

// A PatternExpr is a pattern where an expression is expected: a predicate
// that it exists, or a path from shortestPath.
type PatternExpr struct {
	Span
	Path *PathPattern
}

// A ListPredicate is all, any, none or single over a list.
type ListPredicate struct {
	Span
	Kind  ListPredicateKind
	Var   *Variable
	List  Expr
	Where Expr
}

// A ListPredicateKind names a [ListPredicate].
type ListPredicateKind uint8

// The quantifiers.
const (
	AllOf ListPredicateKind = iota + 1
	AnyOf
	NoneOf
	SingleOf
)

// An Interpolation is a text with expressions in it, s'a {1 + 1} b'. Its parts
// are expressions; what stands between them are literals.
type Interpolation struct {
	Span
	Parts []Expr
}

// A Reduce folds a list: reduce(acc = init, x IN list | expr). With All it is
// allReduce(acc = init, x IN list | expr, all), the condition that All is true
// for each value of the accumulator but the first.
type Reduce struct {
	Span
	Acc  *Variable
	Init Expr
	Var  *Variable
	List Expr
	Expr Expr
	All  Expr
}

// A Subquery is EXISTS, COUNT or COLLECT over a query in braces. A bare
// pattern in the braces reads as a query with one [Match].
type Subquery struct {
	Span
	Kind  SubqueryKind
	Query *Query
}

// A SubqueryKind names a [Subquery].
type SubqueryKind uint8

// The subquery expressions.
const (
	Exists SubqueryKind = iota + 1
	Count
	Collect
)

func (*Literal) expr()              {}
func (*Parameter) expr()            {}
func (*Variable) expr()             {}
func (*Property) expr()             {}
func (*Index) expr()                {}
func (*Slice) expr()                {}
func (*ListLiteral) expr()          {}
func (*MapLiteral) expr()           {}
func (*MapProjection) expr()        {}
func (*Unary) expr()                {}
func (*Binary) expr()               {}
func (*Comparison) expr()           {}
func (*TypePredicate) expr()        {}
func (*Normalized) expr()           {}
func (*LabelPredicate) expr()       {}
func (*Call) expr()                 {}
func (*CountStar) expr()            {}
func (*Case) expr()                 {}
func (*CaseSubject) expr()          {}
func (*ListComprehension) expr()    {}
func (*PatternComprehension) expr() {}
func (*PatternExpr) expr()          {}
func (*ListPredicate) expr()        {}
func (*Interpolation) expr()        {}
func (*Reduce) expr()               {}
func (*Subquery) expr()             {}
