package storage

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/mvcc"
	"github.com/drawbolt/drawbolt/storage/property"
)

// SeekIndex fills dst with visible nodes whose properties equal the values, in
// the order of the keys of the index, and returns how many they are; 0 is the
// end. Null and NaN equal nothing.
func (v View) SeekIndex(c *IndexCursor, ix *Index, values []graph.Value, dst []graph.NodeID) int {
	return seek(&v, c, ix, values, dst, v.tx.store.nodes.ID)
}

// SeekRelationships is [View.SeekIndex] for an index of relationships.
func (v View) SeekRelationships(c *IndexCursor, ix *Index, values []graph.Value, dst []graph.RelationshipID) int {
	return seek(&v, c, ix, values, dst, v.tx.store.relationships.ID)
}

func seek[ID ~uint64](v *View, c *IndexCursor, ix *Index, values []graph.Value, dst []ID, id func(slot uint32) uint64) int {
	s := v.tx.store
	n := 0
	if len(values) == len(ix.spec.Keys) && s.length(ix) > 0 {
		h := uint64(0)
		for i := range values {
			h = mixHash(h, s.schema.seed.Hash(values[i]))
		}
		v.saw(readIndexEntries, ix.number, h)
		var slots [64]uint32
		for n < len(dst) {
			want := min(len(slots), len(dst)-n)
			got, next := ix.hash.Next(h, c.next, slots[:want])
			for _, slot := range slots[:got] {
				record, _ := s.record(ix, slot)
				if ver, ok := s.read(record, &v.sight); ok && s.matches(ix, ver, values) {
					dst[n] = ID(id(slot))
					n++
				}
			}
			c.next = next
			if got < want {
				c.next = 1 << 32
				break
			}
		}
	}
	if n == 0 {
		*c = IndexCursor{}
	}
	return n
}

// matches reports whether a version belongs to an index with these values.
func (s *Store) matches(ix *Index, ver version, values []graph.Value) bool {
	if !s.covers(ix, ver) {
		return false
	}
	r := s.properties(ver.props)
	for i, k := range ix.spec.Keys {
		if !property.Equal(r.Find(uint32(k)), values[i]) {
			return false
		}
	}
	return true
}

// A uniqueCheck is an entry of a unique index whose values nobody else may
// have.
type uniqueCheck struct {
	index *Index
	slot  uint32
	hash  uint64
}

// checkUnique makes the checks that changes have noted. No latch is held: it
// waits for others who may have, or may get back, the same values.
func (t *Transaction) checkUnique(ctx context.Context) error {
	w := t.work
	for len(w.unique) > 0 {
		u := w.unique[len(w.unique)-1]
		w.unique = w.unique[:len(w.unique)-1]
		h, _ := t.store.record(u.index, u.slot)
		v := h.get()
		if k, ok := t.store.keyOf(u.index, v, &w.arena, nil); !ok || k.hash != u.hash {
			continue // changed again since
		}
		if err := t.checkEntry(ctx, u.index, u.slot, u.hash, v); err != nil {
			return t.fail(err)
		}
	}
	return nil
}

// checkEntry looks at all other nodes under a hash. v is the version of the
// node that must be the only one with its values.
func (t *Transaction) checkEntry(ctx context.Context, ix *Index, slot uint32, hash uint64, v version) error {
	var arena graph.Arena
	r := t.store.properties(v.props)
	values := make([]graph.Value, len(ix.spec.Keys))
	for i, k := range ix.spec.Keys {
		values[i] = decode(r.Find(uint32(k)), &arena)
	}
	var slots [16]uint32
	for from := uint64(0); ; {
		n, next := ix.hash.Next(hash, from, slots[:])
		for _, other := range slots[:n] {
			if other == slot {
				continue
			}
			if err := t.checkOther(ctx, ix, other, values); err != nil {
				return err
			}
		}
		if n < len(slots) {
			return nil
		}
		from = next
	}
}

// checkOther returns an error when a node has values of a unique index, and
// waits for whoever may give it the values.
func (t *Transaction) checkOther(ctx context.Context, ix *Index, slot uint32, values []graph.Value) error {
	s := t.store
	h, _ := s.record(ix, slot)
	has := func(v version) bool { return s.matches(ix, v, values) }
	for {
		w, v, u := h.load(), h.get(), atomic.LoadUint32(&h.undo)
		if h.load() != w {
			continue
		}
		if w == mvcc.Dead || w == 0 {
			return nil
		}
		if w.IsOwned() && w.Owner() != t.owner {
			if !has(v) && !s.anyUndo(u, has) {
				return nil
			}
			if err := t.wait(ctx, h, w); err != nil {
				return err
			}
			continue
		}
		if !has(v) {
			return nil
		}
		if !w.IsOwned() && w.Timestamp() > t.seen && t.mode == WriteMode {
			return t.conflictOn(h, fmt.Sprintf("another transaction has used the same values for constraint %q", ix.constraint))
		}
		name, about := s.describe(ix.spec, slot)
		return &Error{Kind: KindConstraint, Message: fmt.Sprintf("%s already exists %s and %s, constraint %q",
			name, about, s.describeValues(&ix.spec, values), ix.constraint)}
	}
}

// anyUndo reports whether the owner of a record may give back a version that
// satisfies want. u is the newest undo record.
func (s *Store) anyUndo(u uint32, want func(version) bool) bool {
	for u != 0 {
		h := s.undo.At(u)
		if want(h.get()) {
			return true
		}
		if !h.load().IsOwned() {
			return false
		}
		u = atomic.LoadUint32(&h.undo)
	}
	return false
}

// settled returns the newest version of a record once nobody owns it: an owner
// may have changed it before there was a constraint to check. A record that does
// not exist has an empty version.
func (t *Transaction) settled(ctx context.Context, h *head) (version, error) {
	for {
		w, v := h.load(), h.get()
		switch {
		case h.load() != w:
		case w == mvcc.Dead || w == 0:
			return version{}, nil
		case w.IsOwned():
			if err := t.wait(ctx, h, w); err != nil {
				return version{}, err
			}
		default:
			return v, nil
		}
	}
}

// checkAll makes sure that all nodes satisfy a new constraint. Whoever changes
// one from now on checks by himself.
func (s *Store) checkAll(ctx context.Context, spec ConstraintSpec, ix *Index) error {
	t := s.Begin(ReadMode)
	defer t.Rollback()
	set := s.labelMembers.find(uint32(spec.Label))
	if spec.Relationships {
		set = s.typeMembers.find(uint32(spec.Type))
	}
	if set == nil {
		return nil
	}
	about := &Index{spec: spec.index()}
	var arena graph.Arena
	var slots [scanBatch]uint32
	for from := uint64(0); ; {
		n, next := set.Next(from, slots[:])
		for _, slot := range slots[:n] {
			h, _ := s.record(about, slot)
			v, err := t.settled(ctx, h)
			if err != nil {
				return err
			}
			if !s.covers(about, v) {
				continue
			}
			if spec.Kind != Unique {
				if err := s.checkRequired(&spec, slot, v); err != nil {
					return err
				}
			}
			if ix == nil {
				continue
			}
			if k, ok := s.keyOf(ix, v, &arena, nil); ok {
				if err := t.checkEntry(ctx, ix, slot, k.hash, v); err != nil {
					return err
				}
			}
		}
		if n < len(slots) {
			return nil
		}
		from = next
	}
}

// checkRequired returns an error when a version lacks a property that a
// constraint demands, or has it with another type.
func (s *Store) checkRequired(c *ConstraintSpec, slot uint32, v version) error {
	r := s.properties(v.props)
	for _, k := range c.Keys {
		stored := r.Find(uint32(k))
		what := ""
		switch {
		case stored == nil && c.Kind != PropertyType:
			what = "must have the property " + quoted(s.KeyName(k))
		case stored != nil && c.Kind == PropertyType:
			var arena graph.Arena
			if value := decode(stored, &arena); !c.Types.Has(value) {
				what = fmt.Sprintf("has a property %s of wrong type %s", quoted(s.KeyName(k)), value.Kind())
			}
		}
		if what != "" {
			name, about := s.describe(c.index(), slot)
			return &Error{Kind: KindConstraint, Message: fmt.Sprintf("%s %s %s, constraint %q", name, about, what, c.Name)}
		}
	}
	return nil
}

func quoted(name string) string { return "`" + name + "`" }

// describe names a record of an index or constraint in messages.
func (s *Store) describe(spec IndexSpec, slot uint32) (name, about string) {
	if spec.Relationships {
		return fmt.Sprintf("Relationship(%d)", s.relationships.ID(slot)), "with type " + quoted(s.TypeName(spec.Type))
	}
	return fmt.Sprintf("Node(%d)", s.nodes.ID(slot)), "with label " + quoted(s.LabelName(spec.Label))
}

// describeValues names the values of an index in messages.
func (s *Store) describeValues(spec *IndexSpec, values []graph.Value) string {
	keys := make([]string, len(values))
	shown := make([]string, len(values))
	for i := range values {
		keys[i] = quoted(s.KeyName(spec.Keys[i]))
		shown[i] = fmt.Sprint(values[i])
	}
	if len(keys) == 1 {
		return "property " + keys[0] + " = " + shown[0]
	}
	return "properties " + strings.Join(keys, ", ") + " = " + strings.Join(shown, ", ")
}

// checkAllRequired makes sure, at commit, that changed records have the
// properties that constraints demand.
func (t *Transaction) checkAllRequired() error {
	s := t.store
	st := s.schema.current.Load()
	if len(st.required) == 0 && len(st.demanded) == 0 {
		return nil
	}
	for _, c := range t.work.changes {
		v := s.head(c).get()
		if v.tag&deleted != 0 {
			continue
		}
		if !c.kind.isNode() {
			if err := s.checkConstraints(st.demanded[TypeID(v.tag)], c.slot, v); err != nil {
				return err
			}
			continue
		}
		for _, l := range s.labelSets.at(v.tag).ids {
			if err := s.checkConstraints(st.required[l], c.slot, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) checkConstraints(list []ConstraintSpec, slot uint32, v version) error {
	for i := range list {
		if err := s.checkRequired(&list[i], slot, v); err != nil {
			return err
		}
	}
	return nil
}
