package reference

import (
	"errors"
	"fmt"
)

// ErrUnsupported is the error of statements that the interpreter does not run.
var ErrUnsupported = errors.New("reference: not supported")

// An Error tells why a statement has no result.
type Error struct {
	Detail  string // the word by which conformance tests name the error
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Detail + ": " + e.Message }

// failure is what stops a statement: it is thrown where the fault is and caught
// in Run, because every expression may fail and nothing goes on after that.
type failure struct{ err error }

func fail(detail, format string, args ...any) {
	panic(failure{&Error{Detail: detail, Message: fmt.Sprintf(format, args...)}})
}

func unsupported(what string) {
	panic(failure{fmt.Errorf("%w: %s", ErrUnsupported, what)})
}

// must stops the statement when a function of another package fails.
func must[T any](v T, err error) T {
	if err != nil {
		panic(failure{err})
	}
	return v
}
