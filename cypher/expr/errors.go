package expr

import (
	"fmt"
	"strings"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Kind classifies errors of evaluation by what the client is told.
type Kind uint8

// The kinds of evaluation errors.
const (
	KindType           Kind = iota + 1 // a value of the wrong type
	KindArgument                       // a value of the right type that does not fit
	KindArithmetic                     // overflow, division by zero
	KindEntityNotFound                 // a deleted node or relationship is used
	KindParameter                      // a parameter is missing
	KindSyntax                         // a rule of the language that only values can break
	KindSemantic                       // a clause that its values make meaningless
	KindNotSupported                   // a construct this engine does not execute
)

// An Error tells why an expression has no value for a row. Its text is shown
// to clients and names types, never values of parameters.
type Error struct {
	Kind    Kind
	Detail  string // the word by which conformance tests name the error
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Errorf returns an error of the given kind and detail.
func Errorf(kind Kind, detail, format string, args ...any) error {
	return &Error{Kind: kind, Detail: detail, Message: fmt.Sprintf(format, args...)}
}

// The details that several operators share.
const (
	DetailArgumentType   = "InvalidArgumentType"
	DetailArgumentValue  = "InvalidArgumentValue"
	DetailDeletedEntity  = "DeletedEntityAccess"
	DetailIntegerRange   = "IntegerOverflow"
	DetailElementAccess  = "ListElementAccessByNonInteger"
	DetailMapAccess      = "MapElementAccessByNonString"
	DetailPropertyAccess = "PropertyAccessOnNonMap"
	DetailNumberRange    = "NumberOutOfRange"
	DetailPropertyType   = "InvalidPropertyType"
)

// typeError reports operands that an operator does not take.
func typeError(operator string, operands ...graph.Value) error {
	kinds := make([]string, len(operands))
	for i, v := range operands {
		kinds[i] = v.Kind().String()
	}
	return Errorf(KindType, DetailArgumentType, "%s: %s can not be applied to %s", DetailArgumentType, operator, strings.Join(kinds, " and "))
}
