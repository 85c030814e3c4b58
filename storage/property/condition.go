package property

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// A Relation is an operator between a stored value and another one.
type Relation uint8

// The relations. The bits of the first five tell which results of a comparison
// are wanted.
const (
	Less           Relation = 1
	Equals         Relation = 2
	LessOrEqual    Relation = 3
	Greater        Relation = 4
	GreaterOrEqual Relation = 6
	StartsWith     Relation = 8
	EndsWith       Relation = 9
	Contains       Relation = 10
)

// wants reports whether a relation holds for the result of a comparison.
func (r Relation) wants(c int) bool { return r>>(c+1)&1 != 0 }

// A Condition tests stored values without decoding them, as far as that is
// possible.
type Condition struct {
	relation Relation
	value    graph.Value
	text     []byte // of a string
}

// NewCondition returns the condition that a stored value has a relation to
// value.
func NewCondition(r Relation, value graph.Value) Condition {
	c := Condition{relation: r, value: value}
	if value.Kind() == graph.KindString {
		c.text = []byte(value.Str())
	}
	return c
}

// Holds reports whether the condition is true for a stored value; no bytes are
// no value, for which it never is. A comparison that is not defined is not true.
func (c *Condition) Holds(stored []byte) bool {
	if len(stored) == 0 {
		return false
	}
	switch c.value.Kind() {
	case graph.KindFloat:
		if stored[0] == 0xC1 && len(stored) >= 9 {
			x, y := math.Float64frombits(binary.BigEndian.Uint64(stored[1:])), c.value.Float()
			switch {
			case x < y:
				return c.relation.wants(-1) && c.relation < StartsWith
			case x > y:
				return c.relation.wants(1) && c.relation < StartsWith
			}
			return x == y && c.relation.wants(0) && c.relation < StartsWith
		}
		return c.number(stored)
	case graph.KindInteger:
		return c.number(stored)
	case graph.KindString:
		text, ok := stringBytes(stored)
		return ok && c.holdsText(text)
	case graph.KindNull:
		return false
	default:
		return c.decoded(stored)
	}
}

func (c *Condition) number(stored []byte) bool {
	mine, ok := decodeNumber(stored)
	if !ok || c.relation >= StartsWith {
		return false
	}
	if mine.Kind() == graph.KindInteger && c.value.Kind() == graph.KindInteger {
		return c.relation.wants(cmp.Compare(mine.Int(), c.value.Int()))
	}
	order, defined := graph.Compare(mine, c.value)
	return defined == graph.True && c.relation.wants(cmp.Compare(order, 0))
}

func (c *Condition) holdsText(text []byte) bool {
	switch c.relation {
	case StartsWith:
		return bytes.HasPrefix(text, c.text)
	case EndsWith:
		return bytes.HasSuffix(text, c.text)
	case Contains:
		return bytes.Contains(text, c.text)
	case Equals:
		return bytes.Equal(text, c.text)
	default:
		return c.relation.wants(bytes.Compare(text, c.text))
	}
}

func (c *Condition) decoded(stored []byte) bool {
	if c.relation >= StartsWith {
		return false
	}
	var arena graph.Arena
	mine, err := Decode(stored, &arena)
	if err != nil {
		return false
	}
	if c.relation == Equals {
		return graph.Equal(mine, c.value) == graph.True
	}
	order, defined := graph.Compare(mine, c.value)
	return defined == graph.True && c.relation.wants(cmp.Compare(order, 0))
}
