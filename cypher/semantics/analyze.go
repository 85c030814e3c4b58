package semantics

import (
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
)

// A Catalog tells which functions and procedures there are. Its content is
// not kept.
type Catalog struct {
	// Functions must not be nil.
	Functions *function.Table
	// Procedure finds a procedure by name; nil when there are none.
	Procedure func(name string) (p Procedure, ok bool)
	// ProcedureNames yields all names, to find those that were meant; may be nil.
	ProcedureNames func(yield func(name string) bool)
	// Show gives the columns of a statement such as "SHOW INDEXES"; nil when
	// they are not known, YIELD can then name any.
	Show func(name string) (columns []Column, ok bool)
}

// A Column is one column of a statement such as SHOW INDEXES.
type Column struct {
	function.Output
	// Extra columns are there only when YIELD asks for them.
	Extra bool
}

// A Procedure is what the analysis needs to know of a procedure.
type Procedure struct {
	Signature *function.Signature
	// Writes says that a call may change the graph, Schema that it may change
	// indexes or constraints.
	Writes bool
	Schema bool
}

// A Kind says what a statement does, in the words of the protocol.
type Kind uint8

// The kinds of statements.
const (
	// KindRead changes nothing.
	KindRead Kind = iota
	// KindWrite changes the graph and has no result.
	KindWrite
	// KindReadWrite changes the graph and has a result.
	KindReadWrite
	// KindSchema changes indexes or constraints.
	KindSchema
)

// String returns the word of the result summary.
func (k Kind) String() string { return [...]string{"r", "w", "rw", "s"}[k] }

// Info is what is known of a statement as a whole.
type Info struct {
	Kind Kind
	// Symbols is how many symbols there are: each has an ID below.
	Symbols int
	// Columns are the names of the result's columns, nil without a result and
	// for SHOW without known columns.
	Columns []string
	// Parameters are the names of the parameters that must be given, in order
	// of their first use.
	Parameters []string
	// Notifications are hints for the author of the statement.
	Notifications []Notification
}

// A Notification is a hint about a statement that is not wrong.
type Notification struct {
	Kind    NotificationKind
	Subject string // what it is about, such as the name of a function
	ast.Position
}

// A NotificationKind names a [Notification].
type NotificationKind uint8

// The kinds of notifications.
const (
	// CartesianProduct: the paths of one MATCH share no variable. Subject names
	// the nodes of one group of paths.
	CartesianProduct NotificationKind = iota + 1
	// UnboundedLength: a variable-length pattern has no upper bound inside of a
	// shortest path.
	UnboundedLength
	// DeprecatedFunction: there is something newer than the function that Subject
	// names.
	DeprecatedFunction
	// DeprecatedProcedure: there is something newer than the procedure that
	// Subject names.
	DeprecatedProcedure
	// UnscopedSubquery: CALL { … } should say what it imports, which Subject
	// names.
	UnscopedSubquery
	// PropertiesOfEntity: SET a = b should be SET a = properties(b).
	PropertiesOfEntity
)

// Analyze checks a statement and completes its tree. An error is an
// [*ast.Error].
func Analyze(s *ast.Statement, c Catalog) (*Info, error) {
	a := &analyzer{text: s.Text, catalog: c, info: &Info{}}
	switch b := s.Body.(type) {
	case *ast.Query:
		a.statementQuery(b)
	case *ast.Show:
		a.show(b)
	case *ast.CreateIndex:
		a.constants(b.Options)
		a.nameParameter(b.NameParameter)
		a.schema = true
	case *ast.DropIndex:
		a.nameParameter(b.NameParameter)
		a.schema = true
	case *ast.CreateConstraint:
		a.constants(b.Options)
		a.nameParameter(b.NameParameter)
		a.schema = true
	case *ast.DropConstraint:
		a.nameParameter(b.NameParameter)
		a.schema = true
	case *ast.Command:
		for i := range b.Args {
			a.constants(b.Args[i].Value)
		}
	case *ast.Transaction:
	default: // users and roles: names and passwords
		ast.Walk(b, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				a.constants(e)
			}
			return n == ast.Node(b)
		})
	}
	for i := range s.Directives {
		a.constants(s.Directives[i].Value)
	}
	if a.err != nil {
		return nil, a.err
	}
	switch {
	case a.schema:
		a.info.Kind = KindSchema
	case a.writes && len(a.info.Columns) > 0:
		a.info.Kind = KindReadWrite
	case a.writes:
		a.info.Kind = KindWrite
	}
	return a.info, nil
}

// An analyzer is the state of one analysis. The first error stays; what
// happens after it does not matter.
type analyzer struct {
	text    string
	catalog Catalog
	info    *Info
	err     *ast.Error
	scope   *scope
	// parameters are the names in Info.Parameters.
	parameters map[string]bool

	writes, schema bool
	// readOnly is set inside of subquery expressions, which may not write.
	readOnly bool
	// aggregation says what an aggregating call may do here.
	aggregation aggregation
	// importFrom is the scope around a subquery without a scope clause, which
	// its first WITH may import from; nil elsewhere.
	importFrom *scope
	// aggregates counts the aggregating calls seen so far.
	aggregates int
}

// aggregation is the rule for aggregating calls at a place.
type aggregation uint8

const (
	// aggregationRefused is the rule everywhere but in projections.
	aggregationRefused aggregation = iota
	aggregationAllowed
	// aggregationNested is the rule inside of an aggregating call.
	aggregationNested
)

func (a *analyzer) fail(n ast.Node, detail ast.Detail, message string) {
	if a.err == nil {
		a.err = ast.NewError(a.text, n.Range().Start, detail, message)
	}
}

func (a *analyzer) failOperator(n ast.Node, message string) {
	if a.err == nil {
		a.fail(n, ast.InvalidArgumentType, message)
		a.err.InOperator = true
	}
}

func (a *analyzer) failClass(n ast.Node, class ast.Class, detail ast.Detail, message string) {
	if a.err == nil {
		a.fail(n, detail, message)
		a.err.Class = class
	}
}

func (a *analyzer) notify(n ast.Node, kind NotificationKind, subject string) {
	a.info.Notifications = append(a.info.Notifications, Notification{
		Kind: kind, Subject: subject, Position: ast.PositionAt(a.text, n.Range().Start),
	})
}

func (a *analyzer) parameter(name string) {
	if a.parameters[name] {
		return
	}
	if a.parameters == nil {
		a.parameters = make(map[string]bool)
	}
	a.parameters[name] = true
	a.info.Parameters = append(a.info.Parameters, name)
}

func (a *analyzer) nameParameter(p *ast.Parameter) {
	if p != nil {
		a.parameter(p.Name)
	}
}

// constants checks an expression outside of any scope; nil is one.
func (a *analyzer) constants(e ast.Expr) {
	if e == nil {
		return
	}
	saved := a.scope
	a.scope = &scope{}
	a.expr(e)
	a.scope = saved
}
