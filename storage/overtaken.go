package storage

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// A transaction that stays open for long needs the versions that it sees, but not
// those that came and went since. What a commit has replaced is therefore looked
// at while older snapshots are in use: a version that was committed and replaced
// between two neighbouring snapshots is overtaken, and is cut out of the chain of
// its record. The rest is put aside under the snapshot that needs it, and is not
// looked at before that has gone, so that a reader costs as much as it sees,
// however long it stays.

// An overtaking is one look at what old snapshots may not need.
type overtaking struct {
	store   *Store
	horizon *mvcc.Horizon
	hold    func(snapshot uint64, x outdated)
	retired []retirement
	ready   []garbage // records that no snapshot sees any version of
	freed   int

	// Of the record that is looked at:
	cuts     []uint32  // undo records of overtaken versions, newest first
	versions []version // the others, newest first
	needed   []uint32  // properties of those and of entries that stay
	indexes  []uint32  // numbers of those that have entries to look at
	keys     []entryKey
	arena    graph.Arena
}

// An outdated is garbage of a commit that is newer than the oldest snapshot.
type outdated struct {
	garbage
	timestamp uint64
	record    uint64 // what it is of, see recordOf
	order     int    // among the garbage of the commit
}

const (
	nodeRecord         = 1 << 32
	relationshipRecord = 2 << 32
)

// recordOf returns a number for the record that garbage is of: its slot and one of
// the constants above. It is 0 for what belongs to no version.
func (s *Store) recordOf(g garbage) uint64 {
	switch g.kind {
	case garbageNodeUndo, garbageNodeProperties:
		return nodeRecord | uint64(g.b)
	case garbageRelationshipUndo, garbageRelationshipProperties:
		return relationshipRecord | uint64(g.b)
	case garbageNode:
		return nodeRecord | uint64(g.a)
	case garbageRelationship:
		return relationshipRecord | uint64(g.a)
	case garbageIndex:
		if ix := s.schema.current.Load().numbered(g.b); ix != nil && ix.spec.Relationships {
			return relationshipRecord | uint64(g.a)
		}
		return nodeRecord | uint64(g.a)
	default:
		return 0
	}
}

// recordAt is the way back.
func (s *Store) recordAt(record uint64) (*head, *sync.Mutex) {
	slot := uint32(record) //nolint:gosec // the low half
	if record < relationshipRecord {
		return &s.nodes.At(slot).head, s.nodeLatches.of(slot)
	}
	return &s.relationships.At(slot).head, s.relationshipLatches.of(slot)
}

// run looks at garbage record by record, so that the chain of a record is walked
// once.
func (o *overtaking) run(list []outdated) {
	slices.SortFunc(list, func(a, b outdated) int {
		return cmp.Or(cmp.Compare(a.record, b.record), cmp.Compare(b.timestamp, a.timestamp), cmp.Compare(b.order, a.order))
	})
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].record == list[0].record {
			n++
		}
		if list[0].record != 0 {
			o.record(list[:n])
		} else {
			for _, x := range list[:n] {
				o.keep(x)
			}
		}
		list = list[n:]
	}
}

// keep puts aside what any snapshot before a commit may need.
func (o *overtaking) keep(x outdated) {
	snapshot, _ := o.horizon.Holder(0, x.timestamp)
	o.hold(snapshot, x)
}

func (o *overtaking) retire(x retirement) {
	o.retired = append(o.retired, x)
	o.freed++
}

// record looks at all garbage of one record, newest first.
func (o *overtaking) record(list []outdated) {
	h, latch := o.store.recordAt(list[0].record)
	latch.Lock()
	defer latch.Unlock()
	o.choose(list)
	o.cut(h)
	vanished := len(o.versions) == 0
	o.entries(h, list) // before the properties that their keys are in
	slices.Sort(o.needed)
	for _, x := range list {
		switch x.kind {
		case garbageNodeProperties, garbageRelationshipProperties:
			if _, ok := slices.BinarySearch(o.needed, x.a); ok {
				o.keep(x)
			} else {
				o.retire(retirement{kind: retiredProperties, ref: x.a})
			}
		case garbageNode, garbageRelationship:
			if vanished {
				o.ready = append(o.ready, x.garbage)
			} else {
				o.keep(x)
			}
		default: // done
		}
	}
}

// choose finds the overtaken versions among the garbage of a record.
func (o *overtaking) choose(list []outdated) {
	o.cuts, o.indexes = o.cuts[:0], o.indexes[:0]
	for _, x := range list {
		switch x.kind {
		case garbageNodeUndo, garbageRelationshipUndo:
			since := o.store.undo.At(x.a).load().Timestamp()
			if snapshot, ok := o.horizon.Holder(since, x.timestamp); ok {
				o.hold(snapshot, x)
			} else {
				o.cuts = append(o.cuts, x.a)
			}
		case garbageIndex:
			if !slices.Contains(o.indexes, x.b) {
				o.indexes = append(o.indexes, x.b)
			}
		default:
		}
	}
}

// cut takes the chosen versions out of the chain of a record and collects the
// others that somebody may see. Its latch is held.
func (o *overtaking) cut(h *head) {
	s := o.store
	o.versions, o.needed = o.versions[:0], o.needed[:0]
	cuts := o.cuts
	for at := h; ; {
		if v := at.get(); v.tag&deleted == 0 {
			o.versions = append(o.versions, v)
			o.needed = append(o.needed, v.props)
		}
		if w := at.load(); !w.IsOwned() && w.Timestamp() <= o.horizon.Snapshot {
			return // older ones may have gone
		}
		next := atomic.LoadUint32(&at.undo)
		for len(cuts) > 0 && next == cuts[0] {
			o.retire(retirement{kind: retiredUndo, ref: next})
			next, cuts = atomic.LoadUint32(&s.undo.At(next).undo), cuts[1:]
		}
		atomic.StoreUint32(&at.undo, next)
		if next == 0 {
			return
		}
		at = s.undo.At(next)
	}
}

// entries removes the entries of a record that no version wants. One that the
// newest version wants is somebody else's to look at again.
func (o *overtaking) entries(h *head, list []outdated) {
	s := o.store
	for _, number := range o.indexes {
		ix := s.schema.current.Load().numbered(number)
		o.collectKeys(ix)
		newest, settled := entryKey{}, false
		if ix != nil && !h.load().IsOwned() {
			newest, settled = s.keyOf(ix, h.get(), &o.arena, nil)
		}
		for _, x := range list {
			if x.kind != garbageIndex || x.b != number {
				continue
			}
			if ix == nil {
				o.freed++
				continue
			}
			k, ok := s.keyOfProperties(ix, x.c, &o.arena, nil)
			kept := slices.ContainsFunc(o.keys, func(other entryKey) bool { return bytes.Equal(other.kept(), k.kept()) })
			hashed := slices.ContainsFunc(o.keys, func(other entryKey) bool { return other.hash == k.hash })
			if ok && (kept || hashed) && (!settled || !newest.equal(k)) {
				o.needed = append(o.needed, x.c)
				o.keep(x)
				continue
			}
			if ok && !kept && !hashed {
				ix.tree.Remove(k.key, x.a)
				ix.unhash(k.hash, x.a)
			}
			ix.settle(s.newest(), 1)
			o.freed++
		}
	}
}

// collectKeys collects the keys that the versions of a record have in an index.
func (o *overtaking) collectKeys(ix *Index) {
	o.keys, o.arena = o.keys[:0], graph.Arena{}
	if ix == nil {
		return
	}
	for _, v := range o.versions {
		if k, ok := o.store.keyOf(ix, v, &o.arena, nil); ok {
			o.keys = append(o.keys, k)
		}
	}
}
