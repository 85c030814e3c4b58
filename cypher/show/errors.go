package show

// An Error is an argument that a statement can not use.
type Error struct{ Message string }

// Error returns the message.
func (e *Error) Error() string { return e.Message }
