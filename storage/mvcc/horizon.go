package mvcc

import "slices"

// A Horizon is what running transactions can see.
type Horizon struct {
	Snapshot uint64 // the oldest snapshot that anybody sees
	Epoch    uint64 // the oldest epoch that anybody entered in
	Newest   uint64 // the snapshot of whoever begins next

	snapshots []uint64 // of running transactions, ascending, each once
	wide      uint64   // the oldest snapshot of one that reads later commits, too
}

// Horizon returns what running transactions can see now. Without any, the oldest
// snapshot and epoch are the newest.
func (r *Registry) Horizon() Horizon {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Load()
	h := Horizon{Snapshot: now, Epoch: r.epoch, Newest: now, wide: now + 1}
	for _, a := range r.actors[1:] {
		if !a.active {
			continue
		}
		h.Epoch = min(h.Epoch, a.epoch)
		h.snapshots = append(h.snapshots, a.snapshot)
		if a.wide {
			h.wide = min(h.wide, a.snapshot)
		}
	}
	slices.Sort(h.snapshots)
	h.snapshots = slices.Compact(h.snapshots)
	if len(h.snapshots) > 0 {
		h.Snapshot = h.snapshots[0]
	}
	return h
}

// Holder returns the newest snapshot that keeps a version alive which was
// committed at from and replaced at to, and false when nobody sees the version
// or ever will. to must not be newer than h.Newest.
func (h *Horizon) Holder(from, to uint64) (snapshot uint64, ok bool) {
	i, _ := slices.BinarySearch(h.snapshots, to)
	if i > 0 && h.snapshots[i-1] >= from {
		return h.snapshots[i-1], true
	}
	return h.wide, h.wide < to
}

// Has reports whether anybody sees a snapshot.
func (h *Horizon) Has(snapshot uint64) bool {
	_, ok := slices.BinarySearch(h.snapshots, snapshot)
	return ok
}
