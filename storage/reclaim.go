package storage

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/drawbolt/drawbolt/storage/mvcc"
)

// A garbage is something that only snapshots older than a commit can see.
type garbage struct {
	hash uint64 // of an index entry
	a, b uint32 // see the kinds
	c    uint32
	kind garbageKind
}

type garbageKind uint8

const (
	garbageNodeProperties         garbageKind = iota // a: a property record, b: the slot of its node
	garbageRelationshipProperties                    // the same of a relationship
	garbageNodeUndo                                  // a: an undo record, b: the slot of its node
	garbageRelationshipUndo                          // the same of a relationship
	garbageNode                                      // a: the slot of a deleted node
	garbageRelationship                              // a: the slot of a deleted relationship
	garbageLabel                                     // a: the slot of a node, b: a label it may have lost
	garbageIndex                                     // a: the slot of a record, b: an index whose entry it may have lost, c: the properties that the entry was made of
	garbageBuilt                                     // the same of an entry from building the index; c: a block with the key
)

// A retirement is something that nobody can find any more, but somebody may
// still be looking at.
type retirement struct {
	ref  uint32
	size uint32 // bytes, of an adjacency or index block
	kind retirementKind
}

type retirementKind uint8

const (
	retiredBlock retirementKind = iota
	retiredIndexBlock
	retiredProperties
	retiredUndo
	retiredNode
	retiredRelationship
)

// A reclaimer frees what no running transaction can see.
type reclaimer struct {
	store *Store
	wake  chan struct{}
	armed atomic.Bool // a timer will wake it

	mu       sync.Mutex
	replaced []replacedBatch // by timestamp
	fresh    []retirement    // without an epoch yet
	dropped  []*Index        // the same
	retired  []retiredBatch  // by epoch
	pending  atomic.Int64    // things in these lists
	backlog  atomic.Int64    // those in replaced
	held     atomic.Int64    // things in holds

	run   sync.Mutex            // one reclamation at a time
	holds map[uint64][]outdated // what a snapshot needs, see overtaking
}

type replacedBatch struct {
	timestamp uint64
	list      []garbage
}

type retiredBatch struct {
	epoch   uint64
	list    []retirement
	indexes []*Index
}

const (
	// reclaimDelay lets small commits share one reclamation.
	reclaimDelay = 20 * time.Millisecond

	// reclaimEager is how much may wait before the delay is skipped.
	reclaimEager = 1 << 14

	// reclaimHelp is how much may wait before transactions wait for it.
	reclaimHelp = 1 << 17
)

// replace takes note of garbage of a commit. The list is copied.
func (r *reclaimer) replace(timestamp uint64, list []garbage) {
	if len(list) == 0 {
		return
	}
	r.pending.Add(int64(len(list)))
	r.backlog.Add(int64(len(list)))
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.replaced); n > 0 {
		timestamp = max(timestamp, r.replaced[n-1].timestamp)
		if last := &r.replaced[n-1]; last.timestamp == timestamp {
			last.list = append(last.list, list...)
			return
		}
	}
	r.replaced = append(r.replaced, replacedBatch{timestamp: timestamp, list: append([]garbage(nil), list...)})
}

// retire takes note of what nobody finds from now on. The list is copied. The
// next reclamation gives it an epoch, the one after that may free it.
func (r *reclaimer) retire(list []retirement) {
	if len(list) == 0 {
		return
	}
	r.mu.Lock()
	r.fresh = append(r.fresh, list...)
	r.mu.Unlock()
	r.pending.Add(int64(len(list)))
}

// drop takes note of an index that nobody finds from now on.
func (r *reclaimer) drop(ix *Index) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped = append(r.dropped, ix)
	r.pending.Add(1)
}

// help makes who has made garbage take some away, when there is more than the
// reclaimer keeps up with.
func (r *reclaimer) help() {
	if r.backlog.Load() >= reclaimHelp {
		r.reclaim()
	}
}

// poke wakes the reclaimer when there is something to do, soon or at once. It
// is called at the end of every transaction.
func (r *reclaimer) poke() {
	n := r.pending.Load()
	if n+r.held.Load() == 0 || !r.armed.CompareAndSwap(false, true) {
		return
	}
	if n >= reclaimEager {
		r.signal()
	} else {
		time.AfterFunc(reclaimDelay, r.signal)
	}
}

func (r *reclaimer) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// loop reclaims until stop is closed.
func (r *reclaimer) loop(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-r.wake:
			r.armed.Store(false)
			// What one reclamation has retired, a later one frees. Without
			// progress somebody is in the way, whose end will call again.
			if r.reclaim() {
				r.poke()
			}
		}
	}
}

// Reclaim frees what no running transaction can see, now instead of a little
// later, and what the store keeps to be faster.
func (s *Store) Reclaim() {
	s.dropColumns()
	for range 3 { // what one has retired gets an epoch in the next
		s.reclaimer.reclaim()
	}
}

// reclaim frees what can be freed now, and reports whether that was anything.
func (r *reclaimer) reclaim() (progress bool) {
	r.run.Lock()
	defer r.run.Unlock()
	h := r.store.registry.Horizon()
	r.mu.Lock()
	replaced := r.takeLocked(h.Snapshot)
	passed := r.takeLocked(h.Newest)
	n := 0
	for n < len(r.retired) && r.retired[n].epoch <= h.Epoch {
		n++
	}
	retired := append([]retiredBatch(nil), r.retired[:n]...)
	r.retired = slices.Delete(r.retired, 0, n)
	tagged := len(r.fresh) > 0 || len(r.dropped) > 0
	if tagged {
		r.retired = append(r.retired, retiredBatch{epoch: r.store.registry.Retire(), list: r.fresh, indexes: r.dropped})
		r.fresh, r.dropped = nil, nil
	}
	r.mu.Unlock()
	r.backlog.Add(-size(replaced) - size(passed))
	r.pending.Add(-size(replaced) - size(passed))

	replaced, outdated := r.release(&h, replaced, passed)
	overtaken, ready := r.overtake(&h, outdated)
	replaced = append(replaced, replacedBatch{list: ready})
	// Entries of indexes are found by properties that are in either list.
	waiting, again := r.store.freeReplaced(replaced, h.Snapshot)
	freed := 0
	for _, b := range retired {
		r.store.freeRetired(b.list)
		freed += len(b.list) + len(b.indexes)
		for _, ix := range b.indexes {
			ix.free()
		}
	}
	r.pending.Add(-int64(freed))
	r.retire(waiting)
	r.replace(h.Snapshot, again)
	return tagged || int64(freed+overtaken)+size(replaced) > int64(len(again))
}

// size returns how much is in batches.
func size(batches []replacedBatch) (n int64) {
	for _, b := range batches {
		n += int64(len(b.list))
	}
	return n
}

// takeLocked takes what was replaced up to a time out of the list.
func (r *reclaimer) takeLocked(timestamp uint64) []replacedBatch {
	n := 0
	for n < len(r.replaced) && r.replaced[n].timestamp <= timestamp {
		n++
	}
	taken := append([]replacedBatch(nil), r.replaced[:n]...)
	r.replaced = slices.Delete(r.replaced, 0, n)
	return taken
}

// release adds what was put aside for snapshots that have gone, and tells what
// older snapshots than its commit may need from what nobody sees.
func (r *reclaimer) release(h *mvcc.Horizon, replaced, passed []replacedBatch) ([]replacedBatch, []outdated) {
	var list []outdated
	for _, b := range passed {
		for i, g := range b.list {
			list = append(list, outdated{garbage: g, timestamp: b.timestamp, record: r.store.recordOf(g), order: i})
		}
	}
	for snapshot, held := range r.holds {
		if h.Has(snapshot) {
			continue
		}
		delete(r.holds, snapshot)
		r.held.Add(-int64(len(held)))
		var free []garbage
		for _, x := range held {
			if x.timestamp <= h.Snapshot {
				free = append(free, x.garbage)
			} else {
				list = append(list, x)
			}
		}
		replaced = append(replaced, replacedBatch{list: free})
	}
	return replaced, list
}

// overtake cuts out what nobody sees although older snapshots are in use, and puts
// the rest aside. It returns how much it has cut out, and the records that can be
// freed as a whole.
func (r *reclaimer) overtake(h *mvcc.Horizon, list []outdated) (freed int, ready []garbage) {
	o := overtaking{store: r.store, horizon: h, hold: r.hold}
	o.run(list)
	r.retire(o.retired)
	return o.freed, o.ready
}

// hold puts something aside while a snapshot is in use.
func (r *reclaimer) hold(snapshot uint64, x outdated) {
	r.held.Add(1)
	r.holds[snapshot] = append(r.holds[snapshot], x)
}

// freeRetired frees what nobody looks at.
func (s *Store) freeRetired(list []retirement) {
	for _, x := range list {
		if s.replaying && (x.kind == retiredNode || x.kind == retiredRelationship) {
			continue // the log says which slots are used again
		}
		switch x.kind {
		case retiredBlock:
			s.adjacencyBlocks.Free(x.ref, int(x.size))
		case retiredIndexBlock:
			s.indexBlocks.Free(x.ref, int(x.size))
		case retiredProperties:
			s.freeProperties(x.ref)
		case retiredUndo:
			s.undo.Recycle(x.ref)
		case retiredNode:
			s.nodes.Free(x.ref)
		case retiredRelationship:
			s.relationships.Free(x.ref)
		}
	}
}

func (s *Store) freeProperties(ref uint32) {
	if ref != 0 {
		s.propertyBlocks.Free(ref, len(s.properties(ref)))
	}
}

// freeReplaced frees what no snapshot from horizon on sees. It returns what has
// to wait for those who look at it, and what has to be tried again.
func (s *Store) freeReplaced(batches []replacedBatch, horizon uint64) (retired []retirement, again []garbage) {
	var links []link
	for _, b := range batches {
		for _, g := range b.list {
			if g.kind == garbageRelationship {
				links = s.linksOf(links, g.a)
			}
		}
	}
	for _, b := range batches { // before properties are freed
		for _, g := range b.list {
			switch {
			case g.kind == garbageIndex:
				s.recheckEntry(g, horizon)
			case g.kind == garbageBuilt && !s.recheckBuilt(g, horizon):
				again = append(again, g)
			}
		}
	}
	stuck := s.unlinkAll(links, &retired)
	var free []uint32
	for _, b := range batches {
		for _, g := range b.list {
			switch g.kind {
			case garbageNodeProperties, garbageRelationshipProperties:
				s.freeProperties(g.a)
			case garbageNodeUndo, garbageRelationshipUndo:
				free = append(free, g.a)
			case garbageNode:
				retired = s.freeNode(g.a, retired)
			case garbageRelationship:
				if _, ok := stuck[g.a]; ok {
					again = append(again, g)
					continue
				}
				retired = s.freeRelationship(g.a, retired)
			case garbageLabel:
				s.recheckLabel(g.a, g.b, horizon)
			case garbageIndex, garbageBuilt: // done
			}
		}
	}
	s.undo.Recycle(free...)
	return retired, again
}

// linksOf appends the two ends of a relationship.
func (s *Store) linksOf(links []link, slot uint32) []link {
	r := s.relationships.At(slot)
	kind := atomic.LoadUint32(&r.tag) &^ deleted
	return append(links,
		newLink(atomic.LoadUint32(&r.start), Out, kind, slot),
		newLink(atomic.LoadUint32(&r.end), In, kind, slot))
}

// unlinkAll cuts deleted relationships out of the lists of their nodes. It
// returns those for which there was no memory.
func (s *Store) unlinkAll(links []link, retired *[]retirement) (stuck map[uint32]struct{}) {
	groupLinks(links, func(group []link) {
		first := group[0]
		latch := s.nodeLatches.of(first.node())
		latch.Lock()
		defer latch.Unlock()
		list := s.nodes.At(first.node()).side(first.dir())
		if s.unlink(list, first.kind(), cut{gone: isIn(group)}, retired) == nil {
			return
		}
		if stuck == nil {
			stuck = make(map[uint32]struct{})
		}
		for _, l := range group {
			stuck[l.relationship] = struct{}{}
		}
	})
	return stuck
}

// freeRelationship takes a deleted relationship, which no list has any more,
// out of use.
func (s *Store) freeRelationship(slot uint32, retired []retirement) []retirement {
	r := s.relationships.At(slot)
	s.typeMembers.at(atomic.LoadUint32(&r.tag) &^ deleted).Remove(slot)
	if props := atomic.LoadUint32(&r.props); props != 0 {
		retired = append(retired, retirement{kind: retiredProperties, ref: props})
	}
	r.kill()
	return append(retired, retirement{kind: retiredRelationship, ref: slot})
}

// freeNode takes a deleted node, which has no relationships any more, out of
// use.
func (s *Store) freeNode(slot uint32, retired []retirement) []retirement {
	n := s.nodes.At(slot)
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	defer latch.Unlock()
	for _, l := range s.labelSets.at(atomic.LoadUint32(&n.tag) &^ deleted).ids {
		s.labelMembers.at(uint32(l)).Remove(slot)
	}
	for _, dir := range [...]Direction{Out, In} {
		for ref := atomic.SwapUint32(n.side(dir), 0); ref != 0; {
			group := s.block(ref)
			for ref != 0 {
				b := s.block(ref)
				retired = append(retired, retirement{kind: retiredBlock, ref: ref, size: uint32(b.size())}) //nolint:gosec // at most maxBlockBytes
				ref = b.more()
			}
			ref = group.next
		}
	}
	if props := atomic.LoadUint32(&n.props); props != 0 {
		retired = append(retired, retirement{kind: retiredProperties, ref: props})
	}
	n.kill()
	return append(retired, retirement{kind: retiredNode, ref: slot})
}

// recheckLabel takes a node out of the members of a label when no version that
// anybody can see has the label.
func (s *Store) recheckLabel(slot, label uint32, horizon uint64) {
	latch := s.nodeLatches.of(slot)
	latch.Lock()
	defer latch.Unlock()
	has := func(v version) bool { return s.labelSets.at(v.tag).has(LabelID(label)) }
	if !s.anyVersion(&s.nodes.At(slot).head, horizon, has) {
		s.labelMembers.at(label).Remove(slot)
	}
}

// anyVersion reports whether one of the versions of a record that a snapshot
// from horizon on can see satisfies want. The latch of the record is held.
func (s *Store) anyVersion(h *head, horizon uint64, want func(version) bool) bool {
	sight := mvcc.NewSight(horizon, 0, 0)
	for {
		w := h.load()
		if w == mvcc.Dead || w == 0 {
			return false
		}
		if v := h.get(); v.tag&deleted == 0 && want(v) {
			return true
		}
		u := atomic.LoadUint32(&h.undo)
		if sight.Sees(w) || u == 0 {
			return false
		}
		h = s.undo.At(u)
	}
}
