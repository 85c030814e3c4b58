package storage

import (
	"context"

	"github.com/drawbolt/drawbolt/storage/graph"
)

type schema struct{}

// SchemaVersion changes with every change of an index or constraint.
func (s *Store) SchemaVersion() uint64 { return 0 }

// IndexSpec names an index: the nodes with Label, by the values of Keys.
// Without keys it is the label alone.
type IndexSpec struct {
	Name  string // empty: a name is made
	Label LabelID
	Keys  []KeyID
}

// IndexInfo describes an index.
type IndexInfo struct {
	IndexSpec
	Online  bool  // built, and used by lookups
	Entries int64 // nodes in it, some perhaps already gone
}

// An Index finds nodes by the values of properties.
type Index struct{ spec IndexSpec }

// Spec returns what is indexed.
func (ix *Index) Spec() IndexSpec { return ix.spec }

// Indexes returns all indexes, by name.
func (s *Store) Indexes() []IndexInfo { return nil }

// CreateIndex adds an index and returns when it is built.
func (s *Store) CreateIndex(ctx context.Context, spec IndexSpec) error { return nil }

// DropIndex removes an index.
func (s *Store) DropIndex(ctx context.Context, name string) error { return nil }

// FindIndex returns the index on exactly these keys of a label, once it is
// built.
func (s *Store) FindIndex(l LabelID, keys []KeyID) (*Index, bool) { return nil, false }

// ConstraintKind is the rule of a constraint.
type ConstraintKind uint8

// The kinds of constraints.
const (
	Unique ConstraintKind = iota + 1
	Exists
)

// ConstraintSpec names a constraint on the nodes with Label.
type ConstraintSpec struct {
	Name  string // empty: a name is made
	Kind  ConstraintKind
	Label LabelID
	Keys  []KeyID
}

// Constraints returns all constraints, by name.
func (s *Store) Constraints() []ConstraintSpec { return nil }

// CreateConstraint adds a constraint; the data must satisfy it.
func (s *Store) CreateConstraint(ctx context.Context, spec ConstraintSpec) error { return nil }

// DropConstraint removes a constraint.
func (s *Store) DropConstraint(ctx context.Context, name string) error { return nil }

// SeekIndex fills dst with nodes that have the values; 0 is the end.
func (v View) SeekIndex(c *IndexCursor, ix *Index, values []graph.Value, dst []graph.NodeID) int {
	return 0
}

func (s *Store) unindexNode(slot uint32, n *node) {}

func (s *Store) recheckIndex(slot, index uint32, hash, horizon uint64) {}
