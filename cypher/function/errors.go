package function

import (
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/cypher/temporal"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Kind classifies errors of evaluation by what the client is told.
type Kind uint8

// The kinds of errors.
const (
	KindType           Kind = iota + 1 // a value of the wrong type
	KindArgument                       // a value of the right type that does not fit
	KindArithmetic                     // overflow, division by zero
	KindEntityNotFound                 // a deleted node or relationship is used
	KindAssertion                      // the statement asked for this failure
)

// The details that more than one function uses.
const (
	DetailArgumentType  = "InvalidArgumentType"
	DetailArgumentValue = "InvalidArgumentValue"
	DetailDeletedEntity = "DeletedEntityAccess"
	DetailIntegerRange  = "IntegerOverflow"
	DetailNumberRange   = "NumberOutOfRange"
)

// An Error tells why a function has no result for its arguments. Its text is
// shown to clients; it names functions and types, never values of parameters.
type Error struct {
	Kind    Kind
	Detail  string // the word by which conformance tests name the error
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func errorf(kind Kind, detail, format string, args ...any) error {
	return &Error{Kind: kind, Detail: detail, Message: detail + ": " + fmt.Sprintf(format, args...)}
}

// typeError reports an argument of a type that the function does not take.
func typeError(name, want string, got graph.Value) error {
	return errorf(KindType, DetailArgumentType, "%s() needs %s, got %s", name, want, got.Kind())
}

// argumentError reports an argument of the right type that does not fit.
func argumentError(format string, args ...any) error {
	return errorf(KindArgument, DetailArgumentValue, format, args...)
}

// overflowError reports an integer result beyond 64 bits.
func overflowError(name string) error {
	return errorf(KindArithmetic, DetailIntegerRange, "the result of %s() is not a 64-bit integer", name)
}

// temporalError turns an error of the temporal package into one of this.
func temporalError(v graph.Value, err error) (graph.Value, error) {
	if err == nil {
		return v, nil
	}
	if t, ok := errors.AsType[*temporal.Error](err); ok {
		return graph.Value{}, argumentError("%s", t.Reason)
	}
	return graph.Value{}, err
}
