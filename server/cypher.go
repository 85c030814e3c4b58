package server

import (
	"context"
	"errors"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/cypher"
	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// FromEngine makes a Database of a query engine and its store.
func FromEngine(e *cypher.Engine) Database { return engineDatabase{e} }

// The adapters have one pointer each, so that they become interfaces without an
// allocation.
type (
	engineDatabase    struct{ *cypher.Engine }
	engineTransaction struct{ *cypher.Transaction }
	engineResult      struct{ *cypher.Result }
)

var (
	_ Database    = engineDatabase{}
	_ Transaction = engineTransaction{}
	_ Result      = engineResult{}
)

func (d engineDatabase) Run(ctx context.Context, s Statement) (Result, error) {
	return resultOf(d.Engine.Run(ctx, s.Query, s.Parameters, s.run()))
}

func (d engineDatabase) Begin(ctx context.Context, o TransactionOptions) (Transaction, error) {
	t, err := d.Engine.Begin(ctx, o.engine())
	if err != nil {
		return nil, err
	}
	return engineTransaction{t}, nil
}

func (d engineDatabase) Name() string { return d.Database() }

func (d engineDatabase) ID() [16]byte { return d.Store().ID() }

func (d engineDatabase) Position() storage.Position { return d.Store().Position() }

func (d engineDatabase) WaitFor(ctx context.Context, p storage.Position) error {
	return d.Store().WaitFor(ctx, p)
}

func (t engineTransaction) Run(ctx context.Context, s Statement) (Result, error) {
	return resultOf(t.Transaction.Run(ctx, s.Query, s.Parameters, s.run()))
}

// run returns the options of a statement in the engine's words.
func (s *Statement) run() cypher.RunOptions {
	o := s.engine()
	o.Now = s.Began
	return o
}

func resultOf(r *cypher.Result, err error) (Result, error) {
	if err != nil {
		return nil, err
	}
	return engineResult{r}, nil
}

// engine returns the options in the engine's words.
func (o *TransactionOptions) engine() cypher.RunOptions {
	mode := cypher.WriteMode
	if o.ReadOnly {
		mode = cypher.ReadMode
	}
	return cypher.RunOptions{
		Mode: mode, Metadata: o.Metadata, User: o.User, Account: o.Account, Session: o.Session, Using: o.Using,
		Client: o.Client, Trusted: o.Trusted, Dialect: o.Dialect,
	}
}

func (r engineResult) Next(ctx context.Context, limit int) (Batch, error) {
	b, err := r.Result.Next(ctx, limit)
	if b == nil || err != nil {
		return nil, err
	}
	return b, nil
}

// Close lets the engine use the result's memory for the next one.
func (r engineResult) Close() error { return r.Release() }

func (r engineResult) Plan() []string {
	if plan := r.Result.Plan(); plan != nil {
		return plan.Lines()
	}
	return nil
}

func (r engineResult) Entities() bolt.Entities { return r.Result.Entities() }

func (r engineResult) Summary() Summary {
	s := r.Result.Summary()
	c, schema := &s.Counters, &s.Schema
	out := Summary{
		Type: string(s.Type),
		Counters: bolt.Counters{
			NodesCreated: c.NodesCreated, NodesDeleted: c.NodesDeleted,
			RelationshipsCreated: c.RelationshipsCreated, RelationshipsDeleted: c.RelationshipsDeleted,
			PropertiesSet: c.PropertiesSet, LabelsAdded: c.LabelsAdded, LabelsRemoved: c.LabelsRemoved,
			IndexesAdded: schema.IndexesAdded, IndexesRemoved: schema.IndexesRemoved,
			ConstraintsAdded: schema.ConstraintsAdded, ConstraintsRemoved: schema.ConstraintsRemoved,
			SystemUpdates: s.SystemUpdates,
		},
		Position: s.Position,
	}
	for i := range s.Notifications {
		out.Notifications = append(out.Notifications, notificationOf(&s.Notifications[i], s.Database))
	}
	switch {
	case s.Plan == nil:
	case s.Plan.Profiled:
		out.Profile = planOf(s.Plan)
	default:
		out.Plan = planOf(s.Plan)
	}
	return out
}

// planOf returns an operator with its inputs as a map.
func planOf(p *cypher.PlanNode) graph.Value {
	args := []graph.Field{{Name: "EstimatedRows", Value: graph.Float(p.Estimated)}}
	if p.Details != "" {
		args = append(args, graph.Field{Name: "Details", Value: graph.String(p.Details)})
	}
	fields := []graph.Field{
		{Name: "operatorType", Value: graph.String(p.Operator)},
		{Name: "identifiers", Value: graph.List(nil)},
		{Name: "args", Value: graph.Map(args)},
	}
	if p.Profiled {
		fields = append(fields,
			graph.Field{Name: "dbHits", Value: graph.Integer(p.Hits)},
			graph.Field{Name: "rows", Value: graph.Integer(p.Rows)})
	}
	if len(p.Children) > 0 {
		children := make([]graph.Value, 0, len(p.Children))
		for _, c := range p.Children {
			children = append(children, planOf(c))
		}
		fields = append(fields, graph.Field{Name: "children", Value: graph.List(children)})
	}
	return graph.Map(fields)
}

// failureOfEngine recognises errors of the query language.
func failureOfEngine(err error) (failure, bool) {
	e, ok := errors.AsType[*cypher.Error](err)
	if !ok {
		return failure{}, false
	}
	f := failure{
		codes: codesOfCypher(e.Kind), message: e.Error(), detail: strings.TrimPrefix(e.Message, e.Detail+": "),
	}
	if statuses := statusesOf(e); statuses != nil {
		f.statuses = statuses
	}
	if p := e.Position; p.Line > 0 {
		f.position = &bolt.Position{Offset: int64(p.Offset), Line: int64(p.Line), Column: int64(p.Column)}
	}
	return f, true
}

// statusesOf returns the statuses of an error whose detail tells more than its
// kind does, or nil.
func statusesOf(e *cypher.Error) []string {
	switch e.Kind { //nolint:exhaustive // the others have one status
	case cypher.KindSyntax:
		if e.InOperator {
			return []string{"42001", "22NB1"}
		}
		return statusesOfSyntax(e.Detail)
	case cypher.KindType:
		switch {
		case e.Position.Line > 0: // seen before it ran
			return []string{"22G03", "22N27"}
		case e.InFunction:
			return []string{"22N38", "22N01"}
		}
	case cypher.KindArgument:
		if e.Detail == "NumberOutOfRange" {
			return []string{"22N38", "22N03"}
		}
	case cypher.KindArithmetic:
		if e.Detail == "DivisionByZero" {
			return []string{"22012", "22N28"}
		}
	case cypher.KindSemantic:
		if e.Detail == "MergeReadOwnWrites" {
			return []string{"22G03", "22N31"}
		}
	}
	return nil
}

// statusesOfSyntax returns the statuses of an error that is found in the text.
func statusesOfSyntax(detail string) []string {
	switch detail {
	case "InvalidArgumentType", "VariableTypeConflict":
		return []string{"22G03", "22N27"}
	case "IntegerOverflow":
		return []string{"22003"}
	}
	cause := "42I06"
	switch detail {
	case "ColumnNameConflict":
		cause = "42N38"
	case "DifferentColumnsInUnion":
		cause = "42N39"
	case "InvalidAggregation":
		cause = "42I24"
	case "InvalidNumberOfArguments":
		cause = "42I13"
	case "NegativeIntegerArgument":
		cause = "42N31"
	case "NoExpressionAlias":
		cause = "42N21"
	case "NoSingleRelationshipType":
		cause = "42I14"
	case "UndefinedVariable":
		cause = "42N62"
	case "UnknownFunction":
		cause = "42N48"
	case "VariableAlreadyBound":
		cause = "42N59"
	}
	return []string{"42001", cause}
}

// codesOfCypher has no default case, so that a new kind without a row fails the
// lint.
func codesOfCypher(k cypher.Kind) codes {
	client := func(code string, statuses ...string) codes {
		return coded("Neo.ClientError."+code, memgraphClient, statuses...)
	}
	switch k {
	case cypher.KindSyntax:
		return client("Statement.SyntaxError", "42001", "42I06")
	case cypher.KindType:
		return client("Statement.TypeError", "22G03", "22N01")
	case cypher.KindArgument:
		return client("Statement.ArgumentError", "22000", "22N11")
	case cypher.KindArithmetic:
		return client("Statement.ArithmeticError", "22003", "22N28")
	case cypher.KindEntityNotFound:
		return client("Statement.EntityNotFound", "25N13")
	case cypher.KindParameterMissing:
		return client("Statement.ParameterMissing", "42001", "42N81")
	case cypher.KindSemantic:
		return client("Statement.SemanticError", "42000")
	case cypher.KindProcedure:
		return client("Procedure.ProcedureNotFound", "42001", "42N08")
	case cypher.KindProcedureFailed:
		return client("Procedure.ProcedureCallFailed", "50N42")
	case cypher.KindNotSupported:
		return client("Statement.UnsupportedOperationError", "50N42")
	case cypher.KindExternalResource:
		return client("Statement.ExternalResourceFailed", "22000", "22N43")
	case cypher.KindForbidden:
		return client("Statement.AccessMode", "08N03", "42N02")
	case cypher.KindTransaction:
		return client("Transaction.TransactionNotFound", "25N05")
	case cypher.KindAlone:
		return coded("Neo.DatabaseError.Transaction.TransactionStartFailed", memgraphClient, "25N17")
	case cypher.KindMixed:
		return client("Transaction.ForbiddenDueToTransactionType", "25N01")
	case cypher.KindMemoryLimit:
		return coded("Neo.TransientError.General.MemoryPoolOutOfMemoryError", memgraphTransient, "51N72")
	case cypher.KindSchema:
		return client("Statement.SemanticError", "42000")
	case cypher.KindNoDatabase:
		return client("Database.DatabaseNotFound", "42001", "42N00")
	case cypher.KindDatabaseExists:
		return client("Database.ExistingDatabaseFound", "42N11")
	case cypher.KindDatabaseOffline:
		return coded("Neo.TransientError.General.DatabaseUnavailable", memgraphTransient, "08N09")
	case cypher.KindDatabaseLimit:
		return client("Database.DatabaseLimitReached", "51N54")
	case cypher.KindAdministration:
		return client("Statement.UnsupportedAdministrationCommand", "51N27")
	case cypher.KindAssertion:
		return client("Statement.ArgumentError", "22N05")
	case cypher.KindDenied:
		return client("Security.Forbidden", "42NFF")
	case cypher.KindExpired:
		return client("Security.CredentialsExpired", "42NFF")
	case cypher.KindGone:
		return client("Security.AuthorizationExpired", "42NFF")
	}
	return codesOfFailure(failInternal)
}
