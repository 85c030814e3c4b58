package storage

import "sync/atomic"

// Counters count what stores do, for whoever operates them. Several stores may
// share them.
type Counters struct {
	// Flushes of the log to stable storage.
	Flushes atomic.Uint64
	// Conflicts are changes and commits that failed because another transaction
	// came before.
	Conflicts atomic.Uint64
}

func (c *Counters) conflict() {
	if c != nil {
		c.Conflicts.Add(1)
	}
}
