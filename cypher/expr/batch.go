package expr

import (
	"math"
	"unsafe"

	"github.com/drawbolt/drawbolt/storage/graph"
)

// MaxRows is the largest number of rows in a batch: large enough that the cost
// of a call vanishes, small enough that a few columns stay in a core's cache.
const MaxRows = 1024

// NullID stands for null in a column of identifiers. No entity has it: the
// generation of a slot never reaches its highest value.
const NullID = math.MaxUint64

// A ColumnKind tells how a column keeps its rows.
type ColumnKind uint8

// The column kinds. The zero ColumnKind is an absent column.
const (
	Values ColumnKind = iota + 1
	Nodes
	Relationships
)

// A Column holds the rows of one slot: identifiers or values.
type Column struct {
	Kind   ColumnKind
	IDs    []uint64
	Values []graph.Value
}

// Value returns the value of a row.
func (c *Column) Value(row int) graph.Value {
	switch c.Kind {
	case Nodes:
		if id := c.IDs[row]; id != NullID {
			return graph.Node(graph.NodeID(id))
		}
	case Relationships:
		if id := c.IDs[row]; id != NullID {
			return graph.Relationship(graph.RelationshipID(id))
		}
	case Values:
		return c.Values[row]
	}
	return graph.Value{}
}

// IsNull reports whether a row is null.
func (c *Column) IsNull(row int) bool {
	if c.Kind == Values {
		return c.Values[row].IsNull()
	}
	return c.IDs[row] == NullID
}

// Resize sets the column's kind and length. Rows that were not there before are
// undefined.
func (c *Column) Resize(kind ColumnKind, n int) {
	c.Kind = kind
	if kind == Values {
		if cap(c.Values) < n {
			c.Values = append(make([]graph.Value, 0, roundUp(n)), c.Values...)
		}
		c.Values = c.Values[:n]
		return
	}
	if cap(c.IDs) < n {
		c.IDs = append(make([]uint64, 0, roundUp(n)), c.IDs...)
	}
	c.IDs = c.IDs[:n]
}

// roundUp gives capacities that batches grow through: 16, 64, 256, 1,024.
func roundUp(n int) int {
	size := 16
	for size < n && size < MaxRows {
		size *= 4
	}
	return max(size, n)
}

// Set stores a value in a row. An identifier column keeps nodes or
// relationships and nulls only.
func (c *Column) Set(row int, v graph.Value) {
	switch c.Kind {
	case Nodes:
		c.IDs[row] = NullID
		if v.Kind() == graph.KindNode {
			c.IDs[row] = uint64(v.NodeID())
		}
	case Relationships:
		c.IDs[row] = NullID
		if v.Kind() == graph.KindRelationship {
			c.IDs[row] = uint64(v.RelationshipID())
		}
	case Values:
		c.Values[row] = v
	}
}

// SetNull makes a row null.
func (c *Column) SetNull(row int) {
	if c.Kind == Values {
		c.Values[row] = graph.Value{}
		return
	}
	c.IDs[row] = NullID
}

// NodeIDs returns the identifiers of a column of nodes, which share its memory.
func (c *Column) NodeIDs() []graph.NodeID {
	//nolint:gosec // the two types are both 64-bit words
	return unsafe.Slice((*graph.NodeID)(unsafe.SliceData(c.IDs)), len(c.IDs))
}

// RelationshipIDs returns the identifiers of a column of relationships, which
// share its memory.
func (c *Column) RelationshipIDs() []graph.RelationshipID {
	//nolint:gosec // the two types are both 64-bit words
	return unsafe.Slice((*graph.RelationshipID)(unsafe.SliceData(c.IDs)), len(c.IDs))
}

// Gather makes c hold the given rows of src, which may be c itself when rows
// ascend.
func (c *Column) Gather(src *Column, rows []int32) {
	if c != src {
		c.Resize(src.Kind, len(rows))
	}
	if src.Kind == Values {
		dst, from := c.Values[:len(rows)], src.Values
		for i, r := range rows {
			dst[i] = from[r]
		}
		c.Values = dst
		return
	}
	dst, from := c.IDs[:len(rows)], src.IDs
	for i, r := range rows {
		dst[i] = from[r]
	}
	c.IDs = dst
}

// Append adds the rows from, …, to-1 of src.
func (c *Column) Append(src *Column, from, to int) {
	c.Kind = src.Kind
	if src.Kind == Values {
		c.Values = append(c.Values, src.Values[from:to]...)
		return
	}
	c.IDs = append(c.IDs, src.IDs[from:to]...)
}

// AppendRepeated adds one row of src n times.
func (c *Column) AppendRepeated(src *Column, row, n int) {
	c.Kind = src.Kind
	if src.Kind == Values {
		for range n {
			c.Values = append(c.Values, src.Values[row])
		}
		return
	}
	for range n {
		c.IDs = append(c.IDs, src.IDs[row])
	}
}

// Truncate empties the column and keeps its memory. Values that it held stay
// reachable until they are overwritten; see [Batch.Release].
func (c *Column) Truncate() {
	c.IDs, c.Values = c.IDs[:0], c.Values[:0]
}

// A Batch is up to [MaxRows] rows, in columns by slot. The operator that
// returns a batch owns it; it is valid until that operator's next call. An
// operator above may add columns in slots of its own and drop rows.
type Batch struct {
	Columns []Column
	N       int
}

// NewBatch returns an empty batch of a statement with the given slots.
func NewBatch(slots int) *Batch { return &Batch{Columns: make([]Column, slots)} }

// Value returns the value of a slot in a row.
func (b *Batch) Value(slot, row int) graph.Value { return b.Columns[slot].Value(row) }

// Node returns the node of a slot in a row; false when it is null or not a
// node.
func (b *Batch) Node(slot, row int) (graph.NodeID, bool) {
	c := &b.Columns[slot]
	if c.Kind == Nodes {
		id := c.IDs[row]
		return graph.NodeID(id), id != NullID
	}
	if c.Kind == Values {
		if v := c.Values[row]; v.Kind() == graph.KindNode {
			return v.NodeID(), true
		}
	}
	return 0, false
}

// Relationship returns the relationship of a slot in a row; false when it is
// null or not a relationship.
func (b *Batch) Relationship(slot, row int) (graph.RelationshipID, bool) {
	c := &b.Columns[slot]
	if c.Kind == Relationships {
		id := c.IDs[row]
		return graph.RelationshipID(id), id != NullID
	}
	if c.Kind == Values {
		if v := c.Values[row]; v.Kind() == graph.KindRelationship {
			return v.RelationshipID(), true
		}
	}
	return 0, false
}

// Keep drops all rows but the given ones, which ascend, in the given slots;
// the other columns are not used any more.
func (b *Batch) Keep(rows []int32, slots []int) {
	if len(rows) == b.N {
		return
	}
	for _, s := range slots {
		c := &b.Columns[s]
		if c.Kind != 0 {
			c.Gather(c, rows)
		}
	}
	b.N = len(rows)
}

// Release forgets the values of all columns, so that a pooled batch pins
// nothing, and keeps the memory.
func (b *Batch) Release() {
	for i := range b.Columns {
		c := &b.Columns[i]
		clear(c.Values[:cap(c.Values)])
		c.Truncate()
	}
	b.N = 0
}
