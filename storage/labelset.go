package storage

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// A labelSet is an interned set of labels: nodes keep its number.
type labelSet struct {
	ids  []LabelID // rising
	bits []uint64  // bit l is set when l is in the set
	wire []byte    // the PackStream list of names, made at first use
	once sync.Once
}

func (l *labelSet) has(id LabelID) bool {
	return int(id>>6) < len(l.bits) && l.bits[id>>6]>>(id&63)&1 != 0
}

// A labelSets interns sets. Number 0 is the empty set.
type labelSets struct {
	sets atomic.Pointer[[]*labelSet]

	mu    sync.Mutex
	byIDs map[string]uint32
}

func newLabelSets() *labelSets {
	l := &labelSets{byIDs: map[string]uint32{"": 0}}
	l.sets.Store(&[]*labelSet{{}})
	return l
}

func (l *labelSets) at(set uint32) *labelSet { return (*l.sets.Load())[set] }

// intern returns the number of the set of ids, which must rise.
func (l *labelSets) intern(ids []LabelID) uint32 {
	key := make([]byte, 0, 64)
	for _, id := range ids {
		key = binary.BigEndian.AppendUint32(key, uint32(id))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if set, ok := l.byIDs[string(key)]; ok {
		return set
	}
	s := &labelSet{ids: slices.Clone(ids), bits: make([]uint64, ids[len(ids)-1]/64+1)}
	for _, id := range ids {
		s.bits[id>>6] |= 1 << (id & 63)
	}
	sets := append(*l.sets.Load(), s)
	set := uint32(len(sets) - 1) //nolint:gosec // bounded by the nodes that use them
	l.sets.Store(&sets)
	l.byIDs[string(key)] = set
	return set
}

// with returns the set with a label added.
func (l *labelSets) with(set uint32, id LabelID) uint32 {
	ids := l.at(set).ids
	i, found := slices.BinarySearch(ids, id)
	if found {
		return set
	}
	return l.intern(slices.Insert(slices.Clone(ids), i, id))
}

// without returns the set with a label removed.
func (l *labelSets) without(set uint32, id LabelID) uint32 {
	ids := l.at(set).ids
	i, found := slices.BinarySearch(ids, id)
	if !found {
		return set
	}
	return l.intern(slices.Delete(slices.Clone(ids), i, i+1))
}
