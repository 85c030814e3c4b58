package temporal

import "fmt"

// An Error tells why a text, a map or an operation gives no temporal value.
type Error struct {
	Reason string // one sentence for the client, without full stop
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

func errorf(format string, args ...any) error {
	return &Error{Reason: fmt.Sprintf(format, args...)}
}
