package storage

import (
	"context"
	"math/bits"
	"sync/atomic"
)

// A serializable transaction commits when everything it has read would still read
// the same, so that it could have run in the moment of its commit. Reads are
// predicates: "node 7", "the members of label 3", "the relationships at node 9",
// "the entries of index 2 under this hash". Each falls into one of a fixed number
// of classes, a transaction notes the classes that it has read, and commits note
// their timestamp at the classes that they change. Sharing a class is a false
// alarm at worst: the transaction runs again. In return what a transaction notes
// is 8 KiB however much it reads, and its check is a look at 64 Ki numbers.
//
// Commits note something only while a serializable transaction runs.

// A predicate is a kind of read.
type predicate uint8

const (
	readNode            predicate = iota // a: slot
	readRelationship                     // a: slot
	readRelationshipsAt                  // a: slot of a node, in either direction
	readMembers                          // a: label; who has it
	readContents                         // a: label; what the members have
	readNodes                            // who is there
	readAllContents                      // what all have
	readType                             // a: type; which relationships are of it
	readRelationships                    // which are there
	readIndexEntries                     // a: index, b: hash
	readIndex                            // a: index; some of it
	readStatistic                        // a: label, b: kind and type
)

const (
	classBits = 16
	classes   = 1 << classBits
)

// classOf returns the class of a predicate.
func classOf(p predicate, a uint32, b uint64) uint32 {
	const odd = 0x9E37_79B9_7F4A_7C15
	h := (uint64(p)+1)*odd ^ uint64(a)*0xBF58_476D_1CE4_E5B9 ^ b*0x94D0_49BB_1331_11EB
	h = (h ^ h>>29) * odd
	return uint32(h >> (64 - classBits))
}

func statisticClass(k statistic) uint32 {
	return classOf(readStatistic, uint32(k.label), uint64(k.kind)<<32|uint64(k.typ))
}

// A readSet is the classes that a transaction has read.
type readSet [classes / 64]uint64

func (r *readSet) add(class uint32) { r[class/64] |= 1 << (class % 64) }

// saw notes a read. Almost always there is nobody to note it for.
func (v *View) saw(p predicate, a uint32, b uint64) {
	if v.tx.reads != nil {
		v.tx.reads.add(classOf(p, a, b))
	}
}

// watchers counts serializable transactions and keeps what commits note for them.
// The mutex of appending guards it.
type watchers struct {
	count  int
	stamps []uint64 // by class: the newest commit that was noted
}

// watch makes commits note what they change. It returns when all that did not are
// visible, so that a snapshot taken afterwards has them.
func (s *Store) watch(ctx context.Context) error {
	p := &s.pipeline
	p.append.Lock()
	w := &s.watchers
	w.count++
	if w.stamps == nil {
		w.stamps = make([]uint64, classes)
	}
	last := p.last
	p.append.Unlock()
	if err := s.WaitFor(ctx, Position(last)); err != nil {
		s.unwatch()
		return &Error{Kind: KindCancelled, Message: "wait for commits on their way", Err: err}
	}
	return nil
}

func (s *Store) unwatch() {
	s.pipeline.append.Lock()
	s.watchers.count--
	s.pipeline.append.Unlock()
}

// validate returns an error when somebody has changed what the transaction has
// read. The mutex of appending is held.
func (t *Transaction) validate() error {
	if t.reads == nil {
		return nil
	}
	stamps := t.store.watchers.stamps
	for i, word := range t.reads {
		for ; word != 0; word &= word - 1 {
			class := i*64 + bits.TrailingZeros64(word)
			if stamps[class] > t.seen {
				t.store.options.Counters.conflict()
				return &Error{Kind: KindConflict, Message: "another transaction has changed what was read", line: uint8(class)} //nolint:gosec // any of the lines
			}
		}
	}
	return nil
}

// noteChanges notes what a commit changes for those who may have read it. The
// mutex of appending is held.
func (t *Transaction) noteChanges(timestamp uint64) {
	s, w := t.store, t.work
	if s.watchers.count == 0 {
		return
	}
	note := func(p predicate, a uint32, b uint64) { s.watchers.stamps[classOf(p, a, b)] = timestamp }
	for _, c := range w.changes {
		switch c.kind {
		case nodeCreated, nodeChanged, nodeDeleted:
			t.noteNode(c, note)
		case relationshipChanged:
			note(readRelationship, c.slot, 0)
		case relationshipCreated, relationshipDeleted:
			r := s.relationships.At(c.slot)
			note(readRelationship, c.slot, 0)
			note(readRelationshipsAt, atomic.LoadUint32(&r.start), 0)
			note(readRelationshipsAt, atomic.LoadUint32(&r.end), 0)
			note(readType, atomic.LoadUint32(&r.tag)&^deleted, 0)
			note(readRelationships, 0, 0)
		}
	}
	for _, list := range [...][]garbage{w.added, w.replaced} {
		for _, g := range list {
			if g.kind == garbageIndex {
				note(readIndexEntries, g.b, g.hash)
				note(readIndex, g.b, 0)
			}
		}
	}
	for i, k := range w.delta.keys {
		if w.delta.counts[i] != 0 {
			s.watchers.stamps[statisticClass(k)] = timestamp
		}
	}
}

// noteNode notes one change of a node.
func (t *Transaction) noteNode(c change, note func(p predicate, a uint32, b uint64)) {
	s := t.store
	after := s.nodes.At(c.slot).get().tag
	before := uint32(deleted) // created here
	if c.undo != 0 {
		before = s.undo.At(c.undo).get().tag
	}
	note(readNode, c.slot, 0)
	note(readAllContents, 0, 0)
	if (before^after)&deleted != 0 {
		note(readNodes, 0, 0)
	}
	for _, tag := range [...]uint32{before, after} {
		for _, l := range s.labelSets.at(tag &^ deleted).ids {
			note(readContents, uint32(l), 0)
			if before != after {
				note(readMembers, uint32(l), 0)
			}
		}
	}
}
