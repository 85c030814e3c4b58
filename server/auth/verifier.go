package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/singleflight"

	"github.com/drawbolt/drawbolt/cypher"
)

const (
	// cached is how many checked passwords are remembered, and cacheTime for how
	// long: a pool of connections opens within that.
	cached    = 4096
	cacheTime = time.Minute
)

// A verifier checks passwords and makes hashes, a bounded number at a time.
type verifier struct {
	algorithm Algorithm
	cost      int
	// dummy is what the password of a missing user is compared with. It has the
	// cost of a new hash.
	dummy string

	slots   chan struct{}
	waiting atomic.Int64
	flight  singleflight.Group
	// secret keys the sums under which checked passwords are remembered; it
	// lives as long as the process.
	secret [32]byte
	// known holds until when a sum holds. Only right passwords are in it.
	known *lru.Cache[[sha256.Size]byte, time.Time]
	hits  atomic.Uint64
	made  atomic.Uint64

	sums sync.Pool // hash.Hash
}

func newVerifier(algorithm Algorithm, cost, slots int) (*verifier, error) {
	if slots <= 0 {
		// Statements need a processor too.
		slots = max(1, runtime.GOMAXPROCS(0)/2)
	}
	known, err := lru.New[[sha256.Size]byte, time.Time](cached)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	v := &verifier{algorithm: algorithm, cost: cost, slots: make(chan struct{}, slots), known: known}
	rand.Read(v.secret[:])
	v.sums.New = func() any { return hmac.New(sha256.New, v.secret[:]) }
	v.dummy, err = algorithm.hash(rand.Text(), cost)
	return v, err
}

// acquire waits for a place in the pool.
func (v *verifier) acquire(ctx context.Context) error {
	v.waiting.Add(1)
	defer v.waiting.Add(-1)
	select {
	case v.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (v *verifier) release() { <-v.slots }

// sum is the key of a check.
func (v *verifier) sum(account cypher.Account, stored, password string) (key [sha256.Size]byte) {
	h, ok := v.sums.Get().(interface {
		Write(p []byte) (int, error)
		Sum(b []byte) []byte
		Reset()
	})
	if !ok {
		panic("auth: the pool holds something else")
	}
	defer v.sums.Put(h)
	h.Reset()
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(account)) //nolint:gosec // only its bits matter
	binary.BigEndian.PutUint64(head[8:], uint64(len(stored)))
	h.Write(head[:])          //nolint:errcheck // it never fails
	h.Write([]byte(stored))   //nolint:errcheck // it never fails
	h.Write([]byte(password)) //nolint:errcheck // it never fails
	h.Sum(key[:0])
	return key
}

// remembered reports whether a password was found right a short time ago.
func (v *verifier) remembered(key [sha256.Size]byte) bool {
	until, ok := v.known.Get(key)
	if !ok || time.Now().After(until) {
		return false
	}
	v.hits.Add(1)
	return true
}

// A check is a password that is compared with a stored hash.
type check struct {
	account          cypher.Account
	stored, password string
	// known says that the check comes from an address that locks do not keep out.
	known bool
	// may is asked when the turn of the check has come; false ends it.
	may func() bool
}

// verify reports whether a password fits. Equal checks at the same time are one.
func (v *verifier) verify(ctx context.Context, c *check) (bool, error) {
	account, stored, password := c.account, c.stored, c.password
	key := v.sum(account, stored, password)
	if v.remembered(key) {
		return true, nil
	}
	// The check goes on when this caller gives up: others may wait for it.
	shared := context.WithoutCancel(ctx)
	flight := string(key[:])
	if c.known {
		flight += "known"
	}
	done := v.flight.DoChan(flight, func() (any, error) {
		if v.remembered(key) {
			return true, nil
		}
		if err := v.acquire(shared); err != nil {
			return false, err
		}
		defer v.release()
		if !c.may() {
			return false, ErrRate
		}
		v.made.Add(1)
		right := matches(stored, password)
		if right {
			v.known.Add(key, time.Now().Add(cacheTime))
		}
		return right, nil
	})
	select {
	case r := <-done:
		right, _ := r.Val.(bool)
		return right, r.Err
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// hash makes the hash of a new password.
func (v *verifier) hash(ctx context.Context, password string) (string, error) {
	if err := v.acquire(ctx); err != nil {
		return "", err
	}
	defer v.release()
	return v.algorithm.hash(password, v.cost)
}

// usual reports whether a check against a stored hash takes as long as one
// against the dummy.
func (v *verifier) usual(stored string) bool { return costOf(stored) == costOf(v.dummy) }

// costOf is the cost of a bcrypt hash, 0 of others.
func costOf(stored string) int {
	_, value, _ := strings.Cut(stored, ":")
	cost, err := bcrypt.Cost([]byte(value))
	if err != nil {
		return 0
	}
	return cost
}
