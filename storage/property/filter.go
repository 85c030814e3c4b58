package property

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// Filter keeps the records for which the condition holds for the value of a key.
// chosen are indexes into records, which point to records written by
// [Builder.Append]; those that are kept move to its front, in their order, and n
// is their number. hint is as in [FindAt].
//
// What is kept is unforeseeable, so that the loops do without a branch on it.
func (c *Condition) Filter(key uint32, hint int, records []unsafe.Pointer, chosen []uint8) (n, at int) {
	if c.value.Kind() == graph.KindFloat && c.relation < StartsWith && key <= math.MaxUint8 {
		return c.filterFloats(key, hint, records, chosen)
	}
	if c.relation == StartsWith && len(c.text) > 0 {
		return c.filterPrefix(key, hint, records, chosen)
	}
	for _, i := range chosen {
		p := records[i]
		stored := Expected(p, key, hint)
		if stored == nil {
			stored, hint = FindAt(p, key, hint)
		}
		chosen[n] = i
		n += one(c.Holds(stored))
	}
	return n, hint
}

// filterPrefix is Filter for a prefix of strings: most strings differ from it in
// their first byte.
func (c *Condition) filterPrefix(key uint32, hint int, records []unsafe.Pointer, chosen []uint8) (n, at int) {
	first := c.text[0]
	for _, i := range chosen {
		p := records[i]
		chosen[n] = i
		stored := Expected(p, key, hint)
		if len(stored) > 2 && (stored[0]&0xF0 == 0x80 && stored[1] != first || stored[0] == 0xD0 && stored[2] != first) {
			continue
		}
		if stored == nil {
			stored, hint = FindAt(p, key, hint)
		}
		n += one(c.Holds(stored))
	}
	return n, hint
}

// filterFloats is Filter for a comparison with a float, fast for floats.
func (c *Condition) filterFloats(key uint32, hint int, records []unsafe.Pointer, chosen []uint8) (n, at int) {
	y := c.value.Float()
	less, equal, greater := one(c.relation.wants(-1)), one(c.relation.wants(0)), one(c.relation.wants(1))
	for _, i := range chosen {
		p := records[i]
		chosen[n] = i
		stored := Expected(p, key, hint)
		if len(stored) == 9 && stored[0] == 0xC1 {
			x := math.Float64frombits(binary.BigEndian.Uint64(stored[1:]))
			n += one(x < y)&less | one(x == y)&equal | one(x > y)&greater
			continue
		}
		stored, hint = FindAt(p, key, hint)
		n += one(c.Holds(stored))
	}
	return n, hint
}

// Expected is [FindAt] where the hint is right, and nil elsewhere. It is inlined.
func Expected(p unsafe.Pointer, key uint32, hint int) []byte {
	n := int(*(*byte)(unsafe.Add(p, 1)))
	entry := unsafe.Add(p, 2*hint)
	if *(*byte)(p)&formWidth != 0 || hint >= n || uint32(*(*byte)(unsafe.Add(entry, 2))) != key {
		return nil
	}
	start := 0
	if hint > 0 {
		start = int(*(*byte)(unsafe.Add(entry, 1)))
	}
	return unsafe.Slice((*byte)(unsafe.Add(p, 2+2*n+start)), int(*(*byte)(unsafe.Add(entry, 3)))-start)
}

// one is 1 for true.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Interval returns the smallest and the largest number for which the condition
// is true, and false when it is no comparison with a number that a float64 can
// be. Where it is never true, lo is above hi.
func (c *Condition) Interval() (lo, hi float64, ok bool) {
	if !c.value.IsNumber() || c.relation >= StartsWith || c.value.Kind() == graph.KindInteger && !isExact(c.value.Int()) {
		return 0, 0, false
	}
	y := c.value.Float()
	if c.value.Kind() == graph.KindInteger {
		y = float64(c.value.Int())
	}
	lo, hi = math.Inf(-1), math.Inf(1)
	switch {
	case y != y:
		return hi, lo, true
	case c.relation == Equals:
		return y, y, true
	case !c.relation.wants(1): // less
		if hi = y; !c.relation.wants(0) {
			if y == lo {
				return 1, 0, true
			}
			hi = math.Nextafter(y, lo)
		}
	default:
		if lo = y; !c.relation.wants(0) {
			if y == hi {
				return 1, 0, true
			}
			lo = math.Nextafter(y, hi)
		}
	}
	return lo, hi, true
}

// isExact reports whether a float64 can be an integer and nothing else.
func isExact(n int64) bool { return n >= -1<<53 && n <= 1<<53 }

// Float returns a stored number as a float64, and whether that is exact.
func Float(stored []byte) (x float64, number, exact bool) {
	if len(stored) == 0 {
		return 0, false, false
	}
	v, ok := decodeNumber(stored)
	if !ok {
		return 0, false, false
	}
	if v.Kind() == graph.KindInteger {
		return float64(v.Int()), true, isExact(v.Int())
	}
	return v.Float(), true, true
}
