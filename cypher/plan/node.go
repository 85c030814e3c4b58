package plan

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/procedure"
	"github.com/drawbolt/drawbolt/storage"
)

// A Node is one operator of a physical plan. Nodes are immutable once the plan
// is made.
type Node interface {
	// Base returns what all operators have; it is never nil.
	Base() *Common
	// name is the operator's name in printed plans.
	name() string
	// inputs returns the operators that this one pulls from, the main one
	// first.
	inputs() []Node
	// uses calls f for every slot that the operator itself reads.
	uses(f func(slot int))
	// defines calls f for every slot that the operator fills.
	defines(f func(slot int))
	// detail prints the operator's arguments for printed plans.
	detail() string
}

// Common is what all operators have.
type Common struct {
	// ID numbers the operators of a plan densely, nested plans included.
	ID int
	// Rows is the estimated number of rows that the operator returns.
	Rows float64
	// Segment is the stretch of the statement between barriers: all operators
	// of a segment read the same state of the store.
	Segment int
	// Live is the list of slots that operators above read.
	Live []int
}

// Base returns c itself.
func (c *Common) Base() *Common { return c }

// Argument returns the rows that the surrounding operator hands in, or one row
// without columns at the start of a statement.
type Argument struct {
	Common
	// Slots are the columns that come from outside.
	Slots []int
	// RowSlot, when not negative, receives the number of each row.
	RowSlot int
	// Table says that the rows are all those of the innermost Table around.
	Table bool
}

// Table collects all rows of its input and runs a plan once, all of whose
// parts read them. With Unit the plan has no result, and there is one row.
type Table struct {
	Common
	Input, Inner     Node
	Unit             bool
	Outputs, Imports []int
}

// NodeScan returns every node, for each row of its input.
type NodeScan struct {
	Common
	Input Node
	Slot  int
	Tests
}

// LabelScan returns the nodes with a label, for each row of its input.
type LabelScan struct {
	Common
	Input Node
	Slot  int
	Label *expr.Label
	Tests
}

// Tests are the conditions on properties that a scan leaves to the store.
type Tests struct {
	Conditions []*expr.Predicate
	Stored     []*expr.StoredTest // the same
}

// IndexSeek returns the nodes that an index holds for the given values, for
// each row of its input.
type IndexSeek struct {
	Common
	Input  Node
	Slot   int
	Index  *storage.Index
	Label  *expr.Label
	Keys   []*expr.Key
	Values []*expr.Value
	// In says that the only value is a list of values to seek one by one.
	In bool
}

// IndexScan returns the nodes of a stretch of an index, in its order, for each row
// of its input.
type IndexScan struct {
	Common
	Input Node
	Slot  int
	Label *expr.Label
	*Lookup
	// Falling says that the order is turned around.
	Falling bool
}

// A Lookup is a stretch of an index: the entries with equal values of its first
// keys, and a value of the next one within all bounds.
type Lookup struct {
	Index         *storage.Index
	Relationships bool
	Subject       string // the label or type
	Keys          []string
	Equal         []*expr.Value
	Bounds        []Bound
}

// A Bound is a condition on a key of an index.
type Bound struct {
	Relation storage.Relation
	Value    *expr.Value
}

// NodeByID returns the node with the given identifier, for each row of its
// input.
type NodeByID struct {
	Common
	Input Node
	Slot  int
	ID    *expr.Value
	// In says that the value is a list of identifiers.
	In bool
	// Element says that the value is the textual identifier of elementId().
	Element bool
}

// RelationshipScan returns relationships with their ends, for each row of its
// input.
type RelationshipScan struct {
	Common
	Input Node
	Hop
	From, To     int
	Relationship int
	// Known says that the relationship is bound already.
	Known    bool
	Distinct []int
	// Lookup, when not nil, is the stretch of an index that has the
	// relationships.
	*Lookup
}

// Procedure calls a procedure, for each row of its input.
type Procedure struct {
	Common
	Input     Node
	Procedure *procedure.Procedure
	Args      []*expr.Value
	// Outputs are the slots of the yielded columns, and Fields which of the
	// procedure's columns they are.
	Outputs, Fields []int
	Optional        bool
	// Writes says that the procedure changes the graph, and so sees all that has
	// been changed before.
	Writes bool
}

// A Hop is the relationship part of a pattern that an operator follows.
type Hop struct {
	Types     []*expr.Type
	Direction storage.Direction
}

// Expand follows one relationship from a bound node.
type Expand struct {
	Common
	Input Node
	Hop
	From, To int
	// Relationship is the slot of the relationship, or -1 when nobody needs it.
	Relationship int
	// Into says that To is bound too: only relationships between the two
	// nodes are returned.
	Into bool
	// Known says that the relationship is bound already: it is looked up
	// instead of searched.
	Known bool
	// Distinct are the slots of relationships of the same clause (single or
	// lists) that the new one must differ from.
	Distinct []int
	// Label, when not nil, is required of the node To.
	Label *expr.Label
}

// VarExpand follows a chain of Min to Max relationships.
type VarExpand struct {
	Common
	Input Node
	Hop
	From, To int
	// Relationships is the slot of the list of relationships, or -1.
	Relationships int
	Min, Max      int // Max is -1 without bound
	Into          bool
	Known         bool
	// Walk says that a relationship may be used more than once.
	Walk bool
	// Backwards says that the pattern is followed from its right end, so that
	// the list has to be turned around.
	Backwards bool
	Distinct  []int
	// Step, when not nil, must hold for each relationship.
	Step *Step
	// Pruning says that only which nodes are reached matters, not on how many
	// ways.
	Pruning bool

	wantPruning bool // it is allowed, if nobody needs the relationships
}

// Repeat follows a whole pattern Min to Max times, each time from where it
// ended before.
type Repeat struct {
	Common
	Input, Inner Node // Inner goes one step, from Start to End
	From, To     int
	Start, End   int
	Min, Max     int // Max is -1 without bound
	Into         bool
	Walk         bool // a relationship may be used more than once
	// Backwards says that the pattern is followed from its right end, so that
	// all lists have to be turned around.
	Backwards bool
	// Steps are the slots of the inner plan's relationships, single or lists,
	// from left to right, and Relationships the slot of the list of all.
	Steps         []int
	Relationships int
	// Groups are the variables of the inside and the lists that they become.
	Groups   []Group
	Distinct []int
	Imports  []int
}

// A Group is a variable of a repeated pattern: a value inside, a list outside.
type Group struct {
	Inner, Outer int
}

// Select runs a plan that finds paths, for each row of its input, and chooses
// among the paths between the same two nodes by their length.
type Select struct {
	Common
	Input, Inner Node
	Path         int // the slot of the path
	// Count is how many paths are kept or, with Groups, how many lengths.
	Count            *expr.Value
	Groups           bool
	Outputs, Imports []int
}

// Filter keeps the rows for which its predicates are true.
type Filter struct {
	Common
	Input      Node
	Predicates []*expr.Predicate
}

// An Assignment computes an expression into a slot.
type Assignment struct {
	Slot  int
	Value *expr.Value
}

// Project computes expressions into new columns.
type Project struct {
	Common
	Input Node
	Items []Assignment
}

// Unwind returns one row for each element of a list.
type Unwind struct {
	Common
	Input Node
	Slot  int
	List  *expr.Value
	// Range are the arguments of range() when that is the list: its numbers
	// are counted one by one.
	Range []*expr.Value
}

// LoadCSV returns one row for each record of a file.
type LoadCSV struct {
	Common
	Input Node
	// Slot receives the record, Line its number and File the name of the file.
	Slot, Line, File int
	From             *expr.Value
	// Delimiter, Quote and NullIf are nil for the defaults.
	Delimiter, Quote, NullIf  *expr.Value
	Headers, IgnoreBad, Texts bool
}

// An Aggregation is one aggregating call of a projection.
type Aggregation struct {
	Slot     int
	Function string
	Distinct bool
	Star     bool
	Call     *function.Function // nil for count(*)
	Args     []*expr.Value
	Text     string

	arg ast.Expr // the last of Args
}

// Aggregate groups rows by keys and computes aggregations of each group.
type Aggregate struct {
	Common
	Input Node
	Keys  []int
	Items []Aggregation
	// Weight, when not negative, is the slot of an integer that tells how many
	// rows each row stands for; only count(*) is computed then.
	Weight int
}

// Distinct keeps the first of the rows that have the same keys.
type Distinct struct {
	Common
	Input Node
	Keys  []int
}

// A SortKey is one key of an order.
type SortKey struct {
	Slot       int
	Descending bool
}

// Sort orders rows. With Limit it keeps only the first ones.
type Sort struct {
	Common
	Input Node
	Keys  []SortKey
	// Limit, when not nil, is the largest number of rows that anybody needs;
	// the sum with Skip when that is there too.
	Limit, Skip *expr.Value
}

// Cut drops rows that a sort of the first ones is certain not to need, before
// the other columns are computed.
type Cut struct {
	Common
	Input Node
	Sort  *Sort
}

// Skip drops rows at the start.
type Skip struct {
	Common
	Input Node
	Count *expr.Value
}

// Limit ends after a number of rows. The input is drained when it writes.
type Limit struct {
	Common
	Input Node
	Count *expr.Value
	Drain bool
}

// A Branch is one part of a UNION: its plan, and the slots of its columns in
// the order of the union's.
type Branch struct {
	Plan  Node
	Slots []int
}

// Union returns the rows of its branches one after the other.
type Union struct {
	Common
	Branches []Branch
	Slots    []int
	// Chooses says that only one branch runs: the one whose number is in the
	// slot Choice of the surrounding row.
	Chooses bool
	Choice  int
}

// Optional runs a pattern for each row and returns the row with nulls when the
// pattern has no match. Its inner plan keeps the order of rows.
type Optional struct {
	Common
	Input, Inner Node
	RowSlot      int
	Imports      []int // slots that the inner plan reads from the input
	Nulls        []int // slots that are null without a match
}

// Apply runs a subquery for each row and returns the row beside each result.
type Apply struct {
	Common
	Input, Inner Node
	Imports      []int
	// Outputs are the slots that the subquery fills. Without any, the
	// subquery does not change the number of rows (it only writes).
	Outputs []int
	Unit    bool
	// Optional returns the row with nulls when the subquery has no rows.
	Optional bool
}

// InTransactions runs a subquery for each row, a number of rows in a
// transaction of its own, which is committed before their results are returned.
type InTransactions struct {
	Common
	Input Node
	// Plan is the subquery as a plan that is run by itself, with the same
	// slots.
	Plan             *Plan
	Imports, Outputs []int
	Unit, Optional   bool
	Rows             *expr.Value // nil for the default
	// Concurrent says that Workers transactions run at a time.
	Concurrent bool
	Workers    *expr.Value // nil for the default
	// OnError says what a failed transaction does; Retry that it is tried
	// again first when that may help, for RetryFor seconds.
	OnError  ErrorAction
	Retry    bool
	RetryFor *expr.Value // nil for the default
	// Status is the slot of the report about a row's transaction, or -1.
	Status int
}

// An ErrorAction is what a failed transaction of a subquery does.
type ErrorAction uint8

// The actions.
const (
	FailOnError ErrorAction = iota
	ContinueOnError
	BreakOnError
)

// HashJoin joins two independent plans on equal values.
type HashJoin struct {
	Common
	Input, Build Node
	Probe        []*expr.Value
	Keys         []*expr.Value
	// ProbeSlots and KeySlots are where the keys are computed.
	ProbeSlots, KeySlots []int
}

// A PropertyItem gives a property of a new or changed entity.
type PropertyItem struct {
	Key   *expr.Key
	Value *expr.Value
}

// A NewNode is a node that a clause creates.
type NewNode struct {
	Slot       int
	Labels     []*expr.Label
	Dynamic    []*expr.Value // labels by expression
	Properties []PropertyItem
	Map        *expr.Value // properties by one map expression
}

// A NewRelationship is a relationship that a clause creates.
type NewRelationship struct {
	Slot       int
	From, To   int
	Type       *expr.Type
	Dynamic    *expr.Value // type by expression
	Properties []PropertyItem
	Map        *expr.Value
}

// Create makes nodes and relationships, for each row of its input.
type Create struct {
	Common
	Input         Node
	Nodes         []NewNode
	Relationships []NewRelationship
	Paths         []Assignment
	// Own says that an expression reads what the same row has created.
	Own bool
}

// Merge finds a pattern or creates it, for each row of its input.
type Merge struct {
	Common
	Input, Match  Node
	Imports       []int
	Outputs       []int
	Nodes         []NewNode
	Relationships []NewRelationship
	Paths         []Assignment
	// Carry are the slots of the input that the changes read.
	Carry    []int
	OnCreate []SetItem
	OnMatch  []SetItem
}

// A SetKind tells what a [SetItem] changes.
type SetKind uint8

// The kinds of changes.
const (
	SetProperty    SetKind = iota + 1 // e.key = value; null removes
	SetDynamic                        // e[expression] = value
	ReplaceMap                        // e = map
	MergeMap                          // e += map
	AddLabels                         // e:Label
	RemoveLabels                      // REMOVE e:Label
	RemoveProperty                    // REMOVE e.key
	RemoveDynamic                     // REMOVE e[expression]
)

// A SetItem is one change of a SET or REMOVE clause.
type SetItem struct {
	Kind    SetKind
	Target  *expr.Value
	Key     *expr.Key
	KeyExpr *expr.Value
	Value   *expr.Value
	Labels  []*expr.Label
	Dynamic []*expr.Value
}

// Set changes properties and labels, for each row of its input.
type Set struct {
	Common
	Input Node
	Items []SetItem
}

// Delete deletes entities, for each row of its input.
type Delete struct {
	Common
	Input   Node
	Targets []*expr.Value
	Detach  bool
}

// Foreach runs writing clauses for each element of a list.
type Foreach struct {
	Common
	Input, Inner Node
	Slot         int
	List         *expr.Value
	Imports      []int
}

// Barrier reads all rows of its input before it returns the first one, and
// starts a new segment.
type Barrier struct {
	Common
	Input Node
}

// A CountKind tells which counter of the store a [CountStore] reads.
type CountKind uint8

// The counters.
const (
	CountNodes CountKind = iota + 1
	CountLabel
	CountRelationships
	CountType
	CountStep
	CountIndex
)

// CountStore returns one row with a number that the store keeps.
type CountStore struct {
	Common
	Slot      int
	Kind      CountKind
	Label     *expr.Label
	Types     []*expr.Type
	Direction storage.Direction
	Lookup    *Lookup
}

// Degree adds a column with the number of relationships of a bound node: the
// last hop of a pattern whose rows are only counted.
type Degree struct {
	Common
	Input Node
	Hop
	From int
	Slot int
	// Label, when not nil, is required of the nodes at the other end.
	Label *expr.Label
	// Second, when not nil, is another hop from the same node: the column is
	// then the number of pairs of one relationship of each.
	Second      *Hop
	SecondLabel *expr.Label
	// Apart says that a pair must not be the same relationship twice.
	Apart bool
	// Earlier are the slots of relationships of the same clause that must not
	// count. There are none with Second.
	Earlier []int
}

// Meet adds a column with the number of ways to go from one bound node to
// another one over a third: the end of a cycle whose rows are only counted.
type Meet struct {
	Common
	Input Node
	// First is the hop from the node From, and Second the one that goes on to
	// the node To.
	First, Second Hop
	From, To      int
	Slot          int
	// Label, when not nil, is required of the node in the middle.
	Label *expr.Label
	// Apart says that the two hops must not be the same relationship.
	Apart bool
	// FirstEarlier and SecondEarlier are the slots of relationships of the same
	// clause that the hops must differ from.
	FirstEarlier, SecondEarlier []int
}

// Produce returns the result columns of a statement.
type Produce struct {
	Common
	Input   Node
	Columns []int
}
