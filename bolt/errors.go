package bolt

import (
	"errors"
	"fmt"

	"github.com/drawbolt/drawbolt/packstream"
)

// A RequestFault tells what is wrong with a message, so that the server can
// choose a code and decide about the connection.
type RequestFault uint8

// The faults.
const (
	// RequestTruncated: the message ends inside a value. The two sides no
	// longer agree on where messages begin: the connection is unusable.
	RequestTruncated RequestFault = iota + 1
	// RequestUnknown: the version has no message of this signature. The
	// connection is unusable, as the sender speaks something else.
	RequestUnknown
	// RequestTooDeep: nested deeper than the limit.
	RequestTooDeep
	// RequestTooMany: more list items and map entries than the limit.
	RequestTooMany
	// RequestFieldCount: the message has the wrong number of fields.
	RequestFieldCount
	// RequestTrailing: bytes follow the message's structure.
	RequestTrailing
	// RequestType: a value of another type stands where one is expected.
	RequestType
	// RequestReserved: a marker that means nothing in this version.
	RequestReserved
	// RequestSize: a size beyond 2^31-1.
	RequestSize
	// RequestDuplicateKey: a map has a key twice.
	RequestDuplicateKey
	// RequestMissing: a mandatory entry is absent or null.
	RequestMissing
	// RequestValue: an entry has a value outside of its range.
	RequestValue
	// RequestStructure: a structure that the version does not have, or that
	// only servers send.
	RequestStructure
	// RequestStructureFields: a structure with the wrong number of fields.
	RequestStructureFields
	// RequestTemporal: a date or time outside of its range.
	RequestTemporal
	// RequestZone: an unknown time zone.
	RequestZone
	// RequestDuration: a duration too long to be represented.
	RequestDuration
	// RequestSRID: an unknown coordinate system, or one of another dimension.
	RequestSRID
	// RequestVectorSize: a vector of no dimension, or too many.
	RequestVectorSize
	// RequestVectorValue: a vector with a coordinate that is not finite.
	RequestVectorValue
)

// A RequestError reports a message that can not be understood. Message is what
// the client is told.
type RequestError struct {
	Fault   RequestFault
	Message string
	InField bool  // it is about a field or an entry, not about the message
	Err     error // what the codec found, if it was the codec
}

// Error returns the text with the package's name.
func (e *RequestError) Error() string { return "bolt: request: " + e.Message }

// Unwrap returns the codec's error.
func (e *RequestError) Unwrap() error { return e.Err }

// Fatal reports whether the connection can not be used any more.
func (e *RequestError) Fatal() bool {
	return e.Fault == RequestTruncated || e.Fault == RequestUnknown
}

// A SizeError reports a message that is longer than the limit. The reader can
// go on with the next message.
type SizeError struct {
	Size  int // bytes announced so far
	Limit int
}

// Error returns the text that the client is told.
func (e *SizeError) Error() string {
	return fmt.Sprintf("Value of size %d exceeded limit of %d", e.Size, e.Limit)
}

// requestError turns an error of the codec into a RequestError; others are
// returned as they are.
func requestError(err error) error {
	var r *RequestError
	var s *packstream.SyntaxError
	if errors.As(err, &r) || !errors.As(err, &s) {
		return err
	}
	e := &RequestError{Err: err}
	switch s.Fault {
	case packstream.FaultType:
		e.Fault = RequestType
		e.Message = fmt.Sprintf("Unexpected type: Expected %s but got %s", s.Want, s.Got)
	case packstream.FaultReserved:
		e.Fault = RequestReserved
		e.Message = fmt.Sprintf("Unexpected type: %s", s.Got)
	case packstream.FaultSize:
		e.Fault = RequestSize
		e.Message = fmt.Sprintf("Value of size %d exceeded limit of %d", s.Size, packstream.MaxSize)
	case packstream.FaultDepth:
		e.Fault, e.Message = RequestTooDeep, "Value is "+s.Reason
	case packstream.FaultItems:
		e.Fault, e.Message = RequestTooMany, "Message has "+s.Reason
	default:
		e.Fault, e.Message = RequestTruncated, "Message is incomplete: "+s.Reason
	}
	return e
}

// fieldError prefixes what is wrong with the name of the field or entry.
func fieldError(field string, err error) error {
	err = requestError(err)
	var r *RequestError
	if !errors.As(err, &r) || r.Fatal() {
		return err
	}
	return &RequestError{
		Fault:   r.Fault,
		Message: fmt.Sprintf("Illegal value for field %q: %s", field, r.Message),
		InField: true,
		Err:     r.Err,
	}
}

// illegalValue reports an entry whose value is outside of its range.
func illegalValue(field, format string, args ...any) error {
	return &RequestError{
		Fault:   RequestValue,
		InField: true,
		Message: fmt.Sprintf("Illegal value for field %q: %s", field, fmt.Sprintf(format, args...)),
	}
}

// missing reports a mandatory entry that is absent.
func missing(field string) error {
	return &RequestError{
		Fault:   RequestMissing,
		InField: true,
		Message: fmt.Sprintf("Illegal value for field %q: Expected value to be non-null", field),
	}
}

// duplicateKey reports a map that has a key twice.
func duplicateKey(name string) error {
	return &RequestError{
		Fault:   RequestDuplicateKey,
		Message: fmt.Sprintf("Duplicate map key: %q", name),
	}
}
