package storage

import (
	"bytes"

	"github.com/drawbolt/drawbolt/storage/graph"
	"github.com/drawbolt/drawbolt/storage/index"
)

// A Bound is a condition on a property that is satisfied by a stretch of an
// ordered index: one of the relations up to GreaterOrEqual, or StartsWith.
type Bound struct {
	Relation Relation
	Value    graph.Value
}

// A Range is the entries of an index with certain values.
type Range struct {
	index     *Index
	low, high []byte // from low on, below high; nil is no limit
	empty     bool
	tests     []Condition // what the limits cannot express
}

// NewRange returns the entries whose first properties equal some values, and of
// which the next property satisfies all bounds. Without either it is all entries.
// What the operators of Cypher leave unknown is not in it: values of another type
// than a bound's.
func NewRange(ix *Index, equal []graph.Value, bounds []Bound) Range {
	r := Range{index: ix}
	var prefix []byte
	for i, v := range equal {
		if graph.Equal(v, v) != graph.True { // null, NaN
			r.empty = true
		}
		if v.Kind() == graph.KindList || v.Kind() == graph.KindMap {
			r.tests = append(r.tests, NewCondition(ix.spec.Keys[i], Equals, v))
		}
		prefix = graph.AppendOrderKey(prefix, v)
	}
	if len(prefix) > 0 {
		r.low, r.high = prefix, after(prefix)
	}
	for _, b := range bounds {
		r.limit(ix.spec.Keys[len(equal)], prefix, b)
	}
	if len(r.low) > index.MaxKey || len(r.high) > index.MaxKey {
		r.cut(equal, bounds)
	}
	r.empty = r.empty || r.high != nil && bytes.Compare(r.low, r.high) >= 0
	return r
}

// cut makes limits of a length that the tree knows. What they let in too much is
// tested.
func (r *Range) cut(equal []graph.Value, bounds []Bound) {
	if len(r.low) > index.MaxKey {
		r.low = r.low[:index.MaxKey]
	}
	if len(r.high) > index.MaxKey {
		r.high = after(r.high[:index.MaxKey])
	}
	for i, v := range equal {
		r.tests = append(r.tests, NewCondition(r.index.spec.Keys[i], Equals, v))
	}
	for _, b := range bounds {
		r.tests = append(r.tests, NewCondition(r.index.spec.Keys[len(equal)], b.Relation, b.Value))
	}
}

// limit applies one bound behind the keys of the properties before.
func (r *Range) limit(key KeyID, prefix []byte, b Bound) {
	if b.Relation == StartsWith {
		if b.Value.Kind() != graph.KindString {
			r.empty = true
			return
		}
		start := graph.AppendPrefixKey(bytes.Clone(prefix), b.Value.Str())
		r.raise(start)
		r.lower(after(start))
		return
	}
	if _, defined := graph.Compare(b.Value, b.Value); defined != graph.True {
		r.empty = true
		return
	}
	if b.Value.Kind() == graph.KindList {
		r.tests = append(r.tests, NewCondition(key, b.Relation, b.Value))
	}
	class := append(bytes.Clone(prefix), graph.OrderKeyClass(b.Value))
	end := after(class)
	if b.Value.IsNumber() {
		end = append(bytes.Clone(prefix), graph.NaNKey()...)
	}
	value := graph.AppendOrderKey(bytes.Clone(prefix), b.Value)
	low, high := class, end
	switch b.Relation {
	case Less:
		high = value
	case LessOrEqual:
		high = after(value)
	case Greater:
		low = after(value)
	case GreaterOrEqual:
		low = value
	default:
		low, high = value, after(value)
	}
	r.raise(low)
	r.lower(high)
}

func (r *Range) raise(low []byte) {
	if bytes.Compare(low, r.low) > 0 {
		r.low = low
	}
}

func (r *Range) lower(high []byte) {
	if r.high == nil || high != nil && bytes.Compare(high, r.high) < 0 {
		r.high = high
	}
}

// after returns the smallest key above all that begin with key, nil when there is
// none.
func after(key []byte) []byte {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] != 0xFF {
			next := bytes.Clone(key[:i+1])
			next[i]++
			return next
		}
	}
	return nil
}

// A RangeCursor is the place in a [Range]; see [NodeCursor].
type RangeCursor struct {
	place []byte // where to go on
	begun bool
	ended bool
}

// rangeBatch is how many entries are looked at before writers have a turn.
const rangeBatch = 1024

// SeekRange fills dst with visible nodes of a range, in the order of the index or,
// when falling, against it, and returns how many they are; 0 is the end. Values
// whose keys are too long for the index may stand in any order among those that
// begin alike.
func (v View) SeekRange(c *RangeCursor, r *Range, falling bool, dst []graph.NodeID) int {
	return seekRange(&v, c, r, falling, dst, v.tx.store.nodes.ID)
}

// SeekRangeRelationships is [View.SeekRange] for an index of relationships.
func (v View) SeekRangeRelationships(c *RangeCursor, r *Range, falling bool, dst []graph.RelationshipID) int {
	return seekRange(&v, c, r, falling, dst, v.tx.store.relationships.ID)
}

func seekRange[ID ~uint64](v *View, c *RangeCursor, r *Range, falling bool, dst []ID, id func(slot uint32) uint64) int {
	n := 0
	for n == 0 && !c.ended && len(dst) > 0 {
		c.ended = v.walk(c, r, falling, func(slot uint32) bool {
			dst[n] = ID(id(slot))
			n++
			return n < len(dst)
		})
	}
	if n == 0 {
		*c = RangeCursor{}
	}
	return n
}

// CountRange returns the number of visible entries of a range.
func (v View) CountRange(r *Range) int64 {
	s, ix := v.tx.store, r.index
	if r.empty || s.length(ix) == 0 {
		return 0
	}
	v.saw(readIndex, ix.number, 0)
	if len(r.tests) == 0 {
		ix.tree.RLock()
		settled := ix.isSettled(v.tx.seen)
		n := int64(0)
		if settled {
			n = ix.tree.Count(r.low, r.high)
		}
		ix.tree.RUnlock()
		if settled {
			return n
		}
	}
	var c RangeCursor
	n := int64(0)
	for !v.walk(&c, r, false, func(uint32) bool { n++; return true }) {
	}
	return n
}

// walk calls yield for the slots of some more entries of a range whose records are
// visible with their keys, until it returns false. It reports whether these were
// the last.
func (v *View) walk(c *RangeCursor, r *Range, falling bool, yield func(slot uint32) bool) (last bool) {
	s, ix := v.tx.store, r.index
	if r.empty || s.length(ix) == 0 {
		return true
	}
	v.saw(readIndex, ix.number, 0)
	low, high := r.low, r.high
	if c.begun && falling {
		high = c.place
	} else if c.begun {
		low = c.place
	}
	var arena graph.Arena
	var buf [index.MaxKey]byte
	ix.tree.RLock()
	defer ix.tree.RUnlock()
	settled := len(r.tests) == 0 && ix.isSettled(v.tx.seen)
	last, full, looked := true, false, 0
	ix.tree.Walk(low, high, falling, func(entry []byte) bool {
		if full || looked == rangeBatch {
			c.begun, last = true, false
			c.place = append(c.place[:0], entry...)
			if falling {
				c.place = append(c.place, 0) // not below itself
			}
			return false
		}
		looked++
		slot := index.EntrySlot(entry)
		if settled || v.wants(r, slot, index.EntryKey(entry), &arena, buf[:0]) {
			full = !yield(slot)
		}
		return true
	})
	return last
}

// wants reports whether the visible version of a record has a key of the index,
// and satisfies what a range tests.
func (v *View) wants(r *Range, slot uint32, key []byte, a *graph.Arena, buf []byte) bool {
	s := v.tx.store
	record, _ := s.record(r.index, slot)
	ver, ok := s.read(record, &v.sight)
	if !ok {
		return false
	}
	k, ok := s.keyOf(r.index, ver, a, buf)
	return ok && bytes.Equal(k.kept(), key) && s.holds(ver.props, r.tests)
}

// Ordered reports whether entries of an index come in the order of their values:
// no key was ever too long for it.
func (ix *Index) Ordered() bool { return !ix.cut.Load() }

// Distinct returns about how many different values an index holds.
func (ix *Index) Distinct() int64 {
	if ix.hash == nil {
		return 0
	}
	return ix.hash.Distinct()
}
