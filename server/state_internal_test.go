package server

// This test is internal because the state table is: it walks every state with
// every request of every version, which no client could do.

import (
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/bolt"
)

// statesOf returns the states that a session of the version can be in.
func statesOf(v *bolt.Version) []state {
	if v.Login == bolt.LoginLogon {
		return []state{stateNegotiation, stateAuthentication, stateReady, stateAutoCommit, stateInTransaction}
	}
	return []state{stateGreeting, stateReady, stateAutoCommit, stateInTransaction}
}

func TestStateTable(t *testing.T) {
	// legal is the table of the protocol, written as a person would: what is
	// handled in a state, apart from RESET and GOODBYE.
	legal := map[state][]request{
		stateNegotiation:    {requestHello},
		stateGreeting:       {requestHello},
		stateAuthentication: {requestLogon},
		stateReady:          {requestRun, requestBegin, requestRoute, requestLogoff, requestTelemetry},
		stateAutoCommit:     {requestPull, requestDiscard},
		stateInTransaction:  {requestRun, requestPull, requestDiscard, requestCommit, requestRollback},
	}
	versions, _ := bolt.Versions("", "", true)
	walked := 0
	for _, v := range versions {
		for signature := range bolt.Signature(128) {
			if _, ok := v.Fields(signature); !ok {
				continue
			}
			r := requestOf(signature)
			if r == 0 {
				t.Fatalf("Bolt %v: no request for signature %v", v, signature)
			}
			for _, s := range statesOf(v) {
				for _, failed := range []bool{false, true} {
					for _, reset := range []bool{false, true} {
						walked++
						if got, want := judge(s, s.accepts(), failed, reset, r), expected(legal, s, failed, reset, r); got != want {
							t.Errorf("Bolt %v, %v, failed %t, reset %t, %v: verdict %d, want %d", v, s, failed, reset, r, got, want)
						}
					}
				}
			}
		}
	}
	const least = 19 * 4 * 4 * 6
	if walked < least {
		t.Errorf("walked %d cells, want at least %d", walked, least)
	}
}

func expected(legal map[state][]request, s state, failed, reset bool, r request) verdict {
	before := s < stateReady
	switch {
	case r == requestGoodbye:
		return verdictClose
	case r == requestReset && !before:
		return verdictHandle
	case r == requestReset && failed:
		return verdictIgnore
	case r == requestReset:
		return verdictRefuse
	case r == requestHello && (failed || reset):
		return verdictRefuse
	case r == requestAckFailure && reset:
		return verdictIgnore
	case r == requestAckFailure && failed && !before:
		return verdictHandle
	case r == requestAckFailure:
		return verdictRefuse
	case failed || reset:
		return verdictIgnore
	}
	if slices.Contains(legal[s], r) {
		return verdictHandle
	}
	return verdictRefuse
}

func TestStateNames(t *testing.T) {
	for s, want := range map[state]string{
		stateNegotiation: "NEGOTIATION", stateGreeting: "AUTHENTICATION", stateAuthentication: "AUTHENTICATION",
		stateReady: "READY", stateAutoCommit: "AUTO_COMMIT", stateInTransaction: "IN_TRANSACTION",
	} {
		if got := s.String(); got != want {
			t.Errorf("state %d = %q, want %q", s, got, want)
		}
	}
}
