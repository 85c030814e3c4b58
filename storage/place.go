package storage

import (
	"fmt"

	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/slab"
)

// place returns the record of an identifier that the log gives to something
// new.
func place[T any](s *Store, t *slab.Table[T], id uint64, word func(*T) mvcc.Word) (*T, error) {
	slot := uint32(id) //nolint:gosec // the low half
	if uint64(slot) >= t.Len() {
		if err := t.Grow(uint64(slot) + 1); err != nil {
			return nil, memoryError(err)
		}
	}
	rec := t.At(slot)
	if w := word(rec); w != 0 && w != mvcc.Dead {
		// The slot was given up by an earlier commit.
		s.reclaimer.reclaim()
	}
	if w := word(rec); w != 0 && w != mvcc.Dead {
		return nil, fmt.Errorf("%w: identifier %d is in use", errRedo, id)
	}
	if g := uint32(id >> 32); g != t.Generation(slot) {
		if err := t.SetGeneration(slot, g); err != nil {
			return nil, memoryError(err)
		}
	}
	return rec, nil
}

// setGeneration notes the generation of a slot that nothing is in.
func setGeneration[T any](t *slab.Table[T], id uint64) error {
	slot, generation := uint32(id), uint32(id>>32) //nolint:gosec // halves
	if err := t.Grow(uint64(slot) + 1); err != nil {
		return memoryError(err)
	}
	if err := t.SetGeneration(slot, generation); err != nil {
		return memoryError(err)
	}
	return nil
}

// freeUnused offers the slots that nothing is in, lowest last, so that they are
// used first.
func freeUnused[T any](t *slab.Table[T], word func(*T) mvcc.Word) {
	for slot := t.Len(); slot > 0; slot-- {
		s := uint32(slot - 1) //nolint:gosec // below 2^32
		switch word(t.At(s)) {
		case 0:
			t.Recycle(s)
		case mvcc.Dead:
			t.Free(s)
		}
	}
}
