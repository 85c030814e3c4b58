package server

import "github.com/drawbolt/drawbolt/bolt"

// A state is one of the five states of a session, with the names that stand in
// error messages. What documents call FAILED and INTERRUPTED are flags beside
// the state: see session.failed and lookahead.resets.
type state uint8

const (
	// stateNegotiation waits for HELLO in versions that log in with LOGON.
	stateNegotiation state = iota + 1
	// stateGreeting waits for HELLO or INIT in versions that log in with it. It
	// shares its name with stateAuthentication, as in the reference server.
	stateGreeting
	// stateAuthentication waits for LOGON, after HELLO and after LOGOFF.
	stateAuthentication
	// stateReady has neither a transaction nor a result.
	stateReady
	// stateAutoCommit has the result of a statement outside a transaction.
	stateAutoCommit
	// stateInTransaction has an explicit transaction, and any number of results.
	stateInTransaction
)

// String returns the name that error messages use.
func (s state) String() string {
	switch s {
	case stateNegotiation:
		return "NEGOTIATION"
	case stateGreeting, stateAuthentication:
		return "AUTHENTICATION"
	case stateReady:
		return "READY"
	case stateAutoCommit:
		return "AUTO_COMMIT"
	case stateInTransaction:
		return "IN_TRANSACTION"
	default:
		return "UNKNOWN"
	}
}

// authenticated reports whether the session has passed its login.
func (s state) authenticated() bool { return s >= stateReady }

// A request is a kind of client message, independent of the version's tag and
// fields.
type request uint8

const (
	requestHello request = iota + 1 // INIT in Bolt 1 and 2
	requestLogon
	requestLogoff
	requestGoodbye
	requestAckFailure
	requestReset
	requestRun
	requestPull    // PULL_ALL up to Bolt 3
	requestDiscard // DISCARD_ALL up to Bolt 3
	requestBegin
	requestCommit
	requestRollback
	requestRoute
	requestTelemetry
)

// String returns the name that error messages use.
func (r request) String() string {
	switch r {
	case requestHello:
		return "Hello"
	case requestLogon:
		return "Logon"
	case requestLogoff:
		return "Logoff"
	case requestGoodbye:
		return "Goodbye"
	case requestAckFailure:
		return "AckFailure"
	case requestReset:
		return "Reset"
	case requestRun:
		return "Run"
	case requestPull:
		return "Pull"
	case requestDiscard:
		return "Discard"
	case requestBegin:
		return "Begin"
	case requestCommit:
		return "Commit"
	case requestRollback:
		return "Rollback"
	case requestRoute:
		return "Route"
	case requestTelemetry:
		return "Telemetry"
	default:
		return "Unknown"
	}
}

// requestOf returns the request of a message's signature, or 0.
func requestOf(s bolt.Signature) request {
	switch s {
	case bolt.SignatureHello:
		return requestHello
	case bolt.SignatureLogon:
		return requestLogon
	case bolt.SignatureLogoff:
		return requestLogoff
	case bolt.SignatureGoodbye:
		return requestGoodbye
	case bolt.SignatureAckFailure:
		return requestAckFailure
	case bolt.SignatureReset:
		return requestReset
	case bolt.SignatureRun:
		return requestRun
	case bolt.SignaturePull:
		return requestPull
	case bolt.SignatureDiscard:
		return requestDiscard
	case bolt.SignatureBegin:
		return requestBegin
	case bolt.SignatureCommit:
		return requestCommit
	case bolt.SignatureRollback:
		return requestRollback
	case bolt.SignatureRoute:
		return requestRoute
	case bolt.SignatureTelemetry:
		return requestTelemetry
	default:
		return 0
	}
}

// A requestSet has a bit for each request.
type requestSet uint32

func (s requestSet) has(r request) bool { return s&(1<<r) != 0 }

// accepts is the state table: what a session that neither failed nor was
// interrupted handles. GOODBYE and RESET are decided in judge. COMMIT and
// ROLLBACK are legal with results open: they are closed.
func (s state) accepts() requestSet {
	switch s {
	case stateNegotiation, stateGreeting:
		return 1 << requestHello
	case stateAuthentication:
		return 1 << requestLogon
	case stateReady:
		return 1<<requestRun | 1<<requestBegin | 1<<requestRoute | 1<<requestLogoff | 1<<requestTelemetry
	case stateAutoCommit:
		return 1<<requestPull | 1<<requestDiscard
	case stateInTransaction:
		return 1<<requestRun | 1<<requestPull | 1<<requestDiscard | 1<<requestCommit | 1<<requestRollback
	default:
		return 0
	}
}

// documented is the state table of the protocol's documents, which divide a
// transaction into one with open results and one without: a client must consume
// its results before it ends the transaction, and has nothing to pull without
// one. Everything else is as in accepts.
func (s state) documented(results bool) requestSet {
	switch {
	case s != stateInTransaction:
		return s.accepts()
	case results:
		return 1<<requestRun | 1<<requestPull | 1<<requestDiscard
	default:
		return 1<<requestRun | 1<<requestCommit | 1<<requestRollback
	}
}

// A verdict is what happens to a request before anybody looks at its fields.
type verdict uint8

const (
	// verdictHandle executes the request.
	verdictHandle verdict = iota + 1
	// verdictIgnore answers IGNORED.
	verdictIgnore
	// verdictRefuse answers FAILURE and closes the connection.
	verdictRefuse
	// verdictClose closes the connection without an answer.
	verdictClose
)

// judge decides by state and flags; accepts is what the state handles. failed stands for the failed flag, reset
// for RESETs that have arrived but are not answered yet.
//
// Two decisions differ from the reference server: BEGIN, LOGON and LOGOFF are
// ignored after a failure, as the protocol's documents say, where it closes the
// connection. HELLO is never ignored.
func judge(s state, accepts requestSet, failed, reset bool, r request) verdict {
	switch r {
	case requestGoodbye:
		return verdictClose
	case requestReset:
		switch {
		case s.authenticated():
			return verdictHandle
		case failed:
			// Nothing but a new connection helps a client that failed
			// before its login.
			return verdictIgnore
		default:
			return verdictRefuse
		}
	case requestHello:
		if failed || reset {
			return verdictRefuse
		}
	case requestAckFailure:
		switch {
		case reset:
			return verdictIgnore
		case failed && s.authenticated():
			return verdictHandle
		default:
			return verdictRefuse
		}
	default:
		if failed || reset {
			return verdictIgnore
		}
	}
	if accepts.has(r) {
		return verdictHandle
	}
	return verdictRefuse
}
