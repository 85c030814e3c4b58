package storagetest

import (
	"slices"
	"testing"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// compareIndexes looks up every combination of values that a record has, one that
// none has, and ranges around them.
func compareIndexes(tb testing.TB, when string, v storage.View, m *Model) {
	tb.Helper()
	for _, info := range v.Store().Indexes() {
		if len(info.Keys) == 0 {
			continue
		}
		l := lookup{tb: tb, when: when, v: v}
		var ok bool
		if info.Relationships {
			l.ix, ok = v.Store().FindRelationshipIndex(info.Type, info.Keys)
			for id, r := range m.Relationships {
				if r.Type == info.Type {
					l.add(uint64(id), r.Properties)
				}
			}
		} else {
			l.ix, ok = v.Store().FindIndex(info.Label, info.Keys)
			for id, n := range m.Nodes {
				if n.Labels[info.Label] {
					l.add(uint64(id), n.Properties)
				}
			}
		}
		if !ok {
			tb.Errorf("%s: nothing finds the index %s", when, info.Name)
			return
		}
		slices.SortFunc(l.entries, func(a, b indexed) int {
			return slices.CompareFunc(a.values, b.values, graph.Order)
		})
		l.compare()
	}
}

// An indexed is a record that an index must have.
type indexed struct {
	id     uint64
	values []graph.Value
}

// A lookup compares an index with what it must have, in its order.
type lookup struct {
	tb      testing.TB
	when    string
	v       storage.View
	ix      *storage.Index
	entries []indexed
}

func (l *lookup) add(id uint64, properties map[storage.KeyID]graph.Value) {
	var values []graph.Value
	for _, k := range l.spec().Keys {
		value, ok := properties[k]
		if !ok {
			return
		}
		values = append(values, value)
	}
	l.entries = append(l.entries, indexed{id, values})
}

func (l *lookup) spec() storage.IndexSpec { return l.ix.Spec() }

func (l *lookup) compare() {
	l.tb.Helper()
	l.scan("all entries", nil, nil)
	absent := slices.Repeat([]graph.Value{graph.Integer(-1)}, len(l.spec().Keys))
	for i := range len(l.entries) + 1 {
		values := absent
		if i < len(l.entries) {
			values = l.entries[i].values
			if i > 0 && slices.CompareFunc(values, l.entries[i-1].values, graph.Order) == 0 {
				continue
			}
		}
		l.equal(values)
		last := len(values) - 1
		for _, relation := range []storage.Relation{storage.Less, storage.LessOrEqual, storage.Greater, storage.GreaterOrEqual, storage.Equals} {
			l.scan("range", values[:last], []storage.Bound{{Relation: relation, Value: values[last]}})
		}
		l.scan("both ends", values[:last], []storage.Bound{
			{Relation: storage.GreaterOrEqual, Value: values[last]}, {Relation: storage.Less, Value: graph.Integer(3)},
		})
		if text := values[last]; text.Kind() == graph.KindString && text.Len() > 0 {
			l.scan("prefix", values[:last], []storage.Bound{{Relation: storage.StartsWith, Value: graph.String(text.Str()[:1])}})
		}
	}
}

// equal looks up values.
func (l *lookup) equal(values []graph.Value) {
	l.tb.Helper()
	var c storage.IndexCursor
	var got []uint64
	if l.spec().Relationships {
		for _, id := range collect(2, func(dst []graph.RelationshipID) int { return l.v.SeekRelationships(&c, l.ix, values, dst) }) {
			got = append(got, uint64(id))
		}
	} else {
		for _, id := range collect(2, func(dst []graph.NodeID) int { return l.v.SeekIndex(&c, l.ix, values, dst) }) {
			got = append(got, uint64(id))
		}
	}
	var want []uint64
	for _, e := range l.entries {
		if equalTo(e.values, values) {
			want = append(want, e.id)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		l.tb.Errorf("%s: %s: lookup of %v = %v, want %v", l.when, l.spec().Name, values, got, want)
	}
}

func equalTo(values, others []graph.Value) bool {
	for i, o := range others {
		if graph.Equal(values[i], o) != graph.True {
			return false
		}
	}
	return true
}

// holds says what a bound means.
func holds(b storage.Bound, v graph.Value) bool {
	if b.Relation == storage.StartsWith {
		return v.Kind() == graph.KindString && len(v.Str()) >= b.Value.Len() && v.Str()[:b.Value.Len()] == b.Value.Str()
	}
	c, defined := graph.Compare(v, b.Value)
	if defined != graph.True {
		return false
	}
	switch b.Relation {
	case storage.Less:
		return c < 0
	case storage.LessOrEqual:
		return c <= 0
	case storage.Greater:
		return c > 0
	case storage.GreaterOrEqual:
		return c >= 0
	default:
		return c == 0
	}
}

// scan reads a range in both directions and counts it.
func (l *lookup) scan(what string, equal []graph.Value, bounds []storage.Bound) {
	l.tb.Helper()
	r := storage.NewRange(l.ix, equal, bounds)
	var want []indexed
	for _, e := range l.entries {
		ok := equalTo(e.values, equal)
		for _, b := range bounds {
			ok = ok && holds(b, e.values[len(equal)])
		}
		if ok {
			want = append(want, e)
		}
	}
	for _, falling := range []bool{false, true} {
		var c storage.RangeCursor
		var got []uint64
		if l.spec().Relationships {
			for _, id := range collect(2, func(dst []graph.RelationshipID) int { return l.v.SeekRangeRelationships(&c, &r, falling, dst) }) {
				got = append(got, uint64(id))
			}
		} else {
			for _, id := range collect(2, func(dst []graph.NodeID) int { return l.v.SeekRange(&c, &r, falling, dst) }) {
				got = append(got, uint64(id))
			}
		}
		if !l.inOrder(got, want, falling) {
			l.tb.Errorf("%s: %s: %s of %v %v, falling %v = %v, want %v", l.when, l.spec().Name, what, equal, bounds, falling, got, want)
		}
	}
	if n := l.v.CountRange(&r); n != int64(len(want)) {
		l.tb.Errorf("%s: %s: %s of %v %v: %d entries counted, want %d", l.when, l.spec().Name, what, equal, bounds, n, len(want))
	}
}

// inOrder reports whether records are those that are wanted, in the order of
// their values.
func (l *lookup) inOrder(got []uint64, want []indexed, falling bool) bool {
	if len(got) != len(want) {
		return false
	}
	values := make(map[uint64][]graph.Value)
	for _, e := range want {
		values[e.id] = e.values
	}
	if falling {
		got = slices.Clone(got)
		slices.Reverse(got)
	}
	for i, id := range got {
		v, ok := values[id]
		if !ok || i > 0 && l.ix.Ordered() && slices.CompareFunc(values[got[i-1]], v, graph.Order) > 0 {
			return false
		}
		if slices.Contains(got[:i], id) {
			return false
		}
	}
	return true
}
