package ast

// A Pattern is a list of paths to match or create together.
type Pattern struct {
	Span
	Paths []*PathPattern
}

// A PathPattern is one connected pattern.
type PathPattern struct {
	Span
	// Var names the path; nil without.
	Var *Variable
	// Selector chooses among the paths that match; zero for all of them.
	Selector Selector
	// Elements are nodes and relationships in turn, or groups with optional
	// nodes beside them: (a)((x)-->(y))+(b).
	Elements []Element
	// Symbol is set by the analysis when the path has a name.
	Symbol *Symbol
}

// Simple returns the nodes and the relationships of a path without groups;
// the n-th relationship joins the n-th and the next node. ok is false when
// there is a group.
func (p *PathPattern) Simple() (nodes []*NodePattern, rels []*RelPattern, ok bool) {
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *NodePattern:
			nodes = append(nodes, e)
		case *RelPattern:
			rels = append(rels, e)
		default:
			return nil, nil, false
		}
	}
	return nodes, rels, true
}

// A Selector chooses among the paths that match between the same two nodes.
type Selector struct {
	Kind SelectorKind
	// Count is the k of SHORTEST k, ANY k and SHORTEST k GROUPS; nil for 1.
	Count Expr
}

// A SelectorKind names a [Selector].
type SelectorKind uint8

// The selectors. The two functions are the older form that wraps a pattern:
// p = shortestPath((a)-[*]->(b)).
const (
	SelectAll SelectorKind = iota
	SelectShortestPathFunction
	SelectAllShortestPathsFunction
	SelectShortest
	SelectAllShortest
	SelectShortestGroups
	SelectAny
)

// An Element is a [NodePattern], a [RelPattern] or a [GroupPattern].
type Element interface {
	Node
	element()
}

// A NodePattern is a node of a pattern.
type NodePattern struct {
	Span
	// Var is nil for an anonymous node.
	Var *Variable
	// Labels is nil without labels.
	Labels LabelExpr
	// Properties is a [MapLiteral] or a [Parameter]; nil without.
	Properties Expr
	Where      Expr
	// Symbol is set by the analysis, for anonymous nodes too. Two places of a
	// pattern with the same variable share it.
	Symbol *Symbol
}

// A RelPattern is a relationship of a pattern, or several in a row.
type RelPattern struct {
	Span
	Var       *Variable
	Direction Direction
	// Types is nil for any type.
	Types LabelExpr
	// Length is nil for exactly one relationship.
	Length *Length
	// Expansion is one of Memgraph's built-in traversals; nil without.
	Expansion  *Expansion
	Properties Expr
	Where      Expr
	// Quantifier repeats the relationship with nodes between, as in -->+; nil
	// without.
	Quantifier *Quantifier
	// Symbol is set by the analysis, for anonymous relationships too.
	Symbol *Symbol
	// Inner is set by the analysis for a relationship with a quantifier: the
	// symbol of one of the relationships, which Where is about.
	Inner *Symbol
}

// A Direction is the way an arrow points, seen from left to right.
type Direction uint8

// The directions. Both stands for an arrow without a head or with two.
const (
	Out Direction = iota
	In
	Both
)

// A Length is the *min..max of a relationship that stands for many.
type Length struct {
	Span
	// Min and Max are integers, parameters in one dialect; nil when not
	// given. *2 has both equal.
	Min, Max Expr
	// Exact says that one number was given: *2.
	Exact bool
}

// An Expansion is a traversal that the pattern asks for by name.
type Expansion struct {
	Span
	Kind ExpansionKind
	// Limit is the k of *KSHORTEST; nil without.
	Limit Expr
	// Weight gives the cost of a step (relationship, node | cost) and Total
	// the variable for the sum; nil without.
	Weight *Lambda
	Total  *Variable
	// Filter says which steps may be taken; nil without.
	Filter *Lambda
}

// An ExpansionKind names an [Expansion].
type ExpansionKind uint8

// The traversals.
const (
	ExpandBFS ExpansionKind = iota + 1
	ExpandDFS
	ExpandWeightedShortest
	ExpandAllShortest
	ExpandKShortest
)

// A Lambda is an expression over the relationship and the node of a step, and
// for filters the path and the weight so far: (r, n, p, w | expr).
type Lambda struct {
	Span
	Vars []*Variable
	Expr Expr
}

// A GroupPattern is a path in parentheses, repeated when it has a quantifier.
type GroupPattern struct {
	Span
	Path  *PathPattern
	Where Expr
	// Quantifier is nil when the parentheses only group.
	Quantifier *Quantifier
	// Groups is set by the analysis: the symbols that the variables of the
	// inside have outside, as lists.
	Groups []*Symbol
}

// A Quantifier says how often a pattern repeats: {Min,Max}. Max is negative
// without an upper bound.
type Quantifier struct {
	Span
	Min, Max int64
}

// A LabelExpr is a condition on the labels of a node or on the type of a
// relationship.
type LabelExpr interface {
	Node
	label()
}

// A LabelName asks for one label or type. Dynamic is the expression of
// $(…), $any(…) and $all(…), whose value is a name or a list of names; Name is
// then empty.
type LabelName struct {
	Span
	Name    string
	Dynamic Expr
	Any     bool
}

// A LabelAnd asks for both. The older :A:B is the same as :A&B.
type LabelAnd struct {
	Span
	Left, Right LabelExpr
	// Colon says that the parts were joined by a colon, which no other
	// operator may be mixed with.
	Colon bool
}

// A LabelOr asks for one of both.
type LabelOr struct {
	Span
	Left, Right LabelExpr
}

// A LabelNot asks for the opposite.
type LabelNot struct {
	Span
	X LabelExpr
}

// A LabelWildcard asks for any label at all: %.
type LabelWildcard struct{ Span }

// LabelConjunction returns the names that e asks for when it is nothing but
// names joined by & or colons, the only form that CREATE, MERGE and most
// index look-ups can use. It returns nil, true for nil.
func LabelConjunction(e LabelExpr) ([]*LabelName, bool) {
	return labelNames(nil, e, func(e LabelExpr) (LabelExpr, LabelExpr, bool) {
		and, ok := e.(*LabelAnd)
		if !ok {
			return nil, nil, false
		}
		return and.Left, and.Right, true
	})
}

// LabelDisjunction returns the names that e asks for when it is nothing but
// names joined by |, the usual form of relationship types. It returns nil,
// true for nil.
func LabelDisjunction(e LabelExpr) ([]*LabelName, bool) {
	return labelNames(nil, e, func(e LabelExpr) (LabelExpr, LabelExpr, bool) {
		or, ok := e.(*LabelOr)
		if !ok {
			return nil, nil, false
		}
		return or.Left, or.Right, true
	})
}

func labelNames(dst []*LabelName, e LabelExpr, split func(LabelExpr) (l, r LabelExpr, ok bool)) ([]*LabelName, bool) {
	if e == nil {
		return dst, true
	}
	if name, ok := e.(*LabelName); ok {
		return append(dst, name), true
	}
	left, right, ok := split(e)
	if !ok {
		return nil, false
	}
	if dst, ok = labelNames(dst, left, split); !ok {
		return nil, false
	}
	return labelNames(dst, right, split)
}

func (*NodePattern) element()  {}
func (*RelPattern) element()   {}
func (*GroupPattern) element() {}

func (*LabelName) label()     {}
func (*LabelAnd) label()      {}
func (*LabelOr) label()       {}
func (*LabelNot) label()      {}
func (*LabelWildcard) label() {}
