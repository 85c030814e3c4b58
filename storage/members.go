package storage

import (
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/index"
	"github.com/drawbolt/drawbolt/storage/slab"
)

// A members is a bitmap of slots for each token.
type members struct {
	blocks *slab.Blocks
	sets   atomic.Pointer[[]*index.Bitmap]
	mu     sync.Mutex
}

func newMembers(b *slab.Blocks) *members {
	m := &members{blocks: b}
	m.sets.Store(new([]*index.Bitmap))
	return m
}

// find returns the bitmap of a token, or nil when nothing ever had it.
func (m *members) find(token uint32) *index.Bitmap {
	sets := *m.sets.Load()
	if uint64(token) >= uint64(len(sets)) {
		return nil
	}
	return sets[token]
}

// at returns the bitmap of a token.
func (m *members) at(token uint32) *index.Bitmap {
	if b := m.find(token); b != nil {
		return b
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	old := *m.sets.Load()
	sets := append(make([]*index.Bitmap, 0, max(len(old), int(token)+1)), old...)
	for len(sets) <= int(token) {
		sets = append(sets, nil)
	}
	if sets[token] == nil {
		sets[token] = index.NewBitmap(m.blocks)
	}
	m.sets.Store(&sets)
	return sets[token]
}
