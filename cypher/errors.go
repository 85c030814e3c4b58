package cypher

import (
	"context"
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/access"
	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/exec"
	"github.com/drawbolt/drawbolt/cypher/expr"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/cypher/load"
	"github.com/drawbolt/drawbolt/cypher/plan"
	"github.com/drawbolt/drawbolt/cypher/show"
	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage"
)

// A Kind is the class of an [Error]: it decides which code a client sees.
type Kind uint8

// The kinds. The zero Kind is not used.
const (
	// KindSyntax is a fault of the text: grammar, scopes, static types.
	KindSyntax Kind = iota + 1
	// KindType is a value of a type that an operation does not take.
	KindType
	// KindArgument is a value of the right type that does not fit.
	KindArgument
	// KindArithmetic is an overflow or a division by zero.
	KindArithmetic
	// KindEntityNotFound is the use of a deleted node or relationship.
	KindEntityNotFound
	// KindParameterMissing is a parameter that the client has not sent.
	KindParameterMissing
	// KindSemantic is a clause that its values make meaningless.
	KindSemantic
	// KindProcedure is an unknown procedure or a wrong call of one.
	KindProcedure
	// KindProcedureFailed is a procedure that has failed.
	KindProcedureFailed
	// KindNotSupported is a construct that this engine does not execute.
	KindNotSupported
	// KindForbidden is a statement that the transaction must not run, such as
	// a write in a transaction for reading.
	KindForbidden
	// KindTransaction is a use of a transaction that has ended.
	KindTransaction
	// KindAlone is a statement that runs only in a transaction of its own.
	KindAlone
	// KindMixed is a statement that does not go together with what ran before
	// it in the transaction.
	KindMixed
	// KindMemoryLimit is a statement that needs more memory than it may have.
	KindMemoryLimit
	// KindSchema is a schema command that does not fit the schema.
	KindSchema
	// KindNoDatabase is a database or an alias that does not exist.
	KindNoDatabase
	// KindDatabaseExists is a name that a database or an alias has already.
	KindDatabaseExists
	// KindDatabaseOffline is a database that has been stopped, or dropped
	// meanwhile.
	KindDatabaseOffline
	// KindDatabaseLimit is one database too many.
	KindDatabaseLimit
	// KindAdministration is a change of the catalogue that is never made.
	KindAdministration
	// KindExternalResource is a file or an address that can not be loaded.
	KindExternalResource
	// KindAssertion is a failure that the statement asked for itself.
	KindAssertion
	// KindDenied is a statement that the account may not run.
	KindDenied
	// KindExpired is any statement of a user who must change the password first.
	KindExpired
	// KindGone is any statement of an account that does not exist any more.
	KindGone
)

// An Error is what a client is told about a statement that failed.
type Error struct {
	Kind    Kind
	Detail  string // the word by which conformance tests name the error
	Message string
	// Position is where the fault is in the text; its Line is zero when the
	// error has no place.
	Position ast.Position
	// Snippet is the line at fault with a caret under the place.
	Snippet string
	// InFunction says that a function has refused its arguments.
	InFunction bool
	// InOperator says that an operator does not take the types of its operands.
	InOperator bool
	// Err is the cause, or nil.
	Err error
}

// Error returns the message with its place.
func (e *Error) Error() string {
	text := e.Message
	if e.Position.Line > 0 {
		text = fmt.Sprintf("%s (line %d, column %d (offset: %d))", text, e.Position.Line, e.Position.Column, e.Position.Offset)
	}
	if e.Snippet != "" {
		text += "\n" + e.Snippet
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// errorOf makes an Error of what the stages return. Errors of the store and of
// the context stay what they are.
func errorOf(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*Error](err); done {
		return err
	}
	stored, isStored := errors.AsType[*storage.Error](err)
	if isStored && stored.Kind == storage.KindStillConnected {
		return &storage.Error{Kind: stored.Kind, Message: "DeleteConnectedNode: " + stored.Message, Err: stored.Err}
	}
	if isStored || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if compile, ok := errors.AsType[*ast.Error](err); ok {
		return compileError(compile)
	}
	if evaluation, ok := errors.AsType[*expr.Error](err); ok {
		return &Error{Kind: evaluationKind(evaluation.Kind), Detail: evaluation.Detail, Message: evaluation.Message, Err: err}
	}
	if called, ok := errors.AsType[*function.Error](err); ok {
		return &Error{
			Kind: functionKind(called.Kind), Detail: called.Detail, Message: called.Message, InFunction: true, Err: err,
		}
	}
	if instant, ok := errors.AsType[*temporal.Error](err); ok {
		return &Error{Kind: KindArgument, Detail: expr.DetailArgumentValue, Message: expr.DetailArgumentValue + ": " + instant.Reason, Err: err}
	}
	if unfit, ok := errors.AsType[*access.Error](err); ok {
		return &Error{Kind: KindArgument, Message: unfit.Message, Err: err}
	}
	if external, ok := errors.AsType[*load.Error](err); ok {
		return &Error{Kind: KindExternalResource, Message: external.Error(), Err: err}
	}
	if unfit, ok := errors.AsType[*show.Error](err); ok {
		return &Error{Kind: KindArgument, Message: unfit.Message, Err: err}
	}
	switch {
	case errors.Is(err, plan.ErrNotSupported):
		return &Error{Kind: KindNotSupported, Detail: "NotSupported", Message: err.Error(), Err: err}
	case errors.Is(err, exec.ErrMemory):
		return &Error{Kind: KindMemoryLimit, Message: err.Error(), Err: err}
	default:
		return err
	}
}

// compileError keeps the place and the snippet of an error in the text.
func compileError(e *ast.Error) error {
	out := &Error{
		Kind: KindSyntax, Detail: string(e.Detail), Message: string(e.Detail) + ": " + e.Message,
		Position: e.Position, Snippet: e.Snippet, InOperator: e.InOperator, Err: e,
	}
	switch e.Class {
	case ast.TypeError:
		out.Kind = KindType
	case ast.ProcedureError:
		out.Kind = KindProcedure
	case ast.ParameterMissing:
		out.Kind = KindParameterMissing
	case ast.SyntaxError:
	}
	return out
}

func evaluationKind(k expr.Kind) Kind {
	switch k {
	case expr.KindType:
		return KindType
	case expr.KindArgument:
		return KindArgument
	case expr.KindArithmetic:
		return KindArithmetic
	case expr.KindEntityNotFound:
		return KindEntityNotFound
	case expr.KindParameter:
		return KindParameterMissing
	case expr.KindSyntax:
		return KindSyntax
	case expr.KindSemantic:
		return KindSemantic
	case expr.KindNotSupported:
		return KindNotSupported
	}
	return KindArgument
}

func functionKind(k function.Kind) Kind {
	switch k {
	case function.KindType:
		return KindType
	case function.KindArgument:
		return KindArgument
	case function.KindArithmetic:
		return KindArithmetic
	case function.KindEntityNotFound:
		return KindEntityNotFound
	case function.KindAssertion:
		return KindAssertion
	}
	return KindArgument
}

// refused is the error of a construct that is not executed.
func refused(format string, args ...any) error {
	return &Error{Kind: KindNotSupported, Detail: "NotSupported", Message: fmt.Sprintf(format, args...) + " is not supported"}
}
