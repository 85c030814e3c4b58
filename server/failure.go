package server

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/storage"
)

// A sessionError is an error of the session itself: what the client asked for
// makes no sense here and now.
type sessionError struct {
	kind    failureKind
	message string
	err     error // what the operator should know and the client should not
}

func (f *sessionError) Error() string {
	if f.err != nil {
		return "server: " + f.message + ": " + f.err.Error()
	}
	return "server: " + f.message
}

func (f *sessionError) Unwrap() error { return f.err }

// ErrLoginRefused is wrapped by an Authenticator's error when the client has
// wrong credentials, ErrLoginRate when it has tried too often, and ErrLoginScheme
// when it wants to log in in a way that there is not. Any other error refuses the
// client too, and is logged as a fault of the server.
var (
	ErrLoginRefused = errors.New("server: login refused")
	ErrLoginScheme  = errors.New("server: authentication scheme is not supported")
	ErrLoginRate    = errors.New("server: too many failed logins")
)

// A failure is what a client is told about an error.
type failure struct {
	codes
	message string
	// detail is the message without the place in the query, if that differs.
	detail string
	// position is where in the query the error is, or nil.
	position *bolt.Position
	// internal means that the error is ours and belongs into the log.
	internal bool
}

// bolt returns the message for the client, with a code of one of the two sets.
func (f *failure) bolt(memgraph bool) *bolt.Failure {
	var m *bolt.Failure
	for i, status := range slices.Backward(f.statuses) {
		text := generalText(status)
		if m == nil {
			text = cmp.Or(f.detail, f.message)
		}
		m = &bolt.Failure{
			Message: status, Status: status, Description: describe(status, text), Cause: m,
			Record: bolt.DiagnosticRecord{Classification: f.classification(i), Position: f.position},
		}
		if text != "" {
			m.Message += ": " + text
		}
	}
	m.Message, m.Code = f.message, f.neo4j
	if memgraph {
		m.Code = f.memgraph
	}
	return m
}

// classification returns the word for the class of a status in its diagnostic
// record. What fails in the database may have a cause that is the client's.
func (f *failure) classification(i int) string {
	switch {
	case strings.HasPrefix(f.neo4j, "Neo.TransientError."):
		return "TRANSIENT_ERROR"
	case strings.HasPrefix(f.neo4j, "Neo.DatabaseError.") && (i == 0 || classText(f.statuses[i]) != "data exception"):
		return "DATABASE_ERROR"
	default:
		return "CLIENT_ERROR"
	}
}

// conflictText is known to clients, which look for it to retry.
const conflictText = "Cannot resolve conflicting transactions. Retry this transaction when the conflicting transaction is finished."

// failureOf is the one place where errors become codes. The order matters: a
// statement that was cancelled fails with whatever it was doing at that time,
// and the client must be told why it was cancelled.
func failureOf(err error) failure {
	if f, ok := errors.AsType[*sessionError](err); ok {
		return failure{codes: codesOfFailure(f.kind), message: f.message, internal: f.kind == failInternal}
	}
	if f, ok := failureOfCause(err); ok {
		return f
	}
	if f, ok := failureOfEngine(err); ok {
		return f
	}
	if e, ok := errors.AsType[*storage.Error](err); ok {
		return failureOfStorage(e)
	}
	if e, ok := errors.AsType[*bolt.SizeError](err); ok {
		return failure{codes: codesOfFailure(failMessageSize), message: e.Error()}
	}
	if e, ok := errors.AsType[*bolt.RequestError](err); ok {
		return failure{codes: codesOfRequest(e), message: e.Message}
	}
	return failure{
		codes:    codesOfFailure(failInternal),
		message:  "An unexpected error has occurred; the server's log has the details.",
		internal: true,
	}
}

// failureOfCause recognises statements that something has ended from outside.
func failureOfCause(err error) (failure, bool) {
	var locked *storage.Error
	onLock := errors.As(err, &locked) && locked.Kind == storage.KindCancelled
	const stopped = "The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. "
	switch {
	case (errors.Is(err, errClientTimeout) || errors.Is(err, errServerTimeout)) && onLock:
		memgraph := memgraphTransient
		if errors.Is(err, errClientTimeout) {
			memgraph = memgraphClient // what it asked for: nothing to try again
		}
		return failure{
			codes:   coded("Neo.ClientError.Transaction.LockClientStopped", memgraph, "25N14"),
			message: stopped + "The transaction has not completed within its timeout while it waited for a lock.",
		}, true
	case errors.Is(err, errClientTimeout):
		return failure{
			codes:   coded("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", memgraphClient, "25N14"),
			message: stopped + "The transaction has not completed within the timeout specified at its start by the client.",
		}, true
	case errors.Is(err, errTerminated):
		return failure{
			codes:   coded("Neo.ClientError.Transaction.Terminated", memgraphTransient, "25N14"),
			message: stopped + "Another client has terminated it.",
		}, true
	case errors.Is(err, errServerTimeout):
		return failure{
			codes:   coded("Neo.ClientError.Transaction.TransactionTimedOut", memgraphTransient, "25N14"),
			message: stopped + "The transaction has not completed within the timeout of the server (--query-execution-timeout-sec).",
		}, true
	case errors.Is(err, errReset), errors.Is(err, errConnectionLost):
		return failure{
			codes:   coded("Neo.ClientError.Transaction.Terminated", memgraphClient, "25N14"),
			message: stopped + "Explicitly terminated by the user.",
		}, true
	case errors.Is(err, errDatabaseClosed):
		return failure{
			codes:   coded("Neo.TransientError.General.DatabaseUnavailable", memgraphTransient, "08N09"),
			message: "The transaction has ended because its database was dropped or stopped.",
		}, true
	case errors.Is(err, errShutdown):
		return failure{
			codes:   coded("Neo.TransientError.General.DatabaseUnavailable", memgraphTransient, "08N09"),
			message: "Transaction was asked to abort because of database shutdown.",
		}, true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failure{
			codes:   coded("Neo.ClientError.Transaction.Terminated", memgraphTransient, "25N14"),
			message: stopped,
		}, true
	default:
		return failure{}, false
	}
}

func failureOfStorage(e *storage.Error) failure {
	f := failure{codes: codesOfStorage(e.Kind), message: e.Message}
	switch e.Kind { //nolint:exhaustive // the others keep the store's own text
	case storage.KindConflict:
		f.message = conflictText
	case storage.KindDeadlock:
		f.message = "Deadlock detected while trying to acquire locks: transactions wait for each other in a circle, and this one has to give way. Retry it."
	case storage.KindLockTimeout:
		f.message = "Unable to acquire a lock within the configured time (--transaction-lock-timeout-sec): another transaction has changed the same and has not ended."
	case storage.KindCorrupt, storage.KindStopped:
		f.internal = true
	}
	return f
}

// codesOfStorage has no default case, so that a new kind without a row fails the
// lint.
func codesOfStorage(k storage.Kind) codes {
	switch k {
	case storage.KindConflict:
		return coded("Neo.TransientError.Transaction.Outdated", memgraphTransient, "25N16")
	case storage.KindDeadlock:
		return coded("Neo.TransientError.Transaction.DeadlockDetected", memgraphTransient, "50N05")
	case storage.KindLockTimeout:
		return coded("Neo.TransientError.Transaction.LockAcquisitionTimeout", memgraphTransient, "25N16")
	case storage.KindNotFound:
		return coded("Neo.ClientError.Statement.EntityNotFound", memgraphClient, "25N13")
	case storage.KindStillConnected:
		return coded("Neo.ClientError.Schema.ConstraintValidationFailed", memgraphClient, "G1001")
	case storage.KindConstraint:
		return coded("Neo.ClientError.Schema.ConstraintValidationFailed", memgraphClient, "22N79", "22N80")
	case storage.KindConstraintData:
		return coded("Neo.DatabaseError.Schema.ConstraintCreationFailed", memgraphClient, "50N11", "22N79", "22N80")
	case storage.KindIndexExists:
		return coded("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", memgraphClient, "22N70")
	case storage.KindIndexCovered:
		return coded("Neo.ClientError.Schema.IndexAlreadyExists", memgraphClient, "22N70")
	case storage.KindIndexName:
		return coded("Neo.ClientError.Schema.IndexWithNameAlreadyExists", memgraphClient, "22N71")
	case storage.KindIndexNotFound:
		return coded("Neo.DatabaseError.Schema.IndexDropFailed", memgraphClient, "50N10", "22N69")
	case storage.KindConstraintExists:
		return coded("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", memgraphClient, "22N65")
	case storage.KindConstraintCovered:
		return coded("Neo.ClientError.Schema.ConstraintAlreadyExists", memgraphClient, "22N65")
	case storage.KindConstraintName:
		return coded("Neo.ClientError.Schema.ConstraintWithNameAlreadyExists", memgraphClient, "22N67")
	case storage.KindConstraintNotFound:
		return coded("Neo.DatabaseError.Schema.ConstraintDropFailed", memgraphClient, "50N12", "22N64")
	case storage.KindMemoryLimit:
		return coded("Neo.TransientError.General.MemoryPoolOutOfMemoryError", memgraphTransient, "51N72")
	case storage.KindPropertyType:
		return coded("Neo.ClientError.Statement.TypeError", memgraphClient, "22G03", "22N01")
	case storage.KindReadOnly:
		return coded("Neo.ClientError.Statement.AccessMode", memgraphClient, "08N03", "42N02")
	case storage.KindCancelled:
		return coded("Neo.ClientError.Transaction.Terminated", memgraphTransient, "25N14")
	case storage.KindClosed, storage.KindStopped:
		return coded("Neo.TransientError.General.DatabaseUnavailable", memgraphTransient, "08N09")
	case storage.KindCorrupt, storage.KindLocked:
		return coded("Neo.DatabaseError.General.UnknownError", memgraphDatabase, "50N42")
	case storage.KindDiskFull:
		return coded("Neo.DatabaseError.Transaction.TransactionCommitFailed", memgraphDatabase, "50N42")
	case storage.KindLimit:
		return coded("Neo.ClientError.Statement.ArgumentError", memgraphClient, "51N00")
	}
	return codesOfFailure(failInternal)
}

// codesOfRequest covers messages that cannot be understood. What is wrong with a
// field or an entry is the cause of a protocol error.
func codesOfRequest(e *bolt.RequestError) codes {
	c := codesOfFault(e.Fault)
	if e.InField && c.statuses[0] != "08N06" {
		c.statuses = append([]string{"08N06"}, c.statuses...)
	}
	return c
}

// codesOfFault has no default case, as codesOfStorage has none.
func codesOfFault(f bolt.RequestFault) codes {
	invalid := func(statuses ...string) codes {
		return coded("Neo.ClientError.Request.Invalid", memgraphProtocol, statuses...)
	}
	switch f {
	case bolt.RequestFieldCount:
		return coded("Neo.ClientError.Request.InvalidFormat", memgraphProtocol, "08N11", "22N57")
	case bolt.RequestDuration:
		return coded("Neo.ClientError.Statement.ArgumentError", memgraphClient, "22015", "22N28")
	case bolt.RequestType, bolt.RequestReserved:
		return invalid("22G03", "22N01")
	case bolt.RequestSize:
		return invalid("22N56")
	case bolt.RequestDuplicateKey:
		return invalid("08N06", "22N54")
	case bolt.RequestMissing, bolt.RequestValue, bolt.RequestTemporal:
		return invalid("08N06", "22N04")
	case bolt.RequestStructure, bolt.RequestStructureFields:
		return invalid("08N06", "22N00", "22N97")
	case bolt.RequestZone:
		return invalid("08N06", "22NB5")
	case bolt.RequestSRID:
		return invalid("08N06", "22000", "22N21")
	case bolt.RequestVectorSize:
		return invalid("08N06", "22NBE")
	case bolt.RequestVectorValue:
		return invalid("08N06", "22NBG")
	case bolt.RequestTruncated, bolt.RequestUnknown, bolt.RequestTooDeep, bolt.RequestTooMany, bolt.RequestTrailing:
		return invalid("08N06")
	}
	return codesOfFailure(failInternal)
}
