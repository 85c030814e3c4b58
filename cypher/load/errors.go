package load

import "strconv"

// An Error tells why something could not be loaded. Its text is for the client.
type Error struct {
	URL    string // as the statement gave it
	Reason string
	Err    error // what went wrong below; may be nil
}

// Error returns the text for the client.
func (e *Error) Error() string { return "Cannot load from URL '" + e.URL + "': " + e.Reason }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A RecordError tells that a record is not well formed.
type RecordError struct {
	Record int64 // from 1
	Reason string
}

// Error returns the text for the client.
func (e *RecordError) Error() string {
	return "record " + strconv.FormatInt(e.Record, 10) + ": " + e.Reason
}
