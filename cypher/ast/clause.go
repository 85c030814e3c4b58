package ast

import "slices"

// A Clause is one step of a [Part].
type Clause interface {
	Node
	clause()
}

// A Match finds the pattern, once for each incoming row.
type Match struct {
	Span
	Optional bool
	Mode     MatchMode
	Pattern  *Pattern
	Hints    []*Hint
	Where    Expr
}

// A MatchMode says what may repeat within one match.
type MatchMode uint8

// The match modes: relationships differ from each other unless the text says
// otherwise.
const (
	MatchDefault MatchMode = iota
	MatchDifferentRelationships
	MatchRepeatableElements
)

// A Hint is a USING clause behind MATCH. The planner may ignore it.
type Hint struct {
	Span
	Kind HintKind
	// Var is the variable of an index or scan hint.
	Var *Variable
	// Label is the label or type of an index or scan hint.
	Label string
	// Keys are the properties of an index hint.
	Keys []string
	// Vars are the variables of a join hint.
	Vars []*Variable
}

// A HintKind names a [Hint].
type HintKind uint8

// The hints. HintSeek is USING INDEX SEEK; the index kinds of Neo4j (RANGE,
// TEXT, POINT) read as HintIndex.
const (
	HintIndex HintKind = iota + 1
	HintSeek
	HintScan
	HintJoin
)

// A With projects, and ends the scope before it.
type With struct {
	Span
	Projection
	Where Expr
}

// A Return projects the rows of the result.
type Return struct {
	Span
	Projection
}

// A Projection is what WITH and RETURN have in common.
type Projection struct {
	Distinct bool
	// All is set for *; Items are then the items behind it. The analysis puts
	// the items of the later parts of a UNION in the order of the first.
	All   bool
	Items []*Item
	Order []*SortItem
	Skip  Expr
	Limit Expr
	// Star holds, after the analysis, an item for each variable that * stands
	// for, in the order of the columns (by name). It is nil without *.
	Star []*Item
	// Aggregates is set by the analysis when an item aggregates: the items
	// that do not are the grouping key.
	Aggregates bool
}

// Columns returns the items of the projection in output order: first those
// that * stands for, then the written ones.
func (p *Projection) Columns() []*Item {
	if len(p.Star) == 0 {
		return p.Items
	}
	return append(slices.Clip(p.Star), p.Items...)
}

// An Item is one expression of a [Projection].
type Item struct {
	Span
	Expr Expr
	// Alias is the variable behind AS; nil without.
	Alias *Variable
	// Text is the source of the expression, verbatim. It names the column when
	// there is no alias.
	Text string
	// Symbol is what later clauses see the value as. The analysis sets it for
	// every item: the symbol of the alias, a new one for a variable passed on
	// (never the symbol it had before), one without users otherwise.
	Symbol *Symbol
	// Aggregates is set by the analysis when the expression aggregates.
	Aggregates bool
}

// Name returns the name of the column: the alias, the name of a bare variable
// without backticks, or the source text.
func (i *Item) Name() string {
	if i.Alias != nil {
		return i.Alias.Name
	}
	if v, ok := i.Expr.(*Variable); ok {
		return v.Name
	}
	return i.Text
}

// A SortItem is one key of ORDER BY.
type SortItem struct {
	Span
	Expr       Expr
	Descending bool
}

// An Unwind makes a row of each element of a list.
type Unwind struct {
	Span
	List Expr
	Var  *Variable
}

// A Create makes the nodes and relationships of a pattern. Insert says that
// it was spelled INSERT.
type Create struct {
	Span
	Insert  bool
	Pattern *Pattern
}

// A Merge matches a path or creates it as a whole.
type Merge struct {
	Span
	Path    *PathPattern
	Actions []*MergeAction
}

// A MergeAction is ON CREATE SET or ON MATCH SET.
type MergeAction struct {
	Span
	OnMatch bool
	Items   []SetItem
}

// A SetClause changes properties and labels.
type SetClause struct {
	Span
	Items []SetItem
}

// A SetItem is [SetProperty], [SetProperties] or [SetLabels].
type SetItem interface {
	Node
	setItem()
}

// A SetProperty gives one property a value: Target is a [Property], or an
// [Index] for a name that is computed.
type SetProperty struct {
	Span
	Target Expr
	Value  Expr
}

// A SetProperties replaces all properties of Target by those of a map or an
// entity or, with Add, adds them.
type SetProperties struct {
	Span
	Target Expr
	Value  Expr
	Add    bool
}

// A SetLabels adds labels to the node Target.
type SetLabels struct {
	Span
	Target Expr
	Labels []*LabelName
}

// A Remove removes properties and labels.
type Remove struct {
	Span
	Items []RemoveItem
}

// A RemoveItem is [RemoveProperty] or [RemoveLabels].
type RemoveItem interface {
	Node
	removeItem()
}

// A RemoveProperty removes one property: Target is a [Property] or an
// [Index].
type RemoveProperty struct {
	Span
	Target Expr
}

// A RemoveLabels removes labels from the node Target.
type RemoveLabels struct {
	Span
	Target Expr
	Labels []*LabelName
}

// A Delete deletes entities and paths. With Detach a node goes with its
// relationships; NoDetach is the explicit spelling of the default.
type Delete struct {
	Span
	Detach   bool
	NoDetach bool
	Exprs    []Expr
}

// A Foreach runs updating clauses for each element of a list.
type Foreach struct {
	Span
	Var  *Variable
	List Expr
	Body []Clause
}

// A CallProcedure calls a procedure.
type CallProcedure struct {
	Span
	Optional bool
	// Name is the full name, parts joined by dots.
	Name string
	Args []Expr
	// Implicit says that there were no parentheses: the arguments are the
	// parameters with the names of the procedure's inputs.
	Implicit bool
	// Yields says that there was a YIELD; YieldAll that it was YIELD *.
	Yields   bool
	YieldAll bool
	Yield    []*YieldItem
	Where    Expr
	// MemoryLimit is the bytes of PROCEDURE MEMORY LIMIT, nil without.
	MemoryLimit Expr
	// Standalone is set by the analysis when the call is the whole statement:
	// its outputs are then the columns of the result.
	Standalone bool
	// Outputs are set by the analysis: the outputs that are bound, by YIELD or
	// because the call stands alone.
	Outputs []*YieldItem
}

// A YieldItem is one output of a procedure or of SHOW, under its own name or
// another.
type YieldItem struct {
	Span
	Field string
	// Alias is the variable behind AS; nil without. The analysis gives a nil
	// alias no value: Symbol has the binding in both cases.
	Alias  *Variable
	Symbol *Symbol
}

// Name returns the name that the output is bound to.
func (y *YieldItem) Name() string {
	if y.Alias != nil {
		return y.Alias.Name
	}
	return y.Field
}

// A CallSubquery runs a query for each row.
type CallSubquery struct {
	Span
	Optional bool
	// Scoped says that there was a scope clause in parentheses; Imports are
	// its variables and ImportAll says that it was *.
	Scoped    bool
	ImportAll bool
	Imports   []*Variable
	// Query is the subquery. What it returns is bound outside by the symbols
	// of the items of its first part.
	Query *Query
	// InTransactions is nil without IN TRANSACTIONS.
	InTransactions *InTransactions
}

// A Sequence runs queries one after the other: each has the rows that the one
// before returns, as a table, and NEXT between. With a single query it stands
// for the braces around it. It is the only clause of its part.
type Sequence struct {
	Span
	Queries []*Query
}

// A Conditional runs, for each row, the query of the first condition that is
// true. It is the only clause of its part.
type Conditional struct {
	Span
	Branches []*Branch
	// Else is nil without ELSE: a row that meets no condition is then dropped.
	Else *Query
}

// A Branch is WHEN condition THEN query.
type Branch struct {
	Span
	Cond  Expr
	Query *Query
}

// Queries returns the queries of the branches, and that of ELSE behind them.
func (c *Conditional) Queries() []*Query {
	queries := make([]*Query, 0, len(c.Branches)+1)
	for _, b := range c.Branches {
		queries = append(queries, b.Query)
	}
	if c.Else != nil {
		queries = append(queries, c.Else)
	}
	return queries
}

// Returns reports whether a query ends in RETURN.
func (q *Query) Returns() bool {
	clauses := q.Parts[0].Clauses
	switch c := clauses[len(clauses)-1].(type) {
	case *Return:
		return true
	case *Sequence:
		return c.Queries[len(c.Queries)-1].Returns()
	case *Conditional:
		return c.Branches[0].Query.Returns()
	case *CallProcedure:
		return c.Standalone && len(c.Outputs) > 0
	default:
		return false
	}
}

// InTransactions says how a subquery is cut into transactions of its own.
type InTransactions struct {
	Span
	// Rows is the batch size, nil for the default.
	Rows Expr
	// Concurrent says that batches run side by side; Concurrency is how many,
	// nil for the default.
	Concurrent  bool
	Concurrency Expr
	OnError     OnError
	// RetryFor is the seconds of ON ERROR RETRY FOR, nil without.
	RetryFor Expr
	// Status is the variable of REPORT STATUS AS, nil without.
	Status *Variable
}

// OnError says what a failed batch of a subquery in transactions does.
type OnError uint8

// The reactions to a failed batch. The Retry forms try again first.
const (
	OnErrorDefault OnError = iota
	OnErrorFail
	OnErrorContinue
	OnErrorBreak
	OnErrorRetry
	OnErrorRetryThenFail
	OnErrorRetryThenContinue
	OnErrorRetryThenBreak
)

// A LoadCSV makes a row of each line of a file.
type LoadCSV struct {
	Span
	Headers bool
	From    Expr
	Var     *Variable
	// Delimiter is FIELDTERMINATOR or DELIMITER; Quote, NullIf and IgnoreBad
	// exist in Memgraph's form only. Nil means the default.
	Delimiter Expr
	Quote     Expr
	NullIf    Expr
	IgnoreBad bool
	// Texts says that it is Memgraph's form, whose empty fields are empty texts
	// and not null.
	Texts bool
}

// A Use chooses the graph for the clauses behind it.
type Use struct {
	Span
	// Graph is a name (a [Variable] or a [Property] chain), or a call of
	// graph.byName and the like.
	Graph Expr
}

// A Finish ends a query that returns nothing.
type Finish struct{ Span }

func (*Match) clause()         {}
func (*With) clause()          {}
func (*Return) clause()        {}
func (*Unwind) clause()        {}
func (*Create) clause()        {}
func (*Merge) clause()         {}
func (*SetClause) clause()     {}
func (*Remove) clause()        {}
func (*Delete) clause()        {}
func (*Foreach) clause()       {}
func (*CallProcedure) clause() {}
func (*CallSubquery) clause()  {}
func (*Sequence) clause()      {}
func (*Conditional) clause()   {}
func (*LoadCSV) clause()       {}
func (*Use) clause()           {}
func (*Finish) clause()        {}

func (*SetProperty) setItem()   {}
func (*SetProperties) setItem() {}
func (*SetLabels) setItem()     {}

func (*RemoveProperty) removeItem() {}
func (*RemoveLabels) removeItem()   {}
