package packstream

import "fmt"

// A Fault tells in which way bytes are not valid PackStream, or not what the
// caller asked for.
type Fault uint8

// The faults.
const (
	FaultTruncated Fault = iota + 1 // the value needs bytes that are not there
	FaultType                       // a value of another type
	FaultReserved                   // a marker that means nothing (yet)
	FaultSize                       // a size beyond 2^31-1
	FaultDepth                      // nested deeper than the limit
	FaultItems                      // more items than the limit
)

// A SyntaxError reports bytes that are not valid PackStream.
type SyntaxError struct {
	Offset int    // bytes consumed before the fault
	Fault  Fault  // what a caller can act on
	Reason string // what was wrong, without the offending bytes
	Want   Kind   // of FaultType: what the caller asked for
	Got    Kind   // of FaultType and FaultReserved: what was there
	Size   int64  // of FaultSize: what was announced
}

// Error returns the reason with its place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("packstream: offset %d: %s", e.Offset, e.Reason)
}
