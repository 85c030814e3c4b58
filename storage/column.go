package storage

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/property"
)

const (
	// columnScans is how often a property must have been compared in all nodes of
	// a label, without a change in between, before a column is made of it.
	columnScans = 2
	// columnNodes is how many nodes a label must have.
	columnNodes = 1 << 10
	// columnBytes is what all columns of a store may take, and columnShare the
	// share of the memory limit.
	columnBytes = 64 << 20
	columnShare = 32
	// columnSlots is how many values one call of [View.SelectNodes] compares.
	columnSlots = 1 << 17
)

// A column is the numbers that one property has in the nodes of a label, as a
// snapshot sees them, in the order of the nodes' slots. Nodes whose property is
// no number are not in it: no comparison with a number is true for them.
type column struct {
	at     uint64 // the snapshot
	ids    []graph.NodeID
	values []float64
}

func (c *column) bytes() int64 { return 8 * int64(cap(c.ids)+cap(c.values)) }

// slotOf returns the slot of a node.
func slotOf(id graph.NodeID) uint64 { return uint64(uint32(id)) } //nolint:gosec // the low half

// pick fills dst with the nodes whose value is in an interval, as
// [View.SelectNodes] does. What is in it is unforeseeable, so that there is no
// branch on it.
func (c *column) pick(cursor *NodeCursor, lo, hi float64, dst []graph.NodeID) (n int, more bool) {
	at, _ := slices.BinarySearchFunc(c.ids, cursor.next, func(id graph.NodeID, slot uint64) int { return cmp.Compare(slotOf(id), slot) })
	end := min(len(c.ids), at+columnSlots)
	for at < end {
		room := len(dst) - n
		if n > 0 && room < 32 { // not worth a turn
			break
		}
		ids, values := c.ids[at:min(end, at+room)], c.values[at:min(end, at+room)]
		for i, x := range values {
			dst[n] = ids[i] // n rises by one at most, and there is room for all
			in := 0
			if x >= lo {
				in = 1
			}
			if x > hi {
				in = 0
			}
			n += in
		}
		at += len(values)
	}
	if at == len(c.ids) {
		return n, false
	}
	cursor.next = slotOf(c.ids[at])
	return n, true
}

// A columnKey names a column.
type columnKey struct {
	label LabelID
	key   KeyID
}

// A columnBuild is a column on its way, made by a scan that has to look at all
// nodes anyway.
type columnBuild struct {
	column
	name  columnKey
	hint  int
	unfit bool // some number is no float64
}

// add takes the nodes of a batch.
func (b *columnBuild) add(s *Store, batch *nodeBatch) {
	for _, i := range batch.chosen[:batch.left] {
		var stored []byte
		stored, b.hint = property.FindAt(batch.records[i], uint32(b.name.key), b.hint)
		x, number, exact := property.Float(stored)
		if !number {
			continue
		}
		b.unfit = b.unfit || !exact
		b.ids = append(b.ids, graph.NodeID(s.nodes.ID(batch.slots[i])))
		b.values = append(b.values, x)
	}
}

// cut drops the nodes from a slot on, which the scan will meet again.
func (b *columnBuild) cut(slot uint64) {
	n := len(b.ids)
	for n > 0 && slotOf(b.ids[n-1]) >= slot {
		n--
	}
	b.ids, b.values = b.ids[:n], b.values[:n]
}

// A labelWatch notes commits that change nodes of a label.
type labelWatch struct {
	since   uint64        // commits up to this one may be missing
	changed atomic.Uint64 // the newest one
}

// watchLabel returns the watch of a label, which begins with the first call.
func (p *pipeline) watchLabel(l LabelID, published *atomic.Uint64) *labelWatch {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.watched[l]
	if w == nil {
		w = &labelWatch{since: published.Load()}
		if p.watched == nil {
			p.watched = make(map[LabelID]*labelWatch)
		}
		p.watched[l] = w
	}
	return w
}

// noteLabels tells the watches of a commit that is about to become visible. The
// mutex is held.
func (p *pipeline) noteLabels(w *work, timestamp uint64) {
	for _, l := range w.labels {
		if watch := p.watched[l]; watch != nil {
			watch.changed.Store(timestamp)
		}
	}
}

// touchLabels notes the labels of a version that a commit makes or replaces.
func (s *Store) touchLabels(w *work, tag uint32) {
	tag &^= deleted
	if tag == w.tag && len(w.labels) > 0 {
		return
	}
	w.tag = tag
	for _, l := range s.labelSets.at(tag).ids {
		if !slices.Contains(w.labels, l) {
			w.labels = append(w.labels, l)
		}
	}
}

// A columnState is what is known about a possible column.
type columnState struct {
	watch   *labelWatch
	changed uint64 // the change of the label behind which scans are counted
	scans   int
	column  *column
}

// columns are copies of properties that statements compare again and again while
// nobody changes them. They hold for every snapshot between the one they were
// made from and the next change of their label.
type columns struct {
	mu     sync.Mutex
	states *simplelru.LRU[columnKey, *columnState]
	bytes  int64
}

// maxColumns bounds how many properties are watched.
const maxColumns = 64

// find returns the column for a reader's snapshot, or whether the reader's scan
// should make it. first says that a scan begins.
func (s *Store) findColumn(name columnKey, snapshot uint64, first bool) (c *column, build bool) {
	k := &s.columns
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.states == nil {
		k.states, _ = simplelru.NewLRU(maxColumns, func(_ columnKey, st *columnState) { s.dropColumn(st) }) // fails for sizes below 1 only
	}
	st, ok := k.states.Get(name)
	if !ok {
		if !first || s.count(statistic{kind: countLabel, label: name.label}) < columnNodes {
			return nil, false
		}
		st = &columnState{watch: s.pipeline.watchLabel(name.label, &s.published)}
		k.states.Add(name, st)
	}
	changed := st.watch.changed.Load()
	if st.column != nil && st.column.at >= changed {
		if snapshot < st.column.at {
			return nil, false
		}
		return st.column, false
	}
	s.dropColumn(st)
	if st.changed != changed {
		st.changed, st.scans = changed, 0
	}
	if !first || snapshot < max(changed, st.watch.since) {
		return nil, false
	}
	st.scans++
	return nil, st.scans > columnScans
}

// keepColumn makes a column known that a scan has made.
func (s *Store) keepColumn(b *columnBuild) {
	k := &s.columns
	k.mu.Lock()
	defer k.mu.Unlock()
	st, ok := k.states.Get(b.name)
	if !ok || st.column != nil || b.at < st.watch.changed.Load() || b.at < st.watch.since {
		return
	}
	limit := int64(columnBytes)
	if own := s.MemoryLimit(); own > 0 {
		limit = min(limit, own/columnShare)
	}
	c := &column{at: b.at, ids: slices.Clip(b.ids), values: slices.Clip(b.values)}
	if b.unfit || c.bytes() > limit || s.memory.Reserve(c.bytes()) != nil {
		st.scans = math.MinInt // until the label changes
		return
	}
	k.bytes += c.bytes()
	st.column = c
	for k.bytes > limit {
		k.states.RemoveOldest()
	}
}

// dropColumn gives the memory of a column back. The mutex is held.
func (s *Store) dropColumn(st *columnState) {
	if st.column == nil {
		return
	}
	n := st.column.bytes()
	s.memory.Unreserve(n)
	s.columns.bytes -= n
	st.column = nil
}

// dropColumns gives up all columns.
func (s *Store) dropColumns() {
	k := &s.columns
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.states != nil {
		k.states.Purge()
	}
}

// column returns the column that answers conditions, and the interval in which
// they are true; nil when the nodes must be looked at.
func (v *View) column(cursor *NodeCursor, l LabelID, conditions []Condition) (c *column, lo, hi float64) {
	if v.tx.work != nil || v.tx.isolation == ReadUncommitted || len(conditions) == 0 {
		return nil, 0, 0
	}
	name := columnKey{l, conditions[0].key}
	lo, hi = math.Inf(-1), math.Inf(1)
	for i := range conditions {
		from, to, ok := conditions[i].test.Interval()
		if !ok || conditions[i].key != name.key {
			return nil, 0, 0
		}
		lo, hi = max(lo, from), min(hi, to)
	}
	snapshot := v.sight.Snapshot()
	c, build := v.tx.store.findColumn(name, snapshot, cursor.next == 0)
	if build {
		cursor.build = &columnBuild{column: column{at: snapshot}, name: name}
	}
	return c, lo, hi
}
