package storagetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A History makes random changes in transactions that overlap, and knows what
// each of them must see.
type History struct {
	Committed *Model

	tb      testing.TB
	store   *storage.Store
	random  *rand.Rand
	running []*running
	readers []reader
	labels  []storage.LabelID
	types   []storage.TypeID
	keys    []storage.KeyID
	step    int
	commits int // that changed something
}

// A reader is a transaction that has made its changes, if any, and reads on.
type reader struct {
	tx    *storage.Transaction
	model *Model
}

// A running is an unfinished transaction.
type running struct {
	tx      *storage.Transaction
	base    *Model // what was committed in its snapshot
	model   *Model // what it must see; without what is not committed
	before  *Model // what it must have seen before its current command
	changes []func(*Model)
	commits int  // made when it began
	read    bool // it has read everything
	saved   int  // changes at the savepoint, if there is one
	point   *storage.Savepoint
}

// NewHistory begins a history on a store whose content is the model. The store
// must have a short LockTimeout: all transactions run in this goroutine.
func NewHistory(tb testing.TB, s *storage.Store, m *Model, seed uint64) *History {
	tb.Helper()
	h := &History{Committed: m, tb: tb, store: s, random: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // a repeatable test
	for _, name := range []string{"A", "B", "C"} {
		l, err := s.InternLabel(name)
		h.check(err)
		h.labels = append(h.labels, l)
		t, err := s.InternType("T" + name)
		h.check(err)
		h.types = append(h.types, t)
		k, err := s.InternKey("k" + name)
		h.check(err)
		h.keys = append(h.keys, k)
	}
	return h
}

func (h *History) check(err error) {
	h.tb.Helper()
	if err != nil {
		h.tb.Fatalf("step %d: %v", h.step, err)
	}
}

// Run makes n steps.
func (h *History) Run(n int) {
	h.tb.Helper()
	for range n {
		h.step++
		switch k := h.random.IntN(23); {
		case len(h.running) == 0 || k == 0 && len(h.running) < 5:
			level := storage.Isolation(h.random.IntN(int(storage.Serializable) + 1)) //nolint:gosec // four levels and none
			tx, err := h.store.BeginIsolated(h.tb.Context(), storage.WriteMode, level)
			h.check(err)
			h.running = append(h.running, &running{
				tx: tx, base: h.Committed.Clone(), model: h.Committed.Clone(), before: h.Committed.Clone(), commits: h.commits,
			})
		case k == 1:
			h.commit(h.random.IntN(len(h.running)))
		case k == 2 && h.random.IntN(3) == 0:
			h.rollback(h.random.IntN(len(h.running)))
		case k == 3:
			h.compare(h.any())
		case k == 4:
			h.nextCommand(h.any())
		case k == 5:
			h.compareReader()
		case k == 6:
			h.save(h.any())
		default:
			h.change(h.any())
		}
	}
}

// compare compares what a transaction sees with what it must see.
func (h *History) compare(r *running) {
	h.tb.Helper()
	r.read = true
	if r.tx.Isolation() == storage.ReadUncommitted {
		Compare(h.tb, fmt.Sprintf("step %d, uncommitted", h.step), r.tx.View(), h.uncommitted())
		return
	}
	Compare(h.tb, fmt.Sprintf("step %d", h.step), r.tx.View(), r.model)
	Compare(h.tb, fmt.Sprintf("step %d, before the command", h.step), r.tx.ViewAt(r.tx.Command()), r.before)
}

// uncommitted returns the committed state with the changes of all who run. No two
// of them have changed the same.
func (h *History) uncommitted() *Model {
	m := h.Committed.Clone()
	for _, r := range h.running {
		for _, c := range r.changes {
			c(m)
		}
	}
	return m
}

// compareReader compares what one of the readers sees, after everything that nobody
// sees has been freed, and then perhaps ends it. There are more and more readers
// up to a few.
func (h *History) compareReader() {
	h.tb.Helper()
	if len(h.readers) < 4 {
		h.readers = append(h.readers, reader{tx: h.store.Begin(storage.ReadMode), model: h.Committed.Clone()})
	}
	h.store.Reclaim()
	i := h.random.IntN(len(h.readers))
	r := h.readers[i]
	Compare(h.tb, fmt.Sprintf("step %d, a reader", h.step), r.tx.View(), r.model)
	if r.tx.Rest(); h.random.IntN(4) == 0 {
		h.endReader(i)
	}
}

func (h *History) endReader(i int) {
	h.readers[i].tx.Rollback()
	h.readers = slices.Delete(h.readers, i, i+1)
}

// nextCommand begins a command, with a new snapshot at the levels that have one
// for each.
func (h *History) nextCommand(r *running) {
	h.tb.Helper()
	r.tx.Refresh(false)
	if r.tx.Isolation().RefreshesReads() {
		r.base, r.point = h.Committed.Clone(), nil
		r.remodel()
	}
	r.before = r.model.Clone()
	r.tx.NextCommand()
}

// remodel makes the model anew.
func (r *running) remodel() {
	r.model = r.base.Clone()
	for _, c := range r.changes {
		c(r.model)
	}
}

// save makes a savepoint, or goes back to it.
func (h *History) save(r *running) {
	if r.point == nil {
		p := r.tx.Savepoint()
		r.point, r.saved = &p, len(r.changes)
	} else {
		r.tx.RollbackTo(*r.point)
		r.changes, r.point = r.changes[:r.saved], nil
		r.remodel()
	}
	r.before = r.model.Clone()
}

// Finish commits or rolls back what is running and compares the committed
// state.
func (h *History) Finish() {
	h.tb.Helper()
	for len(h.running) > 0 {
		if h.random.IntN(2) == 0 {
			h.commit(0)
		} else {
			h.rollback(0)
		}
	}
	for len(h.readers) > 0 {
		r := h.readers[0]
		Compare(h.tb, fmt.Sprintf("after step %d, a reader", h.step), r.tx.View(), r.model)
		h.endReader(0)
	}
	h.store.Reclaim()
	Check(h.tb, fmt.Sprintf("after step %d", h.step), h.store, h.Committed)
	if n := h.store.UndoRecords(); n != 0 {
		h.tb.Errorf("after step %d: %d undo records are left", h.step, n)
	}
}

// Check compares the committed state of a store with a model.
func Check(tb testing.TB, when string, s *storage.Store, m *Model) {
	tb.Helper()
	tx := s.Begin(storage.ReadMode)
	defer tx.Rollback()
	Compare(tb, when, tx.View(), m)
	CompareStatistics(tb, when, s, m)
}

func (h *History) any() *running { return h.running[h.random.IntN(len(h.running))] }

func (h *History) drop(i int) *running {
	r := h.running[i]
	h.running = slices.Delete(h.running, i, i+1)
	return r
}

func (h *History) commit(i int) {
	h.tb.Helper()
	r := h.drop(i)
	commit, open := r.tx.Commit, h.random.IntN(4) == 0
	if open {
		commit = r.tx.CommitOpen
	}
	_, err := commit(h.tb.Context())
	stale := r.tx.Isolation() == storage.Serializable && r.read && r.commits != h.commits && len(r.changes) > 0
	if err != nil {
		h.expected(r, err)
		return
	}
	if stale {
		h.tb.Fatalf("step %d: a serializable transaction commits although others have changed what it has read", h.step)
	}
	if len(r.changes) > 0 {
		h.commits++
	}
	for _, c := range r.changes {
		c(h.Committed)
	}
	switch {
	case open && len(r.changes) > 0 && r.tx.Isolation() != storage.ReadUncommitted:
		h.readers = append(h.readers, reader{tx: r.tx, model: h.Committed.Clone()})
	case open:
		r.tx.Rollback()
	}
	CompareStatistics(h.tb, fmt.Sprintf("step %d, after a commit", h.step), h.store, h.Committed)
}

func (h *History) rollback(i int) { h.drop(i).tx.Rollback() }

// expected accepts the errors that overlapping transactions may give each
// other. At commit a node may still be connected.
func (h *History) expected(r *running, err error) {
	h.tb.Helper()
	var e *storage.Error
	if !errors.As(err, &e) {
		h.tb.Fatalf("step %d: %v", h.step, err)
	}
	switch e.Kind {
	case storage.KindConflict, storage.KindDeadlock, storage.KindLockTimeout:
	case storage.KindStillConnected:
		for _, rel := range r.model.Relationships {
			_, start := r.model.Nodes[rel.Start]
			_, end := r.model.Nodes[rel.End]
			if !start || !end {
				return
			}
		}
		h.tb.Fatalf("step %d: %v, but nothing is left connected", h.step, err)
	default:
		h.tb.Fatalf("step %d: unexpected error %v", h.step, err)
	}
}

// apply makes a change of the model once the store has made it. When another
// transaction was in the way, this one ends.
func (h *History) apply(r *running, err error, change func(*Model)) {
	h.tb.Helper()
	if err != nil {
		h.expected(r, err)
		h.rollback(slices.Index(h.running, r))
		return
	}
	change(r.model)
	r.changes = append(r.changes, change)
}

func (h *History) value() graph.Value {
	switch h.random.IntN(6) {
	case 0:
		return graph.Null
	case 1:
		return graph.String(fmt.Sprintf("%0*d", h.random.IntN(300), h.step))
	case 2:
		return graph.Float(h.random.Float64())
	case 3:
		zone := &graph.Zone{Name: "Europe/Berlin", Offset: 3600}
		return graph.List([]graph.Value{graph.DateTime(int64(h.step), 5, zone), graph.Integer(1)})
	default:
		return graph.Integer(int64(h.random.IntN(5)))
	}
}

func (h *History) properties() (list []storage.Property, set map[storage.KeyID]graph.Value) {
	set = make(map[storage.KeyID]graph.Value)
	for range h.random.IntN(3) {
		k, v := h.keys[h.random.IntN(len(h.keys))], h.value()
		if _, twice := set[k]; twice || v.IsNull() {
			continue
		}
		list = append(list, storage.Property{Key: k, Value: v})
		set[k] = v
	}
	return list, set
}

func pick[K ~uint64, V any](h *History, m map[K]V) (K, bool) {
	if len(m) == 0 {
		return 0, false
	}
	ids := slices.Sorted(maps.Keys(m))
	return ids[h.random.IntN(len(ids))], true
}

// change makes one random change.
func (h *History) change(r *running) {
	h.tb.Helper()
	node, haveNode := pick(h, r.model.Nodes)
	rel, haveRel := pick(h, r.model.Relationships)
	switch k := h.random.IntN(16); {
	case k < 3 || !haveNode:
		h.createNode(r)
	case k < 7:
		h.createRelationship(r, node)
	case k < 9:
		h.setNodeProperty(r, node)
	case k < 11:
		h.changeLabel(r, node)
	case k < 12:
		h.replaceNode(r, node)
	case k < 13:
		if h.random.IntN(2) == 0 {
			h.detach(r, node)
			if !slices.Contains(h.running, r) {
				return
			}
		}
		was, err := r.tx.DeleteNode(h.tb.Context(), node)
		if err == nil && !was {
			h.tb.Fatalf("step %d: DeleteNode(%d) finds nothing", h.step, node)
		}
		h.apply(r, err, func(m *Model) { delete(m.Nodes, node) })
	case !haveRel:
	case k < 15:
		was, err := r.tx.DeleteRelationship(h.tb.Context(), rel)
		if err == nil && !was {
			h.tb.Fatalf("step %d: DeleteRelationship(%d) finds nothing", h.step, rel)
		}
		h.apply(r, err, func(m *Model) { delete(m.Relationships, rel) })
	default:
		h.changeRelationship(r, rel)
	}
}

func (h *History) createNode(r *running) {
	h.tb.Helper()
	list, set := h.properties()
	labels := make(map[storage.LabelID]bool)
	for _, l := range h.labels {
		if h.random.IntN(2) == 0 {
			labels[l] = true
		}
	}
	id, err := r.tx.CreateNode(h.tb.Context(), slices.Collect(maps.Keys(labels)), list)
	h.apply(r, err, func(m *Model) { m.Nodes[id] = Node{Labels: labels, Properties: set} })
}

func (h *History) createRelationship(r *running, start graph.NodeID) {
	h.tb.Helper()
	end, _ := pick(h, r.model.Nodes)
	list, set := h.properties()
	t := h.types[h.random.IntN(len(h.types))]
	id, err := r.tx.CreateRelationship(h.tb.Context(), start, end, t, list)
	h.apply(r, err, func(m *Model) {
		m.Relationships[id] = Relationship{Start: start, End: end, Type: t, Properties: set}
	})
}

func withProperty(m map[storage.KeyID]graph.Value, k storage.KeyID, v graph.Value) map[storage.KeyID]graph.Value {
	m = maps.Clone(m)
	if m[k] = v; v.IsNull() {
		delete(m, k)
	}
	return m
}

func (h *History) setNodeProperty(r *running, id graph.NodeID) {
	h.tb.Helper()
	k, v := h.keys[h.random.IntN(len(h.keys))], h.value()
	if _, there := r.model.Nodes[id].Properties[k]; !there && v.IsNull() {
		return // would not own the node
	}
	err := r.tx.SetNodeProperty(h.tb.Context(), id, k, v)
	h.apply(r, err, func(m *Model) {
		n := m.Nodes[id]
		n.Properties = withProperty(n.Properties, k, v)
		m.Nodes[id] = n
	})
}

func (h *History) replaceNode(r *running, id graph.NodeID) {
	h.tb.Helper()
	list, set := h.properties()
	err := r.tx.ReplaceNodeProperties(h.tb.Context(), id, list)
	h.apply(r, err, func(m *Model) { m.Nodes[id] = Node{Labels: m.Nodes[id].Labels, Properties: set} })
}

func (h *History) changeLabel(r *running, id graph.NodeID) {
	h.tb.Helper()
	l := h.labels[h.random.IntN(len(h.labels))]
	add := h.random.IntN(2) == 0
	var changed bool
	var err error
	if add {
		changed, err = r.tx.AddLabel(h.tb.Context(), id, l)
	} else {
		changed, err = r.tx.RemoveLabel(h.tb.Context(), id, l)
	}
	if err == nil && changed != (add != r.model.Nodes[id].Labels[l]) {
		h.tb.Fatalf("step %d: label %d of node %d: changed = %v", h.step, l, id, changed)
	}
	if err == nil && !changed {
		return // the node is not owned
	}
	h.apply(r, err, func(m *Model) {
		n := m.Nodes[id]
		n.Labels = maps.Clone(n.Labels)
		if n.Labels[l] = true; !add {
			delete(n.Labels, l)
		}
		m.Nodes[id] = n
	})
}

// detach deletes the relationships of a node.
func (h *History) detach(r *running, id graph.NodeID) {
	h.tb.Helper()
	for _, s := range r.model.Steps(id, storage.Both) {
		_, err := r.tx.DeleteRelationship(h.tb.Context(), s.Relationship)
		h.apply(r, err, func(m *Model) { delete(m.Relationships, s.Relationship) })
		if err != nil {
			return
		}
	}
}

func (h *History) changeRelationship(r *running, id graph.RelationshipID) {
	h.tb.Helper()
	if h.random.IntN(2) == 0 {
		list, set := h.properties()
		err := r.tx.ReplaceRelationshipProperties(h.tb.Context(), id, list)
		h.apply(r, err, func(m *Model) {
			rel := m.Relationships[id]
			rel.Properties = set
			m.Relationships[id] = rel
		})
		return
	}
	k, v := h.keys[h.random.IntN(len(h.keys))], h.value()
	if _, there := r.model.Relationships[id].Properties[k]; !there && v.IsNull() {
		return // would not own the relationship
	}
	err := r.tx.SetRelationshipProperty(h.tb.Context(), id, k, v)
	h.apply(r, err, func(m *Model) {
		rel := m.Relationships[id]
		rel.Properties = withProperty(rel.Properties, k, v)
		m.Relationships[id] = rel
	})
}
