package graph

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Truth is a value of three-valued logic. The zero Truth is Unknown, which
// Cypher shows as null.
type Truth uint8

// The three truth values.
const (
	Unknown Truth = iota
	False
	True
)

// TruthOf returns True or False.
func TruthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Value returns the truth value as a boolean, or null when it is Unknown.
func (t Truth) Value() Value {
	if t == Unknown {
		return Value{}
	}
	return Boolean(t == True)
}

// Equal is the = operator. It is Unknown when a null takes part and nothing
// else decides; values of different types are not equal, except that integers
// and floats compare by their exact numeric value. NaN equals nothing.
func Equal(a, b Value) Truth {
	switch {
	case a.kind == KindNull || b.kind == KindNull:
		return Unknown
	case a.kind != b.kind:
		if a.IsNumber() && b.IsNumber() {
			c, ordered := compareNumbers(a, b)
			return TruthOf(ordered && c == 0)
		}
		return False
	}
	switch a.kind {
	case KindFloat:
		return TruthOf(a.Float() == b.Float())
	case KindList:
		return equalLists(a.List(), b.List())
	case KindMap:
		return equalMaps(a, b)
	default:
		return TruthOf(sameKindOrder(a, b) == 0)
	}
}

func equalLists(a, b []Value) Truth {
	if len(a) != len(b) {
		return False
	}
	result := True
	for i := range a {
		switch Equal(a[i], b[i]) {
		case False:
			return False
		case Unknown:
			result = Unknown
		case True:
		}
	}
	return result
}

func equalMaps(a, b Value) Truth {
	if a.Len() != b.Len() {
		return False
	}
	result := True
	for _, f := range a.Map() {
		other, ok := b.Get(f.Name)
		if !ok {
			return False
		}
		switch Equal(f.Value, other) {
		case False:
			return False
		case Unknown:
			result = Unknown
		case True:
		}
	}
	return result
}

// Compare is the < operator and its relatives: c is negative, zero or positive
// when a is below, equal to or above b. The second result tells whether the
// comparison is defined: it is Unknown between different types, with null, and
// for maps, nodes, relationships, paths, durations, points and vectors; it is
// False when a NaN takes part, where every comparison is false.
func Compare(a, b Value) (c int, defined Truth) {
	if a.IsNumber() && b.IsNumber() {
		c, ordered := compareNumbers(a, b)
		return c, TruthOf(ordered)
	}
	if a.kind != b.kind {
		return 0, Unknown
	}
	switch a.kind {
	case KindBoolean, KindString, KindBytes, KindDate, KindLocalTime, KindTime,
		KindLocalDateTime, KindDateTime, KindUUID:
		return sameKindOrder(a, b), True
	case KindList:
		return compareLists(a.List(), b.List())
	default:
		return 0, Unknown
	}
}

func compareLists(a, b []Value) (int, Truth) {
	for i := range min(len(a), len(b)) {
		c, defined := Compare(a[i], b[i])
		if defined != True {
			return 0, defined
		}
		if c != 0 {
			return c, True
		}
	}
	return cmp.Compare(len(a), len(b)), True
}

// rank gives the place of each type in ORDER BY, from the smallest.
var rank = [kindCount]uint8{ //nolint:gochecknoglobals // constant table
	KindMap:           0,
	KindNode:          1,
	KindRelationship:  2,
	KindList:          3,
	KindPath:          4,
	KindPoint:         5,
	KindDateTime:      6,
	KindLocalDateTime: 7,
	KindDate:          8,
	KindTime:          9,
	KindLocalTime:     10,
	KindDuration:      11,
	KindString:        12,
	KindBoolean:       13,
	KindInteger:       14,
	KindFloat:         14,
	KindBytes:         15,
	KindUUID:          16,
	KindVector:        17,
	KindNull:          18,
}

// Order is the total order of ORDER BY: negative, zero or positive. Types come
// in the order map, node, relationship, list, path, point, temporal types,
// string, boolean, number, NaN, null.
func Order(a, b Value) int {
	if c := cmp.Compare(rank[a.kind], rank[b.kind]); c != 0 {
		return c
	}
	return sameKindOrder(a, b)
}

// sameKindOrder orders two values of one rank. NaN is above every number.
func sameKindOrder(a, b Value) int {
	switch a.kind {
	case KindNull:
		return 0
	case KindInteger, KindFloat:
		c, ordered := compareNumbers(a, b)
		if !ordered {
			return cmp.Compare(boolInt(isNaN(a)), boolInt(isNaN(b)))
		}
		return c
	case KindBoolean, KindNode, KindRelationship:
		return cmp.Compare(a.num, b.num)
	case KindString:
		return strings.Compare(a.Str(), b.Str())
	case KindBytes:
		return bytes.Compare(a.Bytes(), b.Bytes())
	case KindList:
		return slices.CompareFunc(a.List(), b.List(), Order)
	case KindMap:
		return orderMaps(a.Map(), b.Map())
	case KindPath:
		return orderPaths(a.Path(), b.Path())
	case KindDate, KindLocalTime:
		return cmp.Compare(a.Int(), b.Int())
	case KindTime:
		return cmp.Or(cmp.Compare(a.Int()-int64(a.aux)*1e9, b.Int()-int64(b.aux)*1e9),
			cmp.Compare(a.Int(), b.Int()))
	case KindLocalDateTime:
		return cmp.Or(cmp.Compare(a.Int(), b.Int()), cmp.Compare(a.aux, b.aux))
	case KindDateTime:
		return cmp.Or(cmp.Compare(a.Int(), b.Int()), cmp.Compare(a.aux, b.aux), orderZones(a.Zone(), b.Zone()))
	case KindDuration:
		return orderDurations(a.Duration(), b.Duration())
	case KindPoint:
		p, q := a.Point(), b.Point()
		return cmp.Or(cmp.Compare(p.SRID, q.SRID), cmp.Compare(p.X, q.X),
			cmp.Compare(p.Y, q.Y), cmp.Compare(p.Z, q.Z))
	case KindVector:
		x, y := a.Vector(), b.Vector()
		return cmp.Or(cmp.Compare(x.Type, y.Type), bytes.Compare(x.Data, y.Data))
	case KindUUID:
		x, y := a.UUID(), b.UUID()
		return bytes.Compare(x[:], y[:])
	default:
		return 0
	}
}

// orderZones puts fixed offsets before names. The offset of a zone with a name
// follows from the instant and may not be filled in: it does not count.
func orderZones(a, b *Zone) int {
	if a.Name == "" && b.Name == "" {
		return cmp.Compare(a.Offset, b.Offset)
	}
	return strings.Compare(a.Name, b.Name)
}

// orderMaps compares sizes, then the sorted names, then the values by name.
func orderMaps(a, b []Field) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	byName := func(x, y Field) int { return strings.Compare(x.Name, y.Name) }
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, byName)
	slices.SortFunc(b, byName)
	if c := slices.CompareFunc(a, b, byName); c != 0 {
		return c
	}
	return slices.CompareFunc(a, b, func(x, y Field) int { return Order(x.Value, y.Value) })
}

// orderPaths compares the alternating sequence of identifiers.
func orderPaths(a, b *Path) int {
	for i := range min(len(a.Nodes), len(b.Nodes)) {
		if c := cmp.Compare(a.Nodes[i], b.Nodes[i]); c != 0 {
			return c
		}
		if i < len(a.Relationships) && i < len(b.Relationships) {
			if c := cmp.Compare(a.Relationships[i], b.Relationships[i]); c != 0 {
				return c
			}
		}
	}
	return cmp.Compare(len(a.Nodes), len(b.Nodes))
}

// averageMonthSeconds is 365.2425 days / 12, the month of a Gregorian cycle.
const averageMonthSeconds = 2_629_746

// orderDurations compares average lengths, then the components, so that two
// durations of equal length but different components stay apart.
func orderDurations(a, b Duration) int {
	return cmp.Or(
		cmp.Compare(averageSeconds(a), averageSeconds(b)),
		cmp.Compare(a.Nanos, b.Nanos),
		cmp.Compare(a.Months, b.Months),
		cmp.Compare(a.Days, b.Days),
		cmp.Compare(a.Seconds, b.Seconds),
	)
}

// averageSeconds saturates: extreme components would overflow int64.
func averageSeconds(d Duration) int64 {
	f := float64(d.Months)*averageMonthSeconds + float64(d.Days)*86400 + float64(d.Seconds)
	switch {
	case f >= math.MaxInt64/2:
		return math.MaxInt64
	case f <= math.MinInt64/2:
		return math.MinInt64
	}
	return d.Months*averageMonthSeconds + d.Days*86400 + d.Seconds
}

// compareNumbers compares two numbers by exact value; ordered is false when a
// NaN takes part.
func compareNumbers(a, b Value) (c int, ordered bool) {
	switch {
	case a.kind == KindInteger && b.kind == KindInteger:
		return cmp.Compare(a.Int(), b.Int()), true
	case a.kind == KindFloat && b.kind == KindFloat:
		x, y := a.Float(), b.Float()
		if x != x || y != y {
			return 0, false
		}
		return cmp.Compare(x, y), true
	case a.kind == KindInteger:
		return compareIntFloat(a.Int(), b.Float())
	default:
		c, ordered = compareIntFloat(b.Int(), a.Float())
		return -c, ordered
	}
}

// compareIntFloat compares without rounding: beyond 2^53 the conversion of the
// integer would call different numbers equal.
func compareIntFloat(n int64, f float64) (c int, ordered bool) {
	const exact = 1 << 53 // up to here the conversion does not round
	switch {
	case f != f:
		return 0, false
	case n >= -exact && n <= exact:
		return cmp.Compare(float64(n), f), true
	case f >= 1<<63:
		return -1, true
	case f < -1<<63:
		return 1, true
	}
	whole := math.Trunc(f)
	if c := cmp.Compare(n, int64(whole)); c != 0 {
		return c, true
	}
	return cmp.Compare(whole, f), true
}

func isNaN(v Value) bool {
	if v.kind != KindFloat {
		return false
	}
	f := v.Float()
	return f != f
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
