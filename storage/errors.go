package storage

import (
	"errors"

	"github.com/drawbolt/drawbolt/storage/property"
	"github.com/drawbolt/drawbolt/storage/slab"
)

// A Kind is the class of an [Error]: what the caller can do about it.
type Kind uint8

// The kinds. The zero Kind is not used.
const (
	// KindConflict means that another transaction has changed the record since
	// this one began. The transaction may be run again.
	KindConflict Kind = iota + 1
	// KindDeadlock means that transactions wait for each other in a circle and
	// this one has to give way. It may be run again.
	KindDeadlock
	// KindLockTimeout means that the owner of a record did not end in time.
	KindLockTimeout
	// KindNotFound means that the entity does not exist in this snapshot.
	KindNotFound
	// KindStillConnected means that a deleted node still has relationships.
	KindStillConnected
	// KindConstraint means that the change violates a constraint.
	KindConstraint
	// KindConstraintData means that a new constraint is violated by what is
	// there already.
	KindConstraintData
	// KindIndexExists means that the same index exists already, with that name.
	KindIndexExists
	// KindIndexCovered means that the same index exists with another name.
	KindIndexCovered
	// KindIndexName means that another index has the name.
	KindIndexName
	// KindIndexNotFound means that there is no index of that name.
	KindIndexNotFound
	// KindConstraintExists means that the same constraint exists already, with
	// that name.
	KindConstraintExists
	// KindConstraintCovered means that the same constraint, or one whose index
	// serves as well, exists with another name.
	KindConstraintCovered
	// KindConstraintName means that another constraint has the name.
	KindConstraintName
	// KindConstraintNotFound means that there is no constraint of that name.
	KindConstraintNotFound
	// KindMemoryLimit means that the change would exceed the memory limit.
	KindMemoryLimit
	// KindPropertyType means that a value cannot be stored as a property.
	KindPropertyType
	// KindReadOnly means that a transaction for reading tried to write.
	KindReadOnly
	// KindCancelled means that the context ended while waiting for another
	// transaction; the cause is wrapped.
	KindCancelled
	// KindClosed means that the store is closed, or the transaction has ended.
	KindClosed
	// KindCorrupt means that files are damaged or of an unknown format.
	KindCorrupt
	// KindStopped means that the log failed and the store takes no changes.
	KindStopped
	// KindLocked means that another process uses the data directory.
	KindLocked
	// KindLimit means that a number reached its fixed end, such as 2^32 nodes.
	KindLimit
	// KindDiskFull means that the disk has no room for the change. Nothing has
	// changed; when there is room again, changes are taken again.
	KindDiskFull
)

// An Error is what this package returns. Its text starts with "storage: ".
type Error struct {
	Kind    Kind
	Message string // what failed, without values of properties
	Err     error  // the cause, or nil

	line uint8 // where those who run again stand in line, see Turn
}

// Error returns the message and the cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return "storage: " + e.Message + ": " + e.Err.Error()
	}
	return "storage: " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retriable reports whether the transaction may succeed when it is run again
// from its start.
func (e *Error) Retriable() bool {
	switch e.Kind {
	case KindConflict, KindDeadlock, KindLockTimeout:
		return true
	default:
		return false
	}
}

// Restartable reports whether running the transaction again, at once, is what to
// do when nobody has seen anything of it: it is [Error.Retriable], and has not
// waited in vain for as long as it may.
func (e *Error) Restartable() bool { return e.Kind == KindConflict || e.Kind == KindDeadlock }

// Exists reports whether an index or a constraint can not be created because of
// one that is there already.
func (e *Error) Exists() bool {
	switch e.Kind {
	case KindIndexExists, KindIndexCovered, KindIndexName, KindConstraintExists, KindConstraintCovered, KindConstraintName:
		return true
	default:
		return false
	}
}

func errClosed() error { return &Error{Kind: KindClosed, Message: "the store is closed"} }

// memoryError turns an error of package slab into one of this package.
func memoryError(err error) error {
	if errors.Is(err, slab.ErrLimit) {
		return &Error{Kind: KindMemoryLimit, Message: "memory limit reached", Err: err}
	}
	return &Error{Kind: KindLimit, Message: "out of room", Err: err}
}

func propertyError(err error) error {
	if errors.Is(err, property.ErrTooLarge) {
		return &Error{Kind: KindLimit, Message: "set properties", Err: err}
	}
	return &Error{Kind: KindPropertyType, Message: "set a property", Err: err}
}

func nodeNotFound() error {
	return &Error{Kind: KindNotFound, Message: "the node does not exist"}
}

func relationshipNotFound() error {
	return &Error{Kind: KindNotFound, Message: "the relationship does not exist"}
}
