package server

import (
	"net"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/rs/zerolog"
)

const (
	// refusalInterval is how often one address is logged for one mistake.
	refusalInterval = time.Minute
	// refusalMemory is how many pairs of address and mistake are remembered.
	refusalMemory = 4096
)

// A Refusals logs peers that are turned away, at most once a minute for each
// address and mistake, so that a port scan does not fill the log. It may be used
// by several goroutines.
type Refusals struct {
	log zerolog.Logger

	mu   sync.Mutex
	seen *lru.LRU[refusal, *refusalCount]
}

type refusal struct{ host, mistake string }

type refusalCount struct {
	logged     time.Time
	suppressed int
}

// NewRefusals returns a Refusals that writes to log.
func NewRefusals(log zerolog.Logger) *Refusals {
	seen, err := lru.NewLRU[refusal, *refusalCount](refusalMemory, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &Refusals{log: log, seen: seen}
}

// Log reports that peer was refused because of the mistake; hint says what the
// operator of the client may do.
func (r *Refusals) Log(peer net.Addr, mistake, hint string) {
	suppressed, ok := r.due(refusal{host: hostOf(peer), mistake: mistake}, time.Now())
	if !ok {
		return
	}
	e := r.log.Warn().Str("peer", peer.String())
	if hint != "" {
		e = e.Str("hint", hint)
	}
	if suppressed > 0 {
		e = e.Int("suppressed", suppressed)
	}
	e.Msg(mistake)
}

// due reports whether it is time to log, and how many were not logged since.
func (r *Refusals) due(key refusal, now time.Time) (suppressed int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, found := r.seen.Get(key)
	if !found {
		r.seen.Add(key, &refusalCount{logged: now})
		return 0, true
	}
	if now.Sub(c.logged) < refusalInterval {
		c.suppressed++
		return 0, false
	}
	suppressed = c.suppressed
	c.logged, c.suppressed = now, 0
	return suppressed, true
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
