package mvcc_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

func TestWord(t *testing.T) {
	owned := mvcc.Owned(7, 9)
	if !owned.IsOwned() || owned.Owner() != 7 || owned.Command() != 9 {
		t.Errorf("Owned(7, 9) = %x", owned)
	}
	committed := mvcc.Committed(mvcc.MaxTimestamp)
	if committed.IsOwned() || committed.Timestamp() != mvcc.MaxTimestamp {
		t.Errorf("Committed(MaxTimestamp) = %x", committed)
	}
	w := mvcc.Committed(5)
	for range 1 << 16 {
		if r := w.Restored(); r == w || r.Timestamp() != 5 {
			t.Fatalf("Restored() of %x = %x", w, r)
		}
		w = w.Restored()
	}
}

func TestSight(t *testing.T) {
	sight := mvcc.NewSight(10, 3, 5)
	for _, tt := range []struct {
		name string
		word mvcc.Word
		want bool
	}{
		{name: "never written", word: 0},
		{name: "dead", word: mvcc.Dead},
		{name: "older", word: mvcc.Committed(9), want: true},
		{name: "newest visible", word: mvcc.Committed(10), want: true},
		{name: "newest visible after many aborts", word: mvcc.Committed(10) + 0xFFFF, want: true},
		{name: "newer", word: mvcc.Committed(11)},
		{name: "own, earlier command", word: mvcc.Owned(3, 4), want: true},
		{name: "own, this command", word: mvcc.Owned(3, 5)},
		{name: "another's", word: mvcc.Owned(4, 1)},
	} {
		if got := sight.Sees(tt.word); got != tt.want {
			t.Errorf("%s: Sees(%x) = %v", tt.name, tt.word, got)
		}
	}
	later := sight.At(6)
	if !later.Sees(mvcc.Owned(3, 5)) {
		t.Error("At(6) does not see command 5")
	}
	start := mvcc.NewSight(0, 1, 1)
	if start.Sees(0) || start.Sees(mvcc.Dead) || start.Sees(mvcc.Committed(1)) {
		t.Error("the first snapshot sees something")
	}
}

func TestHorizon(t *testing.T) {
	var clock atomic.Uint64
	r := mvcc.NewRegistry(&clock)
	check := func(when string, snapshot, epoch uint64) {
		t.Helper()
		if h := r.Horizon(); h.Snapshot != snapshot || h.Epoch != epoch {
			t.Errorf("%s: Horizon() = %d, %d, want %d, %d", when, h.Snapshot, h.Epoch, snapshot, epoch)
		}
	}
	check("nobody", 0, 1)
	clock.Store(5)
	a := r.Enter()
	clock.Store(8)
	if got := r.Retire(); got != 2 {
		t.Errorf("Retire() = %d", got)
	}
	b := r.Enter()
	check("two", 5, 1)
	r.Leave(a)
	check("the younger one", 8, 2)
	c := r.Enter()
	if c.Owner() == b.Owner() || c.Owner() == 0 {
		t.Errorf("owners %d and %d", b.Owner(), c.Owner())
	}
	called := 0
	r.Shut(func() { called++ })
	r.Leave(b)
	if called != 0 {
		t.Error("Shut called before the last one left")
	}
	r.Leave(c)
	r.Leave(r.Enter())
	if called != 1 {
		t.Errorf("Shut called %d times", called)
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock atomic.Uint64
		r := mvcc.NewRegistry(&clock)
		a, b := r.Enter(), r.Enter()
		ofA, ofB := uint64(mvcc.Owned(a.Owner(), 1)), uint64(mvcc.Owned(b.Owner(), 1))

		if err := r.Wait(t.Context(), b, &ofA, mvcc.Committed(3), 0); err != nil {
			t.Errorf("a word that has changed: %v", err)
		}
		start := time.Now()
		if err := r.Wait(t.Context(), b, &ofA, mvcc.Word(ofA), time.Minute); !errors.Is(err, mvcc.ErrTimeout) || time.Since(start) != time.Minute {
			t.Errorf("a minute: %v after %v", err, time.Since(start))
		}
		result := make(chan error)
		go func() { result <- r.Wait(t.Context(), b, &ofA, mvcc.Word(ofA), 0) }()
		synctest.Wait()
		if err := r.Wait(t.Context(), a, &ofB, mvcc.Word(ofB), 0); !errors.Is(err, mvcc.ErrDeadlock) {
			t.Errorf("a circle: %v", err)
		}
		r.Leave(a)
		if err := <-result; err != nil {
			t.Errorf("after the owner has left: %v", err)
		}
		// The number of a is used again: nobody waits for its old word.
		if c := r.Enter(); c.Owner() != mvcc.Word(ofA).Owner() {
			t.Errorf("owner %d, want the free one", c.Owner())
		}
	})
}
