package ast

// A Span is the part [Start, End) of the source text, in bytes, that a node
// was read from.
type Span struct {
	Start, End int32
}

// Range returns the span itself; nodes inherit it by embedding.
func (s Span) Range() Span { return s }

// A Node is any part of the tree. Only this package implements it.
type Node interface {
	// Range returns where the node stands in the source text.
	Range() Span
	appendTo(dst []byte) []byte
}

// A Statement is one request to the engine.
type Statement struct {
	Span
	// Text is the source as the client sent it.
	Text string
	// Mode tells a plain run from EXPLAIN and PROFILE.
	Mode Mode
	// Version is the language version of a CYPHER prefix, "" without one.
	Version string
	// Options are the key=value pairs of a CYPHER prefix, in order.
	Options []Option
	// Directives are Memgraph's USING … and QUERY MEMORY LIMIT around a query.
	Directives []Directive
	// Use chooses the database of a schema command or of SHOW; the parts of a
	// query have their own.
	Use *Use
	// Body is what to do.
	Body Body
}

// A Mode tells whether a statement is run, explained or profiled.
type Mode uint8

// The modes of a statement.
const (
	Run Mode = iota
	Explain
	Profile
)

// An Option is one key=value pair of a CYPHER prefix.
type Option struct {
	Span
	Key, Value string
}

// A Directive changes how a whole query runs. Hints for the planner may be
// ignored; limits may not.
type Directive struct {
	Span
	Kind DirectiveKind
	// Value is the number of DirectiveHopsLimit and DirectivePeriodicCommit,
	// the bytes of DirectiveMemoryLimit (nil for UNLIMITED), and the number of
	// threads of DirectiveParallel (nil when not given).
	Value Expr
}

// A DirectiveKind names a [Directive].
type DirectiveKind uint8

// The directives.
const (
	DirectiveHopsLimit DirectiveKind = iota + 1
	DirectivePeriodicCommit
	DirectiveParallel
	DirectiveMemoryLimit
)

// A Body is what a statement does: a [Query], a schema command, [Show],
// [Transaction] or [Command].
type Body interface {
	Node
	body()
}

// A Query is one or more parts joined by UNION.
type Query struct {
	Span
	Parts []*Part
}

// A Part is a sequence of clauses.
type Part struct {
	Span
	// Combine says how the part is joined to the one before it; the first part
	// has CombineNone.
	Combine Combine
	Clauses []Clause
}

// A Combine is the set operation in front of a [Part].
type Combine uint8

// The set operations.
const (
	CombineNone Combine = iota
	CombineUnion
	CombineUnionAll
)

// A Symbol is what a variable is bound to: one per binding, shared by every
// use. The semantic analysis makes them.
type Symbol struct {
	// ID is dense in its statement, from 0.
	ID int
	// Name is as written, without backticks; "" for an anonymous pattern part.
	Name string
	// Type is what the analysis knows about the values.
	Type Type
	// Group says that the variable was bound inside a quantified path and is
	// a list outside of it.
	Group bool
	// Inner is the symbol of the single value inside the quantified path, for
	// a symbol with Group; nil otherwise.
	Inner *Symbol
}

func (*Query) body() {}
