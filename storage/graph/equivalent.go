package graph

import (
	"hash/maphash"
	"math"
	"math/bits"
)

// Equivalent is the equality of DISTINCT, grouping and UNION: null is
// equivalent to null, NaN to NaN, and 1 to 1.0.
func Equivalent(a, b Value) bool {
	if a.kind != b.kind && (!a.IsNumber() || !b.IsNumber()) {
		return false
	}
	switch a.kind {
	case KindString:
		return a.Str() == b.Str()
	case KindList:
		x, y := a.List(), b.List()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equivalent(x[i], y[i]) {
				return false
			}
		}
		return true
	case KindMap:
		if a.Len() != b.Len() {
			return false
		}
		for _, f := range a.Map() {
			other, ok := b.Get(f.Name)
			if !ok || !Equivalent(f.Value, other) {
				return false
			}
		}
		return true
	default:
		return sameKindOrder(a, b) == 0
	}
}

// A Seed makes hashes differ from process to process, so that nobody can craft
// colliding keys.
type Seed struct {
	word    uint64
	strings maphash.Seed
}

// NewSeed returns a random seed.
func NewSeed() Seed {
	s := Seed{strings: maphash.MakeSeed()}
	s.word = maphash.String(s.strings, "")
	return s
}

// Hash returns a hash that agrees for values that are [Equivalent].
func (s *Seed) Hash(v Value) uint64 {
	switch v.kind {
	case KindNull:
		return s.mix(uint64(KindNull), 0)
	case KindInteger:
		return s.mix(uint64(KindInteger), v.num)
	case KindFloat:
		return s.hashFloat(v.Float())
	case KindString:
		return maphash.String(s.strings, v.Str())
	case KindBytes:
		return s.mix(uint64(KindBytes), maphash.Bytes(s.strings, v.Bytes()))
	case KindList:
		h := uint64(KindList)
		for _, item := range v.List() {
			h = s.mix(h, s.Hash(item))
		}
		return h
	case KindMap:
		h := uint64(KindMap)
		for _, f := range v.Map() { // a sum, since the order of fields means nothing
			h += s.mix(maphash.String(s.strings, f.Name), s.Hash(f.Value))
		}
		return h
	case KindPath:
		p := v.Path()
		h := s.mix(uint64(KindPath), uint64(p.Nodes[0]))
		for i, r := range p.Relationships {
			h = s.mix(s.mix(h, uint64(r)), uint64(p.Nodes[i+1]))
		}
		return h
	case KindDuration:
		d := v.Duration()
		h := s.mix(uint64(KindDuration), uint64(d.Months)) //nolint:gosec // bit pattern
		h = s.mix(h, uint64(d.Days))                       //nolint:gosec // bit pattern
		h = s.mix(h, uint64(d.Seconds))                    //nolint:gosec // bit pattern
		return s.mix(h, uint64(d.Nanos))                   //nolint:gosec // bit pattern
	case KindPoint:
		p := v.Point()
		h := s.mix(uint64(KindPoint), s.hashFloat(p.X))
		return s.mix(s.mix(h, s.hashFloat(p.Y)), s.hashFloat(p.Z))
	case KindVector:
		return s.mix(uint64(v.Vector().Type), maphash.Bytes(s.strings, v.Vector().Data))
	case KindUUID:
		u := v.UUID()
		return s.mix(uint64(KindUUID), maphash.Bytes(s.strings, u[:]))
	case KindDateTime:
		z := v.Zone()
		offset := z.Offset
		if z.Name != "" {
			offset = 0 // as in orderZones
		}
		h := s.mix(v.num, uint64(uint32(v.aux))<<32|uint64(uint32(offset))) //nolint:gosec // bit pattern
		return s.mix(h, maphash.String(s.strings, z.Name))
	default: // the word and its companion decide
		return s.mix(uint64(v.kind), v.num^uint64(uint32(v.aux))<<32) //nolint:gosec // bit pattern
	}
}

// hashFloat gives a whole float the hash of the equivalent integer.
func (s *Seed) hashFloat(f float64) uint64 {
	if f != f {
		return s.mix(uint64(KindFloat), 0x7FF8_0000_0000_0000)
	}
	if f >= -1<<63 && f < 1<<63 && f == math.Trunc(f) {
		return s.mix(uint64(KindInteger), uint64(int64(f))) //nolint:gosec // bit pattern
	}
	return s.mix(uint64(KindFloat), math.Float64bits(f))
}

// mix folds a 128-bit product, which spreads every input bit over the result.
func (s *Seed) mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^s.word^0x9E37_79B9_7F4A_7C15, b^0xD6E8_FEB8_6659_FD93)
	return hi ^ lo
}
