package storage

import (
	"slices"
	"sync"
)

// A statistic names one counter.
type statistic struct {
	kind  statisticKind
	label LabelID
	typ   TypeID
}

type statisticKind uint8

const (
	countNodes statisticKind = iota
	countLabel
	countRelationships
	countType
	countStepsOut
	countStepsIn
	countSelfLoops
)

// A delta is what a transaction changes about the statistics. Mostly few
// counters change in one transaction, so that a list is searched; a long one
// gets a map of places.
type delta struct {
	keys   []statistic
	counts []int64
	places map[statistic]int
}

const longDelta = 12

func (d *delta) add(k statistic, n int64) {
	i := d.find(k)
	if i < 0 {
		i = len(d.keys)
		d.keys = append(d.keys, k)
		d.counts = append(d.counts, 0)
		d.index()
	}
	d.counts[i] += n
}

// find returns the place of a counter, or -1.
func (d *delta) find(k statistic) int {
	if d.places != nil {
		if i, ok := d.places[k]; ok {
			return i
		}
		return -1
	}
	return slices.Index(d.keys, k)
}

// index notes the place of the newest counter, when there are many.
func (d *delta) index() {
	switch n := len(d.keys); {
	case n < longDelta:
	case d.places != nil:
		d.places[d.keys[n-1]] = n - 1
	default:
		d.places = make(map[statistic]int, 2*n)
		for i, k := range d.keys {
			d.places[k] = i
		}
	}
}

func (d *delta) of(k statistic) int64 {
	if i := d.find(k); i >= 0 {
		return d.counts[i]
	}
	return 0
}

func (d *delta) reset() { d.keys, d.counts, d.places = d.keys[:0], d.counts[:0], nil }

// A statistics is the counters of the committed state.
type statistics struct {
	mu     sync.RWMutex
	at     uint64 // the timestamp that the counts belong to
	counts map[statistic]int64
}

// apply publishes a commit: the counts and the timestamp change together.
func (s *statistics) apply(d *delta, timestamp uint64) {
	s.mu.Lock()
	for i, k := range d.keys {
		s.counts[k] += d.counts[i]
	}
	s.at = timestamp
	s.mu.Unlock()
}

func (s *statistics) get(k statistic) (n int64, at uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.counts[k], s.at
}

func (s *Store) count(k statistic) int64 {
	n, _ := s.statistics.get(k)
	return n
}

// NodeCount returns the number of nodes committed.
func (s *Store) NodeCount() int64 { return s.count(statistic{kind: countNodes}) }

// LabelCount returns the number of nodes with a label committed.
func (s *Store) LabelCount(l LabelID) int64 {
	return s.count(statistic{kind: countLabel, label: l})
}

// RelationshipCount returns the number of relationships committed.
func (s *Store) RelationshipCount() int64 {
	return s.count(statistic{kind: countRelationships})
}

// TypeCount returns the number of relationships of a type committed.
func (s *Store) TypeCount(t TypeID) int64 {
	return s.count(statistic{kind: countType, typ: t})
}

// StepCount returns the number of relationships of a type whose start (Out) or
// end (In) has a label; for Both it is the sum.
func (s *Store) StepCount(l LabelID, t TypeID, dir Direction) int64 {
	var n int64
	if dir != In {
		n += s.count(statistic{kind: countStepsOut, label: l, typ: t})
	}
	if dir != Out {
		n += s.count(statistic{kind: countStepsIn, label: l, typ: t})
	}
	return n
}

// SelfLoopCount returns the number of relationships of a type that end where
// they start.
func (s *Store) SelfLoopCount(t TypeID) int64 {
	return s.count(statistic{kind: countSelfLoops, typ: t})
}

// count returns a counter as the view sees it, and false when that is not known
// without counting: when somebody has committed since the snapshot, or when the
// view does not see all own changes.
func (v View) count(k statistic) (int64, bool) {
	n, at := v.tx.store.statistics.get(k)
	if at != v.sight.Snapshot() {
		return 0, false
	}
	if v.tx.reads != nil {
		v.tx.reads.add(statisticClass(k))
	}
	if v.tx.HasChanges() {
		if !v.seesAll() {
			return 0, false
		}
		n += v.tx.work.delta.of(k)
	}
	return n, true
}

// seesAll reports whether the view sees every change of its transaction.
func (v View) seesAll() bool { return v.sight.Sees(ownedBy(v.tx.owner, v.tx.last)) }

// NodeCount returns the number of nodes that the view sees; ok is false when
// they would have to be counted.
func (v View) NodeCount() (n int64, ok bool) { return v.count(statistic{kind: countNodes}) }

// LabelCount returns the number of nodes with a label that the view sees; ok is
// false when they would have to be counted.
func (v View) LabelCount(l LabelID) (n int64, ok bool) {
	return v.count(statistic{kind: countLabel, label: l})
}

// RelationshipCount returns the number of relationships that the view sees; ok
// is false when they would have to be counted.
func (v View) RelationshipCount() (n int64, ok bool) {
	return v.count(statistic{kind: countRelationships})
}

// TypeCount returns the number of relationships of a type that the view sees;
// ok is false when they would have to be counted.
func (v View) TypeCount(t TypeID) (n int64, ok bool) {
	return v.count(statistic{kind: countType, typ: t})
}

// StepCount is [Store.StepCount] for the view; ok is false when the
// relationships would have to be counted.
func (v View) StepCount(l LabelID, t TypeID, dir Direction) (n int64, ok bool) {
	ok = true
	if dir != In {
		n, ok = v.count(statistic{kind: countStepsOut, label: l, typ: t})
	}
	if dir != Out && ok {
		var m int64
		m, ok = v.count(statistic{kind: countStepsIn, label: l, typ: t})
		n += m
	}
	return n, ok
}
