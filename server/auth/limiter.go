package auth

import (
	"net"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// tallies bounds the names, and the addresses, whose failures are counted;
	// the ones that are longest without a failure are forgotten first.
	tallies = 16384
	// maxLock bounds the doubling of a lock's time.
	maxLock = 5 * time.Minute
	// forgetAfter is how long after its last failure, and its lock, a name or an
	// address is as good as new.
	forgetAfter = maxLock
	// sharers is how many users may share an address: so many times more
	// failures are forgiven to an address than to a user.
	sharers = 10
)

// A limiter counts failed logins by user and by address, and locks.
type limiter struct {
	after int           // failures of a user that lock; 0 means never
	first time.Duration // time of the first lock

	mu    sync.Mutex // guards what follows
	users *simplelru.LRU[string, *tally]
	hosts *simplelru.LRU[string, *tally]
	// good are pairs of users and addresses that have logged in.
	good *simplelru.LRU[pair, struct{}]
}

type pair struct{ user, host string }

// A tally is the failures of one user or address.
type tally struct {
	failures int
	lock     time.Duration // of the last lock; 0 before the first
	until    time.Time     // end of the last lock
	last     time.Time     // last failure
}

func newLimiter(after int, first time.Duration) (*limiter, error) {
	l := &limiter{after: after, first: first}
	var err error
	if l.users, err = simplelru.NewLRU[string, *tally](tallies, nil); err != nil {
		return nil, err
	}
	if l.hosts, err = simplelru.NewLRU[string, *tally](tallies, nil); err != nil {
		return nil, err
	}
	l.good, err = simplelru.NewLRU[pair, struct{}](tallies, nil)
	return l, err
}

// hostOf is the part of an address that is counted: a network of a customer in
// IPv6, because all its addresses belong to one.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return host
}

// locked reports whether a login must not be looked at, and whether the address
// is known for this user: then a right password passes all the same.
func (l *limiter) locked(user, host string, now time.Time) (locked, known bool) {
	if l.after == 0 {
		return false, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known = l.good.Contains(pair{user, host})
	return holds(l.users, user, now) || holds(l.hosts, host, now), known
}

func holds(in *simplelru.LRU[string, *tally], key string, now time.Time) bool {
	t, ok := in.Peek(key)
	return ok && now.Before(t.until)
}

// failed counts a failure and reports whether it has locked the user or the
// address.
func (l *limiter) failed(user, host string, now time.Time) (lockedNow bool) {
	if l.after == 0 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	byUser := l.countLocked(l.users, user, l.after, now)
	byHost := l.countLocked(l.hosts, host, l.after*sharers, now)
	return byUser || byHost
}

func (l *limiter) countLocked(in *simplelru.LRU[string, *tally], key string, after int, now time.Time) bool {
	t, ok := in.Get(key)
	if !ok || now.Sub(t.last) > forgetAfter && now.Sub(t.until) > forgetAfter {
		t = &tally{}
		in.Add(key, t)
	}
	t.last = now
	t.failures++
	if now.Before(t.until) || t.failures < after {
		return false // it is locked already, or not yet
	}
	t.lock = min(max(2*t.lock, l.first), maxLock)
	t.until = now.Add(t.lock)
	return true
}

// succeeded forgets the failures of a user and remembers where it came from. The
// address keeps its own: a login as somebody else must not wash them off.
func (l *limiter) succeeded(user, host string) {
	if l.after == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users.Remove(user)
	l.good.Add(pair{user, host}, struct{}{})
}

// forget drops what is known of a user that has changed: where it has come from
// says nothing about a new password.
func (l *limiter) forget(user string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.good.Keys() {
		if p.user == user {
			l.good.Remove(p)
		}
	}
}
